"""One rule for every way out of one's hands: what nobody can let go of stays, however deep in bags it lies."""

from __future__ import annotations

import pytest

from modules.auction import MODULE as AUCTION
from modules.post import MODULE as POST
from modules.raffle import MODULE as RAFFLE
from modules.socials import MODULE as SOCIALS
from modules.trading import MODULE as TRADING
from mud.core.world import hands
from mud.core.world.area import AreaDef, ItemDef, MobDef, RoomDef, ShopDef, WorldDef
from mud.core.world.model import Item
from mud.play import death, zones
from mud.testing import Kit, Player

TAKE = ("take", "about", "finger")
ITEMS = (
    ItemDef(id="stone", keywords=("stone",), short="a cursed stone", wear=TAKE, flags=("nodrop",), cost=10),
    ItemDef(id="pouch", keywords=("pouch",), short="a cursed pouch", kind="container", wear=TAKE, flags=("nodrop",)),
    ItemDef(id="gem", keywords=("gem",), short="a gem", wear=TAKE, cost=10),
    ItemDef(id="bag", keywords=("bag",), short="a bag", kind="container", wear=TAKE, cost=10),
    ItemDef(id="sack", keywords=("sack",), short="a sack", kind="container", wear=TAKE, cost=10),
    ItemDef(id="chest", keywords=("chest",), short="a chest", kind="container"),
)
SHOP = ShopDef(id="shop", keeper="grocer", rooms=("hall",), buys=("container", "other"))
WORLD = WorldDef.of(
    [
        AreaDef(
            id="kit",
            name="The Kit",
            reset_when="never",
            rooms=(RoomDef(id="hall", name="The Hall"),),
            mobs=(MobDef(id="grocer", keywords=("grocer",), short="a grocer"),),
            items=ITEMS,
            shops=(SHOP,),
        )
    ]
)


def put_in(kit: Kit, kind: str, owner: str) -> Item:
    """A new thing that `owner` holds."""
    return kit.act(lambda ctx: ctx.world.add_item(Item(id=ctx.world.new_id("i"), kind=kind, owner=owner)))


@pytest.fixture
def ada() -> Player:
    """Ada, with a cursed stone and a gem in a bag in a sack; Bob, a grocer and a chest are there."""
    kit = Kit(AUCTION, POST, RAFFLE, SOCIALS, TRADING, world=WORLD)
    player = kit.player("Ada", gold=100)
    kit.player("Bob", gold=100)
    kit.act(lambda ctx: zones.make_mob(ctx, "grocer", "hall"))
    put_in(kit, "chest", "room:hall")
    sack = put_in(kit, "sack", player.character.owner_key)
    bag = put_in(kit, "bag", sack.owner_key)
    put_in(kit, "stone", bag.owner_key)
    put_in(kit, "gem", bag.owner_key)
    player.read()
    return player


def holder_of(player: Player, kind: str) -> str:
    """Who has the one thing of a kind, whatever it lies in."""
    world = player.kit.game.world
    (item,) = (i for i in world.items.values() if i.kind == kind)
    return hands.holder(world, item.owner)


BECAUSE = "You can't let go of a sack because of a cursed stone in it."
WAYS_OUT = [
    "drop sack",
    "drop all",
    "give sack bob",
    "give sack grocer",
    "give sack to all",
    "give all bob",
    "put sack chest",
    "put all chest",
    "sell sack",
    "value sack",
    "auction sell sack 5",
    "junk sack",
    "junk all",
]


@pytest.mark.parametrize("line", WAYS_OUT)
def test_no_way_out_for_what_lies_in_a_bag_in_a_sack(ada: Player, line: str) -> None:
    assert ada.do(line).removeprefix("Bob: ") == BECAUSE
    assert holder_of(ada, "stone") == ada.character.owner_key


def test_no_way_out_by_a_trade(ada: Player) -> None:
    bob = ada.kit.players[2]
    ada.do("trade bob")
    bob.do("trade ada")
    ada.read()
    assert ada.do("trade offer sack") == BECAUSE


PLACES_OF_WORDS = (
    *("sack", "sack bob", "bob sack", "sack chest", "sack 5", "all", "stone"),
    *("sell sack 5", "sell all", "offer sack", "offer all", "send bob sack"),
)


def test_whatever_command_is_tried(ada: Player) -> None:
    """Every command of the table, and of the modules, with the sack in every place of what it may be given."""
    me = ada.character
    names = [name for name, entry in ada.kit.game.commands.commands.items() if entry.role == "player"]
    assert {"drop", "auction", "trade", "mail", "raffle"} <= set(names)
    for name in (name for name in names if name not in ("quit", "password")):
        for rest in PLACES_OF_WORDS:
            ada.do(f"{name} {rest}", "yes")
            del ada.kit.game.sessions.by_id[ada.session].stack[1:]
            assert holder_of(ada, "stone") == me.owner_key, f"{name} {rest}"


def test_from_bag_to_bag_in_ones_own_hands_is_no_way_out(ada: Player) -> None:
    assert ada.do("get bag sack") == "You get a bag from a sack."
    assert ada.do("get stone bag") == "You get a cursed stone from a bag."
    assert ada.do("put stone sack") == "You put a cursed stone into a sack."
    assert ada.do("drop bag") == "You drop a bag."
    assert ada.do("put sack bag") == BECAUSE


def die(player: Player) -> None:
    player.kit.act(lambda ctx: death.die(ctx, player.character))


def test_death_parts_nobody_from_a_cursed_thing_but_from_all_around_it(ada: Player) -> None:
    me = ada.character
    put_in(ada.kit, "gem", put_in(ada.kit, "pouch", me.owner_key).owner_key)
    die(ada)
    world = ada.kit.game.world
    assert sorted(item.kind for item in world.held(me.owner_key)) == ["pouch", "stone"]
    (corpse,) = (item for item in world.items.values() if item.kind == "corpse")
    assert sorted(item.kind for item in world.all_inside(corpse.owner_key)) == ["bag", "gem", "gem", "gold", "sack"]
    assert "What you can't let go of is still with you." in ada.read()
    assert ada.kit.audit() == []


def test_what_is_cursed_and_worn_is_still_worn_after_death(ada: Player) -> None:
    ada.do("get bag sack", "get stone bag", "wear stone")
    die(ada)
    assert [item.kind for item in ada.kit.game.world.worn(ada.character)] == ["stone"]


def test_a_mob_takes_no_curse_into_its_grave(ada: Player) -> None:
    """It is gone for good, and what it had has to be somewhere."""
    world = ada.kit.game.world
    (grocer,) = (c for c in world.characters.values() if c.mob == "grocer")
    stone = put_in(ada.kit, "stone", grocer.owner_key)
    ada.kit.act(lambda ctx: death.die(ctx, grocer))
    assert world.items[stone.owner.removeprefix("item:")].kind == "corpse"
