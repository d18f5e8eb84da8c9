"""A room's exits, as a builder types and reads them."""

from __future__ import annotations

from mud.core.context import CoreContext
from mud.core.errors import Rejected
from mud.core.targets import split_first
from mud.core.text.markup import unparse
from mud.core.world.area import DIRECTIONS, DoorState, ExitDef, direction_of
from mud.play.olc.fields import Draft, Field, arguments, changed, marked, need, words_of

HELP = """exit DIRECTION to ROOM [door "oak door"] [key ITEM] [closed] -- a way out; exit DIRECTION remove
to nowhere leads nowhere by intent. After door come the words that it answers to.
Further words: open, closed, locked (how the door is before anybody touched it), nodoor, nokey, pickproof, hidden,
plain (neither pickproof nor hidden), desc "what one sees that way"."""
WORDS = (
    *("to", "door", "key", "desc", "open!", "closed!", "locked!", "nodoor!", "nokey!", "pickproof!"),
    *("hidden!", "plain!", "remove!"),
)
STATES: dict[str, DoorState] = {"open": "open", "closed": "closed", "locked": "locked"}


def show(draft: Draft) -> str:
    """All exits in one line."""
    return "; ".join(f"{direction} {one(way)}" for direction, way in draft.exits.items()) or "none"


def one(way: ExitDef) -> str:
    """One exit, as it would be typed."""
    parts = [f"to {way.to or 'nowhere'}"]
    if way.door:
        parts += [f'door "{" ".join(way.keywords) or "door"}"', way.state]
    parts += [f"key {way.key}"] * bool(way.key)
    parts += [word for word in ("pickproof", "hidden") if getattr(way, word)]
    parts += [f'desc "{unparse(way.description)}"'] * bool(way.description)
    return " ".join(parts)


def need_direction(word: str) -> str:
    """A direction from its name or short form. Raises Rejected, naming the most similar one."""
    return direction_of(word) or need(word.casefold(), DIRECTIONS, "direction")


def set_(ctx: CoreContext, draft: Draft, text: str) -> Draft:
    """`north to hall door "oak door"`."""
    word, rest = split_first(text)
    if not word:
        raise Rejected('Write: exit DIRECTION to ROOM door "oak door" key ITEM, or exit DIRECTION remove.')
    direction = need_direction(word)
    way = draft.exits.get(direction)
    pairs = arguments(rest, WORDS)
    if ("remove", "") in pairs:
        if way is None:
            raise Rejected(f"There is no exit {direction}.")
        return changed(draft, exits={d: w for d, w in draft.exits.items() if d != direction})
    if way is None and "to" not in dict(pairs):
        raise Rejected(f"There is no exit {direction} yet. Write: exit {direction} to ROOM.")
    way = way or ExitDef(to=None)
    for name, value in pairs:
        way = applied(ctx, draft, way, name, value)
    return changed(draft, exits={**draft.exits, direction: way})


def applied(ctx: CoreContext, draft: Draft, way: ExitDef, word: str, value: str) -> ExitDef:
    """An exit with one more option applied to it."""
    match word:
        case "to":
            known = {*ctx.world.defs.rooms, draft.id}
            way = changed(way, to=None if value == "nowhere" else need(value, known, "room"))
        case "door":
            state = way.state if way.door else "closed"
            way = changed(way, door=True, keywords=words_of(value), state=state)
        case "open" | "closed" | "locked":
            if not way.door:
                raise Rejected('Only a door can be so: add door "WORDS" before it.')
            way = changed(way, state=STATES[word])
        case "key":
            if not way.door:
                raise Rejected('Only a door can have a key: add door "WORDS" before it.')
            way = changed(way, key=need(value, ctx.world.defs.items, "item"))
        case "nodoor":
            way = changed(way, door=False, state="open", key=None, pickproof=False, keywords=())
        case "nokey":
            way = changed(way, key=None)
        case "plain":
            way = changed(way, pickproof=False, hidden=False)
        case "desc":
            way = changed(way, description=marked(value))
        case _:
            way = changed(way, **{word: True})
    return way


EXITS = Field("exit", HELP, show, set_)
