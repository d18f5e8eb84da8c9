"""What a module is: a value that declares everything, with a default for all that is optional.

Nothing in here does anything. What a declaration means is in `mud.framework`; authors import it from `mud.api`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Generic, Literal, TypeVar, cast

from msgspec import Struct

from mud.core.migration import Step
from mud.core.signals import Request, Signal
from mud.core.spells import Cast, SpellTarget
from mud.core.veto import Veto
from mud.core.world.model import Role
from mud.sdk.bases import Dialog, Permission, S, Settings, State, Timer
from mud.sdk.context import Context
from mud.sdk.work import Work

E = TypeVar("E", bound=Timer | Signal)
D = TypeVar("D", bound=Dialog)
R = TypeVar("R", bound=Request)


class Command(Struct, Generic[S], frozen=True):
    """A command. Its help page is `help`, else the handler's docstring; the first line says how it is written.

    One that `yields` gives way to those that don't where an abbreviation could mean both.
    """

    name: str
    handler: Callable[[Context[S], str], None]
    role: Role = "player"
    aliases: tuple[str, ...] = ()
    topic: str = ""
    help: str = ""
    yields: bool = False


class Spell(Struct, Generic[S], frozen=True):
    """A spell. Its page is `help`, else the handler's docstring, of which the first line is shown in lists.

    `number` is what area files of the Diku family call it; `cooldown` is game seconds. Things with magic in them may
    name it too: then its handler is given the thing's level.
    """

    name: str
    handler: Callable[[Context[S], Cast], None]
    target: SpellTarget = "friend"
    level: int = 1
    mana: int = 10
    cooldown: float = 0.0
    number: int = 0
    help: str = ""


class SignalListener(Struct, Generic[S], frozen=True):
    """Who is told when a timer of this module falls due, or a signal is given: see `On`."""

    kind: type[Any]
    handler: Callable[[Context[S], Any], None]


def On(kind: type[E], handler: Callable[[Context[S], E], None]) -> SignalListener[S]:
    """`handler` is told when a timer of this kind falls due, or such a signal is given.

    A function, so that a type checker compares the two: in a list of Structs it would let any pair pass.
    """
    return SignalListener(kind, handler)


class Talker(Struct, Generic[S], frozen=True):
    """Who leads a conversation: see `Talk`."""

    kind: type[Any]
    ask: Callable[[Context[S], Any], str]
    answer: Callable[[Context[S], Any, str], None]


def Talk(kind: type[D], ask: Callable[[Context[S], D], str], answer: Callable[[Context[S], D, str], None]) -> Talker[S]:
    """A conversation: `ask` gives the prompt, `answer` takes a line."""
    return Talker(kind, ask, answer)


class Answerer(Struct, Generic[S], frozen=True):
    """Who answers a request: see `Method`. `reply` is the type of what it gives."""

    kind: type[Any]
    handler: Callable[..., Any]
    reply: Any = None


def Method(
    kind: type[R],
    handler: Callable[[Context[S], R], Any] | Callable[[Work, R], Awaitable[Any]],
    reply: Any = None,
) -> Answerer[S]:
    """What other modules may ask of this one. A handler that is `async` is given Work instead of a context."""
    return Answerer(kind, handler, reply)


class Endpoint(Struct, Generic[S], frozen=True, kw_only=True):
    """A place under /api/v1/MODULE, with the types of what it takes and gives (S4.6)."""

    path: str
    handler: Callable[[Context[S], Any], Any]
    verb: Literal["GET", "POST", "PUT", "DELETE"] = "GET"
    request: type[Struct] | None = None
    reply: Any = None
    help: str = ""


Hook = Callable[[Work], Awaitable[None] | None]


class Job(Struct, frozen=True):
    """Work in the background, begun when the module starts, ended and begun anew by a copyover. Holds no state."""

    name: str
    run: Callable[[Work], Awaitable[None]]


class HealthCheck(Struct, frozen=True):
    """Looks whether all is well every so many seconds; it is not when `check` raises, with what it says."""

    name: str
    check: Hook
    seconds: float = 30.0


class Database(Struct, frozen=True):
    """Tables of a module's own, each called MODULE_something. Step n, SQL statements, leads to schema n."""

    steps: tuple[tuple[str, ...], ...]


class Module(Struct, Generic[S], kw_only=True, frozen=True):
    """A module (S2.1). Its name and version must be said; all else has a default.

    `requires` names services that must be there before it starts, a "?" behind one makes it optional; among equals the
    one with the lower `priority` starts first. `provides` are the services it is known by besides its name.
    `emits` are the kinds of signals it gives.
    """

    name: str
    version: str
    state: type[S] = cast(Any, State)
    state_version: int = 1
    steps: tuple[Step, ...] = ()
    optional: frozenset[str] = frozenset()
    description: str = ""
    author: str = ""
    settings: type[Settings] = Settings
    permissions: tuple[Permission, ...] = ()
    requires: tuple[str, ...] = ()
    provides: tuple[str, ...] = ()
    priority: int = 100
    commands: list[Command[S]] = []
    spells: list[Spell[S]] = []
    on: list[SignalListener[S]] = []
    talks: list[Talker[S]] = []
    methods: list[Answerer[S]] = []
    api_version: str = "1.0"
    emits: tuple[type[Signal], ...] = ()
    endpoints: list[Endpoint[S]] = []
    database: Database | None = None
    jobs: tuple[Job, ...] = ()
    health: tuple[HealthCheck, ...] = ()
    initialize: Hook | None = None
    start: Hook | None = None
    stop: Hook | None = None
    pause: Hook | None = None
    resume: Hook | None = None
    shutdown: Hook | None = None
    veto: Callable[[Context[S]], Veto | None] | None = None
    prepare: Callable[[Context[S]], None] | None = None
    cleanup: Callable[[Context[S]], None] | None = None
    save_state: Callable[[Context[S]], S] | None = None
    restore_state: Callable[[Context[S], S], S] | None = None


class Figures(Struct):
    """What a module has cost so far: calls of its handlers, those that failed, seconds spent in them (S2.8)."""

    calls: int = 0
    errors: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    last_error: str = ""
