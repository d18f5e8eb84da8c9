"""What happens by the clock: ticks and ends, each at its moment."""

from __future__ import annotations

from modules.buffs.application import announce, arm, coming, settle, tell
from modules.buffs.kinds import KINDS
from modules.buffs.state import Buffs, Effect, Next, On, active, millis, moment, on
from mud.api import Character, Context, replace


def due(ctx: Context[Buffs], timer: Next) -> None:
    """A moment has come: do its ticks, then its ends. If a later one has come too, it gets an event of its own."""
    who = ctx.world.characters.get(timer.character)
    if who is None or who.away:
        return
    mine = on(ctx, who)
    at = coming(mine)
    if at is None or at > moment(ctx):
        rearm(ctx, who, mine)
        return
    before = active(mine.effects)
    ticking = [e for e in before.values() if e.tick == at]
    left = tuple(ticked(e, at) for e in mine.effects if e.ends != at)
    if len(left) < len(mine.effects):
        settle(ctx, who, mine, left)
    else:
        mine.effects = left
        rearm(ctx, who, mine)
    if not ticking or tick(ctx, who, ticking):
        announce(ctx, who, before, active(left))


def rearm(ctx: Context[Buffs], who: Character, mine: On) -> None:
    """Set the timer again, when only time has passed and figures are unchanged."""
    arm(ctx, who, mine)
    ctx.note(who, mine)


def ticked(effect: Effect, at: int) -> Effect:
    """An effect after its tick at a moment."""
    if effect.tick != at:
        return effect
    kind = KINDS.get(effect.kind)
    return replace(effect, tick=at + millis(kind.every) if kind is not None and kind.every else None)


def tick(ctx: Context[Buffs], who: Character, effects: list[Effect]) -> bool:
    """Do the ticks of one moment: first those that heal, then those that hurt. Returns whether the character lives."""
    more = dict.fromkeys(("hp", "mana", "move"), 0)
    less = 0
    for effect in effects:
        kind = KINDS[effect.kind]
        if kind.ticks or kind.ticks_room:
            tell(ctx, who, kind.ticks, kind.ticks_room)
        for name, by in kind.tick.items():
            amount = kind.grown("tick", by, effect.level) * effect.stacks
            if name == "hp" and amount < 0:
                less -= amount
            else:
                more[name] += amount
    if any(more.values()):
        ctx.mend(who, **more)
    if less:
        ctx.hurt(who, less)
    return not ctx.died(who)
