"""The living world: characters, items, doors. Values that change while the game runs, and nothing else.

Each thing's place is stored once: a character's `room`, an item's `owner`. The reverse (who is in a room, what a
chest holds) is an index that `mud.core.world.world` derives and keeps up to date.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from mud.core.guard import Guarded, guards

Role = Literal["player", "builder", "admin", "owner"]
ROLES: tuple[Role, ...] = ("player", "builder", "admin", "owner")

Position = Literal["dead", "sleeping", "resting", "sitting", "fighting", "standing"]


#: How a module should write a change to fields that belong to the game.
_NOTHING = "nothing: it is the game's own"


class Account(Guarded, kw_only=True):
    """Who may log in. `password` is an argon2id hash in its own text form."""

    name: str
    password: str
    role: Role = "player"
    character: str | None = None
    created: float  # wall clock, seconds

    changed_by: ClassVar[dict[str, str]] = dict.fromkeys(("name", "password", "role", "character", "created"), _NOTHING)


@guards("settings", "aliases", "effects", "notes", "noted", "ready", "remembers", "drafts")
class Character(Guarded, kw_only=True, omit_defaults=True):
    """A player's character, or a mob. A mob names its definition, which supplies what the mob itself leaves unset."""

    id: str
    name: str
    room: str
    arrived: int = 0  # when it arrived in its room, as an ever-growing number: it orders the characters in a room
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
    afk: str | None = None  # away from the keyboard, with this message
    frozen: str | None = None  # may only look, ask for help and quit; the reason
    ignores: tuple[str, ...] = ()  # the names of players whom it does not hear
    settings: dict[str, str] = {}
    aliases: dict[str, str] = {}  # the player's own commands: the commands that each stands for
    # The body. A `max_hp` of 0 means not yet set (mud.play.bodies): the character is older than fighting in the game.
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
    armour: int = 100  # 100 is no armour at all, -100 the best there is
    hitroll: int = 0
    damroll: int = 0
    wimpy: int = 0  # it flees when its hp fall below this
    alignment: int = 0  # from -1000, evil, to 1000, good
    fighting: str | None = None  # a character's id; only mud.core.world.fights changes it
    effects: dict[str, dict[str, int]] = {}  # module: figure ("strength") or state ("blind"), by how much
    notes: dict[str, bytes] = {}  # module: its note about this character, encoded (MessagePack)
    noted: dict[str, int] = {}  # module: the schema of its note, where that is not 1
    ready: dict[str, float] = {}  # spell: the game clock when it can be cast again
    remembers: list[str] = []  # ids of the players against whom a mob with a memory bears a grudge
    # Dialogs with a half-written text, encoded, so that a dialog that can't be decoded leaves the character readable.
    draft: bytes = b""  # the dialog that its player is in now
    drafts: list[bytes] = []  # dialogs that a lost link or the like interrupted, oldest first

    changed_by: ClassVar[dict[str, str]] = {
        **dict.fromkeys(("id", "name", "mob", "account", "area", "created", "played", "entered", "seen"), _NOTHING),
        **dict.fromkeys(("link_dead", "away", "arrived", "draft", "drafts"), _NOTHING),
        "room": "ctx.move(character, room)",
        "fighting": "ctx.hurt(character, amount, by)",
        "effects": "ctx.affect(character, {...})",
        **dict.fromkeys(("notes", "noted"), "ctx.note(character, Struct(...))"),
    }

    @property
    def owner_key(self) -> str:
        """The owner key of its items, which is also its purse in the ledger."""
        return purse_key(self.id)


@guards("values")
class Item(Guarded, kw_only=True, omit_defaults=True):
    """One item. Fields that are None or missing are as in its definition `kind`.

    `owner` is always exactly one of "room:ID", "char:ID", "item:ID" (inside it) or "escrow:...".
    """

    id: str
    kind: str  # definition id
    owner: str
    arrived: int = 0  # when its owner got it, as an ever-growing number: it orders what an owner holds
    slot: str | None = None  # where it is worn
    short: str | None = None
    long: str | None = None
    keywords: tuple[str, ...] | None = None
    values: dict[str, int | str] = {}  # only values that differ from the definition's
    state: Literal["open", "closed", "locked"] | None = None  # a container's lid

    changed_by: ClassVar[dict[str, str]] = {
        **dict.fromkeys(("id", "kind", "arrived"), _NOTHING),
        **dict.fromkeys(("owner", "slot"), "ctx.move_item(item, owner_key)"),
    }

    @property
    def owner_key(self) -> str:
        """The owner key of its contents, and, for a heap of coins, its account in the ledger."""
        return f"item:{self.id}"


def purse_key(character: str) -> str:
    """The owner key of a character's items and its purse in the ledger, also while it is away."""
    return f"char:{character}"


def room_key(room: str) -> str:
    """The owner key of items on the ground of `room`."""
    return f"room:{room}"
