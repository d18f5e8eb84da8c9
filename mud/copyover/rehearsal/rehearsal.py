"""The old program's side of a rehearsal: a child runs the new code on a copy of the state; nobody is interrupted.

`mud.copyover.rehearsal.trial` is the child's side.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import msgspec

from mud.config import Config
from mud.copyover.host import Host
from mud.copyover.rehearsal import process
from mud.copyover.rehearsal.process import DATABASE
from mud.copyover.rehearsal.report import REPORT, RehearsalReport
from mud.copyover.target import Target
from mud.core.errors import CopyoverError, EverwakeError
from mud.snapshot import files
from mud.snapshot.envelope import Metadata
from mud.snapshot.form import Form
from mud.store.threads import in_thread


async def check(host: Host, target: Target) -> RehearsalReport:
    """Rehearse code with a copy of the game's state. The report's errors say what is wrong."""
    began, config = time.monotonic(), host.config
    report = RehearsalReport()
    forget(config)
    try:
        with tempfile.TemporaryDirectory(prefix="rehearsal-", dir=config.run) as folder:
            await _hand_out(host, Path(folder), target.readers)
            try:
                await process.rehearse(
                    target.command(),
                    target.environment(),
                    Path(folder),
                    config.copyover.rehearsal_seconds,
                    host.modules.active(),
                    config.copyover.rehearsal_bytes,
                )
            finally:
                path = Path(folder, REPORT)
                if path.exists():
                    report = msgspec.json.decode(path.read_bytes(), type=RehearsalReport)
    except CopyoverError as error:
        report.errors = [str(error)]  # it contains the report's errors, and the child's output
    except (EverwakeError, OSError, msgspec.DecodeError) as error:
        report.errors.append(f"the rehearsal can't be prepared: {error}")
    report.seconds = time.monotonic() - began
    return report


def forget(config: Config) -> None:
    """Remove the copies that a rehearsal left because its server was killed."""
    for old in config.run.glob("rehearsal-*"):
        shutil.rmtree(old, ignore_errors=True)


async def _hand_out(host: Host, folder: Path, readers: Mapping[str, Form]) -> None:
    """Copy everything that the new code needs, while the game plays on."""
    why = Metadata(reason="copyover")
    for snapshot in host.snapshots(host.generation + 1, why, readers):
        await in_thread(files.write, folder, snapshot, host.key)
    await host.backup(folder / DATABASE)
