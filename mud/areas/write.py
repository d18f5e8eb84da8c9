"""Definitions to area files, as a careful builder would write them. `load` reads exactly what was written."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from mud.areas.load import DEPENDENT, INNER, PARTS, TEXTS
from mud.core.text.markup import unparse
from mud.core.world import area as a

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b", "\f": "\\f"}
_CLOSING = re.compile(r'"(?=""|\Z)')
_TABLES = {field: key for key, (field, _) in INNER.items()}


def world_text(start: str) -> str:
    """The text of the file that says where newcomers wake."""
    return f"[world]\nstart = {_string(start)}\n"


def write(area: a.AreaDef) -> str:
    """One area as the text of its file."""
    plural = {field for field, _ in PARTS.values()}
    blocks = [_table("[area]", area, leave_out=plural)]
    for key, (field, _) in PARTS.items():
        blocks += [part_text(key, each) for each in getattr(area, field)]
    return "\n".join(blocks)


def part_text(key: str, part: a.Definition) -> str:
    """One `[[room]]`, with its exits and extra descriptions under it."""
    blocks = [_table(f"[[{key}]]", part, leave_out={"exits", *_TABLES})]
    if isinstance(part, a.RoomDef) and part.exits:
        blocks.append(f"[{key}.exits]\n" + "".join(f"{d} = {exit_text(way)}\n" for d, way in part.exits.items()))
    for field, name in _TABLES.items():
        blocks += [_table(f"[[{key}.{name}]]", each) for each in getattr(part, field, ())]
    return "\n".join(blocks)


def _table(head: str, part: a.Definition, leave_out: set[str] | frozenset[str] = frozenset()) -> str:
    """A table's header and its keys, except those with their default."""
    lines = [head]
    if isinstance(part, a.Reset):
        do = str(part.__struct_config__.tag)
        lines.append(f"do = {_string(do)}")
        if part.if_last != (do in DEPENDENT):
            lines.append(f"if_last = {_value(part.if_last)}")
        leave_out = {"if_last"}
    for field in msgspec.structs.fields(part):
        value = getattr(part, field.name)
        if field.name in leave_out or (not field.required and value == default(field)) or value is None:
            continue
        lines.append(f"{field.name} = {value_text(field.name, value)}")
    return "\n".join(lines) + "\n"


def default(field: Any) -> Any:
    """The default of a field."""
    return field.default_factory() if field.default_factory is not msgspec.NODEFAULT else field.default


def exit_text(way: a.ExitDef) -> str:
    """An exit: just the room's id, if there is no more to say."""
    if way == a.ExitDef(to=way.to) and way.to is not None:
        return _string(way.to)
    parts = []
    for field in msgspec.structs.fields(way):
        value = getattr(way, field.name)
        if value is not None and (field.required or value != default(field)):
            shown = _string(unparse(value)) if field.name in TEXTS else _value(value)
            parts.append(f"{field.name} = {shown}")
    return f"{{ {', '.join(parts)} }}" if parts else "{}"


def value_text(name: str, value: Any) -> str:
    """The value of the field `name` in TOML."""
    return _text(value) if name in TEXTS else _value(value)


def multiline(text: str) -> str:
    """A text for people on lines of its own, with the quotes on lines of their own."""
    return f'{_lines(unparse(text))[:-3]}\n"""'


def _value(value: Any) -> str:
    """A value in TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, tuple | list):
        return f"[{', '.join(_value(each) for each in value)}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{_key(k)} = {_value(v)}' for k, v in value.items())} }}" if value else "{}"
    return repr(value)


def _key(key: str) -> str:
    bare = key.replace("_", "").replace("-", "")
    return key if bare.isalnum() and bare.isascii() else _string(key)


def _text(text: str) -> str:
    """A text for people: on several lines if it has several."""
    source = unparse(text)
    if "\n" not in source:
        return _string(source)
    return _lines(source)


def _lines(source: str) -> str:
    """A text in triple quotes."""
    lines = [_string(line)[1:-1] for line in source.split("\n")]
    # Quotes need no escape in here, except one that two more follow and one at the very end.
    body = _CLOSING.sub(r'\\"', "\n".join(line.replace('\\"', '"') for line in lines))
    return f'"""\n{body}"""'


def _string(text: str) -> str:
    """A basic string."""
    return f'"{"".join(_ESCAPES.get(c) or _letter(c) for c in text)}"'


def _letter(letter: str) -> str:
    if letter.isprintable():
        return letter
    return f"\\u{ord(letter):04x}" if ord(letter) < 0x10000 else f"\\U{ord(letter):08x}"
