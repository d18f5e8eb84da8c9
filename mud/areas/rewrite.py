"""Changes to an area file that leave everything else in it as its author wrote it.

Only the changed keys are written anew; comments, order and the author's way of writing stay. The caller reads the
result and compares it with what was meant, before anything is written.
"""

from __future__ import annotations

import tomllib
from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from mud.areas.blocks import TomlBlock, blocks_of
from mud.areas.load import INNER, PARTS, TEXTS
from mud.areas.write import default, exit_text, multiline, part_text, value_text
from mud.core.errors import WorldError
from mud.core.world import area as a

#: Top-level keys in the order in which a new file has them.
_ORDER = ("area", *PARTS)
_INNER_FIELDS = {field: key for key, (field, _) in INNER.items()}


class FileEdit(Struct, frozen=True):
    """`before` is what the file has, None for something new; `after` is what it should have. `key` is the file's."""

    key: str  # area, room, mob, item
    before: a.Definition | None
    after: a.Definition


def rewrite(text: str, edits: Sequence[FileEdit]) -> str:
    """The text of a file with `edits` made. Raises WorldError if it is written in a way that can't be edited here."""
    windows = "\r\n" in text and "\n" not in text.replace("\r\n", "")
    if windows:
        text = text.replace("\r\n", "\n")
    try:
        file = _File(text)
        for edit in edits:
            file.edit(edit)
    except (_kit().exceptions.TOMLKitError, tomllib.TOMLDecodeError) as error:
        raise WorldError([f"the file can't be edited here: {error}; edit it by hand, then `world reload`"]) from error
    text = "".join(block.text for block in file.blocks)
    return text.replace("\n", "\r\n") if windows else text


class _File:
    """A file's blocks, being edited."""

    def __init__(self, text: str) -> None:
        self.blocks = blocks_of(text)
        self._raw: dict[str, Any] = tomllib.loads(text)

    def edit(self, edit: FileEdit) -> None:
        if edit.before is None:
            self._add(edit.key, edit.after)
            return
        main = self._main(edit.key, getattr(edit.after, "id", ""))
        for field in msgspec.structs.fields(edit.after):
            old, new = getattr(edit.before, field.name), getattr(edit.after, field.name)
            if old == new:
                continue
            if field.name == "exits":
                self._exits(main, old, new)
            elif field.name == "resets":
                self._list(("reset",), "reset", None, old, new)
            elif field.name in _INNER_FIELDS:
                inner = _INNER_FIELDS[field.name]
                self._inner(main, inner, old, new)
            elif isinstance(new, dict) and (block := self._below(main, (*main.path, field.name))):
                self._table(block[0], old, new)
            else:
                self._set(main, field.name, new, gone=new is None)

    # Finding

    def _main(self, key: str, id_: str) -> TomlBlock:
        """The block of the table with this id."""
        if key == "area":
            found = [b for b in self.blocks if b.path == ("area",)]
            number = 0
        else:
            found = [b for b in self.blocks if b.path == (key,) and b.array]
            rows = self._raw.get(key, [])
            number = next((n for n, row in enumerate(rows) if row.get("id") == id_), len(found))
        if number >= len(found):
            raise WorldError([f"there is no [[{key}]] with the id {id_!r} in the file; edit it by hand"])
        return found[number]

    def _group(self, main: TomlBlock) -> list[TomlBlock]:
        """A block and those below it, up to the next of its own array."""
        at = next(n for n, block in enumerate(self.blocks) if block is main)
        group = [main]
        for block in self.blocks[at + 1 :]:
            if block.path == main.path:
                break
            if block.path[: len(main.path)] == main.path:
                group.append(block)
            elif block.path[: len(main.path) - 1] == main.path[:-1] and len(block.path) < len(main.path):
                break
        return group

    def _below(self, main: TomlBlock, path: tuple[str, ...]) -> list[TomlBlock]:
        return [block for block in self._group(main) if block.path == path]

    def _after(self, block: TomlBlock) -> int:
        """The place right after a block and those below it."""
        last = self._group(block)[-1]
        return next(n for n, each in enumerate(self.blocks) if each is last) + 1

    # Changing

    def _add(self, key: str, part: a.Definition) -> None:
        """Add a table, after the others of its kind."""
        before = _ORDER[: _ORDER.index(key) + 1]
        at = (
            max((n for n, block in enumerate(self.blocks) if block.path[:1] and block.path[0] in before), default=0) + 1
        )
        self._place(at, part_text(key, part))
        self._raw.setdefault(key, []).append({"id": getattr(part, "id", "")})

    def _place(self, at: int, text: str) -> None:
        """Insert blocks, with an empty line on each side."""
        before = "".join(block.text for block in self.blocks[max(0, at - 2) : at])
        gap = "" if before.endswith("\n\n") or not before else "\n" if before.endswith("\n") else "\n\n"
        new = blocks_of(text + ("\n" if at < len(self.blocks) else ""))[1:]
        new[0].lead = gap + new[0].lead
        self.blocks[at:at] = new

    def _set(self, block: TomlBlock, name: str, value: Any, gone: bool = False) -> None:
        """Set one key of a block: in its place, or after the others if it is new."""
        keys, tail = block.split_body()
        table = _kit().parse(keys)
        if name in table:
            if gone:
                del table[name]
            else:
                table[name] = _kit().value(_styled(table[name], name, value))
            block.body = _kit().dumps(table) + tail
        elif not gone:
            block.body = _ended(keys) + f"{_quoted(name)} = {value_text(name, value)}\n" + tail
        if not block.lead.endswith("\n"):
            block.lead += "\n"

    def _table(self, block: TomlBlock, old: dict[str, Any], new: dict[str, Any]) -> None:
        """Write a table that has a block of its own, key by key."""
        for name in old.keys() - new.keys():
            self._set(block, name, None, gone=True)
        for name, value in new.items():
            if old.get(name) != value:
                self._set(block, name, value)

    def _exits(self, main: TomlBlock, old: dict[str, a.ExitDef], new: dict[str, a.ExitDef]) -> None:
        for direction in old.keys() - new.keys():
            self._exit(main, direction, None)
        for direction, way in new.items():
            if old.get(direction) != way:
                self._exit(main, direction, way)

    def _exit(self, main: TomlBlock, direction: str, way: a.ExitDef | None) -> None:
        """Set one exit, wherever it is written; None removes it."""
        own = self._below(main, (*main.path, "exits", direction))
        table = self._below(main, (*main.path, "exits"))
        text = exit_text(way) if way is not None else None
        if own and way is not None:
            for field in msgspec.structs.fields(way):
                value = getattr(way, field.name)
                unsaid = value is None or (not field.required and value == default(field))
                self._set(own[0], field.name, value, gone=unsaid)
        elif own:
            self._remove(own)
        elif table:
            table[0].body = _with_key(table[0], direction, text)
        elif "exits" in _kit().parse(main.body):
            keys, tail = main.split_body()
            doc = _kit().parse(keys)
            ways: Any = doc["exits"]
            if text is None:
                del ways[direction]
            else:
                ways[direction] = _kit().value(text)
            main.body = _kit().dumps(doc) + tail
        elif text is not None:
            at = next(n for n, block in enumerate(self.blocks) if block is main) + 1
            self._place(at, f"[{'.'.join((*main.path, 'exits'))}]\n{direction} = {text}\n")

    def _inner(self, main: TomlBlock, key: str, old: Sequence[a.Definition], new: Sequence[a.Definition]) -> None:
        """Write tables inside a table: extra descriptions, modifiers."""
        doc = _kit().parse(main.split_body()[0])
        if key in doc:  # all in one line
            keys, tail = main.split_body()
            doc = _kit().parse(keys)
            doc[key] = _kit().value(f"[{', '.join(map(_inline, new))}]")
            main.body = _kit().dumps(doc) + tail
        else:
            self._list((*main.path, key), ".".join((*main.path, key)), main, old, new)

    def _list(
        self,
        path: tuple[str, ...],
        name: str,
        within: TomlBlock | None,
        old: Sequence[a.Definition],
        new: Sequence[a.Definition],
    ) -> None:
        """Write tables whose order matters. Those that stay in order stay where they are; others are moved."""
        where = self._group(within) if within is not None else self.blocks
        mains = [block for block in where if block.path == path and block.array]
        if len(mains) != len(old):
            raise WorldError([f"not every {name} is written as [[{name}]]; edit the file by hand, then `world reload`"])
        chosen = _sources(old, new)
        staying = _longest([n for n in chosen if n is not None])
        groups = {n: self._group(main) for n, main in enumerate(mains)}
        moved = {n: "".join(b.text for b in group) for n, group in groups.items() if n not in staying}
        for n in moved:
            if n in chosen:
                moved[n] = _without_tail(groups[n])
            self._remove(groups[n])
        end = self._after(within) if within is not None else len(self.blocks)
        first = min((self._at(groups[n][0]) for n in staying), default=end)
        at = first
        for source, each in zip(chosen, new, strict=True):
            if source in staying and source is not None:
                if old[source] != each:
                    self._fields(groups[source][0], old[source], each)
                at = self._at(groups[source][-1]) + 1
                continue
            text = part_text(name, each) if source is None or old[source] != each else moved[source]
            count = len(self.blocks)
            self._place(at, text)
            at += len(self.blocks) - count

    def _at(self, block: TomlBlock) -> int:
        return next(n for n, each in enumerate(self.blocks) if each is block)

    def _fields(self, block: TomlBlock, old: a.Definition, new: a.Definition) -> None:
        """The keys of a table that have no tables of their own."""
        for field in msgspec.structs.fields(new):
            value = getattr(new, field.name)
            if getattr(old, field.name, None) != value:
                self._set(block, field.name, value, gone=value is None)

    def _remove(self, group: Sequence[TomlBlock]) -> None:
        """Remove blocks. Separate comments after them stay."""
        for block in group:
            at = self._at(block)
            tail = block.split_body()[1]
            if "#" in tail:
                self.blocks[at - 1].body += tail
            del self.blocks[at]


def _kit() -> Any:
    """tomlkit. Imported here because a start does not need it, and the silence of a copyover must be short."""
    import tomlkit

    return tomlkit


def _without_tail(group: Sequence[TomlBlock]) -> str:
    """The text of blocks that are moved; separate comments after them stay where they are."""
    text = "".join(block.text for block in group[:-1]) + group[-1].lead + _ended(group[-1].split_body()[0])
    return text if text.endswith("\n") else text + "\n"


def _with_key(block: TomlBlock, name: str, text: str | None) -> str:
    """A block's body with one key set to `text`, or without it."""
    keys, tail = block.split_body()
    doc = _kit().parse(keys)
    if name in doc:
        if text is None:
            del doc[name]
        else:
            doc[name] = _kit().value(text)
        body: str = _kit().dumps(doc)
        return body + tail
    return _ended(keys) + f"{name} = {text}\n" + tail if text is not None else block.body


def _styled(item: Any, name: str, value: Any) -> str:
    """A value as its author would write it: text that was on lines of its own is so again."""
    raw = item.as_string() if hasattr(item, "as_string") else ""
    if name in TEXTS and raw.startswith('"""\n') and raw.endswith('\n"""') and value:
        return multiline(value)
    return value_text(name, value)


def _inline(part: a.Definition) -> str:
    """A small table on one line."""
    said = [
        f"{field.name} = {value_text(field.name, getattr(part, field.name))}" for field in msgspec.structs.fields(part)
    ]
    return f"{{ {', '.join(said)} }}"


def _quoted(name: str) -> str:
    return name if name.replace("_", "").replace("-", "").isalnum() and name.isascii() else f'"{name}"'


def _ended(text: str) -> str:
    """Text that ends with its line."""
    return text if not text or text.endswith("\n") else text + "\n"


def _sources(old: Sequence[a.Definition], new: Sequence[a.Definition]) -> list[int | None]:
    """For each of `new` the index of the same one in `old`: the one with the same kind and keywords."""
    free = dict(enumerate(old))
    found: list[int | None] = []
    for each in new:
        number = next((n for n, other in free.items() if other == each), None)
        if number is not None:
            del free[number]
        found.append(number)
    for at, each in enumerate(new):
        if found[at] is None and isinstance(each, a.Extra):
            alike = [n for n, x in free.items() if isinstance(x, a.Extra) and x.keywords == each.keywords]
            if alike:
                found[at] = alike[0]
                del free[alike[0]]
    return found


def _longest(numbers: Sequence[int]) -> set[int]:
    """The longest ascending subsequence of `numbers`."""
    ends: list[int] = []
    before: dict[int, int | None] = {}
    for number in numbers:
        at = bisect_left(ends, number)
        before[number] = ends[at - 1] if at else None
        ends[at : at + 1] = [number]
    chosen: set[int] = set()
    last = ends[-1] if ends else None
    while last is not None:
        chosen.add(last)
        last = before[last]
    return chosen
