"""Every number that a player or an admin types: what is none is refused, and the answer says what it may be."""

from __future__ import annotations

import pytest

from modules.groups import MODULE as GROUPS
from modules.post import MODULE as POST
from mud.core.targets import parse_target
from mud.core.text.markup import strip
from mud.core.world.area import AreaDef, ItemDef, MobDef, RoomDef, ShopDef, WorldDef
from mud.game import APOLOGY
from mud.play import zones
from mud.testing import Kit, Player

#: What people type for numbers, and what other programs print for them.
ODD = ("-1", "-5", "1.5", "1e3", "nan", "inf", "٣", "²", "½", "+5", "0x10", "10" * 40, "9" * 4000)
LOAF = ItemDef(id="loaf", keywords=("loaf",), short="a loaf", wear=("take",), cost=3)
WORLD = WorldDef.of(
    [
        AreaDef(
            id="kit",
            name="Kit",
            reset_when="never",
            rooms=(RoomDef(id="hall", name="Hall"),),
            mobs=(MobDef(id="baker", keywords=("baker",), short="a baker"),),
            items=(LOAF,),
            shops=(ShopDef(id="shop", keeper="baker", rooms=("hall",), sells=("loaf",)),),
        )
    ]
)
#: A command with a number in it, and what an answer to a number that is none has to say (one of these).
ASKED = {
    "drop {} gold": ("no amount of gold. Write a whole number from 1", "You have 100 gold coins", "There is no"),
    "get {} gold": ("no amount of gold. Write a whole number from 1", "There is no"),
    "give {} gold bob": ("no amount of gold. Write a whole number from 1", "You have 100 gold coins", "There is no"),
    "drop {}.loaf": ("the first is 1.loaf", "with so high a number", "There is no 'nan", "There is no 'inf"),
    "buy {} loaf": ("You can buy 1 to 100 at once", "tells you"),
    "buy #{}": ("The list has numbers from 1 to 1",),
    "set width {}": ("auto, 0 or a number from 5 to 500",),
    "set pager {}": ("auto, off or a number from 5 to 500",),
    "set bob level {}": ("a whole number from 1 to 1000",),
    "wimpy {}": ("from 0 (never) to",),
    "map {}": ("a number from 1 to 20",),
    "grant bob {} gold": ("from 1 to 9,007,199,254,740,991", "Write: grant NAME AMOUNT gold."),
    "ban 192.0.2.9 for {} because x": ("like: for 30 minutes", "A ban is for at most 3650 days"),
    "copyover in {}": ("and a week at the most",),
    "copyover at {}:00": ("from 0:00 to 23:59",),
    "copyover at 12:{}": ("from 0:00 to 23:59",),
    "copyover history {}": ("a number from 1 to 100",),
    "split {}": ("a whole number of gold coins", "You can split 1 to 9,007"),
    "mail {}": ("A number from 1 to 1", "Nobody called"),
    "mail delete {}": ("A number from 1 to 1",),
}


@pytest.fixture
def boss() -> Player:
    """An owner with 100 gold, two loaves and a letter, in a bakery; Bob is there."""
    kit = Kit(GROUPS, POST, world=WORLD)
    boss, _ = kit.player("Boss", "owner", gold=100), kit.player("Bob")
    kit.act(lambda ctx: zones.make_mob(ctx, "baker", "hall"))
    kit.make_item("loaf", boss.character)
    kit.make_item("loaf", boss.character)
    kit.players[2].do("mail boss Bread", "It is good.", ".save")
    boss.read()
    return boss


@pytest.mark.parametrize("line", ASKED)
def test_what_is_no_number_is_refused_with_what_it_may_be(boss: Player, line: str) -> None:
    world = boss.kit.game.world
    for odd in ODD:
        typed = line.format(odd)
        answer = strip(boss.do(typed))
        del boss.kit.game.sessions.by_id[boss.session].stack[1:]
        assert APOLOGY not in answer, typed[:60]
        assert any(says in answer for says in ASKED[line]), f"{typed[:60]}: {answer}"
        assert len(answer) < 400, f"{typed[:60]}: the answer repeats what was typed"
    assert world.ledger.balance(boss.character.owner_key) == 100
    assert len(world.carried(boss.character)) == 2


@pytest.mark.parametrize("verb", ["drop", "junk", "purge", "give", "get", "look"])
def test_the_0th_is_nothing_and_not_the_first(boss: Player, verb: str) -> None:
    to = " bob" if verb == "give" else ""
    assert "number 0 (the first is 1.loaf, or just loaf)" in boss.do(f"{verb} 0.loaf{to}")
    assert len(boss.kit.game.world.carried(boss.character)) == 2


def test_a_long_number_is_a_high_one_and_costs_nothing() -> None:
    assert parse_target("9" * 100_000 + ".rat").nth == parse_target("1000000.rat").nth
    assert parse_target("007.rat").nth == 7
