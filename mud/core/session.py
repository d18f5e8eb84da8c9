"""A session: who is connected, what their screen can do, and what conversation they are in.

A session is data and outlives the program that made it. The socket is not part of it (mud.net has that).
"""

from __future__ import annotations

from msgspec import Struct

from mud.core.dialogs import AnyDialog


class Screen(Struct, frozen=True):
    """What to render for. `colours` is 0, 16 or 256; `charset` is "utf-8", "latin-1" or "ascii"."""

    width: int = 80
    colours: int = 0
    charset: str = "utf-8"


class Terminal(Struct, frozen=True):
    """What the client told about itself in telnet negotiation.

    `colours` 0 means unknown or none. `client` is the name it gave (TTYPE), "" when it gave none.
    `width` 0 means that the client never told it (NAWS).
    """

    width: int = 0
    height: int = 0
    colours: int = 0
    charset: str = "utf-8"
    client: str = ""
    screen_reader: bool = False


class SessionView(Struct, frozen=True):
    """What modules can see of a session. Times are wall-clock seconds."""

    id: int
    terminal: Terminal
    connected_at: float
    last_input: float


class Session(Struct, kw_only=True):
    """One connection's side of the game.

    `stack` holds dialogs (see mud.core.dialogs), the top one last. `account` and `character` are set after
    login; after a copyover only the database can confirm them (rule 7).
    """

    id: int
    address: str
    stack: list[AnyDialog]
    account: str | None = None
    character: str | None = None
    terminal: Terminal = Terminal()
    connected_at: float  # wall clock, seconds
    last_input: float  # wall clock, seconds
    failures: int = 0  # failed logins so far
    replies_to: str | None = None  # the name that `reply` answers
    queued: tuple[str, ...] = ()  # commands of an alias that are still to be run
    snoopers: tuple[str, ...] = ()  # ids of the characters that watch this session
    at_prompt: bool = False  # the last thing on the screen is a prompt
