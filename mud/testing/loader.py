"""Where a kit's modules come from: from the test that made it, and others from their folders as in a server."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from mud.framework.finder import ModuleCode, ModuleSource
from mud.framework.instance import Instance
from mud.framework.lifecycle import Life, ModuleState
from mud.framework.loader import Loader, ModuleConfig
from mud.framework.registry import Registry
from mud.sdk.module import Module


def source_of(name: str) -> ModuleSource:
    """Where a module of a kit lies: nowhere. Its package is none that anybody imports."""
    return ModuleSource(name, "test", Path(name), package=f"the kit's {name}")


class KitLoader(Loader):
    """Loads the modules that a test gives, and others as a server does."""

    def __init__(
        self,
        registry: Registry,
        given: ModuleConfig,
        now: Callable[[], float],
        modules: Callable[[], Iterable[Module[Any]]],
    ) -> None:
        super().__init__(registry, given, now)
        self._modules = modules

    def source(self, name: str) -> ModuleSource:
        """Where a module lies. Raises NotFound."""
        return source_of(name) if any(m.name == name for m in self._modules()) else super().source(name)

    def build(self, source: ModuleSource, fresh: bool = False) -> Instance:
        """An instance of a module. Raises FrameworkError."""
        if source.kind != "test":
            return super().build(source, fresh)
        return self.instance(next(m for m in self._modules() if m.name == source.name))

    def instance(self, module: Module[Any]) -> Instance:
        """An instance of one of a test's modules. Raises FrameworkError."""
        life = Life(module.name)
        life.go(ModuleState.LOADING, self._now())
        return self.made(source_of(module.name), ModuleCode(module, {}), life, None)
