"""The new program's side: the very files that were handed over, and nobody logged in but whom the database names."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mud.config import Config, ServerConfig
from mud.copyover import adopt
from mud.core import dialogs as d
from mud.core.errors import SnapshotError, WorldError
from mud.core.session import Session
from mud.framework.options import ModuleOptions
from mud.net.budget import Bucket
from mud.net.wire import Wire
from mud.snapshot import files, participants
from mud.snapshot.envelope import Section, Snapshot
from mud.snapshot.shape import export
from mud.store.store import Store
from mud.testing import Kit
from mud.testing.small import SMALL

FULL = Bucket(1.0, 0.0)


class Left:
    """What an old program left: a world, sessions, a module's state; the database; and what the hand-over says."""

    def __init__(self, folder: Path, *optional: str) -> None:
        self.config = Config(server=ServerConfig(data=str(folder)), modules=ModuleOptions(optional=list(optional)))
        self.kit = Kit()
        state = self.kit.game.world.state(self.kit.game.clock.game)
        snapshots = [
            export(participants.WORLD, state, taken=1.0),
            export(participants.SESSIONS, participants.SessionsState([]), taken=1.0),
            Snapshot(participant="bank", version="1.0.0", schema=1, taken=1.0, sections={"a": Section(1, b"\x01")}),
        ]
        sums = {s.participant: files.write(self.snapshots, s)[-32:] for s in snapshots}
        self.given: Any = SimpleNamespace(files=sums, frozen=None)
        asyncio.run(self._database())

    @property
    def snapshots(self) -> Path:
        return self.config.snapshot_folder

    async def _database(self) -> None:
        await (await Store.open(self.config.database)).close()

    def logged_in(self, *rows: tuple[Any, ...]) -> None:
        """What the last flush said of sessions: id, inode, peer, account, character."""
        with closing(sqlite3.connect(self.config.database)) as db, db:
            db.executemany("INSERT INTO sessions VALUES (?, ?, ?, ?, ?)", rows)

    def read(self) -> adopt.GameState:
        return adopt.read_state(self.config, self.given)


@pytest.fixture
def left(tmp_path: Path) -> Left:
    return Left(tmp_path)


def names(folder: Path) -> list[str]:
    return sorted(path.name.rpartition("-")[0] or path.name for path in folder.iterdir())


def test_what_was_handed_over_is_read(left: Left) -> None:
    found = left.read()
    assert found.sessions == [] and set(found.modules) == {"bank"} and found.world.balances is not None


@pytest.mark.parametrize("name", ["world", "bank"])
def test_a_file_that_the_hand_over_names_has_to_be_there(left: Left, name: str) -> None:  # S0.6
    (left.snapshots / f"{name}.dat").unlink()
    with pytest.raises(SnapshotError, match=rf"{name}\.dat: the hand-over names this file, but it does not exist"):
        left.read()


@pytest.mark.parametrize("name", ["world", "bank"])
def test_a_damaged_file_is_set_aside(left: Left, name: str) -> None:  # S0.7
    (left.snapshots / f"{name}.dat").write_bytes(b"nothing")
    with pytest.raises(SnapshotError, match=rf"{name}\.dat"):
        left.read()
    assert f"{name}.dat.corrupt" in names(left.snapshots)


def test_a_file_of_another_copyover_is_refused(left: Left) -> None:
    other = Snapshot(participant="bank", version="1.0.0", schema=1, generation=3, taken=1.0, sections={})
    files.write(left.snapshots, other)
    with pytest.raises(SnapshotError, match=r"bank\.dat: it is of generation 3, not the one that was handed over"):
        left.read()


def test_without_an_optional_modules_file_its_state_is_the_databases(tmp_path: Path) -> None:
    left = Left(tmp_path, "bank")
    with closing(sqlite3.connect(left.config.database)) as db, db:
        db.execute("INSERT INTO modules VALUES ('bank', '1.0.0', x'0102')")
    (left.snapshots / "bank.dat").write_bytes(b"nothing")
    assert left.read().modules == {"bank": (b"\x01\x02", "the database's state of bank")}


def test_the_silence_is_no_game_time_from_its_beginning_on(left: Left, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adopt, "load_cached", lambda world, cache: SMALL)
    left.given.frozen = time.monotonic() - 100.0
    carried = left.read()
    game = adopt.stopped_game(left.config, left.given, carried)
    before = game.clock.game
    assert carried.world.game_time <= before < carried.world.game_time + 1 and game.clock.game == before
    game.clock.go()
    assert 100 <= game.clock.ago("game", before) < 130


def test_a_world_that_was_broken_after_the_rehearsal_is_taken_as_it_was(
    left: Left, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(world: Path, cache: Path) -> None:
        raise WorldError(["no such room"])

    monkeypatch.setattr(adopt, "load_cached", broken)
    monkeypatch.setattr(adopt, "load_compiled", lambda world, cache: SMALL)
    assert adopt.stopped_game(left.config, left.given, left.read()).world.defs is SMALL


# Who is logged in


def wire(number: int) -> Wire:
    buckets: Any = dict.fromkeys(("bytes_", "lines_", "commands_"), FULL)
    return Wire(session=number, fd=-1, family=2, inode=50 + number, peer=f"x {number}", address="x", **buckets)


def session(kit: Kit, number: int = 1, *stack: Any, character: str | None = "") -> Session:
    who = kit.players[1].character.id if character == "" else character
    return Session(
        id=number,
        address="x",
        connected_at=0.0,
        last_input=0.0,
        stack=list(stack) or [d.Play()],
        account="Ada" if who else None,
        character=who,
    )


class Scene:
    """A game that has Ada, and what the database says of her session."""

    def __init__(self, left: Left) -> None:
        self.left = left
        self.kit = left.kit
        self.ada = self.kit.player("Ada").character
        self.kit.game.sessions.by_id.clear()
        self.kit.game.sessions.by_character.clear()

    def row(self, **other: Any) -> tuple[Any, ...]:
        return tuple(
            ({"id": 1, "inode": 51, "peer": "x 1", "account": "Ada", "character": self.ada.id} | other).values()
        )

    def rejoin(self, *sessions: Session, waiting: tuple[int, ...] = (), wires: int = 1) -> list[int]:
        each = [wire(number) for number in range(1, wires + 1)]
        return adopt.rejoin(self.kit.game, list(sessions), each, waiting, self.left.config.database)

    @property
    def found(self) -> Session:
        return self.kit.game.sessions.by_id[1]


@pytest.fixture
def scene(left: Left) -> Scene:
    return Scene(left)


def test_who_is_what_the_database_says_stays(scene: Scene) -> None:
    scene.left.logged_in(scene.row())
    assert scene.rejoin(session(scene.kit)) == []
    assert (scene.found.character, scene.found.stack) == (scene.ada.id, [d.Play()])
    assert scene.kit.game.sessions.by_character == {scene.ada.id: scene.found}


@pytest.mark.parametrize("other", [{"inode": 52}, {"peer": "y 1"}, {"account": "Bob"}, {"character": "p99"}, {"id": 2}])
def test_who_is_not_has_to_log_in(scene: Scene, other: dict[str, Any]) -> None:
    scene.left.logged_in(scene.row(**other))
    scene.rejoin(session(scene.kit))
    assert (scene.found.account, scene.found.character, scene.found.stack) == (None, None, [d.AskName()])
    assert scene.kit.game.sessions.by_character == {}


def test_whose_character_is_not_there_has_to_log_in(scene: Scene) -> None:
    scene.left.logged_in(scene.row(character="p99"))
    scene.rejoin(session(scene.kit, character="p99"))
    assert scene.found.character is None and scene.found.stack == [d.AskName()]


def test_a_connection_without_its_session_is_in_play_if_the_database_says_so(scene: Scene) -> None:
    scene.left.logged_in(scene.row())
    scene.rejoin(wires=2)
    assert (scene.found.character, scene.found.stack) == (scene.ada.id, [d.Play()])
    assert scene.kit.game.sessions.by_id[2].stack == [d.AskName()]


def test_who_waits_for_work_that_nobody_does_is_named(scene: Scene) -> None:
    waits = [session(scene.kit, number, d.AskName(), d.Working(), character=None) for number in (1, 2)]
    assert scene.rejoin(*waits, waiting=(2,), wires=2) == [1]
