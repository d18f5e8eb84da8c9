"""The world of a kit that is given no other."""

from __future__ import annotations

from mud.core.world.area import AreaDef, ExitDef, ItemDef, MobDef, RoomDef, WorldDef

#: Two rooms, a coin purse's worth of things, and a rat.
SMALL = WorldDef.of(
    [
        AreaDef(
            id="kit",
            name="The Kit",
            reset_when="never",
            rooms=(
                RoomDef(id="hall", name="The Hall", description="A hall.", exits={"north": ExitDef(to="yard")}),
                RoomDef(id="yard", name="The Yard", description="A yard.", exits={"south": ExitDef(to="hall")}),
            ),
            mobs=(MobDef(id="rat", keywords=("rat",), short="a rat", long="A rat sits here."),),
            items=(
                ItemDef(id="apple", keywords=("apple",), short="an apple", long="An apple lies here.", wear=("take",)),
                ItemDef(id="sword", keywords=("sword",), short="a sword", long="A sword lies here.", wear=("take",)),
            ),
        )
    ]
)
