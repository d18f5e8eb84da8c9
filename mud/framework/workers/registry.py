"""The registry of workers: modules and processes alike, each under an id and through one interface (S3)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path

import msgspec

from mud.core.errors import Conflict, FrameworkError, NotFound
from mud.framework.lifecycle import WORKER
from mud.framework.manager import ModuleManager
from mud.framework.report import diagnose
from mud.framework.workers.controller import Clock, Controller, Diagnostics, Tell, WorkerState, WorkerType
from mud.framework.workers.manifest import WorkerManifest, keep_manifest, read_manifest
from mud.framework.workers.process import ProcessController

log = logging.getLogger("mud.workers")

#: The states in which a worker may be removed.
AT_REST = frozenset({WorkerState.IDLE, WorkerState.FAILED_START})


class ModuleController:
    """Controls a module as a worker."""

    type: WorkerType = "module"

    def __init__(self, manager: ModuleManager, name: str) -> None:
        self.id = name
        self._manager = manager

    @property
    def state(self) -> WorkerState:
        """Its present state."""
        return WORKER[self._manager.registry.get(self.id).life.state]

    async def start(self) -> None:
        """Start it. Raises Conflict when it runs, or what kept it from starting: it is FAILED_START then."""
        await self._manager.manage("start", self.id)

    async def stop(self) -> None:
        """Stop it by its own hooks, each in its time, then by force; it stays stopped until somebody starts it."""
        await self._manager.manage("stop", self.id)

    async def restart(self, force: bool = False) -> None:
        """Stop and start. With `force` its hooks are not asked first."""
        await self._manager.restart(self.id, force)

    def diagnostics(self) -> Diagnostics:
        """Everything known about it."""
        registry = self._manager.registry
        instance = registry.get(self.id)
        return diagnose(instance, len(registry.timers_of(self.id)), self._manager.tasks_of(self.id))


class WorkerRegistry:
    """All workers. Processes' manifests lie in `manifests`, their records in `records`, their output in `logs`."""

    def __init__(
        self,
        manager: ModuleManager,
        manifests: Path,
        records: Path,
        logs: Path,
        now: Clock,
        tell: Tell,
    ) -> None:
        self._manager = manager
        self._manifests = manifests
        self._records = records
        self._logs = logs
        self._now = now
        self._tell = tell
        self.processes: dict[str, ProcessController] = {}
        self._starting: set[asyncio.Task[None]] = set()

    def all(self) -> list[Controller]:
        """Modules in their starting order, then processes by name."""
        modules: list[Controller] = [ModuleController(self._manager, name) for name in self._manager.registry.instances]
        return modules + [self.processes[name] for name in sorted(self.processes)]

    def get(self, worker: str) -> Controller:
        """A worker by its id. Raises NotFound, with the nearest id."""
        known = {controller.id: controller for controller in self.all()}
        if worker not in known:
            near = get_close_matches(worker, known, 1)
            raise NotFound(f"There is no worker {worker!r}." + (f" Did you mean {near[0]}?" if near else ""))
        return known[worker]

    def giving(self, capability: str) -> list[Controller]:
        """The workers that have a capability, modules in service and running processes first. Raises NotFound."""
        everybody = [(worker, worker.diagnostics().capabilities) for worker in self.all()]
        found = [worker for worker, has in everybody if capability in has]
        if not found:
            known = sorted({name for _, has in everybody for name in has})
            near = get_close_matches(capability, known, 1)
            hint = f"did you mean {near[0]}?" if near else f"there is {', '.join(known)}"
            raise NotFound(f"No worker gives {capability!r}; {hint}")
        return sorted(found, key=lambda worker: worker.state is not WorkerState.RUNNING)

    async def add(self, path: Path) -> Controller:
        """Add a process by its manifest, and start it if the manifest says so. It is registered only if that succeeds.

        Raises Invalid, Conflict, or what a start raises.
        """
        manifest = read_manifest(path)
        if any(controller.id == manifest.name for controller in self.all()):
            raise Conflict(f"There is a worker {manifest.name!r} already.")
        controller = self._make(manifest)
        if not controller.adopt() and manifest.autostart:
            try:
                await controller.start()
            except FrameworkError:
                controller.let_go()
                self._record(manifest.name).unlink(missing_ok=True)
                raise
        keep_manifest(self._manifests, manifest)
        self.processes[manifest.name] = controller
        return controller

    def remove(self, worker: str) -> None:
        """Remove a process worker. Raises Conflict if it is neither stopped nor failed, or is a module."""
        controller = self.get(worker)
        if not isinstance(controller, ProcessController):
            raise Conflict(f"{worker} is a module: `module unload {worker}`.")
        if controller.state not in AT_REST:
            raise Conflict(f"{worker} is {controller.state.value}: stop it first (run.py worker stop {worker}).")
        controller.let_go()
        self._manifest(worker).unlink(missing_ok=True)
        self._record(worker).unlink(missing_ok=True)
        del self.processes[worker]

    def begin(self) -> None:
        """Take over every process that runs, and start those that should run: at the start, or again after `let_go`."""
        for path in sorted(self._manifests.glob("*.json")):
            if path.stem not in self.processes:
                try:
                    self.processes[path.stem] = self._make(msgspec.json.decode(path.read_bytes(), type=WorkerManifest))
                except (msgspec.DecodeError, OSError) as error:
                    log.error("the worker %s can't be taken on: %s", path, error)
        for controller in self.processes.values():
            if not controller.adopt() and controller.manifest.autostart and not controller.record.stopped:
                self._start(controller)

    def _start(self, controller: ProcessController) -> None:
        async def start() -> None:
            try:
                await controller.start()
            except FrameworkError as error:
                log.error("%s", error)

        task = asyncio.get_running_loop().create_task(start())
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)

    async def let_go(self) -> None:
        """Before a copyover: stop watching all processes, which run on, until `begin`.

        Raises Failed or TimedOut if one can't be let go; then `begin` takes over again those that were.
        """
        for controller in self.processes.values():
            controller.let_go()
        for task in list(self._starting):  # not earlier: a cancelled start ends its process
            task.cancel()
        await asyncio.gather(*self._starting, return_exceptions=True)

    async def stop_all(self) -> None:
        """At the end: stop every process that we started, all at the same time."""
        results = await asyncio.gather(*(c.stop(for_now=True) for c in self.processes.values()), return_exceptions=True)
        for error in results:
            if isinstance(error, BaseException):
                log.error("a worker could not be stopped: %s", error)
        await self.let_go()

    def _manifest(self, worker: str) -> Path:
        return self._manifests / f"{worker}.json"

    def _record(self, worker: str) -> Path:
        return self._records / f"{worker}.json"

    def _make(self, manifest: WorkerManifest) -> ProcessController:
        return FACTORIES["process"](manifest, self._records, self._logs, self._now, self._tell)


#: The controller for each type of worker that has a manifest. The loader makes modules.
FACTORIES: dict[WorkerType, Callable[[WorkerManifest, Path, Path, Clock, Tell], ProcessController]] = {
    "process": ProcessController,
}
