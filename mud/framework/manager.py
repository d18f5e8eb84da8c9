"""The module manager (the requirements call it the master): starts and stops modules in order, runs jobs and checks.
It is the asynchronous side of the framework: everything that may wait is here.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar

import msgspec

from mud.core.context import CoreContext
from mud.core.errors import Conflict, EverwakeError, Failed, FrameworkError, Invalid, NotFound
from mud.core.events import Announced, Event, Signalled
from mud.core.origin import explain
from mud.core.signals import InService
from mud.framework.background import Background
from mud.framework.calls import Calls
from mud.framework.finder import package_of, put_back, take_out
from mud.framework.health import ModuleHealth
from mud.framework.instance import HELD, Held, Instance
from mud.framework.lifecycle import ModuleState
from mud.framework.loader import Loader, ModuleConfig
from mud.framework.order import provided
from mud.framework.registry import Registry
from mud.framework.requirement import requirements
from mud.framework.settle import renew
from mud.framework.steps import lowered
from mud.framework.work import ModuleWork, force_hook, run_hook
from mud.snapshot.belongings import with_belongings
from mud.snapshot.envelope import Metadata, Reason, Snapshot, pack, unpack
from mud.snapshot.form import Form

log = logging.getLogger("mud.modules")
M = ModuleState
T = TypeVar("T")


class ManagerHost(Protocol):
    """What the manager needs of the game."""

    def post(self, event: Event) -> None:
        """Queue an event for the game."""

    def perform(self, do: Callable[[CoreContext], T]) -> T:
        """Run `do` as an event of its own. Raises what it raises, after undoing all that it did."""

    def now(self) -> float:
        """Wall-clock seconds."""

    def keep(self, snapshot: Snapshot) -> None:
        """Keep everything that a module had, as it was before its steps were taken. Never raises."""

    def configuration(self) -> dict[str, Any]:
        """The operator's configuration."""

    def given(self) -> ModuleConfig:
        """The operator's configuration of modules, read again from the disk. Raises ConfigError."""


class ModuleManager:
    """Starts, stops and reloads modules, and runs their work beside the game."""

    def __init__(self, registry: Registry, given: ModuleConfig, data: Path, host: ManagerHost) -> None:
        self.registry = registry
        self.loader = Loader(registry, given, host.now)
        self.states: dict[str, tuple[Snapshot | bytes, str]] = {}  # of modules that have not been in service yet
        self.restored: set[str] = set()  # modules whose state has been restored
        self.schemas: dict[str, int] = {}  # the schema versions of modules' own tables
        self._data = data
        self._host = host
        self._health = ModuleHealth(registry, lambda: self.loader.given.options, host.now, host.post, self.restart)
        self._background = Background(self._work, self._faulted, self._health.heard, lambda: registry.context())
        self.calls = Calls(registry, self._work, self._faulted, self._worn, host)
        self.managing = asyncio.Lock()  # held while one module is started, stopped or changed

    # All of them

    def load(self, states: dict[str, tuple[Snapshot | bytes, str]], schemas: dict[str, int]) -> None:
        """Phase one: load all modules and restore their states; `states` says where each is from. Nothing runs yet."""
        self.states, self.schemas = dict(states), dict(schemas)
        self.loader.load_all()
        self.restore_all()

    def restore_all(self) -> None:
        """Restore the state of every loaded module that has one; a module that can't take its state has failed."""
        for instance in list(self.registry.instances.values()):
            if instance.life.state is M.LOADED:
                try:
                    self._restore(instance)
                except EverwakeError as error:
                    self.loader.fail(instance, error)

    async def start_all(self) -> None:
        """Phase two: initialise and start the modules, required ones first. A failure does not stop the rest."""
        for instance in list(self.registry.instances.values()):
            if instance.life.state is M.LOADED and instance.held == "stopped":
                self.states.pop(instance.name, None)
                instance.life.log.info("it is stopped, as it was before")
            elif instance.life.state is M.LOADED:
                try:
                    await self._start(instance)
                except FrameworkError:
                    log.error("the game goes on without the module %s", instance.name)

    async def stop_all(self) -> None:
        """Stop all modules in reverse order, each within its time limit: asked first, then forced (S4.7)."""
        await self.pause_work()
        for instance in reversed(list(self.registry.instances.values())):
            if instance.up:
                await self._stop(instance)

    def begin_work(self) -> None:
        """Start, or start again, the jobs and health checks of all active modules."""
        for instance in self.registry.instances.values():
            self._begin_work(instance)

    async def pause_work(self) -> None:
        """Stop all jobs and health checks."""
        await self._health.end()
        await self._background.end_all()

    # One of them

    async def manage(self, do: str, name: str) -> str:
        """Do one of MANAGE to a module and return the outcome in words. Raises EverwakeError."""
        if do not in MANAGE:
            raise NotFound(f"There is no operation {do!r} on a module: known are {', '.join(MANAGE)}.")
        async with self.managing:
            done: str = await MANAGE[do](self, name)
            return done

    async def restart(self, name: str, force: bool = False) -> str:
        """Stop and start a module; with `force` its hooks are not asked first. Raises EverwakeError."""
        async with self.managing:
            return await self._restart(name, force)

    async def _start_one(self, name: str) -> str:
        instance = self.registry.get(name)
        if instance.up:
            hint = "resume" if instance.life.state is M.PAUSED else "restart"
            raise Conflict(f"{name} runs already ({instance.standing}); `module {hint} {name}` is what you can do.")
        return await self._restart(name)

    async def _stop_one(self, name: str) -> str:
        """An admin's stop: it stays stopped, over copyovers and restarts of the server, until somebody starts it."""
        instance = self.registry.get(name)
        if not instance.up:
            return f"{name} does not run ({instance.standing})."
        self.registry.need_unneeded(instance, "stop")
        self._hold(instance, "stopped")
        await self._stop(instance, M.LOADED)
        return f"{name} is stopped."

    def _hold(self, instance: Instance, held: Held) -> None:
        """Keep an admin's order with the module's state, by the next flush also on the disk."""
        instance.held = held
        if held:
            instance.health.clear()  # nobody looks at it any more
        self._host.perform(lambda ctx: ctx.world.mark_module(instance.name))

    async def _restart(self, name: str, force: bool = False) -> str:
        instance = self.registry.get(name)
        if instance.broken:
            return await self._load_one(name)
        self.loader.given = self._host.given()
        settings = self.loader.settings(instance.module)  # before anything is stopped: they may be wrong
        if instance.up:
            await self._stop(instance, M.LOADED, force)
        instance.settings = settings
        instance.forgive()
        if name in self.states:
            self._restore(instance)
        self._release(instance)
        await self._start(instance)
        self._begin_work(instance)
        return f"{name} runs again."

    async def _load_one(self, name: str) -> str:
        known = self.registry.instances.get(name)
        if known is not None and not known.broken:
            raise Conflict(f"{name} is loaded; `module reload {name}` takes its code from the disk.")
        self.loader.given = self._host.given()
        instance = self.loader.build(self.loader.source(name), fresh=True)
        self.loader.need_services(instance)
        self._restore(instance)
        if known is not None:
            self.registry.swap(known, instance)
        else:
            self.registry.add(instance)
            self.registry.arrange()
        self._release(instance)
        await self._start(instance)
        self._begin_work(instance)
        return f"{name} {instance.module.version} is loaded and runs."

    async def _unload(self, name: str) -> str:
        instance = self.registry.get(name)
        self.registry.need_unneeded(instance, "unload")
        if instance.life.state is not M.FAILED:
            packed = self._packed(instance, "export")
            self.registry.part(instance, packed)
            self._host.perform(lambda ctx: ctx.world.mark_module(name))
            if instance.up:
                await self._stop(instance)
            self.states[name] = (packed, f"the last state of {name}")
        self.registry.remove(instance)
        take_out(package_of(instance.source))
        return f"{name} is unloaded; its state waits for it."

    async def _reload(self, name: str) -> str:
        """Hot reload: build the new code beside the old, import the state and swap them at once; or change nothing."""
        old = self.registry.instances.get(name)
        if old is None or old.broken:
            return await self._load_one(name)
        try:
            new = await self._succeed(old)
        except EverwakeError as error:
            raise Failed(f"{name} is not reloaded, the old one goes on: {error}", module=name) from error
        await self._background.end(name)
        if old.up:
            await self._stop(old)
        self._begin_work(new)
        beware = f" Beware: of its state, {new.renamed}." if new.renamed else ""
        return f"{name} is reloaded: {old.module.version} -> {new.module.version}, with its state.{beware}"

    async def _succeed(self, old: Instance) -> Instance:
        """Replace `old` by a new instance with its state. Raises EverwakeError, and then `old` is still in place."""
        name = old.name
        self.loader.given = self._host.given()
        new = self.loader.build(self.loader.source(name), fresh=True)
        try:
            self.loader.need_services(new)
            for service in set(provided(old.module)) - set(provided(new.module)):
                if needed := self.registry.needing(service):
                    raise Conflict(f"{', '.join(needed)} requires {service}, which it does not provide any more")
            self.registry.need_compatible(new)
            waiting = lowered(old.module, self.registry.belongings((name,))[name], new.schema)
            if found := self.registry.misfits(new, waiting):
                raise Conflict(f"{name} can't go on with what waits for it: {'; '.join(found)}")
            if old.held != "stopped":
                await self._initialize(new)
            if name not in self.states:  # otherwise the old instance could not take its state, which still waits
                self.states[name] = (self._packed(old, "hot_reload", new.shape.form), f"the state of {name}")
            self._restore(new)
            self.registry.swap(old, new)
        except BaseException as error:
            if old.up:
                self.states.pop(name, None)
            await self._abandon(new)
            take_out(package_of(old.source))
            put_back(old.code.parts)
            if isinstance(error, Exception) and not isinstance(error, EverwakeError):
                raise Failed(explain(error, new.source.folder)) from error
            raise
        if new.schema < old.schema:  # upwards it is done whenever a module comes into service
            self._host.perform(lambda ctx: renew(ctx, new.module, waiting))
        if new.held == "stopped":
            self.states.pop(name)
        else:
            self._activate(new)
        return new

    async def _configure(self, name: str) -> str:
        instance = self.registry.get(name)
        self.loader.given = self._host.given()
        instance.settings = self.loader.settings(instance.module)
        return f"{name} has its settings from the configuration: {msgspec.to_builtins(instance.settings)}"

    async def _pause(self, name: str) -> str:
        instance = self.registry.get(name)
        instance.life.go(M.PAUSED, self._host.now())
        self._hold(instance, "paused")
        await self._background.end(name)
        await self._hook(instance, "pause", self.loader.given.options.stop_seconds)
        return f"{name} is paused."

    async def _resume(self, name: str) -> str:
        instance = self.registry.get(name)
        if instance.life.state is not M.PAUSED:
            raise Conflict(f"{name} is not paused but {instance.life.state.value}.")
        await self._hook(instance, "resume", self.loader.given.options.start_seconds)
        self._release(instance)
        self._activate(instance)
        self._begin_work(instance)
        return f"{name} is back in service."

    # Life

    async def _start(self, instance: Instance) -> None:
        """Initialise and start a loaded module. Raises Failed or TimedOut, with the module FAILED (S2.9, S3.5)."""
        try:
            for need in requirements(instance.module):
                if not need.optional and not self.registry.provides(need.service):
                    raise Conflict(f"{instance.name} requires {need.service!r}, which does not run")
            await self._initialize(instance)
            self._activate(instance)
        except Exception as error:
            self._force(instance)
            self.loader.fail(instance, error)
            if isinstance(error, FrameworkError):
                raise
            raise Invalid(f"{instance.name} can't start: {explain(error, instance.source.folder)}") from error

    async def _initialize(self, instance: Instance) -> None:
        options = self.loader.given.options
        instance.life.go(M.INITIALIZING, self._host.now())
        instance.can_use(self._schema(instance.name))
        await self._hook(instance, "initialize", options.initialize_seconds)
        await self._hook(instance, "start", options.start_seconds)

    def _activate(self, instance: Instance) -> None:
        """Put the module into service. Nothing in here fails."""
        if instance.taken is not None and instance.taken.schema != instance.schema:
            waiting = self.registry.belongings((instance.name,))[instance.name]
            self._host.keep(with_belongings(instance.taken, waiting))
            self._host.perform(lambda ctx: renew(ctx, instance.module, waiting))
        self._make_tables(instance)
        self.states.pop(instance.name, None)
        instance.life.go(M.ACTIVE, self._host.now())
        if instance.held == "paused":
            instance.life.go(M.PAUSED, self._host.now(), "as it was before")
            return
        self._host.perform(lambda ctx: ctx.world.timers.unpark(instance.name))
        early, instance.early = instance.early, []
        for signal in (InService(), *early):
            self._host.post(Signalled(instance.name, signal))

    async def _stop(self, instance: Instance, then: ModuleState = M.UNLOADED, force: bool = False) -> None:
        """Stop a running module within its time limit; hooks that fail or hang do not prevent that."""
        instance.life.go(M.UNLOADING, self._host.now(), "forced" if force else "")
        await self._background.end(instance.name, force)
        await self._hooks_down(instance, force)
        instance.life.go(then, self._host.now())

    async def _hooks_down(self, instance: Instance, force: bool = False) -> None:
        """`stop` and `shutdown`, each in its time. If one fails, or all is to be forced, `force_stop` (S4.7)."""
        for hook in () if force else ("stop", "shutdown"):
            try:
                await self._hook(instance, hook, self.loader.given.options.stop_seconds)
            except Exception as error:
                force = True
                instance.fault(error)
                instance.life.log.error("%s failed, it is stopped all the same: %s", hook, instance.figures.last_error)
        if force:
            self._force(instance)

    def _force(self, instance: Instance) -> None:
        try:
            force_hook(instance.module.force_stop, self._work(instance), f"{instance.name}: force_stop")
        except Exception as error:
            instance.fault(error)
            instance.life.log.error("force_stop failed, it is stopped all the same: %s", instance.figures.last_error)

    async def _abandon(self, instance: Instance) -> None:
        """End what a new instance has begun that will not be used."""
        if instance.life.state is M.ACTIVE:
            await self._stop(instance)
        elif instance.life.state is M.INITIALIZING:
            await self._hooks_down(instance)
            instance.life.go(M.FAILED, self._host.now())

    async def _hook(self, instance: Instance, hook: str, seconds: float) -> None:
        await run_hook(getattr(instance.module, hook), self._work(instance), f"{instance.name}: {hook}", seconds)

    def _work(self, instance: Instance) -> ModuleWork:
        return ModuleWork(instance, self._host.post, self._data, self._host.configuration)

    def _release(self, instance: Instance) -> None:
        """No order of an admin's keeps it out of service any more."""
        if instance.held:
            self._hold(instance, "")

    # State and tables

    def _restore(self, instance: Instance) -> None:
        found = self.states.get(instance.name)
        if found is None:
            return
        state, source = found
        snapshot = unpack(state, source) if isinstance(state, bytes) else state
        self._host.perform(lambda ctx: instance.restore_state(ctx, snapshot, source))
        instance.held = next((held for held in HELD if held in snapshot.metadata.tags), "")
        self.restored.add(instance.name)

    def _packed(self, of: Instance, reason: Reason, reader: Form | None = None) -> bytes:
        return pack(self._host.perform(lambda c: of.save_state(c, Metadata(reason=reason), 0, reader)), compress=False)

    def _make_tables(self, instance: Instance) -> None:
        """Have the next flush create the module's tables or migrate them."""
        database, known = instance.module.database, self._schema(instance.name)
        if database is None:
            return
        name, wanted = instance.name, len(database.steps)

        def add(ctx: CoreContext) -> None:
            for number in range(known + 1, wanted + 1):
                statements = tuple((sql, ()) for sql in database.steps[number - 1])
                ctx.world.writes.add(name, f"schema {number}", statements, schema=number)

        self._host.perform(add)
        self.schemas[name] = wanted
        self.registry.unmade.pop(name, None)

    def _schema(self, name: str) -> int:
        """The schema version that a module's own tables have, or will have after the next flush."""
        return self.registry.unmade.get(name, self.schemas.get(name, 0))

    # Beside the game

    def _begin_work(self, instance: Instance) -> None:
        if instance.life.state is M.ACTIVE:
            self._background.begin(instance)

    def _faulted(self, instance: Instance, error: Exception) -> None:
        """Count a failure of background work, and take its module out of service if there were too many."""
        instance.fault(error)
        self._worn(instance)

    def _worn(self, instance: Instance) -> None:
        self.registry.failed(instance.name, self._host.now())
        for text in self.registry.news():
            self._host.post(Announced(text, "admin"))

    async def examine(self, name: str) -> dict[str, str]:
        """Run each health check of a module once: what each complains of, "" for nothing."""
        instance = self.registry.get(name)
        work = self._work(instance)
        return {c.name: await self._background.illness(instance, c, work) for c in instance.module.health}

    def tasks_of(self, name: str) -> int:
        """The number of a module's jobs and checks that run."""
        return self._background.running(name)


#: The operations on a module that the game and the command line offer.
MANAGE: dict[str, Callable[[ModuleManager, str], Any]] = {
    "start": ModuleManager._start_one,
    "stop": ModuleManager._stop_one,
    "restart": ModuleManager._restart,
    "reload": ModuleManager._reload,
    "configure": ModuleManager._configure,
    "pause": ModuleManager._pause,
    "resume": ModuleManager._resume,
    "load": ModuleManager._load_one,
    "unload": ModuleManager._unload,
}
