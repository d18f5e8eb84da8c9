"""Giving and removing effects: the stacking rules, and what follows from every change."""

from __future__ import annotations

from collections.abc import Callable, Collection

from modules.buffs.kinds import KINDS, EffectKind
from modules.buffs.state import (
    Apply,
    Begun,
    Buffs,
    BuffSettings,
    Effect,
    End,
    Ended,
    Next,
    On,
    active,
    millis,
    moment,
    on,
    sums,
)
from mud.api import Character, Context, Rejected, capital, replace, strip

#: How many game seconds an effect may last.
MAX_SECONDS = 1e8

#: A rule combines an effect with a new one of its kind. It returns the result, or None if the new one does nothing.
Rule = Callable[[EffectKind, Effect, Effect], Effect | None]


def refresh(kind: EffectKind, old: Effect, new: Effect) -> Effect:
    """The effect begins anew, never shorter than before, at the higher level."""
    return replace(new, level=max(old.level, new.level), ends=later(old, new), tick=old.tick)


def stack(kind: EffectKind, old: Effect, new: Effect) -> Effect:
    """The effect begins anew and counts once more, up to a limit."""
    return replace(refresh(kind, old, new), stacks=min(kind.stacks, old.stacks + 1))


def strongest(kind: EffectKind, old: Effect, new: Effect) -> Effect | None:
    """The one with the higher level counts; of equals, the one that lasts longer."""
    if new.level < old.level or (new.level == old.level and later(old, new) == old.ends):
        return None
    return replace(new, tick=old.tick)


def unique(kind: EffectKind, old: Effect, new: Effect) -> None:
    """Nobody can have two."""
    return None


RULES: dict[str, Rule] = {"refresh": refresh, "stack": stack, "strongest": strongest, "unique": unique}


def later(old: Effect, new: Effect) -> int | None:
    """The later of two ends."""
    return None if old.ends is None or new.ends is None else max(old.ends, new.ends)


# Giving


def apply(
    ctx: Context[Buffs], who: Character, name: str, source: str, level: int = 1, seconds: float | None = None
) -> bool:
    """Give somebody an effect that ends by the clock. Returns whether that changed anything."""
    now, kind = moment(ctx), KINDS[name]
    if who.away or broken(who, name):
        return False
    lasts = millis(kind.lasts(level) if seconds is None else seconds)
    tick = now + millis(kind.every) if kind.every else None
    new = Effect(name, strip(source)[:60], "", level, 1, now + lasts, tick)
    mine = on(ctx, who)
    old = next((e for e in mine.effects if e.kind == name and not e.origin), None)
    if old is None:
        return add(ctx, who, mine, new)
    made = RULES[kind.stacking](kind, old, new)
    if made is None:
        return False
    settle(ctx, who, mine, tuple(made if e is old else e for e in mine.effects))
    tell(ctx, who, kind.gain, kind.gain_room)
    return True


def broken(who: Character, name: str) -> bool:
    """Whether somebody is in a state that would end such an effect at once."""
    return who.fighting is not None and "attack" in KINDS[name].ends_on


def add(ctx: Context[Buffs], who: Character, mine: On, new: Effect) -> bool:
    """Add an effect, if there is room for it."""
    if len(mine.effects) >= ctx.settings(BuffSettings).most:
        return False
    change(ctx, who, mine, (*mine.effects, new))
    return True


# Taking away


def end(ctx: Context[Buffs], who: Character, which: Callable[[Effect], bool], say: bool = True) -> list[str]:
    """Remove effects from somebody. Returns the kinds that they no longer have."""
    mine = on(ctx, who)
    left = tuple(effect for effect in mine.effects if not which(effect))
    return change(ctx, who, mine, left, say) if len(left) < len(mine.effects) else []


def suspend(ctx: Context[Buffs], who: Character, which: Callable[[Effect], bool]) -> None:
    """Remove effects from somebody. Those with an origin stay but do not count until that begins anew."""
    mine = on(ctx, who)
    left = [replace(e, stacks=0) if which(e) else e for e in mine.effects if e.origin or not which(e)]
    if left != list(mine.effects):
        change(ctx, who, mine, tuple(left))


# Either


def change(ctx: Context[Buffs], who: Character, mine: On, effects: tuple[Effect, ...], say: bool = True) -> list[str]:
    """Replace somebody's effects. Returns the kinds that they no longer have."""
    before = active(mine.effects)
    settle(ctx, who, mine, effects)
    return announce(ctx, who, before, active(effects), say)


def announce(
    ctx: Context[Buffs], who: Character, before: Collection[str], after: Collection[str], say: bool = True
) -> list[str]:
    """Tell which kinds somebody has gained and lost. Returns the lost ones."""
    gone = [name for name in before if name not in after]
    for name in gone:
        if say:
            tell(ctx, who, KINDS[name].loss, KINDS[name].loss_room)
        ctx.emit(Ended(who.id, name))
    for name in after:
        if name not in before:
            tell(ctx, who, KINDS[name].gain, KINDS[name].gain_room)
            ctx.emit(Begun(who.id, name))
    return gone


def settle(ctx: Context[Buffs], who: Character, mine: On, effects: tuple[Effect, ...]) -> None:
    """Note somebody's effects, apply their sum to the figures, and set the timer of what comes next."""
    mine.effects = effects
    by = sums(effects)
    if by != who.effects.get("buffs", {}):
        ctx.affect(who, by)
    arm(ctx, who, mine)
    ctx.note(who, mine if effects else None)


def arm(ctx: Context[Buffs], who: Character, mine: On) -> None:
    """Set the timer of the next moment, if there is one, and cancel the one before."""
    if mine.timer:
        ctx.cancel(mine.timer)
    at = coming(mine)
    mine.timer = ctx.set_timer_at(at / 1000, Next(who.id)).id if at is not None and mine.since is None else ""


def coming(mine: On) -> int | None:
    """The next moment at which something happens."""
    return min((at for e in mine.effects for at in (e.ends, e.tick) if at is not None), default=None)


def tell(ctx: Context[Buffs], who: Character, text: str, seen: str) -> None:
    """Tell what happens to somebody, to them and to those who see it."""
    if text:
        ctx.tell(who, text)
    if seen:
        ctx.room_says(who.room, seen.format(who=capital(ctx.world.called(who))), but=(who,))


# What other modules ask for


def asked_to_apply(ctx: Context[Buffs], request: Apply) -> bool:
    """Give somebody an effect. Raises Rejected for an unknown kind or character, or an impossible time."""
    if request.seconds is not None and not 0 < request.seconds <= MAX_SECONDS:
        raise Rejected(f"an effect can't last {request.seconds} seconds")
    return apply(ctx, found(ctx, request), request.kind, request.source, request.level, request.seconds)


def asked_to_end(ctx: Context[Buffs], request: End) -> int:
    """Free somebody of a kind. Raises Rejected for an unknown kind or character."""
    who = found(ctx, request)
    count = sum(effect.kind == request.kind and not effect.origin for effect in on(ctx, who).effects)
    end(ctx, who, lambda effect: effect.kind == request.kind and not effect.origin)
    return count


def found(ctx: Context[Buffs], request: Apply | End) -> Character:
    """The character that a request is about. Raises Rejected."""
    who = ctx.world.characters.get(request.character)
    if who is None or who.away:
        raise Rejected(f"the character {request.character!r} is not in the world")
    if request.kind not in KINDS:
        raise Rejected(f"there is no kind of effect {request.kind!r}; there are {', '.join(KINDS)}")
    return who
