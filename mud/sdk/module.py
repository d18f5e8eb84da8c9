"""The declaration of a module: a value with a default for everything optional.

These are data only, and each refuses what does not fit (mud.core.declaration). `mud.framework` acts on them; authors
import them from `mud.api`.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator
from inspect import iscoroutinefunction
from typing import Any, ClassVar, Generic, Literal, TypeVar, cast, get_args

from msgspec import Struct

from mud.core.clock import ClockName
from mud.core.declaration import Declaration, uncallable
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

NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
VERSION = re.compile(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?")
#: Names that are the core's: a snapshot, a service or a table of its own is called so.
TAKEN = frozenset({"world", "sessions", "game", "core", "mud", "sqlite", "module", "modules"})


class Command(Declaration, Generic[S], frozen=True):
    """A command. Its help page is `help` or the handler's docstring; the first line is its syntax.

    Where an abbreviation could mean several commands, one that `yields` gives way.
    """

    name: str
    handler: Callable[[Context[S], str], None]
    role: Role = "player"
    aliases: tuple[str, ...] = ()
    topic: str = ""
    help: str = ""
    yields: bool = False

    def wrong(self) -> Iterator[str]:
        """Its names and its handler."""
        for word in (self.name, *self.aliases):
            if word != word.casefold() or word.split() != [word]:
                yield f"{word!r} can't be typed: a name is one word in small letters"
        yield uncallable(self.handler, 2)


class Spell(Declaration, Generic[S], frozen=True):
    """A spell. Its page is `help` or the handler's docstring; the first line is shown in lists.

    `number` is its number in area files of the Diku family; `cooldown` is game seconds. Magic things may name it too:
    then its handler receives the thing's level.
    """

    name: str
    handler: Callable[[Context[S], Cast], None]
    target: SpellTarget = "friend"
    level: int = 1
    mana: int = 10
    cooldown: float = 0.0
    number: int = 0
    help: str = ""

    def wrong(self) -> Iterator[str]:
        """Its handler."""
        yield uncallable(self.handler, 2)


class SignalListener(Declaration, Generic[S], frozen=True):
    """The handler for a timer of this module or a signal: see `On`."""

    kind: type[Timer | Signal]
    handler: Callable[[Context[S], Any], None]

    made_by: ClassVar[str] = "On"

    def wrong(self) -> Iterator[str]:
        """The clock of a timer, the tag of a signal, the handler."""
        if issubclass(self.kind, Timer):
            if self.kind.clock not in get_args(ClockName):
                yield f"its clock is {self.kind.clock!r}, neither {' nor '.join(get_args(ClockName))}"
        elif "." not in str(self.kind.__struct_config__.tag):
            tag = self.kind.__struct_config__.tag
            yield f'its tag names no module: {tag!r}: write class {self.kind.__name__}(Signal, tag="MODULE.WHAT")'
        yield uncallable(self.handler, 2)


def On(kind: type[E], handler: Callable[[Context[S], E], None]) -> SignalListener[S]:
    """`handler` is called when a timer of this kind falls due, or such a signal is emitted.

    A function, so that a type checker compares the two: in a list of Structs it would let any pair pass.
    """
    return SignalListener(cast(Any, kind), handler)


class Talker(Declaration, Generic[S], frozen=True):
    """The handlers of a conversation: see `Talk`."""

    kind: type[Dialog]
    ask: Callable[[Context[S], Any], str]
    answer: Callable[[Context[S], Any, str], None]

    made_by: ClassVar[str] = "Talk"

    def wrong(self) -> Iterator[str]:
        """Its handlers."""
        yield uncallable(self.ask, 2)
        yield uncallable(self.answer, 3)


def Talk(kind: type[D], ask: Callable[[Context[S], D], str], answer: Callable[[Context[S], D, str], None]) -> Talker[S]:
    """A conversation: `ask` returns the prompt, `answer` handles a line."""
    return Talker(kind, ask, answer)


class Answerer(Declaration, Generic[S], frozen=True):
    """The handler of a request: see `Method`. `reply` is the type of its answer."""

    kind: type[Request]
    handler: Callable[..., Any]
    reply: Any = None

    made_by: ClassVar[str] = "Method"

    def wrong(self) -> Iterator[str]:
        """Its handler, which may wait."""
        yield uncallable(self.handler, 2, may_wait=True)


def Method(
    kind: type[R],
    handler: Callable[[Context[S], R], Any] | Callable[[Work, R], Awaitable[Any]],
    reply: Any = None,
) -> Answerer[S]:
    """A request that this module answers. An `async` handler receives Work instead of a context."""
    return Answerer(kind, handler, reply)


class Endpoint(Declaration, Generic[S], frozen=True, kw_only=True):
    """A path under /api/v1/MODULE, with the types of its request and response (S4.6)."""

    path: str
    handler: Callable[[Context[S], Any], Any]
    verb: Literal["GET", "POST", "PUT", "DELETE"] = "GET"
    request: type[Struct] | None = None
    reply: Any = None
    help: str = ""

    def wrong(self) -> Iterator[str]:
        """Its path and its handler."""
        if not self.path.startswith("/"):
            yield f"path has to begin with /: write path={'/' + self.path!r}"
        yield uncallable(self.handler, 2)


Hook = Callable[[Work], Awaitable[None] | None]


#: The hooks that may not wait, with the number of arguments of each; then the hooks that may.
HOOKS = {"veto": 1, "prepare": 1, "cleanup": 1, "save_state": 1, "restore_state": 2, "force_stop": 1}
SHELL_HOOKS = ("initialize", "start", "stop", "pause", "resume", "shutdown")


class Job(Declaration, frozen=True):
    """Background work, which begins when the module starts. A copyover ends it and begins it anew. Holds no state."""

    name: str
    run: Callable[[Work], Awaitable[None]]

    def wrong(self) -> Iterator[str]:
        """Its work, which has to wait."""
        if not iscoroutinefunction(self.run):
            yield "run has to be `async def`: it works beside the game"
        yield uncallable(self.run, 1, may_wait=True)


HealthPolicy = Literal["warn", "restart", "out of service"]


class HealthCheck(Declaration, frozen=True):
    """A check every so many seconds. The module is unhealthy if `check` raises; the exception tells why.

    Admins are told at once, and when the module is healthy again. After so many `failures` in a row, what `unhealthy`
    says follows: nothing, a restart, or the module is taken out of service. The operator's configuration overrides it.
    With `in_game` the check receives a Context, in which it looks at the game between two events; it must not wait, and
    what it changes or says is discarded.
    """

    name: str
    check: Hook | Callable[[Context[Any]], None]
    seconds: float = 30.0
    failures: int = 3
    unhealthy: HealthPolicy = "warn"
    in_game: bool = False

    def wrong(self) -> Iterator[str]:
        """How often, and what is called."""
        if self.seconds <= 0:
            yield f"seconds is {self.seconds:g}: a check waits between two looks"
        if self.failures < 1:
            yield f"failures is {self.failures}, and has to be at least 1"
        yield uncallable(self.check, 1, may_wait=not self.in_game)


class Database(Declaration, frozen=True):
    """Tables of a module's own, each called MODULE_something. Step n, SQL statements, leads to schema n."""

    steps: tuple[tuple[str, ...], ...]

    def title(self) -> str:
        """It has no name."""
        return "Database"


class Module(Declaration, Generic[S], kw_only=True, frozen=True):
    """A module (S2.1). Name and version are required; everything else has a default.

    `notes` is the kind of the notes that it stores with characters (`ctx.note`); new code is then tried with all of
    them before it takes over.

    `requires` names services that must run before it starts, as in "auction" or "auction>=1.2" (from that version of
    its API on, and below 2.0); a "?" at the end makes one optional. Among equals the one with the lower `priority`
    starts first. `provides` are its services besides its name, `api_version` (MAJOR.MINOR) is that of its methods.
    `emits` are the kinds of signals that it emits.

    `force_stop` cleans up when `stop` or `shutdown` failed or did not end in time, and instead of both in a forced
    restart. It must not wait: it is interrupted after half a second.
    """

    name: str
    version: str
    state: type[S] = cast(Any, State)
    state_version: int = 1
    steps: tuple[Step, ...] = ()
    optional: frozenset[str] = frozenset()
    notes: type[Struct] | None = None
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
    force_stop: Callable[[Work], None] | None = None
    veto: Callable[[Context[S]], Veto | None] | None = None
    prepare: Callable[[Context[S]], None] | None = None
    cleanup: Callable[[Context[S]], None] | None = None
    save_state: Callable[[Context[S]], S] | None = None
    restore_state: Callable[[Context[S], S], S] | None = None

    def wrong(self) -> Iterator[str]:
        """Its name, its versions, its state, its hooks."""
        if not NAME.fullmatch(self.name) or self.name in TAKEN:
            yield f"{self.name!r} can't be a module's name: small letters, digits and _, and none of the core's"
        if not VERSION.fullmatch(self.version):
            yield f"version {self.version!r}: write MAJOR.MINOR.PATCH, as 1.0.0"
        if self.state.__struct_config__.frozen:
            yield f"{self.state.__name__} is frozen: a state is what handlers change"
        if self.state_version < 1:
            yield f"state_version is {self.state_version}; it begins with 1"
        for name, count in HOOKS.items():
            if getattr(self, name) is not None:
                yield uncallable(getattr(self, name), count)
        for name in SHELL_HOOKS:
            if getattr(self, name) is not None:
                yield uncallable(getattr(self, name), 1, may_wait=True)


class Figures(Struct):
    """What a module has cost so far: calls of its handlers, those that failed, seconds spent in them (S2.8)."""

    calls: int = 0
    errors: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    last_error: str = ""
