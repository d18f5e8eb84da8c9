"""Tests lie where their source lies: mud/ROOM/FILE.py is tested in tests/ROOM/test_FILE.py, or test_FILE_TOPIC.py."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
#: Folders of tests of more than one file: whole servers, the economy, the starter world, and what is no test itself.
APART = frozenset({"bench", "bots", "e2e", "economy", "mutants", "world"})


def astray(tests: Path, source: Path) -> Iterator[str]:
    """The files of tests that mirror nothing in `source`. Those at the top test the project itself."""
    for path in sorted(tests.rglob("test_*.py")):
        room = path.parent.relative_to(tests)
        if room != Path() and room.parts[0] not in APART and not _mirrors(path.stem[5:], source / room):
            yield str(path.relative_to(tests))


def _mirrors(name: str, room: Path) -> bool:
    tested = [path.stem for path in room.glob("*.py")] + [path.parent.name for path in room.glob("*/__init__.py")]
    return any(name == each or name.startswith(f"{each}_") for each in tested)


def test_every_test_lies_where_its_source_lies() -> None:
    assert list(astray(ROOT / "tests", ROOT / "mud")) == []


def test_one_that_lies_elsewhere_is_found(tmp_path: Path) -> None:
    for path in ("mud/net/telnet.py", "mud/play/olc/__init__.py"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    good = ("net/test_telnet.py", "net/test_telnet_options.py", "play/test_olc.py", "e2e/test_any.py", "test_house.py")
    bad = ("core/test_telnet.py", "net/test_telnets.py", "net/test_gone.py", "play/test_telnet.py")
    for path in (*good, *bad):
        (tmp_path / "tests" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "tests" / path).touch()
    assert list(astray(tmp_path / "tests", tmp_path / "mud")) == sorted(bad)
