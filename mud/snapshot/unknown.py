"""Fields that a snapshot has and this program does not know, at any depth: decoding drops them without a word.

A renamed field is one: its values would be gone, and every one of them would start with its default. The rehearsal asks
this before anything is lost. Unknown *sections* are kept and are no matter of this (S1.8).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import inspect

from mud.core.migration import steps_up
from mud.snapshot.envelope import Snapshot
from mud.snapshot.shape import Shape

LISTS = (inspect.ListType, inspect.VarTupleType, inspect.TupleType, inspect.SetType, inspect.FrozenSetType)
#: The name of a Struct and of a field in it: how often it was found.
Unknown = Counter[tuple[str, str]]


def unknown_fields(shape: Shape[Any], snapshot: Snapshot) -> Unknown:
    """The fields in `snapshot` that its participant does not know. Raises what a declared step raises."""
    types = {field.name: field.type for field in msgspec.structs.fields(shape.type)}
    values = {
        name: msgspec.msgpack.decode(section.data)
        for name, section in snapshot.sections.items()
        if name not in shape.apart
    }
    for step in steps_up(shape.steps, snapshot.schema):
        if step.forward is not None:
            step.forward(values)
    found: Unknown = Counter()
    for name in values.keys() & types.keys():
        found.update(walk(inspect.type_info(types[name]), values[name]))
    return found


def described(found: Unknown) -> list[str]:
    """A line each, the same every time: "Character.motto (812 times)"."""
    return [
        f"{struct}.{field} ({count} time{'s' if count != 1 else ''})"
        for (struct, field), count in sorted(found.items())
    ]


def walk(kind: inspect.Type, value: Any) -> Iterator[tuple[str, str]]:
    """Every field below `value`, which is plain data, that `kind` does not have."""
    match kind:
        case inspect.UnionType():
            yield from walk(_member(kind, value), value)
        case inspect.StructType(array_like=True) if isinstance(value, list):
            items = value[1:] if kind.tag is not None else value
            for field, item in zip(kind.fields, items, strict=False):
                yield from walk(field.type, item)
            for number in range(len(kind.fields), len(items)):
                yield kind.cls.__name__, f"[{number}]"
        case inspect.StructType() if isinstance(value, dict):
            known = {field.encode_name: field.type for field in kind.fields}
            for name, item in value.items():
                if name in known:
                    yield from walk(known[name], item)
                elif name != kind.tag_field:
                    yield kind.cls.__name__, name
        case inspect.DictType() if isinstance(value, dict):
            for item in value.values():
                yield from walk(kind.value_type, item)
        case (
            inspect.ListType(item_type=item_type)
            | inspect.VarTupleType(item_type=item_type)
            | inspect.SetType(item_type=item_type)
            | inspect.FrozenSetType(item_type=item_type)
        ) if isinstance(value, list):
            for item in value:
                yield from walk(item_type, item)
        case inspect.TupleType() if isinstance(value, list):
            for item_type, item in zip(kind.item_types, value, strict=False):
                yield from walk(item_type, item)


def _member(union: inspect.UnionType, value: Any) -> inspect.Type:
    """The member of a union that a value is of, as its tag or its form tells."""
    structs = [kind for kind in union.types if isinstance(kind, inspect.StructType)]
    for kind in structs:
        if isinstance(value, dict) and kind.tag_field is not None and value.get(kind.tag_field) == kind.tag:
            return kind
        if isinstance(value, list) and kind.array_like and value[:1] == [kind.tag]:
            return kind
    fits: list[inspect.Type] = []
    if isinstance(value, dict):
        fits += [kind for kind in union.types if isinstance(kind, inspect.DictType | inspect.StructType)]
    elif isinstance(value, list):
        fits += [kind for kind in union.types if isinstance(kind, LISTS)]
        fits += [kind for kind in structs if kind.array_like]
    return fits[0] if len(fits) == 1 else inspect.AnyType()
