"""Reads and checks a module's settings: the configuration file, overridden by the environment (S2.4, S4.2)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

import msgspec
from msgspec import inspect as types

from mud.core.bounds import explained
from mud.core.errors import Invalid
from mud.sdk.bases import Settings


def read(module: str, kind: type[Settings], given: Mapping[str, Any], environment: Mapping[str, str]) -> Settings:
    """The settings of `module`: `given` from [settings.MODULE], overridden by MUD_<MODULE>_<FIELD>.

    Raises Invalid, naming the key and what it has to be, or for an unknown key the nearest known one.
    """
    fields = kind.__struct_fields__
    kinds = {field.name: field.type for field in msgspec.structs.fields(kind)}
    values = dict(given)
    for key in values:
        if key not in fields:
            raise _unknown(f"[settings.{module}] {key}", key, fields)
    prefix = f"MUD_{module}_".upper()
    for name, text in environment.items():
        if name.startswith(prefix):
            key = name.removeprefix(prefix).lower()
            if key not in fields:
                raise _unknown(f"the environment's {name}", key, fields)
            values[key] = _parsed(name, text, kinds[key])
    try:
        return msgspec.convert(values, kind, strict=False)
    except msgspec.ValidationError as error:
        raise Invalid(f"[settings.{module}]: {explained(error, kind, values)}", module=module) from error


def _parsed(name: str, text: str, kind: Any) -> Any:
    """The value of an environment variable: JSON for a list or a table, otherwise, or where text will do, the text."""
    if text[:1] not in ("[", "{") or _takes_text(types.type_info(kind)):
        return text
    try:
        return json.loads(text)
    except ValueError as error:
        raise Invalid(f"the environment's {name} is no JSON: {error}") from error


def _takes_text(kind: types.Type) -> bool:
    if isinstance(kind, types.Metadata):
        return _takes_text(kind.type)
    if isinstance(kind, types.UnionType):
        return any(map(_takes_text, kind.types))
    return isinstance(kind, types.StrType)


def _unknown(what: str, key: str, fields: tuple[str, ...]) -> Invalid:
    near = get_close_matches(key, fields, 1)
    known = f"known are {', '.join(fields)}" if fields else "this module has no settings"
    return Invalid(f"{what} is no setting; {f'did you mean {near[0]}?' if near else known}", key=key)


def schema(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a module's settings or state."""
    return msgspec.json.schema(kind)
