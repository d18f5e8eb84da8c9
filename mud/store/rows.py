"""Between the model and the rows of the database. The columns other than `data` are there to be searched by."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import msgspec

from mud.core.errors import StoreError
from mud.core.journal import Key
from mud.core.timers import PendingTimer
from mud.core.world.bans import Ban
from mud.core.world.model import Account, Character, Item
from mud.core.world.world import World, WorldState
from mud.store.batch import Batch
from mud.store.store import Loaded

Row = tuple[Any, ...]
T = TypeVar("T", Character, Item)
_encode = msgspec.msgpack.Encoder().encode


class _Decode:
    account = msgspec.msgpack.Decoder(Account).decode
    character = msgspec.msgpack.Decoder(Character).decode
    item = msgspec.msgpack.Decoder(Item).decode
    timer = msgspec.msgpack.Decoder(PendingTimer).decode


def account_row(account: Account) -> Row:
    """The row of an account."""
    return (account.name, account.role, _encode(account))


def account(row: Row) -> Account:
    """An account from its row. The row's own column decides the role."""
    return msgspec.structs.replace(_Decode.account(row[2]), role=row[1])


def character_row(character: Character) -> Row:
    """The row of a character."""
    name = character.name if character.account is not None else None
    return (character.id, name, character.account, int(not character.away), _encode(character))


def item_row(item: Item) -> Row:
    """The row of an item."""
    return (item.id, item.owner, _encode(item))


def player(
    account_: Row | None, character: Row | None, items: list[Row], known: Account | None
) -> tuple[Account | None, Character | None, tuple[Item, ...]]:
    """A player from loaded rows; `known` is the account in memory, in case it has no row yet."""
    found = account(account_) if account_ is not None else known
    return (
        found,
        _Decode.character(character[-1]) if character is not None else None,
        tuple(_Decode.item(row[-1]) for row in items),
    )


class Cut:
    """Everything that changed since the last flush, taken from a world between two events.

    `batch` is what to write. If that fails, `undo` marks everything to be written by the next flush. What can't be put
    into a row (a bug of ours) is in `stuck` with the error and waits; the rest of the world is written anyway.
    """

    def __init__(
        self,
        world: World,
        session_row: Callable[[int], Row | None],
        meta: dict[str, Any],
        module_row: Callable[[str], Row | None] = lambda name: None,
    ) -> None:
        self._world = world
        self.batch = Batch()
        self.stuck: dict[Key, str] = {}
        for key in world.dirty:
            try:
                self._add(key, session_row, module_row)
            except (TypeError, ValueError, OverflowError) as error:
                self.stuck[key] = f"{type(error).__name__}: {error}"
        for entry in world.ledger.unwritten:
            self._put("ledger", (entry.seq, entry.debit, entry.credit, entry.amount, entry.reason, entry.at))
        for name, value in meta.items():
            self._put("meta", (name, _encode(value)))
        # They stay marked until here, where nothing can fail any more.
        self._taken = world.take_unwritten(but=self.stuck)
        self.batch.blocks = self._taken.blocks

    def undo(self) -> None:
        """The flush failed."""
        self._world.give_back(self._taken)

    def _add(self, key: Key, session_row: Callable[[int], Row | None], module_row: Callable[[str], Row | None]) -> None:
        table, name = key
        if table == "modules":  # what a module once saved stays, even if the module is removed
            found = module_row(name)
            if found is not None:
                self._put(table, found)
            return
        row = session_row(int(name)) if table == "sessions" else ROWS[table](self._world, name)
        if row is None:
            self.batch.deletes.setdefault(table, []).append(int(name) if table == "sessions" else name)
        else:
            self._put(table, row)

    def _put(self, table: str, row: Row) -> None:
        self.batch.puts.setdefault(table, []).append(row)


def _of(found: Any, row: Callable[[Any], Row]) -> Row | None:
    return row(found) if found is not None else None


#: How the row of each table is made from the world; None means that the row is to be deleted.
ROWS: dict[str, Callable[[World, str], Row | None]] = {
    "accounts": lambda w, k: _of(w.accounts.get(k), account_row),
    "characters": lambda w, k: _of(w.characters.get(k), character_row),
    "items": lambda w, k: _of(w.items.get(k), item_row),
    "balances": lambda w, k: (k, w.ledger.balances[k]) if k in w.ledger.balances else None,
    "doors": lambda w, k: (k, w.doors[k]) if k in w.doors else None,
    # Bans are one row of `meta`, written when they change.
    "meta": lambda w, k: (k, _encode(w.bans.all())),
    "timers": lambda w, k: _of(w.timers.pending.get(k), lambda t: (t.id, _encode(t))),
}


def meta(world: World, game_time: float, generation: int) -> dict[str, Any]:
    """What has no table of its own."""
    return {
        "game_time": game_time,
        "generation": generation,
        "serial": world.serial,
        "arrivals": world.arrivals,
        "timer_serial": world.timers.serial,
        "ledger_seq": world.ledger.seq,
        "writes_serial": world.writes.serial,
    }


def decode_meta(rows: list[Row]) -> dict[str, Any]:
    """The table `meta` as a Cut was given it."""
    return {name: msgspec.msgpack.decode(value) for name, value in rows}


def _by_age(things: Iterable[T]) -> list[T]:
    """Things in the order in which they were made, which their ids tell: rows lie in the order of some flush."""
    return sorted(things, key=lambda thing: (len(thing.id), thing.id))


def state(loaded: Loaded) -> tuple[WorldState, int]:
    """The world as the last flush left it, and its generation.

    Raises StoreError if a row can't be read.
    """
    known = decode_meta(loaded.meta)
    try:
        return WorldState(
            characters=_by_age(_Decode.character(row[-1]) for row in loaded.characters),
            items=_by_age(_Decode.item(row[-1]) for row in loaded.items),
            doors=dict(loaded.doors),
            balances=dict(loaded.balances),
            timers=sorted((_Decode.timer(row[-1]) for row in loaded.timers), key=lambda timer: timer.number),
            ledger_seq=known.get("ledger_seq", 0),
            timer_serial=known.get("timer_serial", 0),
            serial=known.get("serial", 0),
            arrivals=known.get("arrivals", 0),
            writes_serial=known.get("writes_serial", 0),
            bans=msgspec.convert(known.get("bans", []), list[Ban]),
            game_time=known.get("game_time", 0.0),
        ), known.get("generation", 0)
    except msgspec.DecodeError as error:
        raise StoreError(f"a row of the database can't be read: {error}") from error


def waiting(meta: list[Row], timers: list[Row], characters: list[Row]) -> WorldState:
    """As much of a world as modules' belongings lie in. Raises StoreError if a row can't be read."""
    try:
        return WorldState(
            characters=[_Decode.character(row[-1]) for row in characters],
            timers=sorted((_Decode.timer(row[-1]) for row in timers), key=lambda timer: timer.number),
            game_time=decode_meta(meta).get("game_time", 0.0),
        )
    except msgspec.DecodeError as error:
        raise StoreError(f"a row of the database can't be read: {error}") from error


__all__ = ["Cut", "account", "account_row", "decode_meta", "meta", "player", "state", "waiting"]
