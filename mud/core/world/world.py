"""The world in memory: definitions, what lives in them, and the only ways to change where things are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from contextlib import contextmanager
from typing import NamedTuple, TypeVar

from msgspec import Struct

from mud.core.containers import ReadOnlyList
from mud.core.guard import Guarded
from mud.core.handed import Handed
from mud.core.journal import Journal, Key
from mud.core.ledger import Entry, Ledger
from mud.core.timers import PendingTimer, Timers
from mud.core.world import fights
from mud.core.world.area import DoorState, WorldDef
from mud.core.world.bans import Ban, Bans
from mud.core.world.model import Account, Character, Item, room_key
from mud.core.world.view import SeenWorld, WorldView
from mud.core.world.word_index import WordIndex
from mud.core.writes import WriteBlock, Writes

S = TypeVar("S", bound=Guarded)

#: The maximum depth of containers within containers.
MAX_DEPTH = 8


class WorldState(Struct, kw_only=True):
    """Everything about the living world that a snapshot contains."""

    characters: list[Character] = []
    items: list[Item] = []
    doors: dict[str, DoorState] = {}
    balances: dict[str, int] = {}
    ledger_seq: int = 0
    timers: list[PendingTimer] = []
    timer_serial: int = 0
    serial: int = 0
    arrivals: int = 0
    writes_serial: int = 0
    bans: list[Ban] = []
    game_time: float = 0.0


class Unwritten(NamedTuple):
    """What a flush has to write: the keys of changed rows, the ledger's entries, the modules' write blocks."""

    rows: set[Key]
    entries: list[Entry]
    blocks: list[WriteBlock]


class World(WorldView):
    """The definitions and the living state. Every change goes through the journal."""

    ledger: Ledger
    characters: dict[str, Character]
    items: dict[str, Item]
    doors: dict[str, DoorState]

    def __init__(self, defs: WorldDef, state: WorldState | None = None) -> None:
        state = state or WorldState()
        self.defs = defs
        self.journal = Journal()
        self.handed = Handed(self.journal)
        self.ledger = Ledger(self.journal, state.balances, state.ledger_seq)
        self.timers = Timers(self.journal, state.timers, state.timer_serial)
        self.writes = Writes(self.journal, state.writes_serial)
        self.bans = Bans(self.journal, state.bans)
        self.accounts: dict[str, Account] = {}  # of the players in the world, by casefolded name
        self.characters: dict[str, Character] = {}
        self.items: dict[str, Item] = {}
        self.doors: dict[str, DoorState] = dict(state.doors)
        self.serial = state.serial
        self.arrivals = state.arrivals  # a counter of all arrivals; the source of each `arrived`
        self.words = WordIndex()
        self._held: dict[str, ReadOnlyList[str]] = {}  # owner: item ids, oldest first
        self._present: dict[str, ReadOnlyList[str]] = {}  # room: character ids, in the order of their coming
        self._kinds: dict[str, int] = {}  # "mob:ID" or "item:ID": how many there are
        self._players: dict[str, str] = {}  # casefolded name: character id
        self._index(state)
        self.seen = SeenWorld(self)

    def state(self, game_time: float) -> WorldState:
        """All of the living state, for a snapshot. It is not a copy."""
        return WorldState(
            characters=list(self.characters.values()),
            items=list(self.items.values()),
            doors=self.doors,
            balances=dict(self.ledger.balances),
            ledger_seq=self.ledger.seq,
            timers=list(self.timers.pending.values()),
            timer_serial=self.timers.serial,
            serial=self.serial,
            arrivals=self.arrivals,
            writes_serial=self.writes.serial,
            bans=self.bans.all(),
            game_time=game_time,
        )

    # Doors

    def set_door(self, room_id: str, direction: str, state: DoorState) -> None:
        """Set one side of a door."""
        key = f"{room_id} {direction}"
        self.journal.put(self.doors, key, state)
        self.journal.touch("doors", key)

    def forget_door(self, key: str) -> None:
        """Remove the state of a door that no longer exists; `key` is a key of `doors` ("ROOM DIRECTION")."""
        self.journal.drop(self.doors, key)
        self.journal.touch("doors", key)

    # Changing

    def redefine(self, defs: WorldDef) -> None:
        """Replace the definitions. Characters and items in rooms that no longer exist stay there."""
        self.journal.assign(self, "defs", defs)
        self.journal.assign(self.seen, "defs", defs)

    def new_id(self, prefix: str) -> str:
        """An id that was never used before. A rollback does not give it back: a gap does no harm."""
        self.serial += 1
        return f"{prefix}{self.serial}"

    def edit(self, thing: Character | Item | Account) -> None:
        """Announce that this event is about to change `thing`, so that the change is undone or written as a whole."""
        self.journal.edit(thing)
        if isinstance(thing, Item):
            self.journal.touch("items", thing.id)
        elif isinstance(thing, Character):
            self.journal.touch("characters", thing.id)
        else:
            self.journal.touch("accounts", thing.name.casefold())

    def add_account(self, account: Account, changed: bool = False) -> None:
        """Add an account to memory; `changed` says that the next flush must write it."""
        key = account.name.casefold()
        self.journal.put(self.accounts, key, account)
        if changed:
            self.journal.touch("accounts", key)

    def mark_session(self, session: int) -> None:
        """The row of a session is to be written or deleted."""
        self.journal.touch("sessions", str(session))

    def mark_module(self, module: str) -> None:
        """The row of a module's state is to be written, if it differs from what was written last."""
        self.journal.touch("modules", module)

    def mark(self, rows: Iterable[Key]) -> None:
        """These rows are to be written."""
        for table, key in rows:
            self.journal.touch(table, key)

    def module_state(self, module: str, state: S) -> S:
        """Open a module's state for reading or changes until the event ends: its row is marked only if it changed."""
        return self.journal.watch(state, "modules", module)

    @contextmanager
    def looking(self) -> Iterator[None]:
        """For reading between two events: changes that are made within this block are undone."""
        self.journal.begin()
        try:
            yield
        finally:
            self.journal.rollback()

    # What a flush writes

    @property
    def dirty(self) -> Set[Key]:
        """The keys of all rows that changed since the last flush."""
        return self.journal.dirty

    def flushed(self, but: Set[Key] = frozenset()) -> bool:
        """Whether there is nothing to write, except perhaps the rows `but`."""
        return self.journal.dirty <= but and not (self.ledger.unwritten or self.writes.unwritten)

    def take_unwritten(self, but: Iterable[Key] = ()) -> Unwritten:
        """Take all that the next flush must write, except the rows `but`. It counts as written from now on."""
        taken = Unwritten(self.journal.dirty, self.ledger.unwritten, self.writes.unwritten)
        self.journal.dirty, self.ledger.unwritten, self.writes.unwritten = set(but), [], []
        return taken

    def give_back(self, unwritten: Unwritten) -> None:
        """Return what could not be written, for the next flush."""
        self.journal.dirty |= unwritten.rows
        self.ledger.unwritten[:0] = unwritten.entries
        self.writes.unwritten[:0] = unwritten.blocks

    # Items and characters

    def move_item(self, item: Item, owner_key: str, slot: str | None = None) -> None:
        """Move an item to another owner. Raises ValueError when it would end up inside itself."""
        if owner_key in {item.owner_key, *(i.owner_key for i in self.all_inside(item.owner_key))}:
            raise ValueError(f"{item.id} can't be inside itself")
        self.edit(item)
        if item.owner != owner_key:
            self.journal.remove(self._held[item.owner], item.id)
            self.journal.append(self._held.setdefault(owner_key, ReadOnlyList()), item.id)
            item.arrived = self._next_arrival()
        item.owner, item.slot = owner_key, slot

    def add_item(self, item: Item) -> Item:
        """Add an item to the world: a new one, or one that came with its owner and keeps its `arrived`."""
        self.journal.edit(item).arrived = item.arrived or self._next_arrival()
        self.journal.put(self.items, item.id, item)
        self.journal.append(self._held.setdefault(item.owner, ReadOnlyList()), item.id)
        self._count(f"item:{item.kind}", 1)
        self.journal.touch("items", item.id)
        return item

    def remove_item(self, item: Item) -> None:
        """Remove an item from the world for good, with everything in it. Its gold must have been moved before."""
        for inside in self.held(item.owner_key):
            self.remove_item(inside)
        self.journal.drop(self.items, item.id)
        self.journal.remove(self._held[item.owner], item.id)
        self._count(f"item:{item.kind}", -1)
        self.journal.touch("items", item.id)

    def move_character(self, character: Character, room_id: str) -> None:
        """Put a character into a room. If that is another room, its fight ends."""
        if room_id != character.room:
            fights.end(self, character)
        self.edit(character)
        self.journal.remove(self._present[character.room], character.id)
        character.room = room_id
        self._stand(character)

    def add_character(self, character: Character, items: Iterable[Item] = ()) -> Character:
        """Add a character to memory, with its items; unless it is away, it stands in its room."""
        self.journal.put(self.characters, character.id, character)
        if not character.away:
            self._stand(character)
        if character.mob is not None:
            self._count(f"mob:{character.mob}", 1)
        else:
            self.journal.put(self._players, character.name.casefold(), character.id)
        for item in sorted(items, key=lambda item: item.arrived):
            self.add_item(item)
        self.journal.touch("characters", character.id)
        return character

    def leave(self, character: Character) -> None:
        """A player's character leaves the world. It stays in memory until a flush has written it (`forget`)."""
        fights.end(self, character)
        self.edit(character)
        character.away = True
        self.journal.remove(self._present[character.room], character.id)

    def enter(self, character: Character) -> None:
        """Bring a player's character that is in memory, but away, back into its room."""
        self.edit(character)
        character.away = False
        self._stand(character)

    def forget(self, character: Character) -> None:
        """Drop an away character and its items from memory; the database has them. Outside of events; not undoable."""
        for item in reversed(list(self.all_inside(character.owner_key))):  # a bag's contents before the bag
            del self.items[item.id]
            list.remove(self._held[item.owner], item.id)
            self._held.pop(item.owner_key, None)
            self._kinds[f"item:{item.kind}"] -= 1
        self._held.pop(character.owner_key, None)
        del self.characters[character.id], self._players[character.name.casefold()]
        self.journal.version += 1

    def forget_account(self, key: str) -> None:
        """Drop an account from memory; the database has it. Outside of events; not undoable."""
        del self.accounts[key]
        self.journal.version += 1

    def remove_mob(self, mob: Character) -> None:
        """Remove a mob for good, with all it holds. Its gold must have been moved before."""
        fights.end(self, mob)
        for item in self.held(mob.owner_key):
            self.remove_item(item)
        self.journal.drop(self.characters, mob.id)
        self.journal.remove(self._present[mob.room], mob.id)
        self._count(f"mob:{mob.mob}", -1)
        self.journal.touch("characters", mob.id)

    def _stand(self, character: Character) -> None:
        """Put a character into its room, after all who are there."""
        self.journal.edit(character).arrived = self._next_arrival()
        self.journal.append(self._present.setdefault(character.room, ReadOnlyList()), character.id)

    def _next_arrival(self) -> int:
        """A number greater than all before it."""
        self.journal.assign(self, "arrivals", self.arrivals + 1)
        return self.arrivals

    def _count(self, key: str, by: int) -> None:
        self.journal.put(self._kinds, key, self._kinds.get(key, 0) + by)

    def _index(self, state: WorldState) -> None:
        """Index all living things at once: a start waits for this, and there may be many thousands of them."""
        present: dict[str, list[str]] = {}
        held: dict[str, list[str]] = {}
        for character in state.characters:
            id_, mob = character.id, character.mob
            self.characters[id_] = character
            if not character.away:
                present.setdefault(character.room, []).append(id_)
            if mob is None:
                self._players[character.name.casefold()] = id_
        for item in state.items:
            self.items[item.id] = item
            held.setdefault(item.owner, []).append(item.id)
        self._present.update(_sorted(present, self.characters))
        self._held.update(_sorted(held, self.items))
        mobs = Counter(character.mob for character in state.characters if character.mob is not None)
        self._kinds.update((f"mob:{kind}", count) for kind, count in mobs.items())
        items = Counter(item.kind for item in state.items)
        self._kinds.update((f"item:{kind}", count) for kind, count in items.items())


def _sorted(
    places: dict[str, list[str]], things: Mapping[str, Character | Item]
) -> Iterator[tuple[str, ReadOnlyList[str]]]:
    """Each place by arrival. The order is part of the state: `2.guard` must be the same guard tomorrow."""
    for place, ids in places.items():
        if len(ids) > 1:
            ids.sort(key=lambda id_: things[id_].arrived)
        yield place, ReadOnlyList(ids)


__all__ = ["World", "WorldState", "room_key"]
