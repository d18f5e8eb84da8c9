"""Area files as written: pleasant to read, and read again they are what they were."""

from __future__ import annotations

import tempfile
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mud.areas.destination import Destination
from mud.areas.load import load
from mud.areas.numbers import MAX_NUMBER
from mud.areas.write import write
from mud.core.text.markup import tag
from mud.core.world import area as a

NASTY = st.text(alphabet="\"'\\\n{}[]=#ab \t\u0085\u2028\x7f", max_size=24)
ANY = st.text(st.characters(exclude_characters="\x01\x02\r", exclude_categories=["Cs"]), max_size=40)
TEXT = (NASTY | ANY).map(lambda text: text.strip("\n"))
COLOURED = st.builds(lambda before, text: (before + tag("red", text)).strip("\n"), TEXT, TEXT)
PROSE = TEXT | COLOURED
WORDS = st.lists(TEXT, max_size=3).map(tuple)
WHOLE = st.integers(0, MAX_NUMBER)
EXTRAS = st.lists(st.builds(a.Extra, keywords=WORDS, text=PROSE), max_size=2).map(tuple)
EXITS = st.dictionaries(
    st.sampled_from(sorted(a.DIRECTIONS)),
    st.builds(a.ExitDef, to=st.none() | st.just("r"), hidden=st.booleans(), description=PROSE)
    | st.builds(
        a.ExitDef,
        to=st.none() | st.just("r"),
        description=PROSE,
        keywords=WORDS,
        door=st.just(True),
        state=st.sampled_from(["open", "closed", "locked"]),
        key=st.none() | st.just("i"),
        pickproof=st.booleans(),
    ),
    max_size=4,
)
ROOM = st.builds(
    a.RoomDef,
    id=st.just("r"),
    name=PROSE,
    description=PROSE,
    sector=st.sampled_from(["inside", "city"]),
    flags=st.sampled_from([(), ("dark", "bit64")]),
    exits=EXITS,
    extras=EXTRAS,
)
MOB = st.builds(
    a.MobDef,
    id=st.just("m"),
    keywords=WORDS,
    short=PROSE,
    long=PROSE,
    description=PROSE,
    gold=WHOLE,
    alignment=st.integers(-1000, 1000),
    attributes=st.dictionaries(TEXT, st.integers(-5, 5), max_size=2),
)
ITEM = st.builds(
    a.ItemDef,
    id=st.just("i"),
    keywords=WORDS,
    short=PROSE,
    long=PROSE,
    description=PROSE,
    kind=st.just("scroll"),
    values=st.dictionaries(st.sampled_from(["level", "spell1"]), st.integers(-(2**31), 2**31 - 1), max_size=2),
    extras=EXTRAS,
    modifiers=st.lists(st.builds(a.Modifier, apply=st.just("age"), by=st.integers(-9, 9)), max_size=2).map(tuple),
)
LAST, MAX = st.booleans(), st.integers(0, 99)
RESETS = st.lists(
    st.one_of(
        st.builds(a.MobReset, if_last=LAST, once=LAST, id=st.just("m"), room=st.just("r"), max=MAX),
        st.builds(a.ItemReset, if_last=LAST, once=LAST, id=st.just("i"), room=st.just("r"), max=MAX),
        st.builds(a.GiveReset, if_last=LAST, once=LAST, id=st.just("i"), max=MAX),
        st.builds(a.EquipReset, if_last=LAST, once=LAST, id=st.just("i"), slot=st.just("hold"), max=MAX),
        st.builds(a.PutReset, if_last=LAST, once=LAST, id=st.just("i"), into=st.just("i"), max=MAX),
        st.builds(a.RemoveReset, if_last=LAST, once=LAST, id=st.just("i"), room=st.just("r")),
    ),
    max_size=5,
).map(lambda steps: (a.MobReset(id="m", room="r"), *steps))
SHOP = st.builds(
    a.ShopDef,
    id=st.just("s"),
    keeper=st.none() | st.just("m"),
    sells=st.sampled_from([(), ("i",)]),
    buys=st.sampled_from([(), ("key", "food !bread")]),
    sell_factor=st.floats(0, 1_000_000),
    messages=st.dictionaries(TEXT, TEXT, max_size=2),
    hours=st.lists(st.tuples(st.integers(0, 28), st.integers(0, 28)), max_size=2).map(tuple),
)
AREA = st.builds(
    a.AreaDef,
    id=st.just("x"),
    name=PROSE,
    builders=WORDS,
    lifespan=st.integers(-1, 99),
    reset_when=st.sampled_from(["never", "empty", "always"]),
    levels=st.none() | st.tuples(st.integers(0, 40), st.integers(0, 40)),
    rooms=st.tuples(ROOM),
    mobs=st.tuples(MOB),
    items=st.tuples(ITEM),
    resets=RESETS,
    shops=st.tuples(SHOP),
)


@settings(deadline=None, max_examples=200)
@given(AREA)
def test_what_was_written_is_what_is_read(area: a.AreaDef) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Destination(Path(folder), "now").write([area], None)
        assert load(Path(folder)).areas == {"x": area}


@pytest.mark.parametrize("end", ['"', '""', '"""', '""""', '\\"', "\\", '\\"""', '"""\\', " ", "{", "\t"])
def test_quotes_and_backslashes_at_the_ends_of_lines(end: str) -> None:
    text = f"a{end}\nb{end}"
    written = write(a.AreaDef(id="x", name="X", rooms=(a.RoomDef(id="r", name="R", description=text),)))
    assert tomllib.loads(written)["room"][0]["description"] == text.replace("{", "{{")


def test_a_file_is_as_a_careful_builder_would_write_it() -> None:
    room = a.RoomDef(
        id="r",
        name="A Room",
        description='Over two\n"lines" of text.',
        exits={"north": a.ExitDef(to="r"), "east": a.ExitDef(to="r", door=True), "up": a.ExitDef(to=None)},
        extras=(a.Extra(keywords=("stone",), text="A " + tag("red", "red") + " {stone}."),),
    )
    item = a.ItemDef(id="i", keywords=("i",), short="an i", modifiers=(a.Modifier(apply="age", by=2),))
    resets = (a.GiveReset(id="i", if_last=True), a.GiveReset(id="i"), a.ItemReset(id="i", room="r"))
    assert write(a.AreaDef(id="x", name="X", rooms=(room,), items=(item,), resets=resets)) == (
        '[area]\nid = "x"\nname = "X"\n\n'
        '[[room]]\nid = "r"\nname = "A Room"\ndescription = """\nOver two\n"lines" of text."""\n\n'
        '[room.exits]\nnorth = "r"\neast = { to = "r", door = true }\nup = {}\n\n'
        '[[room.extra]]\nkeywords = ["stone"]\ntext = "A {red}red{/} {{stone}."\n\n'
        '[[item]]\nid = "i"\nkeywords = ["i"]\nshort = "an i"\n\n'
        '[[item.modifier]]\napply = "age"\nby = 2\n\n'
        '[[reset]]\ndo = "give"\nid = "i"\n\n'
        '[[reset]]\ndo = "give"\nif_last = false\nid = "i"\n\n'
        '[[reset]]\ndo = "item"\nid = "i"\nroom = "r"\n'
    )


def test_a_world_is_a_file_each_and_the_folder_is_made(tmp_path: Path) -> None:
    areas = [a.AreaDef(id=i, name=i, rooms=(a.RoomDef(id=f"{i}1", name=i),)) for i in ("one", "two")]
    folder = tmp_path / "deep" / "world"
    Destination(folder, "now").write(areas, "two1")
    assert sorted(path.name for path in folder.iterdir()) == ["one.toml", "two.toml", "world.toml"]
    assert load(folder).start == "two1"
