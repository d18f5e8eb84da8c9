"""Nothing that is typed decodes much of a large world at once: counted in areas, for times say little."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from difflib import get_close_matches

import msgspec
import pytest

from mud.core import events as e
from mud.core.dialogs import Play
from mud.core.text import words
from mud.core.world.area import AreaDef, Contents, ExitDef, ItemDef, ItemReset, MobDef, MobReset, RoomDef, WorldDef
from mud.core.world.lazy_mapping import LazyMapping
from mud.core.world.word_index import WordIndex
from mud.play.olc.fields import need
from mud.play.olc.form import KINDS
from mud.testing import Kit, Player
from tests.bench.commands import FIELD_WORDS, NEVER, WORDS

AREAS = 60
#: Areas that one event may decode: where the player is, where it goes, and those that are read for a word.
MOST = 5


def area(number: int) -> AreaDef:
    """One of many areas, in a row."""
    here, next_ = f"r{number}", f"r{(number + 1) % AREAS}"
    return AreaDef(
        id=f"a{number}",
        name=f"Area {number}",
        rooms=(RoomDef(id=here, name=f"Room {number}", exits={"north": ExitDef(to=next_)}),),
        mobs=(MobDef(id=f"m{number}", keywords=("guard", f"guard{number}"), short=f"guard {number}"),),
        items=(ItemDef(id=f"i{number}", keywords=("bread",), short=f"some loaf{number}", wear=("take",)),),
        resets=(MobReset(id=f"m{number}", room=here), ItemReset(id=f"i{number}", room=here)),
    )


ALL = {each.id: each for each in map(area, range(AREAS))}
PACKED = {id_: zlib.compress(msgspec.msgpack.encode(each)) for id_, each in ALL.items()}


def fresh() -> WorldDef:
    """The world as the server has it after a copyover: no area is decoded."""
    return WorldDef.packed(PACKED, {id_: Contents.of(each) for id_, each in ALL.items()}, "r0", {})


@pytest.fixture
def kit() -> Kit:
    return Kit(world=fresh())


def decoded(kit: Kit) -> int:
    areas = kit.game.world.defs.areas
    assert isinstance(areas, LazyMapping)
    return AREAS - areas.packed()


def reset(player: Player) -> None:
    """In play in the first room, with nothing decoded."""
    kit = player.kit
    kit.game.world.defs, kit.game.world.words = fresh(), WordIndex()
    del kit.game.sessions.by_id[player.session].stack[1:]
    kit.act(lambda ctx: ctx.world.move_character(player.character, "r0"))


def most_decoded(player: Player, line: str) -> int:
    """The most areas that one of the events decodes by which a line is done."""
    kit = player.kit
    before = decoded(kit)
    effects = kit.game.handle(e.Line(player.session, line))
    counts = [decoded(kit) - before]
    if any(isinstance(effect, e.ReadKinds) for effect in effects):
        for _ in kit.game.world.words.fill(kit.game.world.defs):
            pass
        before = decoded(kit)
        kit.game.handle(e.KindsRead(player.session))
        counts.append(decoded(kit) - before)
    return max(counts)


def typed(kit: Kit) -> Iterator[tuple[str, str]]:
    """What is typed before, and the line that is looked at."""
    more = ("guard59", "r30", "m30", "i30", "mob m30", "item i30", "guard59 here", "r30 here", "north r30", "zzzz here")
    for name in kit.game.commands.commands:
        if name not in NEVER:
            yield from (("", f"{name} {rest}".strip()) for rest in (*WORDS, *more))
    for opener, kind in zip(("redit", "medit m30", "oedit i30", "zedit"), KINDS.values(), strict=True):
        for field in kind.fields:
            yield from ((opener, f"{field.name} {rest}") for rest in (*FIELD_WORDS, "north to r30", "add mob m30 r30"))


def test_no_line_decodes_much_of_the_world_at_once(kit: Kit) -> None:
    root = kit.player("Root", "owner")
    kit.player("Bob")
    seen = 0
    for opener, line in typed(kit):
        reset(root)
        if opener:
            kit.game.handle(e.Line(root.session, opener))
            kit.game.world.defs, kit.game.world.words = fresh(), WordIndex()
        found = most_decoded(root, line)
        assert found <= MOST, f"{opener} / {line}: {found} areas"
        seen += 1
    assert seen > 3000


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("where guard59", "guard 59     Room 59 [r59]"),
        ("where loaf7", "some loaf7   Room 7 [r7]"),
        ("goto guard42", "Room 42"),
        ("transfer guard42", "Guard 42 is in Room 0 now [r0]."),
        ("where bread loaf7", "some loaf7   Room 7 [r7]"),
    ],
)
def test_what_answers_to_a_word_is_found_wherever_it_is(kit: Kit, line: str, answer: str) -> None:
    root = kit.player("Root", "owner")
    reset(root)
    assert answer in root.do(line)
    assert [type(dialog) for dialog in kit.game.sessions.by_id[root.session].stack] == [Play]


def test_the_world_is_read_beside_the_game_and_only_once(kit: Kit) -> None:
    root = kit.player("Root", "owner")
    reset(root)
    assert any(isinstance(effect, e.ReadKinds) for effect in kit.game.handle(e.Line(root.session, "where guard")))
    assert kit.game.busy(root.session)
    for _ in kit.game.world.words.fill(kit.game.world.defs):
        pass
    kit.post(e.KindsRead(root.session))
    assert root.read().count("guard") == AREAS and not kit.game.busy(root.session)
    assert not any(isinstance(effect, e.ReadKinds) for effect in kit.game.handle(e.Line(root.session, "where bread")))


def test_what_was_changed_meanwhile_is_found_by_its_new_words(kit: Kit) -> None:
    root = kit.player("Root", "owner")
    assert "guard 5 " in root.do("where guard5")
    sheriff = msgspec.structs.replace(ALL["a5"].mobs[0], keywords=("sheriff",))
    changed = msgspec.structs.replace(ALL["a5"], mobs=(sheriff,))
    defs = kit.game.world.defs
    after = WorldDef.of([changed if each.id == "a5" else each for each in defs.areas.values()], "r0")
    kit.post(e.WorldRead(after, ("a5",)))
    assert len(kit.game.world.words.missing(after)) == 1
    assert root.do("where sheriff").count("guard 5 ") == 1
    assert "Nothing in the world answers" in root.do("where guard5x")


def test_a_near_word_among_many_is_found_by_few_comparisons(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = 0

    def counting(word: str, known: list[str], count: int) -> list[str]:
        nonlocal compared
        compared = len(known)
        return get_close_matches(word, known, count)

    monkeypatch.setattr("mud.core.text.words.get_close_matches", counting)
    many = [f"room_{number}" for number in range(20_000)]
    assert words.nearest("room_1234x", many) is not None and compared <= words.MANY
    assert words.nearest("xoom_19999", many) == "room_19999" and compared <= words.MANY
    assert words.nearest("zzz", many) is None
    assert words.nearest("nroth", ["north", "south"]) == "north"
    with pytest.raises(Exception, match="Did you mean room_"):
        need("room_1234x", many, "room")
