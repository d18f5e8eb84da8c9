"""What is a module's lies in its own file, and nowhere else; older snapshots and databases hold it elsewhere."""

from __future__ import annotations

import asyncio
import gzip
from pathlib import Path

import msgspec
import pytest

from modules.buffs import MODULE as BUFFS
from modules.buffs.state import On as Noted
from modules.post import MODULE as POST
from modules.raffle import MODULE as RAFFLE
from mud.core import dialogs as d
from mud.core.errors import SnapshotError
from mud.core.session import Session
from mud.core.timers import AskEnds, ItemDecays, ModuleTimer, PendingTimer
from mud.core.world.model import Character
from mud.core.world.world import WorldState
from mud.snapshot import belongings, participants
from mud.snapshot.belongings import Belongings
from mud.snapshot.envelope import Section, Snapshot, pack, unpack
from mud.snapshot.form import Form
from mud.snapshot.shape import export, import_
from mud.store import rows
from mud.store.store import Store
from mud.testing import Kit

STORED = Path(__file__).parent / "stored"
TALK = d.ModuleDialog("bank", "Sure", {"amount": 5}, 2)
EMPTY = Snapshot(participant="bank", version="1.0.0", schema=1, taken=1.0, sections={"total": Section(1, b"\x07")})


def world() -> WorldState:
    return WorldState(
        characters=[
            Character(
                id="p1",
                name="Ada",
                room="a",
                notes={"bank": b"\x01", "other": b"\x02"},
                noted={"bank": 3},
                effects={"bank": {"hp": 1}, "other": {"hp": 2}},
            ),
            Character(id="p2", name="Ben", room="a", effects={"bank": {"mana": 3}}),
            Character(id="p3", name="Cleo", room="a"),
        ],
        timers=[
            PendingTimer("t1", 5.0, ItemDecays("i1")),
            PendingTimer("t2", 6.0, ModuleTimer("bank", "Ring", {"n": 1}, "game", 3)),
            PendingTimer("t3", 7.0, ModuleTimer("other", "Ring", {}, "wall")),
            PendingTimer("t4", 8.0, AskEnds("bank", "q1", "about")),
        ],
        game_time=4.0,
    )


def sessions() -> list[Session]:
    stacks: list[list[d.AnyDialog]] = [
        [d.Play(), TALK, d.Pager(("x",), 0), d.ModuleDialog("other", "Sure", {})],
        [d.Play(), TALK, d.Editor("bank", ("one",), TALK)],
        [d.Play()],
    ]
    return [
        Session(id=number, address="", stack=stack, connected_at=0.0, last_input=0.0)
        for number, stack in enumerate(stacks)
    ]


def test_what_is_a_modules_is_in_its_file_alone_and_comes_back_to_its_places() -> None:  # S0.3, S0.9, S1.13
    state, talking = world(), sessions()
    bare, quiet, theirs = belongings.take_out(state, talking, ("bank", "idle"))
    assert (state, talking) == (world(), sessions())  # nothing living is changed
    core = pack(export(participants.WORLD, bare, taken=1.0)) + pack(
        export(participants.SESSIONS, participants.SessionsState(quiet), taken=1.0)
    )
    assert b"bank" not in core.replace(b"\xa7purpose\xa4bank", b"") and b"other" in core
    assert not theirs["idle"]
    snapshot = unpack(pack(belongings.with_belongings(EMPTY, theirs["bank"])), "bank.dat")
    assert snapshot.sections.keys() == {"total", ".timers", ".notes", ".talks", ".game_time"}
    assert snapshot.sections[".timers"].metadata == {"count": "2", "ids": "t2, t4"}  # S1.2
    assert snapshot.sections[".notes"].metadata == {"count": "2", "ids": "p1, p2"}
    read = belongings.read(snapshot, "bank.dat")
    assert read == theirs["bank"] and read.game_time == 4.0
    belongings.put_in(bare, quiet, {"bank": read})
    assert {t.id: t for t in bare.timers} == {t.id: t for t in world().timers}
    assert bare.characters == world().characters and quiet == sessions()


@pytest.mark.parametrize(
    "theirs",
    [
        Belongings(timers=[PendingTimer("t1", 1.0, ItemDecays("i1"))]),
        Belongings(timers=[PendingTimer("t1", 1.0, ModuleTimer("thief", "Ring", {}, "game"))]),
        Belongings(talks=[belongings.OpenTalk(1, 1, d.ModuleDialog("thief", "Sure", {}))]),
    ],
)
def test_a_file_can_not_bring_in_what_is_another_modules(theirs: Belongings) -> None:  # S0.6
    with pytest.raises(SnapshotError, match=r"^x\.dat: it holds what is .*'s, and is the file of bank$"):
        belongings.read(belongings.with_belongings(EMPTY, theirs), "x.dat")


def test_a_section_that_can_not_be_read_is_named() -> None:  # S0.6
    for section, why in ((Section(1, b"\xc1"), "MessagePack"), (Section(9, b"\x90"), "schema 9")):
        snapshot = msgspec.structs.replace(EMPTY, sections={".timers": section})
        with pytest.raises(SnapshotError, match=rf"^x\.dat: section '\.timers': .*{why}"):
            belongings.read(snapshot, "x.dat")


def test_a_module_has_all_it_had_after_a_copyover(tmp_path: Path) -> None:  # S0.3, S0.15
    kit = Kit(BUFFS, RAFFLE, POST)
    ada, ben = kit.player("Ada"), kit.player("Ben")
    ada.do("raffle")
    ben.do("mail Ada Hello", "a line")
    kit.act(lambda ctx: _bless(kit, ctx, ada.character))
    before = kit.act(lambda ctx: kit.registry.belongings(("buffs", "raffle", "post")))
    kit.copyover()
    assert kit.act(lambda ctx: kit.registry.belongings(("buffs", "raffle", "post"))) == before
    assert before["raffle"].timers and before["buffs"].timers and before["buffs"].notes and before["post"].talks
    assert "bless" in ada.do("buffs") and "a line" in ben.do(".show")
    ben.do(".save")
    assert "letter" in ada.read()


def _bless(kit: Kit, ctx: object, who: Character) -> None:
    from modules.buffs.application import apply

    kit.instance("buffs").run(lambda c, _: apply(c, who, "bless", "a test", seconds=100.0), ctx, None)  # type: ignore[arg-type]


# What the version before wrote (its files held modules' timers, notes and conversations with the world's)


def older(name: str) -> Snapshot:
    return unpack((STORED / name).read_bytes(), name)


def test_a_hand_over_of_the_version_before_is_read(tmp_path: Path) -> None:  # S1.10, S1.13
    """Written by the program of schema 2 of the world: Ada blessed and in a raffle, Ben in the middle of a letter."""
    world_ = older("world-2.dat")
    assert world_.schema == 2 < participants.WORLD.schema
    state = import_(participants.WORLD, world_, 1.0, "x").state
    talking = import_(participants.SESSIONS, older("sessions-of-world-2.dat"), 1.0, "x").state.sessions
    files = {name: older(f"{name}-of-world-2.dat") for name in ("buffs", "raffle", "post")}
    belongings.put_in(state, talking, {name: belongings.read(snapshot, name) for name, snapshot in files.items()})
    _, _, theirs = belongings.take_out(state, talking, files)
    assert [t.payload.kind for t in theirs["raffle"].timers] == ["Draw"]  # type: ignore[union-attr]
    assert len(theirs["buffs"].timers) == 1 and len(theirs["post"].talks) == 1
    (note,) = theirs["buffs"].notes.values()
    assert note.name == "Ada" and msgspec.msgpack.decode(note.data, type=Noted).effects[0].kind == "bless"
    assert note.effects and note.schema == 1


def test_the_version_before_is_given_the_world_whole() -> None:  # S1.8, S1.10
    """Who goes back to its code has states in its forms; it knows of no sections but those of a state."""
    assert participants.apart({}) and participants.apart({"world": Form("1", 3), "sessions": Form("1", 2)})
    assert not participants.apart({"world": Form("0.1.0", 2)}) and not participants.apart(
        {"sessions": Form("0.1.0", 1)}
    )
    given = export(participants.WORLD, world(), taken=1.0, reader=Form("0.1.0", 2))
    assert given.schema == 2 and import_(participants.WORLD, given, 1.0, "x").state == world()


def test_a_database_of_the_version_before_is_read(tmp_path: Path) -> None:  # S1.10, S1.13
    path = tmp_path / "everwake.db"
    path.write_bytes(gzip.decompress((STORED / "everwake-1.db.gz").read_bytes()))

    async def load() -> WorldState:
        store = await Store.open(path)
        try:
            loaded = await store.load_active()
        finally:
            await store.close()
        assert {name: unpack(data, name).participant for name, _, data in loaded.modules}.keys() == {
            "buffs",
            "raffle",
            "post",
        }
        return rows.state(loaded)[0]

    _, _, theirs = belongings.take_out(asyncio.run(load()), [], ("buffs", "raffle"))
    assert len(theirs["buffs"].notes) == len(theirs["buffs"].timers) == len(theirs["raffle"].timers) == 1
