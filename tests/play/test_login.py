"""From a connection to a character: what a new one has, and what counts as playing."""

from __future__ import annotations

from pathlib import Path

from mud.areas.load import load
from mud.core import events as e
from mud.core.ledger import MINT
from mud.core.session import Session
from mud.testing import Kit, Player
from tests.play.worlds import SMALL

WORLD = load(Path(__file__).parent.parent.parent / "world")


def test_a_newcomer_has_something_to_wear_to_wield_and_to_spend_once() -> None:
    kit = Kit(world=WORLD)
    world = kit.game.world
    minted = world.ledger.balance(MINT)
    ada = kit.player("Ada")
    assert ada.welcome.rstrip().endswith("type look notice.")
    assert "You wear a fisher's jersey" in ada.do("wear jersey")
    assert "You wield a boat knife" in ada.do("wield knife")
    assert world.ledger.balance(ada.character.owner_key) == 25 == minted - world.ledger.balance(MINT)
    held = len(world.held(ada.character.owner_key))
    ada.do("quit")
    again = kit.player("Ada")
    assert "notice" not in again.welcome.splitlines()[-1]
    assert len(world.held(again.character.owner_key)) == held
    assert world.ledger.balance(again.character.owner_key) == 25 and world.ledger.total() == 0


def test_where_nothing_is_said_for_newcomers_help_is() -> None:
    ada = Kit(world=SMALL).player("Ada")
    assert "help start" in ada.welcome
    assert "help start" in ada.do("help")


def test_pronouns_have_one_home() -> None:
    stage = Kit(world=SMALL)
    session = Session(id=9, address="192.0.2.9", stack=[], connected_at=stage.wall, last_input=stage.wall)
    stage.players[9] = player = Player(stage, 9, "Eve")
    stage.post(e.Opened(session))
    for line in ("eve", "yes"):
        stage.post(e.Line(9, line))
        if line == "eve":
            stage.post(e.NameChecked(9, "Eve", False))
    stage.post(e.Line(9, "a long password"))
    stage.post(e.Hashed(9, "x"))
    stage.post(e.Line(9, "a long password"))
    stage.post(e.Verified(9, True))
    stage.post(e.Line(9, "she"))
    assert "pronouns  she" in player.do("set")
    assert player.do("set pronouns he") == "pronouns is now he."
    assert player.character.pronouns == "he" and "pronouns" not in player.character.settings
    assert "pronouns  he" in player.do("set")


def test_to_be_link_dead_is_not_to_play() -> None:
    stage = Kit(world=SMALL)
    ada = stage.player("Ada")
    stage.wait(60)
    stage.post(e.Lost(ada.session, "gone"))
    stage.wait(300)
    back = stage.player("Ada")
    stage.wait(60)
    assert "You have played 2 minutes." in back.do("score")
    stage.post(e.Lost(back.session, "gone"))
    character = back.character
    stage.wait(3600)  # nobody comes back for it
    assert character.away and round(character.played) == 120
    assert "You have played 2 minutes." in stage.player("Ada").do("score")


def test_one_thing_is_no_things() -> None:
    stage = Kit(world=SMALL)
    ada = stage.player("Ada")
    stage.make_item("ring", ada.character)
    assert "You carry 1 thing and wear 0 things." in ada.do("score")
