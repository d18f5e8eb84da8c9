"""What code and which world a generation is made of: a hash a file, and one over all of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

SUFFIXES = (".py", ".toml")
SHOWN = 12  # digits of a hash that people see


class File(Struct, frozen=True, array_like=True):
    """A file as it was when it was last read. `changed` is its mtime in nanoseconds."""

    changed: int
    size: int
    hash: str


#: Path: file.
Manifest = dict[str, File]


def read(roots: Iterable[Path], base: Path, before: Manifest | None = None) -> Manifest:
    """All code and world files below `roots`, by their paths from `base` where they lie in it; what looks as it did
    `before` is not read again.

    A file that can't be read is left out: whoever imports it will say so better.
    """
    found: Manifest = {}
    for path in sorted({path for root in roots for path in files(root)}):
        try:
            stat, name = path.stat(), str(path.relative_to(base) if path.is_relative_to(base) else path)
            known = (before or {}).get(name)
            if known is None or (known.changed, known.size) != (stat.st_mtime_ns, stat.st_size):
                known = File(stat.st_mtime_ns, stat.st_size, blake(path.read_bytes()))
            found[name] = known
        except OSError:
            continue
    return found


def files(root: Path) -> Iterable[Path]:
    """The code and world files below a folder, or the one that it is."""
    if root.is_file():
        return [root]
    below = (path for suffix in SUFFIXES for path in root.rglob(f"*{suffix}"))
    return (path for path in below if "tests" not in path.relative_to(root).parts)


def blake(data: bytes) -> str:
    """A hash as digits."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def digest(manifest: Manifest) -> str:
    """One hash over all of it, "" for nothing."""
    text = "".join(f"{path}\0{file.hash}\n" for path, file in manifest.items())
    return blake(text.encode()) if manifest else ""


def changes(before: Manifest, after: Manifest) -> list[str]:
    """What differs, a line a file: "+ new", "- gone", "~ changed"."""
    lines = [f"+ {path}" for path in after.keys() - before.keys()]
    lines += [f"- {path}" for path in before.keys() - after.keys()]
    lines += [f"~ {path}" for path in before.keys() & after.keys() if before[path].hash != after[path].hash]
    return sorted(lines, key=lambda line: line[2:])
