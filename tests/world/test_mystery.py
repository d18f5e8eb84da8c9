"""The way to the end of the starter world, walked in the game itself, by one player after another."""

from __future__ import annotations

from pathlib import Path

from mud.areas.load import load
from mud.testing import Kit, Player

WORLD = load(Path(__file__).parent.parent.parent / "world")

TO_THE_CRYPT = "e d w w w n n|open trap|d|get key|open purse|get all purse"
BACK_TO_THE_QUAY = "u s s e e e u w"
TO_THE_NEST = "n n n n n n w u|get key"
TO_THE_QUAY_FROM_THE_NEST = "d e s s s s s s"
TO_THE_LIGHT = "e e e|open door|n d|unlock iron|open iron|d d|open panel|n|unlock box|open box|get all box"


def walk(player: Player, path: str) -> str:
    """Go a path: commands between bars, or steps. Gives what was read at its last step."""
    said = ""
    for command in path.split("|"):
        steps = command.split() if all(len(word) == 1 for word in command.split()) else [command]
        for step in steps:
            said = player.do(step)
    return said


def solve(player: Player) -> str:
    """From the quay to the tin box; gives what came out of it."""
    for path in (TO_THE_CRYPT, BACK_TO_THE_QUAY, TO_THE_NEST, TO_THE_QUAY_FROM_THE_NEST):
        walk(player, path)
    return walk(player, TO_THE_LIGHT)


def test_the_mystery_has_an_end() -> None:
    ada = Kit(world=WORLD).player("Ada")
    said = solve(ada)
    assert "You get the ember ring from a tin box." in said and "gold coins from a tin box." in said
    assert ada.do("wear ring") == "You wear the ember ring on the right finger."
    assert "The Quay Steps" in walk(ada, "s u u u s w w w")


def test_the_box_needs_both_keys() -> None:
    ada = Kit(world=WORLD).player("Ada")
    assert walk(ada, "e e e|open door|n d|unlock iron") == "You don't have the key to the door."
    walk(ada, "u s w w w")
    walk(ada, TO_THE_CRYPT)
    walk(ada, BACK_TO_THE_QUAY)
    assert "A tin box is closed." in walk(ada, TO_THE_LIGHT)


def test_who_comes_second_finds_it_all_again() -> None:
    """Also while the first is in play and keeps keys and ring; and there is one box, not one for each."""
    kit = Kit(world=WORLD)
    ada = kit.player("Ada")
    solve(ada)
    walk(ada, "s u u u s w w w")
    kit.wait(3600)
    assert "ember ring" in solve(kit.player("Bob"))
    assert "ember ring" in ada.do("inventory")
    assert kit.game.world.count("item", "tin_box") == 1


def test_a_carried_box_is_not_filled_again() -> None:
    kit = Kit(world=WORLD)
    ada = kit.player("Ada")
    solve(ada)
    walk(ada, "get box|s u u u s w w w")
    kit.wait(7200)
    ada.read()
    assert ada.do("look in box") == "A tin box is empty."


def test_who_wakes_behind_the_iron_door_without_a_key_gets_out_by_the_well() -> None:
    kit = Kit(world=WORLD)
    ada = kit.player("Ada")
    solve(ada)
    walk(ada, "drop all|s|quit")
    kit.wait(3600)
    ada = kit.player("Ada")
    assert walk(ada, "u|u") == "The door is closed."
    assert "Well Square" in walk(ada, "d w u")


def test_what_a_thing_says_is_not_hidden_by_what_its_room_says() -> None:
    ada = Kit(world=WORLD).player("Ada")
    walk(ada, "e e e|open door|n u u")
    assert ada.do("look log").startswith("'The ferryman has our key")
