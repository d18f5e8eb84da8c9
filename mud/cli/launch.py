"""Which code a start runs: the source tree's, unless that keeps crashing or was rolled back.

A start runs this first, with as little of our code as possible: what it imports must work, or there is no way out of a
crash loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from mud.config import Config
from mud.copyover import environment
from mud.copyover.code import SHOWN
from mud.copyover.generations import LOOP, Generations, KeptGeneration
from mud.copyover.locations import CODE, TREE
from mud.copyover.rehearsal import process
from mud.copyover.target import Target, generations, look
from mud.core.errors import CopyoverError, EverwakeError, StoreError
from mud.store.lock import Lock


@contextlib.contextmanager
def launched(config: Config) -> Iterator[None]:
    """Wraps a server's whole run. If other code should run, this program becomes it.

    A run counts as a crash if it is killed or ends by an unexpected error. A run that never had the game does not
    count: a rehearsal, a second server, a new program that did not take over.
    """
    process.end_with_parent()  # before the code that may hang
    if environment.is_rehearsal():
        yield
        return
    kept = generations(config)
    counted = not environment.takes_over() and (CODE != TREE or _choose(config, kept))
    try:
        yield
    except (EverwakeError, OSError, KeyboardInterrupt):
        if counted:
            _settle(kept)
        raise
    _settle(kept)


def _settle(kept: Generations) -> None:
    with contextlib.suppress(OSError):
        kept.settled()


def _choose(config: Config, kept: Generations) -> bool:
    """Count the start, or become the program that should run instead. Returns whether this start counts."""
    config.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        lock = Lock.acquire(config.run / "lock")
    except StoreError:
        return False  # the error follows: another server has it
    try:
        target, why = _instead(config, kept)
        if target is None:
            return True
        print(why, file=sys.stderr, flush=True)
        _rehearse(config, target)
        kept.reject(look(config, TREE).digest)
        kept.starts(target.digest)
        command = target.command()
        os.execve(
            command[0], command, environment.of_fallback(target.environment(), why)
        )  # the lock is given back by it
    except CopyoverError as error:
        text = f"There is no going back to older code: {error}\nThe code in {TREE} is tried once more."
        print(text, file=sys.stderr, flush=True)
        environment.say_why(text)
        return True
    except OSError as error:
        print(f"The kept generations can't be used: {error}", file=sys.stderr, flush=True)
        return True
    finally:
        lock.release()


def _instead(config: Config, kept: Generations) -> tuple[Target | None, str]:
    """The code that should run instead of the tree's, and why; None, as nearly always, if the tree's should run.

    Raises CopyoverError if there should be one and there is none.
    """
    before, rejected = kept.unconfirmed(), kept.index().rejected
    if before is None and not rejected:
        kept.starts("")  # saves the time of reading all of it
        return None, ""
    digest = look(config, TREE).digest
    code = f"the code {digest[:SHOWN]} in {TREE}"
    if digest in rejected:
        why = f"The game went back from {code}, which is still the same: it runs the code of {{}} instead."
    elif not kept.confirmed(digest) and kept.starts(digest) > LOOP:
        why = f"{code[0].upper()}{code[1:]} crashed {LOOP} times in a row: the game goes back to the code of {{}}."
    else:
        return None, ""
    try:
        older = _standing(kept, digest)
    except CopyoverError as error:
        raise CopyoverError(f"{why.partition(':')[0]}, but {error}") from error
    return Target(config, older), why.format(older)


def _standing(kept: Generations, digest: str) -> KeptGeneration:
    """The last generation before this code that does not crash at every start. Raises CopyoverError."""
    while True:
        older = kept.before(digest)
        unconfirmed = kept.unconfirmed()
        if unconfirmed is None or unconfirmed.digest != older.digest or unconfirmed.starts < LOOP:
            return older
        print(f"The code of {older} crashed {LOOP} times in a row too.", file=sys.stderr, flush=True)
        kept.reject(older.digest)


def _rehearse(config: Config, target: Target) -> None:
    """Let the code read a copy of the database. Raises CopyoverError if it can't."""
    with tempfile.TemporaryDirectory(prefix="rehearsal-", dir=config.run) as folder:
        if config.database.exists():
            try:
                with (
                    contextlib.closing(sqlite3.connect(config.database)) as database,
                    contextlib.closing(sqlite3.connect(Path(folder, process.DATABASE))) as copy,
                ):
                    database.backup(copy)
            except sqlite3.Error as error:
                raise CopyoverError(f"{config.database}: {error}") from error
        asyncio.run(
            process.rehearse(
                target.command(),
                target.environment(),
                Path(folder),
                config.copyover.rehearsal_seconds,
                [],
                config.copyover.rehearsal_bytes,
            )
        )
