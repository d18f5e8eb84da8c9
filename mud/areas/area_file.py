"""One area file while it is read: its text, its tables, and what is wrong with it, with lines."""

from __future__ import annotations

import hashlib
import os
import re
import tomllib
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from mud.areas.toml_lines import Lines, Where
from mud.core.world import area as a


class AreaFile:
    """A file that is being read, and the problems in it. With `content` it is read as if it held that."""

    def __init__(self, path: Path, root: Path, content: bytes | None = None) -> None:
        self.source = a.SourceFile(area="", size=-1, changed=0, touched=0, inode=0, digest=b"")
        self.name = str(path.relative_to(root)) if path != root else path.name
        self.content = b""
        self.problems: list[tuple[int, str]] = []
        self.lines = Lines("")
        self.raw: dict[str, Any] = {}
        self.unread = False  # it is no TOML, or no text at all
        try:
            if content is None:
                self.source, content = read(path)
            self.content = content
            text = content.decode("utf-8").replace("\r\n", "\n")
            self.lines = Lines(text)
            self.raw = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            self.unread = True
            line = re.search(r"at line (\d+)", str(error))
            self.problems.append((int(line[1]) if line else 1, f"no valid TOML: {error}; correct this line first"))
        except (OSError, UnicodeDecodeError) as error:
            self.unread = True
            self.problems.append((1, f"can't be read: {error}; area files are UTF-8 text"))

    def wrong(self, where: Where, text: str) -> None:
        """Note a problem at `where`."""
        self.problems.append((self.lines.of(where), text))


def read(path: Path) -> tuple[a.SourceFile, bytes]:
    """A file's content, and what identifies it; its area is not known yet. Raises OSError."""
    with path.open("rb") as file:
        # Its status is taken before it is read, so that a write in between makes it another file than this one.
        stat = os.fstat(file.fileno())
        content = file.read()
    source = a.SourceFile(
        area="",
        size=stat.st_size,
        changed=stat.st_mtime_ns,
        touched=stat.st_ctime_ns,
        inode=stat.st_ino,
        digest=digest(content),
    )
    return source, content


def digest(content: bytes) -> bytes:
    """The hash by which a Source remembers a file's content."""
    return hashlib.blake2b(content, digest_size=16).digest()


def near(word: str, known: Iterable[str]) -> str:
    """The end of an error: the nearest known word, or all known words."""
    known = list(known)
    found = get_close_matches(word, known, 1)
    if found:
        return f"; did you mean {found[0]!r}?"
    return f"; known are {', '.join(sorted(known))}" if 0 < len(known) <= 40 else ""
