"""Validation errors in words: which number or choice msgspec refused, the bounds it has, and what was given."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import inspect as types

_PLACE = re.compile(r"(.*?)(?: - at `\$\.?(.*)`)?$", re.S)
_NAMES = {"str": "text", "int": "a whole number", "float": "a number", "bool": "true or false"}
_NAMES |= {"array": "a list", "object": "a table", "null": "nothing"}


def explained(error: msgspec.ValidationError, kind: type[Any], given: Mapping[str, Any]) -> str:
    """Why `given` is not a valid `kind`: "server.port is a whole number from 0 to 65535, and not 99999"."""
    found = _PLACE.match(str(error))
    what, place = (found[1], found[2] or "") if found else (str(error), "")
    expected = in_words(_type_at(types.type_info(kind), place))
    if not place or not expected:
        return f"{f'{place}: ' if place else ''}{_plainly(what)}"
    return f"{place} is {expected}, and not {_value_at(given, place)!r:.60}"


def in_words(kind: types.Type | None) -> str:
    """A number or a choice in words, with its bounds; "" for any other type."""
    match kind:
        case types.IntType():
            return f"a whole number{_between(kind)}"
        case types.FloatType():
            return f"a number{_between(kind)}"
        case types.LiteralType():
            return f"one of {', '.join(map(str, kind.values))}"
    return ""


def _between(kind: types.IntType | types.FloatType) -> str:
    bounds = (("above", kind.gt), ("from", kind.ge), ("below", kind.lt), ("up to", kind.le))
    text = "".join(f" {word} {_shown(bound)}" for word, bound in bounds if bound is not None)
    return re.sub(r"^( from \S+) up to", r"\1 to", text)


def _shown(number: float) -> str:
    return f"{number:g}" if isinstance(number, float) and abs(number) < 1e15 else f"{int(number)}"


def _type_at(kind: types.Type | None, place: str) -> types.Type | None:
    """The type at a path such as "server.port"; None when the path leads nowhere."""
    for name in filter(None, place.split(".")):
        while isinstance(kind, types.Metadata):
            kind = kind.type
        if not isinstance(kind, types.StructType):
            return None
        kind = next((field.type for field in kind.fields if field.encode_name == name), None)
    while isinstance(kind, types.Metadata):
        kind = kind.type
    return kind


def _value_at(given: Any, place: str) -> Any:
    for name in place.split("."):
        given = given.get(name) if isinstance(given, Mapping) else None
    return given


def _plainly(text: str) -> str:
    words = "|".join(_NAMES)
    return re.sub(rf"\b({words})\b", lambda m: _NAMES[m[1]], text.replace("`", ""))
