"""The world in memory: definitions, what lives in them, and the only ways to change where things are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from mud.core.journal import Journal
from mud.core.ledger import Ledger
from mud.core.text.markup import tag
from mud.core.timers import PendingTimer, Timers
from mud.core.world import fights
from mud.core.world.area import CORPSE, DoorState, ExitDef, ItemDef, MobDef, RoomDef, WorldDef
from mud.core.world.bans import Ban, Bans
from mud.core.world.model import Account, Character, Item, room_key
from mud.core.world.word_index import WordIndex
from mud.core.writes import Writes

#: Nothing holds more levels of containers in containers than this.
MAX_DEPTH = 8

LIMBO = RoomDef(id="", name="Nowhere", description="There is nothing here yet.")


class WorldState(Struct, kw_only=True):
    """Everything about the living world that a snapshot carries."""

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


class World:
    """Definitions and the living state over them. Every change goes through the journal."""

    def __init__(self, defs: WorldDef, state: WorldState | None = None) -> None:
        state = state or WorldState()
        self.defs = defs
        self.journal = Journal()
        self.ledger = Ledger(self.journal, state.balances, state.ledger_seq)
        self.timers = Timers(self.journal, state.timers, state.timer_serial)
        self.writes = Writes(self.journal, state.writes_serial)
        self.bans = Bans(self.journal, state.bans)
        self.accounts: dict[str, Account] = {}  # of who is in the world, by casefolded name
        self.characters: dict[str, Character] = {}
        self.items: dict[str, Item] = {}
        self.doors: dict[str, DoorState] = dict(state.doors)
        self.serial = state.serial
        self.arrivals = state.arrivals  # how often anything has come to where it is
        self.words = WordIndex()
        self._held: dict[str, list[str]] = {}  # owner: item ids, oldest first
        self._present: dict[str, list[str]] = {}  # room: character ids, in the order of their coming
        self._kinds: dict[str, int] = {}  # "mob:ID" or "item:ID": how many there are
        self._players: dict[str, str] = {}  # casefolded name: character id
        self._index(state)

    def state(self, game_time: float) -> WorldState:
        """All of the living state, for a snapshot. Not a copy."""
        return WorldState(
            characters=list(self.characters.values()),
            items=list(self.items.values()),
            doors=self.doors,
            balances=self.ledger.balances,
            ledger_seq=self.ledger.seq,
            timers=list(self.timers.pending.values()),
            timer_serial=self.timers.serial,
            serial=self.serial,
            arrivals=self.arrivals,
            writes_serial=self.writes.serial,
            bans=self.bans.all(),
            game_time=game_time,
        )

    # Looking

    def room(self, room_id: str) -> RoomDef:
        """The room, or a place called Nowhere when its area is gone."""
        return self.defs.rooms.get(room_id, LIMBO)

    def item_def(self, item: Item) -> ItemDef:
        """An item's definition, or a stand-in when its area is gone."""
        found = self.defs.items.get(item.kind) or (CORPSE if item.kind == CORPSE.id else None)
        return found or ItemDef(id=item.kind, keywords=("relic",), short="a relic of another age", wear=("take",))

    def mob_def(self, character: Character) -> MobDef | None:
        """A mob's definition; None for players, and for mobs whose area is gone."""
        return self.defs.mobs.get(character.mob) if character.mob is not None else None

    def called(self, character: Character) -> str:
        """A character in a sentence: "Ada", "a fishwife"."""
        mob = self.mob_def(character)
        return tag("mob", mob.short) if mob is not None else tag("player", character.name)

    def keywords(self, character: Character) -> tuple[str, ...]:
        """The words a character answers to."""
        mob = self.mob_def(character)
        return mob.keywords if mob is not None else (character.name,)

    def present(self, room_id: str) -> list[Character]:
        """Who is in a room, in the order of their coming."""
        return [self.characters[c] for c in self._present.get(room_id, ())]

    def awake(self, room_id: str) -> list[Character]:
        """Who is in a room and hears and sees."""
        return [c for c in self.present(room_id) if c.position != "sleeping"]

    def held(self, owner_key: str) -> list[Item]:
        """What an owner holds, the latest first, as people expect of "get sword"."""
        return [self.items[i] for i in reversed(self._held.get(owner_key, ()))]

    def carried(self, character: Character) -> list[Item]:
        """What a character carries and does not wear."""
        return [i for i in self.held(character.owner_key) if i.slot is None]

    def worn(self, character: Character) -> list[Item]:
        """What a character wears or wields."""
        return [i for i in self.held(character.owner_key) if i.slot is not None]

    def places(self) -> set[str]:
        """Every room with somebody or something in it, whether there is such a room or not."""
        grounds = {owner.removeprefix("room:") for owner in self.owners("room:")}
        return grounds | {room for room, present in self._present.items() if present}

    def kinds_alive(self) -> list[tuple[str, str]]:
        """Every kind that there is something of: ("mob", ID) or ("item", ID)."""
        return [(what, kind) for key, count in self._kinds.items() if count for what, _, kind in (key.partition(":"),)]

    def count(self, what: str, kind: str) -> int:
        """How many there are of a kind; `what` is "mob" or "item"."""
        return self._kinds.get(f"{what}:{kind}", 0)

    def player(self, name: str) -> Character | None:
        """The player's character of that name, if it is in the world."""
        found = self.known(name)
        return found if found is not None and not found.away else None

    def known(self, name: str) -> Character | None:
        """The player's character of that name, if it is in memory: in the world, or away and not yet forgotten."""
        found = self._players.get(name.casefold())
        return self.characters[found] if found else None

    def players(self) -> list[Character]:
        """All players' characters in the world."""
        known = (self.characters[c] for c in self._players.values())
        return [c for c in known if not c.away]

    def away(self) -> list[Character]:
        """Players' characters that are in memory only until they are written."""
        return [c for c in map(self.characters.__getitem__, self._players.values()) if c.away]

    def owners(self, prefix: str = "") -> list[str]:
        """Every owner of something whose key begins so."""
        return [owner for owner, held in self._held.items() if held and owner.startswith(prefix)]

    def all_inside(self, owner_key: str) -> Iterator[Item]:
        """Everything an owner holds, and what that holds, and so on."""
        for item in self.held(owner_key):
            yield item
            yield from self.all_inside(item.owner_key)

    def weight(self, item: Item) -> int:
        """An item's weight with all that is in it."""
        return self.item_def(item).weight + sum(self.weight(i) for i in self.held(item.owner_key))

    def value(self, item: Item, name: str) -> int | str | None:
        """One of an item's values: its own, else its definition's."""
        if name in item.values:
            return item.values[name]
        return self.item_def(item).values.get(name)

    # Doors

    def exit(self, room_id: str, direction: str) -> ExitDef | None:
        """The way out of a room in a direction."""
        return self.room(room_id).exits.get(direction)

    def door_state(self, room_id: str, direction: str) -> DoorState:
        """How a door stands now; "open" where there is none."""
        way = self.exit(room_id, direction)
        if way is None or not way.door:
            return "open"
        return self.doors.get(f"{room_id} {direction}", way.state)

    def set_door(self, room_id: str, direction: str, state: DoorState) -> None:
        """Set one side of a door."""
        key = f"{room_id} {direction}"
        self.journal.put(self.doors, key, state)
        self.journal.touch("doors", key)

    def forget_door(self, key: str) -> None:
        """A key of `doors` ("ROOM DIRECTION") names no door any more."""
        self.journal.drop(self.doors, key)
        self.journal.touch("doors", key)

    # Changing

    def redefine(self, defs: WorldDef) -> None:
        """Other definitions from now on. Whoever and whatever is in a room that they lack is still there."""
        self.journal.put(vars(self), "defs", defs)

    def new_id(self, prefix: str) -> str:
        """An id that nothing has ever had. Not undone by a rollback: a gap harms nobody."""
        self.serial += 1
        return f"{prefix}{self.serial}"

    def edit(self, thing: Character | Item | Account) -> None:
        """Say that `thing` is about to be changed by this event, so that it is undone or flushed whole."""
        self.journal.edit(thing)
        if isinstance(thing, Item):
            self.journal.touch("items", thing.id)
        elif isinstance(thing, Character):
            self.journal.touch("characters", thing.id)
        else:
            self.journal.touch("accounts", thing.name.casefold())

    def move_item(self, item: Item, owner_key: str, slot: str | None = None) -> None:
        """Give an item to another owner. Raises ValueError when it would end up inside itself."""
        if owner_key in {item.owner_key, *(i.owner_key for i in self.all_inside(item.owner_key))}:
            raise ValueError(f"{item.id} can't be inside itself")
        self.edit(item)
        if item.owner != owner_key:
            self.journal.remove(self._held[item.owner], item.id)
            self.journal.append(self._held.setdefault(owner_key, []), item.id)
            item.arrived = self._next_arrival()
        item.owner, item.slot = owner_key, slot

    def add_item(self, item: Item) -> Item:
        """An item enters the world: a new one, or one that came with its owner and knows when it was got."""
        item.arrived = item.arrived or self._next_arrival()
        self.journal.put(self.items, item.id, item)
        self.journal.append(self._held.setdefault(item.owner, []), item.id)
        self._count(f"item:{item.kind}", 1)
        self.journal.touch("items", item.id)
        return item

    def remove_item(self, item: Item) -> None:
        """An item leaves the world for good, with everything in it. Its gold must be gone before."""
        for inside in self.held(item.owner_key):
            self.remove_item(inside)
        self.journal.drop(self.items, item.id)
        self.journal.remove(self._held[item.owner], item.id)
        self._count(f"item:{item.kind}", -1)
        self.journal.touch("items", item.id)

    def move_character(self, character: Character, room_id: str) -> None:
        """Put a character into a room. Its fight ends unless it is the room that it is in."""
        if room_id != character.room:
            fights.end(self, character)
        self.edit(character)
        self.journal.remove(self._present[character.room], character.id)
        character.room = room_id
        self._stand(character)

    def add_character(self, character: Character, items: Iterable[Item] = ()) -> Character:
        """A character enters memory, with what it holds, and unless it is away stands in its room."""
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
        """A player's character that is in memory, but away, comes back into its room."""
        self.edit(character)
        character.away = False
        self._stand(character)

    def forget(self, character: Character) -> None:
        """Drop an away character and its items from memory; the database has them. Not an event, not undoable."""
        for item in reversed(list(self.all_inside(character.owner_key))):  # what is in a bag before the bag
            del self.items[item.id]
            self._held[item.owner].remove(item.id)
            self._held.pop(item.owner_key, None)
            self._kinds[f"item:{item.kind}"] -= 1
        self._held.pop(character.owner_key, None)
        del self.characters[character.id], self._players[character.name.casefold()]

    def remove_mob(self, mob: Character) -> None:
        """A mob and all it holds are no more. Its gold must be gone before."""
        fights.end(self, mob)
        for item in self.held(mob.owner_key):
            self.remove_item(item)
        self.journal.drop(self.characters, mob.id)
        self.journal.remove(self._present[mob.room], mob.id)
        self._count(f"mob:{mob.mob}", -1)
        self.journal.touch("characters", mob.id)

    def _stand(self, character: Character) -> None:
        """A character comes into its room, as the last of those who are there."""
        character.arrived = self._next_arrival()
        self.journal.append(self._present.setdefault(character.room, []), character.id)

    def _next_arrival(self) -> int:
        """A number that is greater than any before."""
        self.journal.put(vars(self), "arrivals", self.arrivals + 1)
        return self.arrivals

    def _count(self, key: str, by: int) -> None:
        self.journal.put(self._kinds, key, self._kinds.get(key, 0) + by)

    def _index(self, state: WorldState) -> None:
        """Take in all that lives, in one go: a start waits for it, and there may be many thousands."""
        for character in state.characters:
            id_, mob = character.id, character.mob
            self.characters[id_] = character
            if not character.away:
                self._present.setdefault(character.room, []).append(id_)
            if mob is None:
                self._players[character.name.casefold()] = id_
        for item in state.items:
            self.items[item.id] = item
            self._held.setdefault(item.owner, []).append(item.id)
        _sort(self._present, self.characters)
        _sort(self._held, self.items)
        mobs = Counter(character.mob for character in state.characters if character.mob is not None)
        self._kinds.update((f"mob:{kind}", count) for kind, count in mobs.items())
        items = Counter(item.kind for item in state.items)
        self._kinds.update((f"item:{kind}", count) for kind, count in items.items())


def _sort(places: dict[str, list[str]], things: Mapping[str, Character | Item]) -> None:
    """Put what is in each place into the order of its coming. Order is state: `2.guard` is the same guard tomorrow."""
    for ids in places.values():
        if len(ids) > 1:
            ids.sort(key=lambda id_: things[id_].arrived)


__all__ = ["World", "WorldState", "room_key"]
