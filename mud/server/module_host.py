"""The server as the host of its modules: connects the framework to the game, the store and the copyover."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from mud import config as configuration
from mud.config import Config
from mud.core import events as e
from mud.core.context import CoreContext
from mud.core.errors import CopyoverError, Failed, ModuleFault, SnapshotError
from mud.core.tolerance import tolerated
from mud.core.veto import Veto
from mud.framework.instance import Instance
from mud.framework.lifecycle import ModuleState
from mud.framework.loader import ModuleConfig
from mud.framework.manager import ModuleManager
from mud.framework.registry import Registry
from mud.framework.settle import end_lost_talks
from mud.framework.steps import lowered
from mud.framework.workers.registry import WorkerRegistry
from mud.game import Game
from mud.server.dispatcher import Dispatcher
from mud.server.tasks import Tasks
from mud.snapshot import files
from mud.snapshot.belongings import Belongings, with_belongings
from mud.snapshot.envelope import Metadata, Snapshot, pack
from mud.snapshot.form import Form
from mud.snapshot.shape import validate

log = logging.getLogger("mud.modules")
T = TypeVar("T")
#: How many seconds of a copyover's silence modules may take to start.
SILENT_SECONDS = 0.1


class ModuleHost:
    """What modules need of the server, and the server of its modules."""

    def __init__(
        self, game: Game, config: Config, events: Dispatcher, starting: Tasks, is_running: Callable[[], bool]
    ) -> None:
        self._config = config
        self._clock = game.clock
        self._is_running = is_running
        self._events = events
        self.registry = Registry(game.commands, game.spells)
        self.registry.context = game.context
        game.modules = self.registry
        self.manager = ModuleManager(self.registry, config.given(), config.data, self)
        self.workers = WorkerRegistry(
            self.manager, config.data / "workers", config.run / "workers", config.data / "logs", self.now, self._tell
        )
        self._starting = starting

    def _tell(self, text: str) -> None:
        self.post(e.Announced(text, "admin"))

    def begin_work(self) -> None:
        """Start, or start again, all work beside the game."""
        self.manager.begin_work()
        self.workers.begin()

    def all_there(self, needed: list[str], optional: list[str]) -> list[str]:
        """Check that all modules have their state. Returns messages for the admins about optional ones that have not.

        Raises Failed, naming modules and reasons.
        """
        anew: list[str] = []
        failed: list[str] = []
        for name in needed:
            instance = self.registry.instances.get(name)
            if instance is not None and instance.life.state is not ModuleState.FAILED:
                continue
            why = "it is gone" if instance is None else instance.figures.last_error
            (anew if name in optional else failed).append(f"the module {name} can't take over: {why}")
            if name in optional and instance is not None and not instance.broken:
                instance.life.go(ModuleState.LOADING, self.now(), "it starts with an empty state")
                instance.life.go(ModuleState.LOADED, self.now())
                instance.forgive()
                self.manager.states.pop(name, None)
                anew[-1] += "; it starts with an empty state, and the old one lies in the snapshots' folder"
        if failed:
            raise Failed("; ".join(failed))
        return anew

    def end_lost_talks(self) -> dict[str, int]:
        """After GO: end, in words, the conversations that nobody can continue. Returns how many, by module."""
        return self.perform(lambda ctx: end_lost_talks(ctx, self.registry.could_lead))

    async def start_in_silence(self) -> None:
        """After GO: start the modules. Slow ones go on starting while the game plays, and are in service later."""
        await asyncio.wait({self._starting.start(self._start())}, timeout=SILENT_SECONDS)

    async def _start(self) -> None:
        loaded = [i for i in self.registry.instances.values() if i.life.state is ModuleState.LOADED]
        async with self.manager.managing:
            await self.manager.start_all()
        for instance in loaded:
            if instance.life.state is ModuleState.FAILED:
                text = f"The module {instance.name} is out of service: {instance.figures.last_error}. "
                text += f"`module restart {instance.name}` tries again."
                asyncio.get_running_loop().call_soon(self.post, e.Announced(text, "admin"))
        for instance in self._active():  # the old program may have prepared any of them
            self._clean(instance)
        if self._is_running():
            self.manager.begin_work()

    async def pause_work(self) -> None:
        """Stop all our work beside the game; processes run on by themselves."""
        await self.manager.pause_work()
        await self.workers.let_go()

    async def end(self) -> None:
        """At the end: stop modules and processes."""
        await self._starting.end()
        await self.manager.stop_all()
        await self.workers.stop_all()

    # The host of ModuleManager

    def post(self, event: e.Event) -> None:
        """Handle an event."""
        self._events.post(event)

    def perform(self, do: Callable[[CoreContext], T]) -> T:
        """Run `do` as an event of its own, and carry out its effects. Raises what it raises."""
        return self._events.perform(do)

    def now(self) -> float:
        """Wall-clock seconds."""
        return self._clock.wall

    def keep(self, snapshot: Snapshot) -> None:
        """Keep everything that a module had, as it was before its steps were taken: MODULE-SCHEMA.dat."""
        path = self._config.snapshot_folder / "migrations" / f"{snapshot.participant}-{snapshot.schema}.dat"
        why = Metadata(reason="migration", created_by=f"{snapshot.participant} {snapshot.version}")
        try:
            files.write_to(path, msgspec.structs.replace(snapshot, metadata=why), self._config.key())
        except SnapshotError as error:
            log.error("the state before its migration can't be kept: %s", error)

    def configuration(self) -> dict[str, Any]:
        """The operator's configuration."""
        found: dict[str, Any] = msgspec.to_builtins(self._config)
        return found

    def given(self) -> ModuleConfig:
        """The operator's configuration of modules, read again from the disk. Raises ConfigError."""
        config = self._config
        if config.file:
            fresh = configuration.load(Path(config.file))
            config.modules, config.settings, config.permissions = fresh.modules, fresh.settings, fresh.permissions
        return config.given()

    # Copyover

    @property
    def managing(self) -> asyncio.Lock:
        """The lock that is held while a module is loaded, reloaded or unloaded."""
        return self.manager.managing

    def prepare(self, prepared: list[str]) -> None:
        """Call each module's prepare hook, noting it in `prepared` first.

        Raises CopyoverError, naming the module that failed.
        """
        for instance in self._active():
            prepared.append(instance.name)
            try:
                self.perform(lambda ctx, instance=instance: instance.hook("prepare", ctx))  # type: ignore[misc]
            except ModuleFault as fault:
                raise CopyoverError(f"the module {instance.name} could not prepare: {fault.why}") from fault

    def clean_up(self, prepared: list[str]) -> None:
        """Call these modules' cleanup hooks; a failure does not stop the others (S0.14)."""
        for name in prepared:
            with tolerated(log, f"the clean-up of the module {name}"):
                self._clean(self.registry.instances[name])

    def _clean(self, instance: Instance) -> None:
        try:
            self.perform(lambda ctx: instance.hook("cleanup", ctx))
        except ModuleFault as fault:
            instance.life.log.error("cleanup failed: %s", fault.why)

    def vetoes(self, warnings: list[str]) -> list[tuple[str, Veto]]:
        """The modules' vetoes against a copyover now. Adds other remarks to `warnings`."""
        return [(i.name, veto) for i in self._active() for veto in self._vetoes(i, warnings)]

    def _vetoes(self, instance: Instance, warnings: list[str]) -> list[Veto]:
        """A module's vetoes: its own, and those because of its state's size (S0.10)."""
        try:
            own = self.perform(lambda ctx: instance.hook("veto", ctx))
            snapshot = self.whole(instance, 0, Metadata())
            size = len(pack(snapshot))
        except (ModuleFault, SnapshotError) as error:
            return [Veto.firm(f"it could not be asked: {error.why if isinstance(error, ModuleFault) else error}")]
        limits = self._config.snapshots
        found = [own] if own is not None else []
        readable = validate(instance.shape, snapshot, self.now())
        if not readable.is_valid:
            found.append(Veto.firm(f"its state could not be read back: {readable.reasons()}"))
        if size > limits.limit_bytes:
            found.append(Veto.soft(f"its state takes {size} bytes, more than {limits.limit_bytes}"))
        elif size > limits.warn_bytes:
            instance.life.log.warning("its state takes %d bytes, more than %d", size, limits.warn_bytes)
            warnings.append(f"the state of {instance.name} takes {size} bytes, more than {limits.warn_bytes}")
        return found

    def save(self, instance: Instance, generation: int, why: Metadata, reader: Form | None = None) -> Snapshot:
        """A module's snapshot. What its hook changes meanwhile is undone. Raises ModuleFault or SnapshotError."""
        ctx = self.registry.context()
        with ctx.world.looking():
            return instance.save_state(ctx, why, generation, reader)

    def whole(self, instance: Instance, generation: int, why: Metadata) -> Snapshot:
        """The same with all else that is the module's. Raises ModuleFault or SnapshotError."""
        theirs = self.registry.belongings((instance.name,))[instance.name]
        return with_belongings(self.save(instance, generation, why), theirs)

    def lowered(self, module: str, theirs: Belongings, reader: Form | None) -> Belongings:
        """What is a module's, for a reader that may have an older schema. Raises SnapshotError."""
        instance = self.registry.instances[module]
        older = reader is not None and reader.schema < instance.schema
        return lowered(instance.module, theirs, reader.schema) if reader is not None and older else theirs

    def rewrite(self, modules: Collection[str]) -> None:
        """All that these modules have is to be written: the rows may be in a schema that this code can't read."""
        world = self.registry.context().world
        for module, theirs in self.registry.belongings(modules).items():
            world.mark_module(module)
            world.mark(("timers", timer.id) for timer in theirs.timers)
            world.mark(("characters", character) for character in theirs.notes)
            world.mark(("sessions", str(talk.session)) for talk in theirs.talks)

    def in_state(self, *states: ModuleState) -> dict[str, str]:
        """The modules in one of these states, with their last errors."""
        return {i.name: i.figures.last_error for i in self.registry.instances.values() if i.life.state in states}

    def forms(self) -> dict[str, Form]:
        """The form of each loaded module's state."""
        instances = self.registry.instances.values()
        return {i.name: i.shape.form for i in instances if i.life.state is not ModuleState.FAILED}

    def snapshots(self, generation: int, why: Metadata, readers: Mapping[str, Form]) -> list[Snapshot]:
        """Every loaded module's state (S0.2), in the form that `readers` names.

        Raises CopyoverError, naming a module that can't save its state.
        """
        found = []
        for instance in self.registry.instances.values():
            if instance.life.state is not ModuleState.FAILED:
                try:
                    found.append(self.save(instance, generation, why, readers.get(instance.name)))
                except ModuleFault as fault:
                    raise CopyoverError(f"the module {instance.name} can't save: {fault.why}") from fault
        return found

    def active(self) -> list[str]:
        """The names of the modules that are in service."""
        return [i.name for i in self._active()]

    def _active(self) -> list[Instance]:
        return [i for i in self.registry.instances.values() if i.life.state is ModuleState.ACTIVE]
