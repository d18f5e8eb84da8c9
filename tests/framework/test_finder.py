"""Where modules come from, and what an import that goes wrong says."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from mud.core.commands import CommandTable
from mud.core.errors import FrameworkError
from mud.framework import finder
from mud.framework.finder import Source, find, load, package_of, take_out
from mud.framework.loader import NATIVE, Given, Loader
from mud.framework.options import ModuleOptions
from mud.framework.registry import Registry

GOOD = 'from mud.api import Module\nMODULE = Module(name="bell", version="1.2.3", description="d", author="a")\n'


def write(folder: Path, code: str, name: str = "bell") -> Path:
    """A module in a folder."""
    home = folder / name
    home.mkdir(parents=True, exist_ok=True)
    (home / "__init__.py").write_text(f'"""A module."""\n{code}', "utf-8")
    return home


def loader(folder: Path) -> Loader:
    """A loader that looks into `folder` too."""
    options = ModuleOptions(folders=[str(folder)])
    return Loader(Registry(CommandTable(())), Given(options, {}, {}, {}), lambda: 0.0)


def test_native_ones_and_those_of_folders_are_found(tmp_path: Path) -> None:  # S3.4
    write(tmp_path, GOOD)
    write(tmp_path, GOOD, "_hidden")
    write(tmp_path, GOOD, ".staging")
    found = find([NATIVE, tmp_path], NATIVE)
    kinds = {name: source.kind for name, source in found.items()}
    assert kinds.pop("bell") == "path"
    assert "raffle" in kinds and set(kinds.values()) == {"native"}


def test_one_of_an_installed_package_is_found_by_its_entry_point(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # S3.4
    write(tmp_path, GOOD, "bell_package")
    info = tmp_path / "bell_package-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: bell-package\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[everwake.modules]\nbell = bell_package:MODULE\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    made = loader(tmp_path / "nothing")
    source = made.sources()["bell"]
    assert source.kind == "entry point" and source.folder == tmp_path / "bell_package"
    try:
        instance = made.build(source)
        assert instance.module.version == "1.2.3" and instance.life.state.value == "loaded"
    finally:
        take_out(package_of(source))
    (tmp_path / "bell_package" / "__init__.py").write_text('MODULE = "nothing"\n')
    with pytest.raises(FrameworkError, match="MODULE has to be a Module, not a str"):
        made.build(source)
    assert made.registry.instances == {}  # validated before anything is registered


BROKEN = {
    "def x(:": r"bell/__init__\.py:2: invalid syntax",
    "import nonsense_that_is_not_there": r"bell/__init__\.py:2: ModuleNotFoundError",
    "raise SystemExit('bye')": r"bell/__init__\.py:2: SystemExit: bye",
    "1 / 0": r"bell/__init__\.py:2: ZeroDivisionError",
    "while True: pass": r"importing bell took longer than 0\.2 s",
    "OTHER = 1": "defines no MODULE: add MODULE = Module",
    "MODULE = 1": "MODULE has to be a Module, not a int",
    'from mud.api import Module\nMODULE = Module(name="bel", version="1.0.0")': "calls itself 'bel', its folder 'bell'",
    'from mud.api import Module\nMODULE = Module(name="bell")': "TypeError: Missing required argument 'version'",
}


@pytest.mark.parametrize("code", BROKEN)
def test_an_import_that_goes_wrong_says_where_and_leaves_the_old_code(
    tmp_path: Path, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:  # S3.4, S3.5
    monkeypatch.setattr(finder, "IMPORT_SECONDS", 0.2)
    home = write(tmp_path, GOOD)
    source = Source("bell", "path", home)
    load(source)
    before = sys.modules["modules.bell"]
    try:
        write(tmp_path, code)
        with pytest.raises(FrameworkError, match=BROKEN[code]):
            loader(tmp_path).build(source, fresh=True)
        assert sys.modules["modules.bell"] is before
    finally:
        take_out("modules.bell")


def test_code_that_was_changed_in_the_same_second_is_read_again(tmp_path: Path) -> None:
    home = write(tmp_path, GOOD)
    source = Source("bell", "path", home)
    try:
        for number in range(10):
            write(tmp_path, GOOD.replace("1.2.3", f"1.2.{number}"))
            take_out("modules.bell")
            assert load(source, fresh=True).module.version == f"1.2.{number}"
    finally:
        take_out("modules.bell")
