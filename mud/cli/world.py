"""`run.py world`: check, import and draw area files."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING

from mud.cli.client import DONE, FAILED, Add, show
from mud.cli.output import as_json
from mud.config import Config
from mud.core.text.words import count

if TYPE_CHECKING:
    from mud.areas.destination import Written


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser], add: Add) -> None:
    """Add the commands."""
    world = commands.add_parser("world", help="check, import and draw area files")
    what = world.add_subparsers(required=True, metavar="WHAT")
    check = add(what, "check", world_check, "list every problem in a world's files")
    check.add_argument("folder", nargs="?", type=Path)
    check.add_argument("--area", metavar="ID", help="check only this area")
    check.add_argument("--strict", action="store_true", help="fail on warnings too")
    import_ = add(what, "import", world_import, "turn another server's world into area files")
    import_.add_argument("format", choices=["circle"])
    import_.add_argument("source", type=Path)
    import_.add_argument("destination", type=Path)
    import_.add_argument(
        "--encoding", metavar="NAME", help="the files' encoding (koi8-r, cp1251 ...), if the guess is wrong"
    )
    import_.add_argument("--replace", action="store_true", help="import even into a folder that already holds a world")
    map_ = add(what, "map", world_map, "draw a picture of an area")
    map_.add_argument("area", help="the area's id")
    map_.add_argument("--svg", metavar="FILE", type=Path, required=True, help="the file to write; - is standard output")


def world_check(options: argparse.Namespace, config: Config) -> int:
    """`run.py world check`"""
    from mud.areas.check import check
    from mud.core.errors import EverwakeError

    try:
        found = check(options.folder or config.world, options.area)
    except LookupError as error:
        raise EverwakeError(str(error.args[0])) from error
    failed = bool(found.errors or (options.strict and found.warnings))
    if options.json:
        told = {"ok": not failed, "problems": found.errors, "warnings": found.warnings, "rooms": found.rooms}
        print(as_json(told))
        return FAILED if failed else DONE
    for title, lines in (("errors", found.errors), ("warnings", found.warnings)):
        if lines:
            print(
                f"{len(lines)} {title if len(lines) > 1 else title[:-1]}:", *(f"  {line}" for line in lines), sep="\n"
            )
    if not found.errors and not found.warnings:
        print(f"all is well: {count(found.rooms, 'room')}")
    return FAILED if failed else DONE


def world_import(options: argparse.Namespace, config: Config) -> int:
    """`run.py world import circle`: refuses a folder that already holds a world; fails if anything was lost."""
    from mud.areas.circle import encoding, import_world, report_text
    from mud.areas.destination import Destination, Written
    from mud.areas.load import examine
    from mud.core.errors import EverwakeError

    if options.encoding is not None and not encoding.known(options.encoding):
        raise EverwakeError(f"there is no encoding {options.encoding!r}; name one such as utf-8, koi8-r or cp1252")
    into = Destination(options.destination, time.strftime("%Y%m%d-%H%M%S"))
    if into.holds and not options.replace:
        raise EverwakeError(
            f"{options.destination} holds a world already ({into.holds} files): name another folder, or say --replace; "
            "what it replaces is set aside, and listed"
        )
    imported = import_world(options.source, options.encoding)
    written = into.write(imported.areas, imported.start) if imported.areas else Written()
    problems = examine(options.destination)[1] if written.others else []
    whole = imported.whole and not problems
    if options.json:
        told = {key: getattr(imported, key) for key in ("problems", "warnings", "lost", "left_out", "notes")}
        print(as_json({"ok": whole, **told, **imported.report, **written_json(written), "world_problems": problems}))
    else:
        print("\n".join([report_text(imported), *written_text(written, options.destination, problems)]))
    return DONE if whole else FAILED


def written_json(written: Written) -> dict[str, object]:
    """What happened to the files that were in the folder, for programs."""
    return {"replaced": written.replaced, "aside": str(written.aside) if written.aside else None}


def written_text(written: Written, folder: Path, problems: list[str]) -> list[str]:
    """What happened to the files that were in the folder, in words."""
    lines = []
    if written.replaced:
        lines += [f"{len(written.replaced)} files are replaced; as they were they lie in {written.aside}:"]
        lines += [f"  {name}" for name in written.replaced]
    if written.start_before is not None:
        lines.append(f"newcomers woke in {written.start_before!r} before; world.toml has the imported start now")
    if written.others:
        lines.append(f"{written.others} other files of {folder} stay, and belong to the same world")
    if problems:
        lines += [
            f"{len(problems)} problems of the world that they make together:",
            *(f"  {each}" for each in problems),
        ]
    return lines


def world_map(options: argparse.Namespace, config: Config) -> int:
    """`run.py world map`"""
    from mud.areas.area_file import near
    from mud.areas.load import load
    from mud.areas.picture import draw
    from mud.core.errors import EverwakeError

    world = load(config.world)
    if options.area not in world.areas:
        raise EverwakeError(f"there is no area {options.area!r}{near(options.area, world.areas)}")
    picture = draw(world.areas[options.area], world)
    if str(options.svg) == "-":
        print(picture, end="")
        return DONE
    options.svg.write_text(picture, encoding="utf-8")
    rooms = len(world.areas[options.area].rooms)
    drawn = {"ok": True, "file": str(options.svg), "rooms": rooms}
    return show(options, drawn, f"drew {count(rooms, 'room')}: {options.svg}")
