"""Packages: real folders and zip files, killed runs and two runs at once (S3.9, S3.10)."""

from __future__ import annotations

import os
import random
import shutil
import stat
import subprocess
import sys
import warnings
import zipfile
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from importlib import metadata
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mud.core.errors import Conflict, Failed, FrameworkError, Invalid, NotFound, TimedOut
from mud.framework.packages import archive
from mud.framework.packages.archive import checksum, parse_version
from mud.framework.packages.manifest import read_manifest
from mud.framework.packages.needs import unmet
from mud.framework.packages.packages import (
    Installed,
    Packages,
    open_package,
    verify,
)

ROOT = Path(__file__).parent.parent.parent.parent

#: What a package's code would do if it were ever run.
TRAP = 'raise SystemExit("the code of a package was run")\n'


def manifest(folder: Path, **keys: Any) -> None:
    """Write a manifest."""
    text = "".join(f"{key} = {_toml(value)}\n" for key, value in keys.items())
    (folder / "module.toml").write_text(text, encoding="utf-8")


def _toml(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value).replace("'", '"')


def package(folder: Path, version: str = "1.0.0", name: str = "auction", seal: bool = True, **keys: Any) -> Path:
    """Make a package: one file that says its version twice, so that a mixture of two would show."""
    path = folder / name
    (path / "data").mkdir(parents=True)
    (path / "__init__.py").write_text(f"# {version}\n{TRAP}", encoding="utf-8")
    (path / "bid.py").write_text(TRAP, encoding="utf-8")
    (path / "data" / "table.txt").write_text(f"{version}\n" * 500, encoding="utf-8")
    sealed = {"checksum": checksum(path)} if seal else {}
    manifest(path, **({"name": name, "version": version} | sealed | keys))
    return path


def zipped(source: Path, target: Path, prefix: str = "") -> Path:
    """Pack a folder's files, as they are under the folder that it lies in."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted(source.rglob("*")):
            file.write(path, prefix + path.relative_to(source.parent).as_posix())
    return target


@pytest.fixture
def packages(tmp_path: Path) -> Packages:
    """An empty place for packages."""
    return Packages(tmp_path / "modules", "0.1.0")


def tree(folder: Path) -> dict[str, bytes]:
    """All files below a folder, but for the lock."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != ".lock"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


# --- Versions ---

numbers = st.integers(0, 30)
suffixes = st.lists(st.one_of(numbers.map(str), st.from_regex(r"\A[a-z-][0-9a-z-]{0,4}\Z")), max_size=3)
versions = st.builds(
    lambda a, b, c, s: f"{a}.{b}.{c}" + (f"-{'.'.join(s)}" if s else ""), numbers, numbers, numbers, suffixes
)


@given(versions, versions, versions)
def test_versions_are_in_one_order(one: str, two: str, three: str) -> None:
    a, b, c = sorted((parse_version(one), parse_version(two), parse_version(three)))
    assert a <= b <= c and a <= c
    assert (parse_version(one) == parse_version(two)) == (one == two)


@given(numbers, numbers, numbers, suffixes.filter(bool))
def test_a_suffix_comes_before_its_version_and_after_the_one_before(a: int, b: int, c: int, suffix: list[str]) -> None:
    before = parse_version(f"{a}.{b}.{c}-{'.'.join(suffix)}")
    assert before < parse_version(f"{a}.{b}.{c}") < parse_version(f"{a}.{b}.{c + 1}-{'.'.join(suffix)}")
    assert before < parse_version(f"{a}.{b}.{c}-{'.'.join([*suffix, '0'])}")


def test_versions_are_ordered_as_semantic_versioning_says() -> None:
    order = "1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1 1.0.0".split()
    order += "1.0.1 1.2.0 1.10.0 2.0.0 10.0.0".split()
    assert all(one < two for one, two in pairwise(map(parse_version, order)))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "1.2",
        "1.2.3.4",
        "v1.2.3",
        "01.2.3",
        "1.2.3-",
        "1.2.3-a..b",
        "1.2.3-01",
        "1.2.3\n",
        "1.2.3-a/b",
        "١.٢.٣",
    ],
)
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match=r"it has to be like 1\.2\.3"):
        parse_version(text)


# --- The manifest ---


def test_a_manifest_is_read(tmp_path: Path) -> None:
    # S3.9: supported types, entry point, dependencies, checksum
    manifest(
        tmp_path,
        name="auction",
        version="1.2.0-beta.1",
        description="Sells things — dearly",
        entry="auction.bid:AUCTION",
        requires=["economy", "mail?"],
        dependencies=["msgspec>=0.18"],
        types=["module", "process"],
        everwake="0.1.0",
        state=3,
        reverse=2,
        checksum=f"sha256:{'0a' * 32}",
    )
    read = read_manifest(tmp_path)
    assert (read.name, read.version, read.entry) == ("auction", "1.2.0-beta.1", "auction.bid:AUCTION")
    assert read.requires == ("economy", "mail?") and read.dependencies == ("msgspec>=0.18",)
    assert (read.state, read.reverse, read.types) == (3, 2, ("module", "process"))


def test_a_manifest_needs_a_name_and_a_version_only(tmp_path: Path) -> None:
    manifest(tmp_path, name="auction", version="1.0.0")
    read = read_manifest(tmp_path)
    assert read.entry == "auction:MODULE"
    assert (read.types, read.state, read.reverse, read.checksum) == (("module",), 1, None, "")


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"name": "Auction"}, "name: 'Auction' can't be used: it has to be a small letter"),
        ({"name": "../auction"}, "can't be used"),
        ({"name": "a" * 33}, "can't be used"),
        ({"name": "class"}, "name: 'class' is a word of Python's"),
        ({"version": "1.0"}, "version: '1.0' can't be used: it has to be like 1.2.3"),
        ({"version": 1}, "version: Expected str"),
        ({"descripton": "x"}, "unknown key 'descripton'; did you mean description"),
        ({"zzz": 1}, "unknown key 'zzz'; known are name, version"),
        ({"author": "a\\u001b[2J"}, "author: .* it has to be one line of text"),
        ({"entry": "auction"}, "entry: 'auction' can't be used; it has to be like auction:MODULE"),
        ({"entry": "os:system"}, "can't be used"),
        ({"entry": "auction.a.b:MODULE"}, "can't be used"),
        ({"entry": "auction:MODULE.x"}, "can't be used"),
        ({"requires": ["mail!"]}, r"requires\[.*\]: .* it has to be a module's name"),
        ({"requires": ["mail", "mail?"]}, "requires: .* a module twice"),
        ({"requires": ["auction"]}, "requires: it names the package itself"),
        ({"dependencies": ["msgspec~=1"]}, "dependencies.*>=, == and < are known"),
        ({"dependencies": ["x>=1 " + " " * 60_000 + "!"]}, "dependencies"),
        ({"types": []}, 'types: it has to hold "module"'),
        ({"types": ["module", "thread"]}, "types: it has to hold"),
        ({"everwake": "0.1"}, "everwake: '0.1' can't be used"),
        ({"state": 0}, "state: Expected int >= 1"),
        ({"state": 1, "reverse": 2}, "reverse: steps back can't lead to 2"),
        ({"checksum": "md5:00"}, 'checksum: .* it has to be "sha256:"'),
        ({"state": int("9" * 4000)}, "state"),
    ],
)
def test_a_wrong_manifest_is_refused_by_its_key(tmp_path: Path, keys: dict[str, Any], said: str) -> None:
    # S3.10: errors are typed and carry context
    manifest(tmp_path, **({"name": "auction", "version": "1.0.0"} | keys))
    with pytest.raises(Invalid, match=said) as caught:
        read_manifest(tmp_path)
    assert str(caught.value).startswith(f"{tmp_path}/module.toml: ")
    assert caught.value.details["path"] == f"{tmp_path}/module.toml"


@pytest.mark.parametrize("text", ["name =", "a = " + "[" * 60_000, "a = " + "9" * 5000, "x" * 70_000, "\xff"])
def test_what_is_no_manifest_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "module.toml").write_bytes(text.encode("latin-1"))
    with pytest.raises(Invalid, match=r"module\.toml: it is"):
        read_manifest(tmp_path)


def test_a_missing_key_or_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="there is no such file"):
        read_manifest(tmp_path)
    manifest(tmp_path, name="auction")
    with pytest.raises(Invalid, match="missing key version"):
        read_manifest(tmp_path)


def test_dependencies_that_are_not_met_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    # S3.9: dependencies
    has = {"one": "1.10.2", "two": "2.0rc1", "three": "2024.1"}

    def version(name: str) -> str:
        if name not in has:
            raise metadata.PackageNotFoundError(name)
        return has[name]

    monkeypatch.setattr(metadata, "version", version)
    met = ("one", "one>=1.9", "one >= 1.10.2, <2", "one==1.10.2.0", "two<2", "two>=1.9", "three>=2023.12.1")
    assert unmet(met) == []
    assert unmet(("one>=1.11", "one<1.10", "one==1.10", "two>=2", "zero")) == [
        "one>=1.11 (1.10.2 is installed)",
        "one<1.10 (1.10.2 is installed)",
        "one==1.10 (1.10.2 is installed)",
        "two>=2 (2.0rc1 is installed)",
        "zero (it is not installed)",
    ]


# --- The checksum ---


def test_the_checksum_is_that_of_sha256sums_list(tmp_path: Path) -> None:
    path = package(tmp_path)
    lines = ""
    for name in ("__init__.py", "bid.py", "data/table.txt"):
        lines += f"{sha256((path / name).read_bytes()).hexdigest()}  {name}\n"
    assert checksum(path) == f"sha256:{sha256(lines.encode()).hexdigest()}"


def test_the_checksum_leaves_out_what_is_no_part_of_a_package(tmp_path: Path) -> None:
    path = package(tmp_path)
    before = checksum(path)
    (path / "__pycache__").mkdir()
    (path / "__pycache__" / "bid.cpython-311.pyc").write_bytes(b"x")
    (path / "old.pyc").write_bytes(b"x")
    (path / ".git").mkdir()
    (path / ".git" / "link").symlink_to("/etc")
    (path / "module.toml").write_text("other", encoding="utf-8")
    assert checksum(path) == before


@pytest.mark.parametrize(
    "change",
    [
        lambda path: (path / "bid.py").write_text("x"),
        lambda path: (path / "bid.py").rename(path / "bit.py"),
        lambda path: (path / "bid.py").rename(path / "data" / "bid.py"),
        lambda path: (path / "empty").touch(),
        lambda path: (path / "bid.py").unlink(),
        lambda path: shutil.copy(path / "module.toml", path / "data"),
    ],
)
def test_the_checksum_notices_every_change(tmp_path: Path, change: Callable[[Path], object]) -> None:
    path = package(tmp_path)
    before = checksum(path)
    change(path)
    assert checksum(path) != before


@pytest.mark.parametrize("target", ["/etc/passwd", "bid.py", "nowhere", "data"])
def test_symbolic_links_are_refused(tmp_path: Path, target: str) -> None:
    path = package(tmp_path)
    (path / "data" / "link").symlink_to(target)
    with pytest.raises(Invalid, match="data/link is a symbolic link"):
        checksum(path)
    with pytest.raises(Invalid, match="data/link is a symbolic link"), open_package(path):
        pass


def test_pipes_and_odd_names_are_refused(tmp_path: Path) -> None:
    path = package(tmp_path)
    os.mkfifo(path / "pipe")
    with pytest.raises(Invalid, match="pipe is neither a file nor a folder"):
        checksum(path)
    (path / "pipe").rename(path / "a\nb")
    with pytest.raises(Invalid, match=r"a\\nb': a file's name"):
        checksum(path)


# --- Opening ---


def test_a_folder_is_opened_as_a_copy_of_what_counts(tmp_path: Path) -> None:
    # S3.9: from a folder
    path = package(tmp_path)
    (path / "__pycache__").mkdir()
    (path / "__pycache__" / "bid.cpython-311.pyc").write_bytes(b"evil")
    (path / "evil.pyc").write_bytes(b"evil")
    (path / "bid.py").chmod(0o4777)
    with open_package(path) as folder:
        assert folder.name == "auction" and folder != path
        assert sorted(tree(folder)) == ["__init__.py", "bid.py", "data/table.txt", "module.toml"]
        assert stat.S_IMODE((folder / "bid.py").stat().st_mode) == 0o600
        assert verify(folder).version == "1.0.0"
    assert not folder.exists()


@pytest.mark.parametrize("suffix", ["whl", "zip", "ZIP"])
def test_a_wheel_and_a_zip_file_are_opened(tmp_path: Path, suffix: str) -> None:
    # S3.9: from a wheel
    file = zipped(package(tmp_path), tmp_path / f"auction-1.0.0.{suffix}")
    with zipfile.ZipFile(file, "a") as opened:
        opened.writestr("auction-1.0.0.dist-info/METADATA", "Name: auction\n")
    with open_package(file) as folder:
        assert tree(folder) == tree(tmp_path / "auction")


def test_a_zip_file_may_hold_a_package_without_its_folder(tmp_path: Path) -> None:
    path = package(tmp_path)
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as opened:
        for name, held in tree(path).items():
            opened.writestr(name, held)
    with open_package(tmp_path / "x.zip") as folder:
        assert folder.name == "auction" and tree(folder) == tree(path)
    with pytest.raises(Invalid, match="calls it auction, not mail"), open_package(tmp_path / "x.zip", "mail"):
        pass


def test_a_repositorys_folder_is_opened(tmp_path: Path) -> None:
    # S3.9: from a repository folder
    package(tmp_path / "repo" / "src" / "modules")
    with open_package(tmp_path / "repo") as folder:
        assert folder.name == "auction"
    package(tmp_path / "repo", "2.0.0", "mail")
    with pytest.raises(Invalid, match=r"2 packages \(mail, src/modules/auction\); say which") as caught:
        open_package(tmp_path / "repo").__enter__()
    assert caught.value.details["packages"] == ["auction", "mail"]
    with open_package(tmp_path / "repo", "mail") as folder:
        assert folder.name == "mail"
    with pytest.raises(NotFound, match="it holds no package actoin; did you mean auction"):
        open_package(tmp_path / "repo", "actoin").__enter__()
    zipped(tmp_path / "repo", tmp_path / "repo-main.zip")
    with open_package(tmp_path / "repo-main.zip", "auction") as folder:
        assert folder.name == "auction"


def test_two_packages_of_one_name_are_told_apart_by_their_folder(tmp_path: Path) -> None:
    package(tmp_path / "repo" / "old")
    package(tmp_path / "repo" / "new", "2.0.0")
    with pytest.raises(Invalid, match="name the folder of one"), open_package(tmp_path / "repo", "auction"):
        pass
    with open_package(tmp_path / "repo" / "new") as folder:
        assert read_manifest(folder).version == "2.0.0"


def test_a_package_behind_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "repo").mkdir()
    (tmp_path / "repo" / "auction").symlink_to(package(tmp_path / "other"))
    with pytest.raises(Invalid, match="repo/auction is a symbolic link"), open_package(tmp_path / "repo"):
        pass


def test_what_holds_no_package_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "x.txt").touch()
    for source, said, kind in (
        (tmp_path / "nowhere", "no such file or folder", NotFound),
        (tmp_path, "there is no package in it", NotFound),
        (tmp_path / "x.txt", r"comes as a folder, a \.whl or a \.zip", Invalid),
    ):
        with pytest.raises(kind, match=said):
            open_package(source).__enter__()


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"entry": "auction.offer:MODULE"}, r"there is no offer\.py"),
        ({"checksum": f"sha256:{'0' * 64}"}, "its checksum is wrong"),
        ({"checksum": ""}, r'it has no checksum; .* checksum = "sha256:[0-9a-f]{64}" .* --force'),
    ],
)
def test_what_a_manifest_says_wrongly_is_refused(tmp_path: Path, keys: dict[str, Any], said: str) -> None:
    with pytest.raises(Invalid, match=said) as caught, open_package(package(tmp_path, **keys)):
        pass
    assert str(caught.value).startswith(f"{tmp_path}/auction: ")


def test_the_folder_has_the_packages_name(tmp_path: Path) -> None:
    package(tmp_path).rename(tmp_path / "action")
    with pytest.raises(Invalid, match="calls it auction, not action"), open_package(tmp_path / "action"):
        pass
    (tmp_path / "action").rename(tmp_path / "auction-1.0.0")
    with open_package(tmp_path / "auction-1.0.0") as folder:
        assert folder.name == "auction"


def test_the_entry_may_be_a_part(tmp_path: Path) -> None:
    with open_package(package(tmp_path, entry="auction.bid:MODULE")) as folder:
        assert folder.is_dir()


def test_without_init_it_is_no_package(tmp_path: Path) -> None:
    (package(tmp_path) / "__init__.py").unlink()
    with pytest.raises(Invalid, match=r"there is no __init__\.py"), open_package(tmp_path / "auction", force=True):
        pass


def test_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_FILES", 3)
    with pytest.raises(Invalid, match=r"module\.toml is too much: .* at most 3 files"):
        open_package(package(tmp_path)).__enter__()
    monkeypatch.undo()
    (tmp_path / "auction" / "big").write_bytes(b"0" * (archive.MAX_BYTES - 1000))
    with pytest.raises(Invalid, match=r"is too much: .* 20 MB"):
        open_package(tmp_path / "auction").__enter__()


# --- Zip files that are up to something ---


def member(name: str, mode: int = 0o100644) -> zipfile.ZipInfo:
    """A member of any name: ZipInfo itself would mend some."""
    made = zipfile.ZipInfo("x")
    made.filename = made.orig_filename = name
    made.external_attr = mode << 16
    return made


@pytest.mark.parametrize(
    ("name", "mode", "said"),
    [
        ("/etc/passwd", 0o100644, "has an absolute path"),
        ("../auction/bid.py", 0o100644, "leads out of the folder"),
        ("auction/data/../../../bid.py", 0o100644, "leads out of the folder"),
        ("auction/..", 0o100644, "leads out of the folder"),
        ("C:/windows/x", 0o100644, "has a drive's letter"),
        ("c:x", 0o100644, "has a drive's letter"),
        ("auction\\..\\x", 0o100644, "has a backslash"),
        ("auction/link", 0o120777, "is a symbolic link"),
        ("auction/pipe", 0o010644, "is neither a file nor a folder"),
        ("auction/./x", 0o100644, "can't be used"),
        ("auction//x", 0o100644, "can't be used"),
        ("auction/\x1b[2J", 0o100644, "can't be used"),
        ("auction/" + "x" * 240, 0o100644, "can't be used"),
        ("auction/bid.py", 0o100644, "is in there twice"),
        ("auction/BID.py", 0o100644, "is in there twice"),
        ("auction/bid.py/x", 0o100644, "can't lie in auction/bid.py, which is a file"),
        ("auction/bid.py/", 0o040755, "is in there twice"),
    ],
)
def test_a_zip_file_can_write_nowhere_else(tmp_path: Path, name: str, mode: int, said: str) -> None:
    # S3.9
    file = zipped(package(tmp_path / "a"), tmp_path / "a" / "x.zip")
    with zipfile.ZipFile(file, "a") as opened, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile's own, of a name that is there twice
        opened.writestr(member(name, mode), "/etc/passwd")
    before = tree(tmp_path)
    staging = tmp_path / "staging"
    staging.mkdir()
    with pytest.raises(Invalid, match=said) as caught, open_package(file, staging=staging, force=True):
        pass
    assert caught.value.details["member"] == name and ascii(name)[1:-1][:100] in str(caught.value)
    assert tree(tmp_path) == before


def test_a_zero_in_a_name_hides_nothing(tmp_path: Path) -> None:
    file = zipped(package(tmp_path), tmp_path / "x.zip")
    file.write_bytes(file.read_bytes().replace(b"auction/bid.py", b"auction/bi\0.py"))
    with pytest.raises(Invalid, match=r"bi\\x00\.py has a name that can't be used"), open_package(file):
        pass


def test_zip_bombs_are_refused(tmp_path: Path) -> None:
    # S3.9
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("auction/a", b"\0" * 15_000_000)
        opened.writestr("auction/b", b"\0" * 6_000_000)
    with pytest.raises(Invalid, match=r"auction/b is too much: .*20 MB"), open_package(tmp_path / "x.zip"):
        pass
    with zipfile.ZipFile(tmp_path / "y.zip", "w") as opened:
        for number in range(2001):
            opened.writestr(f"auction/{number}", b"")
    with pytest.raises(Invalid, match=r"auction/2000 is too much: .*2000 files"), open_package(tmp_path / "y.zip"):
        pass


def test_a_member_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("auction/a", b"\0" * 30_000_000)
    held = (tmp_path / "x.zip").read_bytes()
    (tmp_path / "x.zip").write_bytes(held.replace((30_000_000).to_bytes(4, "little"), (1000).to_bytes(4, "little")))
    with pytest.raises(Invalid, match="auction/a is broken"), open_package(tmp_path / "x.zip"):
        pass


def test_encrypted_and_oddly_packed_members_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_LZMA) as opened:
        opened.writestr("auction/a", b"x")
    with pytest.raises(Invalid, match="auction/a is packed by a method"), open_package(tmp_path / "x.zip"):
        pass
    with zipfile.ZipFile(tmp_path / "y.zip", "w") as opened:
        opened.writestr("auction/a", b"x")
        opened.infolist()[0].flag_bits |= 1
    with pytest.raises(Invalid, match="auction/a is encrypted"), open_package(tmp_path / "y.zip"):
        pass


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """A place for zip files, and a sound one's bytes."""
    folder = tmp_path_factory.mktemp("spoilt")
    return folder / "x.zip", zipped(package(folder), folder / "x.zip").read_bytes()


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_spoilt_zip_file_is_refused_in_words(sound: tuple[Path, bytes], data: st.DataObject) -> None:
    file, held = sound
    spoilt = bytearray(held)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(spoilt) - 1))
        spoilt[place] = data.draw(st.integers(0, 255))
    file.write_bytes(spoilt[: data.draw(st.one_of(st.just(len(spoilt)), st.integers(0, len(spoilt))))])
    with suppress(Invalid, NotFound), open_package(file) as folder:
        assert verify(folder).version == "1.0.0"


# --- Installing ---


def test_install_and_uninstall(tmp_path: Path, packages: Packages) -> None:
    # S3.9: install, uninstall
    assert packages.list() == [] and packages.kept("auction") == ()
    installed = packages.install(package(tmp_path))
    assert (installed.name, installed.version, installed.problem) == ("auction", "1.0.0", "")
    assert installed.folder == packages.folder / "auction" and packages.list() == [installed]
    assert tree(installed.folder) == tree(tmp_path / "auction")
    kept = packages.uninstall("auction")
    assert packages.list() == [] and packages.kept("auction") == (kept,)
    assert kept == packages.folder / ".kept" / "auction-1.0.0" and tree(kept) == tree(tmp_path / "auction")
    assert sorted(os.listdir(packages.folder)) == [".kept", ".lock"]


def test_what_is_there_already_is_a_conflict(tmp_path: Path, packages: Packages) -> None:
    packages.install(package(tmp_path))
    before = tree(packages.folder)
    with pytest.raises(Conflict, match="is installed already; use upgrade"):
        packages.install(package(tmp_path / "new", "2.0.0"), force=True)
    assert tree(packages.folder) == before
    (packages.folder / "mail").mkdir()
    with pytest.raises(Conflict, match="mail is no installed package; move it away"):
        packages.install(package(tmp_path, name="mail"))
    assert [each.name for each in packages.list()] == ["auction"]


def test_a_bad_checksum_is_refused_by_force_too(tmp_path: Path, packages: Packages) -> None:
    # S3.9: a bad checksum is refused
    with pytest.raises(Invalid, match="it has no checksum"):
        packages.install(package(tmp_path, seal=False))
    assert packages.install(tmp_path / "auction", force=True).problem == ""
    path = package(tmp_path / "new", "2.0.0")
    (path / "bid.py").write_text("# changed")
    for force in (False, True):
        with pytest.raises(Invalid, match=r"its checksum is wrong: module\.toml says sha256:.*; it was changed"):
            packages.upgrade(path, force=force)
    assert packages.list()[0].version == "1.0.0"


def test_upgrade_and_downgrade(tmp_path: Path, packages: Packages) -> None:
    # S3.9: upgrade, downgrade
    packages.install(package(tmp_path / "1"))
    replaced = packages.upgrade(package(tmp_path / "2", "1.1.0"))
    assert (replaced.version, replaced.problem) == ("1.1.0", "")
    assert tree(replaced.folder) == tree(tmp_path / "2" / "auction")
    assert [path.name for path in packages.kept("auction")] == ["auction-1.0.0"]
    assert tree(packages.kept("auction")[0]) == tree(tmp_path / "1" / "auction")
    back = packages.downgrade(packages.kept("auction")[0])
    assert back.version == "1.0.0" and tree(back.folder) == tree(tmp_path / "1" / "auction")
    assert [path.name for path in packages.kept("auction")] == ["auction-1.1.0", "auction-1.0.0"]


def test_the_last_three_are_kept(tmp_path: Path, packages: Packages) -> None:
    packages.install(package(tmp_path / "0"))
    packages.install(package(tmp_path / "0", name="mail"))
    packages.uninstall("mail")
    for number in range(1, 6):
        packages.upgrade(package(tmp_path / str(number), f"1.{number}.0"))
    assert [path.name for path in packages.kept("auction")] == ["auction-1.4.0", "auction-1.3.0", "auction-1.2.0"]
    assert len(packages.kept("mail")) == 1


def test_versions_have_to_go_the_right_way(tmp_path: Path, packages: Packages) -> None:
    one, two, three = (package(tmp_path / f"{n}", f"{n}.0.0") for n in (1, 2, 3))
    packages.install(two)
    for tried, source, said in (
        (packages.upgrade, one, "which is lower; use downgrade"),
        (packages.upgrade, two, "which is the same version"),
        (packages.downgrade, two, "which is the same version"),
        (packages.downgrade, three, "which is higher; use upgrade"),
    ):
        with pytest.raises(Conflict, match=said) as caught:
            tried(source, force=True)
        assert caught.value.details["installed"] == "2.0.0"
    with pytest.raises(NotFound, match="no package mail is installed"):
        packages.upgrade(package(tmp_path, name="mail"))
    with pytest.raises(NotFound, match=r"no package acution is installed in .*; did you mean auction"):
        packages.uninstall("acution")


@pytest.mark.parametrize(
    ("installed", "state", "said"),
    [
        ({"state": 2}, 2, ""),
        ({"state": 2}, 1, "it has none"),
        ({"state": 3, "reverse": 2}, 1, "lead back to 2 only"),
        ({"state": 3, "reverse": 2}, 2, ""),
        ({"state": 3, "reverse": 1}, 2, ""),
        ({"state": 1}, 2, "it has none"),
    ],
)
def test_a_downgrade_needs_a_way_back_for_the_state(
    tmp_path: Path, packages: Packages, installed: dict[str, Any], state: int, said: str
) -> None:
    # S3.9: downgrade only if allowed
    packages.install(package(tmp_path / "2", "2.0.0", **installed))
    source = package(tmp_path / "1", state=state)
    if said:
        with pytest.raises(Conflict, match=rf"has state schema {state}, .*{said}.*--force"):
            packages.downgrade(source)
        assert packages.list()[0].version == "2.0.0"
    assert packages.downgrade(source, force=bool(said)).version == "1.0.0"


def test_an_upgrade_to_an_older_state_needs_a_way_back_too(tmp_path: Path, packages: Packages) -> None:
    packages.install(package(tmp_path / "1", state=2))
    packages.upgrade(package(tmp_path / "2", "2.0.0", state=3))
    with pytest.raises(Conflict, match="it has none"):
        packages.upgrade(package(tmp_path / "3", "3.0.0", state=2))
    assert packages.upgrade(tmp_path / "3" / "auction", force=True).version == "3.0.0"


def test_what_a_package_needs_of_us_is_checked(tmp_path: Path, packages: Packages) -> None:
    with pytest.raises(Invalid, match=r"needs no-such-thing>=1 \(it is not installed\); install that") as caught:
        packages.install(package(tmp_path / "1", dependencies=["msgspec", "no-such-thing>=1"]))
    assert caught.value.details["missing"] == ["no-such-thing>=1 (it is not installed)"]
    with pytest.raises(Invalid, match=r"needs Everwake 0\.2\.0, this is 0\.1\.0"):
        packages.install(package(tmp_path / "2", everwake="0.2.0"))
    assert packages.install(package(tmp_path / "3", everwake="0.1.0", dependencies=["msgspec"])).problem == ""


def test_a_package_that_could_not_be_loaded_is_not_installed(tmp_path: Path) -> None:  # S3.9, S4.3
    packages = Packages(tmp_path / "modules", "0.1.0", lambda: {"economy", "post"})
    source = package(tmp_path / "1", requires=["economy", "mail", "guild?"])
    with pytest.raises(Invalid, match=r"auction 1\.0\.0 requires mail, which no module here provides") as caught:
        packages.install(source)
    assert caught.value.details["missing"] == ["mail"] and "known are economy, post" in str(caught.value)
    assert packages.list() == []
    assert packages.install(source, force=True).problem == ""  # its requirement comes after it
    with pytest.raises(Invalid, match=r"requires mial.*did you mean"):
        Packages(tmp_path / "modules", "0.1.0", lambda: {"mail"}).upgrade(
            package(tmp_path / "2", "1.1.0", requires=["mial"])
        )
    fine = Packages(tmp_path / "modules", "0.1.0", lambda: {"mail", "economy"})
    assert fine.upgrade(package(tmp_path / "3", "1.1.0", requires=["economy", "mail"])).version == "1.1.0"


def test_an_installed_package_that_was_changed_shows(tmp_path: Path, packages: Packages) -> None:
    folder = packages.install(package(tmp_path)).folder
    (folder / "__pycache__").mkdir()
    assert packages.list()[0].problem == ""
    (folder / "bid.py").write_text("# mended by hand")
    assert "its checksum is wrong" in packages.list()[0].problem
    packages.upgrade(package(tmp_path / "2", "2.0.0"))
    assert (packages.kept("auction")[0] / "bid.py").read_text() == "# mended by hand"
    (folder / "module.toml").write_text("spoilt")
    assert [(each.version, each.manifest) for each in packages.list()] == [("unknown", None)]
    with pytest.raises(Invalid, match="it is not TOML"):
        packages.upgrade(package(tmp_path / "3", "3.0.0"))
    assert packages.uninstall("auction").name == "auction-unknown"


def test_a_disk_that_refuses_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "modules").touch()
    with pytest.raises(Failed, match=r"installing .*/auction: .*/modules: ") as caught:
        Packages(tmp_path / "modules", "0.1.0").install(package(tmp_path))
    assert caught.value.details["path"] == str(tmp_path / "modules")


def test_whatever_the_moment_of_the_time_out_nothing_is_changed(
    tmp_path: Path, packages: Packages, monkeypatch: pytest.MonkeyPatch
) -> None:
    # S3.9: install with a limit in time
    packages.install(package(tmp_path / "1"))
    source, before, ticks = package(tmp_path / "2", "2.0.0"), tree(packages.folder), [0.0]

    def tick() -> float:
        ticks[0] += 1
        return ticks[0]

    monkeypatch.setattr(archive, "monotonic", tick)
    with pytest.raises(TimedOut, match=r"installing .* took longer than 0 s; nothing was changed"):
        packages.install(package(tmp_path, name="mail"), seconds=0)
    seconds = 0
    while seconds < 1000:
        try:
            packages.upgrade(source, seconds=seconds)
            break
        except TimedOut:
            assert tree(packages.folder) == before
        seconds += 1
    assert 10 < seconds < 1000 and packages.list()[0].version == "2.0.0"


# --- Killed, and two at once ---

#: Kills itself before the n-th thing that it does to files, for n = 0, 1, 2 ... until it comes through; forked, so that
#: thousands of imports are spared. After each kill the package has to be the old or the new one, whole.
KILLED = """
import os, shutil, signal, sys
from pathlib import Path
from mud.framework.packages import archive
from mud.framework.packages.packages import Packages, verify

root, what, swaps = Path(sys.argv[1]), sys.argv[2], sys.argv[3] == "swaps"
if not swaps:
    archive.exchange = lambda one, other: False
left = -1
WATCHED = ("open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.utime", "os.scandir", "fcntl.flock")

def hook(event, args):
    global left
    if left >= 0 and event in WATCHED:
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1

def doing(packages):
    if what == "install":
        packages.install(root / "1" / "auction")
    elif what == "upgrade":
        packages.upgrade(root / "2" / "auction")
    else:
        packages.uninstall("auction")

sys.addaudithook(hook)
number, found, killed = 0, set(), True
while killed:
    packages = Packages(root / "modules", "0.1.0")
    shutil.rmtree(packages.folder, ignore_errors=True)
    if what != "install":
        packages.install(root / "1" / "auction")
    pid = os.fork()
    if pid == 0:
        left = number
        doing(packages)
        os._exit(0)
    status = os.waitpid(pid, 0)[1]
    killed = os.WIFSIGNALED(status)
    assert killed or status == 0, status
    if swaps or not (what == "upgrade" and killed):
        there = [verify(each.folder).version for each in packages.list()]
        assert what != "upgrade" or there, number
    packages.mend()
    there = [verify(each.folder).version for each in packages.list()]
    kept = [verify(each, force=True).version for each in packages.kept("auction")]
    assert {"install": there in ([], ["1.0.0"]) and kept == [],
            "upgrade": (there, kept) in ((["1.0.0"], []), (["2.0.0"], ["1.0.0"])),
            "uninstall": (there, kept) in ((["1.0.0"], []), ([], ["1.0.0"]))}[what], (number, there, kept)
    assert not list(packages.folder.glob(".staging*"))
    if killed:
        found.add((*there, "kept", *kept))
    number += 1
print(number, len(found))
"""

#: Goes up and down, saying what was done. What another run did first is a conflict, and no harm.
SWINGING = """
import sys
from pathlib import Path
from mud.core.errors import Conflict
from mud.framework.packages.packages import Packages

root, times = Path(sys.argv[1]), int(sys.argv[2])
packages = Packages(root / "modules", "0.1.0")
for number in range(times):
    try:
        if number % 2:
            packages.downgrade(root / "1" / "auction")
        else:
            packages.upgrade(root / "2" / "auction")
        print("done", flush=True)
    except Conflict:
        print("conflict", flush=True)
"""

INSTALLING = """
import sys
from pathlib import Path
from mud.core.errors import Conflict
from mud.framework.packages.packages import Packages

sys.stdin.readline()
try:
    print(Packages(Path(sys.argv[1]) / "modules", "0.1.0").install(Path(sys.argv[1]) / "1" / "auction").version)
except Conflict:
    print("conflict")
"""


def run(program: str, *arguments: object) -> subprocess.Popen[str]:
    """Start a program of ours."""
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("how", ["swaps", "without swapping"])
@pytest.mark.parametrize("what", ["install", "upgrade", "uninstall"])
def test_killed_at_any_step_the_old_or_the_new_is_there_whole(tmp_path: Path, what: str, how: str) -> None:
    package(tmp_path / "1")
    package(tmp_path / "2", "2.0.0")
    with run(KILLED, tmp_path, what, how) as process:
        said, _ = process.communicate(timeout=250)
    assert process.returncode == 0
    steps, outcomes = map(int, said.split())
    assert steps > 10 and outcomes == 2  # both the old and the new were seen


def test_killed_at_random_instants_it_is_whole_at_once(tmp_path: Path, packages: Packages) -> None:
    chance = random.Random(3)
    packages.install(package(tmp_path / "1"))
    package(tmp_path / "2", "2.0.0")
    for _ in range(25):
        with run(SWINGING, tmp_path, 1_000_000) as process:
            assert process.stdout is not None
            for _ in range(chance.randint(1, 6)):
                # A conflict: the one before was killed while it had the folder.
                assert process.stdout.readline() in ("done\n", "conflict\n")
            with suppress(subprocess.TimeoutExpired):
                process.wait(chance.uniform(0, 0.02))  # which instant is hit is chance
            process.kill()
        assert verify(packages.folder / "auction").version in ("1.0.0", "2.0.0")  # which instant was hit is chance
        assert [each.problem for each in packages.list()] == [""]
    packages.mend()
    assert not list(packages.folder.glob(".staging*"))
    assert {path.name for path in packages.kept("auction")} == {"auction-1.0.0", "auction-2.0.0"}
    assert all(verify(path) for path in packages.kept("auction"))


def test_two_at_once_take_turns_and_a_reader_sees_wholes(tmp_path: Path, packages: Packages) -> None:
    packages.install(package(tmp_path / "1"))
    package(tmp_path / "2", "2.0.0")
    with run(SWINGING, tmp_path, 60) as one, run(SWINGING, tmp_path, 60) as two:
        while one.poll() is None or two.poll() is None:
            seen = packages.list()
            assert [each.name for each in seen] == ["auction"]
        said = [one.communicate()[0].split(), two.communicate()[0].split()]
    assert (one.returncode, two.returncode) == (0, 0)
    assert [len(lines) for lines in said] == [60, 60] and "done" in said[0] + said[1]
    assert packages.list()[0].problem == ""
    assert sorted(os.listdir(packages.folder)) == [".kept", ".lock", "auction"]


def test_of_two_installs_at_once_one_is_a_conflict(tmp_path: Path, packages: Packages) -> None:
    package(tmp_path / "1")
    with run(INSTALLING, tmp_path) as one, run(INSTALLING, tmp_path) as two:
        for process in (one, two):
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        said = [process.communicate()[0].strip() for process in (one, two)]
    assert sorted(said) == ["1.0.0", "conflict"] and packages.list()[0].problem == ""


def test_who_waits_for_the_lock_too_long_gives_up(tmp_path: Path, packages: Packages) -> None:
    packages.install(package(tmp_path))
    with archive.locked(packages.folder / ".lock", archive.Deadline(1, "holding")):
        with pytest.raises(TimedOut, match="another run has been at work for 0 s") as caught:
            packages.uninstall("auction", seconds=0)
        assert isinstance(caught.value, FrameworkError) and caught.value.code == "timed_out"
        assert isinstance(packages.list()[0], Installed)  # reading needs no lock
    packages.uninstall("auction")
