"""Setting fields of characters and items by hand: which fields, of what kind, within which bounds. Never gold."""

from __future__ import annotations

from difflib import get_close_matches

from msgspec import Struct

from mud.core.commands import either
from mud.core.context import CoreContext
from mud.core.errors import Rejected
from mud.core.targets import split_first
from mud.core.text.markup import strip
from mud.core.world.model import Character, Item, room_key
from mud.play import bodies, describe, settings
from mud.play.staff.admin import log
from mud.play.staff.rank import not_below, present_player


class Number(Struct, frozen=True):
    """A whole number; `within` names a field whose value is its upper limit."""

    least: int
    most: int
    within: str = ""


class Text(Struct, frozen=True):
    """A text with a maximum number of letters; `none` empties it."""

    longest: int


#: The fields of a character that can be set.
CHARACTER: dict[str, Number | Text] = {
    "level": Number(1, 1000),
    "hp": Number(1, 1_000_000, "max_hp"),
    "max_hp": Number(1, 1_000_000),
    "mana": Number(0, 1_000_000, "max_mana"),
    "max_mana": Number(0, 1_000_000),
    "move": Number(0, 1_000_000, "max_move"),
    "max_move": Number(0, 1_000_000),
    "experience": Number(0, 10**15),
    **{name: Number(3, 25) for name in ("strength", "dexterity", "constitution")},
    **{name: Number(3, 25) for name in ("intelligence", "wisdom", "charisma")},
    "armour": Number(-100, 100),
    "hitroll": Number(-100, 100),
    "damroll": Number(-100, 100),
    "wimpy": Number(0, 1_000_000),
    "title": Text(60),
}
#: The fields of every item that can be set, besides the values that its definition has.
ITEM: dict[str, Number | Text] = {"short": Text(80), "long": Text(200)}
VALUE = Number(-1_000_000, 1_000_000)
VALUE_TEXT = Text(200)
#: What looks like a field but can only be changed in another way, or not at all.
ELSEWHERE = {
    "gold": "Gold moves through the ledger alone: grant NAME AMOUNT gold.",
    "role": "A role is an account's: run.py account role NAME ROLE.",
    "password": "Passwords are their owners': run.py account reset NAME.",
    "name": "A name is for ever.",
    "frozen": "Write: freeze NAME, or thaw NAME.",
}

HELP = (
    "fields -- what an admin can set: set WHOM FIELD VALUE\n"
    f"Of a player or a mob: {', '.join(CHARACTER)}.\n"
    f"Of a thing: {', '.join(ITEM)}, and each of the values that its definition has (stat shows them)."
)


def show(ctx: CoreContext, args: str) -> None:
    """List the fields with their bounds."""
    rows = [f"  {name}: {bounds(kind)}" for name, kind in CHARACTER.items()]
    rows += ["Things:", *(f"  {name}: {bounds(kind)}" for name, kind in ITEM.items()), f"  values: {bounds(VALUE)}"]
    ctx.page("Players and mobs:\n" + "\n".join(rows))


def bounds(kind: Number | Text) -> str:
    """A kind of field in words."""
    if isinstance(kind, Text):
        return f"at most {kind.longest} letters, or none"
    return f"{kind.least} to {kind.most}" + (f", at most {kind.within}" if kind.within else "")


def set_(ctx: CoreContext, args: str) -> None:
    """Set one's own settings; an admin can instead name somebody, a field and a value to set."""
    name, rest = split_first(args)
    field, value = split_first(rest)
    if ctx.may("admin") and value and name.casefold() not in settings.SETTINGS:
        set_field(ctx, name, field.casefold(), value)
    else:
        settings.set_(ctx, args)


def set_field(ctx: CoreContext, whom: str, field: str, value: str) -> None:
    """Set a field of a character here, of a player anywhere, or of an item nearby."""
    if field in ELSEWHERE:
        raise Rejected(ELSEWHERE[field])
    who = ctx.seek_here(whom) or present_player(ctx, whom)
    item = near(ctx, whom) if who is None else None
    if item is not None:
        set_item(ctx, item, field, value)
    else:
        set_character(ctx, who or ctx.find_player(whom), field, value)


def near(ctx: CoreContext, text: str) -> Item | None:
    """An item in hand, worn or on the ground that answers to `text`."""
    held = [*ctx.world.held(ctx.player.owner_key), *ctx.world.held(room_key(ctx.player.room))]
    return next(iter(describe.seek_items(ctx.world, text, held)), None)


def set_character(ctx: CoreContext, who: Character, field: str, text: str) -> None:
    """Set a field of a character. Fields that it limits are lowered to it."""
    not_below(ctx, who)
    kind = known(field, CHARACTER)
    value = read(field, kind, text)
    most = getattr(who, kind.within) if isinstance(kind, Number) and kind.within else 0
    if most and isinstance(value, int) and value > most:
        raise Rejected(f"{field} can be at most {most}, which is {who.name}'s max_{field}.")
    ctx.world.edit(who)
    before = getattr(who, field)
    setattr(who, field, value)
    for name, other in CHARACTER.items():
        if isinstance(other, Number) and other.within == field and isinstance(value, int):
            setattr(who, name, min(getattr(who, name), value))
    if who.max_hp:
        bodies.mending(ctx, who)
    done(ctx, f"{field} of {who.name}", before, value)


def set_item(ctx: CoreContext, item: Item, field: str, text: str) -> None:
    """Set a field of an item, or one of the values that its definition has."""
    world = ctx.world
    if describe.is_coins(world, item):
        raise Rejected(ELSEWHERE["gold"])
    values = {**world.item_def(item).values, **item.values}
    numbers = {name: VALUE if isinstance(value, int) else VALUE_TEXT for name, value in values.items()}
    value = read(field, known(field, {**ITEM, **numbers}), text)
    called = f"{field} of {strip(describe.short(world, item))} ({item.id})"
    world.edit(item)
    if field in ITEM:
        before = getattr(item, field)
        setattr(item, field, value or None)
    else:
        before = values[field]
        item.values[field] = value
    done(ctx, called, before, value)


def known(field: str, fields: dict[str, Number | Text]) -> Number | Text:
    """The kind of a field. Raises Rejected, naming the most similar one, for an unknown field."""
    if field not in fields:
        near = get_close_matches(field, fields, 3, 0.6)
        hint = f"Did you mean {either(near)}?" if near else f"There are {', '.join(fields)}."
        raise Rejected(f"There is no field {field[:40]!r} to set. {hint}")
    return fields[field]


def read(field: str, kind: Number | Text, text: str) -> int | str:
    """Parse a value. Raises Rejected when it has the wrong kind, or is out of bounds."""
    if isinstance(kind, Text):
        if len(text) > kind.longest:
            raise Rejected(f"{field} has at most {kind.longest} letters, and this has {len(text)}.")
        return "" if text.casefold() == "none" else text
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 18) or not kind.least <= int(text) <= kind.most:
        raise Rejected(f"{field} is a whole number from {kind.least} to {kind.most}.")
    return int(text)


def done(ctx: CoreContext, what: str, before: object, after: object) -> None:
    """Tell the player, and write it to the log."""
    old, new = ("nothing" if value in (None, "") else value for value in (before, after))
    ctx.send(f"{what} was {old}, and is {new} now.")
    log(ctx, f"set {what}: {before} -> {after}")
