"""The shape of a participant's state, and the only way to turn it into a snapshot and back (S1).

A state is a Struct; each of its fields is a section. Nothing in here changes the living state: `examine` builds the new
one beside it, and the caller swaps it in or discards it (S1.6).
"""

from __future__ import annotations

import time
from itertools import islice
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import NODEFAULT, Struct

from mud.core.errors import SnapshotError
from mud.core.migration import Step, steps_up
from mud.core.origin import explain
from mud.snapshot.envelope import Metadata, Section, Snapshot
from mud.snapshot.form import Form

S = TypeVar("S", bound=Struct)
Sections = dict[str, Any]
_encode = msgspec.msgpack.Encoder().encode
#: How many ids a section's metadata names, and how many letters of each.
IDS, ID_LETTERS = 8, 40


class Shape(Struct, Generic[S], frozen=True, kw_only=True):
    """A participant: its id, the version of its code, its state's type and schema, and the steps between schemas.

    A section named in `optional` may be lost and then starts with its default. Those in `apart` are no part of the
    state: somebody else reads them.
    """

    participant: str
    version: str
    type: type[S]
    schema: int = 1
    steps: tuple[Step, ...] = ()
    optional: frozenset[str] = frozenset()
    apart: frozenset[str] = frozenset()

    @property
    def form(self) -> Form:
        """The form of the state in this program."""
        return Form(self.version, self.schema)


class Verdict(Struct):
    """What is wrong with one section."""

    errors: list[str] = []
    warnings: list[str] = []


class Validation(Struct, kw_only=True):
    """Whether a snapshot can be imported (S1.9). `score` goes from 0 (not at all) to 1 (no findings)."""

    is_valid: bool
    schema_compatible: bool = True
    version_compatible: bool = True
    sections: dict[str, Verdict] = {}
    errors: list[str] = []
    warnings: list[str] = []
    score: float = 1.0

    def reasons(self) -> str:
        """All errors in one line."""
        found = [f"section {name!r}: {e}" for name, v in self.sections.items() for e in v.errors]
        return "; ".join([*self.errors, *found])


class Imported(Struct, Generic[S], kw_only=True):
    """The result of an import (S1.4): the new state, the unknown sections (`kept`), the seconds it took."""

    state: S
    imported: list[str]
    failed: dict[str, str]
    warnings: list[str]
    kept: dict[str, Section]
    seconds: float
    missing: list[str] = []  # fields that the snapshot does not have, and that start with their default

    def renamed(self) -> str:
        """What looks like fields that were renamed without a step, in words; "" for nothing."""
        if not (self.kept and self.missing):
            return ""
        old, new = ", ".join(self.kept), ", ".join(self.missing)
        return f"{old} is no field any more, and {new} starts with its default: if it was renamed, declare a Step"


def export(
    shape: Shape[S],
    state: S,
    *,
    taken: float,
    generation: int = 0,
    metadata: Metadata | None = None,
    kept: dict[str, Section] | None = None,
    reader: Form | None = None,
) -> Snapshot:
    """A state as a snapshot, in the form of its `reader` if that is older. `kept` sections are written again.

    Raises SnapshotError if no steps lead back to the reader's schema.
    """
    form = reader if reader is not None and reader.schema < shape.schema else shape.form
    wanted = form.schema
    values: Sections = msgspec.structs.asdict(state)
    if wanted != shape.schema:
        values = msgspec.msgpack.decode(_encode(values))
        _back(shape, values, wanted)
    sections = {name: Section(wanted, _encode(value), about(value)) for name, value in values.items()}
    return Snapshot(
        participant=shape.participant,
        version=form.version,
        schema=wanted,
        generation=generation,
        taken=taken,
        metadata=metadata or Metadata(),
        sections={**sections, **{n: s for n, s in (kept or {}).items() if n not in sections}},
    )


def about(value: Any) -> dict[str, str]:
    """A section's metadata: how many things a container holds, and the ids of the first of them."""
    if not isinstance(value, dict | list | tuple | set | frozenset):
        return {}
    first = [thing if isinstance(thing, str | int) else getattr(thing, "id", None) for thing in islice(value, IDS)]
    ids = ", ".join(str(id_)[:ID_LETTERS] for id_ in first if id_ is not None)
    return {"count": str(len(value)), **({"ids": f"{ids}, ..." if len(value) > IDS else ids} if ids else {})}


def _back(shape: Shape[Any], values: Sections, wanted: int) -> None:
    steps = {step.to: step for step in shape.steps}
    for number in range(shape.schema, wanted, -1):
        step = steps.get(number)
        if step is None or (step.back is None and step.forward is not None):
            raise SnapshotError(f"{shape.participant}: there is no way back from schema {number} to {number - 1}")
        if step.back is None:
            continue
        try:
            step.back(values)
        except Exception as error:
            why = f"the step back from schema {number} failed: {explain(error)}"
            raise SnapshotError(f"{shape.participant}: {why}") from error


def validate(shape: Shape[Any], snapshot: Snapshot, now: float) -> Validation:
    """Whether `snapshot` can be imported at `now` (wall-clock seconds)."""
    return examine(shape, snapshot, now)[0]


def import_(shape: Shape[S], snapshot: Snapshot, now: float, source: str) -> Imported[S]:
    """The state in `snapshot`. If it is invalid, raises SnapshotError, naming `source`, the reasons and the score."""
    began = time.perf_counter()
    found, imported = examine(shape, snapshot, now)
    if imported is None:
        raise SnapshotError(f"{source}: {found.reasons()} (score {found.score:.2f})")
    imported.seconds = time.perf_counter() - began
    return imported


def examine(shape: Shape[S], snapshot: Snapshot, now: float) -> tuple[Validation, Imported[S] | None]:
    """Validate, and if that succeeds, build the state."""
    result = Validation(is_valid=False)
    if snapshot.participant != shape.participant:
        result.errors.append(f"this is the state of {snapshot.participant!r}, not of {shape.participant!r}")
        result.score = 0.0
        return result, None
    _check_time(snapshot, now, result)
    _check_schema(shape, snapshot, result)
    _check_version(shape, snapshot, result)
    if not result.schema_compatible:
        return result, None
    fields = msgspec.structs.fields(shape.type)
    known = {field.name for field in fields}
    kept = {name: s for name, s in snapshot.sections.items() if name not in known | shape.apart}
    values, failed = _values(shape, snapshot, result)
    # A step may have used up a section that only older schemas have.
    kept = {name: s for name, s in kept.items() if snapshot.schema == shape.schema or name in values}
    for name in kept:
        result.sections[name] = Verdict(warnings=["not known to this program; it is kept"])
    built: Sections = {}
    for field in fields:
        verdict = result.sections.setdefault(field.name, Verdict())
        _build(shape, field, values, failed, built, verdict)
    good = sum(not verdict.errors for verdict in result.sections.values())
    result.score *= good / len(result.sections) if result.sections else 1.0
    if result.errors or any(v.errors for v in result.sections.values()):
        return result, None
    result.is_valid = True
    warnings = [f"{name}: {w}" for name, v in result.sections.items() for w in v.warnings] + result.warnings
    lost = {name: failed[name] for name in failed if name in shape.optional}
    return result, Imported(
        state=shape.type(**built),
        imported=list(built),
        failed=lost,
        warnings=warnings,
        kept=kept,
        seconds=0.0,
        missing=sorted(known - built.keys() - failed.keys()),
    )


def _check_time(snapshot: Snapshot, now: float, result: Validation) -> None:
    expires = snapshot.metadata.expires_at
    if expires is not None and now >= expires:
        result.errors.append(f"it expired {now - expires:.0f} s ago")
        result.score = 0.0


def _check_schema(shape: Shape[Any], snapshot: Snapshot, result: Validation) -> None:
    if snapshot.schema > shape.schema:
        result.schema_compatible = False
        result.errors.append(f"it has schema {snapshot.schema}, but this program reads up to {shape.schema}")
        result.score /= 2
    missing = set(range(snapshot.schema + 1, shape.schema + 1)) - {step.to for step in shape.steps}
    if missing:
        result.schema_compatible = False
        number = min(missing)
        result.errors.append(f"there is no step from schema {number - 1} to {number}: declare Step({number}, ...)")
        result.score /= 2


def _check_version(shape: Shape[Any], snapshot: Snapshot, result: Validation) -> None:
    theirs, ours = snapshot.version.split(".")[0], shape.version.split(".")[0]
    if theirs == ours:
        return
    result.version_compatible = False
    text = f"it is of version {snapshot.version}, another major version than {shape.version}"
    if snapshot.schema < shape.schema:  # then there is a migration
        result.warnings.append(text)
    else:
        result.errors.append(f"{text}, and no migration is declared: raise the state's schema and declare a Step")
        result.score /= 2


def _values(shape: Shape[Any], snapshot: Snapshot, result: Validation) -> tuple[Sections, dict[str, str]]:
    """Each section's value: typed, or plain if steps have to be taken. And what could not be decoded."""
    types = {f.name: f.type for f in msgspec.structs.fields(shape.type)}
    migrate = snapshot.schema < shape.schema
    values: Sections = {}
    failed: dict[str, str] = {}
    for name, section in snapshot.sections.items():
        if name in shape.apart or (not migrate and name not in types):
            continue
        try:
            values[name] = msgspec.msgpack.decode(section.data, type=Any if migrate else types[name])
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            failed[name] = str(error)
    if migrate:
        _forward(shape, snapshot.schema, values, failed, result, types)
    return values, failed


def _forward(
    shape: Shape[Any], schema: int, values: Sections, failed: dict[str, str], result: Validation, types: dict[str, Any]
) -> None:
    """Take the steps from `schema` up, then give each value its type."""
    for step in steps_up(shape.steps, schema):
        try:
            if step.forward is not None:
                step.forward(values)
        except Exception as error:
            result.errors.append(f"the step to schema {step.to} failed: {explain(error)}")
            return
    for name in list(values):
        if name in types:
            try:
                values[name] = msgspec.convert(values[name], types[name], builtin_types=(bytes,))
            except (msgspec.ValidationError, TypeError) as error:
                failed[name] = str(error)
                del values[name]


def _build(
    shape: Shape[Any],
    field: Any,
    values: Sections,
    failed: dict[str, str],
    built: Sections,
    verdict: Verdict,
) -> None:
    """One field's value: the snapshot's, or the default where that is allowed."""
    name = field.name
    has_default = field.default is not NODEFAULT or field.default_factory is not NODEFAULT
    if name in values:
        built[name] = values[name]
    elif name in failed and not (name in shape.optional and has_default):
        verdict.errors.append(failed[name])
    elif name in failed:
        verdict.warnings.append(f"starts afresh: {failed[name]}")
    elif has_default:
        verdict.warnings.append("is missing and starts with its default")
    else:
        verdict.errors.append("is missing")
