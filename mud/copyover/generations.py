"""Keeps the code of the last confirmed generations in DATA/code, for a rollback.

A copy is complete and ready to run, in a folder named by the hash of its content. Code that was tried and never
confirmed is removed. The index is replaced atomically, so a kill leaves either the old one or the new one.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

from mud.copyover import code
from mud.copyover.code import SHOWN, Manifest
from mud.copyover.locations import name_outside
from mud.core.errors import CopyoverError
from mud.snapshot.form import Form

S = TypeVar("S", bound=Struct)

INDEX, UNCONFIRMED = "generations.json", "unsure.json"
#: The prefix of a copy's name until it is complete.
PARTIAL = "partial-"
#: The number of starts in a row, without a confirmation or a proper end, that make a crash loop.
LOOP = 3


class KeptGeneration(Struct, kw_only=True):
    """A confirmed generation: its code, and the form of each participant's state.

    `confirmed` is in wall-clock seconds; `files` maps each file to its hash.
    """

    generation: int
    digest: str
    version: str
    confirmed: float
    parts: dict[str, Form] = {}
    files: dict[str, str] = {}

    def __str__(self) -> str:
        return f"generation {self.generation}, code {self.digest[:SHOWN]}"


class Index(Struct, kw_only=True):
    """The kept generations, oldest first; the hashes of code that was `rejected` by a rollback; and what ran last."""

    kept: list[KeptGeneration] = []
    rejected: list[str] = msgspec.field(name="left", default_factory=list)  # the name in files of older versions
    generation: int = 0
    digest: str = ""


class UnconfirmedStarts(Struct, kw_only=True):
    """Unconfirmed code ("": its hash was not computed), and how often in a row it was started without a proper end."""

    digest: str
    starts: int = 1


class Generations:
    """The folder of kept generations, at most `most`. Every method may raise OSError."""

    def __init__(self, folder: Path, most: int) -> None:
        self._folder = folder.absolute()
        self._most = max(1, most)

    # The index

    def index(self) -> Index:
        """The index; an empty one if it can't be read."""
        return self._read(INDEX, Index) or Index()

    def _read(self, name: str, kind: type[S]) -> S | None:
        try:
            return msgspec.json.decode((self._folder / name).read_bytes(), type=kind)
        except (FileNotFoundError, msgspec.DecodeError, UnicodeDecodeError):
            return None

    def _write(self, name: str, content: Struct) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial = self._folder / f"{name}.{PARTIAL}"
        partial.write_bytes(msgspec.json.encode(content))
        partial.replace(self._folder / name)

    def runs(self, generation: int, digest: str) -> None:
        """Note which generation and code run now."""
        index = self.index()
        if (index.generation, index.digest) != (generation, digest):
            index.generation, index.digest = generation, digest
            self._write(INDEX, index)

    # Keeping

    def folder_of(self, digest: str) -> Path:
        """The folder of a kept copy."""
        return self._folder / digest

    def keep(self, program: Manifest, tree: Path) -> None:
        """Keep a copy of a program, whose files must not have changed since `program` was read.

        Does nothing if there is an undamaged copy already. Raises CopyoverError if a file did change.
        """
        target = self.folder_of(code.digest(program))
        if target.is_dir() and self._damaged(target, {name: file.hash for name, file in program.items()}) is None:
            return
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial = self._folder / f"{PARTIAL}{target.name}"
        shutil.rmtree(partial, ignore_errors=True)
        try:
            for name, file in program.items():
                data = (tree / name).read_bytes()
                if code.blake(data) != file.hash:
                    raise CopyoverError(f"{name} was changed meanwhile")
                place = partial / path_in(name)
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(data)
            shutil.rmtree(target, ignore_errors=True)
            partial.rename(target)
        finally:
            shutil.rmtree(partial, ignore_errors=True)

    def confirm(self, kept: KeptGeneration) -> None:
        """Note that a generation is confirmed, and remove the copies that are no longer needed."""
        index = self.index()
        others = [other for other in index.kept if other.digest != kept.digest]
        index.kept = [*others, kept][-self._most :]
        self._write(INDEX, index)
        self.settled(kept.digest)
        self._clear({other.digest for other in index.kept})

    def _clear(self, needed: set[str]) -> None:
        for path in self._folder.iterdir():
            if path.is_dir() and path.name not in needed:
                shutil.rmtree(path, ignore_errors=True)

    def confirmed(self, digest: str) -> bool:
        """Whether this code was confirmed, and not rejected since."""
        index = self.index()
        return digest not in index.rejected and any(kept.digest == digest for kept in index.kept)

    # Going back

    def before(self, digest: str, generation: int = 0) -> KeptGeneration:
        """The last confirmed generation with code other than `digest` and an intact copy; or number `generation`.

        Raises CopyoverError if there is none.
        """
        index = self.index()
        if generation:
            found = [kept for kept in index.kept if kept.generation == generation]
        else:
            found = [kept for kept in index.kept if kept.digest != digest and kept.digest not in index.rejected]
        if not found:
            kept_ones = ", ".join(str(kept.generation) for kept in index.kept)
            others = f"kept are generations: {kept_ones}" if kept_ones else "none has run well for long enough yet"
            what = f"of generation {generation}" if generation else "to go back to"
            raise CopyoverError(f"there is no confirmed code {what}; {others}")
        if found[-1].digest == digest:
            raise CopyoverError(f"the code of generation {generation} is what runs")
        damaged = []
        for kept in reversed(found):
            try:
                self.check(kept)
            except CopyoverError as error:
                damaged.append(str(error))
            else:
                return kept
        raise CopyoverError("; ".join(damaged))

    def check(self, kept: KeptGeneration) -> None:
        """Raise CopyoverError if the copy of a generation's code is damaged, or gone."""
        path = self._damaged(self.folder_of(kept.digest), kept.files)
        if path is not None:
            raise CopyoverError(f"the kept code of {kept} is damaged: {path}")

    @staticmethod
    def _damaged(folder: Path, files: Mapping[str, str]) -> Path | None:
        """The first file of a copy that differs from what was kept; None if the copy is intact."""
        for name, wanted in files.items():
            path = folder / path_in(name)
            try:
                good = code.blake(path.read_bytes()) == wanted
            except OSError:
                good = False
            if not good:
                return path
        return None

    def reject(self, digest: str) -> None:
        """This code was no good: as long as the tree has it, an older one is started in its place."""
        index = self.index()
        if digest not in index.rejected:
            index.rejected.append(digest)
            index.rejected = index.rejected[-self._most :]
            self._write(INDEX, index)

    def accept(self, digest: str) -> None:
        """Somebody wants this code all the same."""
        index = self.index()
        if digest in index.rejected:
            index.rejected.remove(digest)
            self._write(INDEX, index)

    # Crash loops

    def unconfirmed(self) -> UnconfirmedStarts | None:
        """The code that was started and neither confirmed nor properly ended; None if there is none."""
        return self._read(UNCONFIRMED, UnconfirmedStarts)

    def starts(self, digest: str) -> int:
        """Count a start of unconfirmed code; returns how often in a row it has been started."""
        found = self.unconfirmed()
        again = found is not None and found.digest in ("", digest)
        now = UnconfirmedStarts(digest=digest, starts=found.starts + 1 if found is not None and again else 1)
        self._write(UNCONFIRMED, now)
        return now.starts

    def settled(self, digest: str = "") -> None:
        """Note that code was confirmed or ended properly; without `digest`, whichever code it was."""
        found = self.unconfirmed()
        if found is not None and (not digest or found.digest in ("", digest)):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self._folder / UNCONFIRMED)


def path_in(name: str) -> Path:
    """The path of a manifest's file inside a copy."""
    path = Path(name)
    return name_outside(path) if path.is_absolute() else path
