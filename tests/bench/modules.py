"""What modules cost: dispatch against a core command's, saving and restoring, the contract check, a hot reload."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec import Struct

from mud.api import Command, Context, Module, State
from mud.core import events as e
from mud.framework import contract
from mud.framework.loader import NATIVE
from mud.snapshot.envelope import pack, unpack
from mud.snapshot.seal import Key
from mud.snapshot.shape import export, import_
from mud.testing import Kit

RUNS = 7


class Lot(Struct, frozen=True):
    """Something of an ordinary size: what an auction knows of a lot."""

    id: str
    seller: str
    item: str
    price: int
    ends: float
    bids: tuple[tuple[str, int], ...] = ()


class Lots(State):
    """So many lots."""

    lots: dict[str, Lot] = {}
    count: int = 0


def ponder(ctx: Context[Lots], args: str) -> None:
    """ponder TEXT -- what `think` does, from a module"""
    ctx.send(f'You think, "{args}"')


def tally(ctx: Context[Lots], args: str) -> None:
    """tally TEXT -- the same, and count it"""
    ctx.state.count += 1
    ctx.send(f'You think, "{args}"')


MODULE = Module(
    name="bench",
    version="1.0.0",
    description="for measuring",
    author="the bench",
    state=Lots,
    commands=[Command("ponder", ponder), Command("tally", tally)],
)


def filled(size: int) -> Lots:
    """A state of about `size` bytes."""
    bids = tuple((f"p{n}", 100 + n) for n in range(5))
    count = max(1, size // 112)
    return Lots(
        lots={f"a{n}": Lot(f"a{n}", f"p{n % 997}", f"i{n * 7919 % 10**6}", n, n + 0.5, bids) for n in range(count)}
    )


def timed(run: Callable[[], Any], runs: int = RUNS) -> list[float]:
    """Milliseconds of each run."""
    found = []
    for _ in range(runs):
        began = time.perf_counter()
        run()
        found.append(1000 * (time.perf_counter() - began))
    return found


def dispatch(add: Callable[..., None]) -> None:
    """Microseconds of a line through the kernel: a core command, the same from a module, and one that changes state.

    They take turns, and the processor's time counts: so other work on the machine falls on all of them, or on none.
    """
    kit = Kit(MODULE)
    player = kit.player("Ada")
    kit.game.watch = kit.game.world.handed  # as in a server
    handle = kit.game.handle
    figures: dict[str, list[float]] = {"think": [], "ponder": [], "tally": []}
    for _ in range(3 * RUNS):
        for word, values in figures.items():
            line = e.Line(player.session, f"{word} x")
            began = time.process_time()
            for _ in range(2000):
                handle(line)
            values.append((time.process_time() - began) / 2000 * 1e6)
    names = {"think": "of a core command", "ponder": "of a module's", "tally": "of one that changes its state"}
    for word, values in figures.items():
        add(f"dispatch {names[word]}, kernel alone", "us", *values)
    core = statistics.median(figures["think"])
    add(
        "ratio: dispatch of a module's command, kernel alone (<= 1.2)", "x", statistics.median(figures["ponder"]) / core
    )


def saving(add: Callable[..., None]) -> None:
    """Save and restore of states of three sizes: plain, compressed, and encrypted as well."""
    kit = Kit(MODULE)
    shape = kit.instance().shape
    key = Key(b"k" * 32)
    for name, size in (("1 KiB", 1 << 10), ("1 MiB", 1 << 20), ("8 MiB", 8 << 20)):
        state = filled(size)
        for how, options in (
            ("plain", {"compress": False}),
            ("compressed", {}),
            ("compressed and encrypted", {"key": key}),
        ):
            packed = pack(export(shape, state, taken=0.0), **options)
            save = timed(lambda o=options, s=state: pack(export(shape, s, taken=0.0), **o))  # type: ignore[misc]
            load = timed(lambda p=packed: import_(shape, unpack(p, "bench", key), 1.0, "bench"))  # type: ignore[misc]
            add(f"save {name}, {how}", "ms", *save)
            add(f"restore {name}, {how}", "ms", *load)
            add(f"size of {name}, {how}", "kB", len(packed) / 1000)


def checking(add: Callable[..., None]) -> None:
    """The contract check of the raffle, its sources too; and its hot reload, from disk to swapped in."""
    from modules.raffle import MODULE as RAFFLE

    add("contract check of the raffle", "ms", *timed(lambda: contract.check(RAFFLE, Path(NATIVE) / "raffle")))
    kit = Kit()
    kit.manage("load", "raffle")
    add("hot reload of the raffle", "ms", *timed(lambda: kit.manage("reload", "raffle")))


def measure(add: Callable[..., None]) -> None:
    """All of it."""
    dispatch(add)
    saving(add)
    checking(add)
