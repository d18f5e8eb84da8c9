"""Spells with an immediate effect. A module has the spells whose effects last."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from mud.core.context import CoreContext, CoreSpell
from mud.core.errors import Rejected
from mud.core.spells import Cast
from mud.core.text.markup import strip, tag
from mud.core.world.dice import Dice
from mud.play import bodies, describe, fights, rooms, search
from mud.play.describe import capital, name

Effect = Callable[[CoreContext, Cast], None]

#: Rooms that magic takes nobody to.
BARRED = frozenset(("death", "private", "godroom", "nomagic"))


# What spells do


def hurt(ctx: CoreContext, cast: Cast, dice: Callable[[int], Dice], what: str) -> None:
    """Damage by dice that depend on the level; `what` hits the victim."""
    victim = cast.victim
    amount = max(1, dice(cast.level).roll(ctx.random))
    called = name(ctx.world, victim)
    ctx.tell(victim, tag("red", f"{capital(what)} hits you!"))
    ctx.room_says(victim.room, tag("green", f"{capital(what)} hits {called}!"), but=(victim,))
    fights.damage(ctx, victim, amount, cast.caster if victim is not cast.caster else None)


def dispel(ctx: CoreContext, cast: Cast, evil: bool) -> None:
    """Damage to characters of an alignment only."""
    alignment = cast.victim.alignment
    if (alignment <= -350) if evil else (alignment >= 350):
        hurt(ctx, cast, lambda level: Dice(6, 8, level), "a pillar of light" if evil else "a pillar of shadow")
    else:
        ctx.tell(cast.caster, "Nothing happens: that is not what this spell is against.")


def quake(ctx: CoreContext, cast: Cast) -> None:
    """Damage every mob here that may be fought."""
    room = cast.caster.room
    ctx.room_says(room, "The ground shakes and heaves!")
    for mob in ctx.world.present(room):
        if mob.mob is not None and not fights.cannot_fight(ctx, cast.caster, mob):
            hurt(ctx, cast._replace(whom=mob), lambda level: Dice(2, 8, level // 2), "a wave of earth")


def cure(ctx: CoreContext, cast: Cast, dice: Callable[[int], Dice], text: str) -> None:
    """Restore hit points."""
    victim = cast.victim
    bodies.measure(ctx, victim)
    bodies.spend(ctx, victim, hp=-dice(cast.level).roll(ctx.random))
    tell_friend(ctx, cast, text, f"{capital(name(ctx.world, victim))} looks better.")


def refresh(ctx: CoreContext, cast: Cast) -> None:
    """Restore movement."""
    victim = cast.victim
    bodies.measure(ctx, victim)
    bodies.spend(ctx, victim, move=-(20 + cast.level))
    tell_friend(ctx, cast, "The weariness leaves your legs.", f"{capital(name(ctx.world, victim))} stands straighter.")


def tell_friend(ctx: CoreContext, cast: Cast, text: str, seen: str) -> None:
    """Tell the target and the caster about a spell's effect."""
    ctx.tell(cast.victim, text)
    if cast.victim is not cast.caster:
        ctx.tell(cast.caster, seen)


def take_away(ctx: CoreContext, cast: Cast, room: str) -> None:
    """Move the victim to another room at once."""
    victim = cast.victim
    who = capital(name(ctx.world, victim))
    ctx.room_says(victim.room, f"{who} is gone.", but=(victim,))
    ctx.move(victim, room)
    ctx.room_says(room, f"{who} appears out of thin air.", but=(victim,))
    rooms.show_room(ctx, victim)


def word_of_recall(ctx: CoreContext, cast: Cast) -> None:
    """Take a player to where new characters start."""
    need_player(ctx, cast)
    take_away(ctx, cast, ctx.world.defs.start)


def teleport(ctx: CoreContext, cast: Cast) -> None:
    """Take somebody to a random room of the same area."""
    need_player(ctx, cast)
    world = ctx.world
    area = world.defs.areas.get(world.defs.area_of.get(cast.victim.room, ""))
    there = [r.id for r in area.rooms if BARRED.isdisjoint(r.flags) and r.id != cast.victim.room] if area else []
    if not there:
        raise Rejected("There is nowhere to go.")
    take_away(ctx, cast, ctx.random.choice(there))


def summon(ctx: CoreContext, cast: Cast) -> None:
    """Bring a player who allows it here."""
    need_player(ctx, cast)
    victim = cast.victim
    if victim is cast.caster:
        raise Rejected("You are here already.")
    if victim.settings.get("summon", "off") != "on" or victim.fighting is not None or victim.link_dead:
        raise Rejected(f"{victim.name} resists. (`set summon on` lets it happen.)")
    ctx.tell(victim, f"{cast.caster.name} summons you!")
    take_away(ctx, cast, cast.caster.room)


def need_player(ctx: CoreContext, cast: Cast) -> None:
    """Raises Rejected for mobs."""
    if cast.victim.mob is not None:
        raise Rejected(f"{capital(name(ctx.world, cast.victim))} does not move.")


def locate(ctx: CoreContext, cast: Cast) -> None:
    """Tell where items are that answer to a word: as many as the level allows."""
    world = ctx.world
    if len(cast.words) < 3:
        raise Rejected("Locate what? Name it by a word of three letters or more.")
    rows: list[str] = []
    for item in search.items(ctx, cast.words):
        if len(rows) >= 1 + cast.level // 2:
            break
        if item.owner.startswith(("room:", "char:")):
            kind, _, key = item.owner.partition(":")
            holder = world.characters.get(key)
            where = f"held by {strip(name(world, holder))}" if holder is not None else f"in {world.room(key).name}"
            if kind == "room" or holder is not None:
                rows.append(f"  {describe.short(world, item)} {where}")
    ctx.tell(cast.caster, "You see:\n" + "\n".join(rows) if rows else "You see nothing like that.")


def identify(ctx: CoreContext, cast: Cast) -> None:
    """Tell all about an item."""
    world, item = ctx.world, cast.item
    assert item is not None
    kind = world.item_def(item)
    rows = [
        f"{capital(describe.short(world, item))}: {kind.kind}, weight {kind.weight}, worth {describe.coins(kind.cost)}"
        + (f", for level {kind.level}" if kind.level else "")
    ]
    values = {**kind.values, **item.values}
    rows += [f"  {key.replace('_', ' ')}: {said(ctx, key, value)}" for key, value in values.items() if value != -1]
    rows += [f"  {m.apply.replace('_', ' ')} {m.by:+}" for m in kind.modifiers]
    if kind.flags:
        rows.append(f"  It is {', '.join(kind.flags)}.")
    ctx.tell(cast.caster, "\n".join(rows))


def said(ctx: CoreContext, key: str, value: int | str) -> str:
    """A value in words; spells by their names."""
    found = ctx.spells.by_value(value) if key.startswith("spell") else None
    return found.name if found is not None else str(value)


def bolt(what: str, number: int, size: int, plus: int, levels: int) -> Effect:
    """Make an effect in which `what` does damage by dice, with one more die for every so many `levels`."""
    return lambda ctx, cast: hurt(ctx, cast, lambda level: Dice(number, size, plus + level // levels), what)


def balm(text: str, number: int, size: int, plus: int) -> Effect:
    """Make an effect that heals by dice, with one more die for every four levels."""
    return lambda ctx, cast: cure(ctx, cast, lambda level: Dice(number, size, plus + level // 4), text)


SPELLS: tuple[CoreSpell, ...] = (
    CoreSpell("magic missile", 32, 1, 10, 0, "foe", bolt("a magic missile", 1, 8, 1, 3), "a bolt that never misses"),
    CoreSpell("cure light", 16, 1, 12, 0, "friend", balm("You feel better.", 1, 8, 3), "heals a scratch or two"),
    CoreSpell("refresh", 0, 2, 15, 10, "friend", refresh, "breath for a long way"),
    CoreSpell("chill touch", 8, 3, 14, 0, "foe", bolt("a chill", 1, 10, 3, 2), "the cold of the grave"),
    CoreSpell("burning hands", 5, 5, 18, 0, "foe", bolt("a sheet of flame", 3, 6, 0, 2), "fire from your fingers"),
    CoreSpell("locate object", 31, 6, 25, 15, "words", locate, "where things are that answer to a word"),
    CoreSpell("shocking grasp", 37, 7, 20, 0, "foe", bolt("a spark", 4, 6, 0, 2), "the storm in your hand"),
    CoreSpell("identify", 201, 8, 25, 15, "item", identify, "all about a thing"),
    CoreSpell("cure critic", 15, 9, 28, 4, "friend", balm("You feel a lot better!", 3, 8, 6), "heals deep wounds"),
    CoreSpell("lightning bolt", 30, 9, 24, 2, "foe", bolt("a bolt of lightning", 5, 7, 0, 2), "lightning at a word"),
    CoreSpell("summon", 40, 10, 50, 60, "player", summon, "brings a player here who lets it happen"),
    CoreSpell(
        "color spray",
        10,
        11,
        26,
        2,
        "foe",
        bolt("a spray of colours", 6, 7, 0, 2),
        "all colours, none of them kind",
    ),
    CoreSpell("word of recall", 42, 12, 20, 30, "friend", word_of_recall, "home at a word"),
    CoreSpell("teleport", 2, 13, 40, 30, "friend", teleport, "somewhere else in the area"),
    CoreSpell("dispel evil", 22, 14, 30, 3, "foe", partial(dispel, evil=True), "hurts the evil, and nobody else"),
    CoreSpell("dispel good", 46, 14, 30, 3, "foe", partial(dispel, evil=False), "hurts the good, and nobody else"),
    CoreSpell("fireball", 26, 15, 32, 3, "foe", bolt("a ball of fire", 8, 7, 0, 1), "a ball of fire"),
    CoreSpell("heal", 28, 16, 60, 8, "friend", balm("A warm feeling fills your body.", 4, 8, 80), "heals nearly all"),
    CoreSpell("earthquake", 23, 17, 45, 6, "room", quake, "shakes all that would fight you"),
    CoreSpell("harm", 27, 19, 45, 5, "foe", bolt("a word of harm", 8, 8, 20, 1), "a word that wounds"),
)
