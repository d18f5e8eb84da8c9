"""`run.py world`: check, import and draw area files."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from mud.cli.client import DONE, FAILED, Add, show
from mud.config import Config


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser], add: Add) -> None:
    """Add the commands."""
    world = commands.add_parser("world", help="check, import and draw area files")
    what = world.add_subparsers(required=True, metavar="WHAT")
    check = add(what, "check", world_check, "say all that is wrong with a world")
    check.add_argument("folder", nargs="?", type=Path)
    check.add_argument("--area", metavar="ID", help="only of this area")
    check.add_argument("--strict", action="store_true", help="fail for warnings too")
    import_ = add(what, "import", world_import, "turn another server's world into area files")
    import_.add_argument("format", choices=["circle"])
    import_.add_argument("source", type=Path)
    import_.add_argument("destination", type=Path)
    map_ = add(what, "map", world_map, "draw an area, to look at")
    map_.add_argument("area", help="the area's id")
    map_.add_argument("--svg", metavar="FILE", type=Path, required=True, help="the picture to write; - is the output")


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
        print(
            json.dumps({"ok": not failed, "problems": found.errors, "warnings": found.warnings, "rooms": found.rooms})
        )
        return FAILED if failed else DONE
    for title, lines in (("errors", found.errors), ("warnings", found.warnings)):
        if lines:
            print(
                f"{len(lines)} {title if len(lines) > 1 else title[:-1]}:", *(f"  {line}" for line in lines), sep="\n"
            )
    if not found.errors and not found.warnings:
        print(f"all is well: {found.rooms} rooms")
    return FAILED if failed else DONE


def world_import(options: argparse.Namespace, config: Config) -> int:
    """`run.py world import circle`"""
    from mud.areas.circle import import_world, report_text
    from mud.areas.write import write_world

    imported = import_world(options.source)
    write_world(imported.areas, options.destination, imported.start)
    if options.json:
        print(json.dumps({"ok": not imported.problems, "problems": imported.problems, **imported.report}))
    else:
        print(report_text(imported))
    return FAILED if imported.problems else DONE


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
    return show(options, {"ok": True, "file": str(options.svg), "rooms": rooms}, f"drew {rooms} rooms: {options.svg}")
