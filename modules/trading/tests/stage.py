"""Two at one window, in a small world."""

from __future__ import annotations

from mud.core.world.area import AreaDef, ExitDef, ItemDef, MobDef, RoomDef, WorldDef
from mud.core.world.model import Item
from mud.testing import Kit, Player

WORLD = WorldDef.of(
    [
        AreaDef(
            id="kit",
            name="The Kit",
            reset_when="never",
            rooms=(
                RoomDef(id="hall", name="The Hall", description="A hall.", exits={"north": ExitDef(to="yard")}),
                RoomDef(id="yard", name="The Yard", description="A yard.", exits={"south": ExitDef(to="hall")}),
            ),
            mobs=(MobDef(id="rat", keywords=("rat",), short="a rat"),),
            items=(
                ItemDef(id="apple", keywords=("apple",), short="an apple", wear=("take",)),
                ItemDef(id="sword", keywords=("sword",), short="a sword", wear=("take", "wield"), kind="weapon"),
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


def carried(player: Player) -> list[str]:
    """What somebody has in hand, by kind."""
    return sorted(item.kind for item in player.kit.game.world.carried(player.character))


def pair(kit: Kit) -> tuple[Player, Player, Item]:
    """Ada, who has a sword, and Ben, who has 100 gold, at one window."""
    ada, ben = kit.player("Ada"), kit.player("Ben", gold=100)
    sword = kit.make_item("sword", ada.character)
    ada.do("trade ben")
    ben.do("trade ada")
    ada.read()
    return ada, ben, sword
