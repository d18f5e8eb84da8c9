"""What a trade comes through, and what ends it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from modules.trading import MODULE
from modules.trading.state import Trading
from modules.trading.tests.stage import WORLD, carried, pair, sane
from mud.api import Died, Moved
from mud.core import events as e
from mud.testing import Kit, Player
from mud.testing.fixtures import kit_of

kit = kit_of(MODULE, world=WORLD)


def in_the_middle(kit: Kit) -> tuple[Player, Player]:
    """A sword for 60 gold, which Ada has accepted."""
    ada, ben, _ = pair(kit)
    ada.do("trade offer sword")
    ben.do("trade offer 60 gold")
    ada.do("trade accept")
    return ada, ben


def test_a_copyover_keeps_offers_and_acceptances(kit: Kit) -> None:
    ada, ben = in_the_middle(kit)
    before = kit.state
    kit.copyover(seconds=20)
    assert kit.state == before and "Ada has accepted it, you not yet." in ben.do("trade") and sane(kit)
    ben.do("trade accept")
    assert (carried(ben), ada.gold, ben.gold) == (["sword"], 60, 40) and sane(kit)


def test_acceptances_of_many_things_outlast_copyovers(kit: Kit) -> None:
    ada, ben, _ = pair(kit)
    for kind in ("bag", "wand", "apple", "apple"):
        kit.make_item(kind, ada.character)
    ada.do("put wand bag", "put apple bag", "trade offer sword", "trade offer apple", "trade offer bag")
    ben.do("trade offer 60 gold")
    ada.do("trade accept")
    picture = kit.state.windows[1].picture
    ben.read()
    seen = ben.do("trade")
    kit.copyover(seconds=3)
    kit.copyover(seconds=3)
    assert kit.state.windows[1].picture == picture and ben.do("trade") == seen
    ben.do("trade accept")
    assert carried(ben) == ["apple", "bag", "sword"] and ada.gold == 60 and sane(kit)


def test_save_and_restore(kit: Kit, tmp_path: Path) -> None:
    in_the_middle(kit)
    kit.cycle(tmp_path)


def dies(kit: Kit, ada: Player) -> None:
    kit.emit(Died(ada.character.id, "m1", "hall"))


def loses_link(kit: Kit, ada: Player) -> None:
    kit.post(e.Lost(ada.session, "cut"))


def is_kicked(kit: Kit, ada: Player) -> None:
    kit.player("Boss", "admin").do("kick ada")


def is_moved(kit: Kit, ada: Player) -> None:
    kit.act(lambda ctx: ctx.move(ada.character, "yard"))


ENDS: list[tuple[Callable[[Kit, Player], object], str]] = [
    (lambda kit, ada: ada.do("trade cancel"), "Ada calls it off."),
    (lambda kit, ada: ada.do("north"), "Ada has gone."),
    (lambda kit, ada: ada.do("quit"), "Ada has left."),
    (is_kicked, "Ada has left."),
    (loses_link, "Ada stares into nothing."),
    (dies, "Ada has died."),
    (is_moved, "Ada has gone."),
]


@pytest.mark.parametrize(("happens", "why"), ENDS)
def test_what_ends_a_trade_gives_back(kit: Kit, happens: Callable[[Kit, Player], object], why: str) -> None:
    ada, ben = in_the_middle(kit)
    me = ada.character
    ben.read()
    happens(kit, ada)
    assert f"{why} The trade is off. You have 60 gold coins back." in ben.read()
    assert ben.gold == 100 and [i.kind for i in kit.game.world.held(me.owner_key)] == ["sword"]
    assert kit.state == Trading(last=1) and sane(kit)
    kit.flush()
    assert sane(kit)
    ada = kit.player("Ada")
    assert carried(ada) == ["sword"] and sane(kit)


def test_who_are_put_elsewhere_together_in_one_event_trade_on(kit: Kit) -> None:
    ada, ben = in_the_middle(kit)

    def both() -> None:
        world = kit.game.world
        world.move_character(ada.character, "yard")
        world.move_character(ben.character, "yard")

    def walk(ctx: object) -> None:
        both()

    kit.act(walk)
    kit.emit(Moved(ada.character.id, "hall", "yard"))
    kit.emit(Moved(ben.character.id, "hall", "yard"))
    ben.do("trade accept")
    assert carried(ben) == ["sword"] and sane(kit)


def test_the_link_dead_are_not_asked(kit: Kit) -> None:
    ada, ben = kit.player("Ada"), kit.player("Ben")
    kit.post(e.Lost(ben.session, "cut"))
    assert ada.do("trade ben").endswith("Ben does not answer.")


def test_a_crash_gives_back_what_was_on_the_table(kit: Kit) -> None:
    in_the_middle(kit)
    kit.flush()
    kit.crash(seconds=60)
    assert kit.state.windows == {} and sane(kit)  # nobody is connected: it is off
    ada, ben = kit.player("Ada"), kit.player("Ben")
    assert (carried(ada), carried(ben), ada.gold, ben.gold) == (["sword"], [], 0, 100)


def test_a_swap_is_in_the_flush_whole_or_not_at_all(kit: Kit) -> None:
    _, ben = in_the_middle(kit)
    kit.flush()
    ben.do("trade accept")
    kit.crash()
    ada, ben = kit.player("Ada"), kit.player("Ben")
    assert (carried(ada), carried(ben), ada.gold, ben.gold) == (["sword"], [], 0, 100) and sane(kit)


def test_out_of_service_it_keeps_everything_and_goes_on(kit: Kit) -> None:
    ada, ben = in_the_middle(kit)
    kit.manage("pause")
    assert "out of service" in ben.do("trade accept") and sane(kit)
    kit.manage("resume")
    ben.do("trade accept")
    assert carried(ben) == ["sword"] and ada.gold == 60 and sane(kit)


def test_who_leaves_while_it_is_out_of_service_has_theirs_back_afterwards(kit: Kit) -> None:
    ada, ben = in_the_middle(kit)
    kit.manage("pause")
    ada.do("quit")
    kit.flush()
    assert sane(kit)
    kit.manage("resume")
    assert ben.gold == 100 and "You are no longer together. The trade is off." in ben.read() and kit.state.seats == {}
    assert sane(kit)
    assert carried(kit.player("Ada")) == ["sword"] and sane(kit)


def test_who_walks_away_while_it_is_out_of_service_has_theirs_when_it_is_back(kit: Kit) -> None:
    ada, _ = in_the_middle(kit)
    kit.manage("pause")
    ada.do("north")
    kit.manage("resume")
    assert carried(ada) == ["sword"] and kit.state.windows == {} and sane(kit)


def test_a_lost_state_gives_everything_back(kit: Kit) -> None:
    ada, ben = in_the_middle(kit)
    ada.read()
    kit.instance().state = Trading()
    kit.manage("pause")
    kit.manage("resume")
    assert carried(ada) == ["sword"] and ben.gold == 100 and sane(kit)
    assert ada.read() == "You have a sword back from a trade that was called off."


def test_an_item_stays_itself(kit: Kit) -> None:
    ada, ben, _ = pair(kit)
    bag, wand = kit.make_item("bag", ada.character), kit.make_item("wand", ada.character)
    wand.values, wand.short, wand.keywords = {"charges": 2, "owner": "Ada"}, "Ada's own wand", ("wand", "own")
    ada.do("put wand bag", "trade offer bag")
    assert "Ada offers a bag (in it Ada's own wand)." in ben.read()
    kit.copyover(seconds=5)
    ben.do("trade accept")
    ada.do("trade accept")
    kit.flush()
    kit.crash()
    ben = kit.player("Ben")
    (got,) = kit.game.world.carried(ben.character)
    (inside,) = kit.game.world.held(got.owner_key)
    assert (got.id, inside.id, inside.short) == (bag.id, wand.id, "Ada's own wand")
    assert inside.values == {"charges": 2, "owner": "Ada"} and sane(kit)
