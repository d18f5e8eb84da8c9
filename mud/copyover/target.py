"""The code that is there to be run: what a configuration makes part of it, and which is to have the game next."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from mud.config import Config
from mud.copyover import code, environment, locations
from mud.copyover.code import WORLD_SUFFIX, Code, CodeFile
from mud.copyover.generations import Generations, Kept
from mud.copyover.locations import CODE, TREE
from mud.snapshot.form import Form


class Target(Struct):
    """The code that is to have the game: the source tree's, or with `kept` that of an older generation."""

    config: Config
    kept: Kept | None = None

    @property
    def root(self) -> Path:
        """Where it lies."""
        return TREE if self.kept is None else generations(self.config).folder_of(self.kept.digest)

    @property
    def digest(self) -> str:
        """By what it is known, where it is kept; "" for the source tree's."""
        return self.kept.digest if self.kept is not None else ""

    @property
    def readers(self) -> dict[str, Form]:
        """What states it can read, as far as they may be older than ours."""
        return self.kept.parts if self.kept is not None else {}

    def look(self, before: Code) -> Code:
        """What it is now. What looks as it did `before` is not read again."""
        if self.kept is None:
            return look(self.config, TREE, before)
        program = {path: CodeFile(0, 0, hash_) for path, hash_ in self.kept.files.items()}
        beside = look(self.config, CODE, before)
        return Code(program=program, packages=beside.packages, world=beside.world)

    def command(self) -> list[str]:
        """How it is started. Raises CopyoverError."""
        return locations.command(self.root)

    def environment(self) -> dict[str, str]:
        """What it finds in its environment."""
        return environment.of_code(None if self.root == TREE else TREE)


def look(config: Config, root: Path, before: Code | None = None) -> Code:
    """The code at `root`, with packages and the world beside it. What looks as it did `before` is not read again."""
    known = before or Code()
    folders = [TREE / "mud", TREE / "modules", TREE / "run.py", *map(locations.known, config.modules.folders)]
    packages, world = config.packages.absolute(), config.world.absolute()
    return Code(
        program=code.read({locations.place(root, path): path for path in folders}, TREE, known.program),
        packages=code.read({packages: packages}, TREE, known.packages),
        world=code.read({world: world}, TREE, known.world, WORLD_SUFFIX),
    )


def generations(config: Config) -> Generations:
    """Where the code of confirmed generations is kept."""
    return Generations(config.data / "code", config.copyover.keep)
