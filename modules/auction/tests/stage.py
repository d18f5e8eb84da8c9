"""A small world, and people who sell in it."""

from __future__ import annotations

from mud.core.world.area import AreaDef, ItemDef, RoomDef, WorldDef
from mud.core.world.model import Item
from mud.testing import Kit, Player

WORLD = WorldDef.of(
    [
        AreaDef(
            id="kit",
            name="The Kit",
            reset_when="never",
            rooms=(RoomDef(id="hall", name="The Hall", description="A hall."),),
            items=(
                ItemDef(id="apple", keywords=("apple",), short="an apple", wear=("take",)),
                ItemDef(id="sword", keywords=("sword",), short="a sword", description="It is sharp.", wear=("take",)),
                ItemDef(id="curse", keywords=("curse",), short="a curse", wear=("take",), flags=("nodrop",)),
                ItemDef(id="anvil", keywords=("anvil",), short="an anvil", wear=("take",), weight=400),
                ItemDef(id="wand", keywords=("wand",), short="a wand", wear=("take",), values={"charges": 5}),
                ItemDef(id="bag", keywords=("bag",), short="a bag", kind="container", wear=("take",)),
            ),
        )
    ]
)


def sane(kit: Kit) -> bool:
    """Whether every coin and every item is in one place."""
    assert kit.audit() == []
    return True


def seller(kit: Kit, what: str = "sword", terms: str = "100 10m") -> tuple[Player, Item]:
    """Ada, who puts something up as lot 1."""
    ada = kit.player("Ada")
    item = kit.make_item(what, ada.character)
    answer = ada.do(f"auction sell {what} {terms}")
    assert answer.startswith("Lot 1: "), answer
    return ada, item


def carried(player: Player) -> list[str]:
    """What somebody has in hand, by kind."""
    return [item.kind for item in player.kit.game.world.carried(player.character)]
