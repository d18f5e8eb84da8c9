"""CircleMUD and tbaMUD files: old and new forms, and mistakes with their lines."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mud.areas.circle import ImportedWorld, import_world, report_text
from mud.areas.destination import Destination
from mud.areas.load import examine
from mud.core.text.markup import strip, unparse
from mud.core.world import area as a

OLD_ROOM = """\
#1
An Old Room~
Text with a line
#2
that is no record.
~
0 9 1
D0
North.
~
door oak~
1 5 2
D2
~
~
0 -1 -1
E
stone stones~
Worn.
~
S
#2
Another~
~
0 0 4
S
$~
"""
NEW_ROOM = "#3\n@RRed@n room @@home~\nBare.\n~\n0 dk 0 a 0 3\nS\nT 77\nT 78\n$~\n"
OLD_MOB = "#1\nrat~\na rat~\nA rat.\n~\nSmall.\n~\n2 0 -100 S\n3 18 7 2d4+5 1d3+1\n12 90\n8 8 1\n$\n"
NEW_MOB = (
    "#2\nking~\nthe king~\nThe king.\n~\n~\n10 0 0 0 64 0 0 0 900 E\n33 9 -9 6d6+330 5d5+5\n330 108900\n8 8 2\n"
    "BareHandAttack: 4\nStr: 18\nE\nT 5\n$\n"
)
OLD_ITEM = "#5\nkey~\na key~\nA key lies here.~\n~\n18 4 1\n0 0 0 0\n1 10 2\nE\nkey~\nSmall.\n~\nA\n18 2\n$\n"
NEW_ITEM = "#6\nchest~\na chest~\nA chest.~\n~\n15 0 0 0 0 a 0 0 0 0 0 0 0\n50 13 5 0\n9 0 0 4 0\n$\n"
OLD_ZONE = (
    "#0\nOld Zone~\n99 20 2\n* a comment\nM 0 1 2 1 \t(the rat)\nG 1 5 10\nE 1 5 1 16\nO 0 6 1 2\nP 1 5 9 6\n"
    "D 0 1 0 2\nR 0 2 6\nS\n$\n"
)
SHOP = (
    "CircleMUD v3.0 Shop File~\n#1~\n5\n-1\n1.5\n0.5\n15\n18keys & !iron\n-1\n%s a~\n%s b~\n%s c~\n%s d~\n%s e~\n"
    "%s f %d~\n%s g %d~\n0\n2\n1\n8\n2\n-1\n6\n12\n13\n20\n$~\n"
)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A world of one zone in the old form, with some of the new."""
    lay(
        tmp_path,
        wld=OLD_ROOM.replace("$~\n", NEW_ROOM),
        mob=OLD_MOB.replace("$\n", NEW_MOB),
        obj=OLD_ITEM.replace("$\n", NEW_ITEM),
        zon=OLD_ZONE,
        shp=SHOP,
    )
    return tmp_path


def lay(folder: Path, **files: str) -> None:
    """Files of a world, by kind."""
    for kind, text in files.items():
        (folder / kind).mkdir(exist_ok=True)
        (folder / kind / f"0.{kind}").write_text(text, "latin-1")


def only(found: ImportedWorld) -> a.AreaDef:
    """The one area there is."""
    (area,) = found.areas
    return area


def test_rooms_of_both_forms(source: Path) -> None:
    found = import_world(source)
    assert found.problems == []
    area = only(found)
    assert (area.id, area.name, area.lifespan, area.reset_when, area.numbers) == (
        "0",
        "Old Zone",
        20,
        "always",
        (0, 99),
    )
    first, _, third = area.rooms
    assert first.description == "Text with a line\n#2\nthat is no record."
    assert (first.sector, first.flags) == ("city", ("dark", "indoors"))
    assert first.exits["north"] == a.ExitDef(to="2", description="North.", keywords=("door", "oak"), door=True, key="5")
    assert first.exits["south"] == a.ExitDef(to=None)
    assert first.extras == (a.Extra(keywords=("stone", "stones"), text="Worn."),)
    assert strip(third.name) == "Red room @home" and third.flags == ("indoors", "godroom", "bit64")
    assert found.report["exits"] == 2 and found.report["exits_nowhere"] == 1 and found.report["triggers_attached"] == 3
    assert "3 rooms, 2 mobs, 2 objects, 1 zone, 1 shop" in report_text(found)


def test_mobs_and_objects_of_both_forms(source: Path) -> None:
    area = only(import_world(source))
    rat, king = area.mobs
    assert (rat.flags, rat.alignment, rat.hitroll, rat.armour, rat.hit_dice) == (("sentinel",), -100, 2, 70, "2d4+5")
    assert (rat.gold, rat.experience, rat.sex, rat.position) == (12, 90, "male", "standing")
    assert king.attributes == {"bare_hand_attack": 4, "str": 18}
    assert king.flags == ("sentinel", "npc") and king.affects == ("sense_life",)
    key, chest = area.items
    assert (key.kind, key.wear, key.modifiers) == ("key", ("take",), (a.Modifier(apply="hitroll", by=2),))
    assert chest.values == {"capacity": 50, "flags": "closeable closed locked", "key": "5"} and chest.level == 4


def test_resets_and_shops(source: Path) -> None:
    area = only(import_world(source))
    assert area.resets == (
        a.MobReset(id="1", room="1", max=2),
        a.GiveReset(id="5", max=10, if_last=True),
        a.EquipReset(id="5", slot="wield", max=1, if_last=True),
        a.ItemReset(id="6", room="2", max=1),
        a.PutReset(id="5", into="6", max=9, if_last=True),
        a.DoorReset(room="1", direction="north", state="locked"),
        a.RemoveReset(room="2", id="6"),
    )
    (shop,) = area.shops
    assert (shop.keeper, shop.rooms, shop.sells, shop.buys) == ("1", ("2",), ("5",), ("container", "key keys & !iron"))
    assert (shop.sell_factor, shop.buy_factor, shop.hours) == (1.5, 0.5, ((6, 12), (13, 20)))
    assert shop.messages["sold"] == "%s f %d" and shop.flags == ("uses_bank",) and shop.refuses == ("mage",)


@pytest.mark.parametrize(
    ("kind", "old", "new", "where"),
    [
        ("wld", "0 9 1", "0 9", "wld/0.wld:7: zone, flags and sector should have 3 parts"),
        ("wld", "1 5 2\n", "one 5 2\n", "wld/0.wld:12: door, key and room of an exit should be 3 numbers"),
        ("mob", "2d4+5", "2x4", "mob/0.mob:9: '2x4' is no dice"),
        ("mob", "2 0 -100 S", "2 0 evil S", "mob/0.mob:8: expected a number, not 'evil'"),
        ("mob", "3 18 7", "3 18 x", "mob/0.mob:9: expected a number, not 'x'"),
        ("mob", "12 90", "12", "mob/0.mob:10: gold and experience should be 2 numbers"),
        ("shp", "1.5\n0.5", "dear\n0.5", "shp/0.shp:5: expected a number, not 'dear'"),
    ],
)
def test_a_mistake_has_its_line_and_the_rest_is_imported(
    source: Path, kind: str, old: str, new: str, where: str
) -> None:
    path = source / kind / f"0.{kind}"
    text = path.read_text("latin-1")
    assert old in text
    path.write_text(text.replace(old, new, 1), "latin-1")
    found = import_world(source)
    assert [problem for problem in found.problems if problem.startswith(where)], found.problems
    assert sum(len(getattr(area, part)) for area in found.areas for part in ("rooms", "mobs", "items")) >= 6


@pytest.mark.parametrize(
    ("kind", "old", "new", "lost"),
    [
        ("wld", "0 9 1", "0 9 77", "sector 77, taken as inside: 1 (first: wld/0.wld:7)"),
        ("wld", "0 9 1", "0 9% 1", "room flag '9%', which are none: 1 (first: wld/0.wld:7)"),
        ("wld", "D2", "Q 2", "block of a room: Q: 1 (first: wld/0.wld:13)"),
        ("wld", "D2", "D77", "exit in direction 77: 1 (first: wld/0.wld:16)"),
        ("wld", "1 5 2", "7 5 2", "door of type 7, taken as 1: 1 (first: wld/0.wld:12)"),
        ("wld", "S\n#2", "S\nC\n5 6\nZ 1\n#2", "block of a room: C: 1 (first: wld/0.wld:22)"),
        ("wld", "0 9 1", "0 9 1 7", "numbers behind a room's sector: 1 (first: wld/0.wld:7)"),
        ("wld", "1 5 2", "1 5 2 9", "numbers behind door, key and room of an exit: 1 (first: wld/0.wld:12)"),
        ("obj", "9 0 0 4 0", "9 0 0 4 0 7", "numbers behind an object's timer: 1 (first: obj/0.obj:22)"),
        ("zon", "99 20 2", "0 99 20 2 1", "numbers in a zone's head that nobody knows here: 1 (first: zon/0.zon:3)"),
        ("mob", "8 8 1", "99 8 1", "position 99, taken as standing: 1 (first: mob/0.mob:11)"),
        ("mob", "8 8 1", "8 8 7", "sex 7, taken as neutral: 1 (first: mob/0.mob:11)"),
        ("mob", "Str: 18", "Feat: 5 1", "line 'Feat' of an enhanced mob: 1 (first: mob/0.mob:23)"),
        ("mob", "E\nT 5", "E\nL 1 2 3\nT 5", "block of a mob: L: 1 (first: mob/0.mob:25)"),
        ("obj", "18 4 1", "99 4 1", "object of type 99, taken as other: 1 (first: obj/0.obj:6)"),
        ("obj", "18 4 1", "18 4% 1", "object flag '4%', which are none: 1 (first: obj/0.obj:6)"),
        ("obj", "0 0 0 0", "0 0 0 0 5", "values of an object beyond the fourth: 1 (first: obj/0.obj:7)"),
        ("obj", "A\n18 2", "G\n3 4\nA\n18 2", "block of an object: G: 1 (first: obj/0.obj:13)"),
        ("zon", "99 20 2", "99 20 9", "reset mode 9, taken as empty: 1 (first: zon/0.zon:3)"),
        ("zon", "G 1 5 10", "X 1 5 10", "reset X: 1 (first: zon/0.zon:6)"),
        ("zon", "E 1 5 1 16", "E 1 5 1 99", "reset E at place 99, taken as G: 1 (first: zon/0.zon:7)"),
        ("zon", "M 0 1 2 1 ", "M 0 1 2 1 100 ", "fifth number of a reset M: 1 (first: zon/0.zon:5)"),
    ],
)
def test_what_has_no_like_here_is_named_once_and_costs_nothing_else(
    source: Path, kind: str, old: str, new: str, lost: str
) -> None:
    before = import_world(source)
    path = source / kind / f"0.{kind}"
    text = path.read_text("latin-1")
    assert old in text and before.lost == []
    path.write_text(text.replace(old, new, 1), "latin-1")
    found = import_world(source)
    assert found.problems == [] and lost in found.lost and not found.whole
    counts = ("rooms", "mobs", "objects", "zones", "shops")
    assert [found.report[what] for what in counts] == [before.report[what] for what in counts]
    assert lost in report_text(found)


def test_one_kind_is_told_once_however_often_it_comes(tmp_path: Path) -> None:
    lay(tmp_path, wld="".join(f"#{n}\nRoom~\n~\n0 0 11\nC\n1 {n}\nS\n" for n in range(1, 50)) + "$\n")
    found = import_world(tmp_path)
    assert found.problems == [] and found.report["rooms"] == 49
    assert found.lost == [
        "sector 11, taken as inside: 49 (first: wld/0.wld:4)",
        "block of a room: C: 49 (first: wld/0.wld:5)",
    ]


def test_what_could_be_read_of_a_record_is_kept(source: Path) -> None:
    path = source / "mob" / "0.mob"
    path.write_text(path.read_text().replace("3 18 7", "3 18 x"))
    found = import_world(source)
    assert found.problems == ["mob/0.mob:9: expected a number, not 'x' (the rest of #1 is left out)"]
    rat = only(found).mobs[0]
    assert (rat.short, rat.flags, rat.alignment, rat.level) == ("a rat", ("sentinel",), -100, 3)
    path = source / "wld" / "0.wld"
    path.write_text(path.read_text("latin-1").replace("1 5 2\n", "one 5 2\n"), "latin-1")
    room = only(import_world(source)).rooms[0]
    assert "north" not in room.exits and "south" in room.exits and room.extras, "one exit is lost, not those behind it"


def test_a_text_without_end_and_a_record_twice(tmp_path: Path) -> None:
    lay(tmp_path, wld="#1\nName~\nno end\n0 0 0\nS\n")
    assert import_world(tmp_path).problems[0].startswith("wld/0.wld:3: the room's description has no ~ at its end")
    lay(tmp_path, wld="#1\nA~\n~\n0 0 0\nS\n#1\nB~\n~\n0 0 0\nS\n$\n")
    found = import_world(tmp_path)
    assert "wld/0.wld:6: #1 is there twice" in found.problems[0] and len(only(found).rooms) == 1


def test_a_missing_folder_and_a_missing_file_of_the_index(tmp_path: Path) -> None:
    assert "there is no such folder" in import_world(tmp_path / "none").problems[0]
    lay(tmp_path, wld=OLD_ROOM)
    (tmp_path / "wld" / "index").write_text("0.wld\n9.wld\n$\n")
    assert import_world(tmp_path).problems == ["wld/index:2: there is no file 9.wld; take it out, or bring it back"]


def test_what_is_named_and_not_there_is_left_out_with_a_word(source: Path) -> None:
    (source / "obj" / "0.obj").write_text("$\n")
    found = import_world(source)
    assert found.problems == [] and len(found.warnings) >= 5
    assert [r for r in only(found).resets if isinstance(r, a.GiveReset | a.PutReset)] == []


def test_colours_and_control_characters(tmp_path: Path) -> None:
    text = "#1\n@rA@gB@nC @[F500]D@n @[b123]E @oF@n wjp@hop @@ \x9b2J\x7f\x1b[0m \xe9~\n~\n0 0 0\nS\n$\n"
    lay(tmp_path, wld=text)
    found = only(import_world(tmp_path)).rooms[0].name
    assert strip(found) == "ABC D E F wjp@hop @ ›2J é"
    assert unparse(found).startswith("{red}A{/}{green}B{/}C {196}D{/} E {208}F{/} ")


def test_an_objects_blocks_in_any_order(tmp_path: Path) -> None:
    head = "#1\nrod~\na rod~\nA rod.~\n~\n12 0 0 0 0 a 0 0 0 0 0 0 0\n0 0 0 0\n1 1 0 0 0\n"
    lay(tmp_path, obj=head + "T 5\nT 6\nE\nrod~\nLong.\n~\nT 7\nA\n18 2\nE\ntip~\nBlunt.\n~\nT 8\n$\n")
    found = import_world(tmp_path)
    (rod,) = only(found).items
    assert [extra.keywords for extra in rod.extras] == [("rod",), ("tip",)] and len(rod.modifiers) == 1
    assert found.report["triggers_attached"] == 4 and found.problems == []


def test_only_a_tilde_at_the_end_of_a_line_ends_a_text(tmp_path: Path) -> None:
    lay(tmp_path, wld="#1\nWaves~  \n~~~ roll ~~~ in\nfrom ~50 miles\n~\n0 0 0\nE\n~~~ sea~\nBlue.~\nS\n$\n")
    found = import_world(tmp_path)
    (room,) = only(found).rooms
    assert found.problems == []
    assert (room.name, room.description) == ("Waves", "~~~ roll ~~~ in\nfrom ~50 miles")
    assert room.extras == (a.Extra(keywords=("~~~", "sea"), text="Blue."),)


ROOMS = "".join(f"#{n}\nRoom {n}~\nPlain.\n~\n0 0 0\nS\n" for n in (1, 2, 3)) + "$\n"


@pytest.mark.parametrize(
    ("old", "new", "left", "where"),
    [
        ("Room 1~", "Room 1", "23", "wld/0.wld:5: the room's description has no ~"),  # its own ended the name
        ("Plain.\n~", "Plain.", "23", "wld/0.wld:3: the room's description has no ~"),
        ("0 0 0\nS\n#2", "#2", "123", "wld/0.wld:5: #2 begins where zone, flags and sector should be"),
        ("S\n#2", "#2", "123", "wld/0.wld:6: #2 begins where D, E or S should be"),
        ("0 0 0\nS\n#2", "D9\nS\n#2", "123", "wld/0.wld:5: zone, flags and sector should have 3 parts"),
        ("#2\n", "\x00\xff\x80\n", "13", "wld/0.wld:7: '\\x00"),
        ("#2\n", "#2²\n", "13", "wld/0.wld:7: '#2²' belongs to no record"),
        ("#2\n", "#1\n", "13", "wld/0.wld:7: #1 is there twice, first at wld/0.wld:1; give one another number"),
        ("$\n", "", "123", "wld/0.wld:18: there is no $ at the end of the file"),
        ("S\n$\n", "", "123", "wld/0.wld:17: the file ends where D, E or S should be"),
    ],
)  # fmt: skip
def test_after_a_mistake_reading_goes_on_at_the_next_record(
    tmp_path: Path, old: str, new: str, left: str, where: str
) -> None:
    lay(tmp_path, wld=ROOMS.replace(old, new, 1))
    found = import_world(tmp_path)
    assert len(found.problems) == 1 and found.problems[0].startswith(where), found.problems
    assert "".join(room.id for room in only(found).rooms) == left


@pytest.mark.parametrize("bad", ["G 1 ²", "G 1 --5 1", "?! 1 2 3", "G 1 " + "9" * 5000])
def test_a_mistake_in_a_reset_costs_that_reset_and_what_depends_on_it(source: Path, bad: str) -> None:
    text = OLD_ZONE.replace("O 0 6 1 2\n", f"{bad}\nP 1 5 9 6\nO 0 6 1 2\n")
    (source / "zon" / "0.zon").write_text(text, "latin-1")
    before = only(import_world(source))
    assert [p.split(": ")[0] for p in import_world(source).problems] == ["zon/0.zon:8"]
    (source / "zon" / "0.zon").write_text(OLD_ZONE)
    assert only(import_world(source)) == before


def test_a_zone_without_its_end_keeps_its_resets(source: Path) -> None:
    (source / "zon" / "0.zon").write_text(OLD_ZONE.replace("S\n$\n", ""))
    found = import_world(source)
    assert found.problems == [
        "zon/0.zon:11: the file ends where a reset or S should be; is it cut short? (the rest of #0 is left out)"
    ]
    assert len(only(found).resets) == 7


def test_scripts_and_their_variables_are_counted(source: Path) -> None:
    lines = "T 0 0 55 1\nV 0 0 0 1 name value\nT 1 1 56 2\nS\n"
    (source / "zon" / "0.zon").write_text(OLD_ZONE.replace("S\n", lines))
    (source / "trg").mkdir()
    (source / "trg" / "0.trg").write_text("#1\nA~\n0 g 100\n~\nsay #5\n~\n#2\nB~\n0 g 100\n~\n~\n$~\n")
    (source / "qst").mkdir()
    (source / "qst" / "0.qst").write_text("#1\nQ~\n$~\n")
    found = import_world(source)
    assert found.problems == [] and found.report["variables"] == 1
    assert found.report["triggers"] == 2 and found.report["quests"] == 1 and found.report["triggers_attached"] == 5
    assert found.left_out == ["trg/0.trg: 2 triggers", "qst/0.qst: 1 quest"]
    assert "not imported: 2 triggers (5 attached), 1 quest" in report_text(found)


def test_the_same_number_in_two_files(source: Path, tmp_path: Path) -> None:
    (source / "wld" / "1.wld").write_text("#9\nA~\n~\n0 0 0\nS\n#1\nB~\n~\n0 0 0\nS\n$\n")
    found = import_world(source)
    assert [p.split(";")[0] for p in found.problems] == ["wld/1.wld:6: #1 is there twice, first at wld/0.wld:1"]
    assert sorted(room.id for area in found.areas for room in area.rooms) == ["1", "2", "3", "9"]
    loads(found, tmp_path / "out")


def test_records_go_to_the_zone_that_has_their_number(tmp_path: Path) -> None:
    zone = "#{}\nZone~\n{} 9 2\nS\n"
    lay(tmp_path, zon=zone.format(5, 599) + zone.format(6, 699) + "$\n")
    room = "#{}\nA~\n~\n0 0 0\nS\n"
    (tmp_path / "wld").mkdir()
    (tmp_path / "wld" / "index").write_text("world.wld\n$\nnot this.wld\n")
    (tmp_path / "wld" / "world.wld").write_text("".join(map(room.format, (601, 555, 9000))) + "$\n")
    found = import_world(tmp_path)
    assert found.problems == [] and found.report["zones"] == 2
    assert {area.id: [r.id for r in area.rooms] for area in found.areas} == {
        "5": ["555"],
        "6": ["601"],
        "zone-world": ["9000"],
    }
    loads(found, tmp_path / "out")


@pytest.mark.parametrize("name", ["../mob/0.mob", "/etc/hostname", "..", "x" * 5000, "\x00.wld", "²"])
def test_an_index_names_nothing_but_files_beside_it(source: Path, name: str) -> None:
    (source / "wld" / "index").write_text(f"0.wld\n{name}\n$\n", "latin-1")
    found = import_world(source)
    assert len(found.problems) == 1 and found.problems[0].startswith("wld/index:2: there is no file")
    assert found.report["rooms"] == 3


def test_less_than_nothing_is_taken_as_nothing_with_a_word(source: Path, tmp_path: Path) -> None:
    path = source / "obj" / "0.obj"
    path.write_text(path.read_text().replace("1 10 2\n", "-3 10 -1\n"))
    found = import_world(source)
    key = only(found).items[0]
    assert found.problems == [] and (key.weight, key.cost, key.rent) == (0, 10, 0)
    assert found.notes[-2:] == [
        "weight below 0, taken as 0: 1 (first: object 5)",
        "rent below 0, taken as 0: 1 (first: object 5)",
    ]
    loads(found, tmp_path / "out")


def test_a_word_about_a_reset_says_where_it_stands(source: Path) -> None:
    (source / "mob" / "0.mob").write_text("$\n")
    found = import_world(source)
    assert "zon/0.zon:5: there is no mob 1" in found.warnings and found.problems == []


def loads(found: ImportedWorld, folder: Path) -> None:
    """What was imported can be written, and loaded it is the same."""
    Destination(folder, "now").write(found.areas, found.start)
    world, problems = examine(folder)
    assert world is not None
    assert [p for p in problems if "not a single room" not in p] == []
    assert world.areas == {area.id: area for area in found.areas}


#: What to put in the place of a word or a line.
JUNK = st.sampled_from(
    '² --5 - 9999999999999999999999 nan inf 1e999 ~ #1 #1~ $ S E A D0 -1 @r {red} """ \\ 65535'.split(" ")
) | st.text(st.characters(max_codepoint=255), max_size=6)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["wld", "mob", "obj", "zon", "shp"]), st.integers(0, 600), st.binary(max_size=6))
def test_cut_off_or_damaged_anywhere_is_never_a_traceback(source: Path, kind: str, at: int, junk: bytes) -> None:
    path = source / kind / f"0.{kind}"
    text = path.read_bytes()
    try:
        path.write_bytes(text[:at] + junk)
        assert report_text(import_world(source))
        path.write_bytes(text[:at] + junk + text[at + len(junk) :])
        assert report_text(import_world(source))
    finally:
        path.write_bytes(text)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["wld", "mob", "obj", "zon", "shp"]), st.data())
def test_whatever_is_in_a_words_place_the_rest_can_be_loaded(source: Path, kind: str, data: st.DataObject) -> None:
    path = source / kind / f"0.{kind}"
    text = path.read_bytes()
    try:
        words = re.split("([ \n])", text.decode("latin-1"))
        for _ in range(data.draw(st.integers(1, 3))):
            words[data.draw(st.integers(0, len(words) - 1))] = data.draw(JUNK)
        path.write_bytes("".join(words).encode("latin-1"))
        found = import_world(source)
        assert all(re.match(r"[a-z/0.]+:[1-9][0-9]*: .", problem) for problem in found.problems), found.problems
        with tempfile.TemporaryDirectory() as folder:
            loads(found, Path(folder))
    finally:
        path.write_bytes(text)


@pytest.mark.parametrize("kind", ["wld", "mob", "obj", "zon", "shp"])
def test_a_file_cut_anywhere_is_a_problem_and_what_came_before_is_there(source: Path, kind: str) -> None:
    path = source / kind / f"0.{kind}"
    text = path.read_bytes()
    end = text.rindex(b"$")
    for at in range(0, end):
        path.write_bytes(text[:at])
        assert import_world(source).problems, f"cut at {at}"


@pytest.mark.parametrize(
    ("keywords", "short", "wear", "kind"),
    [
        ("boards social bulletin", "a social board", "0", "board"),
        ("board", "the notice board", "0", "board"),
        ("board bulletin", "a small bulletin board", "1", "other"),
        ("board chess", "a chess board", "0", "other"),
    ],
)
def test_boards_for_notices_are_known_by_their_names(
    tmp_path: Path, keywords: str, short: str, wear: str, kind: str
) -> None:
    lay(tmp_path, obj=f"#1\n{keywords}~\n{short}~\nA board.~\n~\n12 0 {wear}\n0 0 0 0\n1 1 1\n$\n")
    assert only(import_world(tmp_path)).items[0].kind == kind


def test_a_board_shows_its_notices_and_not_that_it_does_not_work(tmp_path: Path) -> None:
    extras = "E\nboards bulletin~\nIf you can read this, the board does not work.\n~\nE\nframe~\nOak.\n~\n"
    lay(tmp_path, obj=f"#1\nboards bulletin~\na bulletin board~\nA board.~\n~\n12 0 0\n0 0 0 0\n1 1 1\n{extras}$\n")
    found = import_world(tmp_path)
    assert [extra.keywords for extra in only(found).items[0].extras] == [("frame",)]
    assert "text of a notice board, which shows its notices: 1 (first: obj/0.obj:16)" in found.notes


def test_the_old_end_of_a_file_is_an_end(tmp_path: Path) -> None:
    room = "#1\nA~\n~\n0 0 0\nS\n"
    for end in ("#99999\n$~\n", "#99999\n", "#32000\n$\n", "$~\n"):
        lay(tmp_path, wld=room + end)
        found = import_world(tmp_path)
        assert found.problems == [] and found.report["rooms"] == 1, end
    lay(tmp_path, wld=room + room.replace("#1", "#99999") + "$~\n")
    assert import_world(tmp_path).report["rooms"] == 2, "a room of that number is one"


def test_flags_with_planes(tmp_path: Path) -> None:
    lay(tmp_path, wld="#1\nA~\n~\n1 d0e1 1\nS\n#2\nB~\n~\n1 adB3 1\nS\n$~\n")
    found = import_world(tmp_path)
    assert [room.flags for room in only(found).rooms] == [("indoors", "bit34"), ("dark", "indoors", "bit117")]
    assert found.whole and "room flag bit34: kept, and nothing comes of it: 1 (first: wld/0.wld:4)" in found.notes


def test_less_than_nothing_may_be_added_to_dice(tmp_path: Path) -> None:
    lay(tmp_path, mob=OLD_MOB.replace("2d4+5", "2d4+-1"))
    assert only(import_world(tmp_path)).mobs[0].hit_dice == "2d4-1"


def test_an_equipped_thing_without_a_place_is_carried(source: Path) -> None:
    path = source / "zon" / "0.zon"
    path.write_text(path.read_text().replace("E 1 5 1 16", "E 1 5 1 20"))
    assert a.GiveReset(id="5", max=1, if_last=True) in only(import_world(source)).resets


def test_what_follows_a_mob_that_follows_is_not_lost(source: Path) -> None:
    path = source / "zon" / "0.zon"
    before = only(import_world(source)).resets
    path.write_text(path.read_text().replace("G 1 5 10", "F 0 1 1 1\nG 1 5 10"))
    found = import_world(source)
    assert only(found).resets == before and found.lost == ["reset F: 1 (first: zon/0.zon:6)"]
