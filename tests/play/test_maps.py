"""`map`: what is around, drawn or said."""

from __future__ import annotations

import msgspec
import pytest

from mud.core import events as e
from mud.core.session import Terminal
from mud.core.world.area import AreaDef, ExitDef, RoomDef, WorldDef
from mud.testing import Kit, Player
from mud.testing.fixtures import kit_of
from tests.play.worlds import SMALL


def door(to: str, state: str = "closed", **more: object) -> ExitDef:
    return msgspec.convert({"to": to, "door": True, "state": state, **more}, ExitDef)


def to(room: str) -> ExitDef:
    return ExitDef(to=room)


ROOMS = {
    "yard": {
        "north": to("hall"),
        "east": door("shed"),
        "west": to("lane"),
        "down": to("cellar"),
        "south": to("slide"),
        "northeast": to("kitchen"),
    },
    "hall": {"south": to("yard"), "east": door("kitchen", "open"), "southeast": to("garden"), "up": to("attic")},
    "kitchen": {"west": door("hall", "open"), "south": to("garden"), "southwest": to("yard")},
    "garden": {"north": to("kitchen"), "northwest": to("hall"), "west": to("bent")},
    "slide": {"east": to("pond")},
    "pond": {"west": to("slide")},
    "lane": {"east": to("yard"), "west": to("lane2"), "north": door("secret", hidden=True)},
    "lane2": {"east": to("lane"), "west": to("lane3")},
    "lane3": {"east": to("lane2")},
    "shed": {"west": door("yard")},
    "cellar": {"up": to("yard")},
    "attic": {"down": to("hall"), "up": to("roof")},
    "roof": {"down": to("attic"), "north": door("loft", "open")},
    "loft": {"south": door("roof", "open")},
    "bent": {"east": to("garden")},
    "secret": {"south": to("lane")},
}
WORLD = WorldDef.of(
    [
        AreaDef(
            id="x",
            name="X",
            rooms=tuple(RoomDef(id=id_, name=f"The {id_.capitalize()}", exits=ways) for id_, ways in ROOMS.items()),
        )
    ]
)


kit = kit_of(world=WORLD)


def tell(player: Player, **terminal: object) -> None:
    """The player's client says what it is."""
    player.kit.post(e.TerminalTold(player.session, Terminal(**terminal)))  # type: ignore[arg-type]


def test_a_map_in_plain_letters(ada: Player) -> None:
    ada.do("set charset ascii")
    assert ada.do("map") == MAP


#: The way south does not lead back. The bent room would stand where the yard does.
MAP = """\
The Yard
             [u]'[ ]
              | X |
 [ ]-[ ]-[ ]-[@]+[ ]
              v
             [ ]-[ ]
@ you  u up  + a closed door  v one way only  ' an open door
Down from here: The Cellar.
Not on the map, for space bends here: The Bent."""


def test_where_the_map_ends_ways_go_on(ada: Player) -> None:
    ada.do("set charset ascii")
    assert "\n ?[ ]-[@]+" in ada.do("map 1")
    assert "? goes on" in ada.do("map 1") and "? goes on" not in ada.do("map 3")
    tell(ada, width=30, height=14)
    assert max(map(len, ada.do("map 20").split("\n")[:4])) <= 30
    tell(ada, width=10, height=5)
    assert ada.do("map").startswith("The Yard\n   ? ?\n ?[@]+\n   ?\n")


def test_lines_are_fine_where_the_screen_has_them(ada: Player) -> None:
    text = ada.do("map")
    assert "─[@]+[ ]" in text and "↑ up" in text and "▼ one way only" in text


def test_what_is_hidden_is_on_no_map_until_it_is_open(ada: Player) -> None:
    ada.do("west")
    assert "Secret" not in ada.do("map") and "\n [ ]-[ ]-[@]" in ada.do("set charset ascii", "map")
    before = ada.do("map")
    ada.do("open north")
    after = ada.do("map")
    assert len(after.split("\n")) == len(before.split("\n"))
    assert "' an open door" in after and "[ ] [u]" in after and "[ ] [u]" not in before


def test_a_screen_reader_gets_directions(ada: Player) -> None:
    tell(ada, screen_reader=True)
    text = ada.do("map")
    assert text.split("\n") == [
        "You are in The Yard.",
        "North: The Hall.",
        "West: The Lane.",
        "Down: The Cellar.",
        "South: The Slide.",
        "Northeast: The Kitchen.",
        "North, then southeast: The Garden.",
        "North, then up: The Attic.",
        "Two west: The Lane2.",
        "South, then east: The Pond.",
        "East: a closed door.",
    ]
    assert "North, then two up: The Roof." in ada.do("map 3") and "Three west: The Lane3." in ada.do("map 3")
    assert "North, then two up, then north: The Loft (through an open door)." in ada.do("map 4")
    assert ada.do("map 6").endswith("map with a number from 1 to 5.")


def test_in_a_room_without_exits(ada: Player) -> None:
    kit = Kit(world=WorldDef.of([AreaDef(id="x", name="X", rooms=(RoomDef(id="cell", name="A Cell"),))]))
    bob = kit.player("Bob")
    assert bob.do("map") == "A Cell\n [@]\n@ you"
    tell(bob, screen_reader=True)
    assert bob.do("map") == "You are in A Cell. There is no way out that you can see."


@pytest.mark.parametrize("word", ["0", "21", "far", "-1", "²", "99999", "0001" + 30 * "9"])
def test_how_far_is_a_number(ada: Player, word: str) -> None:
    assert ada.do(f"map {word}") == "How far should the map go? Write: map, or map with a number from 1 to 20."


def test_a_way_into_a_room_that_is_gone_goes_on(ada: Player) -> None:
    kit = Kit(world=SMALL)
    bob = kit.player("Bob", "builder")
    rooms = {k: v for k, v in kit.game.world.defs.rooms.items() if k != "hall"}
    kit.game.world.defs = msgspec.structs.replace(kit.game.world.defs, rooms=rooms)
    assert "?" in bob.do("map")
