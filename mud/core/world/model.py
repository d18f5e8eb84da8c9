"""The living world: characters, items, doors. Values that change while the game runs, and nothing else.

Where a thing is, is said in one place: a character's `room`, an item's `owner`. Everything the other way
round (who is in a room, what a chest holds) is an index that `mud.core.world.world` derives and keeps.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from mud.core.guard import Guarded, guards

Role = Literal["player", "builder", "admin", "owner"]
ROLES: tuple[Role, ...] = ("player", "builder", "admin", "owner")

Position = Literal["dead", "sleeping", "resting", "sitting", "fighting", "standing"]


#: What a module writes to change what is the game's own.
_NOTHING = "nothing: it is the game's own"


class Account(Guarded, kw_only=True):
    """Who may log in. `password` is an argon2id hash in its own text form."""

    name: str
    password: str
    role: Role = "player"
    character: str | None = None
    created: float  # wall clock, seconds

    changed_by: ClassVar[dict[str, str]] = dict.fromkeys(("name", "password", "role", "character", "created"), _NOTHING)


@guards("settings", "aliases", "effects", "notes", "ready", "remembers", "drafts")
class Character(Guarded, kw_only=True, omit_defaults=True):
    """A player's character, or a mob. A mob names its definition and takes from it what it does not say itself."""

    id: str
    name: str
    room: str
    arrived: int = 0  # when it came there, as a number that only grows: a room's people are in this order
    mob: str | None = None  # definition id
    account: str | None = None
    area: str | None = None  # a mob's home: the area whose reset made it
    title: str = ""
    description: str = ""
    pronouns: str = "they"
    position: str = "standing"
    level: int = 1
    created: float = 0.0  # wall clock, seconds
    played: float = 0.0  # game seconds in play before `entered`
    entered: float = 0.0  # game clock when it last entered the world
    link_dead: bool = False  # in the world without a connection
    away: bool = False  # not in the world: logged out
    seen: float = 0.0  # wall clock when it last left the world, 0 for never
    afk: str | None = None  # away from the keyboard, with these words
    frozen: str | None = None  # may only look, ask for help and quit, for this reason
    ignores: tuple[str, ...] = ()  # the names of those whom it does not hear
    settings: dict[str, str] = {}
    aliases: dict[str, str] = {}  # a word of the player's own: the commands it stands for
    # The body. A `max_hp` of 0 says that it was not measured yet (mud.play.bodies): from before there were fights.
    hp: int = 0
    max_hp: int = 0
    mana: int = 0
    max_mana: int = 0
    move: int = 0
    max_move: int = 0
    experience: int = 0
    strength: int = 13
    dexterity: int = 13
    constitution: int = 13
    intelligence: int = 13
    wisdom: int = 13
    charisma: int = 13
    armour: int = 100  # 100 is bare skin, -100 the best there is
    hitroll: int = 0
    damroll: int = 0
    wimpy: int = 0  # with fewer hp than this it flees
    alignment: int = 0  # from -1000, evil, to 1000, good
    fighting: str | None = None  # a character's id; changed by mud.core.world.fights alone
    effects: dict[str, dict[str, int]] = {}  # module: figure ("strength") or state ("blind"), by how much
    notes: dict[str, bytes] = {}  # module: what it has written down about this character, encoded (MessagePack)
    ready: dict[str, float] = {}  # spell: the game clock when it can be cast again
    remembers: list[str] = []  # ids of players that a mob with a memory bears a grudge
    # Conversations with something half written in them, encoded, so that none can keep a character from being read.
    draft: bytes = b""  # what its player is in the middle of now
    drafts: list[bytes] = []  # what was left by a lost link or the like, oldest first

    changed_by: ClassVar[dict[str, str]] = {
        **dict.fromkeys(("id", "name", "mob", "account", "area", "created", "played", "entered", "seen"), _NOTHING),
        **dict.fromkeys(("link_dead", "away", "arrived", "draft", "drafts"), _NOTHING),
        "room": "ctx.move(character, room)",
        "fighting": "ctx.hurt(character, amount, by)",
        "effects": "ctx.affect(character, {...})",
        "notes": "ctx.note(character, Struct(...))",
    }

    @property
    def owner_key(self) -> str:
        """What its items name as their owner, and its purse in the ledger."""
        return purse_key(self.id)


@guards("values")
class Item(Guarded, kw_only=True, omit_defaults=True):
    """One item. Whatever is None or missing here is as its definition `kind` says.

    `owner` is "room:ID", "char:ID", "item:ID" (inside it) or "escrow:...": exactly one, always.
    """

    id: str
    kind: str  # definition id
    owner: str
    arrived: int = 0  # when its owner got it, as a number that only grows: what somebody holds is in this order
    slot: str | None = None  # where it is worn
    short: str | None = None
    long: str | None = None
    keywords: tuple[str, ...] | None = None
    values: dict[str, int | str] = {}  # what differs from the definition's
    state: Literal["open", "closed", "locked"] | None = None  # a container's lid

    changed_by: ClassVar[dict[str, str]] = {
        **dict.fromkeys(("id", "kind", "arrived"), _NOTHING),
        **dict.fromkeys(("owner", "slot"), "ctx.move_item(item, owner_key)"),
    }

    @property
    def owner_key(self) -> str:
        """What its contents name as their owner, and its gold in the ledger if it is a heap of coins."""
        return f"item:{self.id}"


def purse_key(character: str) -> str:
    """What the items of a character of that id name as their owner, and its purse in the ledger, away or not."""
    return f"char:{character}"


def room_key(room: str) -> str:
    """What items on the ground of `room` name as their owner."""
    return f"room:{room}"
