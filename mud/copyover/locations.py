"""The two places of code: the source tree that people edit, or a kept copy of it, which a program can run from.

A copy has the layout of the tree; code from elsewhere (an operator's folder of modules) lies below `outside` in it.
"""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

from mud.copyover import environment
from mud.core.errors import CopyoverError


def known(folder: str) -> Path:
    """The absolute path of a folder. Keeps links, which may be switched to other code, but resolves a ".."."""
    path = Path(folder).absolute()
    return path.resolve() if ".." in path.parts else path


def started(real: Path, program: str) -> Path:
    """The folder of our code, by the path that `program` was started with, such as a link."""
    named = known(program).parent
    with contextlib.suppress(OSError):
        if named.samefile(real):
            return named
    return real


#: The folder of this program's code, and the source tree: the same, unless it runs from a copy.
CODE = started(Path(__file__).parent.parent.parent, sys.argv[0])
TREE = environment.tree(CODE)
OUTSIDE = "outside"


def place(root: Path, path: Path) -> Path:
    """The place of `path`, an absolute path in the tree or outside it, within the code at `root`."""
    if root == TREE:
        return path
    return root / (path.relative_to(TREE) if path.is_relative_to(TREE) else name_outside(path))


def here(folder: str) -> Path:
    """The place of one of the operator's folders within this program's code."""
    return Path(folder) if CODE == TREE else place(CODE, known(folder))


def name_outside(path: Path) -> Path:
    """The relative place, in a copy, of something outside the source tree."""
    return Path(OUTSIDE, *path.parts[1:])


def command(root: Path) -> list[str]:
    """This program's command line for the code at `root`. Raises CopyoverError if it can't be determined."""
    given = sys.orig_argv[1:]
    if root != CODE:
        if sys.argv[0] not in given:
            raise CopyoverError("other code can't be run: this program was not started as `python run.py`")
        given[given.index(sys.argv[0])] = str(root / "run.py")
    return [sys.executable, *given]
