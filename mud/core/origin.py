"""Where an error comes from: the last line of a module's code that it came through, or else of our own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath
from sys import _getframe
from sysconfig import get_path
from traceback import walk_tb
from types import FrameType
from typing import Any

from mud.core.errors import EverwakeError

_OURS = f"{PurePath(__file__).parent.parent}/"
_PYTHON = f"{get_path('stdlib')}/"
_INSTALLED = ("/site-packages/", "/dist-packages/")


def explain(error: BaseException, folder: PurePath | None = None) -> str:
    """An error in one line: its place, its type, and what it says. `folder` is that of the module that it is of.

    An error of ours says what it is about in words: then the type is left out.
    """
    if isinstance(error, SyntaxError):
        return f"{_short(error.filename or '?', '', folder)}:{error.lineno}: {error.msg}"
    where = place(error, folder)
    text = str(error) if isinstance(error, EverwakeError) else f"{type(error).__name__}: {error}".removesuffix(": ")
    return f"{where}: {text}" if where else text


def place(error: BaseException, folder: PurePath | None = None) -> str:
    """The file and line where an error comes from, as "raffle/draws.py:12"; "" if it is not known.

    Within our own code it is only of use for an error that is no module's, and was not raised on purpose.
    """
    frames = list(walk_tb(error.__traceback__))
    inside = [(f, n) for f, n in frames if folder is not None and PurePath(_file(f)).is_relative_to(folder)]
    outside = [(f, n) for f, n in frames if _is_foreign(_file(f))]
    ours = [] if folder is not None or isinstance(error, EverwakeError) else frames
    for frame, line in (inside or outside or ours)[-1:]:
        return f"{_short(_file(frame), frame.f_globals.get('__name__', ''), folder)}:{line}"
    return ""


def caller() -> str:
    """The file and line outside of our own code that is just being run; "" if there is none."""
    frame: FrameType | None = _getframe(1)
    while frame is not None and not _is_foreign(_file(frame)):
        frame = frame.f_back
    return f"{_short(_file(frame), frame.f_globals.get('__name__', ''), None)}:{frame.f_lineno}" if frame else ""


def written_at(function: Callable[..., Any]) -> str:
    """Where a function is written; "" for a builtin."""
    code = getattr(function, "__code__", None)
    name = getattr(function, "__module__", None) or ""
    return f"{_short(code.co_filename, name, None)}:{code.co_firstlineno}" if code is not None else ""


def _file(frame: FrameType) -> str:
    return frame.f_code.co_filename


def _is_foreign(path: str) -> bool:
    """Whether a file is neither ours nor Python's."""
    if path.startswith(_OURS) or path.startswith("<"):
        return False
    return not path.startswith(_PYTHON) or any(part in path for part in _INSTALLED)


def _short(path: str, name: str, folder: PurePath | None) -> str:
    """A path from the module's own folder on; for code that is imported as `name`, from its outermost package on."""
    file = PurePath(path)
    if folder is not None and file.is_relative_to(folder):
        return str(file.relative_to(folder.parent))
    parts = [part for part in name.removeprefix("modules.").split(".") if part]
    depth = len(parts) + (file.name == "__init__.py")
    return str(PurePath(*file.parts[-depth:])) if parts else path
