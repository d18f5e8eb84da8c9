"""Builds a startable instance from a module's source: imports the code, checks contract, settings and permissions."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from mud.core.errors import Conflict, FrameworkError, Invalid, NotFound
from mud.framework import contract, finder, settings
from mud.framework.finder import ModuleCode, ModuleSource
from mud.framework.instance import Instance, Tolerance, permissions
from mud.framework.lifecycle import Life, ModuleState
from mud.framework.options import ModuleOptions
from mud.framework.order import provided, start_order, unmet
from mud.framework.registry import Registry
from mud.framework.requirement import requirements
from mud.sdk.bases import Settings
from mud.sdk.module import Module

log = logging.getLogger("mud.modules")
M = ModuleState
#: The folder of the source tree's own modules.
NATIVE = Path(__file__).resolve().parent.parent.parent / "modules"


class ModuleConfig:
    """The operator's configuration of modules: options, and settings and permissions by module.

    `place` maps one of the operator's folders to where its code lies.
    """

    def __init__(
        self,
        options: ModuleOptions,
        settings: Mapping[str, dict[str, Any]],
        permissions: Mapping[str, list[str]],
        environment: Mapping[str, str],
        folders: tuple[Path, ...] = (),
        place: Callable[[str], Path] = Path,
    ) -> None:
        self.options = options
        self.settings = settings
        self.permissions = permissions
        self.environment = environment
        self.folders = (NATIVE, *folders, *map(place, options.folders))

    def strange(self, known: Iterable[str]) -> Iterator[str]:
        """A complaint for each folder or module in the configuration that does not exist: mostly it is misspelt."""
        for folder in self.options.folders:
            if not Path(folder).is_dir():
                yield f"[modules] folders: {folder} is not a folder; no module is loaded from there"
        there = {*known, *self.options.off}
        named = {
            "permissions": self.permissions,
            "settings": self.settings,
            "modules.unhealthy": self.options.unhealthy,
        }
        for part, names in named.items():
            for name in sorted(set(names) - there):
                near = get_close_matches(name, there, 1)
                hint = f"; did you mean {near[0]}?" if near else ""
                yield f"[{part}] {name}: there is no such module{hint}"


class Loader:
    """Builds instances and adds them to the registry."""

    def __init__(self, registry: Registry, given: ModuleConfig, now: Callable[[], float]) -> None:
        self.registry = registry
        self.given = given
        self.rehearsed: frozenset[str] = frozenset()  # modules whose code was checked in the rehearsal
        self._now = now

    def sources(self) -> dict[str, ModuleSource]:
        """All available modules that the operator has not switched off."""
        off = set(self.given.options.off)
        return {name: s for name, s in finder.find(self.given.folders, NATIVE).items() if name not in off}

    def source(self, name: str) -> ModuleSource:
        """The source of one module. Raises NotFound."""
        found = self.sources().get(name)
        if found is None:
            raise NotFound(f"There is no module {name!r} in {', '.join(map(str, self.given.folders))}.")
        return found

    def build(self, source: ModuleSource, fresh: bool = False) -> Instance:
        """Import a module and check it. Raises FrameworkError; then the code imported before is in place again."""
        life = Life(source.name)
        life.go(M.LOADING, self._now(), source.kind)
        before = finder.take_out(finder.package_of(source))
        try:
            return self.made(source, finder.load(source, fresh), life, source.folder)
        except FrameworkError:
            finder.take_out(finder.package_of(source))
            finder.put_back(before)
            raise

    def made(self, source: ModuleSource, code: ModuleCode, life: Life, folder: Path | None) -> Instance:
        """An instance of `code`, whose sources lie in `folder`. Raises FrameworkError if it breaks its contract."""
        if source.name not in self.rehearsed:
            self._check(source.name, contract.check(code.module, folder), life)
        granted = permissions(code.module, frozenset(self.given.permissions.get(source.name, ())))
        settings_ = self.settings(code.module)
        instance = Instance(source, code, settings_, granted, self.registry, self._tolerance(), life)
        life.go(M.LOADED, self._now())
        return instance

    @staticmethod
    def _check(name: str, report: contract.ContractReport, life: Life) -> None:
        for finding in report.warnings:
            life.log.warning("contract: %s: %s", finding.category, finding.message)
        if not report.is_valid:
            raise Invalid(f"{name} breaks its contract (score {report.score}): {report.reasons()}")
        life.log.info("contract kept, score %d", report.score)

    def settings(self, module: Module[Any]) -> Settings:
        """A module's settings as the operator configured them. Raises Invalid."""
        given = self.given.settings.get(module.name, {})
        return settings.read(module.name, module.settings, given, self.given.environment)

    def load_all(self) -> None:
        """Phase one: load every module; one that can't be loaded is registered as failed, with the reason (S4.4)."""
        built: list[Instance] = []
        sources = self.sources()
        for text in self.given.strange(sources):
            log.warning("%s", text)
        for name, source in sources.items():
            try:
                built.append(self.build(source))
            except FrameworkError as error:
                self.registry.instances[name] = self.broken(source, error)
        self.place_all(built)

    def place_all(self, built: Iterable[Instance]) -> None:
        """Put instances of different names where they belong, in the order of their start. One that can't be used has
        failed."""
        known = {instance.name: instance for instance in built}
        order, refused = start_order(instance.module for instance in known.values())
        for name, why in refused.items():
            self.fail(known[name], Invalid(why))
        for name in order:
            self.place(known[name])

    def place(self, instance: Instance) -> None:
        """Register an instance; one that conflicts with another is marked as failed."""
        try:
            self.need_services(instance)
            self.registry.add(instance)
        except Conflict as error:
            self.fail(instance, error)

    def need_services(self, instance: Instance) -> None:
        """Raises Conflict if a service that the module requires is missing, or has another version of its API."""
        there = {
            s: i for i in self.registry.instances.values() if i.life.state is not M.FAILED for s in provided(i.module)
        }
        for need in requirements(instance.module):
            provider = there.get(need.service)
            if provider is None and not need.optional:
                raise Conflict(f"{instance.name} requires {need.service!r}, which is not there")
            if provider is not None and not need.optional and not need.met_by(provider.module.api_version):
                raise Conflict(unmet(instance.name, need, provider.module))

    def broken(self, source: ModuleSource, error: FrameworkError) -> Instance:
        """An instance that stands in for a module whose code can't be used."""
        life = Life(source.name)
        life.go(M.LOADING, self._now())
        stub: Module[Any] = Module(name=source.name, version="0.0.0")
        instance = Instance(
            source, ModuleCode(stub, {}), Settings(), frozenset(), self.registry, self._tolerance(), life
        )
        instance.broken = True
        self.fail(instance, error)
        return instance

    def fail(self, instance: Instance, error: Exception) -> None:
        """Mark a module as failed: the game goes on without it (S2.7, S2.9)."""
        instance.fault(error)
        instance.figures.last_error = str(error)
        instance.life.go(M.FAILED, self._now(), str(error))
        self.registry.instances.setdefault(instance.name, instance)
        log.error("the module %s is not started: %s", instance.name, error)

    def _tolerance(self) -> Tolerance:
        return Tolerance(self.given.options.errors, self.given.options.seconds)
