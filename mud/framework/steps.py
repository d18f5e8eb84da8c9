"""The declared steps of a module's schema, taken with each timer, conversation and note: each of these knows the schema
that it was written in. (What the steps do to a state is in `mud.snapshot.shape`.)"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any, Literal, TypeVar

import msgspec
from msgspec.structs import replace

from mud.core.dialogs import ModuleDialog
from mud.core.errors import Invalid, SnapshotError
from mud.core.migration import Each, Step, steps_up
from mud.core.timers import ModuleTimer, PendingTimer
from mud.sdk.module import Module
from mud.snapshot.belongings import Belongings, Note, OpenTalk

#: What a step does something to, besides the state.
Sort = Literal["timers", "talks", "notes"]
#: Where the kind of a timer or conversation is in its plain data.
TAG_FIELD: dict[Sort, str] = {"timers": "timer", "talks": "dialog"}
K = TypeVar("K", ModuleTimer, ModuleDialog)


class Gone(Invalid):
    """A step emptied it: it is to be no more."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} is to be no more")


def up(module: Module[Any], data: Any, schema: int, sort: Sort, what: str) -> Any:
    """Plain data, changed by the steps up from a schema. Raises Invalid, or Gone."""
    if schema > module.state_version:
        known = module.state_version
        raise Invalid(f"{what} is of schema {schema}, and this version of the module knows up to {known}")
    for step in steps_up(module.steps, schema):
        if (each := _part(step, sort)) is not None:
            _take(each.forward, data, f"{what}: the step to schema {step.to}")
    return data


def down(module: Module[Any], data: Any, schema: int, wanted: int, sort: Sort, what: str) -> Any:
    """Plain data, changed by the reverse steps down to a schema. Raises Invalid, or Gone."""
    for step in reversed([step for step in steps_up(module.steps, wanted) if step.to <= schema]):
        if (each := _part(step, sort)) is None:
            continue
        if each.back is None:
            raise Invalid(f"{what}: there is no way back from schema {step.to} to {step.to - 1}")
        _take(each.back, data, f"{what}: the step back from schema {step.to}")
    return data


def _part(step: Step, sort: Sort) -> Each | None:
    found: Each | None = getattr(step, sort)
    return found


def _take(change: Callable[[Any], None], data: Any, what: str) -> None:
    there = bool(data)
    try:
        change(data)
    except Exception as error:
        raise Invalid(f"{what} failed: {type(error).__name__}: {error}") from error
    if there and not data:
        raise Gone(what)


def upgraded(module: Module[Any], thing: K, sort: Sort, what: str) -> K:
    """A timer's payload or a conversation in the schema of its module's code. Raises Invalid, or Gone."""
    if thing.schema == module.state_version:
        return thing
    return _renewed(thing, up(module, _plain(thing, sort), thing.schema, sort, what), sort, module.state_version)


def _plain(thing: ModuleTimer | ModuleDialog, sort: Sort) -> dict[str, Any]:
    """Its fields, with its kind, as plain data that a step may change."""
    data: dict[str, Any] = msgspec.to_builtins(thing.data, builtin_types=(bytes,))
    return {TAG_FIELD[sort]: thing.kind, **data}


def _renewed(thing: K, data: dict[str, Any], sort: Sort, schema: int) -> K:
    kind = data.pop(TAG_FIELD[sort], thing.kind)
    return replace(thing, kind=kind, data=data, schema=schema)


# All that a module has


def lowered(module: Module[Any], theirs: Belongings, schema: int) -> Belongings:
    """All of it for an older reader. Raises SnapshotError where no steps lead back to its schema."""

    def change(data: Any, at: int, sort: Sort, what: str) -> tuple[Any, int]:
        return (down(module, data, at, schema, sort, what), schema) if at > schema else (data, at)

    try:
        return _changed(module, theirs, change)
    except Invalid as error:
        raise SnapshotError(str(error)) from error


def raised(module: Module[Any], theirs: Belongings) -> Belongings:
    """All of it in the schema of the module's code. What does not fit stays as it is: it fails when it comes up."""

    def change(data: Any, at: int, sort: Sort, what: str) -> tuple[Any, int]:
        try:
            return up(module, copy.deepcopy(data), at, sort, what), module.state_version
        except Gone:
            raise
        except Invalid:
            return data, at

    return _changed(module, theirs, change)


#: Plain data of a schema, with its sort and name: the data in another schema, and that. Raises Gone.
Changing = Callable[[Any, int, Sort, str], tuple[Any, int]]


def _changed(module: Module[Any], theirs: Belongings, change: Changing) -> Belongings:
    def timer(each: PendingTimer) -> PendingTimer:
        payload = each.payload
        return replace(each, payload=thing(payload, "timers")) if isinstance(payload, ModuleTimer) else each

    def talk(each: OpenTalk) -> OpenTalk:
        return replace(each, dialog=thing(each.dialog, "talks"))

    def thing(each: K, sort: Sort) -> K:
        data, schema = change(_plain(each, sort), each.schema, sort, f"{module.name}: one of its {sort}, {each.kind}")
        return _renewed(each, data, sort, schema)

    def note(each: Note) -> Note:
        if not each.data:
            return each
        plain, what = msgspec.msgpack.decode(each.data), f"{module.name}: a note on {each.name}"
        data, schema = change(plain, each.schema, "notes", what)
        return replace(each, schema=schema, data=msgspec.msgpack.encode(data))

    notes = {id_: n for id_, each in theirs.notes.items() for n in _left(note, each)}
    timers = [t for each in theirs.timers for t in _left(timer, each)]
    talks = [t for each in theirs.talks for t in _left(talk, each)]
    return replace(theirs, timers=timers, talks=talks, notes=notes)


T = TypeVar("T")


def _left(change: Callable[[T], T], thing: T) -> Iterator[T]:
    """What is left of it: nothing, if a step emptied it."""
    try:
        yield change(thing)
    except Gone:
        return
