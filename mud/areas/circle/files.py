"""The files of a world: by an index if there is one, otherwise by their names, in upper or lower case."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from mud.areas.circle.reader import Findings

_NUMBER = re.compile("[0-9]{1,9}")
_ARE_NAME = "*.[aA][rR][eE]"
_PLAIN = re.compile(r"[\w.-]{1,100}")
#: Where a world is in a server's folder, if it is not that folder itself.
_BELOW = (".", "world", "lib/world")
#: Relatives with one file for each area, which this importer can't read, by the beginnings of their files.
_ARE = (
    ("#FUSSAREA", "SmaugFUSS"),
    ("#AFKAREA", "AFKMud"),
    ("#AUTHOR", "SMAUG"),
    ("#RANGES", "SMAUG"),
    ("#AREADATA", "ROM or Envy with an editor in the game"),
    ("#AREA", "Merc or ROM"),
)


class WorldFiles:
    """The files below `source`, by kind. Problems with them are noted in `problems`."""

    def __init__(self, source: Path, kinds: Sequence[str], problems: list[str], findings: Findings) -> None:
        self._source = source
        self._problems = problems
        self._findings = findings
        below = [source / folder for folder in _BELOW]
        self.root = next((folder for folder in below if any(_folder(folder, kind) for kind in kinds)), source)
        self._paths = {kind: self._of(kind) for kind in kinds}

    def paths(self, kind: str) -> list[Path]:
        """The files of a kind, in the order in which they are read."""
        return self._paths.get(kind, [])

    def explain(self) -> str:
        """Why there is nothing to import."""
        source = self._source
        are = (
            [source]
            if source.suffix.casefold() == ".are"
            else sorted({*source.glob(_ARE_NAME), *source.glob("*/" + _ARE_NAME)})
        )
        if are:
            what = f"{len(are)} .are files" if len(are) > 1 else "an .are file"
            return (
                f"{source}:1: {what} of {_relative(are[0])}, which can't be read here; "
                "this is for CircleMUD's and tbaMUD's wld, mob, obj, zon and shp"
            )
        if not source.is_dir():
            return f"{source}:1: there is no such folder; name the one that holds wld, mob, obj ..."
        return f"{source}:1: no wld, mob, obj or shp files in it; name the folder that holds them"

    def _of(self, kind: str) -> list[Path]:
        """The files of a kind that the index names; without one, all."""
        folder = _folder(self.root, kind)
        if folder is None:
            return []
        names = _listing(folder)
        if not names:
            self._problems.append(f"{folder.name}:1: it can't be read or is empty; correct that")
        found = sorted((folder / name for name in names if Path(name).suffix.casefold() == f".{kind}"), key=_order)
        index = next((folder / name for name in names if name.casefold() == "index"), None)
        if index is None:
            return found
        indexed = self._indexed(index, names)
        for path in found:
            if path not in indexed:
                self._findings.changed.add(f"{kind} files that the index leaves out", f"{folder.name}/{path.name}")
        return indexed

    def others(self, known: Sequence[str]) -> None:
        """Note files of unknown kinds, by their folders, and .are files beside the rest."""
        for name in _listing(self.root):
            folder = self.root / name
            if folder.is_dir() and name.casefold() not in known:
                count = len([each for each in _listing(folder) if (folder / each).is_file()])
                if count:
                    self._findings.lost.add(f"files in {name[:40]}/", f"{name[:40]}/", count)
            elif folder.suffix.casefold() == ".are":
                self._findings.lost.add(f".are files, of {_relative(folder)}", name[:40])

    def _indexed(self, index: Path, names: list[str]) -> list[Path]:
        """The files that an index names, each once."""
        paths: dict[Path, None] = {}
        alike = {name.casefold(): name for name in names}
        try:
            text = index.read_bytes().decode("utf-8", "replace")
        except OSError as error:
            self._problems.append(f"{index.parent.name}/{index.name}:1: it can't be read: {error.strerror}; mend that")
            return []
        for line, name in enumerate(map(str.strip, text.splitlines()), 1):
            if name.startswith("$"):
                break
            # Plain names only: an index must not lead out of its folder.
            found = name if name in names else alike.get(name.casefold())
            if name and (found is None or not _PLAIN.fullmatch(name) or not (index.parent / found).is_file()):
                what = f"there is no file {name[:40]}; take it out, or bring it back"
                self._problems.append(f"{index.parent.name}/{index.name}:{line}: {what}")
            elif name and found is not None:
                paths[index.parent / found] = None
        return list(paths)


def _folder(root: Path, kind: str) -> Path | None:
    """Where the files of a kind are: in a folder with its name, or in the folder itself."""
    names = _listing(root)
    below = next((name for name in names if name.casefold() == kind and (root / name).is_dir()), None)
    if below is not None:
        return root / below
    return root if any(Path(name).suffix.casefold() == f".{kind}" for name in names) else None


def _listing(folder: Path) -> list[str]:
    """The names in a folder; none if it can't be read."""
    try:
        return sorted(each.name for each in folder.iterdir())
    except OSError:
        return []


def _order(path: Path) -> tuple[bool, int, str]:
    """Numbers first, by their size."""
    number = _NUMBER.fullmatch(path.stem)
    return number is None, int(path.stem) if number else 0, path.name


def _relative(path: Path) -> str:
    """The relative of CircleMUD that a file belongs to, by its beginning."""
    try:
        with path.open("rb") as file:
            begin = file.read(4096).decode("latin-1")
    except OSError:
        begin = ""
    return next((what for mark, what in _ARE if mark in begin), "Merc's relatives")
