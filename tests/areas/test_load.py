"""Area files: everything that is wrong is found in one go, with file, line and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mud.areas.destination import Destination
from mud.areas.load import examine, load
from mud.areas.toml_lines import Lines
from mud.areas.write import write
from mud.core.errors import WorldError
from mud.core.text.markup import strip
from mud.core.world import area as a

SMALL = Path(__file__).parent.parent / "worlds" / "small"

GOOD = """\
[area]
id = "x"
name = "X"

[[room]]
id = "a"
name = "A"
description = '''
[[room]] is no header in here,
id = "nor is this a key"
'''

[room.exits]
north = "b"
east = { to = "b", door = true, key = "k" }

[[room.extra]]
keywords = ["stone"]
text = "A {red}stone{/}."

[[room]]
id = "b"
name = "B"

[[mob]]
id = "m"
keywords = ["m"]
short = "a mob"
hit_dice = "1d4+2"

[[item]]
id = "k"
keywords = ["k"]
short = "a key"
kind = "key"
wear = ["take"]

[[reset]]
do = "mob"
id = "m"
room = "a"

[[reset]]
do = "give"
id = "k"
"""


def problems(folder: Path, text: str) -> list[str]:
    (folder / "x.toml").write_text(text)
    return examine(folder)[1]


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def test_a_good_file_is_read(tmp_path: Path) -> None:
    assert problems(tmp_path, GOOD) == []
    world = load(tmp_path)
    room = world.rooms["a"]
    assert room.exits["north"] == a.ExitDef(to="b")
    assert room.exits["east"] == a.ExitDef(to="b", door=True, key="k")
    assert room.description.startswith("[[room]] is no header") and not room.description.endswith("\n")
    assert strip(room.extras[0].text) == "A stone." != room.extras[0].text
    assert world.areas["x"].resets[1] == a.GiveReset(id="k", if_last=True)
    assert world.start == "a"


@pytest.mark.parametrize(
    ("old", "new", "at", "says"),
    [
        ('north = "b"', 'north = "bb"', 'north = "bb"', "no room is called 'bb'; did you mean 'b'?"),
        ('north = "b"', 'nort = "b"', 'nort = "b"', "unknown direction 'nort'; did you mean 'north'?"),
        ('north = "b"', "north = 7", "north = 7", "north: expected a room's id or a table"),
        ('key = "k"', 'key = "kk"', "east = {", "no item is called 'kk'; did you mean 'k'?"),
        ("door = true, ", "", "east = {", "add door = true"),
        ('hit_dice = "1d4+2"', 'hit_dice = "lots"', 'hit_dice = "lots"', "'lots' is no dice; write them like"),
        ('hit_dice = "1d4+2"', 'hit_dice = "1d4+9999999"', 'hit_dice = "1d4', "'1d4+9999999' is no dice"),
        ('hit_dice = "1d4+2"', "level = -1", "level = -1", "level is a number from 0 to 1,000, and not -1"),
        ('hit_dice = "1d4+2"', "armour = 9999999", "armour =", "from -1,000,000 to 1,000,000, and not 9999999"),
        ('hit_dice = "1d4+2"', "attributes = { strength = 9999999999 }", "attributes =", "strength is a number from"),
        ('kind = "key"', 'kind = "money"\nvalues = { amount = -1 }', "values =", "amount is a number from 0 to"),
        ('hit_dice = "1d4+2"', "cost = 3", "cost = 3", "unknown key 'cost'; cost belongs into [[item]]"),
        ('hit_dice = "1d4+2"', f"gold = {10**13}", "gold = ", "1e+13 is too large; no number is beyond"),
        ('kind = "key"', f'kind = "weapon"\nvalues = {{ dice_size = -{10**30} }}', "values =", "-1e+30 is too large"),
        ('hit_dice = "1d4+2"', 'level = "high"', 'level = "high"', "level: Expected a whole number, got text"),
        ('hit_dice = "1d4+2"', 'hitdice = "1d4"', 'hitdice = "1d4"', "unknown key 'hitdice'; did you mean 'hit_dice'?"),
        ('hit_dice = "1d4+2"', 'flags = ["sentinal"]', "flags = [", "called 'sentinal'; did you mean 'sentinel'?"),
        ('hit_dice = "1d4+2"', 'position = "sleping"', "position =", "did you mean 'sleeping'?"),
        ('short = "a mob"\n', "", "[[mob]]", "short is missing; every mob needs it"),
        ('kind = "key"', 'kind = "kee"', 'kind = "kee"', "no kind of item is called 'kee'; did you mean 'key'?"),
        ('wear = ["take"]', 'wear = ["hed"]', 'wear = ["hed"]', "called 'hed'; did you mean 'head'?"),
        ('kind = "key"', 'kind = "key"\nvalues = { charge = 1 }', "values = {", "no value of a key is called 'charge'"),
        ("A {red}stone{/}.", "A {rad}stone{/}.", "text = ", "unknown colour {rad}; did you mean {red}?"),
        ('id = "b"\nname = "B"', 'id = "a"\nname = "B"', 'id = "a"\nname = "B"', "'a' is there already, at x.toml:6"),
        ('do = "give"', 'do = "gift"', 'do = "gift"', "a reset needs do = one of"),
        ('do = "mob"\nid = "m"', 'do = "mob"\nid = "n"', 'id = "n"', "no mob is called 'n'; known are m"),
        ('room = "a"', 'rome = "a"', 'rome = "a"', "unknown key 'rome'; did you mean 'room'?"),
        ("[[mob]]", "[[mobb]]", "[[mobb]]", "unknown table [[mobb]]; did you mean 'mob'?"),
        ("[[mob]]", "[mob]", "[mob]", "write two brackets on each side"),
        ('name = "B"', "name = B", "name = B", "no valid TOML"),
        ("[area]", "[aera]", "[aera]", "there is no [area]"),
    ],
)  # fmt: skip
def test_each_mistake_has_its_line_and_what_to_do(tmp_path: Path, old: str, new: str, at: str, says: str) -> None:
    assert old in GOOD
    text = GOOD.replace(old, new, 1)
    found = problems(tmp_path, text)
    expected = 1 if "there is no [area]" in says else line_of(text, at)
    assert [p for p in found if p.startswith(f"x.toml:{expected}: ") and says in p], found


def test_all_mistakes_at_once(tmp_path: Path) -> None:
    text = GOOD.replace('north = "b"', 'north = "zz"').replace('kind = "key"', 'kind = "kee"').replace("1d4+2", "x")
    (tmp_path / "other.toml").write_text("[area]\nid = 5\n")
    found = problems(tmp_path, text)
    assert len(found) >= 5 and found[0].startswith("other.toml") and found[-1].startswith("x.toml")
    with pytest.raises(WorldError) as raised:
        load(tmp_path)
    assert raised.value.problems == found


def test_a_give_without_a_mob(tmp_path: Path) -> None:
    text = GOOD.replace('[[reset]]\ndo = "mob"\nid = "m"\nroom = "a"\n', "")
    assert any('put a do = "mob" step before it' in p for p in problems(tmp_path, text))


def test_folders_and_files_that_can_not_be_read(tmp_path: Path) -> None:
    assert "there is no such folder" in examine(tmp_path / "none")[1][0]
    assert "not a single room" in examine(tmp_path)[1][0]
    (tmp_path / "bin.toml").write_bytes(b"\xff\xfe\x00")
    assert "area files are UTF-8" in examine(tmp_path)[1][0]
    (tmp_path / "bin.toml").rename(tmp_path / "_bin.toml")
    (tmp_path / "x.toml").write_text(GOOD)
    assert examine(tmp_path)[1] == []


def test_world_toml_names_the_start(tmp_path: Path) -> None:
    (tmp_path / "world.toml").write_text('[world]\nstart = "b"\n')
    assert problems(tmp_path, GOOD) == [] and load(tmp_path).start == "b"
    (tmp_path / "world.toml").write_text('[world]\nstart = "zz"\n')
    assert any(p.startswith("world.toml:2: no room is called 'zz'") for p in problems(tmp_path, GOOD))


TEXT = st.text(st.characters(exclude_characters="\x01\x02", exclude_categories=["Cs"])).map(
    lambda t: t.replace("\r", "").strip("\n")
)
WORDS = st.lists(TEXT, max_size=3).map(tuple)


@settings(deadline=None)
@given(TEXT, TEXT, WORDS, st.dictionaries(st.sampled_from(sorted(a.DIRECTIONS)), st.builds(
    a.ExitDef, to=st.none() | st.just("r"), description=TEXT, keywords=WORDS, door=st.just(True), hidden=st.booleans(),
    state=st.sampled_from(["open", "closed", "locked"]),
)))  # fmt: skip
def test_what_was_written_is_what_is_read(
    name: str, text: str, words: tuple[str, ...], exits: dict[str, a.ExitDef]
) -> None:
    room = a.RoomDef(id="r", name=name, description=text, exits=exits, extras=(a.Extra(keywords=words, text=text),))
    item = a.ItemDef(
        id="i",
        keywords=words,
        short=name,
        values={"level": 3},
        kind="scroll",
        modifiers=(a.Modifier(apply="age", by=-2),),
    )
    mob = a.MobDef(id="m", keywords=words, short=name, long=text, attributes={"str_add": 3})
    resets = (
        a.MobReset(id="m", room="r"),
        a.GiveReset(id="i"),
        a.GiveReset(id="i", if_last=True),
        a.ItemReset(id="i", room="r", max=4),
    )
    shop = a.ShopDef(id="s", keeper="m", sells=("i",), hours=((1, 2),), sell_factor=1.25, messages={"a b": text})
    area = a.AreaDef(
        id="x", name=name, rooms=(room,), items=(item,), mobs=(mob,), resets=resets, shops=(shop,), levels=(1, 2)
    )
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        Destination(Path(folder), "now").write([area], None)
        assert load(Path(folder)).areas["x"] == area


def test_simple_exits_are_written_simply() -> None:
    room = a.RoomDef(id="r", name="R", exits={"north": a.ExitDef(to="r")})
    assert 'north = "r"\n' in write(a.AreaDef(id="x", name="X", rooms=(room,)))


def test_lines_of_keys_in_and_after_texts_of_many_lines() -> None:
    lines = Lines('a = 1\n[[t]]\ntext = """\nb = 2\n[[t]]\n\\"""\n"""\nc = [\n  1,\n]\n[t.u]\nd = 4\n[[t]]\ne = 5\n')
    assert lines.of(("a",)) == 1
    assert lines.of(("t", 0, "text")) == 3
    assert lines.of(("t", 0, "c")) == 8
    assert lines.of(("t", 0, "u", "d")) == 12
    assert lines.of(("t", 1, "e")) == 14
    assert lines.of(("t", 1, "missing")) == 13


def test_a_file_that_is_no_toml_is_one_mistake_and_not_one_for_each_that_speaks_of_it(tmp_path: Path) -> None:
    (tmp_path / "y.toml").write_text('[area]\nid = "y"\nname = "Y"\n[[room]]\nid = "r"\nname = "R"\nexits = {}]\n')
    found = problems(tmp_path, GOOD.replace('north = "b"', 'north = "r"'))
    assert len(found) == 1 and found[0].startswith("y.toml:7: no valid TOML")


def test_the_file_of_the_start_says_where_its_keys_belong(tmp_path: Path) -> None:
    (tmp_path / "world.toml").write_text('start = "a"\n[world]\nname = "X"\nstrat = "a"\n')
    assert problems(tmp_path, GOOD) == [
        "world.toml:1: unknown key 'start'; this file has [world] and nothing above it",
        "world.toml:4: unknown key 'strat'; did you mean 'start'?",
    ]
