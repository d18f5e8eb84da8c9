"""A folder that an imported world is written into, and what was in it before: nothing is overwritten for good."""

from __future__ import annotations

from pathlib import Path

import tomlkit
from msgspec import Struct
from tomlkit.exceptions import TOMLKitError

from mud.areas.load import WORLD_FILE, files_of
from mud.areas.write import world_text, write
from mud.core.world import area as a


class Written(Struct):
    """What became of the files that were there: the names of those that are replaced, and the folder they are in now;
    how many others stay; and where newcomers woke before, if that changed."""

    replaced: list[str] = []
    aside: Path | None = None
    others: int = 0
    start_before: str | None = None


class Destination:
    """The folder. `now` names the one inside it in which replaced files are kept: no world reads what begins with _."""

    def __init__(self, folder: Path, now: str) -> None:
        self._folder = folder
        self._aside = folder / f"_replaced-{now}"
        self._before = files_of(folder)

    @property
    def holds(self) -> int:
        """How many files of a world are in it already."""
        return len(self._before)

    def write(self, areas: list[a.AreaDef], start: str | None) -> Written:
        """Write areas, a file each, and where newcomers wake. Raises OSError."""
        self._folder.mkdir(parents=True, exist_ok=True)
        files = {f"{area.id}.toml": write(area) for area in areas}
        written = Written()
        if start is not None:
            files[WORLD_FILE], written.start_before = self._head(start)
        for name, text in files.items():
            self._write(self._folder / name, text, written)
        written.others = sum(path.relative_to(self._folder).as_posix() not in files for path in self._before)
        return written

    def _write(self, path: Path, text: str, written: Written) -> None:
        if path.exists():
            if path.read_bytes() == text.encode():
                return
            self._aside.mkdir(exist_ok=True)
            path.rename(self._aside / path.name)
            written.aside = self._aside
            written.replaced.append(path.name)
        path.write_text(text, encoding="utf-8")

    def _head(self, start: str) -> tuple[str, str | None]:
        """world.toml with another start and all else as it was; and the start that it had."""
        try:
            head = tomlkit.parse((self._folder / WORLD_FILE).read_text(encoding="utf-8"))
            world = head.setdefault("world", tomlkit.table())
            before = world.get("start")
            world["start"] = start
        except (OSError, ValueError, TypeError, AttributeError, TOMLKitError):
            return world_text(start), None  # there is none, or none that can be read: it is set aside as it is
        return tomlkit.dumps(head), str(before) if before not in (None, start) else None
