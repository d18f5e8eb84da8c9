"""The store: what a flush writes is what is read, whole or not at all."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
from pathlib import Path

import pytest

from mud.core.errors import StoreError
from mud.core.writes import WriteBlock
from mud.store.batch import Batch
from mud.store.store import Store, read_sessions
from tests.store.instants import held, instant, instants, only_instant, opened, python, run
from tests.store.test_migrate import query
from tests.tools import need_tool

#: Ada is away, Bob is in the world, so is a mob; all have things, with things inside of them.
PEOPLE = Batch(
    puts={
        "accounts": [("Ada", "owner", b"ada"), ("Bob", "player", b"bob"), ("Cy", "player", b"cy")],
        "characters": [
            ("p1", "Ada", "Ada", 0, b"ada"),
            ("p2", "Bob", "Bob", 1, b"bob"),
            ("m1", None, None, 1, b"mob"),
            ("m2", None, None, 1, b"mob"),
        ],
        "items": [
            ("i1", "char:p1", b"bag"),
            ("i2", "item:i1", b"box"),
            ("i3", "item:i2", b"ring"),
            ("i4", "char:p2", b"bag"),
            ("i5", "item:i4", b"bread"),
            ("i6", "char:m1", b"club"),
            ("i7", "room:3001", b"chest"),
            ("i8", "item:i7", b"coin"),
            ("i9", "escrow:auction:1", b"sword"),
        ],
    }
)


def ids(rows: list[tuple[object, ...]]) -> list[object]:
    return [row[0] for row in rows]


def test_what_is_in_the_world_is_loaded_and_nobody_who_is_away(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path / "everwake.db") as store:
            await store.flush(PEOPLE)
            loaded = await store.load_active()
            assert loaded.characters == PEOPLE.puts["characters"][1:]
            assert ids(loaded.items) == ["i4", "i6", "i7", "i9", "i5", "i8"]  # holders come first

    asyncio.run(story())


def test_everything_but_characters_and_items_is_loaded_as_it_was_put(tmp_path: Path) -> None:
    batch = instant(7)

    async def story() -> None:
        async with opened(tmp_path / "everwake.db") as store:
            await store.flush(batch)
            loaded = await store.load_active()
            for table in ("meta", "balances", "doors", "timers", "sessions"):
                assert sorted(getattr(loaded, table)) == sorted(batch.puts[table])

    asyncio.run(story())


def test_player_is_loaded_with_all_that_is_inside_of_what_it_has(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path / "everwake.db") as store:
            await store.flush(PEOPLE)
            account, character, items = await store.load_player("aDA")
            assert account == ("Ada", "owner", b"ada")
            assert character == ("p1", "Ada", "Ada", 0, b"ada")
            assert items == [("i1", "char:p1", b"bag"), ("i2", "item:i1", b"box"), ("i3", "item:i2", b"ring")]
            assert await store.load_player("Cy") == (("Cy", "player", b"cy"), None, [])
            assert await store.load_player("nobody") == (None, None, [])

    asyncio.run(story())


def test_nothing_is_too_deep_inside(tmp_path: Path) -> None:
    nested = [("i0", "char:p1", b"")] + [(f"i{n}", f"item:i{n - 1}", b"") for n in range(1, 500)]
    batch = Batch(puts={"characters": [("p1", "Ada", "Ada", 1, b"")], "items": nested[::-1]})

    async def story() -> None:
        async with opened(tmp_path / "everwake.db") as store:
            await store.flush(batch)
            assert (await store.load_active()).items == nested
            assert (await store.load_player("Ada"))[2] == nested

    asyncio.run(story())


def test_accounts_are_found_in_any_case_and_listed_by_name(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path / "everwake.db") as store:
            await store.flush(PEOPLE)
            assert await store.account("BOB") == ("Bob", "player", b"bob")
            assert await store.account("nobody") is None
            await store.flush(Batch(puts={"accounts": [("bob", "admin", b"bob 2")]}))
            assert await store.account("Bob") == ("Bob", "admin", b"bob 2")
            assert await store.accounts() == [("Ada", "owner"), ("Bob", "admin"), ("Cy", "player")]

    asyncio.run(story())


def test_row_put_again_keeps_its_place(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path / "everwake.db") as store:
            await store.flush(Batch(puts={"items": [("i1", "room:1", b"1"), ("i2", "room:1", b"2")]}))
            await store.flush(Batch(puts={"items": [("i1", "room:1", b"3")]}))
            assert (await store.load_active()).items == [("i1", "room:1", b"3"), ("i2", "room:1", b"2")]

    asyncio.run(story())


def test_second_character_of_a_name_is_refused_not_put_in_place_of_the_first(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path / "everwake.db") as store:
            await store.flush(PEOPLE)
            with pytest.raises(StoreError, match=r"UNIQUE .* characters\.name"):
                await store.flush(Batch(puts={"characters": [("p9", "ADA", "Ada2", 1, b"")], "doors": [("d", "open")]}))
            assert (await store.load_player("Ada"))[1] == ("p1", "Ada", "Ada", 0, b"ada")
            assert (await store.load_active()).doors == []

    asyncio.run(story())


def test_name_is_free_again_when_its_character_goes_in_the_same_flush(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path / "everwake.db") as store:
            await store.flush(PEOPLE)
            await store.flush(
                Batch(puts={"characters": [("p9", "Ada", "Ada", 1, b"")]}, deletes={"characters": ["p1"]})
            )
            assert (await store.load_player("Ada"))[1] == ("p9", "Ada", "Ada", 1, b"")

    asyncio.run(story())


BAD = {
    "a row too short": Batch(puts={"items": [("i1", "room:1")]}),
    "no owner": Batch(puts={"items": [("i1", None, b"")]}),
    "no key": Batch(puts={"items": [(None, "room:1", b"")]}),
    "a number too large": Batch(puts={"balances": [("mint", 2**63)]}),
    "no plain value": Batch(puts={"doors": [("d", ["open"])]}),
    "half a character": Batch(puts={"doors": [("d", "\ud800")]}),
    "an unknown table": Batch(puts={"nonsense": [("x",)]}),
    "deleted from an unknown table": Batch(deletes={"nonsense": ["x"]}),
}


@pytest.mark.parametrize("case", BAD)
def test_flush_with_something_wrong_in_it_is_refused_whole(tmp_path: Path, case: str) -> None:
    good, bad = instant(2), BAD[case]
    puts = {**good.puts, **bad.puts}
    batch = Batch(puts=puts, deletes={**good.deletes, **bad.deletes})

    async def story() -> None:
        async with opened(tmp_path / "everwake.db") as store:
            await store.flush(instant(1))
            with pytest.raises(StoreError):
                await store.flush(batch)
            assert await only_instant(store) == 1
            await store.flush(good)
            assert await only_instant(store) == 2

    asyncio.run(story())


def test_empty_batch_writes_nothing(tmp_path: Path) -> None:
    assert Batch().empty and Batch(puts={"items": []}, deletes={"items": []}).empty
    assert not instant(1).empty and not Batch(blocks=[WriteBlock(1, "m", "b", ())]).empty

    async def story() -> None:
        async with opened(tmp_path / "everwake.db") as store:
            await store.flush(instant(1))
            size = (tmp_path / "everwake.db-wal").stat().st_size
            await store.flush(Batch(puts={"items": []}))
            assert (tmp_path / "everwake.db-wal").stat().st_size == size

    asyncio.run(story())


def test_reader_never_sees_half_a_flush(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path / "everwake.db") as store:

            async def write() -> None:
                for n in range(1, 60):
                    await store.flush(instant(n))

            writing, seen = asyncio.create_task(write()), set()
            while not writing.done():
                found = instants(await store.load_active())
                assert len(found) == 1
                seen |= found
            await writing
            assert len(seen) > 10

    asyncio.run(story())


@pytest.mark.parametrize("refused", [False, True])
def test_flush_that_has_begun_is_seen_through_when_the_caller_is_cancelled(tmp_path: Path, refused: bool) -> None:
    told: list[str] = []

    async def flush(store: Store) -> None:
        try:
            await store.flush(instant(2))
            told.append("written")
        except StoreError:
            told.append("refused")
        await asyncio.sleep(0)
        told.append("not cancelled")

    async def story(path: Path) -> None:
        async with opened(path, busy_seconds=0.05 if refused else 60) as store:
            await store.flush(instant(1))
            other = sqlite3.connect(path, isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            task = asyncio.create_task(flush(store))
            for _ in range(10):  # turns of the loop: it has begun, and waits for the other one
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.sleep(0)
            task.cancel()
            if refused:
                await asyncio.wait({task})
            other.execute("ROLLBACK")
            other.close()
            await asyncio.wait({task})
            assert task.cancelled()
            assert await only_instant(store) == (1 if refused else 2)

    asyncio.run(story(tmp_path / "everwake.db"))
    assert told == ["refused" if refused else "written"]


def test_one_flush_after_the_other_ends_when_cancelled(tmp_path: Path) -> None:
    written: asyncio.Queue[int] = asyncio.Queue()

    async def write(store: Store) -> None:
        for n in range(1, 100):
            await store.flush(instant(n))
            written.put_nowait(n)

    async def story() -> None:
        async with opened(tmp_path / "everwake.db") as store:
            writing = asyncio.create_task(write(store))
            assert await written.get() == 1
            writing.cancel()
            await asyncio.wait({writing})
            assert writing.cancelled()
            assert await only_instant(store) <= 2

    asyncio.run(story())


def test_no_thread_is_left(tmp_path: Path) -> None:
    before = threading.enumerate()

    async def story() -> None:
        store = await Store.open(tmp_path / "everwake.db")
        assert threading.active_count() == len(before) + 1
        await store.flush(instant(1))
        await store.backup(tmp_path / "backup.db")
        await store.relax()
        assert threading.active_count() == len(before) + 1
        await store.close()
        assert threading.enumerate() == before
        await store.close()
        (tmp_path / "bad.db").write_text("no database")
        with pytest.raises(StoreError):
            await Store.open(tmp_path / "bad.db")
        assert threading.enumerate() == before

    asyncio.run(story())


def test_closed_store_says_so_and_does_not_come_back(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path / "everwake.db") as store:
            pass
        for use in (store.flush(instant(1)), store.load_active(), store.checkpoint(), store.relax(), store.audit()):
            with pytest.raises(StoreError, match="is closed"):
                await use

    asyncio.run(story())


def test_checkpoint_empties_the_log_unless_a_reader_needs_it(tmp_path: Path) -> None:
    path, wal = tmp_path / "everwake.db", tmp_path / "everwake.db-wal"

    async def story() -> None:
        async with opened(path, busy_seconds=0.05) as store:
            await store.flush(instant(1))
            assert wal.stat().st_size > 0
            assert await store.checkpoint() is True
            assert wal.stat().st_size == 0
            await store.flush(instant(2))
            reader = sqlite3.connect(path, isolation_level=None)
            reader.execute("BEGIN")
            reader.execute("SELECT * FROM doors").fetchall()
            await store.flush(instant(3))
            assert await store.checkpoint() is False
            reader.close()
            assert await only_instant(store) == 3

    asyncio.run(story())


# The end of a program in a copyover, and the beginning of the next


def test_relaxed_flush_and_close_do_not_wait_for_the_disk(tmp_path: Path) -> None:
    strace = need_tool("strace")
    log = tmp_path / "log"
    command = [strace, "-f", "-o", str(log), "-e", "trace=fsync,fdatasync,write"]
    assert run([*command, *python("tests.store.relaxing", tmp_path / "everwake.db")]) == [
        "before",
        "relaxed",
        "closed",
        "plays on",
        "after",
    ]
    syncs: dict[str, int] = {}
    part = "start"
    for line in log.read_text().splitlines():
        if "write(1, " in line:
            part = line.split('"')[1].removesuffix("\\n")
        syncs[part] = syncs.get(part, 0) + ("sync(" in line)
    assert syncs["before"] > 0  # a full flush and a checkpoint
    assert syncs["relaxed"] == 0  # the last small flush, close, and what the next program reads
    assert syncs["plays on"] > 0  # a second flush after relax waits for the disk again
    assert held(tmp_path / "everwake.db") == 5


def test_power_cut_after_a_relaxed_flush_falls_back_to_the_flush_before(tmp_path: Path) -> None:
    path, wal = tmp_path / "everwake.db", tmp_path / "everwake.db-wal"

    async def story() -> None:
        async with opened(path) as store:
            await store.flush(instant(1))
            await store.checkpoint()
            await store.relax()
            await store.flush(instant(2))

    asyncio.run(story())
    whole, log = path.read_bytes(), wal.read_bytes()
    assert len(log) > 20_000
    for kept in (0, 24, 5_000, 12_000, len(log) - 1, len(log)):  # what reached the disk, none of it synced
        path.write_bytes(whole)
        wal.write_bytes(log[:kept])
        (tmp_path / "everwake.db-shm").unlink(missing_ok=True)
        assert held(path) == (2 if kept == len(log) else 1)


SESSIONS = Batch(
    puts={
        "accounts": [("Ada", "owner", b"ada"), ("Bob", "player", b"bob"), ("Cy", "player", b"cy")],
        "sessions": [(1, 11, "peer 1", "Ada", "p1"), (2, 22, "peer 2", "bob", "p2")],
    }
)


@pytest.mark.parametrize("state", ["open", "closed", "closed relaxed", "index gone"])
def test_sessions_and_their_accounts_are_read_at_once(tmp_path: Path, state: str) -> None:
    path, threads = tmp_path / "everwake.db", threading.enumerate()

    def check() -> None:
        before = {p.name: p.read_bytes() for p in tmp_path.iterdir() if not p.name.endswith("-shm")}
        sessions, accounts = read_sessions(path)
        assert sessions == SESSIONS.puts["sessions"]
        assert accounts == SESSIONS.puts["accounts"][:2]
        assert {p.name: p.read_bytes() for p in tmp_path.iterdir() if not p.name.endswith("-shm")} == before

    async def story() -> None:
        async with opened(path) as store:
            await store.flush(Batch(puts={"sessions": [(1, 1, "stale", "Cy", "p3")]}))
            await store.checkpoint()
            if state != "closed":
                await store.relax()
            await store.flush(SESSIONS)
            if state == "open":
                check()

    asyncio.run(story())
    if state == "index gone":
        (tmp_path / "everwake.db-shm").unlink()
    check()
    assert threading.enumerate() == threads
    names = {"everwake.db"} if state == "closed" else {"everwake.db", "everwake.db-wal", "everwake.db-shm"}
    assert set(os.listdir(tmp_path)) == names


def test_sessions_of_a_database_that_is_missing_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"everwake\.db"):
        read_sessions(tmp_path / "everwake.db")
    assert os.listdir(tmp_path) == []


def test_logins_and_the_world_are_found_without_reading_every_row(tmp_path: Path) -> None:
    asyncio.run(_made(tmp_path / "everwake.db"))
    for sql in (
        "SELECT id FROM characters WHERE account = 'Ada'",
        "SELECT id FROM items WHERE owner = 'char:p1'",
        "SELECT name FROM accounts WHERE name = 'ada'",
    ):
        plan = query(tmp_path / "everwake.db", f"EXPLAIN QUERY PLAN {sql}")
        assert all("SEARCH" in str(step[3]) for step in plan), plan


async def _made(path: Path) -> None:
    async with opened(path):
        pass


@pytest.mark.parametrize(("code", "tries"), [(sqlite3.SQLITE_READONLY, 2), (sqlite3.SQLITE_FULL, 1)])
def test_what_could_only_be_read_is_written_once_more(tmp_path: Path, code: int, tries: int) -> None:
    """With a new connection: the disk may be well again."""
    calls: list[int] = []

    async def write() -> None:
        calls.append(1)
        error = sqlite3.OperationalError("no")
        error.sqlite_errorcode = code
        raise StoreError("refused") from error

    async def story() -> None:
        async with opened(tmp_path / "everwake.db") as store:
            with pytest.raises(StoreError, match="refused"):
                await store._writing(write)

    asyncio.run(story())
    assert len(calls) == tries
