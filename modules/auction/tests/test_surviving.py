"""What an auction comes through: copyovers, a crash, a pause, a lost state."""

from __future__ import annotations

from pathlib import Path

import pytest

from modules.auction import MODULE
from modules.auction.state import Auction, Ends
from modules.auction.tests.stage import WORLD, carried, sane, seller
from mud.api import LIMIT
from mud.core.timers import ModuleTimer
from mud.testing import Kit
from mud.testing.fixtures import kit_of

kit = kit_of(MODULE, world=WORLD)


def test_save_and_restore(kit: Kit, tmp_path: Path) -> None:
    seller(kit, terms="100 10m buyout 300")
    kit.player("Ben", gold=500).do("auction bid 1 200", "auction mute")
    kit.cycle(tmp_path)


@pytest.mark.parametrize("down", [0, 20, 3600])
def test_what_ended_during_a_copyover_ends_at_once_and_once(kit: Kit, down: float) -> None:
    ada, item = seller(kit, terms="100 1m")
    ben = kit.player("Ben", gold=500)
    ben.do("auction bid 1 100")
    kit.wait(50)
    kit.copyover(seconds=down)
    if down < 10:
        assert kit.state.lots[1].bid == 100 and ben.do("auction show 1").startswith("Lot 1: a sword")
        kit.wait(10)
    assert kit.state.lots == {} and kit.game.world.items[item.id].owner == ben.character.owner_key
    assert (ada.gold, ben.gold) == (95, 400)
    kit.wait(3600)
    assert (ada.gold, ben.gold) == (95, 400) and len(kit.state.history) == 1 and sane(kit)


def test_what_ended_while_the_server_was_down_ends_at_its_start(kit: Kit) -> None:
    ada, item = seller(kit, terms="100 1m")
    ben = kit.player("Ben", gold=500)
    ben.do("auction bid 1 100")
    kit.flush()
    ben.do("auction bid 1 400")  # never written
    kit.crash(seconds=3600)
    assert kit.state.lots == {} and sane(kit)
    ben, ada = kit.player("Ben"), kit.player("Ada")
    assert (ada.gold, ben.gold, carried(ben)) == (95, 400, ["sword"])
    assert kit.game.world.items[item.id].kind == "sword"


def test_an_item_stays_itself(kit: Kit) -> None:
    ada = kit.player("Ada")
    bag, wand = kit.make_item("bag", ada.character), kit.make_item("wand", ada.character)

    def mark() -> None:
        wand.values, wand.short, wand.keywords = {"charges": 2, "owner": "Ada"}, "Ada's own wand", ("wand", "own")

    mark()
    ada.do("put wand bag", "auction sell bag 10 1m")
    before = kit.game.world.items[wand.id]
    assert "In it: Ada's own wand." in ada.do("auction show 1")
    ben = kit.player("Ben", gold=50)
    ben.do("auction bid 1 10")
    kit.copyover(seconds=5)
    kit.flush()
    kit.crash(seconds=120)
    ben = kit.player("Ben")
    (got,) = kit.game.world.carried(ben.character)
    (inside,) = kit.game.world.held(got.owner_key)
    assert got.id == bag.id and inside == before and inside.values == {"charges": 2, "owner": "Ada"} and sane(kit)


def test_out_of_service_it_keeps_everything_and_goes_on_when_it_is_back(kit: Kit) -> None:
    ada, item = seller(kit, terms="100 1m")
    ben = kit.player("Ben", gold=500)
    ben.do("auction bid 1 100")
    kit.manage("pause")
    kit.wait(3600)
    assert "out of service" in ben.do("auction bid 1 200") and item.owner.startswith("escrow:auction:") and sane(kit)
    kit.manage("resume")
    kit.wait(0)
    assert item.owner == ben.character.owner_key and (ada.gold, ben.gold) == (95, 400) and sane(kit)


def test_a_lost_state_gives_everything_back(kit: Kit) -> None:
    ada, item = seller(kit)
    ben = kit.player("Ben", gold=500)
    ben.do("auction bid 1 100")
    ada.do("quit")
    kit.flush()
    kit.instance().state = Auction()
    kit.manage("pause")
    kit.manage("resume")
    assert ben.gold == 500 and item.owner.startswith("escrow:auction:p") and sane(kit)
    assert carried(kit.player("Ada")) == ["sword"] and sane(kit)


def test_a_state_from_elsewhere_ends_without_inventing_anything(kit: Kit) -> None:
    seller(kit, terms="100 1m")
    ben = kit.player("Ben", gold=500)
    ben.do("auction bid 1 100")
    state = kit.state
    other = Kit(MODULE, world=WORLD)
    other.wall = kit.wall
    other.instance().state = state
    other.manage("pause")
    other.manage("resume")
    assert len(other.game.world.timers.of("auction", "Ends")) == 1
    other.wait(60)
    assert other.state.lots == {} and other.game.world.items == {} and other.audit() == []


def test_a_lot_in_its_last_seconds_would_rather_wait(kit: Kit) -> None:
    seller(kit, terms="100 1m")
    assert kit.vetoes() == []
    kit.wait(57)
    (veto,) = kit.vetoes()
    assert not veto.hard and veto.clears_in == pytest.approx(3)
    kit.wait(3)
    assert kit.vetoes() == []


def test_its_timers_are_its_own(kit: Kit) -> None:
    seller(kit)
    (timer,) = kit.game.world.timers.of("auction", "Ends")
    assert isinstance(timer.payload, ModuleTimer) and timer.payload.clock == "wall" == Ends.clock


def test_the_price_at_the_bound_of_the_number(kit: Kit) -> None:
    seller(kit, terms=f"{LIMIT}")
    ben = kit.player("Ben", gold=LIMIT)
    ben.do(f"auction bid 1 {LIMIT}")
    assert ben.gold == 0 and ben.do(f"auction bid 1 {LIMIT}") == "No bid can be higher than the one on lot 1."
    kit.wait(86_400)
    assert carried(ben) == ["sword"] and sane(kit)
