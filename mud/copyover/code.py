"""What code and which world a generation is made of: a hash a file, and one over those of the program."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator, Mapping
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
        for path, inside, about in _files(str(root), suffix):
            name = _name(os.path.join(known_as, inside) if inside else str(known_as), str(base))
            with contextlib.suppress(OSError):
                found[name] = _look(path, about, (before or {}).get(name))
    return dict(sorted(found.items()))


def _name(path: str, base: str) -> str:
    return path.removeprefix(f"{base}{os.sep}")


def _look(path: str, about: os.stat_result, known: File | None) -> File:
    if known is not None and (known.changed, known.size) == (about.st_mtime_ns, about.st_size):
        return known
    return File(about.st_mtime_ns, about.st_size, blake(Path(path).read_bytes()))


def _files(root: str, suffix: str) -> Iterator[tuple[str, str, os.stat_result]]:
    """The files that count below a folder, or the one that it is, each also by its path from there: nothing hidden, no
    backups of editors, no tests.

    Without a Path for each: this is looked at right before the silence of a copyover, while the game waits.
    """
    if os.path.isfile(root):
        with contextlib.suppress(OSError):
            yield root, "", os.stat(root)
        return
    folders = [""]
    while folders:
        folder = folders.pop()
        with contextlib.suppress(OSError), os.scandir(os.path.join(root, folder)) as entries:
            for entry in entries:
                inside = os.path.join(folder, entry.name)
                if not _counts(entry.name):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    folders.append(inside)
                elif entry.name.endswith(suffix) and entry.is_file():
                    with contextlib.suppress(OSError):  # gone this very moment
                        yield entry.path, inside, entry.stat()


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
