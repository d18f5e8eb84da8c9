"""The code and the world that a generation consists of: a hash of each file, and one over the whole program."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct

#: Names that are left out of a folder of code; and the suffix of the files that count in a world's folder.
NO_CODE = frozenset({"__pycache__", "tests", "README.md"})
WORLD_SUFFIX = ".toml"
SHOWN = 12  # digits of a hash that are shown to people


class CodeFile(Struct, frozen=True, array_like=True):
    """A file as it was last read. `changed` is its mtime in nanoseconds."""

    changed: int
    size: int
    hash: str


#: Files by path, relative to the source tree if they lie in it.
Manifest = dict[str, CodeFile]


class Code(Struct):
    """The program (with the modules of the tree and of the operator's folders), installed packages, and the world."""

    program: Manifest = {}
    packages: Manifest = {}
    world: Manifest = {}

    @property
    def digest(self) -> str:
        """The hash that identifies the program; "" if there is none."""
        return digest(self.program)

    @property
    def rehearsed(self) -> str:
        """A hash over all that a rehearsal tries, except the world, of which a compiled copy is kept."""
        return digest(self.program | self.packages)

    def other_than(self, other: Code) -> set[str]:
        """The files of the program and of packages that are missing from, or different in, `other`."""
        mine, theirs = self.program | self.packages, other.program | other.packages
        return {name for name, file in mine.items() if name not in theirs or theirs[name].hash != file.hash}

    def changes(self, after: Code) -> list[str]:
        """The differences of `after` from this, one line for each file."""
        return [
            *changes(self.program, after.program),
            *changes(self.packages, after.packages),
            *changes(self.world, after.world),
        ]


def read(roots: Mapping[Path, Path], base: Path, before: Manifest | None = None, suffix: str = "") -> Manifest:
    """All files below the folders `roots`, by the paths that these map to, relative to `base` if they lie in it.

    A file with the same mtime and size as `before` is not read again. With `suffix`, only files whose names end so. A
    file that can't be read is left out: importing it will give a better error.
    """
    known = before or {}
    found: Manifest = {}
    for root, known_as in roots.items():
        shown = str(known_as.relative_to(base) if known_as.is_relative_to(base) else known_as)
        for path, stat in _files(str(root)):
            name = shown + path[len(str(root)) :]
            if not name.endswith(suffix):
                continue
            file = known.get(name)
            if file is None or (file.changed, file.size) != (stat.st_mtime_ns, stat.st_size):
                file = _read(path, stat)
            if file is not None:
                found[name] = file
    return dict(sorted(found.items()))


def _read(path: str, stat: os.stat_result) -> CodeFile | None:
    try:
        with open(path, "rb") as file:
            return CodeFile(stat.st_mtime_ns, stat.st_size, blake(file.read()))
    except OSError:
        return None


def _files(path: str, linked: frozenset[str] = frozenset()) -> Iterator[tuple[str, os.stat_result]]:
    """The files that count below a folder, or the file itself: no hidden ones, editors' backups or tests, and no names
    that are not text. A linked folder counts like any other, unless we are inside it already.

    Uses scandir, because the game waits for it.
    """
    try:
        entries = sorted(os.scandir(path), key=lambda entry: entry.name)
    except NotADirectoryError:
        with contextlib.suppress(OSError):
            yield path, os.stat(path)
        return
    except OSError:  # it is gone, or closed to us
        return
    for entry in entries:
        if entry.name in NO_CODE or entry.name[0] in ".#" or entry.name[-1] == "~":
            continue
        with contextlib.suppress(OSError, UnicodeEncodeError):
            entry.name.encode()
            if entry.is_dir(follow_symlinks=False):
                yield from _files(entry.path, linked)
            elif entry.is_dir():
                real = os.path.realpath(entry.path)
                if real not in linked and not f"{os.path.realpath(path)}/".startswith(f"{real}/"):
                    yield from _files(entry.path, linked | {real})
            elif entry.is_file():
                yield entry.path, entry.stat()


def blake(data: bytes) -> str:
    """The BLAKE2b hash of `data` as hexadecimal digits."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def digest(manifest: Manifest) -> str:
    """One hash over a whole manifest; "" if it is empty."""
    return digest_of({path: file.hash for path, file in manifest.items()})


def digest_of(hashes: Mapping[str, str]) -> str:
    """The same, from the hashes by path."""
    text = "".join(f"{path}\0{hashes[path]}\n" for path in sorted(hashes))
    return blake(text.encode()) if hashes else ""


def changes(before: Manifest, after: Manifest) -> list[str]:
    """The differences, one line for each file: "+ new", "- gone", "~ changed"."""
    lines = [f"+ {path}" for path in after.keys() - before.keys()]
    lines += [f"- {path}" for path in before.keys() - after.keys()]
    lines += [f"~ {path}" for path in before.keys() & after.keys() if before[path].hash != after[path].hash]
    return sorted(lines, key=lambda line: line[2:])
