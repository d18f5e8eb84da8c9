"""Changes that went past the journal: everything is looked at before and after each event, and what differs is named.

No handler gets there by accident (mud.core.guard), but one may hold on to what was its own for one event, say. In a
test there is time to compare all that a flush would write.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, MutableMapping, Sequence
from typing import Any, ParamSpec, TypeVar

import msgspec
from msgspec import Raw, Struct

from mud.core.bypass import Bypass, bypass
from mud.core.errors import Unopened
from mud.core.guard import called, set_field
from mud.core.journal import Key
from mud.core.timers import PendingTimer
from mud.core.world.area import DoorState
from mud.core.world.bans import Ban
from mud.core.world.model import Account, Character, Item
from mud.core.world.world import World

P = ParamSpec("P")
T = TypeVar("T")
Picture = dict[str, bytes]  # all rows of each table
Tables = dict[str, dict[str, Raw]]
_encode = msgspec.msgpack.Encoder().encode
_rows_of = msgspec.msgpack.Decoder(dict[str, Raw]).decode
_plain = msgspec.msgpack.decode

KINDS: dict[str, Any] = {
    "accounts": Account,
    "characters": Character,
    "items": Item,
    "balances": int,
    "doors": DoorState,
    "timers": PendingTimer,
    "meta": list[Ban],
}


class Scene:
    """What a test may change between two events, when it sets its scene: everything. It notes when it is asked."""

    asked = False

    def __contains__(self, thing: object) -> bool:
        self.asked = True
        return True


class Bypasses:
    """Looks at a game before and after each of its events. `states` gives the modules' states by name.

    If it is not `watched`, it only keeps everything closed that is not open.
    """

    def __init__(self, world: World, states: Callable[[], Mapping[str, Struct]], watched: bool = True) -> None:
        self._world = world
        self._states = states
        self._watched = watched
        self._before: Picture = {}
        self._held: Mapping[str, Struct] = {}
        self._version = -1  # of the journal, when the picture was taken
        self._scene = world.journal.between = Scene()

    def begin(self) -> None:
        """An event begins. The picture of the event before is good if nothing can have changed since."""
        self._world.handed.begin()
        held = dict(self._states())
        version = self._world.journal.version
        same = held.keys() == self._held.keys() and all(self._held[name] is state for name, state in held.items())
        if not same or self._scene.asked or version != self._version:
            self._held = held
            self._before = self._picture()
        self._scene.asked = False
        self._version = version

    def play(self, do: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Have the game do something. Until it is done, only events change anything."""
        with self._world.journal.closed():
            return do(*args, **kwargs)

    def work(self, work: Coroutine[Any, Any, T], who: str = "a module") -> T:
        """Have a module work beside the game: only the events that it brings about may change anything.

        Raises Unopened for what was changed between them in spite of that; it is taken back.
        """
        with self._world.journal.closed():
            if not self._watched:
                return asyncio.run(work)
            self.begin()
            found = asyncio.run(work)
            past = self.past_journal([who]) if self._version == self._world.journal.version else None
        if past is not None:
            raise Unopened(past.text)
        return found

    def past_journal(self, acted: Sequence[str]) -> Bypass | None:
        """What the event, in which modules `acted`, changed and the journal does not know of; it is taken back.

        After the journal's own rollback, that is whatever is not as it was before.
        """
        now = self._picture()
        if now == self._before:
            return None
        changed = [table for table in now if now[table] != self._before[table]]
        before = {table: _rows_of(self._before[table]) for table in changed}
        after = {table: _rows_of(now[table]) for table in changed}
        known = self._world.journal.known() | _loaded(before, after)
        found = [self._undone(key, before, after) for key in sorted(_changed(before, after) - known)]
        return bypass(acted, found)

    def _picture(self) -> Picture:
        world = self._world
        tables: dict[str, Any] = {
            "accounts": world.accounts,
            "characters": world.characters,
            "items": world.items,
            "balances": dict(world.ledger.balances),
            "doors": world.doors,
            "timers": world.timers.pending,
            "meta": {"bans": world.bans.all()},
            "modules": {name: _packed(state) for name, state in self._held.items()},
        }
        return {table: _encode(rows) for table, rows in tables.items()}

    def _undone(self, key: Key, before: Tables, after: Tables) -> str:
        """Take one change back. Gives it in words."""
        table, name = key
        old, new = before[table].get(name), after[table].get(name)
        if table == "modules":
            was, state = _plain(old or b""), self._held[name]
            _refill(state, msgspec.msgpack.decode(was, type=type(state)))
            return f"the state of {name}: {_fields(_plain(was), _plain(_plain(new or b'')))}"
        rows = self._rows(table)
        thing = rows.get(name)
        if old is None:
            rows.pop(name, None)
        elif isinstance(thing, Struct) and not thing.__struct_config__.frozen:
            _refill(thing, msgspec.msgpack.decode(old, type=KINDS[table]))
        else:
            rows[name] = msgspec.msgpack.decode(old, type=KINDS[table])
        what = called(thing) if isinstance(thing, Account | Character | Item) else f"{table} {name}"
        return f"{what}: {_fields(_plain(old) if old else None, _plain(new) if new else None)}"

    def _rows(self, table: str) -> MutableMapping[str, Any]:
        world = self._world
        rows: dict[str, MutableMapping[str, Any]] = {
            "accounts": world.accounts,
            "characters": world.characters,
            "items": world.items,
            "balances": vars(world.ledger)["_balances"],
            "doors": world.doors,
            "timers": world.timers.pending,
            "meta": {},  # bans are made by the kernel alone: named, and left as they are
        }
        return rows[table]


def _packed(state: Struct) -> bytes:
    """A state as bytes; one that can't be written is looked at when it is to be written, and not here."""
    try:
        return _encode(state)
    except Exception:
        return _encode({})


def _changed(before: Tables, after: Tables) -> set[Key]:
    """The keys of all rows that differ."""
    return {
        (table, name)
        for table in before
        for name in before[table].keys() | after[table].keys()
        if before[table].get(name, b"") != after[table].get(name, b"")
    }


def _loaded(before: Tables, after: Tables) -> set[Key]:
    """Accounts that came into memory: a database has them already, and a new one is marked."""
    return {("accounts", name) for name in after.get("accounts", {}).keys() - before.get("accounts", {}).keys()}


def _refill(thing: Struct, was: Struct) -> None:
    for name, value in msgspec.structs.asdict(was).items():
        set_field(thing, name, value)


def _fields(old: Any, new: Any) -> str:
    """What differs between a row before and after."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return f"{old!r}, now {new!r}"
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    return ", ".join(f"{name} ({old.get(name)!r:.60}, now {new.get(name)!r:.60})" for name in names)
