"""Fighting: rounds on the game clock, who strikes whom and how hard, and the commands of a fight.

A blow hits when a 20-sided die beats what the attacker needs against the defender's armour, as in Diku.
"""

from __future__ import annotations

from mud.core.context import CoreContext
from mud.core.errors import Rejected
from mud.core.signals import Attacked
from mud.core.text.markup import tag
from mud.core.text.words import number_within
from mud.core.timers import CombatRound
from mud.core.world import fights
from mud.core.world.area import ExitDef
from mud.core.world.dice import Dice
from mud.core.world.model import Character
from mud.core.world.senses import has
from mud.core.world.world import World
from mud.play import blows, bodies, death, describe, rooms
from mud.play.describe import capital, name
from mud.play.waters import needs_boat

#: Game seconds between two rounds.
ROUND_SECONDS = 2.0
#: The levels from which a fighter strikes twice a round, and three times.
MORE_BLOWS = (15, 30)
#: Damage to somebody in a position without guard, in thirds of a blow's normal damage.
DEFENCELESS = {"sleeping": 6, "resting": 5, "sitting": 4}
#: How many players a mob with a memory remembers with a grudge.
MAX_GRUDGES = 10
QUIET = frozenset(("peaceful", "safe"))
PEACE = "This is a peaceful place. Nobody fights here."


# Rounds


def engage(ctx: CoreContext, one: Character, other: Character) -> None:
    """`one` attacks `other`. From now on there are rounds in their room, as long as anybody fights there."""
    begin(ctx, one, other)
    ctx.emit(Attacked(one.id, other.id))


def begin(ctx: CoreContext, one: Character, other: Character) -> None:
    """`one` begins to fight `other`, no matter who attacked."""
    bodies.measure(ctx, one)
    bodies.measure(ctx, other)
    fights.begin(ctx.world, one, other)
    mob = ctx.world.mob_def(other)
    if mob is not None and "memory" in mob.flags and one.mob is None and one.id not in other.remembers:
        ctx.world.edit(other)
        other.remembers[:] = [*other.remembers, one.id][-MAX_GRUDGES:]
    if ctx.world.timers.find(CombatRound(one.room)) is None:
        ctx.after(ROUND_SECONDS, CombatRound(one.room))


def round_due(ctx: CoreContext, payload: CombatRound) -> None:
    """Give everybody who fights in a room a turn."""
    for character in fights.fighters(ctx.world, payload.room):
        turn(ctx, character)
    if fights.fighters(ctx.world, payload.room):
        ctx.after(ROUND_SECONDS, payload)


def turn(ctx: CoreContext, character: Character) -> None:
    """One fighter's turn: flee, or strike."""
    foe = fights.foe(ctx.world, character)
    if foe is None or foe.room != character.room:
        fights.end(ctx.world, character)
        return
    if wants_away(ctx.world, character) and flee_from(ctx, character):
        return
    for _ in range(1 + sum(character.level >= level for level in MORE_BLOWS) + has(ctx.world, character, "haste")):
        if fights.foe(ctx.world, character) is foe:
            strike(ctx, character, foe)


def wants_away(world: World, character: Character) -> bool:
    """Whether a fighter wants to flee."""
    mob = world.mob_def(character)
    if mob is not None:
        return "wimpy" in mob.flags and character.hp < character.max_hp // 5
    if character.link_dead and character.settings.get("linkdead", "flee") == "flee":
        return True
    return character.hp < character.wimpy


# Blows


def strike(ctx: CoreContext, attacker: Character, victim: Character) -> None:
    """One blow, or a miss."""
    world = ctx.world
    mine, theirs = bodies.figures(world, attacker), bodies.figures(world, victim)
    amount = 0
    if hits(ctx, attacker, mine, victim, theirs):
        amount = max(1, force(ctx, attacker, mine) * DEFENCELESS.get(victim.position, 3) // 3)
    blows.tell(ctx, attacker, victim, amount, attack_of(world, attacker))
    damage(ctx, victim, amount, attacker)


def hits(
    ctx: CoreContext, attacker: Character, mine: bodies.BodyStats, victim: Character, theirs: bodies.BodyStats
) -> bool:
    """Whether a blow falls: 20 always does, 1 never."""
    roll = ctx.random.randint(1, 20)
    if roll in (1, 20):
        return roll == 20
    if victim.position == "sleeping":
        return True
    skill = 20 if attacker.mob is not None else max(1, 18 - 2 * (attacker.level - 1) // 3)
    skill -= mine.hitroll + max(0, mine.strength - 15) // 2 + max(0, mine.intelligence - 13) // 3
    armour = theirs.armour // 10 - max(0, theirs.dexterity - 14)
    return skill - roll <= max(-10, armour)


def force(ctx: CoreContext, attacker: Character, mine: bodies.BodyStats) -> int:
    """The damage of a blow to somebody who is on guard."""
    mob = ctx.world.mob_def(attacker)
    weapon = next((i for i in ctx.world.worn(attacker) if i.slot == "wield"), None)
    dice = Dice.parse(mob.damage_dice) if mob is not None else Dice(1, 4 + attacker.level // 3)
    if weapon is not None:
        number, size = ctx.world.value(weapon, "dice_number"), ctx.world.value(weapon, "dice_size")
        if isinstance(number, int) and isinstance(size, int) and number > 0 and size > 0:
            dice = Dice(number, size, dice.plus if mob is not None else 0)
    return dice.roll(ctx.random) + mine.damroll + max(0, mine.strength - 14) // 2


def attack_of(world: World, attacker: Character) -> int:
    """The attack's number in blows.ATTACKS."""
    weapon = next((i for i in world.worn(attacker) if i.slot == "wield"), None)
    mob = world.mob_def(attacker)
    bare = mob.attributes.get("bare_hand_attack", 0) if mob is not None else 0
    found = world.value(weapon, "attack") if weapon is not None else bare
    return found if isinstance(found, int) else 0


def damage(ctx: CoreContext, victim: Character, amount: int, by: Character | None) -> None:
    """Hurt somebody, who may die of it; hurting somebody else starts a fight. Nothing happens to a mob already dead."""
    world = ctx.world
    if victim.id not in world.characters:
        return
    if by is not None and by is not victim and by.room == victim.room:
        if by.fighting is None:
            engage(ctx, by, victim)
        elif victim.fighting is None:
            begin(ctx, victim, by)
            ctx.emit(Attacked(by.id, victim.id))
    if has(world, victim, "sanctuary"):
        amount = (amount + 1) // 2
    bodies.spend(ctx, victim, hp=amount)
    if victim.hp <= 0:
        death.die(ctx, victim, by)
    elif amount and 4 * victim.hp < victim.max_hp:
        ctx.tell(victim, tag("error", "You are badly hurt!"))


# Who may fight whom


def need_foe(ctx: CoreContext, victim: Character) -> None:
    """Raises Rejected unless the player may attack `victim`."""
    refusal = cannot_fight(ctx, ctx.player, victim)
    if refusal:
        raise Rejected(refusal)


def cannot_fight(ctx: CoreContext, one: Character, other: Character) -> str | None:
    """Why `one` may not attack `other`, in words for `one`; None when it may."""
    world = ctx.world
    room, mob = world.room(one.room), world.mob_def(other)
    if one is other:
        return "You would only hurt yourself."
    if peace := quiet(ctx, one):
        return peace
    if mob is not None and "nokill" in mob.flags:
        return f"{capital(name(world, other))} is under the protection of the gods."
    if other.mob is None and one.mob is None and "arena" not in room.flags:
        return "Players fight each other only in an arena."
    if other.mob is None and (other.link_dead or other.frozen is not None or ctx.may("builder", other)):
        return f"{capital(name(world, other))} is beyond your reach."
    return None


def quiet(ctx: CoreContext, one: Character) -> str | None:
    """Why there is no fighting where `one` is; None where there may be."""
    return None if QUIET.isdisjoint(ctx.world.room(one.room).flags) else PEACE


# Commands


def kill(ctx: CoreContext, args: str) -> None:
    """Attack somebody, or switch to another opponent."""
    if not args:
        raise Rejected("Kill whom?")
    victim = describe.find_character(ctx, args)
    me = ctx.player
    need_foe(ctx, victim)
    if me.fighting == victim.id:
        raise Rejected("You do the best you can!")
    if me.fighting is not None:
        engage(ctx, me, victim)
        ctx.send(f"You turn on {name(ctx.world, victim)}!")
        ctx.others(f"{name(ctx.world, me)} turns on {name(ctx.world, victim)}!")
    else:
        strike(ctx, me, victim)  # before they fight: a victim who sits or sleeps is not on guard yet


def assist(ctx: CoreContext, args: str) -> None:
    """Join somebody's fight."""
    if not args:
        raise Rejected("Assist whom?")
    world, me = ctx.world, ctx.player
    friend = describe.find_character(ctx, args)
    if friend is me:
        raise Rejected("You help yourself as well as you can.")
    if me.fighting is not None:
        raise Rejected("You have a fight of your own.")
    foe = fights.foe(world, friend)
    if foe is None:
        raise Rejected(f"{capital(name(world, friend))} fights nobody.")
    need_foe(ctx, foe)
    engage(ctx, me, foe)
    ctx.send(f"You come to the aid of {name(world, friend)}!")
    ctx.tell(friend, f"{name(world, me)} comes to your aid!")
    ctx.room_says(me.room, f"{name(world, me)} comes to the aid of {name(world, friend)}!", but=(me, friend))
    strike(ctx, me, foe)


def rescue(ctx: CoreContext, args: str) -> None:
    """Take over a fight from somebody: their attackers now fight the player."""
    if not args:
        raise Rejected("Rescue whom?")
    world, me = ctx.world, ctx.player
    friend = describe.find_character(ctx, args)
    attackers = fights.against(world, friend)
    if friend is me:
        raise Rejected("`flee` is how one rescues oneself.")
    if not attackers:
        raise Rejected(f"Nobody fights {name(world, friend)}.")
    if me in attackers:
        raise Rejected(f"You are the one who fights {name(world, friend)}!")
    need_foe(ctx, attackers[0])
    engage(ctx, me, attackers[0])
    world.edit(attackers[0])
    attackers[0].fighting = me.id
    if not fights.against(world, friend):
        fights.end(world, friend)
    ctx.send(f"You throw yourself between {name(world, friend)} and {name(world, attackers[0])}!")
    ctx.tell(friend, f"{name(world, me)} rescues you!")
    ctx.room_says(me.room, f"{name(world, me)} rescues {name(world, friend)}!", but=(me, friend))


def flee(ctx: CoreContext, args: str) -> None:
    """Run from a fight."""
    if ctx.player.fighting is None:
        raise Rejected("You are in no fight.")
    flee_from(ctx, ctx.player)


def flee_from(ctx: CoreContext, character: Character) -> bool:
    """Try to flee through any open exit. Returns whether it worked."""
    ways = ways_out(ctx.world, character)
    if not ways or ctx.random.random() < 0.25:
        ctx.tell(character, "You look for a way out, and there is none!")
        return False
    direction, way = ctx.random.choice(ways)
    who = capital(name(ctx.world, character))
    ctx.room_says(character.room, f"{who} flees {direction}!", but=(character,))
    ctx.tell(character, f"You flee {direction}!")
    ctx.move(character, way.to or "")
    ctx.room_says(character.room, f"{who} runs in, out of breath.", but=(character,))
    rooms.show_room(ctx, character)
    return True


def ways_out(world: World, character: Character) -> list[tuple[str, ExitDef]]:
    """The open exits by which somebody would flee or wander."""
    found = []
    barred = {"death", "godroom"} if character.mob is None else {"death", "godroom", "nomob"}
    for direction, way in world.room(character.room).exits.items():
        there = world.defs.rooms.get(way.to or "")
        if there is None or world.door_state(character.room, direction) != "open":
            continue
        if barred.isdisjoint(there.flags) and not needs_boat(world, character, there.id):
            found.append((direction, way))
    return found


def wimpy(ctx: CoreContext, args: str) -> None:
    """Show or set the hit points below which the player flees."""
    me = ctx.player
    most = bodies.figures(ctx.world, me).hp // 2
    if not args:
        ctx.send(f"You run from a fight below {me.wimpy} hit points." if me.wimpy else "You never run by yourself.")
        return
    wanted = number_within(args, 0, most)
    if wanted is None:
        raise Rejected(f"Write: wimpy N, a number of hit points from 0 (never) to {most}, half of what you can have.")
    ctx.world.edit(me)
    me.wimpy = wanted
    ctx.send(f"You will run below {me.wimpy} hit points." if me.wimpy else "You will never run by yourself.")


#: By how many levels somebody is above the player, and the forecast; the last one is for all higher levels.
CHANCES: tuple[tuple[int, str], ...] = (
    (-10, "{0} would not even notice that there was a fight."),
    (-5, "You could do it with one hand on your back."),
    (-2, "That should be easy."),
    (-1, "That is fairly easy."),
    (0, "A fair match!"),
    (1, "You would need some luck."),
    (3, "You would need a lot of luck, and good steel."),
    (6, "You would need to be out of your mind."),
    (10, "Think of those who love you."),
    (1000, "There are quicker ways to die, but few surer."),
)


def consider(ctx: CoreContext, args: str) -> None:
    """Estimate how a fight would go."""
    if not args:
        raise Rejected("Consider killing whom?")
    victim = describe.find_character(ctx, args)
    need_foe(ctx, victim)
    above = victim.level - ctx.player.level
    text = next(text for most, text in CHANCES if above <= most)
    who = capital(name(ctx.world, victim))
    ctx.send(text.format(who))
    ctx.send(f"{who} is {bodies.condition(ctx.world, victim)}.")


def recall(ctx: CoreContext, args: str) -> None:
    """Return to where new characters start."""
    me, world = ctx.player, ctx.world
    if me.room == world.defs.start:
        raise Rejected("You are there already.")
    bodies.measure(ctx, me)
    ctx.others(f"{name(world, me)} closes both eyes, and is gone.")
    ctx.move(me, world.defs.start)
    bodies.spend(ctx, me, move=me.move // 2)
    ctx.others(f"{name(world, me)} appears out of thin air.")
    rooms.look_room(ctx)
