"""`run.py backup` and `run.py restore`: copies of the database, with every module's snapshot beside them."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from mud.cli.client import Add, ask, say
from mud.cli.labels import add_labels, labels
from mud.config import Config
from mud.core.errors import StoreError


def register(commands: Any, add: Add) -> None:
    """Add the commands."""
    made = add(commands, "backup", backup, "copy the database, and every module beside it, while the game plays on")
    made.add_argument("file", nargs="?", type=Path)
    add_labels(made)
    add(commands, "restore", restore, "replace the database by a backup").add_argument("file", type=Path)


def backup(options: argparse.Namespace, config: Config) -> int:
    """`run.py backup`"""
    file = options.file or config.data / "backups" / time.strftime("everwake-%Y%m%d-%H%M%S.db")
    file.absolute().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    answer = ask(config, "backup", file=str(file.absolute()), **labels(options))
    return say(options, answer, "backed up to {file}")


def restore(options: argparse.Namespace, config: Config) -> int:
    """`run.py restore`"""
    from mud.store.lock import Lock
    from mud.store.store import restore as put_back

    try:
        lock = Lock.acquire(config.run / "lock")
    except StoreError as error:
        what_to_do = "end that first (`shutdown now` in the game), then restore, then start again"
        raise StoreError(f"{error}: {what_to_do}") from error
    try:
        aside = put_back(options.file, config.database)
    finally:
        lock.release()
    kept = "; the old database is kept as {aside}" if aside else ""
    return say(options, {"ok": True, "file": str(options.file), "aside": str(aside or "")}, "restored {file}" + kept)
