"""Finds modules (in the source tree, the operator's folders and installed packages) and imports them.

Every module from a folder is imported as the package `modules.NAME`, wherever the folder lies.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from msgspec import Struct

from mud.core.errors import Failed, FrameworkError, Invalid
from mud.core.origin import explain
from mud.framework.watchdog import WATCH
from mud.sdk.module import Module

GROUP = "everwake.modules"
#: Seconds that importing a module's code may take.
IMPORT_SECONDS = 10.0


class ModuleSource(Struct, frozen=True):
    """Where a module's code lies: a folder, or an installed package's entry point ("package.module:NAME").

    With an entry point, `folder` may be a single file, and `package` is what a reload imports again as a whole.
    """

    name: str
    kind: str  # "native", "path" or "entry point"
    folder: Path
    entry: str = ""
    package: str = ""

    def files(self) -> list[Path]:
        """All its Python files."""
        return [self.folder] if self.folder.is_file() else sorted(self.folder.rglob("*.py"))


def find(folders: Iterable[Path], native: Path) -> dict[str, ModuleSource]:
    """All available modules by name. An earlier folder takes precedence over a later one, any over entry points."""
    found: dict[str, ModuleSource] = {}
    for folder in map(_absolute, folders):
        for path in sorted(folder.glob("*/__init__.py")):
            name = path.parent.name
            if not name.startswith(("_", ".")):
                kind = "native" if folder.resolve() == native.resolve() else "path"
                found.setdefault(name, ModuleSource(name, kind, path.parent))
    for source in _installed():
        found.setdefault(source.name, source)
    return found


def _installed() -> Iterator[ModuleSource]:
    """The modules of installed packages.

    `importlib.metadata` is slow (10 ms of a copyover's silence), and mostly there are none: so this reads the files
    first.
    """
    texts = (file.read_text("utf-8") for folder in sys.path for file in Path(folder).glob("*-info/entry_points.txt"))
    if not any(GROUP in text for text in texts):
        return
    from importlib.metadata import entry_points

    for point in sorted(entry_points(group=GROUP), key=lambda p: p.name):
        folder, package = _located(point.module)
        yield ModuleSource(point.name, "entry point", folder, point.value, package)


def _located(module: str) -> tuple[Path, str]:
    """The path of an entry point's code, and the innermost package that contains it. Nothing is imported.

    For code that is gone the path does not exist, and importing it raises the error.
    """
    root, *rest = module.split(".")
    try:
        spec = importlib.util.find_spec(root)
    except ValueError:  # something of that name is imported that has no file
        spec = None
    if spec is None or not (spec.submodule_search_locations or spec.has_location):
        return Path(root), root
    if not spec.submodule_search_locations:
        return _absolute(Path(spec.origin or root)), root
    folder, package = _absolute(Path(next(iter(spec.submodule_search_locations)))), root
    for part in rest:
        if not (folder / part).is_dir():
            break
        folder, package = folder / part, f"{package}.{part}"
    return folder, package


def _absolute(path: Path) -> Path:
    """The path as Python writes it in a traceback, so that the place of an error can be recognised."""
    return Path(os.path.abspath(path))


class ModuleCode(Struct):
    """A module's imported code: its declaration, and its entries in `sys.modules`."""

    module: Module[Any]
    parts: dict[str, ModuleType]


def load(source: ModuleSource, fresh: bool = False) -> ModuleCode:
    """Import a module's code, none of which may be imported yet; with `fresh`, compile it again.

    Raises Failed, TimedOut or Invalid, naming the file and line if known. After an error, parts of the code may still
    be imported.
    """
    package = package_of(source)
    try:
        found, _ = WATCH.call(IMPORT_SECONDS, f"importing {source.name}", lambda: _declaration(source, package, fresh))
    except (FrameworkError, KeyboardInterrupt):
        raise
    except BaseException as error:  # SystemExit too
        what = f"{source.name} ({source.entry})" if source.entry else source.name
        raise Failed(f"{what} can't be imported: {explain(error, source.folder)}") from error
    if not isinstance(found, Module):
        raise Invalid(f"{source.folder}: MODULE has to be a Module, not a {type(found).__name__}")
    if found.name != source.name:
        called = "entry point" if source.entry else "folder"
        raise Invalid(f"{source.folder}: the module calls itself {found.name!r}, its {called} {source.name!r}")
    return ModuleCode(found, _parts(package))


def take_out(package: str) -> dict[str, ModuleType]:
    """Remove a package and its submodules from `sys.modules` and return them."""
    parts = _parts(package)
    for name in parts:
        del sys.modules[name]
    return parts


def put_back(parts: dict[str, ModuleType]) -> None:
    """Put what `take_out` returned back into `sys.modules`."""
    sys.modules.update(parts)


def _parts(package: str) -> dict[str, ModuleType]:
    return {n: m for n, m in sys.modules.items() if n == package or n.startswith(f"{package}.")}


def package_of(source: ModuleSource) -> str:
    """The name under which a module's code is imported."""
    return source.package or f"modules.{source.name}"


def _declaration(source: ModuleSource, package: str, fresh: bool) -> Any:
    if fresh:  # Python compares only the source's second and size: too coarse for an edit that is reloaded at once
        for file in source.files():
            Path(importlib.util.cache_from_source(str(file))).unlink(missing_ok=True)
    importlib.invalidate_caches()
    if source.entry:
        name, _, attribute = source.entry.partition(":")
        imported, attribute = importlib.import_module(name), attribute or "MODULE"
    else:
        imported, attribute = _import_folder(source.folder, package), "MODULE"
    if not hasattr(imported, attribute):
        where = imported.__file__ or str(source.folder)
        raise Invalid(f'{where} defines no {attribute}: add {attribute} = Module(name="{source.name}", ...)')
    return getattr(imported, attribute)


def _import_folder(folder: Path, package: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        package, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None:
        raise Invalid(f"{folder} contains no Python package")
    imported = importlib.util.module_from_spec(spec)
    sys.modules[package] = imported
    spec.loader.exec_module(imported)
    return imported
