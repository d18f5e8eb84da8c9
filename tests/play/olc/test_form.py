"""Builders' forms: rooms, mobs, items and areas edited in the game, and what they write into the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from mud.areas.load import load
from mud.areas.names import ITEM_KINDS, ITEM_VALUES
from mud.areas.outcome import outcome
from mud.core import dialogs as d
from mud.core import events as e
from mud.play.olc.values import USED
from tests.play.site import Site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def top(site: Site, session: int = 1) -> d.AnyDialog:
    return site.game.sessions.by_id[session].stack[-1]


def test_a_form_shows_each_field_with_its_number_name_and_value(site: Site) -> None:
    ada = site.enter("Ada")
    text = ada.do("redit")
    assert "room square of Small" in text and "1. name: The Square" in text
    assert '5. exit: north to hall; east to vault door "gate iron" locked key gate_key desc "A gate of iron."' in text
    assert "6. extra: stone stones" in text and "Nothing is changed so far." in text
    assert ada.prompt == "redit square> "


def test_a_field_is_set_by_name_by_its_beginning_or_by_number(site: Site) -> None:
    ada = site.enter("Ada")
    assert ada.do("redit", "name The {red}Kitchen{/}").endswith("name: The {red}Kitchen{/}")
    assert ada.do("sec city") == "sector: city" and ada.do("3 forest") == "sector: forest"
    assert ada.prompt == "redit square*> "
    assert ada.do("3 forest") == "sector: forest (as before)"
    assert "Not saved yet." in ada.do("show")


def test_a_typing_mistake_gets_the_nearest_known_name(site: Site) -> None:
    ada = site.enter("Ada")
    ada.do("redit")
    assert ada.do("nmae x") == "There is no field 'nmae'. Did you mean name?"
    assert ada.do("flags indors") == "There is no flag 'indors'. Did you mean indoors?"
    assert ada.do("sector forst") == "There is no sector 'forst'. Did you mean forest?"
    assert ada.do("exit nroth to hall") == "There is no direction 'nroth'. Did you mean north?"
    assert ada.do("exit north to hal") == "There is no room 'hal'. Did you mean hall?"
    assert ada.do("exit north too hall") == "There is no word 'too'. Did you mean to?"
    assert ada.do("name {rde}x") == "unknown colour {rde}; did you mean {red}?"
    assert ada.do("7") == "The fields have numbers from 1 to 6."
    assert ada.do("show").endswith("Nothing is changed so far.")


def test_flags_toggle(site: Site) -> None:
    ada = site.enter("Ada")
    ada.do("redit")
    assert ada.do("flags dark safe start") == "flags: dark, safe"
    assert ada.do("flags dark") == "flags: safe"


def test_undo_takes_back_step_by_step(site: Site) -> None:
    ada = site.enter("Ada")
    ada.do("redit", "name One", "name Two")
    assert "1. name: One" in ada.do("undo") and "1. name: The Square" in ada.do("undo")
    assert ada.do("undo") == "There is nothing to undo."


def test_cancel_changes_nothing(site: Site) -> None:
    ada = site.enter("Ada")
    before = site.path.read_text("utf-8")
    assert ada.do("redit", "name Nowhere", "cancel").endswith("Nothing was saved. The form is closed.")
    assert type(top(site)) is d.Play and site.jobs() == []
    assert site.path.read_text("utf-8") == before and "The Square" in ada.do("look")


def test_help_names_every_field_and_verb(site: Site) -> None:
    ada = site.enter("Ada")
    text = ada.do("redit", "help")
    for word in ("name TEXT", "desc --", "exit DIRECTION", "extra KEYWORDS", "undo --", "save over", "cancel --"):
        assert word in text
    assert "nokey, pickproof" in ada.do("help exit")


def test_the_description_is_written_in_the_line_editor(site: Site) -> None:
    ada = site.enter("Ada")
    ada.do("redit", "desc")
    assert isinstance(top(site), d.Editor)
    assert "unknown colour" in ada.do("Rain {bleu}falls{/}.", ".save")
    assert isinstance(top(site), d.Editor)  # the text is still there
    assert ada.do(".clear", "Rain {blue}falls{/}.", "And falls.", ".save") == "desc: 2 lines, Rain {blue}falls{/}. ..."
    assert ada.do("show desc") == "desc: Rain {blue}falls{/}.\nAnd falls."
    site.do(ada, "save")
    assert 'description = """\nRain {blue}falls{/}.\nAnd falls."""\nflags' in site.path.read_text("utf-8")
    assert "Rain falls.\nAnd falls." in ada.do("look")


def test_saving_writes_the_file_and_the_room_is_another(site: Site) -> None:
    ada = site.enter("Ada")
    before = site.path.read_text("utf-8")
    text = site.do(ada, "redit", "name The Kitchen", "save")
    assert "Saved in small.toml." in text and type(top(site)) is d.Play
    assert site.path.read_text("utf-8") == before.replace('"The Square"', '"The Kitchen"')
    assert ada.do("look").startswith("The Kitchen")
    assert load(site.folder) == site.game.world.defs


def test_exits_doors_and_keys(site: Site) -> None:
    ada = site.enter("Ada")
    ada.do("goto hall", "redit")
    assert ada.do('exit s door "oak door" key bag locked hidden') == (
        'exit: south to square door "oak door" locked key bag hidden'
    )
    assert ada.do("exit up to nowhere desc 'A {grey}hole{/}.'").endswith('up to nowhere desc "A {grey}hole{/}."')
    assert ada.do("exit west closed to vault") == 'Only a door can be so: add door "WORDS" before it.'
    assert ada.do("exit west hidden") == "There is no exit west yet. Write: exit west to ROOM."
    site.do(ada, "save")
    assert site.game.world.door_state("hall", "south") == "locked"
    assert (
        'south = { to = "square", keywords = ["oak", "door"], door = true, state = "locked", key = "bag", hidden'
        in (site.path.read_text("utf-8"))
    )
    assert ada.do("redit", "exit south nodoor plain").endswith(
        'exit: south to square; up to nowhere desc "A {grey}hole{/}."'
    )
    assert ada.do("exit up remove") == "exit: south to square"
    site.do(ada, "save")
    assert '\n[room.exits]\nsouth = "square"\n' in site.path.read_text("utf-8")


def test_extra_descriptions(site: Site) -> None:
    ada = site.enter("Ada")
    ada.do("redit", "extra stone", ".clear", "Mossy stones.", ".save", "extra lamp post", "A lamp.", ".save")
    site.do(ada, "save")
    assert ada.do("look stones") == "Mossy stones." and ada.do("look lamp") == "A lamp."
    site.do(ada, "redit", "extra lamp", ".clear", ".save", "save")
    assert "lamp" not in site.path.read_text("utf-8")


def test_what_a_start_would_refuse_is_refused_and_the_form_stays(site: Site) -> None:
    ada = site.enter("Ada")
    site.do(ada, "redit vault", "exit west nodoor", "save")
    assert site.game.world.exit("vault", "west").door is False  # type: ignore[union-attr]
    site.edit(
        'id = "chest"\nroom = "hall"',
        'id = "chest"\nroom = "hall"\n\n[[reset]]\ndo = "door"\nroom = "square"\ndirection = "east"\nstate = "locked"',
    )
    site.do(ada, "world reload")
    text = site.do(ada, "redit square", "exit east nodoor", "save")
    assert "room 'square' has no door east" in text and "The game is as before" in text
    assert isinstance(top(site), d.EditRoom) and ada.prompt == "redit square*> "


def test_a_file_that_changed_on_the_disk_is_not_overwritten_and_reload_helps(site: Site) -> None:
    ada = site.enter("Ada")
    ada.do("redit", "name The Kitchen")
    site.edit("Worn stones.", "Cold stones.")
    assert "was changed on the disk since it was loaded; `reload`" in site.do(ada, "save")
    assert "Swapped: small." in site.do(ada, "reload") and isinstance(top(site), d.EditRoom)
    assert "Saved in small.toml." in site.do(ada, "save")
    assert ada.do("look").startswith("The Kitchen") and ada.do("look stones") == "Cold stones."


def test_what_others_changed_meanwhile_is_named_and_can_be_written_over(site: Site) -> None:
    ada = site.enter("Ada")
    ada.do("redit", "name Mine")
    site.edit('"The Square"', '"Theirs"')
    site.do(ada, "reload")
    assert "somebody else changed name of room 'square' meanwhile" in site.do(ada, "save")
    assert "Saved" in site.do(ada, "save over") and ada.do("look").startswith("Mine")


def test_two_builders_in_one_room(site: Site) -> None:
    ada, bob = site.enter("Ada"), site.enter("Bob")
    ada.do("redit")
    bob.read()
    assert bob.do("redit square") == "Ada is editing room square just now."
    assert bob.do("dig west") == "Ada is editing room square just now."
    assert "room hall of Small" in bob.do("redit hall") and "area small" in ada.do("cancel", "zedit")


def test_only_the_areas_builders_and_admins_may(site: Site) -> None:
    eve, root, bob = site.enter("Eve"), site.enter("Root", "admin"), site.enter("Bob", "player")
    eve.read()
    assert eve.do("redit") == "Small is not yours to build: its builders are Ada, Bob."
    for line in ("redit new x", "medit guard", "oedit sword", "zedit", "dig up"):
        assert "not yours to build" in eve.do(line)
    assert "room square" in root.do("redit")
    assert "There is no command 'redit'" in bob.do("redit")


def test_who_may_no_longer_build_can_not_save(site: Site) -> None:
    ada = site.enter("Ada")
    ada.do("redit", "name Mine")
    site.edit('builders = ["Ada", "Bob"]', 'builders = ["Bob"]')
    site.do(ada, "reload")
    assert ada.do("save") == "Small is not yours to build: its builders are Bob."
    assert isinstance(top(site), d.EditRoom)


def test_new_rooms_mobs_and_items(site: Site) -> None:
    ada = site.enter("Ada")
    site.do(ada, "redit new pantry", "name The Pantry", "exit up to square", "save")
    assert ada.do("goto pantry").startswith("The Pantry")
    site.do(ada, "medit new cook", "short a cook", "long A cook stirs.", "level 3", "flags sentinel", "save")
    site.do(ada, "oedit new pot", "short a pot", "kind container", "values capacity 20", "save")
    ada.do("load mob cook")
    assert "A cook stirs." in ada.do("look") and "a pot" in ada.do("load item pot", "inventory")
    assert load(site.folder) == site.game.world.defs
    assert ada.do("redit new pantry") == "There is a pantry already. Choose another id."
    assert ada.do("redit new my room") == "Write: redit new ID."
    assert ada.do("oedit new a-b").startswith("An id is made of")


def test_mobs(site: Site) -> None:
    ada = site.enter("Ada")
    site.do(
        ada,
        "medit guard",
        "hit_dice 2d6+5",
        "attributes strength 18",
        "gold 9",
        "sex male",
        "desc",
        ".clear",
        "A tall guard.",
        ".save",
        "save",
    )
    mob = site.game.world.defs.mobs["guard"]
    assert (mob.hit_dice, mob.attributes, mob.gold, mob.sex) == ("2d6+5", {"strength": 18}, 9, "male")
    assert ada.do("look guard").startswith("A tall guard.")  # the living one is as its definition is
    ada.do("medit guard")
    for text in ("many", "1d1+2000000", "0x10d4"):
        assert f"'{text}' is no dice; write them like 3d8+20." in ada.do(f"hit_dice {text}")
    assert "It is a number from 0 to 1,000,000,000,000, and not -1." in ada.do("gold -1")
    assert "It is a number from 0 to 1,000, and not 1001." in ada.do("level 1001")


def test_items(site: Site) -> None:
    ada = site.enter("Ada")
    ada.do("oedit ring")
    assert (
        ada.do("modifier strength +2", "modifier armour -5")
        == "modifier: strength +2\nmodifier: strength +2, armour -5"
    )
    assert ada.do("modifier strength 0") == "modifier: armour -5"
    assert ada.do("values capacity 3").startswith("There is no value called 'capacity'.")
    site.do(ada, "wear neck", "cost 40", "save")
    item = site.game.world.defs.items["ring"]
    assert item.wear == ("take", "finger", "neck") and item.cost == 40 and item.modifiers[0].by == -5


def test_who_is_no_builder_any_more_can_not_save_either(site: Site) -> None:
    ada = site.enter("Ada")
    ada.do("redit", "name Mine")
    site.game.world.accounts["ada"].role = "player"
    assert "is not yours to build" in ada.do("save") and site.jobs() == []


def test_resets_do_not_reach_into_somebody_elses_area(tmp_path: Path) -> None:
    text = '[area]\nid = "far"\nname = "Far"\nbuilders = ["Eve"]\n[[room]]\nid = "hut"\nname = "Hut"\n'
    (tmp_path / "far.toml").write_text(text)
    site = Site(tmp_path)
    ada, root = site.enter("Ada"), site.enter("Root", "admin")
    ada.do("zedit")
    for step in ("mob guard hut", "item ring hut", "remove ring hut"):
        assert ada.do(f"reset add {step}") == "Far is not yours to build: its builders are Eve."
    ada.do("cancel")
    assert "mob guard in hut" in root.do("zedit small", "reset add mob guard hut")


def test_areas_and_their_resets(site: Site) -> None:
    ada = site.enter("Ada")
    assert "7. reset: 6 steps (`reset` lists them)\n" in ada.do("zedit")
    text = ada.do("reset")
    assert "1. mob guard in square" in text and "2. give it gate_key, if the step before did" in text
    ada.do("name Tiny", "lifespan 7", "reset_when always", "levels 1 to 5")
    assert "7. item ring in square, at most 2" in ada.do("reset add item ring here max 2")
    assert "2. equip it with sword at wield, if the step before did" in ada.do("reset add equip sword wield at 2")
    assert "1. mob guard in square" in ada.do("reset move 1 1")
    assert ada.do("reset move 1 99") == "Which step? A number from 1 to 8, as `reset` shows them."
    assert "bread" not in ada.do("reset remove 7")
    about = ada.do("reset here")
    assert about.startswith("1. mob guard in square\n2. equip it with sword") and "chest" not in about
    assert ada.do("reset add mob gard here") == "There is no mob 'gard'. Did you mean guard?"
    assert ada.do("reset add give") == "Write: reset add give ITEM."
    assert "door east of square closed" in ada.do("reset add door square east closed")
    assert ada.do("builders Eve") == "Only an admin says who may build here."
    site.do(ada, "save")
    area = site.game.world.defs.areas["small"]
    assert (area.name, area.lifespan, area.reset_when, area.levels) == ("Tiny", 7, "always", (1, 5))
    assert [type(r).__name__ for r in area.resets] == [
        *("MobReset", "EquipReset", "GiveReset", "ItemReset", "ItemReset", "PutReset", "ItemReset", "DoorReset"),
    ]
    assert load(site.folder) == site.game.world.defs


def test_a_reset_that_would_be_refused_at_a_start_is_refused(site: Site) -> None:
    ada = site.enter("Ada")
    assert "no mob before this can have it" in site.do(ada, "zedit", "reset move 2 1", "save")
    assert isinstance(top(site), d.EditArea)


def test_an_admin_says_who_builds(site: Site) -> None:
    root, eve = site.enter("Root", "admin"), site.enter("Eve")
    site.do(root, "zedit", "builders eve bob", "save")
    assert "room square" in eve.do("redit")


def test_digging(site: Site) -> None:
    ada = site.enter("Ada")
    assert "Saved in small.toml." in site.do(ada, "dig west")
    assert ada.do("west").startswith("An unfinished room")
    assert ada.character.room == "small_1" and ada.do("east").startswith("The Square")
    site.do(ada, "dig up new loft")
    assert "up" in ada.do("exits") and ada.character.room == "square"
    site.do(ada, "goto loft", "dig east cellar")
    assert site.game.world.defs.rooms["cellar"].exits["west"].to == "loft"
    assert load(site.folder) == site.game.world.defs


def test_digging_into_what_is_there_is_refused(site: Site) -> None:
    ada = site.enter("Ada")
    assert ada.do("dig north") == "North leads to hall already. redit changes that."
    assert ada.do("dig up square") == "That leads back into this room. redit can do it, if it is meant."
    ada.do("goto vault")
    assert ada.do("dig north hall").startswith("hall has a way south already, to square.")
    assert ada.do("dig") == "Write: dig DIRECTION, dig DIRECTION new ID, or dig DIRECTION ROOM."
    assert site.jobs() == []


# Copyovers


def test_a_copyover_keeps_the_form_its_steps_and_the_line_editor(site: Site) -> None:
    ada = site.enter("Ada")
    ada.do("redit", "name One", "name Two", "exit west to vault", "desc", ".clear", "Half a")
    site.copy_over()
    assert ada.do("text.", ".save") == "desc: 2 lines, Half a ..."
    assert "1. name: Two" in ada.do("show")
    assert "1. name: One" in ada.do("undo", "undo", "undo")
    site.do(ada, "name Three", "save")
    assert ada.do("look").startswith("Three")


@pytest.mark.parametrize("lines", [["medit guard", "level 9"], ["oedit bag", "cost 5"], ["zedit", "lifespan 3"]])
def test_a_copyover_keeps_every_form(site: Site, lines: list[str]) -> None:
    ada = site.enter("Ada")
    ada.do(*lines)
    before = top(site)
    site.copy_over()
    assert top(site) == before
    site.do(ada, "save")
    assert load(site.folder) == site.game.world.defs


def test_a_save_that_a_copyover_overtakes_before_it_began_is_done_by_the_next_program(site: Site) -> None:
    ada = site.enter("Ada")
    ada.do("redit", "name The Kitchen", "save")
    job = site.take()
    site.copy_over()  # the job goes along (mud.copyover.handover.Jobs)
    site.work(job)
    assert ada.read().startswith("Saved") and ada.do("look").startswith("The Kitchen")


def test_a_save_that_was_written_and_never_heard_of_is_done_again_without_harm(site: Site) -> None:
    ada = site.enter("Ada")
    ada.do("redit", "name The Kitchen", "save")
    job = site.take()
    outcome(job, site.folder, site.game.world.defs)  # the file has it, the game never heard
    text = site.path.read_text("utf-8")
    site.copy_over()
    site.work(job)
    assert (
        ada.read().startswith("Saved")
        and ada.do("look").startswith("The Kitchen")
        and site.path.read_text("utf-8") == text
    )


def test_a_save_whose_work_is_lost_leaves_the_form_as_it_was(site: Site) -> None:
    ada = site.enter("Ada")
    ada.do("redit", "name The Kitchen", "save")
    site.take()
    site.copy_over()
    site.post(e.JobFailed(ada.session))
    assert "1. name: The Kitchen" in ada.do("show")
    assert "Saved" in site.do(ada, "save")


def test_what_was_saved_is_in_the_game_even_if_the_builder_has_left(site: Site) -> None:
    ada, bob = site.enter("Ada"), site.enter("Bob")
    ada.do("redit", "name The Kitchen", "save")
    site.post(e.Lost(ada.session, "gone"))
    site.work()
    assert "The Kitchen" in bob.do("look")


@pytest.mark.parametrize(
    ("kind", "lacks", "mend"),
    [
        ("weapon", "has no dice to strike with", ("values dice_number 2", "values dice_size 4")),
        ("potion", "holds no spell", ("values spell1 heal",)),
        ("wand", "is spent from the beginning", ("values spell heal", "values charges_left 3")),
    ],
)
def test_what_would_be_of_no_use_is_not_saved(site: Site, kind: str, lacks: str, mend: tuple[str, ...]) -> None:
    ada = site.enter("Ada")
    before = site.path.read_text("utf-8")
    refused = site.do(ada, "oedit new blade", f"kind {kind}", "save")
    assert f"{kind} 'blade' {lacks}" in refused and "small.toml:" in refused
    assert site.path.read_text("utf-8") == before and type(top(site)) is d.EditItem
    assert "Saved in small.toml. The form is closed." in site.do(ada, *mend, "save")
    assert type(top(site)) is d.Play


def test_what_is_in_the_file_already_does_not_keep_others_from_saving(site: Site) -> None:
    site.edit("values = { dice_number = 1, dice_size = 6 }\n", "")
    ada = site.enter("Ada")
    site.do(ada, "world reload")
    assert "Saved in" in site.do(ada, "redit", "name A Lane", "save")


# Values


def test_values_lists_the_names_of_its_kind_and_what_each_is_for(site: Site) -> None:
    ada = site.enter("Ada")
    ada.do("oedit new blade", "kind weapon")
    listed = ada.do("values")
    assert listed.splitlines()[0] == "  dice_number not said -- how many dice a blow throws: 2 of 2d6"
    assert "attack not said -- how it strikes (0 hit, 1 sting" in listed and "value0" not in listed
    assert ada.do("values dice_number 2") == "values: dice_number 2 (not said: dice_size, attack)"
    assert "  dice_number 2 -- how many dice" in ada.do("values")
    assert "values: dice_number 2 (not said: dice_size, attack)" in ada.do("show")


@pytest.mark.parametrize("kind", ITEM_KINDS)
def test_whatever_its_kind_values_says_something(site: Site, kind: str) -> None:
    ada = site.enter("Ada")
    ada.do("oedit new thing", f"kind {kind}")
    text = ada.do("values")
    assert all(name in ITEM_VALUES[kind] for name in USED.get(kind, {}))
    if kind in USED:
        assert text.count("not said") == len(USED[kind])
    else:
        assert text == "There are no values for a thing of its kind."


def test_attributes_are_listed_too(site: Site) -> None:
    ada = site.enter("Ada")
    assert "strength not said -- 11 where nothing is said" in ada.do("medit new goat", "attributes")


# Resets


def test_a_step_of_a_reset_is_changed_where_it_stands(site: Site) -> None:
    ada = site.enter("Ada")
    ada.do("zedit", "reset add mob guard here max 2 once")
    number = ada.do("reset").count("\n") + 1
    assert ada.do("reset").splitlines()[-1] == f"{number}. mob guard in square, at most 2, once"
    assert "mob guard in square, at most 5, once" in ada.do(f"reset set {number} max 5")
    assert f"{number}. mob guard in square, at most 7\n" in ada.do(f"reset {number} often max 7") + "\n"
    assert "mob guard in square, at most 7, if the step before did" in ada.do(f"reset set {number} after")
    assert "Saved in small.toml." in site.do(ada, "save")
    (saved,) = (r for r in load(site.folder).areas["small"].resets if getattr(r, "max", 1) == 7)
    assert saved.if_last and not saved.once


def test_what_can_not_be_said_of_a_step(site: Site) -> None:
    ada = site.enter("Ada")
    ada.do("zedit", "reset add door square east open")
    number = ada.do("reset").count("\n") + 1
    assert ada.do(f"reset set {number} max 2") == "This step has no max: door east of square open."
    assert ada.do(f"reset set {number} max 0").endswith("open.")
    assert ada.do(f"reset set {number}").startswith("Write: reset set N max M")
    assert ada.do("reset set 99 max 2").startswith("Which step?")
    assert ada.do(f"reset set {number} maxx 2").startswith("Write: reset set N max M")
    assert ada.do("reset set 1 max 0") == "It is a number from 1 to 1,000,000, and not 0."


# A new area


def test_an_area_is_made_from_inside_the_game(site: Site) -> None:
    ada = site.enter("Ada", "admin")
    text = ada.do("zedit new tide_mill")
    assert "area tide_mill (new)" in text and "then `goto tide_mill_1`" in text
    ada.do("name The Tide Mill", "builders Bob")
    assert "Saved in tide_mill.toml. The form is closed." in site.do(ada, "save")
    assert "An unfinished room" in ada.do("goto tide_mill_1").title().replace("Unfinished Room", "unfinished room")
    bob = site.enter("Bob")
    bob.do("goto tide_mill_1")
    assert "Saved in tide_mill.toml" in site.do(bob, "redit", "name The Wheel", "save")
    assert "Saved in" in site.do(ada, "dig north square")
    world = load(site.folder)
    assert world.areas["tide_mill"].builders == ("Bob",) and world.rooms["tide_mill_1"].name == "The Wheel"
    site.copy_over()
    assert "The Wheel" in bob.do("look")


@pytest.mark.parametrize("id_", ["", "world", "_hidden", "Tide", "../out", "a/b", "tide mill", "x" * 61, "tïde"])
def test_an_area_whose_file_could_not_be_called_so(site: Site, id_: str) -> None:
    ada = site.enter("Ada", "admin")
    assert ada.do(f"zedit new {id_}").startswith("Write: zedit new ID.")


def test_who_may_not_begin_an_area_and_what_is_there_already(site: Site) -> None:
    ada, boss = site.enter("Ada"), site.enter("Boss", "admin")
    ada.read()
    assert ada.do("zedit new mill") == "Only an admin begins a new area."
    assert boss.do("zedit new small") == "There is a small already. Choose another id."
    (site.folder / "mill.toml").write_text("# somebody's\n", "utf-8")
    assert "there is a file mill.toml already" in site.do(boss, "zedit new mill", "save")
    assert (site.folder / "mill.toml").read_text("utf-8") == "# somebody's\n"


def test_a_new_area_whose_end_nobody_heard_is_saved_again_without_harm(site: Site) -> None:
    boss = site.enter("Boss", "admin")
    boss.do("zedit new mill", "save")
    job = site.take()
    outcome(job, site.folder, site.game.world.defs)  # the program ended before the game had it
    site.post(e.JobFailed(boss.session))
    assert "Saved in mill.toml. The form is closed." in site.do(boss, "save")
    boss.do("!look")
    assert [path.name for path in site.folder.iterdir()].count("mill.toml") == 1
