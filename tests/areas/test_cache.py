"""The compiled world: used only while it is of these very files, and whatever is wrong with it costs only time."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from mud.areas import cache
from mud.areas.cache import load_cached, load_compiled
from mud.areas.load import load
from mud.core.clock import Clock
from mud.core.errors import WorldError
from mud.core.world.area import WorldDef
from mud.core.world.lazy_mapping import LazyMapping, Parts
from mud.core.world.world import World
from mud.game import Game
from tests.areas.test_load import GOOD

ROOT = Path(__file__).parent.parent.parent
SMALL = ROOT / "tests" / "worlds" / "small"


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """A copy of the starter world to change."""
    shutil.copytree(ROOT / "world", tmp_path / "world")
    return tmp_path / "world"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def no_parsing(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on reading area files fails the test."""

    def parse(directory: Path) -> WorldDef:
        raise AssertionError(f"{directory} was parsed")

    monkeypatch.setattr(cache, "load", parse)
    monkeypatch.setattr(cache, "reread", lambda directory, defs, gone: parse(directory))


def age(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files have not been changed for long, as far as the cache can tell."""
    monkeypatch.setattr(cache, "YOUNG_SECONDS", -1.0)


def equal(one: WorldDef, other: WorldDef) -> bool:
    """Whether two worlds are the same, whatever they are kept in."""
    names = ("areas", "rooms", "mobs", "items", "area_of")
    return one.start == other.start and all(dict(getattr(one, n)) == dict(getattr(other, n)) for n in names)


def test_a_second_start_parses_no_line_and_has_the_same_world(
    world: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = load_cached(world, folder)
    no_parsing(monkeypatch)
    second = load_cached(world, folder)
    assert isinstance(second.areas, LazyMapping) and isinstance(first.areas, dict)
    assert equal(first, second) and list(second.rooms) == list(first.rooms)
    (kept,) = folder.iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600


def test_files_that_were_only_touched_or_copied_are_not_parsed(
    world: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    age(world, monkeypatch)
    load_cached(world, folder)
    no_parsing(monkeypatch)
    for file in world.iterdir():
        os.utime(file, (1, 1))
    shutil.copytree(world, world.with_name("copy"))
    shutil.rmtree(world)
    world.with_name("copy").rename(world)
    assert "quay_steps" in load_cached(world, folder).rooms


def test_another_content_is_noticed_though_size_and_date_are_the_same(
    world: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    age(world, monkeypatch)
    load_cached(world, folder)
    file = world / "harbour.toml"
    before = file.stat()
    file.write_text(file.read_text().replace("The Fish Market", "The Fish Morgue"))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = file.stat()
    assert (before.st_size, before.st_mtime_ns, before.st_ino) == (after.st_size, after.st_mtime_ns, after.st_ino)
    assert load_cached(world, folder).rooms["fish_market"].name == "The Fish Morgue"


def test_what_has_just_been_written_is_read_and_not_trusted_by_its_date(world: Path, folder: Path) -> None:
    (world / "harbour.toml").touch()
    load_cached(world, folder)
    assert cache._stamps_of_files(world) == {}
    assert len(load_cached(world, folder).rooms) == len(load(world).rooms)


def test_files_that_change_while_they_are_read_are_not_kept(
    world: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meddled(directory: Path) -> WorldDef:
        found = load(directory)
        (directory / "new.toml").write_text('[area]\nid = "new"\nname = "New"\n')
        return found

    monkeypatch.setattr(cache, "load", meddled)
    assert "new" not in load_cached(world, folder).areas
    monkeypatch.undo()
    assert "new" in load_cached(world, folder).areas


def test_a_damaged_cache_costs_only_time(world: Path, folder: Path) -> None:
    whole = load_cached(world, folder)
    (kept,) = folder.iterdir()
    good = kept.read_bytes()
    flipped = bytearray(good)
    flipped[-100] ^= 1
    for damage in (b"", b"junk", good[:-5], good[:40], b"\0" * 64, bytes(flipped)):
        kept.write_bytes(damage)
        assert equal(load_cached(world, folder), whole)
        assert kept.read_bytes() == good


def test_broken_files_are_broken_and_the_last_good_world_can_be_had(world: Path, folder: Path) -> None:
    with pytest.raises(WorldError, match="never been compiled"):
        load_compiled(world, folder)
    whole = load_cached(world, folder)
    (world / "harbour.toml").write_text("broken")
    with pytest.raises(WorldError):
        load_cached(world, folder)
    assert equal(load_compiled(world, folder), whole)


def test_a_cache_that_can_not_be_written_costs_only_time(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    assert load_cached(SMALL, tmp_path / "cache").rooms


def test_a_game_that_goes_on_decodes_no_area_to_start(world: Path, folder: Path) -> None:
    clock = Clock(lambda: 0.0, lambda: 0.0)
    before = Game.begin(load_cached(world, folder), clock)
    before.populate()
    defs = load_cached(world, folder)
    after = Game(World(defs, before.world.state(0.0)), clock)
    after.populate()
    assert unopened(defs) == len(defs.areas) and after.world.count("mob", "fishwife") == 1


def test_a_start_reads_only_what_changed_and_comes_to_the_same(tmp_path: Path) -> None:
    world, folder = tmp_path / "world", tmp_path / "cache"
    world.mkdir()
    (world / "x.toml").write_text(GOOD, "utf-8")
    for name in ("m", "y"):
        (world / f"{name}.toml").write_text(
            f'[area]\nid = "{name}"\nname = "N"\n[[room]]\nid = "{name}1"\nname = "M"\n', "utf-8"
        )
    (world / "world.toml").write_text('[world]\nstart = "y1"\n', "utf-8")
    assert load_cached(world, folder).start == "y1"
    (world / "m.toml").unlink()
    (world / "world.toml").unlink()
    (world / "a.toml").write_text('[area]\nid = "a"\nname = "A"\n[[room]]\nid = "a1"\nname = "A1"\n', "utf-8")
    (world / "x.toml").write_text(GOOD.replace('name = "B"', 'name = "C"'), "utf-8")
    found = load_cached(world, folder)
    assert equal(found, load(world)) and list(found.areas) == ["a", "x", "y"] and found.start == "a1"
    assert equal(load_cached(world, folder), found)
    (world / "y.toml").write_text('[area]\nid = "y"\nname = "N"\n[[room]]\nid = "a"\nname = "M"\n', "utf-8")
    with pytest.raises(WorldError) as refused:
        load_cached(world, folder)
    with pytest.raises(WorldError) as plain:
        load(world)
    assert refused.value.problems == plain.value.problems


# Packed areas


@pytest.fixture
def packed(world: Path, folder: Path) -> WorldDef:
    load_cached(world, folder)
    return load_cached(world, folder)


def unopened(world: WorldDef) -> int:
    assert isinstance(world.areas, LazyMapping)
    return world.areas.packed()


def test_an_area_is_decoded_when_it_is_first_needed(packed: WorldDef) -> None:
    assert unopened(packed) == len(packed.areas) == 4
    assert "crypt" in packed.rooms and packed.area_of["crypt"] == "drowned" and len(packed.mobs) > 10
    assert packed.rooms.get("nowhere") is None and packed.mobs.get("crypt") is None
    assert unopened(packed) == 4
    assert packed.rooms["crypt"] is packed.rooms.get("crypt") and packed.rooms["crypt"].name == "The Crypt"
    assert unopened(packed) == 3
    with pytest.raises(KeyError):
        packed.items["nothing"]


def test_all_of_a_packed_world_is_what_was_packed(world: Path, packed: WorldDef) -> None:
    assert isinstance(packed.rooms, Parts) and equal(packed, load(world)) and unopened(packed) == 0
    assert [room.id for room in packed.rooms.values()] == list(packed.rooms)
