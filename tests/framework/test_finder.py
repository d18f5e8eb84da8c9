"""Where modules come from, and what an import that goes wrong says."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mud.core.commands import CommandTable
from mud.core.errors import FrameworkError
from mud.framework import finder
from mud.framework.finder import ModuleSource, find, load, package_of, take_out
from mud.framework.loader import NATIVE, Loader, ModuleConfig
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
    return Loader(Registry(CommandTable(())), ModuleConfig(options, {}, {}, {}), lambda: 0.0)


def test_the_first_folder_that_has_one_is_where_it_comes_from(tmp_path: Path) -> None:  # S3.4
    for name in ("a", "b"):
        write(tmp_path / name, GOOD)
    assert find([tmp_path / "b", tmp_path / "a"], NATIVE)["bell"].folder == tmp_path / "b" / "bell"


def test_native_ones_and_those_of_folders_are_found(tmp_path: Path) -> None:  # S3.4
    write(tmp_path, GOOD)
    write(tmp_path, GOOD, "_hidden")
    write(tmp_path, GOOD, ".staging")
    found = find([NATIVE, tmp_path], NATIVE)
    kinds = {name: source.kind for name, source in found.items()}
    assert kinds.pop("bell") == "path"
    assert "raffle" in kinds and set(kinds.values()) == {"native"}


def test_a_relative_folder_is_named_in_errors_like_any_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # S3.4, S3.10
    (tmp_path / "inner").mkdir()
    write(tmp_path / "mods", "import math\n1 / 0\n")
    monkeypatch.chdir(tmp_path / "inner")
    made = loader(Path("../mods"))
    source = made.sources()["bell"]
    assert source.folder == tmp_path / "mods" / "bell"
    with pytest.raises(FrameworkError, match=r"bell can't be imported: bell/__init__\.py:3: ZeroDivisionError"):
        made.build(source)


def test_what_the_operator_says_of_what_is_not_there_is_noticed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    # S4.2
    write(tmp_path, GOOD)
    options = ModuleOptions(folders=[str(tmp_path), str(tmp_path / "gone")], off=["raffle", "people"])
    given = ModuleConfig(options, {"raffel": {}, "raffle": {}}, {"bel": ["files"], "bell": []}, {})
    made = Loader(Registry(CommandTable(())), given, lambda: 0.0)
    with caplog.at_level("WARNING", "mud.modules"):
        made.load_all()
    assert [r.message for r in caplog.records if r.name == "mud.modules"] == [
        f"[modules] folders: {tmp_path / 'gone'} is not a folder; no module is loaded from there",
        "[permissions] bel: there is no such module; did you mean bell?",
        "[settings] raffel: there is no such module; did you mean raffle?",
    ]


@pytest.fixture(autouse=True)
def modules_as_they_were() -> Iterator[None]:
    """Other tests have imported the game's own modules, and mean those."""
    before = dict(sys.modules)
    yield
    sys.modules.update(before)


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Loader]:
    """Writes an installed package whose entry point `bell` is what one says."""

    def install(entry: str) -> Loader:
        info = tmp_path / "bell-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: bell\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[everwake.modules]\nbell = {entry}\n")
        monkeypatch.syspath_prepend(str(tmp_path))
        return loader(tmp_path / "nothing")

    return install


def test_an_entry_point_whose_package_is_gone_is_a_module_that_failed(
    installed: Callable[[str], Loader],
) -> None:  # S3.4, S2.9
    made = installed("bell_that_is_gone.inner:MODULE")
    made.load_all()
    bell = made.registry.instances["bell"]
    assert bell.life.state.value == "failed"
    assert "bell (bell_that_is_gone.inner:MODULE) can't be imported: ModuleNotFoundError" in bell.figures.last_error


def test_an_entry_point_may_be_a_single_file(tmp_path: Path, installed: Callable[[str], Loader]) -> None:  # S3.4
    path = tmp_path / "bell_file.py"
    path.write_text(f'"""A module."""\n{GOOD}', "utf-8")
    (tmp_path / "stranger.py").write_text("import socket\n", "utf-8")  # beside it, and none of its code
    kept = tmp_path / "__pycache__" / "stranger.pyc"
    kept.parent.mkdir()
    kept.write_text("x")
    made = installed("bell_file:MODULE")
    source = made.sources()["bell"]
    assert source.folder == path
    try:
        assert made.build(source).module.version == "1.2.3"
        path.write_text(f'"""A module."""\n{GOOD.replace("1.2.3", "1.2.4")}', "utf-8")
        assert made.build(source, fresh=True).module.version == "1.2.4"
        assert kept.exists()
        path.write_text('"""A module."""\n1 / 0\n', "utf-8")
        with pytest.raises(FrameworkError, match=r"can't be imported: bell_file\.py:2: ZeroDivisionError"):
            made.build(source, fresh=True)
        path.write_text("x = 1\n", "utf-8")
        with pytest.raises(FrameworkError, match=r"bell_file\.py defines no MODULE"):
            made.build(source, fresh=True)
    finally:
        take_out(package_of(source))


def test_a_reload_takes_the_whole_package_of_an_entry_point(
    tmp_path: Path, installed: Callable[[str], Loader]
) -> None:  # S3.4
    home = write(tmp_path / "bell_home", 'NUMBER = "1.0.0"\n', "bells")
    (tmp_path / "bell_home" / "__init__.py").write_text("")
    (home / "big.py").write_text(
        f'"""A module."""\nfrom . import NUMBER\n{GOOD.replace(chr(34) + "1.2.3" + chr(34), "NUMBER")}', "utf-8"
    )
    made = installed("bell_home.bells.big:MODULE")
    source = made.sources()["bell"]
    assert (source.folder, package_of(source)) == (home, "bell_home.bells")
    try:
        assert made.build(source).module.version == "1.0.0"
        write(tmp_path / "bell_home", 'NUMBER = "1.0.1"\n', "bells")
        assert made.build(source, fresh=True).module.version == "1.0.1"
    finally:
        take_out("bell_home")


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
    'from mud.api import Module\nMODULE = Module(name="bell")': "bell/__init__.py:3: Module: version is missing",
}


@pytest.mark.parametrize("code", BROKEN)
def test_an_import_that_goes_wrong_says_where_and_leaves_the_old_code(
    tmp_path: Path, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:  # S3.4, S3.5
    monkeypatch.setattr(finder, "IMPORT_SECONDS", 0.2)
    home = write(tmp_path, GOOD)
    source = ModuleSource("bell", "path", home)
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
    source = ModuleSource("bell", "path", home)
    try:
        for number in range(10):
            write(tmp_path, GOOD.replace("1.2.3", f"1.2.{number}"))
            take_out("modules.bell")
            assert load(source, fresh=True).module.version == f"1.2.{number}"
    finally:
        take_out("modules.bell")
