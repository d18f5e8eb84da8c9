"""A server of its own, from a copy of the code that may be changed, with any number of players in it."""

from __future__ import annotations

import asyncio
import json
import re
import resource
import shutil
import socket
from pathlib import Path
from typing import Any

from mud.core.world.model import Account
from mud.server.passwords import hash_password
from mud.store import rows
from mud.store.batch import Batch
from mud.store.store import Store
from tests.bench.load import read_until
from tests.e2e.harness import PASSWORD, ROOT, Game

WORLD = ROOT / "world"
#: Seconds that a start may take, of any world on any machine.
SLOW = 180.0
THINK, PROMPT = b"think x\r\n", b"\r\n> "
#: What only the answer to THINK has in it, and no announcement.
ANSWER = b'think, "x"'
#: As many accounts as any measurement needs.
ACCOUNTS = 1000


class Crowd:
    """A server that is `game`, and those who play on it.

    With `easy` passwords a login takes no time: where it is not the logins that are measured.
    """

    def __init__(self, folder: Path, world: Path = WORLD, *arguments: str, easy: bool = True, more: str = "") -> None:
        self.tree = folder / "tree"
        for name in ("mud", "modules"):
            shutil.copytree(ROOT / name, self.tree / name, ignore=shutil.ignore_patterns("__pycache__", "tests"))
        shutil.copy(ROOT / "run.py", self.tree)
        config = folder / "everwake.toml"  # what the server can do is measured, not what a client may
        config.write_text(f"[limits]\nlines_per_second = 1e9\nlines_burst = 1e9\n{more}")
        self.game = Game(folder / "data", world, "--config", str(config), *arguments)
        self.game.root = self.tree
        self.socks: list[socket.socket] = []
        self.root = socket.socket()  # the owner's, from the start on
        asyncio.run(make_accounts(folder / "data", ACCOUNTS, easy))

    def start(self) -> None:
        """Start; the owner logs in."""
        self.game.start(limit=SLOW)
        self.root.close()
        self.root = socket.create_connection(("127.0.0.1", self.game.port))
        self.root.sendall(f'connect Root "{PASSWORD}"\r\n'.encode())
        read_until(self.root, PROMPT)

    def grow(self, count: int) -> None:
        """More players log in, until there are so many."""
        first = len(self.socks)
        self.socks += [socket.create_connection(("127.0.0.1", self.game.port)) for _ in range(first, count)]
        for number, sock in enumerate(self.socks[first:], first):
            sock.sendall(f'connect {name_of(number)} "{PASSWORD}"\r\n'.encode())
        for sock in self.socks[first:]:
            read_until(sock, PROMPT, 300)
        self.drain()

    def drain(self) -> None:
        """Throw away what has come to anybody."""
        for sock in (*self.socks, self.root):
            drain(sock)

    def order(self, text: str) -> None:
        """The owner types a line."""
        self.root.setblocking(True)
        self.root.sendall(f"{text}\r\n".encode())

    def rss(self) -> float:
        """The server's memory in kB."""
        found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{self.game.pid}/status").read_text())
        assert found is not None
        return float(found[1])

    def written(self) -> int:
        """The size of the copyovers' history: it grows when one is over."""
        path = self.game.data / "copyovers.jsonl"
        return path.stat().st_size if path.exists() else 0

    def history(self) -> list[dict[str, Any]]:
        """The records of all copyovers so far."""
        return [json.loads(line) for line in (self.game.data / "copyovers.jsonl").read_text().splitlines()]

    def chill(self) -> None:
        """Code and world are new to everybody: nothing of them is compiled."""
        for cache in (*self.tree.rglob("__pycache__"), self.game.data / "cache"):
            shutil.rmtree(cache, ignore_errors=True)
        with (self.tree / "mud" / "server" / "server.py").open("a") as file:
            file.write("\n")

    def close(self) -> None:
        """Everybody leaves; the server ends."""
        for sock in (*self.socks, self.root):
            sock.close()
        self.game.close()


def raise_limit() -> None:
    """As many connections as the system allows."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def name_of(number: int) -> str:
    """A player's name: letters only."""
    letters = ""
    for _ in range(4):
        number, digit = divmod(number, 26)
        letters += chr(ord("a") + digit)
    return f"Bench{letters}"


async def make_accounts(data: Path, count: int, easy: bool) -> None:
    """So many accounts, and an owner called Root, all with one password."""
    from argon2 import PasswordHasher

    store = await Store.open(data / "everwake.db")
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    hash_ = cheap.hash(PASSWORD) if easy else hash_password(PASSWORD)
    names = [name_of(n) for n in range(count)]
    made = [Account(name=n, password=hash_, created=0.0) for n in names]
    made.append(Account(name="Root", password=hash_, created=0.0, role="owner"))
    await store.flush(Batch(puts={"accounts": [rows.account_row(a) for a in made]}))
    await store.close()


def drain(sock: socket.socket) -> None:
    """Throw away what has come."""
    sock.setblocking(False)
    try:
        while sock.recv(65536):
            pass
    except BlockingIOError:
        pass
