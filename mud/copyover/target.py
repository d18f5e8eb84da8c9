"""The code that a copyover or a start runs: the source tree's or a kept generation's, with the operator's folders."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from mud.config import Config
from mud.copyover import code, environment, locations
from mud.copyover.code import WORLD_SUFFIX, Code, CodeFile
from mud.copyover.generations import Generations, KeptGeneration
from mud.copyover.locations import CODE, TREE
from mud.snapshot.form import Form


class Target(Struct):
    """The code that is to run the game: the source tree's, or with `kept` that of an older generation."""

    config: Config
    kept: KeptGeneration | None = None

    @property
    def root(self) -> Path:
        """The folder of the code."""
        return TREE if self.kept is None else generations(self.config).folder_of(self.kept.digest)

    @property
    def digest(self) -> str:
        """The hash of kept code; "" for the source tree's."""
        return self.kept.digest if self.kept is not None else ""

    @property
    def readers(self) -> dict[str, Form]:
        """The forms of state that it can read, if they may be older than ours."""
        return self.kept.parts if self.kept is not None else {}

    def look(self, before: Code) -> Code:
        """The code as it is now. A file with the same mtime and size as `before` is not read again."""
        if self.kept is None:
            return look(self.config, TREE, before)
        program = {path: CodeFile(0, 0, hash_) for path, hash_ in self.kept.files.items()}
        beside = look(self.config, CODE, before)
        return Code(program=program, packages=beside.packages, world=beside.world)

    def command(self) -> list[str]:
        """The command line that starts it. Raises CopyoverError."""
        return locations.command(self.root)

    def environment(self) -> dict[str, str]:
        """The environment that it is started with."""
        return environment.of_code(None if self.root == TREE else TREE)


def look(config: Config, root: Path, before: Code | None = None) -> Code:
    """The code at `root`, with packages and the world. A file that looks the same as `before` is not read again."""
    known = before or Code()
    folders = [TREE / "mud", TREE / "modules", TREE / "run.py", *map(locations.known, config.modules.folders)]
    packages, world = config.packages.absolute(), config.world.absolute()
    return Code(
        program=code.read({locations.place(root, path): path for path in folders}, TREE, known.program),
        packages=code.read({packages: packages}, TREE, known.packages),
        world=code.read({world: world}, TREE, known.world, WORLD_SUFFIX),
    )


def generations(config: Config) -> Generations:
    """The store of confirmed generations' code."""
    return Generations(config.data / "code", config.copyover.keep)
