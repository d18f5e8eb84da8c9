"""The prompt in play: a mark, the figures that matter now, or the player's own form, set by `set prompt`."""

from __future__ import annotations

import re
from collections.abc import Callable

from mud.core.context import CoreContext
from mud.core.session import Session
from mud.core.text.markup import strip
from mud.core.world import fights
from mud.core.world.model import Character
from mud.play import bodies, describe, rooms

MAX_PROMPT_LENGTH = 100
_HOLE = re.compile(r"%(.)")

#: A letter after % in a prompt: what it stands for, and the function that computes it.
HOLES: dict[str, tuple[str, Callable[[CoreContext, Character], object]]] = {
    "h": ("hit points", lambda ctx, c: c.hp),
    "H": ("the most of them", lambda ctx, c: bodies.figures(ctx.world, c).hp),
    "m": ("mana", lambda ctx, c: c.mana),
    "M": ("the most of it", lambda ctx, c: bodies.figures(ctx.world, c).mana),
    "v": ("movement", lambda ctx, c: c.move),
    "V": ("the most of it", lambda ctx, c: bodies.figures(ctx.world, c).move),
    "x": ("experience to the next level", lambda ctx, c: bodies.needed(c.level + 1) - c.experience),
    "g": ("gold", lambda ctx, c: ctx.world.ledger.balance(c.owner_key)),
    "f": ("how your foe is", lambda ctx, c: foe(ctx, c)),
    "e": ("exits", lambda ctx, c: " ".join(d for d, _ in rooms.visible_exits(ctx, c.room)) or "none"),
    "r": ("the room", lambda ctx, c: ctx.world.room(c.room).name),
}

#: The same for `help prompt`.
HELP = ", ".join(f"%{letter} {what}" for letter, (what, _) in HOLES.items())


def prompt(ctx: CoreContext, session: Session) -> str:
    """The prompt of a session in play."""
    me = ctx.world.characters.get(session.character or "")
    form = me.settings.get("prompt", "auto") if me is not None else "off"
    if me is None or form == "off":
        return "> "
    if form == "auto":
        return usual(ctx, me)
    return _HOLE.sub(lambda m: str(HOLES[m[1]][1](ctx, me)) if m[1] in HOLES else m[1], form)


def usual(ctx: CoreContext, me: Character) -> str:
    """Only a mark for a character in full health; else its figures, and in a fight the foe's condition."""
    most = bodies.figures(ctx.world, me)
    well = me.hp >= most.hp and me.mana >= most.mana and 2 * me.move >= most.move
    if me.fighting is None and (well or not me.max_hp):
        return "> "
    other = f" foe: {foe(ctx, me)}" if me.fighting is not None else ""
    return f"{me.hp}/{most.hp}hp {me.mana}/{most.mana}mn {me.move}/{most.move}mv{other}> "


def foe(ctx: CoreContext, me: Character) -> str:
    """The foe's condition; nothing outside a fight."""
    other = fights.foe(ctx.world, me)
    return (
        f"{strip(describe.name(ctx.world, other))}, {bodies.condition(ctx.world, other)}" if other is not None else ""
    )


def check(form: str) -> str | None:
    """Why a prompt of this form is not allowed; None when it is."""
    if len(form) > MAX_PROMPT_LENGTH:
        return f"A prompt has at most {MAX_PROMPT_LENGTH} letters."
    wrong = next((m[1] for m in _HOLE.finditer(form) if m[1] not in HOLES and m[1] != "%"), None)
    return f"%{wrong} means nothing. There are: {HELP}." if wrong is not None else None
