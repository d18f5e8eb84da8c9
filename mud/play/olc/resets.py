"""An area's resets, as a builder types and reads them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mud.areas.numbers import BOUNDS
from mud.core.context import CoreContext
from mud.core.errors import Rejected
from mud.core.targets import split
from mud.core.text.words import count, number_within
from mud.core.world import area as a
from mud.core.world.body import SLOTS
from mud.play.olc.exits import STATES, need_direction
from mud.play.olc.fields import Draft, Field, changed, need, number_of
from mud.play.olc.rights import need_room

HELP = """reset -- the steps of a reset, with their numbers; reset here, those of this room
reset add mob ID ROOM [max N]; in the same way item ID ROOM, give ID, equip ID SLOT, put ID CONTAINER
reset add door ROOM DIRECTION open | closed | locked
reset add remove ID ROOM
give and equip are for the mob before them. ROOM may be `here`. With `at N` behind it it becomes step N, else the last;
with `always` it is done also when the step before it did nothing, with `once` only in the very first reset.
reset set N max M, or with one or more of: always, after (only if the step before did something), once, often
reset remove N | reset move N M"""

#: The words that any step can have as options.
SAID: dict[str, dict[str, bool]] = {
    "always": {"if_last": False},
    "after": {"if_last": True},
    "once": {"once": True},
    "often": {"once": False},
}


def said(reset: a.AnyReset) -> str:
    """One step in words."""
    match reset:
        case a.MobReset():
            text = f"mob {reset.id} in {reset.room}"
        case a.ItemReset():
            text = f"item {reset.id} in {reset.room}"
        case a.GiveReset():
            text = f"give it {reset.id}"
        case a.EquipReset():
            text = f"equip it with {reset.id} at {reset.slot}"
        case a.PutReset():
            text = f"put {reset.id} into {reset.into}"
        case a.DoorReset():
            text = f"door {reset.direction} of {reset.room} {reset.state}"
        case a.RemoveReset():
            text = f"remove {reset.id} from {reset.room}"
    most = getattr(reset, "max", 1)
    text += f", at most {most}" if most != 1 else ""
    return text + (", if the step before did" if reset.if_last else "") + (", once" if reset.once else "")


def listed(resets: Sequence[a.AnyReset], room: str = "") -> str:
    """The numbered steps; with `room`, only those for that room and the steps that depend on them."""
    lines, about = [], False
    for number, reset in enumerate(resets, 1):
        about = getattr(reset, "room", room if about else None) == room
        if about or not room:
            lines.append(f"{number}. {said(reset)}")
    return "\n".join(lines)


def show(draft: Draft) -> str:
    """How many steps there are. Steps have numbers of their own, apart from the form's fields."""
    return f"{count(len(draft.resets), 'step')} (`reset` lists them)" if draft.resets else "none"


def set_(ctx: CoreContext, draft: Draft, text: str) -> Draft:
    """`add`, `remove`, `move`, `here`, or an empty line for the list."""
    words = split(text)
    verb = words[0].casefold() if words else ""
    if verb not in VERBS:
        if verb.isascii() and verb.isdigit():
            return set_(ctx, draft, f"set {text}")
        if verb:
            need(verb, VERBS, "thing to do with resets, like")
        ctx.send(listed(draft.resets) or "There are no resets.")
        return draft
    resets = VERBS[verb](ctx, draft.resets, words[1:])
    if resets is draft.resets:
        return draft
    ctx.send(listed(resets) or "There are no resets any more.")
    return changed(draft, resets=resets)


Steps = tuple[a.AnyReset, ...]


def here(ctx: CoreContext, resets: Steps, words: list[str]) -> Steps:
    """List the steps for this room."""
    ctx.send(listed(resets, ctx.player.room) or "No reset is about this room.")
    return resets


def add(ctx: CoreContext, resets: Steps, words: list[str]) -> Steps:
    """Add a step."""
    words, options = apart(words)
    at = index(options.pop("at"), len(resets) + 1) if "at" in options else len(resets)
    kind = need(words[0].casefold() if words else "", MAKE, "kind of reset")
    wanted, make = MAKE[kind]
    words = [word for word in words[1:] if word.casefold() not in ("in", "into", "from", "it", "with")]
    if len(words) != len(wanted):
        raise Rejected(f"Write: reset add {kind} {' '.join(wanted)}.")
    made = make(1, *(CHECKS[what](ctx, word) for what, word in zip(wanted, words, strict=True)))
    if kind in ("give", "equip", "put"):
        made = changed(made, if_last=True)
    return (*resets[:at], with_options(made, options), *resets[at:])


def apart(words: list[str]) -> tuple[list[str], dict[str, str]]:
    """Split a step from the options after it: `max N`, `at N`, and the words of SAID."""
    words, options = list(words), dict[str, str]()
    while len(words) > 1:
        if words[-1].casefold() in SAID:
            options[words.pop().casefold()] = ""
        elif words[-2].casefold() in ("max", "at"):
            value = words.pop()
            options[words.pop().casefold()] = value
        else:
            break
    return words, options


def with_options(step: a.AnyReset, options: dict[str, str]) -> a.AnyReset:
    """A step with options applied. Raises Rejected."""
    for word, value in options.items():
        if word in SAID:
            step = changed(step, **SAID[word])
        elif not hasattr(step, word):
            raise Rejected(f"This step has no {word}: {said(step)}.")
        else:
            step = changed(step, **{word: number_of(value, BOUNDS["max"]._replace(least=1))})
    return step


def set_step(ctx: CoreContext, resets: Steps, words: list[str]) -> Steps:
    """Set options of a step."""
    at = index(words[0] if words else "", len(resets))
    rest, options = apart(words)
    if len(rest) > 1 or not options:
        raise Rejected(f"Write: reset set N max M, or reset set N with one or more of {', '.join(SAID)}.")
    return (*resets[:at], with_options(resets[at], options), *resets[at + 1 :])


def remove(ctx: CoreContext, resets: Steps, words: list[str]) -> Steps:
    """Remove a step."""
    at = index(words[0] if words else "", len(resets))
    return (*resets[:at], *resets[at + 1 :])


def move(ctx: CoreContext, resets: Steps, words: list[str]) -> Steps:
    """Move a step to another position."""
    if len(words) != 2:
        raise Rejected("Write: reset move N M.")
    at, to = (index(word, len(resets)) for word in words)
    rest = [*resets[:at], *resets[at + 1 :]]
    rest.insert(to, resets[at])
    return tuple(rest)


def index(word: str, count: int) -> int:
    """The index (from 0) of a step by its number as typed. Raises Rejected."""
    number = number_within(word, 1, count)
    if number is None:
        raise Rejected(f"Which step? A number from 1 to {count}, as `reset` shows them.")
    return number - 1


VERBS: dict[str, Callable[[CoreContext, Steps, list[str]], Steps]] = {
    "add": add,
    "set": set_step,
    "remove": remove,
    "move": move,
    "here": here,
}
#: For each kind of step: its arguments, and how to make it from them and a maximum.
MAKE: dict[str, tuple[tuple[str, ...], Callable[..., a.AnyReset]]] = {
    "mob": (("MOB", "ROOM"), lambda most, id_, room: a.MobReset(id=id_, room=room, max=most)),
    "item": (("ITEM", "ROOM"), lambda most, id_, room: a.ItemReset(id=id_, room=room, max=most)),
    "give": (("ITEM",), lambda most, id_: a.GiveReset(id=id_, max=most)),
    "equip": (("ITEM", "SLOT"), lambda most, id_, slot: a.EquipReset(id=id_, slot=slot, max=most)),
    "put": (("ITEM", "CONTAINER"), lambda most, id_, into: a.PutReset(id=id_, into=into, max=most)),
    "door": (
        ("ROOM", "DIRECTION", "STATE"),
        lambda most, room, way, state: a.DoorReset(room=room, direction=way, state=STATES[state]),
    ),
    "remove": (("ITEM", "ROOM"), lambda most, id_, room: a.RemoveReset(id=id_, room=room)),
}
CHECKS: dict[str, Callable[[CoreContext, str], str]] = {
    "MOB": lambda ctx, word: need(word, ctx.world.defs.mobs, "mob"),
    "ITEM": lambda ctx, word: need(word, ctx.world.defs.items, "item"),
    "CONTAINER": lambda ctx, word: need(word, ctx.world.defs.items, "item"),
    "ROOM": lambda ctx, word: need_room(
        ctx, ctx.player.room if word == "here" else need(word, ctx.world.defs.rooms, "room")
    ),
    "SLOT": lambda ctx, word: need(word.casefold(), SLOTS, "slot"),
    "DIRECTION": lambda ctx, word: need_direction(word),
    "STATE": lambda ctx, word: need(word.casefold(), STATES, "state of a door"),
}

RESETS = Field("reset", HELP, show, set_)
