"""A method of a module's API: its request from plain data, its reply as it was declared."""

from __future__ import annotations

from typing import Any

import msgspec

from mud.core.errors import Invalid
from mud.framework.instance import Instance
from mud.sdk.context import tag_of
from mud.sdk.module import Answerer


def is_async(method: Answerer[Any]) -> bool:
    """Whether it is answered beside the game."""
    code = getattr(method.handler, "__code__", None)
    return bool(code is not None and code.co_flags & 0x80)  # CO_COROUTINE


def request_of(instance: Instance, method: Answerer[Any], data: Any) -> Any:
    """A request from plain data, such as a JSON object; None is an empty one. Raises Invalid."""
    tag = tag_of(method.kind)
    fields = {} if data is None else data
    if not isinstance(fields, dict):
        raise Invalid(f"{tag} takes an object with its fields, not {type(data).__name__}", module=instance.name)
    known = method.kind.__struct_fields__
    for name in fields:
        if name not in known and name != "request":
            listed = ", ".join(known) or "none"
            raise Invalid(f"{tag} has no field {name!r}; its fields are {listed}", module=instance.name)
    try:
        return msgspec.convert({**fields, "request": tag}, method.kind)
    except msgspec.ValidationError as error:
        raise Invalid(f"{tag}: {error}", module=instance.name) from error


def replied(instance: Instance, method: Answerer[Any], value: Any) -> Any:
    """What a method gave, as the type that it declares. Raises Invalid if it is something else."""
    if method.reply is None:
        return value
    try:
        return msgspec.convert(msgspec.to_builtins(value), method.reply)
    except (msgspec.ValidationError, TypeError) as error:
        kind = getattr(method.reply, "__name__", str(method.reply))
        text = f"{instance.name}: {tag_of(method.kind)} declares {kind} as its reply, and gave {value!r:.80}: {error}"
        raise Invalid(text, module=instance.name) from error
