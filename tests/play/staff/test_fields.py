"""What an admin sets by hand: fields, kinds, bounds; and that players' own settings are as before."""

from __future__ import annotations

import pytest

from mud.core import events as e
from mud.play.staff.fields import CHARACTER
from mud.testing import Kit, Player
from mud.testing.fixtures import kit_of
from tests.play.worlds import SMALL

kit = kit_of(world=SMALL)


def test_fields_of_players_and_mobs(kit: Kit, boss: Player, ada: Player) -> None:
    assert boss.do("set ada level 5") == "level of Ada was 1, and is 5 now." and ada.character.level == 5
    assert boss.do("set ada armour -20") == "armour of Ada was 100, and is -20 now."
    assert boss.do("set ada title the Brave") == "title of Ada was nothing, and is the Brave now."
    assert boss.do("set ada title none") == "title of Ada was the Brave, and is nothing now."
    assert boss.do("set guard strength 20").endswith("is 20 now.")
    assert boss.do("set ada max_hp 50", "set ada hp 40") and ada.character.hp == 40
    assert boss.do("set ada max_hp 30") and (ada.character.hp, ada.character.max_hp) == (30, 30)
    assert boss.do("set ada hp 31") == "hp can be at most 30, which is Ada's max_hp."
    boss.do("set ada hp 1")
    kit.wait(200)
    assert ada.character.hp == 30  # it mends, as after a blow
    logged = [x.text for x in kit.effects if isinstance(x, e.LogLine) and x.name == "mud.admin"]
    assert logged[0] == "Boss: set level of Ada: 1 -> 5"


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("set ada gold 5", "Gold moves through the ledger alone: grant NAME AMOUNT gold."),
        ("set ada role owner", "A role is an account's: run.py account role NAME ROLE."),
        ("set ada levle 5", "There is no field 'levle' to set. Did you mean level?"),
        ("set ada level many", "level is a whole number from 1 to 1000."),
        ("set ada level 0", "level is a whole number from 1 to 1000."),
        ("set ada strength 26", "strength is a whole number from 3 to 25."),
        ("set ada hp -5", "hp is a whole number from 1 to 1000000."),
        ("set ada room hall", "There is no field 'room' to set."),
        ("set ada fighting m1", "There is no field 'fighting' to set."),
        ("set ada title " + "x" * 61, "title has at most 60 letters, and this has 61."),
        ("set root level 5", "Root is an owner, and you are not."),
        ("set zed level 5", "Nobody called 'zed' is here or anywhere else."),
    ],
)
def test_what_can_not_be_set(kit: Kit, boss: Player, ada: Player, command: str, answer: str) -> None:
    kit.player("Root", "owner")
    boss.read()
    before = kit.game.world.ledger.balance(ada.character.owner_key)
    assert boss.do(command).startswith(answer)
    assert ada.character.level == 1 and ada.gold == before


def test_somebody_away_is_set_too(kit: Kit, boss: Player, ada: Player) -> None:
    ada.do("quit")
    kit.evict()
    boss.read()
    assert boss.do("set ada level 7") == "level of Ada was 1, and is 7 now."
    assert kit.player("Ada").character.level == 7


def test_fields_and_values_of_things(kit: Kit, boss: Player) -> None:
    boss.do("north")
    chest = next(i for i in kit.game.world.items.values() if i.kind == "chest")
    assert boss.do("set chest capacity 70").startswith("capacity of an oak chest")
    assert chest.values["capacity"] == 70 and kit.game.world.value(chest, "capacity") == 70
    assert boss.do("set chest short a big chest").endswith("is a big chest now.")
    assert "a big chest" in boss.do("get chest")
    boss.do("set chest short none")
    assert "an oak chest" in boss.do("get chest")
    assert boss.do("set chest weight 1").startswith("There is no field 'weight'")
    boss.do("open chest", "get coins from chest", "drop 5 gold")
    assert boss.do("set gold amount 99") == "Gold moves through the ledger alone: grant NAME AMOUNT gold."
    assert kit.game.world.ledger.total() == 0


def test_players_own_settings_are_as_before(boss: Player, ada: Player) -> None:
    assert ada.do("set ada level 5").startswith("There is no setting 'ada'.") and ada.character.level == 1
    assert ada.do("set brief on") == "brief is now on." and boss.do("set brief on") == "brief is now on."
    assert boss.do("set ada level").startswith("There is no setting 'ada'.")
    assert boss.do("set").startswith("SETTING")


def test_every_field_is_one_of_a_character(boss: Player) -> None:
    assert all(hasattr(boss.character, name) for name in CHARACTER)
    text = boss.do("fields")
    assert all(f"  {name}: " in text for name in CHARACTER) and "level" in boss.do("help fields")
