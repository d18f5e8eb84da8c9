"""Bodies: hit points, mana, movement and attributes; what equipment adds to them; levels; regeneration.

Armour and dice work as in the Diku family: an armour class of 100 is no armour, and less is better.
"""

from __future__ import annotations

from typing import NamedTuple

from mud.core.context import CoreContext
from mud.core.timers import Mend
from mud.core.world.dice import Dice
from mud.core.world.model import Character, Item
from mud.core.world.senses import has
from mud.core.world.world import World

ATTRIBUTES = ("strength", "dexterity", "constitution", "intelligence", "wisdom", "charisma")
#: A new character's attribute values, dealt in random order: the sum is the same for everybody.
SPREAD = (16, 15, 14, 13, 12, 11)
#: A mob's attributes where its file does not give them.
MOB_ATTRIBUTE = 11
LAST_LEVEL = 50

#: A piece of armour counts this many times, by the slot that it covers.
COVERS = {"body": 3, "head": 2, "legs": 2}

#: Game seconds between two steps of regeneration.
MEND_SECONDS = 5.0
#: Position: how many hundredths of the maximum hp, mana and movement come back in one step.
MENDS: dict[str, tuple[int, int, int]] = {
    "fighting": (0, 1, 2),
    "standing": (2, 3, 6),
    "sitting": (3, 5, 9),
    "resting": (5, 7, 14),
    "sleeping": (8, 10, 20),
}

#: Hundredths of the maximum hp that are left, and how somebody with that many looks.
CONDITIONS = (
    (100, "in excellent condition"),
    (90, "scratched"),
    (75, "bruised"),
    (50, "wounded"),
    (30, "badly wounded"),
    (15, "awfully wounded"),
    (0, "close to death"),
)


class BodyStats(NamedTuple):
    """A body's effective figures, with all that is worn: attributes, armour, and maxima."""

    strength: int
    dexterity: int
    constitution: int
    intelligence: int
    wisdom: int
    charisma: int
    armour: int
    hitroll: int
    damroll: int
    hp: int
    mana: int
    move: int


_AT = {name: at for at, name in enumerate(BodyStats._fields)}
_AT |= {"hit_points": _AT["hp"], "movement": _AT["move"]}  # their names in area files
_ARMOUR, _MOSTS = _AT["armour"], (_AT["hp"], _AT["mana"], _AT["move"])


def figure_of(name: str) -> str | None:
    """The figure that an item's modifier or an effect changes; None if the name is not a figure."""
    return BodyStats._fields[_AT[name]] if name in _AT else None


def figures(world: World, character: Character) -> BodyStats:
    """A character's present figures, including what is worn and lasting effects."""
    bare = _bare(world, character)
    worn = world.worn(character)
    if not worn and not character.effects:
        return bare
    found = list(bare)
    for item in worn:
        found[_ARMOUR] -= _cover(world, item)
        for modifier in world.item_def(item).modifiers:
            if modifier.apply in _AT:
                found[_AT[modifier.apply]] += modifier.by
    for effects in character.effects.values():
        for name, by in effects.items():
            if name in _AT:
                found[_AT[name]] += by
    for most in _MOSTS:
        found[most] = max(1, found[most])
    return BodyStats._make(found)


def _bare(world: World, c: Character) -> BodyStats:
    mob = world.mob_def(c)
    if mob is None:
        attributes = (c.strength, c.dexterity, c.constitution, c.intelligence, c.wisdom, c.charisma)
        return BodyStats(*attributes, c.armour, c.hitroll, c.damroll, c.max_hp, c.max_mana, c.max_move)
    of = mob.attributes.get
    return BodyStats(
        of("strength", MOB_ATTRIBUTE),
        of("dexterity", MOB_ATTRIBUTE),
        of("constitution", MOB_ATTRIBUTE),
        of("intelligence", MOB_ATTRIBUTE),
        of("wisdom", MOB_ATTRIBUTE),
        of("charisma", MOB_ATTRIBUTE),
        mob.armour,
        mob.hitroll,
        0,
        c.max_hp,
        c.max_mana,
        c.max_move,
    )


def _cover(world: World, item: Item) -> int:
    value = world.value(item, "armour") if world.item_def(item).kind == "armour" else 0
    return value * COVERS.get(item.slot or "", 1) if isinstance(value, int) else 0


# Growing


def needed(level: int) -> int:
    """The experience needed to reach a level."""
    return 200 * level * (level - 1)


def measure(ctx: CoreContext, character: Character) -> None:
    """Set up the body of a character that has none: a new player or mob, or one saved before bodies existed."""
    if character.max_hp:
        return
    world = ctx.world
    world.edit(character)
    mob = world.mob_def(character)
    if mob is not None:
        character.max_hp = max(1, Dice.parse(mob.hit_dice).roll(ctx.random))
        character.max_mana = character.max_move = 100
    else:
        attributes = list(SPREAD)
        ctx.random.shuffle(attributes)
        for name, value in zip(ATTRIBUTES, attributes, strict=True):
            setattr(character, name, value)
        character.max_hp, character.max_mana, character.max_move = grown(character, character.level)
    most = figures(world, character)
    character.hp, character.mana, character.move = most.hp, most.mana, most.move


def grown(character: Character, level: int) -> tuple[int, int, int]:
    """The maximum hp, mana and movement of a player's character at a level."""
    hp = 20 + level * max(3, 6 + (character.constitution - 10) // 2)
    mana = 30 + level * max(2, 5 + (character.intelligence - 10) // 2)
    return hp, mana, 80 + level * max(1, 2 + (character.dexterity - 10) // 4)


def gain(ctx: CoreContext, character: Character, experience: int) -> None:
    """Give a player's character experience (a negative amount is a loss), and the levels that come with it."""
    if character.mob is not None:
        return
    ctx.world.edit(character)
    character.experience = max(needed(character.level), character.experience + experience)
    while character.level < LAST_LEVEL and character.experience >= needed(character.level + 1):
        before, after = grown(character, character.level), grown(character, character.level + 1)
        character.level += 1
        character.max_hp += after[0] - before[0]
        character.max_mana += after[1] - before[1]
        character.max_move += after[2] - before[2]
        ctx.tell(character, f"You rise to level {character.level}!")
        mending(ctx, character)


# Spending and mending


def spend(ctx: CoreContext, character: Character, hp: int = 0, mana: int = 0, move: int = 0) -> None:
    """Take from a body, or give back with negative amounts: mana and movement stay between zero and their maxima.

    Only hp can fall below zero: the caller must then see to the death.
    """
    ctx.world.edit(character)
    most = figures(ctx.world, character)
    character.hp = min(character.hp - hp, max(most.hp, character.hp))
    character.mana = max(0, min(character.mana - mana, max(most.mana, character.mana)))
    character.move = max(0, min(character.move - move, max(most.move, character.move)))
    mending(ctx, character, most)


def mending(ctx: CoreContext, character: Character, most: BodyStats | None = None) -> None:
    """Start regeneration if a body is below its maxima, which are computed here unless given as `most`."""
    if (
        not at_best(character, most or figures(ctx.world, character))
        and ctx.world.timers.find(Mend(character.id)) is None
    ):
        ctx.after(MEND_SECONDS, Mend(character.id))


def at_best(c: Character, most: BodyStats) -> bool:
    """Whether nothing needs to regenerate."""
    return c.hp >= most.hp and c.mana >= most.mana and c.move >= most.move


def mend_due(ctx: CoreContext, payload: Mend) -> None:
    """One step of regeneration; another one follows while the body is below its maxima."""
    c = ctx.world.characters.get(payload.character)
    if c is None or c.away:
        return
    most = figures(ctx.world, c)
    hp, mana, move = MENDS.get(c.position, MENDS["standing"])
    if has(ctx.world, c, "poison"):
        hp = 0
    ctx.world.edit(c)
    c.hp = _step(c.hp, most.hp, hp, most.constitution)
    c.mana = _step(c.mana, most.mana, mana, most.wisdom)
    c.move = _step(c.move, most.move, move, most.dexterity)
    mending(ctx, c, most)


def _step(now: int, most: int, rate: int, attribute: int) -> int:
    """The next value: plus `rate` hundredths of the maximum, a twentieth more or less per point of the attribute."""
    if now >= most or not rate:
        return now
    return min(most, now + 1 + most * rate * max(10, 10 + attribute) // 2300)


# Telling


def condition(world: World, character: Character) -> str:
    """How hurt somebody looks."""
    most = figures(world, character).hp
    left = 100 * character.hp // most if character.max_hp else 100
    return next(text for least, text in CONDITIONS if left >= least or not least)
