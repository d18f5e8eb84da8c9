"""What code and which world a generation is made of: a hash a file, and one over those of the program."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from msgspec import Struct

#: What is read of a folder of code: all but this; and of a world.
NO_CODE = frozenset({"__pycache__", "tests"})
WORLD_SUFFIX = ".toml"
SHOWN = 12  # digits of a hash that people see


class File(Struct, frozen=True, array_like=True):
    """A file as it was when it was last read. `changed` is its mtime in nanoseconds."""

    changed: int
    size: int
    hash: str


#: Path, from the source tree where it lies in it: file.
Manifest = dict[str, File]


class Code(Struct):
    """The program with the modules of the tree and of the operator's folders; installed packages; and the world."""

    program: Manifest = {}
    packages: Manifest = {}
    world: Manifest = {}

    @property
    def digest(self) -> str:
        """By what the program is known; "" when there is none."""
        return digest(self.program)

    @property
    def rehearsed(self) -> str:
        """A hash over all that a rehearsal tries, but for the world, of which a compiled copy is kept."""
        return digest(self.program | self.packages)

    def changes(self, after: Code) -> list[str]:
        """What is different `after`, a line a file."""
        return [
            *changes(self.program, after.program),
            *changes(self.packages, after.packages),
            *changes(self.world, after.world),
        ]


def read(roots: Mapping[Path, Path], base: Path, before: Manifest | None = None, suffix: str = "") -> Manifest:
    """All files below the folders `roots`, by the paths that people know, to which these map: from `base` on, where
    they lie in it.

    What looks as it did `before` is not read again. With `suffix` only files that end so. A file that can't be read is
    left out: whoever imports it will say so better.
    """
    found: Manifest = {}
    for root, known_as in roots.items():
        for path in files(root, suffix):
            shown = known_as / path.relative_to(root) if path != root else known_as
            name = str(shown.relative_to(base) if shown.is_relative_to(base) else shown)
            try:
                found[name] = _look(path, (before or {}).get(name))
            except OSError:
                continue
    return dict(sorted(found.items()))


def _look(path: Path, known: File | None) -> File:
    stat = path.stat()
    if known is not None and (known.changed, known.size) == (stat.st_mtime_ns, stat.st_size):
        return known
    return File(stat.st_mtime_ns, stat.st_size, blake(path.read_bytes()))


def files(root: Path, suffix: str = "") -> Iterable[Path]:
    """The files that count below a folder, or the one that it is: nothing hidden, no backups of editors, no tests."""
    if root.is_file():
        return [root]
    return (
        path
        for path in root.rglob(f"*{suffix}")
        if path.is_file() and all(_counts(part) for part in path.relative_to(root).parts)
    )


def _counts(part: str) -> bool:
    return part not in NO_CODE and part[0] not in ".#" and part[-1] != "~"


def blake(data: bytes) -> str:
    """A hash as digits."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def digest(manifest: Manifest) -> str:
    """One hash over all of it, "" for nothing."""
    return digest_of({path: file.hash for path, file in manifest.items()})


def digest_of(hashes: Mapping[str, str]) -> str:
    """The same, over hashes by path."""
    text = "".join(f"{path}\0{hashes[path]}\n" for path in sorted(hashes))
    return blake(text.encode()) if hashes else ""


def changes(before: Manifest, after: Manifest) -> list[str]:
    """What differs, a line a file: "+ new", "- gone", "~ changed"."""
    lines = [f"+ {path}" for path in after.keys() - before.keys()]
    lines += [f"- {path}" for path in before.keys() - after.keys()]
    lines += [f"~ {path}" for path in before.keys() & after.keys() if before[path].hash != after[path].hash]
    return sorted(lines, key=lambda line: line[2:])
