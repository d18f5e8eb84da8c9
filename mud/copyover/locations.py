"""Where code lies: the source tree that people change, or a copy that was kept of it, from which a program can be run.

A copy is laid out as the tree is; what lay elsewhere, an operator's folder of modules, is below `outside` in it.
"""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

from mud.copyover import environment
from mud.core.errors import CopyoverError


def known(folder: str) -> Path:
    """A folder as people know it, absolute. Links in it stay, they may be set to other code; a ".." does not."""
    path = Path(folder).absolute()
    return path.resolve() if ".." in path.parts else path


def started(real: Path, program: str) -> Path:
    """The folder of our code as whoever started `program` named it, by a link for instance."""
    named = known(program).parent
    with contextlib.suppress(OSError):
        if named.samefile(real):
            return named
    return real


#: Where the code of this program lies, and the source tree: the same, unless it runs from a copy.
CODE = started(Path(__file__).parent.parent.parent, sys.argv[0])
TREE = environment.tree(CODE)
OUTSIDE = "outside"


def place(root: Path, path: Path) -> Path:
    """Where `path`, absolute and as people know it, lies in the code at `root`."""
    if root == TREE:
        return path
    return root / (path.relative_to(TREE) if path.is_relative_to(TREE) else name_outside(path))


def here(folder: str) -> Path:
    """Where the code of one of the operator's folders lies for this program."""
    return Path(folder) if CODE == TREE else place(CODE, known(folder))


def name_outside(path: Path) -> Path:
    """The place in a copy of what lies elsewhere."""
    return Path(OUTSIDE, *path.parts[1:])


def command(root: Path) -> list[str]:
    """The command line of this program, run with the code at `root`. Raises CopyoverError when it can't be told."""
    given = sys.orig_argv[1:]
    if root != CODE:
        if sys.argv[0] not in given:
            raise CopyoverError("other code can't be run: this program was not started as `python run.py`")
        given[given.index(sys.argv[0])] = str(root / "run.py")
    return [sys.executable, *given]
