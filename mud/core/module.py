"""What a module is: a value that declares everything, with a default for all that is optional.

Nothing in here does anything. What a declaration means is in `mud.framework`; authors import it from `mud.api`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, TypeVar, cast

from msgspec import Struct

from mud.core.clock import ClockName
from mud.core.model import Role
from mud.core.spells import Cast, Target

if TYPE_CHECKING:
    from mud.core.modulecontext import Context
    from mud.core.work import Work


class State(Struct, kw_only=True):
    """Base of a module's state: plain data, every field with a default (S0.9). Each field is a section of its snapshot.

    A field is a value that never changes (str, int, tuple, a frozen Struct ...), or one list, dict or set of those.
    """


class Settings(Struct, kw_only=True, forbid_unknown_fields=True):
    """Base of a module's settings. Bounds are written as `Annotated[int, Meta(ge=1, le=60)] = 5` (S2.4)."""


class Timer(Struct, tag_field="timer", tag=True):
    """Base of a module's timers, which live by the game's clock: it stands still while the server does.

    A kind is known by its class's name, or the `tag=` it gives itself.
    """

    clock: ClassVar[ClockName] = "game"


class WallTimer(Timer):
    """Base of timers that live by the clock on the wall, which never stands still."""

    clock: ClassVar[ClockName] = "wall"


class Dialog(Struct, tag_field="dialog", tag=True):
    """Base of a module's conversations: what a session is in the middle of, as data."""


class Signal(Struct, tag_field="signal"):
    """Base of what modules tell each other. The tag is "MODULE.WHAT".

    Who listens declares a class of its own with the same tag and the fields that it wants.
    """


class Request(Struct, tag_field="request"):
    """Base of what a module can be asked to do. The tag is "SERVICE.METHOD"."""


S = TypeVar("S", bound=State)
E = TypeVar("E", bound=Timer | Signal)
D = TypeVar("D", bound=Dialog)
R = TypeVar("R", bound=Request)

#: What a module may not do unless it says so and the operator grants it (S2.6).
Permission = Literal["database", "network", "external", "files", "admin", "user_data", "configuration"]


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


class Veto(Struct, frozen=True):
    """Why there should be no copyover now (S0.13). A hard one can't be passed."""

    reason: str
    hard: bool = False
    clears_in: float | None = None  # seconds

    @classmethod
    def soft(cls, reason: str, clears_in: float | None = None) -> Veto:
        """A warning, which `copyover force` passes."""
        return cls(reason, False, clears_in)

    @classmethod
    def firm(cls, reason: str, clears_in: float | None = None) -> Veto:
        """A hard veto: something would be broken."""
        return cls(reason, True, clears_in)


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
    target: Target = "friend"
    level: int = 1
    mana: int = 10
    cooldown: float = 0.0
    number: int = 0
    help: str = ""


class Listener(Struct, Generic[S], frozen=True):
    """Who is told when a timer of this module falls due, or a signal is given: see `On`."""

    kind: type[Any]
    handler: Callable[[Context[S], Any], None]


def On(kind: type[E], handler: Callable[[Context[S], E], None]) -> Listener[S]:
    """`handler` is told when a timer of this kind falls due, or such a signal is given.

    A function, so that a type checker compares the two: in a list of Structs it would let any pair pass.
    """
    return Listener(kind, handler)


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


Hook = Callable[["Work"], Awaitable[None] | None]


class Job(Struct, frozen=True):
    """Work in the background, begun when the module starts, ended and begun anew by a copyover. Holds no state."""

    name: str
    run: Callable[[Work], Awaitable[None]]


class HealthCheck(Struct, frozen=True):
    """Looks whether all is well every so many seconds; it is not when `check` raises, with what it says."""

    name: str
    check: Hook
    seconds: float = 30.0


class Step(Struct, frozen=True):
    """From the state's schema before `to` up to `to`, and if it can be, `back` down again.

    Both are given the state as plain values by field, and change that dict.
    """

    to: int
    forward: Callable[[dict[str, Any]], None]
    back: Callable[[dict[str, Any]], None] | None = None


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
    on: list[Listener[S]] = []
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
