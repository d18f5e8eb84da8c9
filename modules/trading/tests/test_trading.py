"""Trading, as both at the window see it."""

from __future__ import annotations

import pytest

from modules.trading import MODULE
from modules.trading.state import Trading
from modules.trading.tests.stage import WORLD, carried, pair, sane
from mud.api import Veto
from mud.core.world.model import Item
from mud.testing import Kit
from mud.testing.fixtures import kit_of

kit = kit_of(MODULE, world=WORLD)


def test_both_accept_the_same_picture_and_all_changes_hands(kit: Kit) -> None:
    cleo = kit.player("Cleo")
    ada, ben, sword = pair(kit)
    assert ada.do("trade offer sword") == (
        "Trade with Ben, version 2:\n  You offer a sword.\n  Ben offers nothing.\n  Nobody has accepted it yet."
    )
    assert ben.read() == (
        "Trade with Ada, version 2:\n  You offer nothing.\n  Ada offers a sword.\n  Nobody has accepted it yet."
    )
    assert sword.owner == f"escrow:trading:{ada.character.id}" and sane(kit)
    ben.do("trade offer 60 gold")
    assert ben.gold == 40 and ada.do("trade accept").endswith("You have accepted it, Ben not yet.")
    assert ben.read().endswith("Ada has accepted it, you not yet.")
    cleo.read()
    assert ben.do("trade accept 3") == "You trade: you give 60 gold coins and get a sword."
    assert ada.read() == "You trade: you give a sword and get 60 gold coins."
    assert cleo.read() == "Ada and Ben trade."
    assert (carried(ada), carried(ben), ada.gold, ben.gold) == ([], ["sword"], 60, 40)
    assert kit.state == Trading(last=1) and sane(kit)
    assert ben.do("trade") == "You are not trading with anybody. Write: trade NAME."


def test_a_copyover_is_asked_to_wait_while_both_are_accepting(kit: Kit) -> None:  # S0.13
    ada, ben, _ = pair(kit)
    ada.do("trade offer sword")
    assert kit.vetoes() == []
    ada.do("trade accept")
    kit.wait(4)
    assert kit.vetoes() == [Veto.soft("a trade is about to be closed", clears_in=6.0)]
    kit.wait(6)
    assert kit.vetoes() == []  # it waits for nobody for ever
    ben.do("trade offer 10 gold", "trade accept")
    assert len(kit.vetoes()) == 1
    ada.do("trade accept")
    assert carried(ben) == ["sword"] and kit.vetoes() == [] and sane(kit)


def test_any_change_clears_both_acceptances(kit: Kit) -> None:
    ada, ben, _ = pair(kit)
    ada.do("trade offer sword", "trade accept")
    ben.do("trade offer 10 gold")
    assert kit.state.windows[1].accepted == ()
    ben.do("trade accept")
    assert carried(ada) == [] and ben.gold == 90  # nothing has changed hands
    ada.do("trade withdraw sword")
    assert kit.state.windows[1].accepted == () and carried(ada) == ["sword"]
    ben.do("trade accept 4")
    ada.do("trade accept")
    assert (carried(ada), ada.gold, ben.gold) == (["sword"], 10, 90) and sane(kit)


def test_an_acceptance_names_its_picture(kit: Kit) -> None:
    ada, ben, _ = pair(kit)
    ada.do("trade offer sword")
    ben.do("trade offer 10 gold")
    assert ben.do("trade accept 2").endswith("That was version 2; now it is version 3. `trade` shows it.")
    assert ben.do("trade accept x") == "Write: trade accept, or trade accept N for version N."
    assert "version 3" in ben.do("trade") and kit.state.windows[1].accepted == ()


def test_who_takes_something_out_at_the_last_moment_does_not_catch_the_other(kit: Kit) -> None:
    ada, ben, _ = pair(kit)
    ada.do("trade offer sword")
    ben.do("trade offer 10 gold")
    ada.do("trade withdraw sword")  # while Ben types
    assert "Ada has just taken something out of it. Look again: `trade accept 4`" in ben.do("trade accept")
    assert ada.do("trade accept").endswith("You have accepted it, Ben not yet.")
    kit.wait(5)
    ben.do("trade accept")
    assert ada.gold == 10 and sane(kit)


def test_nor_when_the_other_took_something_out_in_between(kit: Kit) -> None:
    ada, ben, _ = pair(kit)
    ada.do("trade offer sword")
    ben.do("trade offer 10 gold")
    ada.do("trade withdraw sword")  # while Ben types two lines
    ben.do("trade withdraw 1 gold")
    assert "Ada has just taken something out of it." in ben.do("trade accept")
    assert "Ben has just taken something out of it." in ada.do("trade accept")
    ben.do("trade accept 5")
    ada.do("trade accept 5")
    assert ada.gold == 9 and sane(kit)


def test_an_acceptance_is_of_what_things_are_not_only_of_what_they_are_called(kit: Kit) -> None:
    ada, ben, _ = pair(kit)
    wand = kit.make_item("wand", ada.character)
    ada.do("trade offer wand")
    ben.do("trade accept")
    kit.act(lambda ctx: ctx.world.edit(wand))
    wand.values = {"charges": 0}
    assert "Something in it has changed" in ada.do("trade accept")
    assert kit.state.windows[1].accepted == () and kit.state.windows[1].picture == 3 and sane(kit)


def test_whoever_was_asked_says_yes_by_doing_something(kit: Kit) -> None:
    ada, ben = kit.player("Ada"), kit.player("Ben", gold=9)
    kit.make_item("sword", ada.character)
    ada.do("trade ben")
    assert "Ada wants to trade with you" in ben.read()
    assert ada.do("trade offer sword").endswith("Ben has not answered yet.")
    ada.do("trade accept")
    ben.do("trade accept")
    assert carried(ben) == ["sword"] and sane(kit)


def test_whoever_was_asked_can_say_yes_to_somebody_that_they_can_not_see(kit: Kit) -> None:
    ada, ben = kit.player("Ada"), kit.player("Ben")
    kit.act(lambda ctx: ctx.world.edit(ada.character))
    ada.character.effects = {"kit": {"invisible": 1}}
    assert "There is no 'ada' here" in ben.do("trade ada")
    ada.do("trade ben")
    assert "`trade Ada` accepts" in ben.read()
    assert "There is no 'cleo' here" in ben.do("trade cleo") and not kit.state.windows[1].joined
    assert ben.do("trade ada").startswith("Trade with Ada, version 1:") and kit.state.windows[1].joined


def test_who_sleeps_can_only_look_and_call_it_off(kit: Kit) -> None:
    ada, ben, sword = pair(kit)
    ada.do("trade offer sword")
    ben.do("sleep")
    for line in ("trade accept", "trade offer 5 gold", "trade ada"):
        assert ben.do(line).endswith("You are asleep. `wake` first.")
    assert "version 2" in ben.do("trade") and sword.owner.startswith("escrow:")
    assert ben.do("trade cancel") == "Ben calls it off. The trade is off." and sane(kit)


def test_an_invitation_lapses(kit: Kit) -> None:
    ada, ben = kit.player("Ada"), kit.player("Ben")
    kit.make_item("sword", ada.character)
    ada.do("trade ben", "trade offer sword")
    kit.wait(59)
    assert kit.state.windows
    kit.wait(1)
    assert "Ben did not answer. The trade is off. You have a sword back." in ada.read()
    assert carried(ada) == ["sword"] and kit.state.seats == {} and sane(kit)
    ada.do("trade ben")
    ben.do("trade ada")
    kit.wait(600)
    assert kit.state.windows  # answered: it does not lapse


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("trade zed", "There is no 'zed' here to trade with."),
        ("trade me", "You can't trade with yourself."),
        ("trade rat", "That one does not answer."),
        ("trade", "You are not trading with anybody."),
        ("trade accept", "You are not trading with anybody."),
        ("trade offer sword", "You are not trading with anybody."),
        ("trade cancel", "You are not trading with anybody."),
    ],
)
def test_there_has_to_be_somebody_to_trade_with(kit: Kit, typed: str, answer: str) -> None:
    ada = kit.player("Ada", "builder")
    ada.do("load mob rat")
    assert answer in ada.do(typed)


def test_who_asks_unseen_can_be_answered_by_the_name_they_told(kit: Kit) -> None:
    ada, ben = kit.player("Ada"), kit.player("Ben", gold=9)
    ada.character.effects = {"test": {"invisible": 1}}
    assert "There is no 'ada' here to trade with." in ben.do("trade ada")
    ada.do("trade ben")
    assert "`trade Ada` accepts" in ben.read()
    assert "Nobody has accepted it yet." in ben.do("trade ada") and sane(kit)


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("offer", "Write: trade offer ITEM"),
        ("offer unicorn", "There is no 'unicorn' in your hands."),
        ("offer curse", "You can't let go of a curse."),
        ("offer bag", "You can't let go of a bag because of a curse in it."),
        ("offer 0 gold", "Your purse holds 7 gold coins."),
        ("offer 8 gold", "Your purse holds 7 gold coins."),
        ("offer 99999999999999999999 gold", "Your purse holds 7 gold coins."),
        ("offer -5 gold", "'-5' is no amount of gold. Write a whole number from 1, or all: 12 gold."),
        ("withdraw sword", "There is no 'sword' among what you offer."),
        ("withdraw 1 gold", "You offer no gold."),
        ("accept", "Nothing has been offered yet."),
    ],
)
def test_what_can_not_be_offered_changes_nothing(kit: Kit, typed: str, answer: str) -> None:
    ben, ada = kit.player("Ben"), kit.player("Ada", gold=7)
    kit.make_item("sword", ada.character)
    kit.make_item("curse", ada.character)
    kit.make_item("bag", ada.character)
    ada.do("put curse bag")
    kit.make_item("curse", ada.character)
    ada.do("trade ben")
    ben.do("trade ada")
    ada.read()
    before = kit.state.windows[1]
    assert answer in ada.do(f"trade {typed}")
    assert kit.state.windows[1] == before and ada.gold == 7 and sane(kit)


def test_all_gold_and_part_of_it_back(kit: Kit) -> None:
    _, ben, _ = pair(kit)
    ben.do("trade offer all gold")
    assert ben.gold == 0
    ben.do("trade withdraw 30 coins")
    assert ben.gold == 30 and "You offer 70 gold coins." in ben.do("trade") and sane(kit)


def test_so_many_things_and_no_more() -> None:
    kit = Kit(MODULE, world=WORLD, settings={"trading": {"things": 1}})
    ada, _, _ = pair(kit)
    kit.make_item("apple", ada.character)
    ada.do("trade offer sword")
    assert ada.do("trade offer apple").startswith("One thing is the most")


def test_one_window_at_a_time(kit: Kit) -> None:
    ada, ben, _ = pair(kit)
    cleo, dora = kit.player("Cleo"), kit.player("Dora")
    assert cleo.do("trade ada").endswith("Ada trades with somebody else just now.")
    assert ben.do("trade cleo").endswith("You trade with Ada. `trade cancel` ends that.")
    cleo.do("trade dora")
    ada.do("trade cancel")
    dora.read()
    dora.do("trade ada")  # instead of an answer to Cleo
    assert "Dora turns to somebody else. The trade is off." in cleo.read() and len(kit.state.windows) == 1
    assert set(kit.state.seats) == {ada.character.id, dora.character.id} and sane(kit)


def test_who_is_ignored_is_not_traded_with(kit: Kit) -> None:
    ada, ben = kit.player("Ada"), kit.player("Ben")
    kit.act(lambda ctx: ctx.world.edit(ben.character))
    ben.character.ignores = ("Ada",)
    ben.read()
    assert ada.do("trade ben").endswith("Ben does not want to hear from you.") and ben.read() == ""


def test_what_somebody_could_not_carry_is_not_traded(kit: Kit) -> None:
    ada, ben, _ = pair(kit)
    kit.make_item("anvil", ada.character)
    own = kit.make_item("anvil", ben.character)
    ada.do("trade offer anvil")
    assert "You could not carry that. An anvil is too heavy" in ben.do("trade accept")
    ben.do("drop anvil", "trade accept", "get anvil")
    assert own.owner == ben.character.owner_key
    assert "Ben could not carry that. An anvil is too heavy" in ada.do("trade accept")
    assert kit.state.windows[1].accepted == (ben.character.id,) and sane(kit)
    ben.do("trade offer anvil")  # an anvil for an anvil: now there is room
    ada.do("trade accept")
    ben.do("trade accept")
    assert own.owner == ada.character.owner_key and kit.state.windows == {} and sane(kit)


def test_a_hundred_things_are_the_most_that_anybody_carries(kit: Kit) -> None:
    ada, ben, _ = pair(kit)
    for _ in range(100):
        kit.make_item("apple", ben.character)
    ada.do("trade offer sword")
    assert "one thing too many" in ben.do("trade accept")
    ben.do("trade offer apple", "trade accept")
    ada.do("trade accept")
    assert carried(ada) == ["apple"] and len(carried(ben)) == 100 and sane(kit)


def test_what_is_withdrawn_has_to_be_carried(kit: Kit) -> None:
    ada, _, _ = pair(kit)
    first = kit.make_item("anvil", ada.character)
    ada.do("trade offer anvil")
    kit.act(lambda ctx: ctx.world.add_item(Item(id="i999", kind="anvil", owner=ada.character.owner_key)))
    assert "You could not carry that" in ada.do("trade withdraw anvil") and first.owner.startswith("escrow:")
    ada.do("trade cancel")
    assert carried(ada) == ["anvil", "anvil", "sword"] and sane(kit)  # what is given back is given back


def test_what_is_worn_is_not_offered(kit: Kit) -> None:
    ada, _, sword = pair(kit)
    ada.do("wield sword")
    assert sword.slot is not None
    assert ada.do("trade offer sword").startswith("There is no 'sword' in your hands.") and sane(kit)


@pytest.mark.parametrize("amount", ["-1", "1.5", "1e3", "+5", "0x10"])
def test_what_is_no_amount_is_refused_with_what_it_may_be(kit: Kit, amount: str) -> None:
    ada, _, _ = pair(kit)
    for verb in ("offer", "withdraw"):
        said = ada.do(f"trade {verb} {amount} gold")
        assert said == f"'{amount}' is no amount of gold. Write a whole number from 1, or all: 12 gold."
    assert sane(kit)
