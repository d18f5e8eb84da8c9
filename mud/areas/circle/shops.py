"""The shops of .shp files. In version 3.0 lists end with -1; before that they had a fixed length."""

from __future__ import annotations

import math
import re
from typing import Any

from mud.areas import names
from mud.areas.circle.reader import Malformed, Reader, whole

#: The messages of a shop, in the order of the file.
MESSAGES = ("no_such_item", "player_has_not", "does_not_buy", "shop_too_poor", "player_too_poor", "sold", "bought")
#: How many things a shop sold and how many kinds it bought, before lists had an end.
_PRODUCTS, _KINDS = 5, 5
_TRADE = re.compile(r"(?:([0-9]+)|(\w*))\s*(.*)", re.S)


def shop(reader: Reader, number: int, found: dict[str, Any]) -> None:
    """A shop. A file's version is not always right, so the other form is tried too. Raises Malformed."""
    line, new = reader.line, reader.version_3
    try:
        _shop(reader, found, new)
    except Malformed:
        here = reader.line
        reader.rewind(line)
        try:
            _shop(reader, found, not new)
        except Malformed:
            reader.rewind(here)
            found.clear()
        else:
            return
        raise


def _shop(reader: Reader, found: dict[str, Any], new: bool) -> None:
    sells = [each for each in _list(reader, "what the shop sells", None if new else _PRODUCTS) if each != "-1"]
    found["sells"] = tuple(str(_number(each.split()[0], reader)) for each in sells)
    found["sell_factor"], found["buy_factor"] = (_float(reader.take("a price factor"), reader) for _ in range(2))
    kinds = [each for each in _list(reader, "what the shop buys", None if new else _KINDS) if each != "-1"]
    found["buys"] = tuple(map(trade, kinds))
    messages = {name: reader.plain(f"the message {name}") for name in MESSAGES}
    found["messages"] = {name: text for name, text in messages.items() if text}
    temper, flags, keeper, refuses = (reader.numbers(what, 1)[0] for what in ("temper", "flags", "keeper", "with whom"))
    found["temper"] = temper
    found["keeper"] = str(keeper) if keeper >= 0 else None
    found["flags"] = reader.flags([str(flags)], names.SHOP_FLAGS, "shop flags")
    found["refuses"] = reader.flags([str(refuses)], names.SHOP_REFUSALS, "shop refusals")
    rooms = _list(reader, "the shop's rooms", None if new else 1)
    found["rooms"] = tuple(str(_number(each.split()[0], reader)) for each in rooms if each != "-1")
    hours = [reader.numbers("opening hours", 1)[0] for _ in range(4)]
    found["hours"] = tuple(pair for pair in ((hours[0], hours[1]), (hours[2], hours[3])) if pair != (0, 0))
    if not reader.at_record():
        raise Malformed(reader.line + 1, f"{reader.peek()[:20]!r} stands where the shop should end")


def _list(reader: Reader, what: str, length: int | None) -> list[str]:
    """So many lines, or those up to -1. Raises Malformed."""
    if length is not None:
        return [reader.take(what) for _ in range(length)]
    found: list[str] = []
    while (line := reader.take(f"a -1 that ends {what}")) != "-1":
        found.append(line)
    return found


def trade(line: str) -> str:
    """A kind of object by number or name, with the keywords that follow it ("11leather" is one and the other)."""
    number, word, keywords = _TRADE.match(line).groups("")  # type: ignore[union-attr]  # it matches anything
    known = dict(enumerate(names.CIRCLE_ITEM_KINDS)).get(int(number[:9] or -1)) or word.lower() or number
    kind = {"armor": "armour", "liq": "drink_container"}.get(known, known)
    return f"{kind} {keywords.removeprefix('container') if word.lower() == 'liq' else keywords}".strip()


def _number(word: str, reader: Reader) -> int:
    return whole(word, reader.line)


def _float(word: str, reader: Reader) -> float:
    """A number with a fraction. Raises Malformed."""
    try:
        found = float(word.split()[0])
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise Malformed(reader.line, f"expected a number, not {word[:20]!r}")
    return found
