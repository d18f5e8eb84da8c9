"""Signals tell modules what happened in the game; requests ask a module to do something.

Modules declare their own beside these. A signal's tag is "MODULE.WHAT", a request's "SERVICE.METHOD".
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from mud.core.declaration import Based


class Signal(Struct, tag_field="signal", metaclass=Based):
    """Base of what modules are told. The tag is "MODULE.WHAT".

    A listener declares a class of its own with the same tag and those fields that it needs.
    """


class Request(Struct, tag_field="request", metaclass=Based):
    """Base of what a module can be asked to do. The tag is "SERVICE.METHOD"."""


class PlayerEntered(Signal, tag="game.player_entered"):
    """A player's character came into the world."""

    character: str


class PlayerLeft(Signal, tag="game.player_left"):
    """A player's character left the world: by `quit`, by being thrown out, or after too long without a connection."""

    character: str


class LinkLost(Signal, tag="game.link_lost"):
    """A player's character lost its connection. It is still in the world, for a while."""

    character: str


class LinkBack(Signal, tag="game.link_back"):
    """A player reconnected to a character that had lost its connection. (For one that was away: PlayerEntered.)"""

    character: str


class InService(Signal, tag="game.in_service"):
    """Sent to one module as soon as it is in service: after each start, reload, restart, resume and copyover.

    It was not told of signals that were sent while it was out of service. After `module import` its notes and its state
    may be another server's, or old: the game's clock here is so many seconds `ahead` of what it was there, and times
    in them have to be moved by as much. (Its timers are moved already.)
    """

    ahead: float = 0.0


class ToldAway(Signal, tag="game.told_away"):
    """A player told something to one who can't hear it: away, or link-dead. Unless a module listens, it is lost."""

    sender: str
    character: str
    text: str


class Moved(Signal, tag="game.moved"):
    """A character went from room to room. `direction` is the way it walked, "" when it was put there by other means."""

    character: str
    origin: str
    room: str
    direction: str = ""


class Died(Signal, tag="game.died"):
    """A character died. A mob no longer exists by now; a player wakes elsewhere. `by` is the killer, "" for none."""

    character: str
    by: str
    room: str


class Attacked(Signal, tag="game.attacked"):
    """A character attacked another: by a command, a harmful spell, or a mob by itself."""

    character: str
    victim: str


class LookedAt(Signal, tag="game.looked_at"):
    """A player looked at an item in reach, and was shown its description."""

    character: str
    item: str


class Worn(Signal, tag="game.worn"):
    """A character put something on, at `slot`; or took it off, with `slot` "".

    Of the items that a zone's reset puts on mobs, only those with `affects` are reported.
    """

    character: str
    item: str
    slot: str


class Companions(Request, tag="game.companions"):
    """Asked of the module that has groups: the ids of all who share a character's winnings, itself first."""

    character: str


class Answered(Signal, tag="game.answered"):
    """The result of `ctx.ask` or `ctx.query`: `value`, or else `error`. `about` is the label that the asker gave."""

    about: str
    value: Any = None
    error: str = ""


class WriteFailed(Signal, tag="game.write_failed"):
    """The database refused a whole write block of this module, after its handler had returned."""

    session: str
    error: str
