"""Rooms, doors, talk, admin commands, zones, and events that fail."""

from __future__ import annotations

import logging
from typing import Any

import msgspec
import pytest

from mud.core import events as e
from mud.core.commands import CommandEntry, CommandTable
from mud.core.context import CoreContext
from mud.core.copyover_words import CopyoverWords
from mud.core.dialogs import Confirm
from mud.core.text.markup import strip
from mud.core.timers import LinkDeadEnds
from mud.core.world.world import World
from mud.game import Game
from mud.play import timers
from mud.play.commands import COMMANDS
from mud.testing import Kit, Player
from mud.testing.fixtures import kit_of
from tests.play.worlds import SMALL

kit = kit_of(world=SMALL)


def test_looking(kit: Kit) -> None:
    ada = kit.player("Ada")
    assert ada.do("look") == "The Square\nA plain square, made for tests.\nExits: north (east)\nA guard stands here."
    assert ada.do("look stones") == "Worn stones." == ada.do("x stone")
    assert ada.do("look guard") == "A guard of tests."
    assert ada.do("look east") == "A gate of iron.\nThe gate is locked."
    assert ada.do("look down") == "There is nothing special to see that way."
    assert ada.do("look unicorn") == "There is no 'unicorn' here to look at."
    assert ada.do("exits") == "Ways out:\n  north      The Hall\n  east       a locked gate"
    assert ada.do("set brief on", "look").endswith("The Square\nExits: north (east)\nA guard stands here.")


def test_walking_is_seen(kit: Kit) -> None:
    ada, bob = kit.player("Ada"), kit.player("Bob")
    bob.do("n")
    ada.read()
    assert ada.do("north").startswith("The Hall\n") and bob.read() == "Ada arrives from the south."
    assert ada.do("west") == "You can't go west."
    assert ada.do("s").startswith("The Square") and bob.read() == "Ada goes south."


def test_doors_keys_and_what_is_hidden(kit: Kit) -> None:
    ada = kit.player("Ada", "builder")
    assert ada.do("east") == "The gate is closed."
    assert ada.do("open gate") == "The gate is locked."
    assert ada.do("unlock gate") == "You don't have the key to the gate."
    ada.do("load item gate_key")
    assert ada.do("unlock gate") == "You unlock the gate."
    assert ada.do("open east") == "You open the gate."
    assert ada.do("open gate") == "The gate is open already."
    assert "The Vault" in ada.do("east")
    assert ada.do("close gate", "lock gate") == "You close the gate.\nYou lock the gate."
    assert ada.do("west") == "The gate is closed."
    ada.do("unlock gate", "open gate", "west")
    assert ada.do("down") == "You can't go down."
    assert ada.do("open trapdoor") == "You open the trapdoor." and "down" in ada.do("exits")
    assert "The Cellar" in ada.do("down")


def test_talking(kit: Kit) -> None:
    ada, bob = kit.player("Ada"), kit.player("Bob")
    ada.read()
    assert ada.do("say hi there") == 'You say, "hi there"' and bob.read() == 'Ada says, "hi there"'
    assert ada.do("'hi") == 'You say, "hi"'
    assert ada.do("think deep") == 'You think, "deep"' and bob.read() == 'Ada says, "hi"'
    bob.do("north")
    ada.read()
    assert ada.do("tell bo psst") == 'You tell Bob, "psst"' and bob.read() == 'Ada tells you, "psst"'
    assert bob.do("reply yes") == 'You tell Ada, "yes"' and ada.read() == 'Bob tells you, "yes"'
    assert ada.do("shout hey") == 'You shout, "hey"' and bob.read() == 'Ada shouts, "hey"'
    assert ada.do(":waves.") == "Ada waves." and bob.read() == ""
    assert ada.do("tell zed x") == "Nobody called 'zed' is here or anywhere else."
    assert ada.do("tell ada x") == "To talk to yourself, think."
    assert ada.do("reply") == "Reply what to Bob?"


def test_admin_commands(kit: Kit) -> None:
    boss, ada = kit.player("Boss", "owner"), kit.player("Ada")
    boss.read()
    assert boss.do("load mob guard") == "You make a guard." and boss.do("load item nosuch").startswith(
        "There is no item"
    )
    assert "The Hall [hall]" in boss.do("goto hall") and "[square]" in boss.do("goto ada")
    assert "Ada" in boss.do("where") and "gate_key" not in boss.do("where sword")
    assert "hall" in boss.do("where sword") and "nothing" in boss.do("where zebra").lower()
    assert "id: m" in boss.do("stat guard") and "gold: 7" in boss.do("stat guard")
    assert boss.do("grant ada x gold") == "Write: grant NAME AMOUNT gold."
    assert boss.do("grant ada 12 swords") == "Only gold can be granted: grant NAME AMOUNT gold."
    assert boss.do("grant ada 5 gold") == "Ada receives 5 gold coins from the mint."
    assert "can't hold more than" in boss.do("grant ada 9007199254740991")
    assert boss.do("kick ada because spam") == "Ada leaves the world.\nAda is out."
    assert "Boss puts you out: spam." in ada.read() and e.Close(ada.session) in kit.effects
    assert kit.game.world.player("Ada") is None
    assert boss.do("shutdown") == "This ends the game for everybody. Write: shutdown now."
    boss.do("copyover now because new code")
    assert e.CopyoverRequest(boss.session, "Boss", CopyoverWords("now", "new code")) in kit.effects


def test_a_kicked_player_keeps_everything(kit: Kit) -> None:
    boss, ada = kit.player("Boss", "owner"), kit.player("Ada")
    ada.do("north", "get sword")
    boss.do("kick ada")
    known = kit.game.world.known("Ada")
    assert known is not None and known.away and [i.kind for i in kit.game.world.held(known.owner_key)] == ["sword"]


def test_the_editor(kit: Kit) -> None:
    ada = kit.player("Ada")
    ada.do("description", "One.", "Three.", ".ins 2 Two.", "..dot", ".show")
    assert ada.do(".del 9") == "Which line? A number from 1 to 4, as .show shows them."
    assert ada.do(".nosuch").startswith("The editor knows no .nosuch")
    assert ada.prompt == "  5> "
    assert ada.do(".save") == "Your description is kept."
    assert ada.character.description == "One.\nTwo.\nThree.\n.dot"
    ada.do("description", ".clear", "Gone.", ".quit")
    assert ada.character.description == "One.\nTwo.\nThree.\n.dot"
    assert "at most 60 lines" in ada.do("description", *["x"] * 70)


def test_a_question_before_a_command(kit: Kit) -> None:
    ada = kit.player("Ada")
    kit.game.sessions.by_id[ada.session].stack.append(Confirm("Really?", "think yes it was"))
    assert ada.do("maybe not") == "Left as it is."
    kit.game.sessions.by_id[ada.session].stack.append(Confirm("Really?", "think yes it was"))
    assert ada.do("yes") == 'You think, "yes it was"'


def test_a_lost_connection_is_waited_for_and_then_the_character_goes(kit: Kit) -> None:
    ada, bob = kit.player("Ada"), kit.player("Bob")
    kit.post(e.Lost(ada.session, "test"))
    assert "stares into nothing" in bob.read() and "(link-dead)" in bob.do("look")
    kit.wait(599)
    assert "Ada" in bob.do("who")
    kit.wait(2)
    assert "Ada leaves the world." in bob.read() and "Ada" not in bob.do("who")


def test_zones_are_reset_when_nobody_is_there_and_never_past_their_most(kit: Kit) -> None:
    world = kit.game.world
    assert (world.count("mob", "guard"), world.count("item", "gate_key")) == (1, 1)
    ada = kit.player("Ada")
    ada.do("north", "get sword")
    kit.wait(31 * 60)
    assert world.count("item", "sword") == 1  # somebody is there
    kit.post(e.Line(ada.session, "quit"))
    kit.wait(61)
    assert (world.count("mob", "guard"), world.count("item", "sword")) == (1, 1)
    assert world.ledger.total() == 0


def breaking(kit: Kit) -> Player:
    """A player for whom `break` changes much and then raises."""

    def handler(ctx: CoreContext, args: str) -> None:
        ctx.send("half of it is done")
        ctx.others("half of it is done")
        ctx.world.move_character(ctx.player, "hall")
        ctx.pay("mint", ctx.player.owner_key, 50, "broken")
        ctx.push(Confirm("?", "look"))
        ctx.do(e.Shutdown("nobody"))
        raise RuntimeError("on purpose")

    kit.game.commands = CommandTable([*COMMANDS, CommandEntry("break", handler, "test", "break -- x")])
    return kit.player("Ada")


def test_a_handler_that_raises_is_undone_told_and_logged(kit: Kit, caplog: pytest.LogCaptureFixture) -> None:
    bob = kit.player("Bob")
    ada = breaking(kit)
    bob.read()
    with caplog.at_level(logging.ERROR):
        text = ada.do("break it")
    assert text == "Something went wrong with that. Nothing was changed, and it has been logged for the admins."
    assert "RuntimeError: on purpose" in caplog.text and "'break it'" in caplog.text
    assert bob.read() == "" and ada.prompt == "> "
    assert ada.character.room == "square" and kit.game.world.ledger.balance(ada.character.owner_key) == 0
    assert not [x for x in kit.effects if isinstance(x, e.Shutdown)]
    assert "The Square" in ada.do("look")


def test_secrets_never_reach_the_log(
    kit: Kit, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = kit.player("Ada")
    ada.do("password")
    monkeypatch.delitem(kit.game.world.accounts, "ada")
    with caplog.at_level(logging.ERROR):
        ada.do("my very secret password")
    assert "(secret)" in caplog.text and "my very secret" not in caplog.text


def test_a_timer_whose_handler_raises_is_tried_again(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = kit.player("Ada")
    kit.post(e.Lost(ada.session, "test"))
    bob = kit.player("Bob")

    def broken(ctx: CoreContext, payload: Any) -> None:
        ctx.world.move_character(ctx.world.characters[payload.character], "hall")
        raise RuntimeError("on purpose")

    monkeypatch.setitem(timers.DUE, LinkDeadEnds, broken)  # type: ignore[misc]
    kit.wait(601)
    assert "Ada" in bob.do("look")
    monkeypatch.undo()
    kit.wait(61)
    assert "Ada leaves the world." in bob.read() and "Ada" not in bob.do("who")


def test_a_zone_that_is_never_reset_is_not_filled_again_by_a_new_program(kit: Kit) -> None:
    world = kit.game.world
    never = {i: msgspec.structs.replace(area, reset_when="never") for i, area in world.defs.areas.items()}
    defs = msgspec.structs.replace(world.defs, areas=never)
    game = Game.begin(defs, kit.game.clock)
    game.populate()
    state = game.world.state(0.0)
    sword = next(i for i in state.items if i.kind == "sword")
    state.items.remove(sword)
    after = Game(World(defs, state), kit.game.clock)
    after.populate()
    assert after.world.count("item", "sword") == 0
    again = Game(World(world.defs, state), kit.game.clock)
    again.populate()
    assert again.world.timers.next_in(kit.game.clock) == 30 * 60


def test_gold_comes_from_the_mint_alone_and_who_may_kick_whom(kit: Kit) -> None:
    owner, builder, admin = kit.player("Owen", "owner"), kit.player("Bill", "builder"), kit.player("Adam", "admin")
    assert builder.do("load item coins").endswith("Gold comes from the mint alone: grant NAME AMOUNT gold.")
    assert admin.do("kick owen").endswith("Owen is an owner.")
    assert owner.do("kick adam").endswith("Adam is out.")


def test_what_is_told_while_a_prompt_waits_begins_on_a_line_of_its_own(kit: Kit) -> None:
    ada, bob = kit.player("Ada"), kit.player("Bob")

    def told(*lines: str) -> str:
        """What comes to Ada's screen, as it comes, when Bob types."""
        ada.heard = ""
        bob.do(*lines)
        return strip(ada.heard)

    assert told("say one").startswith("\nBob says") and told("say two").startswith("\nBob says")
    kit.copyover()
    assert told("say three").startswith("\nBob says")
    ada.heard = ""
    kit.post(e.Line(ada.session, "look"))  # her own Enter has ended the line
    assert strip(ada.heard).startswith("The Square")
    ada.do("password")
    assert ada.prompt and told("say four").startswith("\nBob says")
    ada.heard = ""
    kit.post(e.Line(ada.session, "not my password"))  # without echo her Enter has not
    kit.post(e.Verified(ada.session, False))
    assert ada.heard.startswith("\n")
