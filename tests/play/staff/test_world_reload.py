"""`world reload`: files that changed are swapped under the players' feet, or nothing changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from mud.core import events as e
from tests.play.site import Site

VAULT = (
    '[[room]]\nid = "vault"\nname = "The Vault"\ndescription = "A vault."\n\n[room.exits]\n'
    'west = { to = "square", door = true, state = "locked", keywords = ["gate"], key = "gate_key" }\n\n'
)
GATE = (
    'east = { to = "vault", door = true, state = "locked", keywords = ["gate", "iron"], key = "gate_key", '
    'description = "A gate of iron." }\n'
)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_a_changed_file_is_seen_at_once(site: Site) -> None:
    ada = site.enter("Ada")
    site.edit("A plain square", "A windy square")
    assert "Swapped: small." in site.do(ada, "world reload")
    assert "A windy square" in ada.do("look")


def test_nothing_new_is_said_to_be_so(site: Site) -> None:
    ada = site.enter("Ada")
    assert "All areas are as before" in site.do(ada, "world reload")
    site.path.touch()
    assert "small is as before" in site.do(ada, "world reload small")


def test_a_broken_file_changes_nothing_and_every_problem_is_told_with_its_line(site: Site) -> None:
    ada = site.enter("Ada")
    before = site.game.world.defs
    site.edit('south = "square"', 'south = "sqare"')
    site.edit('kind = "food"', 'kind = "fod"')
    text = site.do(ada, "world reload")
    assert "small.toml:29: no room is called 'sqare'; did you mean 'square'?" in text
    assert "no kind of item is called 'fod'" in text and "The game is as before" in text
    assert site.game.world.defs is before


def test_a_half_saved_file_changes_nothing(site: Site) -> None:
    ada = site.enter("Ada")
    before = site.game.world.defs
    site.path.write_text(site.path.read_text("utf-8")[:400], "utf-8")
    assert "no valid TOML" in site.do(ada, "world reload small")
    assert site.game.world.defs is before


def test_who_and_what_is_in_a_room_that_is_gone_goes_to_the_areas_first_room(site: Site) -> None:
    ada, bob = site.enter("Ada"), site.enter("Bob", "player")
    ada.do("goto vault", "load item sword", "drop sword", "load mob guard", "goto square")
    site.act(lambda ctx: ctx.move(bob.character, "vault"))
    bob.read()
    site.edit(VAULT, "")
    site.edit(GATE, "")
    site.do(ada, "world reload")
    assert bob.read() == "The world shifts around you: where you were is no more. This is The Square."
    assert bob.character.room == "square"
    assert "A short sword lies here." in bob.do("look")
    assert site.game.world.present("vault") == [] and site.game.world.held("room:vault") == []


def test_doors_keep_their_state_where_there_still_is_a_door(site: Site) -> None:
    ada = site.enter("Ada")
    ada.do("load item gate_key", "unlock gate", "open gate", "open trapdoor")
    site.edit('down = { to = "cellar", hidden = true, door = true, state = "closed", keywords = ["trapdoor"] }', "")
    site.edit("A gate of iron", "A gate of old iron")
    site.do(ada, "world reload")
    assert site.game.world.door_state("square", "east") == "open"
    assert set(site.game.world.doors) == {"square east", "vault west", "cellar up"}
    assert ("doors", "square down") in site.game.world.journal.dirty


def test_things_and_mobs_whose_definition_is_gone_stay_as_they_can(site: Site) -> None:
    ada = site.enter("Ada")
    ada.do("load item ring")
    site.edit(
        '[[item]]\nid = "ring"\nkeywords = ["ring"]\nshort = "a ring"\nkind = "worn"\nwear = ["take", "finger"]\n\n', ""
    )
    site.do(ada, "world reload")
    assert "a relic of another age" in ada.do("inventory")


def test_zone_timers_stay_and_a_new_area_is_populated(site: Site) -> None:
    ada = site.enter("Ada")
    before = dict(site.game.world.timers.pending)
    (site.folder / "more.toml").write_text(
        '[area]\nid = "more"\nname = "More"\n[[room]]\nid = "more1"\nname = "M"\n'
        '[[mob]]\nid = "imp"\nkeywords = ["imp"]\nshort = "an imp"\n'
        '[[reset]]\ndo = "mob"\nid = "imp"\nroom = "more1"\n',
        "utf-8",
    )
    assert "Swapped: more." in site.do(ada, "world reload")
    assert before.items() <= site.game.world.timers.pending.items()
    assert len(site.game.world.timers.pending) == len(before) + 1
    assert "An imp is here." in ada.do("goto more1")


def test_a_file_that_is_gone_takes_its_area_along_only_when_that_is_asked_for_by_name(site: Site) -> None:
    more = site.folder / "more.toml"
    more.write_text('[area]\nid = "more"\nname = "More"\n[[room]]\nid = "more1"\nname = "M"\n', "utf-8")
    ada = site.enter("Ada")
    site.do(ada, "world reload")
    ada.do("goto more1")
    more.unlink()
    assert "`world reload more` removes it" in site.do(ada, "world reload")
    assert ada.character.room == "more1"
    assert "Gone: more." in site.do(ada, "world reload more")
    assert ada.character.room == "square"


def test_others_that_name_what_would_be_gone_are_named_with_their_line(site: Site) -> None:
    more = site.folder / "more.toml"
    text = '[area]\nid = "more"\nname = "More"\n[[room]]\nid = "more1"\nname = "M"\n'
    more.write_text(text, "utf-8")
    ada = site.enter("Ada")
    site.do(ada, "world reload")
    more.write_text(f'{text}[room.exits]\nsouth = "vault"\n', "utf-8")
    site.do(ada, "world reload")
    site.edit(VAULT, "")
    site.edit(GATE, "")
    assert "more.toml:8: no room is called 'vault'" in site.do(ada, "world reload small")
    assert "vault" in site.game.world.defs.rooms


def test_an_id_that_another_area_has_is_refused(site: Site) -> None:
    ada = site.enter("Ada")
    (site.folder / "more.toml").write_text(
        '[area]\nid = "more"\nname = "More"\n[[room]]\nid = "vault"\nname = "M"\n', "utf-8"
    )
    assert "more.toml:5: room 'vault' is there already, in small.toml" in site.do(ada, "world reload")


def test_an_unknown_area_and_a_wrong_word_are_refused(site: Site) -> None:
    ada, bob = site.enter("Ada"), site.enter("Bob", "player")
    assert "no area is called 'smal'; did you mean 'small'?" in site.do(ada, "world reload smal")
    assert ada.do("world turn") == "Write: world check [AREA], or world reload [AREA]."
    assert "There is no command 'world'" in bob.do("world reload")


def test_the_world_is_swapped_even_if_who_asked_for_it_has_left(site: Site) -> None:
    ada, bob = site.enter("Ada"), site.enter("Bob")
    site.edit("A plain square", "A windy square")
    ada.do("world reload")
    site.post(e.Lost(ada.session, "gone"))
    site.work()
    assert "A windy square" in bob.do("look")
