"""What the clock brings: ticks and ends, each at its moment."""

from __future__ import annotations

from modules.buffs.applying import announce, arm, coming, settle, tell
from modules.buffs.kinds import KINDS
from modules.buffs.state import Buffs, Effect, Next, On, active, millis, moment, on
from mud.api import Character, Context, Died, replace


def due(ctx: Context[Buffs], timer: Next) -> None:
    """One moment has come: its ticks, then its ends. A later one that has come too has an event of its own."""
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
    if all(tick(ctx, who, effect) for effect in ticking):
        announce(ctx, who, before, active(left))


def rearm(ctx: Context[Buffs], who: Character, mine: On) -> None:
    """Only time has gone on: figures are as they were."""
    arm(ctx, who, mine)
    ctx.note(who, mine)


def ticked(effect: Effect, at: int) -> Effect:
    """An effect behind a moment."""
    if effect.tick != at:
        return effect
    kind = KINDS.get(effect.kind)
    return replace(effect, tick=at + millis(kind.every) if kind is not None and kind.every else None)


def tick(ctx: Context[Buffs], who: Character, effect: Effect) -> bool:
    """What a tick brings. Gives whether its bearer is still alive."""
    kind = KINDS[effect.kind]
    tell(ctx, who, kind.ticks, kind.ticks_room)
    by = {name: kind.grown("tick", n, effect.level) * effect.stacks for name, n in kind.tick.items()}
    ctx.mend(who, **{name: n for name, n in by.items() if name != "hp" or n > 0})
    if by.get("hp", 0) < 0:
        ctx.hurt(who, -by["hp"])
    return not any(isinstance(signal, Died) and signal.character == who.id for signal in ctx.signals)
