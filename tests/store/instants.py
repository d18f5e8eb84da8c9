"""Flushes that can be told from each other: instant N leaves N in every table, and nothing of any other instant."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

from mud.store.batch import Batch
from mud.store.store import Loaded, Store
from tests.tools import mount

ROOT = Path(__file__).parents[2]


def instant(n: int, weight: int = 400) -> Batch:
    """All that makes up instant `n`. With `weight` bytes a row it spreads over many pages."""
    data = f"{n} ".encode().ljust(weight, b".")
    puts: dict[str, list[tuple[Any, ...]]] = {
        "meta": [("n", data)],
        "accounts": [("Ada", "player", data)],
        "characters": [("p1", "Ada", "Ada", 1, data), ("m1", None, None, 1, data)],
        "items": [(f"i{i}", "room:1", data) for i in range(20)],
        "balances": [("mint", -n), ("char:p1", n)],
        "ledger": [(n, "mint", "char:p1", 1, "for the instant", float(n))],
        "doors": [(f"d{n}", "open")],
        "timers": [(f"t{n}", data)],
        "sessions": [(n, n, "peer", "Ada", "p1")],
    }
    before = n - 1
    return Batch(puts=puts, deletes={"doors": [f"d{before}"], "timers": [f"t{before}"], "sessions": [before]})


def instants(loaded: Loaded) -> set[int]:
    """The instants of which there is anything; {0} for an empty database."""
    meta = [row for row in loaded.meta if row[0] == "n"]
    found = {int(row[-1].split()[0]) for rows in (meta, loaded.characters, loaded.items) for row in rows}
    found |= {abs(row[1]) for row in loaded.balances}
    found |= {int(row[0][1:]) for row in (*loaded.doors, *loaded.timers)}
    found |= {row[0] for row in loaded.sessions}
    return found or {0}


async def only_instant(store: Store) -> int:
    """The one instant that the store holds. Fails when there is a mix, or when gold or items are wrong."""
    found = instants(await store.load_active())
    assert len(found) == 1, f"a mix of instants: {sorted(found)}"
    assert await store.audit() == []  # the ledger has as many entries as the instant's number
    return found.pop()


@contextlib.asynccontextmanager
async def opened(path: Path, busy_seconds: float = 5.0) -> AsyncIterator[Store]:
    """An open store, closed afterwards."""
    store = await Store.open(path, busy_seconds=busy_seconds)
    try:
        yield store
    finally:
        await store.close()


def held(path: Path) -> int:
    """The one instant that the database at `path` holds."""

    async def look() -> int:
        async with opened(path) as store:
            return await only_instant(store)

    return asyncio.run(look())


def python(*args: object) -> list[str]:
    """The command line of a child: a module of these tests, and its arguments."""
    return [sys.executable, "-m", *map(str, args)]


def child(command: list[str]) -> subprocess.Popen[str]:
    """Start a child that talks in lines."""
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True)


def run(command: list[str]) -> list[str]:
    """The lines that a child said. Fails when it failed."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A disk of one megabyte in memory."""
    folder.mkdir()
    mount("-t", "tmpfs", "-o", "size=1m", "tmpfs", folder)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
