"""What mobs do by themselves, according to the flags in their files. Only areas with a player in them are active."""

from __future__ import annotations

from collections.abc import Callable

from mud.core.context import CoreContext
from mud.core.timers import AreaLives, Pulse
from mud.core.world import fights
from mud.core.world.area import MobDef
from mud.core.world.model import Character, room_key
from mud.core.world.senses import sees
from mud.play import bodies, describe
from mud.play.describe import capital, name
from mud.play.fights import cannot_fight, strike, ways_out
from mud.play.movement import FROM

#: Game seconds between two pulses. Areas act at different moments within a pulse, to spread the load.
PULSE_SECONDS = 4.0
#: The chance that a mob wanders in a pulse, and that it picks something up.
WANDERS, PICKS_UP = 0.12, 0.3
#: From this alignment on a character is good; below its negative, evil.
GOOD = 350


def awaken(ctx: CoreContext) -> None:
    """A player is in the world: make sure that areas become active."""
    if ctx.world.timers.find(Pulse()) is None:
        ctx.after(PULSE_SECONDS, Pulse())


def pulse_due(ctx: CoreContext, payload: Pulse) -> None:
    """Let every area with a player in it act once within the next pulse."""
    players = ctx.world.players()
    areas = dict.fromkeys(ctx.world.defs.area_of.get(c.room) for c in players)
    for area in areas:
        if area is not None and ctx.world.timers.find(AreaLives(area)) is None:
            ctx.after(ctx.random.random() * PULSE_SECONDS, AreaLives(area))
    if players:
        ctx.after(PULSE_SECONDS, payload)


def area_lives(ctx: CoreContext, payload: AreaLives) -> None:
    """Let the mobs of an area act."""
    area = ctx.world.defs.areas.get(payload.area)
    for room in area.rooms if area is not None else ():
        for character in ctx.world.present(room.id):
            if character.mob is not None and character.room == room.id and character.id in ctx.world.characters:
                live(ctx, character)


def live(ctx: CoreContext, mob: Character) -> None:
    """Let a mob do the first of BEHAVIOURS that applies."""
    definition = ctx.world.mob_def(mob)
    if definition is None or mob.fighting is not None:
        return
    bodies.measure(ctx, mob)
    if mob.position == "sleeping":
        return
    for behave in BEHAVIOURS:
        if behave(ctx, mob, definition):
            return


def help_(ctx: CoreContext, mob: Character, definition: MobDef) -> bool:
    """A helper joins another mob's fight against a player."""
    if "helper" not in definition.flags:
        return False
    for friend in fights.fighters(ctx.world, mob.room):
        foe = fights.foe(ctx.world, friend)
        if friend.mob is not None and foe is not None and foe.mob is None:
            who = capital(name(ctx.world, mob))
            ctx.room_says(mob.room, f"{who} comes to the aid of {name(ctx.world, friend)}!")
            return attack(ctx, mob, foe)
    return False


def be_aggressive(ctx: CoreContext, mob: Character, definition: MobDef) -> bool:
    """An aggressive mob attacks a player (if wimpy, a sleeping one); one with a memory, whom it bears a grudge."""
    flags = definition.flags
    if not any(f.startswith("aggressive") or f == "memory" for f in flags):
        return False
    for victim in ctx.world.present(mob.room):
        if victim.mob is not None or not hates(mob, flags, victim) or not sees(ctx.world, mob, victim):
            continue
        if cannot_fight(ctx, mob, victim):
            continue
        if "wimpy" not in flags or victim.position == "sleeping" or victim.id in mob.remembers:
            if victim.id in mob.remembers:
                text = f"{capital(name(ctx.world, mob))} remembers {name(ctx.world, victim)}!"
                ctx.room_says(mob.room, text)
            return attack(ctx, mob, victim)
    return False


def hates(mob: Character, flags: tuple[str, ...], victim: Character) -> bool:
    """Whether a mob with these flags wants to attack a player."""
    kind = "good" if victim.alignment >= GOOD else "evil" if victim.alignment <= -GOOD else "neutral"
    return "aggressive" in flags or f"aggressive_{kind}" in flags or victim.id in mob.remembers


def attack(ctx: CoreContext, mob: Character, victim: Character) -> bool:
    """Let a mob attack, if nothing forbids it."""
    if cannot_fight(ctx, mob, victim):
        return False
    strike(ctx, mob, victim)
    return True


def scavenge(ctx: CoreContext, mob: Character, definition: MobDef) -> bool:
    """A scavenger picks up the most valuable item on the ground."""
    if "scavenger" not in definition.flags or ctx.random.random() >= PICKS_UP:
        return False
    world = ctx.world
    lying = [i for i in world.held(room_key(mob.room)) if "take" in world.item_def(i).wear]
    lying = [i for i in lying if not describe.is_coins(world, i)]
    if not lying or len(world.held(mob.owner_key)) >= 20:
        return False
    best = max(lying, key=lambda i: world.item_def(i).cost)
    world.move_item(best, mob.owner_key)
    ctx.room_says(mob.room, f"{capital(name(world, mob))} gets {describe.short(world, best)}.")
    return True


def wander(ctx: CoreContext, mob: Character, definition: MobDef) -> bool:
    """Walk through an open exit, unless the mob is a sentinel or keeps a shop."""
    if "sentinel" in definition.flags or mob.position != "standing" or ctx.random.random() >= WANDERS:
        return False
    world = ctx.world
    if world.defs.shops_of.get(definition.id):
        return False
    ways = ways_out(world, mob)
    if "stay_zone" in definition.flags:
        home = world.defs.area_of.get(mob.room)
        ways = [(d, way) for d, way in ways if world.defs.area_of.get(way.to or "") == home]
    if not ways:
        return False
    direction, way = ctx.random.choice(ways)
    who = capital(name(world, mob))
    ctx.room_says(mob.room, f"{who} goes {direction}.", but=(mob,))
    ctx.move(mob, way.to or "", direction)
    ctx.room_says(mob.room, f"{who} arrives from {FROM[direction]}.", but=(mob,))
    return True


def settle(ctx: CoreContext, mob: Character, definition: MobDef) -> bool:
    """Return to its usual position once it is well again."""
    if mob.position == definition.default_position or mob.hp < mob.max_hp:
        return False
    ctx.world.edit(mob)
    mob.position = definition.default_position
    return True


#: What a mob may do in a pulse, the most urgent first.
BEHAVIOURS: tuple[Callable[[CoreContext, Character, MobDef], bool], ...] = (
    help_,
    be_aggressive,
    scavenge,
    settle,
    wander,
)
