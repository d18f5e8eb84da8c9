"""The compiled world: all definitions in one file under DATA/cache, checked by content.

A start, and above all the start in the silence of a copyover, then decodes one file instead of parsing many. It
can be thrown away at any time; whatever is wrong with it, the files are read.
"""

from __future__ import annotations

import gc
import hashlib
import logging
import os
from functools import cache
from pathlib import Path

import msgspec

from mud.areas import load as loading
from mud.areas import locate, names, references, reload
from mud.areas.load import files_of, load, read
from mud.areas.reload import reread
from mud.core import area, body, markup
from mud.core.area import AreaDef, Source, WorldDef
from mud.core.errors import WorldError

log = logging.getLogger("mud.areas")


class Compiled(msgspec.Struct):
    """A compiled world, and which files in which state it was made of."""

    sources: dict[str, Source]
    start: str
    areas: list[AreaDef]

    def world(self) -> WorldDef:
        """The world that was compiled."""
        return WorldDef.of(self.areas, self.start, self.sources)


def load_cached(directory: Path, folder: Path) -> WorldDef:
    """The world in `directory`, from the cache in `folder` if that is of the same files.

    Raises WorldError as `load` does.
    """
    path = _path(directory, folder)
    compiled = _read(path)
    if compiled is not None and _stamps(compiled.sources) == _stamp(directory):
        return compiled.world()
    sources = _read_sources(directory)
    if compiled is not None and _digests(compiled.sources) == _digests(sources):
        known = compiled.sources
        compiled.sources = {n: msgspec.structs.replace(s, area=known[n].area) for n, s in sources.items()}
        world = compiled.world()
    else:
        world = _changed(directory, compiled) or load(directory)
    keep(directory, folder, world)
    return world


def keep(directory: Path, folder: Path, world: WorldDef) -> None:
    """Compile `world`, as it was read from the files in `directory`. What they are by now does not matter: it is
    looked at when this is read."""
    _write(_path(directory, folder), Compiled(world.sources, world.start, list(world.areas.values())))


def load_compiled(directory: Path, folder: Path) -> WorldDef:
    """The world as it was compiled last, whatever its files say now. Raises WorldError when it never was."""
    compiled = _read(_path(directory, folder))
    if compiled is None:
        raise WorldError([f"{directory}: it has never been compiled into {folder}; mend its files"])
    return compiled.world()


def _changed(directory: Path, compiled: Compiled | None) -> WorldDef | None:
    """What was compiled, with the files that changed since read again; None when that does not come out right."""
    try:
        return reread(directory, compiled.world(), gone=True).defs if compiled is not None else None
    except WorldError:
        return None


def _path(directory: Path, folder: Path) -> Path:
    """A compiled world's file: one for each folder of area files."""
    return folder / f"world-{hashlib.blake2b(str(directory.absolute()).encode(), digest_size=6).hexdigest()}.msgpack"


def _read(path: Path) -> Compiled | None:
    """What the file holds; None when there is none, it is damaged, or of another program's format."""
    try:
        data = path.read_bytes()
        if data[:16] != _format():
            return None
        enabled = gc.isenabled()
        gc.disable()  # hundreds of thousands of new objects, none of them garbage
        try:
            return msgspec.msgpack.decode(memoryview(data)[16:], type=Compiled)
        finally:
            if enabled:
                gc.enable()
    except (OSError, msgspec.DecodeError):
        return None


def _write(path: Path, compiled: Compiled) -> None:
    temporary = path.with_suffix(f".{os.getpid()}.tmp")  # a rehearsal may be at it too
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(fd, "wb") as file:
            file.write(_format())
            file.write(msgspec.msgpack.encode(compiled))
        temporary.rename(path)
    except OSError as error:
        log.warning("the compiled world can't be kept, the next start is slower: %s", error)


def _stamp(directory: Path) -> dict[str, tuple[int, int]]:
    """The files as the folder lists them: if nothing of this changed, nothing of the content did."""
    stats = [(path, path.stat()) for path in files_of(directory)]
    return {str(path.relative_to(directory)): (stat.st_size, stat.st_mtime_ns) for path, stat in stats}


def _stamps(sources: dict[str, Source]) -> dict[str, tuple[int, int]]:
    return {name: (source.size, source.changed) for name, source in sources.items()}


def _digests(sources: dict[str, Source]) -> dict[str, bytes]:
    return {name: source.digest for name, source in sources.items()}


def _read_sources(directory: Path) -> dict[str, Source]:
    """The files by their contents. None of them is parsed, so nobody knows their areas."""
    return {str(path.relative_to(directory)): read(path)[0] for path in files_of(directory)}


@cache
def _format() -> bytes:
    """A hash over the code that reads area files: other code, other cache."""
    total = hashlib.blake2b(digest_size=16)
    for module in (area, body, markup, loading, locate, names, references, reload):
        total.update(Path(str(module.__file__)).read_bytes())
    return total.digest()
