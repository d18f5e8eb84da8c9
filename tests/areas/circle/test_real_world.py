"""tbaMUD's stock world, all of it: counted, written and loaded again, peopled by its zones."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mud.areas.circle import Imported, import_world
from mud.areas.load import examine
from mud.areas.write import write_world
from mud.core import area as a
from mud.core.clock import Clock
from mud.core.model import room_key
from mud.game import Game

ROOT = Path(__file__).parent.parent.parent.parent


@pytest.fixture(scope="session")
def tba() -> Imported:
    """tbaMUD's stock world."""
    folder = Path(os.environ.get("EVERWAKE_TBA_WORLD", ROOT.parent / "shared/worlds/tbamud/lib/world"))
    if not folder.is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"the tbaMUD world is not in {folder}: set EVERWAKE_TBA_WORLD")
        pytest.skip(f"the tbaMUD world is not in {folder}; EVERWAKE_TBA_WORLD may name it")
    return import_world(folder)


@pytest.mark.tba
def test_the_real_world_is_whole(tba: Imported) -> None:
    expected = {
        "rooms": 12_700,
        "mobs": 3_705,
        "objects": 4_765,
        "zones": 189,
        "exits": 29_327,
        "exits_nowhere": 108,
        "exits_missing": 0,
    }
    assert {name: tba.report[name] for name in expected} == expected
    assert tba.problems == []
    assert tba.report["triggers"] > 1000 and tba.report["quests"] > 0
    assert any(row.startswith("trg/") for row in tba.left_out)
    teleporter = next(item for area in tba.areas for item in area.items if item.id == "3006")
    assert len(teleporter.extras) == 1  # it stands behind its scripts


@pytest.mark.tba
def test_the_real_world_written_and_loaded_is_the_model_it_was(tba: Imported, tmp_path: Path) -> None:
    write_world(tba.areas, tmp_path)
    world, problems = examine(tmp_path)
    assert problems == [] and world is not None
    assert world.areas == {area.id: area for area in tba.areas}


@pytest.mark.tba
def test_zone_resets_people_the_real_world(tba: Imported) -> None:
    game = Game.begin(a.WorldDef.of(tba.areas, "3001"), Clock(lambda: 0.0, lambda: 0.0))
    game.populate()
    world = game.world
    assert world.ledger.total() == 0
    placed = {(r.id, r.room) for area in tba.areas for r in area.resets if isinstance(r, a.MobReset)}
    assert len(world.characters) > 3000
    assert all((c.mob, c.room) in placed for c in world.characters.values())
    altar = {i.kind for i in world.held(room_key("3054"))}
    steps = [r for area in tba.areas for r in area.resets if isinstance(r, a.ItemReset) and r.room == "3054"]
    assert {step.id for step in steps} <= altar
    waiter = next(c for c in world.characters.values() if c.mob == "3044")
    assert waiter.room == "3028"
    assert {i.kind for i in world.worn(waiter)} == {"3021"} and {i.kind for i in world.carried(waiter)} == {
        "3003",
        "3004",
    }
    doors = [r for area in tba.areas for r in area.resets if isinstance(r, a.DoorReset)]
    last = {(r.room, r.direction): r.state for r in doors}
    assert len(last) > 1000
    assert all(world.door_state(room, direction) == state for (room, direction), state in last.items())
