"""tbaMUD's stock world, all of it: counted, written and loaded again, peopled by its zones."""

from __future__ import annotations

from pathlib import Path

import pytest

from mud.areas.circle import ImportedWorld, import_world
from mud.areas.destination import Destination
from mud.areas.load import examine
from mud.core.clock import Clock
from mud.core.world import area as a
from mud.core.world.calendar import CALENDAR
from mud.core.world.model import room_key
from mud.game import Game
from mud.play import shops, zones
from mud.testing import Kit, Player
from tests.tools import stock_world


@pytest.fixture(scope="session")
def tba() -> ImportedWorld:
    """tbaMUD's stock world."""
    return import_world(stock_world())


@pytest.mark.tba
def test_the_real_world_is_whole(tba: ImportedWorld) -> None:
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
def test_the_real_world_written_and_loaded_is_the_model_it_was(tba: ImportedWorld, tmp_path: Path) -> None:
    Destination(tmp_path, "now").write(tba.areas, None)
    world, problems = examine(tmp_path)
    assert problems == [] and world is not None
    assert world.areas == {area.id: area for area in tba.areas}


@pytest.mark.tba
def test_zone_resets_people_the_real_world(tba: ImportedWorld) -> None:
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


#: Shops that nobody meets: without a keeper in the files or by any reset, or behind their keeper's first in the room.
HIDDEN = {"1", "34301", "27408", "1300", "27234"}
#: Shops that only buy: their files give them nothing to sell.
EMPTY = set("11800 11801 23604 23605 23606 24002 25720 27405 28904 3007 31527 31528 5433 6535".split())
#: What these trade in does not exist, or they pay nothing for it.
WANT_NOTHING = {"11700", "23604", "23605", "31500"}


def standing(kit: Kit, shop: a.ShopDef) -> shops.Shop | None:
    """A shop where it is kept, if it is."""
    keepers = [c for c in kit.game.world.characters.values() if c.mob is not None and c.mob == shop.keeper]
    found = (shops.in_room(kit.game.world, c.room) for c in keepers)
    return next((each for each in found if each is not None and each.shop is shop), None)


def empty_hands(player: Player) -> None:
    """The player carries nothing any more."""
    for item in player.kit.game.world.held(player.character.owner_key):
        player.kit.act(lambda ctx, item=item: ctx.destroy(item))  # type: ignore[misc]


@pytest.mark.tba
def test_every_shop_of_the_real_world_lists_sells_and_buys(tba: ImportedWorld) -> None:
    kit = Kit(world=a.WorldDef.of(tba.areas, "3001"), watched=False)
    world, boss = kit.game.world, kit.player("Boss", "builder", gold=10**12)
    boss.do("set pager off")
    hidden, empty, want_nothing = set(), set(), set()
    for shop in (shop for area in tba.areas for shop in area.shops):
        here = standing(kit, shop)
        if here is None:
            hidden.add(shop.id)
            continue
        boss.do(f"goto {here.keeper.room}")
        if shop.hours:
            kit.now += CALENDAR.seconds_until(kit.game.clock.game, shop.hours[0][0])
        listed, offered = boss.do("list"), shops.wares(world, here)
        if not offered:
            empty.add(shop.id)
        assert listed.count(" gold coin") >= len(offered), (shop.id, listed)
        for number in range(len(offered), 0, -1):
            assert "You buy" in boss.do(f"buy #{number}"), shop.id
            empty_hands(boss)
        wanted = [i for i in world.defs.items.values() if shops.trades_in(shop, i) and shops.offer(shop, i)]
        wanted = sorted((i for i in wanted if "nodrop" not in i.flags), key=lambda i: i.cost)
        if shop.buys and not wanted:
            want_nothing.add(shop.id)
        for thing in wanted[:1]:
            kit.act(lambda ctx, thing=thing: zones.make_item(ctx, thing.id, boss.character.owner_key))  # type: ignore[misc]
            word = thing.keywords[0]
            assert "I'd give you" in boss.do(f"value {word}"), shop.id
            assert "You sell" in boss.do(f"sell {word}"), shop.id
            empty_hands(boss)
        assert world.ledger.total() == 0
    assert (hidden, empty, want_nothing) == (HIDDEN, EMPTY, WANT_NOTHING)
