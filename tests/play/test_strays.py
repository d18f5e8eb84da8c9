"""Rooms, kinds and areas that are gone after a copyover, a restart or a reload: nobody is left in Nowhere."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from mud.core import events as e
from mud.core.world.model import Item
from mud.play import strays
from tests.play.site import Site

VAULT = (
    '[[room]]\nid = "vault"\nname = "The Vault"\ndescription = "A vault."\n\n[room.exits]\n'
    'west = { to = "square", door = true, state = "locked", keywords = ["gate"], key = "gate_key" }\n\n'
)
GATE = (
    'east = { to = "vault", door = true, state = "locked", keywords = ["gate", "iron"], key = "gate_key", '
    'description = "A gate of iron." }\n'
)
OTHER = """[area]
id = "isle"
name = "The Isle"
[[room]]
id = "shore"
name = "The Shore"
[[mob]]
id = "seal"
keywords = ["seal"]
short = "a seal"
[[item]]
id = "pearl"
keywords = ["pearl"]
short = "a pearl"
wear = ["take"]
"""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    (tmp_path / "isle.toml").write_text(OTHER, "utf-8")
    return Site(tmp_path)


def people(site: Site) -> None:
    """Ada, two seals and a pearl on the isle; Ben in the square with another pearl."""
    ada, ben = site.player("Ada", "admin"), site.player("Ben")
    ada.do("goto shore", "load mob seal", "load mob seal", "load item pearl", "drop pearl")
    site.make_item("pearl", ben.character)
    for player in (ada, ben):
        player.read()


def lines(site: Site) -> tuple[str, ...]:
    """What was reported."""
    return next(effect.lines for effect in reversed(site.effects) if isinstance(effect, e.FoundAstray))


GONE = (
    "room 'shore' is gone, and in it were: Ada, a seal (2), 1 thing",
    "relics, whose kind of mob is gone: seal (2)",
    "relics, whose kind of item is gone: pearl (2)",
)


def everybody_is_home(site: Site) -> bool:
    world = site.game.world
    assert strays.rooms_gone(world) == [] and not world.places() - set(world.defs.rooms)
    assert [i.kind for i in world.held("room:square") if i.kind == "pearl"] == ["pearl"]
    return all(c.room == world.defs.start for c in world.characters.values() if c.mob == "seal" or c.name == "Ada")


def test_an_area_that_is_gone_after_a_copyover(site: Site) -> None:
    people(site)
    (site.folder / "isle.toml").unlink()
    site.copy_over()
    assert lines(site) == GONE and everybody_is_home(site)
    ada = site.players[1]
    assert "The world shifts around you: where you were is no more. This is The Square." in ada.read()
    assert "The Square" in ada.do("look") and site.audit() == []


def test_an_area_that_is_gone_after_a_restart(site: Site) -> None:
    people(site)
    site.flush()
    (site.folder / "isle.toml").unlink()
    site.read_files()
    site.crash()
    assert lines(site) == GONE and everybody_is_home(site)
    assert "The Square" in site.player("Ada").welcome


def test_an_area_that_is_gone_after_a_reload(site: Site) -> None:
    people(site)
    ada = site.players[1]
    (site.folder / "isle.toml").unlink()
    told = site.do(ada, "world reload isle")
    assert all(line in told for line in GONE) and everybody_is_home(site)
    assert all(line not in site.players[2].read() for line in GONE)
    assert all(line not in site.do(ada, "world reload") for line in GONE)


def test_only_a_room_is_gone(site: Site) -> None:
    people(site)
    ben = site.players[2]
    site.act(lambda ctx: ctx.move(ben.character, "vault"))
    site.edit(VAULT, "")
    site.edit(GATE, "")
    site.copy_over()
    assert lines(site) == ("room 'vault' is gone, and in it were: Ben",)
    assert ben.character.room == site.game.world.defs.start


def test_a_mob_goes_back_to_its_area(site: Site) -> None:
    people(site)
    world = site.game.world
    (guard,) = (c for c in world.characters.values() if c.mob == "guard")
    site.act(lambda ctx: ctx.move(guard, "vault"))
    site.edit(VAULT, "")
    site.edit(GATE, "")
    site.copy_over()
    guard = site.game.world.characters[guard.id]
    assert guard.area == "small" and guard.room == site.game.world.defs.areas["small"].rooms[0].id


def test_nothing_is_said_when_nothing_is_gone(site: Site) -> None:
    people(site)
    site.copy_over()
    assert not [effect for effect in site.effects if isinstance(effect, e.FoundAstray)]
    assert strays.report(site.game.world) == []


def test_coins_and_corpses_are_no_relics(site: Site) -> None:
    ada = site.player("Ada", "admin", gold=5)
    ada.do("drop 2 gold")
    site.act(lambda ctx: ctx.world.add_item(Item(id="i999", kind="corpse", owner="room:square")))
    assert strays.report(site.game.world) == []


def test_a_report_names_some_and_counts_the_rest() -> None:
    many = Counter({f"k{number:02}": 1 for number in range(strays.MAX_NAMED + 5)})
    assert strays.listed(many)[-2:] == ["k09", "and 5 more"]
