"""`run.py snapshot show|verify|diff`: print a snapshot, check that it is intact, compare two."""

from __future__ import annotations

import argparse
import difflib
import json
import time
from pathlib import Path
from typing import Any

import msgspec

from mud.cli.client import DONE, FAILED, Add, show
from mud.cli.output import as_json
from mud.config import Config
from mud.core.errors import FrameworkError
from mud.core.text.words import count
from mud.snapshot import participants
from mud.snapshot.envelope import Snapshot, unpack
from mud.snapshot.shape import Validation, validate


def register(commands: Any, add: Add) -> None:
    """Add the commands."""
    group = commands.add_parser("snapshot", help="look into snapshots").add_subparsers(required=True, metavar="WHAT")
    add(group, "show", show_, "print a snapshot as JSON").add_argument("file", type=Path)
    add(group, "verify", verify, "check that snapshots are complete and undamaged").add_argument(
        "files", type=Path, nargs="+"
    )
    diff_ = add(group, "diff", diff, "show how two snapshots differ; exits with 1 if they do")
    diff_.add_argument("old", type=Path)
    diff_.add_argument("new", type=Path)


def read(path: Path, config: Config) -> Snapshot:
    """A snapshot from a file. Raises SnapshotError or OSError."""
    return unpack(path.read_bytes(), str(path), config.key())


def readable(snapshot: Snapshot) -> dict[str, Any]:
    """A snapshot as plain data, each section decoded."""
    sections = {}
    for name, section in snapshot.sections.items():
        sections[name] = {
            "schema": section.schema,
            "bytes": len(section.data),
            "compression": section.compression,
            "encryption": section.encryption,
            "metadata": section.metadata,
            "data": decoded(section.data),
        }
    found: dict[str, Any] = msgspec.to_builtins(snapshot)
    found["sections"] = sections
    found["taken_at"] = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(snapshot.taken))
    found["checksum"] = snapshot.checksum.hex()
    return found


def decoded(data: bytes) -> Any:
    """A section's decoded data; data that is not msgpack is returned unchanged."""
    try:
        return msgspec.to_builtins(msgspec.msgpack.decode(data), str_keys=True)
    except msgspec.DecodeError:
        return {"undecodable": data.hex()}


def show_(options: argparse.Namespace, config: Config) -> int:
    """`run.py snapshot show`"""
    print(as_json(readable(read(options.file, config)), 2))
    return DONE


def verify(options: argparse.Namespace, config: Config) -> int:
    """`run.py snapshot verify`. Raises SnapshotError for the first that is not whole; 1 if the code can't take one."""
    rows, found, code = [], [], DONE
    for path in options.files:
        snapshot = read(path, config)
        size = path.stat().st_size
        rows.append(
            f"{path}: whole: {snapshot.participant} {snapshot.version}, schema {snapshot.schema}, "
            f"generation {snapshot.generation}, {count(len(snapshot.sections), 'section')}, {size} bytes"
        )
        known: dict[str, Any] = {
            "file": str(path),
            "participant": snapshot.participant,
            "bytes": size,
            "schema": snapshot.schema,
        }
        try:
            validation = validated(snapshot, config)
        except FrameworkError as error:
            rows.append(f"  not tried with its module's code: {error}")
        else:
            known["validation"] = msgspec.to_builtins(validation)
            rows += verdicts(validation)
            code = code if validation.is_valid else FAILED
        found.append(known)
    show(options, found, "\n".join(rows))
    return code


def validated(snapshot: Snapshot, config: Config) -> Validation:
    """What the code of a snapshot's participant says of it. Raises FrameworkError if there is no such code."""
    from mud.cli.module import imported
    from mud.framework import validation

    for shape in (participants.WORLD, participants.SESSIONS):
        if shape.participant == snapshot.participant:
            return validate(shape, snapshot, time.time())
    return validation.validated(imported(snapshot.participant, config).module, snapshot, time.time())


def verdicts(found: Validation) -> list[str]:
    """A validation in words: the score, and whatever there is to say of a section."""
    rows = [f"  {'valid' if found.is_valid else 'NOT valid'}, score {found.score:.2f}"]
    rows += [f"  error: {text}" for text in found.errors] + [f"  warning: {text}" for text in found.warnings]
    for name, verdict in found.sections.items():
        rows += [f"  section {name}: error: {text}" for text in verdict.errors]
        rows += [f"  section {name}: warning: {text}" for text in verdict.warnings]
    return rows


def diff(options: argparse.Namespace, config: Config) -> int:
    """`run.py snapshot diff`: of each section, the lines that differ."""
    old, new = (readable(read(path, config)) for path in (options.old, options.new))
    changed: dict[str, list[str]] = {}
    for name in sorted({*old["sections"], *new["sections"]}):
        before, after = (lines(side["sections"].get(name)) for side in (old, new))
        rows = list(difflib.unified_diff(before, after, lineterm="", n=1))[2:]  # without the names of two files
        if rows:
            changed[name] = rows
    text = "\n".join(f"section {name}:\n" + "\n".join(f"  {row}" for row in rows) for name, rows in changed.items())
    show(options, changed, text or "no section differs")
    return FAILED if changed else DONE


def lines(section: Any) -> list[str]:
    """A section's data as lines; none if there is no such section."""
    if section is None:
        return []
    return json.dumps(section["data"], indent=1, sort_keys=True, ensure_ascii=False).splitlines()
