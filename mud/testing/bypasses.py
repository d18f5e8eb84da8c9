"""Changes that went past the journal: everything is looked at before and after each event, and what differs is named.

No handler gets there by accident (mud.core.guard), but one may hold on to what was its own for one event, say. In a
test there is time to compare all that a flush would write.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from typing import Any

import msgspec
from msgspec import Raw, Struct

from mud.core.bypass import Bypass
from mud.core.guard import called, set_field
from mud.core.journal import Key
from mud.core.timers import PendingTimer
from mud.core.world.area import DoorState
from mud.core.world.bans import Ban
from mud.core.world.model import Account, Character, Item
from mud.core.world.world import World

Tables = dict[str, dict[str, Raw]]
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Tables).decode
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


class Bypasses:
    """Looks at a game before and after each of its events. `states` gives the modules' states by name."""

    refuses = True

    def __init__(self, world: World, states: Callable[[], Mapping[str, Struct]]) -> None:
        self._world = world
        self._states = states
        self._before = b""
        self._held: Mapping[str, Struct] = {}

    def begin(self) -> None:
        """An event begins."""
        self._held = dict(self._states())
        self._before = self._picture()

    def past_journal(self, acted: Sequence[str]) -> Bypass | None:
        """What the event, in which modules `acted`, changed and the journal does not know of; it is taken back.

        After the journal's own rollback, that is whatever is not as it was before.
        """
        now = self._picture()
        if now == self._before:
            return None
        before, after = _decode(self._before), _decode(now)
        known = self._world.journal.changed() | _loaded(before, after)
        found = [self._undone(key, before, after) for key in sorted(_changed(before, after) - known)]
        if not found:
            return None
        who = " or ".join(dict.fromkeys(acted)) or "the game"
        text = f"{who} changed past the journal what is then neither undone nor written: {'; '.join(found)}"
        return Bypass(acted[-1] if acted else "", text)

    def _picture(self) -> bytes:
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
        return _encode(tables)

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
    return {("accounts", name) for name in after["accounts"].keys() - before["accounts"].keys()}


def _refill(thing: Struct, was: Struct) -> None:
    for name, value in msgspec.structs.asdict(was).items():
        set_field(thing, name, value)


def _fields(old: Any, new: Any) -> str:
    """What differs between a row before and after."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return f"{old!r}, now {new!r}"
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    return ", ".join(f"{name} ({old.get(name)!r:.60}, now {new.get(name)!r:.60})" for name in names)
