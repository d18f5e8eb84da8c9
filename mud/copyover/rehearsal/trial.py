"""The new program's side of a rehearsal: everything a start does before it touches anything, then a few seconds of play
on a fake clock. `mud.copyover.rehearsal.rehearsal` is the old program's side."""

from __future__ import annotations

import asyncio
import gc
import importlib
import logging
import os
import pkgutil
import sys
import time
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

import mud
from mud.areas.cache import load_cached
from mud.config import Config
from mud.copyover import environment
from mud.copyover.adopt import modules_of
from mud.copyover.locations import CODE, TREE
from mud.copyover.rehearsal.process import DATABASE
from mud.copyover.rehearsal.report import REPORT, ParticipantReport, RehearsalReport
from mud.core import dialogs as d
from mud.core import events as e
from mud.core.clock import Clock
from mud.core.errors import EverwakeError, Invalid, ModuleFault, SnapshotError
from mud.core.origin import explain
from mud.core.session import Session
from mud.core.world.world import World, WorldState
from mud.framework.instance import Instance
from mud.framework.lifecycle import ModuleState
from mud.framework.loader import Loader
from mud.framework.registry import Registry
from mud.framework.workers.program import stat
from mud.game import APOLOGY, Game
from mud.snapshot import belongings, files, participants
from mud.snapshot.belongings import Belongings
from mud.snapshot.envelope import Metadata, Snapshot, unpack
from mud.snapshot.shape import Imported, Shape, export, import_
from mud.snapshot.unknown import described, unknown_fields
from mud.store import rows
from mud.store.store import Store

S = TypeVar("S", bound=Struct)

#: What is no module's.
CORE = ("world", "sessions")

#: Seconds of play on the fake clock, the length of its steps, and the highest number of timers that fire.
PLAY_SECONDS, STEP, MAX_TICKS = 5.0, 0.25, 2000
#: The highest number of sessions in which commands are tried.
SAMPLE = 20


def import_all() -> None:
    """Import everything that a server may import, even late. The test kit is left out: it needs pytest."""
    for part in pkgutil.walk_packages(mud.__path__, "mud."):
        if not part.name.startswith("mud.testing."):
            importlib.import_module(part.name)


def rehearse(config: Config, needed: list[str]) -> int:
    """Run a rehearsal: import everything, load the world and the modules, of which the `needed` ones have to keep their
    contract, then import and try the state that the old program has copied. Returns the exit code.
    """
    gc.enable()
    folder = environment.take_state()
    import_all()
    trial = TrialRun(config, Path(folder) if folder else None)
    try:
        trial.build(needed)
        trial.report.start, trial.report.work = _age(), time.process_time()
        if not trial.report.errors:
            trial.play()
    finally:
        for text in trial.report.errors:
            print(text, file=sys.stderr)
        if folder:
            Path(folder, REPORT).write_bytes(msgspec.json.encode(trial.report))
    return 1 if trial.report.errors else 0


class TrialRun(logging.Handler):
    """Runs the new code on a copy of the state, and collects the errors that it logs."""

    def __init__(self, config: Config, folder: Path | None) -> None:
        super().__init__(logging.ERROR)
        self._config = config
        self._folder = folder
        self._now = time.time()
        self._heard: list[str] = []
        self._stored = WorldState()  # from the database; with modules' states and the schema versions of their tables
        self._states: dict[str, Snapshot] = {}
        self._schemas: dict[str, int] = {}
        self.report = RehearsalReport()
        logging.getLogger().addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Remember an error."""
        why = f": {explain(record.exc_info[1])}" if record.exc_info and record.exc_info[1] else ""
        self._heard.append(f"{record.name}: {record.getMessage()}{why}")

    # Building

    def build(self, needed: list[str]) -> None:
        """Build the game with all of its state, if there is one."""
        defs = load_cached(self._config.world, self._config.cache)
        world, sessions = self._core(participants.WORLD), self._core(participants.SESSIONS)
        self._database()
        self._put_together(world, sessions)
        state = world.state if world is not None else self._stored
        began = self._now
        self.clock = Clock(lambda: self._now - began, lambda: self._now, state.game_time)
        self.game = Game(World(defs, state), self.clock)
        for session in sessions.state.sessions if sessions is not None else []:
            self.game.sessions.by_id[session.id] = session
            if session.character is not None:
                self.game.sessions.by_character[session.character] = session
        self.registry = Registry(self.game.commands, self.game.spells)
        self.registry.context = self.game.context
        Loader(self.registry, self._config.given(), lambda: self._now).load_all()
        self.game.modules = self.registry
        self.report.contracts = [name for name, instance in self.registry.instances.items() if not instance.broken]
        for name in needed:
            self._needs(name)
        for instance in list(self.registry.instances.values()):
            if instance.life.state is ModuleState.LOADED:
                self._take_in(instance, instance.name in needed or world is None)
                self._tables(instance)

    def _put_together(
        self, world: Imported[WorldState] | None, sessions: Imported[participants.SessionsState] | None
    ) -> None:
        """What is in modules' own files is where the game has it."""
        if self._folder is None or world is None or sessions is None:
            return
        theirs: dict[str, Belongings] = {}
        for path in sorted(self._folder.glob("*.dat")):
            if path.stem not in CORE and (snapshot := self._snapshot(path.stem)) is not None:
                try:
                    theirs[path.stem] = belongings.read(snapshot, f"the file of {path.stem}")
                except SnapshotError as error:
                    self._refuse(path.stem, str(error))
        belongings.put_in(world.state, sessions.state.sessions, theirs)

    def _needs(self, name: str) -> None:
        instance = self.registry.instances.get(name)
        if instance is None:
            self._refuse(name, f"the module {name} is gone; `module unload {name}` first")
        elif instance.life.state is ModuleState.FAILED:
            self._refuse(name, f"module {name}: {instance.figures.last_error}")

    def _refuse(self, module: str, text: str) -> None:
        """Report a problem of a module: an error, but for an optional module a warning."""
        optional = module in self._config.modules.optional
        (self.report.warnings if optional else self.report.errors).append(text)

    def _snapshot(self, participant: str) -> Snapshot | None:
        return files.read(self._folder, participant, self._config.key()) if self._folder is not None else None

    def _core(self, shape: Shape[S]) -> Imported[S] | None:
        """Import the state of one of the core's participants, export it and import it again: both have to be equal."""
        snapshot = self._snapshot(shape.participant)
        if snapshot is None:
            return None
        try:
            found = import_(shape, snapshot, self._now, shape.participant)
            again = import_(shape, export(shape, found.state, taken=self._now), self._now, shape.participant)
        except EverwakeError as error:
            self.report.errors.append(str(error))
            return None
        self._note(shape, snapshot, found)
        if unknown := described(unknown_fields(shape, snapshot)):
            # In a rollback, older code knows fewer fields, and whoever orders a rollback wants that.
            lost = self.report.warnings if CODE != TREE else self.report.errors
            lost.append(f"{shape.participant}: this code does not know {', '.join(unknown)}: declare a step for it")
        if again.state != found.state:
            self.report.errors.append(f"{shape.participant}: its state changes when it is written and read again")
        return found

    def _take_in(self, instance: Instance, needed: bool) -> None:
        """Restore a module's state, and check that the module can save it again."""
        snapshot = self._snapshot(instance.name) or self._states.get(instance.name)
        if snapshot is None:
            return
        source_ = f"the state of {instance.name}"
        try:
            found = self.game.perform(lambda ctx: instance.restore_state(ctx, snapshot, source_))[0]
            saved = self.game.perform(lambda ctx: instance.save_state(ctx, Metadata()))[0]
            import_(instance.shape, saved, self._now, source_)
        except EverwakeError as error:
            why = f"module {instance.name}: {error.why if isinstance(error, ModuleFault) else error}"
            if needed:
                self._refuse(instance.name, why)
            else:
                self.report.warnings.append(why)
            return
        self._note(instance.shape, snapshot, found)
        self.report.warnings += [
            f"module {instance.name}: its state has {text}, which is unknown and would be lost: declare a Step"
            for text in described(unknown_fields(instance.shape, snapshot))
        ]
        if renamed := found.renamed():
            self.report.warnings.append(f"module {instance.name}: of its state, {renamed}")
        for text in self.registry.misfits(instance):
            self._refuse(instance.name, f"module {text}")
        instance.life.go(ModuleState.INITIALIZING, self._now, "rehearsal")
        instance.life.go(ModuleState.ACTIVE, self._now, "rehearsal")

    def _note(self, shape: Shape[Any], snapshot: Snapshot, found: Imported[Any]) -> None:
        part = ParticipantReport(
            name=shape.participant,
            bytes=sum(len(section.data) for section in snapshot.sections.values()),
            seconds=found.seconds,
            versions=(snapshot.version, shape.version),
            schemas=(snapshot.schema, shape.schema),
            warnings=found.warnings,
            dropped=[f"{name} ({why})" for name, why in found.failed.items()],
        )
        self.report.parts.append(part)

    def _database(self) -> None:
        """Migrate the copy of the database, and read all of it."""
        if self._folder is None or not (self._folder / DATABASE).exists():
            return
        began = time.perf_counter()
        try:
            loaded = asyncio.run(_load(self._folder / DATABASE))
            self._stored = rows.state(loaded)[0]
            states, self._schemas = modules_of(loaded.modules, loaded.module_schemas)
            self._states = {
                name: unpack(data, where) for name, (data, where) in states.items() if isinstance(data, bytes)
            }
        except EverwakeError as error:
            self.report.errors.append(f"the database: {error}")
            return
        took, size = time.perf_counter() - began, (self._folder / DATABASE).stat().st_size
        self.report.parts.append(ParticipantReport(name="database", bytes=size, seconds=took))

    def _tables(self, instance: Instance) -> None:
        """Check that a module's own tables are not of a newer schema version than it knows."""
        try:
            instance.can_use(self._schemas.get(instance.name, 0))
        except Invalid as error:
            self._refuse(instance.name, f"module {error}")

    # Playing

    def play(self) -> None:
        """Play some seconds on the fake clock; then try `look` and `say` as some of the players in play."""
        self._heard.clear()
        end = self._now + PLAY_SECONDS
        while self._now < end and self.report.ticks < MAX_TICKS:
            self._now += STEP
            while self.report.ticks < MAX_TICKS and (due := self.game.due()) is not None:
                self.report.ticks += 1
                self.game.handle(due)
        self.report.warnings += self._heard  # the same timer may fail in the running code too
        for session in list(self.game.sessions.by_id.values()):
            if self.report.lines < 2 * SAMPLE and session.stack and type(session.stack[-1]) is d.Play:
                self._try(session, "look")
                self._try(session, "say hello")

    def _try(self, session: Session, line: str) -> None:
        self._heard.clear()
        self.report.lines += 1
        effects = self.game.handle(e.Line(session.id, line))
        said = "".join(effect.text for effect in effects if isinstance(effect, e.Output))
        if APOLOGY in said or not said:
            self.report.errors.append(f"`{line}` fails: {'; '.join(self._heard) or 'it is not answered'}")


def _age() -> float:
    """Seconds since this process began, Python's own start included."""
    found = stat(os.getpid())
    ticks = found.start if found is not None else 0
    return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")


async def _load(path: Path) -> Any:
    store = await Store.open(path)
    try:
        return await store.load_active()
    finally:
        await store.close()
