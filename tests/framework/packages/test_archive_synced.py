"""An installed package is on the disk, every file and every folder of it, before it is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.framework.packages.test_packages import package, zipped
from tests.traced import disk_work

INSTALL = """
import sys, pathlib
from mud.framework.packages.packages import Packages
Packages(pathlib.Path(sys.argv[1]), "1.0.0").install(pathlib.Path(sys.argv[2]))
"""


@pytest.mark.parametrize("form", ["folder", "zip"])
def test_a_package_is_synced_whole_before_it_has_its_name_and_its_folder_after(tmp_path: Path, form: str) -> None:
    # S3.9
    source = package(tmp_path / "source")
    wanted = {path.relative_to(source).as_posix() for path in source.rglob("*")} | {""}
    if form == "zip":
        source = zipped(source, tmp_path / "auction.zip")
    done = disk_work(INSTALL, tmp_path, tmp_path / "place", source)
    named = done.index(("move", "place/auction"))
    copied = [name.partition(".package")[2].strip("/") for kind, name in done[:named] if ".package" in name]
    assert set(copied) == wanted
    assert ("sync", "place") in done[named:]
