"""Signals: what happened in the game, told to modules; and requests, what a module can be asked.

Modules declare their own beside these. A signal's tag is "MODULE.WHAT", a request's "SERVICE.METHOD".
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct


class Signal(Struct, tag_field="signal"):
    """Base of what modules tell each other. The tag is "MODULE.WHAT".

    Who listens declares a class of its own with the same tag and the fields that it wants.
    """


class Request(Struct, tag_field="request"):
    """Base of what a module can be asked to do. The tag is "SERVICE.METHOD"."""


class PlayerEntered(Signal, tag="game.player_entered"):
    """A player's character came into the world."""

    character: str


class PlayerLeft(Signal, tag="game.player_left"):
    """A player's character left the world: by `quit`, thrown out, or after its time without a connection."""

    character: str


class LinkLost(Signal, tag="game.link_lost"):
    """A player's character lost its connection. It is still in the world, for a while."""

    character: str


class LinkBack(Signal, tag="game.link_back"):
    """A player whose character had lost its connection is back at it. (Who was away comes by PlayerEntered.)"""

    character: str


class InService(Signal, tag="game.in_service"):
    """Told to a module alone, as soon as it is in service: after each start, reload, restart, resume and copyover.

    What went by meanwhile, it was not told.
    """


class ToldAway(Signal, tag="game.told_away"):
    """A player told something to one who can't hear it: away, or link-dead. Without a listener it is lost."""

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
    """A character died: a mob is gone for good by now, a player wakes elsewhere. `by` is the killer, "" for none."""

    character: str
    by: str
    room: str


class Attacked(Signal, tag="game.attacked"):
    """A character turned on another to fight it: by a command, a spell that hurts, or of a mob's own accord."""

    character: str
    victim: str


class LookedAt(Signal, tag="game.looked_at"):
    """A player looked at an item that is here, and was told what it looks like."""

    character: str
    item: str


class Worn(Signal, tag="game.worn"):
    """A character put something on, at `slot`; or took it off, with `slot` "".

    Of what a zone's reset puts on mobs, only things with `affects` are told.
    """

    character: str
    item: str
    slot: str


class Companions(Request, tag="game.companions"):
    """Asked of the module that has groups: the ids of all who share with a character what it wins, itself first."""

    character: str


class Answered(Signal, tag="game.answered"):
    """What came of `ctx.ask` or `ctx.query`: `value`, or `error` and no value. `about` is what the asker called it."""

    about: str
    value: Any = None
    error: str = ""


class WriteFailed(Signal, tag="game.write_failed"):
    """A database session of this module was refused as a whole, after its handler had returned."""

    session: str
    error: str
