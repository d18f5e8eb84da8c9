"""A loaded module: its declaration, state, settings, permissions and figures; and the only way into its handlers."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import Any, Literal, Protocol

from msgspec.structs import replace

from mud.core.context import CoreCommand, CoreContext, CoreSpell
from mud.core.errors import Failed, Invalid, ModuleFault, Rejected, SnapshotError, TimedOut
from mud.core.guard import explain_refusal, guard_containers, settle
from mud.core.ledger import LedgerError
from mud.core.origin import explain, written_at
from mud.core.signals import Request, Signal
from mud.core.spells import Cast
from mud.core.veto import Veto
from mud.framework.check_state import CheckState
from mud.framework.finder import ModuleCode, ModuleSource
from mud.framework.lifecycle import Life, ModuleState
from mud.framework.pending import note_of
from mud.framework.steps import Gone
from mud.framework.watchdog import WATCH, Interrupted
from mud.sdk.bases import Permission, Settings, State
from mud.sdk.context import Context, tag_of
from mud.sdk.module import Figures, Module
from mud.snapshot.belongings import SECTIONS, state_sections
from mud.snapshot.envelope import Metadata, Section, Snapshot
from mud.snapshot.form import Form
from mud.snapshot.shape import Imported, Shape, export, import_

ACTIVE = ModuleState.ACTIVE  # used in every call, where looking the member up on the enum is slow
#: Seconds that a handler may run. The limit is meant for handlers that hang: the game stands still meanwhile.
HANDLER_SECONDS = 2.0
#: Soft and hard deadlines of hooks in seconds (S0.11): missing the first is reported, missing the second is a failure.
LIMITS: dict[str, tuple[float, float]] = {
    "veto": (0.1, 0.2),
    "prepare": (0.5, 1.0),
    "save_state": (1.0, 2.0),
    "restore_state": (2.0, 4.0),
    "cleanup": (0.5, 1.0),
}
#: The types that hooks have to return; a hook that is not listed returns the module's state.
GIVES: dict[str, Any] = {"veto": Veto | None, "prepare": object, "cleanup": object}


#: What an admin ordered, which holds until the opposite is ordered; "" for nothing. It is a tag of each snapshot.
Held = Literal["", "paused", "stopped"]
HELD: tuple[Held, ...] = ("paused", "stopped")


class Tolerance:
    """How often a module may fail before it is taken out of service."""

    def __init__(self, errors: int = 5, seconds: float = 60.0) -> None:
        self.errors = errors
        self.seconds = seconds


class Others(Protocol):
    """The other modules, as one that calls their methods needs them."""

    def call(self, ctx: CoreContext, request: Request, caller: str = "") -> Any:
        """Call a method on behalf of a module."""

    def call_method(self, ctx: CoreContext, name: str, data: Any, needs: str = "") -> Any:
        """Call a method by its name, with plain data."""

    def needs(self, caller: str, tag: str) -> str:
        """The version of an API that a module says it needs."""


class Instance:
    """A loaded module, or one that could not be loaded, with the reason."""

    def __init__(
        self,
        source: ModuleSource,
        code: ModuleCode,
        settings: Settings,
        granted: frozenset[Permission],
        others: Others,
        tolerance: Tolerance,
        life: Life | None = None,
    ) -> None:
        self.source = source
        self.code = code
        self.module: Module[Any] = code.module
        self.name = source.name
        self.schema = self.module.state_version
        self.notes = self.module.notes
        self.settings = settings
        self.granted = granted
        self.state: State = self.module.state()
        guard_containers(self.module.state)
        self.kept: dict[str, Section] = {}
        self.life = life or Life(self.name)
        self.figures = Figures()
        self.loaded = time.time()
        self.taken: Snapshot | None = None  # the snapshot that its state was restored from
        self.renamed = ""  # fields of its state that seem to have been renamed without a step, in words
        self.good: Snapshot | None = None  # the last snapshot that could be made of its state
        self.early: list[Signal] = []  # signals that its own hooks posted before it was in service
        self.broken = False  # its code could not even be imported
        self.held: Held = ""
        self.late: list[str] = []  # a line for each hook that missed its soft deadline
        self.health: dict[str, CheckState] = {}  # by the name of the check
        self.commands = [self._command(command) for command in self.module.commands]
        self.spells = [self._spell(spell) for spell in self.module.spells]
        self.hears = frozenset(tag_of(on.kind) for on in self.module.on)
        self.leads = frozenset(tag_of(talk.kind) for talk in self.module.talks)
        self._others = others
        self._tolerance = tolerance
        self._faults: deque[float] = deque(maxlen=tolerance.errors)

    # Handlers

    def run(self, handler: Callable[[Context[Any], Any], Any], ctx: CoreContext, about: Any) -> Any:
        """Run a handler as this module; `about` is its second argument.

        Raises Rejected, or ModuleFault for any other exception.
        """
        if self.life.state is not ACTIVE:
            raise Rejected(f"The {self.name} module is out of service just now ({self.standing}).")
        ctx.acted.append(self.name)
        ctx.world.handed.note(self.state)
        began = perf_counter()
        watching = WATCH.begin(HANDLER_SECONDS, began)
        try:
            return handler(Context(ctx, self), about)
        except (Rejected, LedgerError, ModuleFault):
            raise  # the fault of a module that this one called; it was counted there
        except Interrupted as hung:
            if not watching:
                raise
            text = f"{self.name}: a handler ran longer than {HANDLER_SECONDS:g} s and was interrupted{hung.at}"
            cause = TimedOut(text)
            raise ModuleFault(self.name, self.fault(cause)) from cause
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # SystemExit too: a module must not end the game
            raise ModuleFault(self.name, self.fault(error)) from error
        finally:
            if watching:
                WATCH.end()
            took = perf_counter() - began
            figures = self.figures
            figures.calls += 1
            figures.seconds += took
            if took > figures.slowest:
                figures.slowest = took

    @property
    def up(self) -> bool:
        """Whether it was started and not stopped since, even if it is paused, or out of service for its failures."""
        return self.life.state in (ModuleState.ACTIVE, ModuleState.PAUSED, ModuleState.ERROR)

    @property
    def standing(self) -> str:
        """Its state in a word for people."""
        return self.held if self.life.state is ModuleState.LOADED and self.held else self.life.state.value

    def call(self, ctx: CoreContext, request: Request) -> Any:
        """Call a method of another module on behalf of this one."""
        return self._others.call(ctx, request, self.name)

    def call_method(self, ctx: CoreContext, name: str, data: Any) -> Any:
        """Call a method of another module by its name, on behalf of this one."""
        return self._others.call_method(ctx, name, data, self._others.needs(self.name, name))

    def read_note(self, data: bytes, schema: int, kind: type[Any]) -> Any:
        """A note of another schema; None if a step removes it. Raises Invalid."""
        try:
            return note_of(self.module, data, schema, kind)
        except Gone:
            return None

    def fault(self, error: BaseException) -> str:
        """Count the failure of a handler, hook or job. Returns the error in one line."""
        explain_refusal(error)
        self.figures.errors += 1
        self.figures.last_error = explain(error, self.source.folder)
        self._faults.append(time.monotonic())
        return self.figures.last_error

    @property
    def worn_out(self) -> bool:
        """Whether it has failed more often than its tolerance allows."""
        faults = self._faults
        return len(faults) == self._tolerance.errors and faults[-1] - faults[0] <= self._tolerance.seconds

    def forgive(self) -> None:
        """Forget past failures: the module starts afresh."""
        self._faults.clear()

    def hook(self, name: str, ctx: CoreContext, *arguments: Any) -> Any:
        """Run one of the copyover's hooks within its deadline; None if the module has no such hook.

        Raises ModuleFault. Counts a hook that was late and notes it in `late`.
        """
        handler = getattr(self.module, name)
        if handler is None:
            return None
        soft, hard = LIMITS[name]
        ctx.acted.append(self.name)
        kind = GIVES.get(name) or self.module.state

        def run() -> Any:
            found = handler(Context(ctx, self), *arguments)
            if not isinstance(found, kind):
                where = written_at(handler)
                raise TypeError(f"{where}: {name} gave {type(found).__name__}: it has to give {_called(kind)}")
            return found

        try:
            found, took = WATCH.call(hard, f"{self.name}: {name}", run)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            raise ModuleFault(self.name, self.fault(error), name) from error
        if took > soft:
            self.late.append(f"{name} took {took * 1000:.0f} ms, {soft * 1000:.0f} ms are the limit")
            self.life.log.warning("%s", self.late[-1])
        return found

    def examine(self, ctx: CoreContext, check: Callable[[Context[Any]], None], what: str) -> None:
        """Have a health check look at the game. Raises what it raises, or TimedOut."""
        try:
            with ctx.world.looking():
                WATCH.call(HANDLER_SECONDS, what, lambda: check(Context(ctx, self)))
        except SystemExit as error:
            raise Failed(f"{what} wanted to end the program ({error}): that is not for modules") from error

    # State

    @property
    def shape(self) -> Shape[Any]:
        """The shape of its state in a snapshot."""
        return shape_of(self.module)

    def save_state(
        self, ctx: CoreContext, metadata: Metadata, generation: int = 0, reader: Form | None = None
    ) -> Snapshot:
        """Its state as a snapshot (S0.1) that `reader`, perhaps an older version, can read.

        Raises ModuleFault or SnapshotError. Out of service it returns the last one that could be made, so that fixed
        code can replace broken code.
        """
        if self.held:
            metadata = replace(metadata, tags=(*metadata.tags, self.held))
        try:
            self.good = self._export(ctx, metadata, generation, reader)
        except (ModuleFault, SnapshotError):
            last = self.good or self.taken
            if self.life.state is ACTIVE or last is None:
                raise
            return replace(last, metadata=metadata, generation=generation, taken=ctx.clock.wall)
        return self.good

    def _export(self, ctx: CoreContext, metadata: Metadata, generation: int, reader: Form | None) -> Snapshot:
        state = self.hook("save_state", ctx) or self.state
        about: dict[str, Any] = {"taken": ctx.clock.wall, "generation": generation, "metadata": metadata}
        try:
            return export(self.shape, state, kept=self.kept, reader=reader, **about)
        except SnapshotError:
            raise
        except Exception as error:  # whatever msgspec raises for the state's content, such as RecursionError
            raise SnapshotError(f"{self.name}: its state can't be written: {explain(error)}") from error

    def restore_state(self, ctx: CoreContext, snapshot: Snapshot, source: str) -> Imported[Any]:
        """Restore its state from a snapshot: all of it or nothing (S1.6). A second time changes nothing (S0.5).

        Raises SnapshotError, naming `source` and what is wrong, or ModuleFault.
        """
        found: Imported[Any] = import_(self.shape, snapshot, ctx.clock.wall, source)
        state = self.hook("restore_state", ctx, found.state)
        self.state, self.kept = found.state if state is None else state, found.kept
        settle(self.state)  # the hook may have kept what it put into it
        self.taken, self.renamed = replace(snapshot, sections=state_sections(snapshot)), found.renamed()
        for warning in found.warnings:
            self.life.log.warning("%s: %s", source, warning)
        size = sum(len(s.data) for s in snapshot.sections.values())
        took = 1000 * found.seconds
        self.life.log.info("restored %d sections, %d bytes, in %.1f ms", len(found.imported), size, took)  # S0.16
        return found

    def can_use(self, schema: int) -> None:
        """Raises Invalid if `schema`, the version of the module's own tables, is newer than the module knows."""
        database = self.module.database
        if database is not None and schema > len(database.steps):
            known = len(database.steps)
            raise Invalid(f"{self.name}: its tables have schema {schema}, and this version knows {known}")

    def _command(self, command: Any) -> CoreCommand:
        return CoreCommand(
            command.name,
            partial(self.run, command.handler),  # a partial adds no frame, and every command comes through here
            command.topic or self.name,
            command.help or _docstring(command.handler),
            command.role,
            command.aliases,
            command.yields,
        )

    def _spell(self, spell: Any) -> CoreSpell:
        run, handler = self.run, spell.handler
        about = (spell.help or _docstring(handler)).partition("\n")[0]

        def effect(ctx: CoreContext, cast: Cast) -> None:
            run(handler, ctx, cast)

        return CoreSpell(spell.name, spell.number, spell.level, spell.mana, spell.cooldown, spell.target, effect, about)


def shape_of(module: Module[Any]) -> Shape[Any]:
    """The shape of a module's state in a snapshot."""
    return Shape(
        participant=module.name,
        version=module.version,
        type=module.state,
        schema=module.state_version,
        steps=module.steps,
        optional=module.optional,
        apart=SECTIONS,
    )


def _called(kind: Any) -> str:
    return "a Veto or None" if kind is GIVES["veto"] else f"a {kind.__name__}"


def _docstring(handler: Callable[..., Any]) -> str:
    lines = (handler.__doc__ or "").strip().splitlines()
    return "\n".join(line.strip() for line in lines)


def permissions(module: Module[Any], granted: frozenset[str]) -> frozenset[Permission]:
    """A module's permissions. Raises Invalid, with the line to add, if the operator did not grant all it declares."""
    missing = [p for p in module.permissions if p not in granted]
    if missing:
        wanted = ", ".join(f'"{p}"' for p in module.permissions)
        raise Invalid(
            f"{module.name} needs {', '.join(missing)}, which the operator has not granted: "
            f"add to the configuration, under [permissions], {module.name} = [{wanted}]",
            module=module.name,
        )
    return frozenset(module.permissions)
