"""The compiled world: all definitions in one file under DATA/cache, checked by content.

So a start, above all in the silence of a copyover, reads one file instead of parsing many, and decodes only the areas
that are asked for. It can be deleted at any time; if anything is wrong with it, the area files are read.
"""

from __future__ import annotations

import hashlib
import logging
import os
import struct
import time
import zlib
from functools import cache
from pathlib import Path

import msgspec

from mud.areas import area_file, names, references, reload, toml_lines
from mud.areas import load as loading
from mud.areas.area_file import read
from mud.areas.load import files_of, load, names_of
from mud.areas.reload import reread
from mud.core.errors import WorldError
from mud.core.text import markup
from mud.core.world import area, body
from mud.core.world.area import Contents, SourceFile, WorldDef

log = logging.getLogger("mud.areas")

#: By file name: size, time of writing and of change in ns, inode.
Stamps = dict[str, tuple[int, int, int, int]]
#: How many seconds may lie between two changes of a file that have the same time.
YOUNG_SECONDS = 2.0
_HEAD = struct.Struct(">IQ")  # checksum of all that follows, length of the head


class Packed(msgspec.Struct):
    """One area in the file: its length and its contents."""

    id: str
    size: int  # bytes
    contents: Contents


class Compiled(msgspec.Struct):
    """The head of a compiled world: the files that it was made from, and its areas in order."""

    sources: dict[str, SourceFile]
    start: str
    areas: list[Packed]


def load_cached(directory: Path, folder: Path) -> WorldDef:
    """The world in `directory`, from the cache in `folder` if that was made from the same files.

    Raises WorldError as `load` does.
    """
    path = _path(directory, folder)
    compiled, data = _read(path)
    stamps = _stamps_of_files(directory)
    if compiled is not None and stamps and _stamps(compiled.sources) == stamps:
        return _world(compiled, data)
    sources = _read_sources(directory)
    if compiled is not None and _digests(compiled.sources) == _digests(sources):
        known = compiled.sources
        compiled.sources = {n: msgspec.structs.replace(s, area=known[n].area) for n, s in sources.items()}
        _write(path, compiled, data)
        return _world(compiled, data)
    world = _changed(directory, compiled, data) or load(directory)
    keep(directory, folder, world)
    return world


def load_compiled(directory: Path, folder: Path) -> WorldDef:
    """The world as it was last compiled, whatever its files contain now. Raises WorldError if it never was."""
    compiled, data = _read(_path(directory, folder))
    if compiled is None:
        raise WorldError([f"{directory}: it has never been compiled into {folder}; correct its files"])
    return _world(compiled, data)


def keep(directory: Path, folder: Path, world: WorldDef) -> None:
    """Compile `world`, which was read from the files in `directory`.

    Later changes to these files do not matter: they are noticed when this is read.
    """
    encode = msgspec.msgpack.Encoder().encode
    areas = list(world.areas.values())
    packed = [zlib.compress(encode(area), 1) for area in areas]
    entries = [Packed(a.id, len(p), Contents.of(a)) for a, p in zip(areas, packed, strict=True)]
    _write(_path(directory, folder), Compiled(dict(world.sources), world.start, entries), b"".join(packed))


def _changed(directory: Path, compiled: Compiled | None, data: memoryview) -> WorldDef | None:
    """The compiled world, with changed files read again; None if that fails."""
    try:
        return reread(directory, _world(compiled, data), gone=True).defs if compiled is not None else None
    except WorldError:
        return None


def _world(compiled: Compiled, data: memoryview) -> WorldDef:
    """The world from its compiled form; areas stay packed until they are asked for."""
    areas: dict[str, bytes] = {}
    at = 0
    for packed in compiled.areas:
        areas[packed.id] = bytes(data[at : at + packed.size])  # a copy, which is dropped once it is decoded
        at += packed.size
    return WorldDef.packed(areas, {p.id: p.contents for p in compiled.areas}, compiled.start, compiled.sources)


def _path(directory: Path, folder: Path) -> Path:
    """The path of a compiled world: one for each folder of area files."""
    return folder / f"world-{hashlib.blake2b(str(directory.absolute()).encode(), digest_size=6).hexdigest()}.msgpack"


def _read(path: Path) -> tuple[Compiled | None, memoryview]:
    """The file's head and its packed areas; None if there is no file, or it is damaged or of another format."""
    nothing = memoryview(b"")
    try:
        data = memoryview(path.read_bytes())
        if data[:16] != _format():
            return None, nothing
        total, size = _HEAD.unpack_from(data, 16)
        body = data[16 + _HEAD.size :]
        if zlib.crc32(body) != total:
            return None, nothing  # all of it is checked now: when it is decoded, it is too late for an error
        return msgspec.msgpack.decode(body[:size], type=Compiled), body[size:]
    except (OSError, struct.error, msgspec.DecodeError):
        return None, nothing


def _write(path: Path, compiled: Compiled, data: bytes | memoryview) -> None:
    head = msgspec.msgpack.encode(compiled)
    temporary = path.with_suffix(f".{os.getpid()}.tmp")  # a rehearsal may write it at the same time
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(fd, "wb") as file:
            file.write(_format())
            file.write(_HEAD.pack(zlib.crc32(data, zlib.crc32(head)), len(head)))
            file.write(head)
            file.write(data)
        temporary.rename(path)
    except OSError as error:
        log.warning("the compiled world can't be kept, the next start is slower: %s", error)


def _stamps_of_files(directory: Path) -> Stamps:
    """The files' sizes, times and inodes.

    If none of these changed, neither did the contents, because nobody can set a file's time of change. Empty if a file
    was changed so recently that another change might have the same time.
    """
    stats = [(name, os.stat(os.path.join(directory, name))) for name in names_of(directory)]
    if any(abs(time.time() - stat.st_ctime) < YOUNG_SECONDS for _, stat in stats):
        return {}
    return {name: (s.st_size, s.st_mtime_ns, s.st_ctime_ns, s.st_ino) for name, s in stats}


def _stamps(sources: dict[str, SourceFile]) -> Stamps:
    return {name: (s.size, s.changed, s.touched, s.inode) for name, s in sources.items()}


def _digests(sources: dict[str, SourceFile]) -> dict[str, bytes]:
    return {name: source.digest for name, source in sources.items()}


def _read_sources(directory: Path) -> dict[str, SourceFile]:
    """The files by their contents. None is parsed, so their areas are unknown."""
    return {str(path.relative_to(directory)): read(path)[0] for path in files_of(directory)}


@cache
def _format() -> bytes:
    """A hash over the code that reads area files and this cache: other code needs another cache."""
    total = hashlib.blake2b(digest_size=16)
    modules = (area, body, markup, area_file, loading, toml_lines, names, references, reload)
    for file in (__file__, *(str(module.__file__) for module in modules)):
        total.update(Path(file).read_bytes())
    return total.digest()
