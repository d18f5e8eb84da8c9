"""Effects that are kept up by what is worn and by where one is; and what coming, going and dying does to all."""

from __future__ import annotations

from modules.buffs.applying import began, end, lost, settle
from modules.buffs.kinds import KINDS, ROOMS, SECTORS, WORN
from modules.buffs.state import Buffs, Effect, Next, On, millis, moment, on
from mud.api import (
    Attacked,
    Character,
    Context,
    Died,
    InService,
    Moved,
    PlayerEntered,
    PlayerLeft,
    Worn,
    replace,
    short,
)


def kept_up(ctx: Context[Buffs], who: Character) -> dict[tuple[str, str], Effect]:
    """The effects that equipment and room give somebody now, by kind and origin."""
    world, found = ctx.world, {}
    for item in world.worn(who):
        definition = world.item_def(item)
        for name in {WORN[affect]: None for affect in definition.affects if affect in WORN}:
            effect = Effect(name, short(world, item), f"item:{item.id}", max(1, definition.level))
            found[name, effect.origin] = effect
    room = world.room(who.room)
    names = [ROOMS[flag] for flag in room.flags if flag in ROOMS]
    if room.sector in SECTORS:
        names.append(SECTORS[room.sector])
    for name in names:
        found[name, f"room:{room.id}"] = Effect(name, room.name, f"room:{room.id}")
    return found


def sync(ctx: Context[Buffs], who: Character) -> None:
    """See to it that equipment and room give somebody what they do now, and nothing that they did."""
    wanted, mine = kept_up(ctx, who), on(ctx, who)
    have = {(e.kind, e.origin): e for e in mine.effects if e.origin}
    if wanted.keys() == have.keys():
        return
    now = moment(ctx)
    before = {e.kind for e in mine.effects}
    left = [e for e in mine.effects if not e.origin or (e.kind, e.origin) in wanted]
    for key, effect in wanted.items():
        every = KINDS[effect.kind].every
        if key not in have:
            left.append(replace(effect, tick=now + millis(every) if every else None))
    settle(ctx, who, mine, tuple(left))
    after = {e.kind for e in left}
    for name in sorted(after - before):
        began(ctx, who, name)
    for name in sorted(before - after):
        lost(ctx, who, name)


# What happens to somebody


def moved(ctx: Context[Buffs], signal: Moved) -> None:
    """Other rooms, other effects."""
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
    """Some effects end when their bearer attacks, some when somebody attacks their bearer."""
    for id_, what in ((signal.character, "attack"), (signal.victim, "attacked")):
        who = ctx.world.characters.get(id_)
        if who is not None and who.notes:
            end(ctx, who, lambda e, what=what: not e.origin and what in ends_on(e))  # type: ignore[misc]


def ends_on(effect: Effect) -> tuple[str, ...]:
    """What ends an effect before its time."""
    kind = KINDS.get(effect.kind)
    return kind.ends_on if kind is not None else ()


def died(ctx: Context[Buffs], signal: Died) -> None:
    """Death ends everything. A mob is gone, and what was noted with it."""
    who = ctx.world.characters.get(signal.character)
    if who is not None and who.notes:
        end(ctx, who, lambda effect: True, say=False)
        sync(ctx, who)


# Coming and going


def left(ctx: Context[Buffs], signal: PlayerLeft) -> None:
    """What is kept stands still while its bearer is away; all else ends."""
    who = ctx.world.characters.get(signal.character)
    if who is None or not who.notes:
        return
    mine = on(ctx, who)
    if not mine.effects:
        return
    mine.since = moment(ctx)
    settle(ctx, who, mine, tuple(e for e in mine.effects if not e.origin and e.kind in KINDS and KINDS[e.kind].kept))


def entered(ctx: Context[Buffs], signal: PlayerEntered) -> None:
    """What stood still goes on."""
    who = ctx.world.characters[signal.character]
    mine = on(ctx, who)
    if mine.effects:
        away = moment(ctx) - mine.since if mine.since is not None else 0
        mine.since = None
        settle(ctx, who, mine, tuple(later(effect, away) for effect in mine.effects))
    sync(ctx, who)


def later(effect: Effect, by: int) -> Effect:
    """An effect, so many milliseconds later."""
    ends, tick = effect.ends, effect.tick
    return replace(effect, ends=ends + by if ends is not None else None, tick=tick + by if tick is not None else None)


def mend(ctx: Context[Buffs], signal: InService) -> None:
    """What went by while the module was out of service: what is worn, where one is, and who has no timer."""
    armed = {timer.id for timer in ctx.pending(Next)}
    for who in list(ctx.world.characters.values()):
        if who.away:
            continue
        mine = on(ctx, who)
        if mine.effects and mine.timer not in armed:
            settle(ctx, who, mine, mine.effects)
        if who.notes or who.mob is None:
            sync(ctx, who)


__all__ = ["On"]
