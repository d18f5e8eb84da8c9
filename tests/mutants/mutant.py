"""A mutant as data: what is changed where, what that breaks, and which tests must fail for it."""

from __future__ import annotations

import ast
import functools
import tomllib
from pathlib import Path

import msgspec
from msgspec import Struct

ROOT = Path(__file__).parents[2]
FOLDER = Path(__file__).parent


class Mutant(Struct, forbid_unknown_fields=True, frozen=True):
    """`old`, which is exactly once in `file`, becomes `new`; that breaks what `breaks` says, and `tests` fail.

    One that no test can kill has the reason in `survives`.
    """

    file: str
    old: str
    new: str
    breaks: str
    tests: tuple[str, ...]
    survives: str = ""

    def change(self, source: str) -> str:
        """The source with it. Raises ValueError when its text is not there exactly once, or nothing would change."""
        if (found := source.count(self.old)) != 1:
            raise ValueError(f"{self.file} has its text {found} times, not once: {self.old!r}")
        if self.old == self.new:
            raise ValueError("nothing is changed")
        return source.replace(self.old, self.new)

    @property
    def quick(self) -> bool:
        """Whether no test of it starts a server."""
        return not any(test.startswith(("tests/e2e", "tests/economy")) for test in self.tests)

    def faults(self, root: Path) -> list[str]:
        """What is wrong with it as data; nothing when all is well."""
        found = []
        try:
            ast.parse(self.change((root / self.file).read_text("utf-8")))
        except (ValueError, OSError, SyntaxError) as error:
            found.append(str(error))
        if not self.tests or not self.breaks:
            found.append("it names no tests, or not what it breaks")
        return [*found, *(f"there is no {test}" for test in self.tests if not exists(root, test))]


def exists(root: Path, test: str) -> bool:
    """Whether a test is there, by pytest's name for it. What is in brackets is not looked at."""
    path, _, name = test.partition("::")
    return (root / path).is_file() and (not name or name.split("[")[0] in functions(root / path))


@functools.cache
def functions(path: Path) -> frozenset[str]:
    """The names of a file's functions."""
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    return frozenset(node.name for node in ast.parse(path.read_text("utf-8")).body if isinstance(node, kinds))


def load(folder: Path = FOLDER) -> dict[str, Mutant]:
    """All mutants by name, file by file. Raises ValueError when two have one name."""
    found: dict[str, Mutant] = {}
    for path in sorted(folder.glob("*.toml")):
        for name, mutant in msgspec.convert(tomllib.loads(path.read_text("utf-8")), dict[str, Mutant]).items():
            if name in found:
                raise ValueError(f"{path.name}: there is another mutant called {name}")
            found[name] = mutant
    return found
