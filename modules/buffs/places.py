"""Effects that last as long as an item is worn or a room is not left; and what coming, going and dying do to all."""

from __future__ import annotations

from functools import partial

from modules.buffs.application import broken, change, coming, end, settle, suspend
from modules.buffs.kinds import KINDS, ROOMS, SECTORS, WORN
from modules.buffs.state import Buffs, Effect, Next, On, millis, moment, on, sums
from mud.api import (
    Attacked,
    Character,
    Context,
    Died,
    InService,
    Invalid,
    Moved,
    PlayerEntered,
    PlayerLeft,
    Worn,
    replace,
    short,
    strip,
)


def kept_up(ctx: Context[Buffs], who: Character) -> dict[tuple[str, str], Effect]:
    """The effects that equipment and room now give somebody, by kind and origin."""
    world, found = ctx.world, {}
    for item in world.worn(who):
        definition = world.item_def(item)
        for name in {WORN[affect]: None for affect in definition.affects if affect in WORN}:
            effect = Effect(name, strip(short(world, item)), f"item:{item.id}", max(1, definition.level))
            found[name, effect.origin] = effect
    room = world.room(who.room)
    names = [ROOMS[flag] for flag in room.flags if flag in ROOMS]
    if room.sector in SECTORS:
        names.append(SECTORS[room.sector])
    for name in names:
        found[name, f"room:{room.id}"] = Effect(name, room.name, f"room:{room.id}")
    return found


def sync(ctx: Context[Buffs], who: Character) -> None:
    """Update the effects that equipment and room give somebody."""
    wanted, mine = kept_up(ctx, who), on(ctx, who)
    have = {(e.kind, e.origin): e for e in mine.effects if e.origin}
    if wanted.keys() == have.keys():
        return
    now = moment(ctx)
    effects = [e for e in mine.effects if not e.origin or (e.kind, e.origin) in wanted]
    for key, effect in wanted.items():
        every = KINDS[effect.kind].every
        if key not in have:
            tick = now + millis(every) if every else None
            effects.append(replace(effect, tick=tick, stacks=0 if broken(who, effect.kind) else 1))
    change(ctx, who, mine, tuple(effects))


# What happens to somebody


def moved(ctx: Context[Buffs], signal: Moved) -> None:
    """Another room has other effects."""
    who = ctx.world.characters.get(signal.character)
    if who is not None and not who.away and (who.notes or gives(ctx, signal.room)):
        sync(ctx, who)


def gives(ctx: Context[Buffs], room_id: str) -> bool:
    """Whether a room gives effects."""
    room = ctx.world.room(room_id)
    return room.sector in SECTORS or not ROOMS.keys().isdisjoint(room.flags)


def worn(ctx: Context[Buffs], signal: Worn) -> None:
    """Something was put on or taken off."""
    who, item = ctx.world.characters.get(signal.character), ctx.world.items.get(signal.item)
    if who is not None and not who.away and (item is None or ctx.world.item_def(item).affects):
        sync(ctx, who)


def attacked(ctx: Context[Buffs], signal: Attacked) -> None:
    """Some effects end when their bearer attacks, some when the bearer is attacked."""
    for id_, what in ((signal.character, "attack"), (signal.victim, "attacked")):
        who = ctx.world.characters.get(id_)
        if who is not None and (who.notes or who.mob is not None):
            sync(ctx, who)  # a mob may wear what it put on before this module was loaded
            suspend(ctx, who, partial(ends_by, what))


def ends_by(what: str, effect: Effect) -> bool:
    """Whether an attack ends an effect before its time."""
    kind = KINDS.get(effect.kind)
    return kind is not None and what in kind.ends_on


def died(ctx: Context[Buffs], signal: Died) -> None:
    """Death ends all effects. A mob's note disappears with it."""
    who = ctx.world.characters.get(signal.character)
    if who is not None and who.notes:
        end(ctx, who, lambda effect: True, say=False)
        sync(ctx, who)


# Coming and going


def left(ctx: Context[Buffs], signal: PlayerLeft) -> None:
    """While the bearer is away, effects that are kept stand still; all others end."""
    who = ctx.world.characters.get(signal.character)
    if who is None or not who.notes:
        return
    mine = on(ctx, who)
    if not mine.effects:
        return
    mine.since = moment(ctx)
    settle(ctx, who, mine, tuple(e for e in mine.effects if not e.origin and e.kind in KINDS and KINDS[e.kind].kept))


def entered(ctx: Context[Buffs], signal: PlayerEntered) -> None:
    """Effects that stood still continue."""
    who = ctx.world.characters[signal.character]
    go_on(ctx, who, on(ctx, who))
    sync(ctx, who)


def go_on(ctx: Context[Buffs], who: Character, mine: On) -> None:
    """Effects that stood still continue from the moment when their bearer came back."""
    if mine.effects:
        gap = missed(who, mine)
        mine.since = None
        settle(ctx, who, mine, tuple(later(effect, gap) for effect in mine.effects))


def missed(who: Character, mine: On) -> int:
    """For how many milliseconds effects stood still.

    If the bearer left while the module was out of service, there is no time of leaving; it was before the next thing
    could happen.
    """
    back, since, next_ = came(who), mine.since, coming(mine)
    if since is None:
        since = min(back, next_) if next_ is not None else back
    return back - since


def came(who: Character) -> int:
    """The moment when somebody last came into the world."""
    return round(who.entered * 1000)


def came_unheard(who: Character, mine: On) -> bool:
    """Whether somebody came back while the module was out of service, with effects that stood still or were due."""
    next_ = coming(mine)
    return mine.since is not None or (who.mob is None and next_ is not None and next_ < came(who))


def later(effect: Effect, by: int) -> Effect:
    """An effect, moved by some milliseconds."""
    ends, tick = effect.ends, effect.tick
    return replace(effect, ends=ends + by if ends is not None else None, tick=tick + by if tick is not None else None)


def check(ctx: Context[Buffs]) -> None:
    """Raise Invalid if somebody's effects would never end or tick: no timer is set for them. A restart mends that."""
    armed = {timer.id for timer in ctx.pending(Next)}
    bearers = [who for who in ctx.world.characters.values() if who.notes and not who.away]
    stuck = [who.name for who in bearers if coming(mine := on(ctx, who)) is not None and mine.timer not in armed]
    if stuck:
        raise Invalid(f"the effects on {', '.join(sorted(stuck)[:5])} have no timer ({len(stuck)} in all)")


def mend(ctx: Context[Buffs], signal: InService) -> None:
    """Catch up after the module was out of service: who came back, what is worn, who is where, who has no timer."""
    if signal.ahead:
        move_on(ctx, round(signal.ahead * 1000))
    armed = {timer.id for timer in ctx.pending(Next)}
    for who in list(ctx.world.characters.values()):
        if who.away or (who.mob is not None and not who.notes):
            continue  # nearly all characters; and in a copyover players wait for this
        mine = on(ctx, who)
        if came_unheard(who, mine):
            go_on(ctx, who, mine)
        lacks_timer = mine.timer not in armed and coming(mine) is not None
        if mine.effects and (lacks_timer or sums(mine.effects) != who.effects.get("buffs", {})):
            settle(ctx, who, mine, mine.effects)
        sync(ctx, who)


def move_on(ctx: Context[Buffs], by: int) -> None:
    """The effects come from another server, or from a while ago: each goes on with the time that it has left."""
    ctx.cancel(Next)
    for who in list(ctx.world.characters.values()):
        mine = on(ctx, who)
        if mine.effects:
            mine.timer, mine.since = "", mine.since + by if mine.since is not None else None
            settle(ctx, who, mine, tuple(later(effect, by) for effect in mine.effects))
