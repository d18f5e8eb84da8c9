"""Saved files: which count, what each belongs to, how they differ from those in play, what is wrong with them.

A file has changed only if its content has: touching it, undoing a change or writing the same content is no change.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

from msgspec import Struct

from mud.copyover.code import blake

Kind = Literal["core", "module", "world"]

#: Names of folders whose files are not part of the running code.
NOT_RUN = frozenset({"__pycache__", "tests"})
_SUFFIXES: dict[Kind, tuple[str, ...]] = {
    "core": (".py", ".toml"),
    "module": (".py", ".toml"),
    "world": (".toml",),
}
#: The first characters of names that nobody loads: hidden files, an editor's locks; a world's files set aside.
_LEFT_OUT: dict[Kind, str] = {"core": ".#", "module": ".#", "world": "._"}
_TRACE = re.compile(r'File "(?P<file>[^"]+)", line (?P<line>\d+)')
_PLACED = re.compile(r"\S+\.(?:py|toml):\d+: .+")


class SavedFile(Struct, frozen=True, array_like=True):
    """A file as it was read: size, times of writing and of change in ns, inode; and a hash of its content."""

    size: int
    changed: int
    touched: int
    inode: int
    digest: str


#: Absolute path: file.
Files = dict[str, SavedFile]


class NeededActions(Struct, frozen=True):
    """Files (absolute paths) that differ from those in play; modules' by the module's name."""

    core: tuple[str, ...] = ()
    modules: dict[str, tuple[str, ...]] = {}
    world: tuple[str, ...] = ()

    @property
    def code(self) -> tuple[str, ...]:
        """All files except the world's."""
        return (*self.core, *(path for paths in self.modules.values() for path in paths))

    @property
    def alone(self) -> str:
        """The module that is the only code that differs, or ""."""
        return next(iter(self.modules)) if len(self.modules) == 1 and not self.core else ""


class Trees(Struct, frozen=True, kw_only=True):
    """The folders whose files count, as absolute paths. Modules that are `off` do not count, nor does `data`."""

    core: Path
    modules: tuple[Path, ...]
    world: Path
    data: Path
    off: frozenset[str] = frozenset()

    def roots(self) -> dict[Path, Kind]:
        """Every folder to look at."""
        modules: dict[Path, Kind] = dict.fromkeys(self.modules, "module")
        return {self.core: "core", self.world: "world", **modules}

    def kind(self, path: str) -> tuple[Kind, str] | None:
        """What a file belongs to, with the module's name; None if it does not count."""
        for root, kind in self.roots().items():
            if not path.startswith(f"{root}{os.sep}"):
                continue
            parts = Path(path).relative_to(root).parts
            if self.data.is_relative_to(root) and Path(path).is_relative_to(self.data):
                return None
            if any(part[0] in _LEFT_OUT[kind] for part in parts) or Path(path).suffix not in _SUFFIXES[kind]:
                return None
            if kind != "world" and NOT_RUN.intersection(parts):
                return None
            if kind == "module" and (len(parts) < 2 or parts[0][0] == "_" or parts[0] in self.off):
                return None
            return kind, parts[0] if kind == "module" else ""
        return None

    def concerns(self, path: str) -> bool:
        """Whether to look at the files if something happened at a path: to one that counts, or to a folder of such.

        What is saved in a folder that was just made, or moved here, may be told of by the folder alone.
        """
        if os.path.isfile(path):
            return self.kind(path) is not None
        return any(self.kind(inside) is not None for inside in (path, os.path.join(path, "folder", "file.toml")))

    def sort(self, paths: Iterable[str]) -> NeededActions:
        """Sort paths by what they belong to."""
        core, world, modules = [], [], dict[str, tuple[str, ...]]()
        for path in sorted(paths):
            match self.kind(path):
                case "core", _:
                    core.append(path)
                case "world", _:
                    world.append(path)
                case "module", name:
                    modules[name] = (*modules.get(name, ()), path)
        return NeededActions(tuple(core), modules, tuple(world))

    def short(self, path: str) -> str:
        """A short path: relative to the folder that contains the tree."""
        inside = (root for root in self.roots() if Path(path).is_relative_to(root))
        return next((str(Path(path).relative_to(root.parent)) for root in inside), path)

    def shown(self, paths: Iterable[str]) -> str:
        """Some paths in one line."""
        first, *others = [self.short(path) for path in paths]
        return f"{first} and {len(others)} more" if others else first


def scan(trees: Trees, before: Files | None = None) -> Files:
    """Every file that counts, as it is now. A file that looks as `before` is not read again. Slow: for a thread."""
    found: Files = {}
    for path in _paths(trees):
        try:
            stat = os.stat(path)
            known = (before or {}).get(path)
            look = (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino)
            if known is None or (known.size, known.changed, known.touched, known.inode) != look:
                known = SavedFile(*look, _digest(path))
            found[path] = known
        except FileNotFoundError:  # it was removed meanwhile
            continue
    return found


def _paths(trees: Trees) -> Iterator[str]:
    for root, kind in trees.roots().items():
        for folder, folders, names in os.walk(root, followlinks=True):
            folders[:] = [f for f in folders if f[0] not in _LEFT_OUT[kind] and f != "__pycache__"]
            yield from (path for name in names if trees.kind(path := os.path.join(folder, name)))


def _digest(path: str) -> str:
    try:
        return blake(Path(path).read_bytes())
    except PermissionError:
        return "unreadable"


def touched(before: Files, now: Files) -> set[str]:
    """The files that were written, made or removed, with or without a change of content."""
    return {path for path in before.keys() | now.keys() if before.get(path) != now.get(path)}


def changed(before: Files, now: Files) -> set[str]:
    """The files that have another content than before, are new, or are gone."""
    old, new = ({path: file.digest for path, file in files.items()} for files in (before, now))
    return {path for path in old.keys() | new.keys() if old.get(path) != new.get(path)}


def problems(trees: Trees, paths: Iterable[str]) -> list[str]:
    """The errors in source files, with file and line, that can be found without running them."""
    found = []
    for path in paths:
        try:
            if path.endswith(".py"):
                ast.parse(Path(path).read_bytes(), trees.short(path))
        except SyntaxError as error:
            found.append(f"{trees.short(path)}:{error.lineno or 1}: {error.msg}")
        except FileNotFoundError:
            continue
        except (OSError, ValueError) as error:
            found.append(f"{trees.short(path)}:1: {getattr(error, 'strerror', None) or error}")
    return found


def headline(trees: Trees, error: str) -> str:
    """An error of a rehearsal on one line, beginning with file and line if they are known."""
    lines = [line.strip() for line in error.strip().splitlines()]
    placed = next((found[0] for line in lines if (found := _PLACED.search(line))), "")
    if placed:
        return placed
    traces = [m for line in lines if (m := _TRACE.search(line)) and trees.short(m["file"]) != m["file"]]
    if traces:
        return f"{trees.short(traces[-1]['file'])}:{traces[-1]['line']}: {lines[-1]}"
    return lines[0] if len(lines) == 1 else f"{lines[0]} {lines[-1]}"
