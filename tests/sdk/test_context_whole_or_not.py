"""Whatever a module does in whatever order: an event that raises leaves nothing, and what was flushed is what is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mud.api import MINT, Command, Context, Module, On, Rejected, State, Struct, Timer
from mud.core.world.world import WorldState
from mud.store import rows
from mud.store.batch import Batch
from mud.testing import Kit


class Many(State):
    """One field of each kind."""

    count: int = 0
    names: dict[str, int] = {}
    order: list[int] = []
    seen: set[int] = set()
    pair: tuple[int, ...] = ()


class Note(Struct):
    """What is written down about somebody."""

    text: str


class Bell(Timer):
    """A timer."""

    number: int


def sword(ctx: Context[Many]) -> Any:
    return next(iter(ctx.world.items.values()))


#: What a module may do, each with a number that says how much, or to whom.
STEPS: dict[str, Callable[[Context[Many], int], Any]] = {
    "read": lambda ctx, n: (ctx.state.names.get(str(n)), ctx.peek().order[:n], ctx.player.settings.get("x")),
    "count": lambda ctx, n: setattr(ctx.state, "count", ctx.state.count + n),
    "name": lambda ctx, n: ctx.state.names.update({str(n): n}),
    "forget": lambda ctx, n: ctx.state.names.pop(str(n), None),
    "append": lambda ctx, n: ctx.state.order.append(n),
    "pop": lambda ctx, n: ctx.state.order and ctx.state.order.pop(n % len(ctx.state.order)),
    "see": lambda ctx, n: ctx.state.seen.add(n),
    "replace": lambda ctx, n: setattr(ctx.state, "seen", {n}),
    "pair": lambda ctx, n: setattr(ctx.state, "pair", (*ctx.state.pair[-3:], n)),
    "change": lambda ctx, n: ctx.change(ctx.player, level=n, settings={**ctx.player.settings, "x": str(n)}),
    "grudge": lambda ctx, n: ctx.change(ctx.player, remembers=[*ctx.player.remembers, f"p{n}"][-4:]),
    "note": lambda ctx, n: ctx.note(ctx.player, Note(str(n)) if n else None),
    "affect": lambda ctx, n: ctx.affect(ctx.player, {"strength": n - 4}),
    "hurt": lambda ctx, n: ctx.mend(ctx.player, hp=n),
    "walk": lambda ctx, n: ctx.move(ctx.player, ("hall", "yard")[n % 2]),
    "pay": lambda ctx, n: ctx.pay(MINT, ctx.player.owner_key, n, "found"),
    "spend": lambda ctx, n: ctx.pay(ctx.player.owner_key, "sink", n, "lost"),
    "make": lambda ctx, n: ctx.make_item("apple", ctx.player.owner_key, values={"bites": n}),
    "hold": lambda ctx, n: ctx.hold(sword(ctx), ctx.player.id, str(n)),
    "drop": lambda ctx, n: ctx.move_item(sword(ctx), ("room:hall", "room:yard", ctx.player.owner_key)[n % 3]),
    "value": lambda ctx, n: ctx.change(sword(ctx), values={"edge": n}),
    "destroy": lambda ctx, n: len(ctx.world.items) > 1 and ctx.destroy([*ctx.world.items.values()][-1]),
    "ring": lambda ctx, n: ctx.set_timer(n + 5, Bell(n)),
    "silence": lambda ctx, n: ctx.cancel(Bell(n)),
}
PLAN: list[tuple[str, int]] = []


def act(ctx: Context[Many], args: str) -> None:
    """act -- do what is planned, and fail in the end if so told"""
    for name, number in PLAN:
        STEPS[name](ctx, number)
    if args:
        raise {"politely": Rejected, "rudely": ArithmeticError}[args]("enough")


MODULE = Module(
    name="many",
    version="1.0.0",
    state=Many,
    commands=[Command("act", act)],
    on=[On(Bell, lambda ctx, bell: setattr(ctx.state, "count", bell.number))],
)


class Disk:
    """The rows of a database, as flushes leave them."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[str, tuple[Any, ...]]] = {}

    def write(self, batch: Batch) -> None:
        """One flush."""
        for table, put in batch.puts.items():
            self.tables.setdefault(table, {}).update({row[0]: row for row in put})
        for table, deletes in batch.deletes.items():
            for key in deletes:
                self.tables.setdefault(table, {}).pop(str(key), None)

    def blobs(self, table: str) -> dict[str, bytes]:
        """What is in a table, decoded no further."""
        return {key: row[-1] for key, row in self.tables.get(table, {}).items()}


def flush(kit: Kit, disk: Disk) -> None:
    """What a server does: the row of each module goes by what it last wrote."""
    disk.write(rows.Cut(kit.game.world, lambda session: None, {}, kit.registry.row).batch)
    kit.registry.written()


def in_memory(kit: Kit) -> dict[str, dict[str, bytes]]:
    """What the database has to hold."""
    state: WorldState = kit.game.world.state(0.0)
    encode = msgspec.msgpack.encode
    return {
        "characters": {c.id: encode(c) for c in state.characters},
        "items": {i.id: encode(i) for i in state.items},
        "timers": {t.id: encode(t) for t in state.timers},
        "balances": state.balances,  # type: ignore[dict-item]
    }


def picture(kit: Kit) -> list[bytes]:
    """Everything, with what is still to be written. The order in which the world keeps its things means nothing: the
    database has none."""
    world = kit.game.world
    things = msgspec.msgpack.encode(in_memory(kit), order="deterministic")
    return [things, msgspec.msgpack.encode([kit.state, sorted(world.dirty), world.ledger.unwritten])]


STEP = st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, 9))
EVENT = st.tuples(st.lists(STEP, max_size=8), st.sampled_from(["", "", "politely", "rudely"]))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(EVENT, min_size=1, max_size=8))
def test_any_sequence_is_whole_or_not_at_all_and_flushed_as_it_is(events: list[tuple[Any, str]]) -> None:
    kit, disk = Kit(MODULE), Disk()
    ada = kit.player("Ada", gold=20)
    kit.make_item("sword", ada.character)
    flush(kit, disk)
    for plan, how in events:
        PLAN[:] = plan
        before, failed = picture(kit), kit.instance().figures.errors
        said = ada.do(f"act {how}")
        assert not said.startswith("There is no command"), said
        assert "past the journal" not in kit.instance().figures.last_error
        if how or "Nothing was changed" in said or kit.instance().figures.errors > failed:
            assert picture(kit) == before
        kit.instance().forgive()
        flush(kit, disk)
        assert {table: disk.blobs(table) for table in in_memory(kit)} == in_memory(kit)
        saved = msgspec.msgpack.encode(kit.state)
        assert kit.audit() == []
        if not disk.blobs("modules").get("many"):
            assert saved == msgspec.msgpack.encode(Many())
            continue
        kept = kit.registry.get("many")
        assert msgspec.msgpack.encode(kept.state) == saved
