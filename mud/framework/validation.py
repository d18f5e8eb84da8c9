"""Whether a module's code can take a snapshot as a whole: its state, and everything else that the module has."""

from __future__ import annotations

from typing import Any

from mud.core.errors import SnapshotError
from mud.framework.instance import shape_of
from mud.framework.pending import misfits
from mud.sdk.module import Module
from mud.snapshot import belongings
from mud.snapshot.envelope import Snapshot
from mud.snapshot.shape import Validation, Verdict, validate


def validated(module: Module[Any], snapshot: Snapshot, now: float) -> Validation:
    """The verdict of a module's own code on a snapshot; `now` is wall-clock seconds (S1.9)."""
    found = validate(shape_of(module), snapshot, now)
    if found.errors:
        return found
    try:
        wrong = misfits(module, belongings.read(snapshot, module.name))
    except SnapshotError as error:
        found.errors.append(str(error))
        found.is_valid, found.score = False, found.score / 2
        return found
    ours = belongings.SECTIONS & snapshot.sections.keys()
    found.sections.update({name: Verdict(errors=wrong.get(name, [])) for name in sorted(ours)})
    if wrong:
        found.is_valid = False
        found.score *= 1 - len(wrong) / len(ours)
    return found
