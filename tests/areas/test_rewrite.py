"""Changes to an area file leave everything else in it as its author wrote it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mud.areas.area_file import AreaFile
from mud.areas.blocks import blocks_of
from mud.areas.load import load, read_area
from mud.areas.outcome import outcome
from mud.areas.rewrite import FileEdit, rewrite
from mud.areas.save import save, with_edits
from mud.core import events as e
from mud.core.errors import WorldError
from mud.core.world import area as a
from mud.core.world.draft import Change, Edits

WORLD = Path(__file__).parent.parent.parent / "world"
ODD = """\
# An area, by hand.
[area] # its head
id   = "x"
name = 'X'          # a plain one
lifespan = 0x0F

# The first room
[[room]]
id = "a"
name = "A"     # who named it?
description = \"\"\"
[[room]] is no header in here,
# nor is this a comment
\"\"\"
flags = [   # some
    "dark",   # always
    "indoors",
]

  [room.exits]   # ways
  north = "b" # up the hill
  east = { to = "b", door = true, key = "k" }

  [[room.extra]]
  keywords = ["stone"]
  text = "A stone."   # grey

# A free comment, that belongs to nobody.

[[room]]
id = "b"
name = "B"
exits.south = "a"
exits.up = "a"

[[mob]]
id = "m"
keywords = ["m"]
short = "a mob"
[mob.attributes]
strength = 10 # not much

[[item]]
id = "k"
keywords = ["k"]
short = "a key"
kind = "key"
extra = [{ keywords = ["bit"], text = "A bit." }]

# first
[[reset]]
do = "mob"
id = "m"
room = "a"

# what it has
[[reset]]
do = "give"
id = "k"

# Free again.

[[reset]]
do = "item"
id = "k"
room = "b"   # here"""


def area_of(text: str) -> a.AreaDef:
    file = AreaFile(Path("x.toml"), Path("."), text.encode())
    area = read_area(file)
    assert file.problems == []
    return area


def edited(text: str, key: str, id_: str, **fields: Any) -> str:
    """`text` with fields of one thing changed; it says what it is to say."""
    area = area_of(text)
    things = [area] if key == "area" else getattr(area, f"{key}s")
    before = next(t for t in things if t.id == id_)
    if key == "area":
        before = msgspec.structs.replace(before, rooms=(), mobs=(), items=(), shops=())
    edit = FileEdit(key, before, msgspec.structs.replace(before, **fields))
    new = rewrite(text, [edit])
    assert area_of(new) == with_edits(area, [edit])
    return new


def changed_lines(old: str, new: str) -> tuple[list[str], list[str]]:
    """The lines between what both begin and end with."""
    before, after = old.splitlines(), new.splitlines()
    while before and after and before[0] == after[0]:
        del before[0], after[0]
    while before and after and before[-1] == after[-1]:
        del before[-1], after[-1]
    return before, after


@pytest.mark.parametrize("path", sorted(WORLD.glob("*.toml")), ids=lambda path: path.name)
def test_blocks_are_the_file(path: Path) -> None:
    text = path.read_text("utf-8")
    assert "".join(block.text for block in blocks_of(text)) == text


def test_headers_in_strings_and_arrays_are_none() -> None:
    text = (
        'a = """\n[[x]]\n"""\nb = [\n  "[y]", # [z]\n  [1]\n]\n# mine\n[ real . "one" ] # [no]\nc = \'\'\'[w]\'\'\'\n'
    )
    assert [(b.path, b.lead) for b in blocks_of(text)[1:]] == [(("real", "one"), '# mine\n[ real . "one" ] # [no]\n')]


def test_a_key_is_written_anew_and_its_comment_stays() -> None:
    assert changed_lines(ODD, edited(ODD, "room", "a", name="The Kitchen")) == (
        ['name = "A"     # who named it?'],
        ['name = "The Kitchen"     # who named it?'],
    )


def test_a_text_on_lines_of_its_own_has_them_again() -> None:
    new = edited(ODD, "room", "a", description='One.\n"Two" and {three}.')
    assert 'description = """\nOne.\n"Two" and {{three}.\n"""\nflags = [   # some' in new


def test_a_new_key_comes_behind_the_others_and_before_the_tables_below() -> None:
    assert changed_lines(ODD, edited(ODD, "room", "a", sector="city")) == ([], ['sector = "city"'])
    assert '"indoors",\n]\nsector = "city"\n\n  [room.exits]' in edited(ODD, "room", "a", sector="city")


def test_a_key_that_says_nothing_any_more_stays_to_carry_its_comment() -> None:
    assert 'name = ""     # who named it?' in edited(ODD, "room", "a", name="")


@pytest.mark.parametrize(
    ("room", "direction", "way", "old", "new"),
    [
        ("a", "north", a.ExitDef(to="a"), ['  north = "b" # up the hill'], ['  north = "a" # up the hill']),
        ("a", "north", None, ['  north = "b" # up the hill'], []),
        ("a", "up", a.ExitDef(to=None), [], ["up = {}"]),
        ("b", "south", a.ExitDef(to="b"), ['exits.south = "a"'], ['exits.south = "b"']),
        ("b", "up", None, ['exits.up = "a"'], []),
    ],
)
def test_exits(room: str, direction: str, way: a.ExitDef | None, old: list[str], new: list[str]) -> None:
    exits = dict(next(r for r in area_of(ODD).rooms if r.id == room).exits)
    exits.pop(direction, None)
    if way is not None:
        exits[direction] = way
    assert changed_lines(ODD, edited(ODD, "room", room, exits=exits)) == (old, new)


def test_the_first_exit_of_a_room_gets_a_table() -> None:
    text = ODD.replace('exits.south = "a"\nexits.up = "a"\n', "")
    new = edited(text, "room", "b", exits={"west": a.ExitDef(to="a", door=True, state="closed")})
    assert 'name = "B"\n\n[room.exits]\nwest = { to = "a", door = true, state = "closed" }\n\n[[mob]]' in new


def test_an_exit_with_a_table_of_its_own() -> None:
    text = ODD.replace("  east = {", "  west = {").replace(
        "  [[room.extra]]", '  [room.exits.east]\n  # oak\n  to = "b" # there\n  door = true\n\n  [[room.extra]]'
    )
    exits = dict(area_of(text).rooms[0].exits)
    exits["east"] = a.ExitDef(to="a", door=True, state="closed")
    new = edited(text, "room", "a", exits=exits)
    assert '  # oak\n  to = "a" # there\n  door = true\nstate = "closed"\n' in new
    del exits["east"]
    assert "oak" not in edited(new, "room", "a", exits=exits)


def test_extra_descriptions_are_changed_added_and_taken_away() -> None:
    assert changed_lines(ODD, edited(ODD, "room", "a", extras=(a.Extra(keywords=("stone",), text="Moss."),))) == (
        ['  text = "A stone."   # grey'],
        ['  text = "Moss."   # grey'],
    )
    more = (a.Extra(keywords=("moss",), text="Green."), *area_of(ODD).rooms[0].extras)
    assert changed_lines(ODD, edited(ODD, "room", "a", extras=more)) == (
        [],
        ["[[room.extra]]", 'keywords = ["moss"]', 'text = "Green."', ""],
    )
    none = edited(ODD, "room", "a", extras=())
    assert "A stone." not in none and "# A free comment, that belongs to nobody.\n\n[[room]]" in none
    assert "[[room.extra]]" in edited(none, "room", "a", extras=more)
    assert "A ward." in edited(ODD, "item", "k", extras=(a.Extra(keywords=("w",), text="A ward."),))


def test_a_table_with_its_own_header_is_changed_key_by_key() -> None:
    assert changed_lines(ODD, edited(ODD, "mob", "m", attributes={"strength": 18, "wisdom": 3})) == (
        ["strength = 10 # not much"],
        ["strength = 18 # not much", "wisdom = 3"],
    )


def test_resets_are_moved_with_their_comments_and_free_comments_stay() -> None:
    one, two, three = area_of(ODD).resets
    moved = edited(ODD, "area", "x", resets=(three, one, two))
    assert moved.index("# here") < moved.index("# first") < moved.index("# what it has") < moved.index("# Free again.")
    fewer = edited(ODD, "area", "x", resets=(one, three))
    assert "what it has" not in fewer and "# Free again." in fewer
    more = edited(ODD, "area", "x", resets=(one, two, a.GiveReset(id="k", if_last=True, max=3), three))
    assert more.replace('[[reset]]\ndo = "give"\nid = "k"\nmax = 3\n\n', "", 1) == ODD
    last = edited(ODD, "area", "x", resets=(one, two, three, a.ItemReset(id="k", room="a")))
    assert last == ODD + '\n\n[[reset]]\ndo = "item"\nid = "k"\nroom = "a"\n'
    assert area_of(edited(ODD, "area", "x", resets=())).resets == ()


def test_the_head_is_changed() -> None:
    new = edited(ODD, "area", "x", name="Y", lifespan=20, reset_when="never")
    assert changed_lines(ODD, new) == (
        ["name = 'X'          # a plain one", "lifespan = 0x0F"],
        ['name = "Y"          # a plain one', "lifespan = 20", 'reset_when = "never"'],
    )


def test_a_new_room_comes_behind_the_last_one() -> None:
    new = rewrite(ODD, [FileEdit("room", None, a.RoomDef(id="c", name="C", exits={"up": a.ExitDef(to="a")}))])
    assert changed_lines(ODD, new) == ([], ["[[room]]", 'id = "c"', 'name = "C"', "", "[room.exits]", 'up = "a"', ""])
    assert [r.id for r in area_of(new).rooms] == ["a", "b", "c"]


def test_the_lines_of_windows_stay_so() -> None:
    new = edited(ODD.replace("\n", "\r\n"), "room", "a", name="Z", sector="city")
    assert new == edited(ODD, "room", "a", name="Z", sector="city").replace("\n", "\r\n")


def test_what_is_written_in_another_way_is_refused() -> None:
    text = '[area]\nid = "x"\nname = "X"\n'
    with pytest.raises(WorldError, match=r"no \[\[room\]\] with the id 'a'"):
        rewrite(
            "room = [{ id = 'a', name = 'A' }]\n" + text,
            [FileEdit("room", a.RoomDef(id="a", name="A"), a.RoomDef(id="a", name="B"))],
        )


SPACE = st.sampled_from(["", " ", "   ", "\t"])
COMMENT = st.sampled_from(["", " # a word", "#[[room]]", ' # "quoted"'])
GAP = st.sampled_from(["", "\n", "\n# by itself\n\n", "# right above\n", "\n\n# [[mob]]\n"])
STRING = st.sampled_from(['"plain"', "'literal'", '"""\nlong\n[[room]]\n"""', "'''# no\ncomment'''", '"a \\" quote"'])
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["C"]) | st.just("\n"), max_size=40).map(
    lambda text: text.strip("\n")
)


@st.composite
def area_text(draw: st.DrawFn) -> str:
    """An area file as nobody would write it."""

    def line(key: str, value: str) -> str:
        return f"{draw(SPACE)}{key}{draw(SPACE)}={draw(SPACE)}{value}{draw(COMMENT)}\n"

    parts = ['[area]\nid = "x"\nname = "X"\n']
    for number in range(draw(st.integers(1, 3))):
        keys = [line("id", f'"r{number}"'), line("name", draw(STRING))]
        keys += [line("description", draw(STRING))] * draw(st.booleans())
        keys += [line("flags", draw(st.sampled_from(['["dark"]', '[ # x\n "dark",\n]', "[]"])))] * draw(st.booleans())
        keys += [line("sector", '"city"')] * draw(st.booleans())
        room = "[[room]]" + draw(COMMENT) + "\n" + "".join(draw(st.permutations(keys)))
        if draw(st.booleans()):
            room += draw(GAP) + "[room.exits]\n" + line("north", '"r0"') + line("east", '{ to = "r0", door = true }')
        if draw(st.booleans()):
            room += draw(GAP) + "[[room.extra]]\n" + line("keywords", '["k"]') + line("text", draw(STRING))
        parts.append(room)
    return "".join(draw(GAP) + part for part in parts) + draw(GAP)


@settings(max_examples=150, deadline=None)
@given(area_text(), st.data())
def test_every_other_byte_of_any_file_stays(text: str, data: st.DataObject) -> None:
    area = area_of(text)
    room = data.draw(st.sampled_from(area.rooms))
    name, value = data.draw(
        st.tuples(st.sampled_from(["name", "description"]), TEXT)
        | st.tuples(st.just("sector"), st.sampled_from(["forest", "city"]))
        | st.tuples(st.just("flags"), st.sampled_from([(), ("safe",), ("dark", "safe")]))
    )
    new = edited(text, "room", room.id, **{name: value})
    back = edited(new, "room", room.id, **{name: getattr(room, name)})
    number = area.rooms.index(room)
    kept, now = ([b.text for b in blocks_of(t)] for t in (text, new))
    own = [n for n, b in enumerate(blocks_of(text)) if b.path == ("room",)][number]
    assert len(kept) == len(now)
    assert [t for n, t in enumerate(kept) if n != own] == [t for n, t in enumerate(now) if n != own]
    # Inside of its own block the key's lines alone differ: what stands before and behind it is the same.
    old_lines, new_lines = changed_lines(kept[own], now[own])
    if old_lines and old_lines[0].split("=")[0].strip() in ("name", "description", "sector", "flags"):
        assert old_lines[0].split("=")[0] == new_lines[0].split("=")[0]
    for comment in ("# a word", "#[[room]]", "# by itself", "# right above", "# [[mob]]"):
        assert new.count(comment) >= text.count(comment), "a comment is lost"
    assert area_of(back) == area


# Saving


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "x.toml").write_text(ODD, "utf-8")
    return tmp_path


def renamed(defs: a.WorldDef, room: str, name: str) -> Edits:
    base = defs.rooms[room]
    return Edits(rooms=(Change(defs.area_of[room], base, msgspec.structs.replace(base, name=name)),))


def test_a_save_is_in_the_file_and_in_the_world(folder: Path) -> None:
    defs = load(folder)
    (folder / "x.toml").chmod(0o640)
    saved = save(folder, defs, renamed(defs, "a", "The Kitchen"), over=False)
    assert saved.defs == load(folder) and saved.defs.rooms["a"].name == "The Kitchen"
    assert saved.areas == ("x",) and saved.files == ("x.toml",)
    assert os.listdir(folder) == ["x.toml"] and (folder / "x.toml").stat().st_mode & 0o777 == 0o640


def test_what_a_start_would_refuse_is_not_written(folder: Path) -> None:
    defs = load(folder)
    base = defs.rooms["a"]
    draft = msgspec.structs.replace(base, exits={"north": a.ExitDef(to="c")}, sector="citty")
    job = e.SaveEdits(1, Edits(rooms=(Change("x", base, draft),)))
    text = outcome(job, folder, defs).text
    assert "x.toml:22: no room is called 'c'" in text and "did you mean 'city'?" in text
    assert (folder / "x.toml").read_text("utf-8") == ODD


def test_a_file_that_somebody_changed_is_not_overwritten(folder: Path) -> None:
    defs = load(folder)
    theirs = ODD.replace("A stone.", "A pebble.")
    (folder / "x.toml").write_text(theirs, "utf-8")
    with pytest.raises(WorldError, match=r"x\.toml was changed on the disk since it was loaded; `reload`"):
        save(folder, defs, renamed(defs, "a", "The Kitchen"), over=True)
    assert (folder / "x.toml").read_text("utf-8") == theirs
    fresh = load(folder)
    edits = Edits(rooms=renamed(defs, "a", "The Kitchen").rooms)
    saved = save(folder, fresh, edits, over=False)  # what they changed is another key
    assert (saved.defs.rooms["a"].name, saved.defs.rooms["a"].extras[0].text) == ("The Kitchen", "A pebble.")


def test_two_who_change_the_same_key_are_told(folder: Path) -> None:
    defs = load(folder)
    after = save(folder, defs, renamed(defs, "a", "Hers"), over=False).defs
    with pytest.raises(WorldError, match="somebody else changed name of room 'a' meanwhile; `save over`"):
        save(folder, after, renamed(defs, "a", "His"), over=False)
    assert save(folder, after, renamed(defs, "a", "His"), over=True).defs.rooms["a"].name == "His"


def test_a_save_whose_end_nobody_heard_of_can_be_done_again(folder: Path) -> None:
    defs = load(folder)
    edits = renamed(defs, "a", "The Kitchen")
    written = save(folder, defs, edits, over=False).defs
    text = (folder / "x.toml").read_text("utf-8")
    for known in (defs, written):  # the program that wrote it and never heard; the next one, which read the file
        again = save(folder, known, edits, over=False)
        assert again.defs.rooms["a"].name == "The Kitchen" and again.files == ()
    assert (folder / "x.toml").read_text("utf-8") == text


def test_a_disk_that_refuses_leaves_the_file_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    defs = load(folder)

    def full(fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        save(folder, defs, renamed(defs, "a", "The Kitchen"), over=False)
    assert os.listdir(folder) == ["x.toml"] and (folder / "x.toml").read_text("utf-8") == ODD
