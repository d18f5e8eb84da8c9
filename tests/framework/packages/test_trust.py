"""What packages bring besides a module: a process worker, what they require, a signature."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mud.core.errors import Conflict, Failed, FrameworkError, Invalid, NotFound
from mud.framework.packages import pip, trust
from mud.framework.packages.archive import checksum
from mud.framework.packages.manifest import read_manifest
from mud.framework.packages.packages import Packages, verify
from mud.framework.packages.trust import Trust
from mud.snapshot import signature
from tests.framework.packages.test_packages import manifest, package

WORKER = 'name = "bridge"\ncommand = ["python3", "bridge.py"]\nfolder = "."\n'


def bridge(folder: Path, worker: str = WORKER, init: bool = False, **keys: Any) -> Path:
    """A package of type "process"."""
    path = folder / "bridge"
    path.mkdir(parents=True)
    (path / "bridge.py").write_text("import time\n\ntime.sleep(1000)\n", "utf-8")
    if worker:
        (path / "worker.toml").write_text(worker, "utf-8")
    if init:
        (path / "__init__.py").write_text("", "utf-8")
    fields = {"name": "bridge", "version": "1.0.0", "types": ["process"]} | keys
    manifest(path, **fields, checksum=checksum(path))
    return path


def test_a_package_of_a_process_needs_no_python_package(tmp_path: Path) -> None:  # S3.9
    packages = Packages(tmp_path / "modules", "0.1.0")
    found = packages.install(bridge(tmp_path))
    assert found.problem == "" and found.manifest is not None and found.manifest.types == ("process",)
    assert (found.folder / "worker.toml").read_text() == WORKER


@pytest.mark.parametrize(
    ("worker", "more", "error", "says"),
    [
        ("", {}, NotFound, "worker.toml: there is no such manifest"),
        (WORKER.replace("command", "comand"), {}, Invalid, "did you mean command"),
        (WORKER.replace("bridge", "ferry", 1), {}, Invalid, "name: it has to be the package's, bridge, not ferry"),
        (WORKER.replace('folder = "."', ""), {}, Invalid, 'folder: add folder = "."'),
        (WORKER, {"init": True}, Invalid, r'types is \["process"\], but it has an __init__.py'),
        (WORKER, {"types": ["module", "process"]}, Invalid, "there is no __init__.py"),
        (WORKER, {"types": ["module", "process"], "init": True}, Invalid, "name: bridge has to begin with bridge-"),
    ],
)
def test_a_process_that_could_not_be_taken_on_is_refused(
    tmp_path: Path, worker: str, more: dict[str, Any], error: type[FrameworkError], says: str
) -> None:  # S3.9, S3.10
    packages = Packages(tmp_path / "modules", "0.1.0")
    with pytest.raises(error, match=says):
        packages.install(bridge(tmp_path, worker, **more))
    assert packages.list() == []


def test_a_package_may_bring_both(tmp_path: Path) -> None:  # S3.9
    worker = WORKER.replace('"bridge"', '"bridge-web"', 1)
    found = Packages(tmp_path / "modules", "0.1.0").install(
        bridge(tmp_path, worker, init=True, types=["module", "process"])
    )
    assert found.problem == ""


# Requirements


def repository(folder: Path) -> Path:
    """A folder of packages that require each other."""
    package(folder, name="town", requires=["shop", "guard?", "road>=1.0"])
    package(folder, name="shop", requires=["bank"])
    package(folder, name="bank")
    package(folder, name="road", requires=["bank"])
    package(folder, name="guard")
    return folder


def installing(folder: Path, *there: str) -> Packages:
    """Packages in a server where these services are there already."""
    packages = Packages(folder, "0.1.0", lambda: {*there, *(found.name for found in packages.list())})
    return packages


def test_what_a_package_requires_is_installed_before_it(tmp_path: Path) -> None:  # S3.9
    packages = installing(tmp_path / "modules")
    done = packages.install_all(repository(tmp_path / "repo"), "town")
    assert [found.name for found in done] == ["bank", "shop", "road", "town"]  # what can be missing is left out
    assert sorted(found.name for found in packages.list()) == ["bank", "road", "shop", "town"]


def test_what_is_there_already_is_not_installed_again(tmp_path: Path) -> None:  # S3.9
    packages = installing(tmp_path / "modules", "shop")
    packages.install(repository(tmp_path / "repo"), "bank")
    assert [found.name for found in packages.install_all(tmp_path / "repo", "town")] == ["road", "town"]


def test_if_one_of_them_fails_none_is_installed(tmp_path: Path) -> None:  # S3.9
    packages = installing(tmp_path / "modules")
    repo = repository(tmp_path / "repo")
    (repo / "town" / "bid.py").write_text("changed", "utf-8")
    with pytest.raises(Invalid, match="town: its checksum is wrong"):
        packages.install_all(repo, "town")
    assert packages.list() == []


def test_those_that_require_each_other_are_refused_and_not_for_ever(tmp_path: Path) -> None:  # S3.9
    package(tmp_path / "repo", name="hen", requires=["egg"])
    package(tmp_path / "repo", name="egg", requires=["hen"])
    packages = installing(tmp_path / "modules")
    with pytest.raises(Invalid, match="requires hen, which no module here provides"):
        packages.install_all(tmp_path / "repo", "hen")
    assert packages.list() == []


def test_pip_is_asked_for_what_is_lacking_and_only_if_the_operator_says_so(tmp_path: Path) -> None:  # S3.9
    source = package(tmp_path, dependencies=["no-such-distribution>=2"])
    with pytest.raises(Invalid, match=r"needs no-such-distribution>=2 \(it is not installed\); install that with pip"):
        Packages(tmp_path / "modules", "0.1.0").install(source)
    asked: list[Any] = []
    packages = Packages(tmp_path / "modules", "0.1.0", pip=lambda names, seconds: asked.append(list(names)))
    with pytest.raises(Invalid, match="needs no-such-distribution"):  # pip did nothing
        packages.install(source)
    assert asked == [["no-such-distribution>=2"]] and packages.list() == []
    sound = package(tmp_path / "other", dependencies=["msgspec>=0.18"])
    packages.install(sound)
    assert len(asked) == 1


def test_pip_that_fails_says_why(monkeypatch: pytest.MonkeyPatch) -> None:  # S3.10
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(Failed, match=r"^pip install no-such-distribution>=2 failed:\n(.|\n)*no-such-distribution"):
        pip.install(["no-such-distribution>=2"], 60)


# Signatures

SECRET, STRANGER = bytes(range(32)), bytes(range(1, 33))
PUBLIC = signature.public_key(SECRET)


def signed(folder: Path, secret: bytes = SECRET) -> Path:
    source = package(folder)
    trust.sign(source, read_manifest(source), secret)
    return source


def test_a_signed_package_is_installed_where_signatures_are_demanded(tmp_path: Path) -> None:  # S3.9
    source = signed(tmp_path)
    packages = Packages(tmp_path / "modules", "0.1.0", trust=Trust((signature.public_key(STRANGER), PUBLIC), True))
    assert packages.install(source).problem == ""
    assert (tmp_path / "modules" / "auction" / "module.sig").exists()


@pytest.mark.parametrize("force", [False, True])
def test_where_signatures_are_demanded_nothing_else_is_installed(tmp_path: Path, force: bool) -> None:  # S3.9
    packages = Packages(tmp_path / "modules", "0.1.0", trust=Trust((PUBLIC,), True))
    with pytest.raises(Conflict, match="it is not signed, and this server takes signed packages only"):
        packages.install(package(tmp_path / "plain"), force=force)
    with pytest.raises(Conflict, match=f"signed by {signature.public_key(STRANGER)}, which this server does not trust"):
        packages.install(signed(tmp_path / "strange", STRANGER), force=force)
    assert packages.list() == []


def flip(path: Path) -> None:
    """Change the last digit of a signature."""
    text = path.read_text()
    path.write_text(text[:-2] + ("0" if text[-2] != "0" else "1") + "\n")


CHANGES: dict[str, Callable[[Path], Any]] = {
    "the signature": lambda source: flip(source / "module.sig"),
    "the manifest": lambda source: os.truncate(source / "module.toml", (source / "module.toml").stat().st_size - 1),
    "another's": lambda source: (source / "module.sig").write_text(
        (source / "module.sig").read_text().replace(PUBLIC, signature.public_key(STRANGER))
    ),
    "no signature at all": lambda source: (source / "module.sig").write_text("trust me\n"),
}


@pytest.mark.parametrize("demanded", [False, True])
@pytest.mark.parametrize("what", CHANGES)
def test_a_wrong_signature_is_always_refused(tmp_path: Path, what: str, demanded: bool) -> None:  # S3.9
    source = signed(tmp_path)
    verify(source, trust=Trust((PUBLIC,), True))
    CHANGES[what](source)
    packages = Packages(tmp_path / "modules", "0.1.0", trust=Trust((PUBLIC,), demanded))
    with pytest.raises(Invalid, match=r"module\.sig"):
        packages.install(source, force=True)
    assert packages.list() == []


def test_a_signature_covers_the_files_by_the_checksum(tmp_path: Path) -> None:  # S3.9
    source = signed(tmp_path)
    (source / "bid.py").write_text("changed")
    with pytest.raises(Invalid, match="its checksum is wrong"):
        Packages(tmp_path / "modules", "0.1.0", trust=Trust((PUBLIC,), True)).install(source)
    bare = package(tmp_path / "bare", seal=False)
    with pytest.raises(Invalid, match="it has no checksum, so its signature would not cover its files"):
        trust.sign(bare, read_manifest(bare), SECRET)
