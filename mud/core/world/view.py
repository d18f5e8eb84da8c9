"""The world, read-only: definitions, who and what is where, doors and gold. It is what modules are given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NoReturn

from mud.core.ledger import Balances
from mud.core.text.markup import tag
from mud.core.world.area import CORPSE, DoorState, ExitDef, ItemDef, MobDef, RoomDef, WorldDef
from mud.core.world.model import Character, Item

#: Attributes that a module's author may look for here in vain, and what to write instead.
INSTEAD = {
    "edit": "ctx.change(thing, field=value)",
    "move_item": "ctx.move_item(item, owner_key), or ctx.hold and ctx.release for escrow",
    "add_item": "ctx.make_item(kind, owner_key)",
    "remove_item": "ctx.destroy(item)",
    "move_character": "ctx.move(character, room)",
    "set_door": "ctx.set_door(room, direction, state)",
    "new_id": "a number of the module's own, in ctx.state",
    "timers": "ctx.set_timer(seconds, Kind()), ctx.pending(Kind), ctx.cancel(Kind or what ctx.set_timer gave)",
    "accounts": 'ctx.account(character), with permissions=("user_data",), or ctx.role(character)',
    "transfer": "ctx.pay(debit, credit, amount, reason)",
    "writes": 'with ctx.database("name") as db',
}
NOTHING = "docs/modules.md says what it has"

LIMBO = RoomDef(id="", name="Nowhere", description="There is nothing here yet.")


class WorldView:
    """Everything about the world that can be read. `World` adds what changes it."""

    __slots__ = ()

    defs: WorldDef
    ledger: Balances
    characters: Mapping[str, Character]
    items: Mapping[str, Item]
    doors: Mapping[str, DoorState]
    _held: Mapping[str, Sequence[str]]  # owner: item ids, oldest first
    _present: Mapping[str, Sequence[str]]  # room: character ids
    _kinds: Mapping[str, int]  # "mob:ID" or "item:ID": how many there are
    _players: Mapping[str, str]  # casefolded name: character id

    def __getattr__(self, name: str) -> NoReturn:
        instead = f"write {INSTEAD[name]}" if name in INSTEAD else NOTHING
        raise AttributeError(f"ctx.world has no {name!r}: {instead}")

    def room(self, room_id: str) -> RoomDef:
        """A room, or a placeholder called Nowhere when its area is gone."""
        return self.defs.rooms.get(room_id, LIMBO)

    def item_def(self, item: Item) -> ItemDef:
        """An item's definition, or a placeholder when its area is gone."""
        found = self.defs.items.get(item.kind) or (CORPSE if item.kind == CORPSE.id else None)
        return found or ItemDef(id=item.kind, keywords=("relic",), short="a relic of another age", wear=("take",))

    def mob_def(self, character: Character) -> MobDef | None:
        """A mob's definition; None for players, and for mobs whose area is gone."""
        return self.defs.mobs.get(character.mob) if character.mob is not None else None

    def called(self, character: Character) -> str:
        """A character's name in a sentence: "Ada", "a fishwife"."""
        mob = self.mob_def(character)
        return tag("mob", mob.short) if mob is not None else tag("player", character.name)

    def keywords(self, character: Character) -> tuple[str, ...]:
        """The words a character answers to."""
        mob = self.mob_def(character)
        return mob.keywords if mob is not None else (character.name,)

    def present(self, room_id: str) -> list[Character]:
        """Who is in a room, in order of arrival."""
        return [self.characters[c] for c in self._present.get(room_id, ())]

    def awake(self, room_id: str) -> list[Character]:
        """Who is in a room and awake."""
        return [c for c in self.present(room_id) if c.position != "sleeping"]

    def held(self, owner_key: str) -> list[Item]:
        """What an owner holds, the latest first, as players expect of "get sword"."""
        return [self.items[i] for i in reversed(self._held.get(owner_key, ()))]

    def carried(self, character: Character) -> list[Item]:
        """What a character carries and does not wear."""
        return [i for i in self.held(character.owner_key) if i.slot is None]

    def worn(self, character: Character) -> list[Item]:
        """What a character wears or wields."""
        return [i for i in self.held(character.owner_key) if i.slot is not None]

    def places(self) -> set[str]:
        """The key of every room with somebody or something in it, even if the room no longer exists."""
        grounds = {owner.removeprefix("room:") for owner in self.owners("room:")}
        return grounds | {room for room, present in self._present.items() if present}

    def kinds_alive(self) -> list[tuple[str, str]]:
        """Every kind of which at least one exists: ("mob", ID) or ("item", ID)."""
        return [(what, kind) for key, count in self._kinds.items() if count for what, _, kind in (key.partition(":"),)]

    def count(self, what: str, kind: str) -> int:
        """How many of a kind exist; `what` is "mob" or "item"."""
        return self._kinds.get(f"{what}:{kind}", 0)

    def player(self, name: str) -> Character | None:
        """The player's character of that name, if it is in the world."""
        found = self.known(name)
        return found if found is not None and not found.away else None

    def known(self, name: str) -> Character | None:
        """The player's character with that name, if it is in memory: in the world, or away and not yet written."""
        found = self._players.get(name.casefold())
        return self.characters[found] if found else None

    def players(self) -> list[Character]:
        """All players' characters in the world."""
        known = (self.characters[c] for c in self._players.values())
        return [c for c in known if not c.away]

    def away(self) -> list[Character]:
        """Players' characters that have left the world and are in memory only until they are written."""
        return [c for c in map(self.characters.__getitem__, self._players.values()) if c.away]

    def owners(self, prefix: str = "") -> list[str]:
        """Every owner key that begins with `prefix` and holds something."""
        return [owner for owner, held in self._held.items() if held and owner.startswith(prefix)]

    def all_inside(self, owner_key: str) -> Iterator[Item]:
        """Everything an owner holds, at any depth."""
        for item in self.held(owner_key):
            yield item
            yield from self.all_inside(item.owner_key)

    def weight(self, item: Item) -> int:
        """An item's weight with all that is in it."""
        return self.item_def(item).weight + sum(self.weight(i) for i in self.held(item.owner_key))

    def value(self, item: Item, name: str) -> int | str | None:
        """One of an item's values: its own, or else its definition's."""
        if name in item.values:
            return item.values[name]
        return self.item_def(item).values.get(name)

    def exit(self, room_id: str, direction: str) -> ExitDef | None:
        """The way out of a room in a direction."""
        return self.room(room_id).exits.get(direction)

    def door_state(self, room_id: str, direction: str) -> DoorState:
        """How a door stands now; "open" where there is none."""
        way = self.exit(room_id, direction)
        if way is None or not way.door:
            return "open"
        return self.doors.get(f"{room_id} {direction}", way.state)


class SeenWorld(WorldView):
    """A world as modules see it: nothing in it can be set, and its tables are read-only."""

    __slots__ = ("_held", "_kinds", "_players", "_present", "characters", "defs", "doors", "items", "ledger")

    def __init__(self, world: WorldView) -> None:
        put = object.__setattr__
        put(self, "defs", world.defs)
        put(self, "ledger", Balances(world.ledger.balances))
        for name in ("_held", "_kinds", "_players", "_present", "characters", "doors", "items"):
            put(self, name, MappingProxyType(getattr(world, name)))

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"ctx.world is read-only: {name!r} can't be set, {NOTHING}")
