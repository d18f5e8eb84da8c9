"""The order in which things were got: "the latest first" is what people mean by `drop sword`."""

from __future__ import annotations

from mud.core.world.area import AreaDef, ItemDef, RoomDef, WorldDef
from mud.core.world.model import Item
from mud.core.world.world import World
from mud.testing import Kit

WORLD = WorldDef.of(
    [
        AreaDef(
            id="kit",
            name="The Kit",
            reset_when="never",
            rooms=(RoomDef(id="hall", name="The Hall", description="A hall."),),
            items=tuple(
                ItemDef(id=kind, keywords=(kind, "thing"), short=f"a {kind}", wear=("take",), kind=kind)
                for kind in ("container", "apple", "pear", "plum")
            ),
        )
    ]
)
FRUIT = ("apple", "pear", "plum")


def held(world: World, owner: str) -> list[str]:
    return [item.kind for item in world.held(owner)]


def test_a_copyover_keeps_the_order_in_which_things_were_got() -> None:
    kit = Kit(world=WORLD)
    ada = kit.player("Ada")
    for kind in ("container", *FRUIT, *FRUIT):
        kit.make_item(kind, ada.character)
    ada.do("put plum container", "put apple container", "put pear container")
    ada.do("drop plum", "drop pear", "drop apple", "get plum", "get apple", "get pear")
    world = kit.game.world
    bag = next(item for item in world.items.values() if item.kind == "container").owner_key
    before = held(world, ada.character.owner_key), held(world, bag)
    assert before == (["pear", "apple", "plum", "container"], ["pear", "apple", "plum"])
    for _ in range(2):
        kit.copyover()
        world = kit.game.world
        assert (held(world, ada.character.owner_key), held(world, bag)) == before
    assert kit.audit() == []


def test_every_item_is_in_the_state_once_whatever_has_been_moved_and_is_gone() -> None:
    kit = Kit(world=WORLD)
    world, owner = kit.game.world, "room:hall"

    def live(ctx: object) -> None:
        bag, apple, pear = (world.add_item(Item(id=f"i{n}", kind=k, owner=owner)) for n, k in enumerate(FRUIT))
        world.move_item(apple, bag.owner_key)
        world.move_item(pear, bag.owner_key)
        world.move_item(apple, owner)
        assert sorted(item.id for item in world.state(0.0).items) == ["i0", "i1", "i2"]
        world.remove_item(bag)

    kit.act(live)
    assert [item.id for item in world.state(0.0).items] == ["i1"]
