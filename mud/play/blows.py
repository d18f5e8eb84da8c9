"""The texts of a blow, for the attacker, the victim and onlookers."""

from __future__ import annotations

from mud.core.context import CoreContext
from mud.core.text.markup import tag
from mud.core.world.model import Character
from mud.play import describe

#: Attacks by their numbers in area files: the verb in the second person, and in the third.
ATTACKS: tuple[tuple[str, str], ...] = (
    ("hit", "hits"),
    ("sting", "stings"),
    ("whip", "whips"),
    ("slash", "slashes"),
    ("bite", "bites"),
    ("bludgeon", "bludgeons"),
    ("crush", "crushes"),
    ("pound", "pounds"),
    ("claw", "claws"),
    ("maul", "mauls"),
    ("thrash", "thrashes"),
    ("pierce", "pierces"),
    ("blast", "blasts"),
    ("punch", "punches"),
    ("stab", "stabs"),
)
MISS = ("miss", "misses")

#: Up to this much damage a blow is described so: `{0}` is the verb, `{1}` the victim.
SEVERITIES: tuple[tuple[int, str], ...] = (
    (0, "{0} {1}"),
    (2, "barely {0} {1}"),
    (5, "{0} {1}"),
    (9, "{0} {1} hard"),
    (14, "{0} {1} very hard"),
    (20, "{0} {1} with great force"),
    (30, "{0} {1} savagely"),
    (45, "{0} {1} to the bone"),
    (70, "{0} {1} half to death"),
    (10**9, "{0} {1} beyond all telling"),
)


def tell(ctx: CoreContext, attacker: Character, victim: Character, amount: int, attack: int) -> None:
    """Tell everybody in the room what a blow did; an `amount` of 0 is a miss."""
    mine, theirs = (ATTACKS[attack] if 0 <= attack < len(ATTACKS) else ATTACKS[0]) if amount else MISS
    form = next((text for most, text in SEVERITIES if amount <= most), SEVERITIES[-1][1])
    one, other = describe.name(ctx.world, attacker), describe.name(ctx.world, victim)
    end = "!" if amount > 20 else "."
    ctx.tell(attacker, tag("green", f"You {form.format(mine, other)}{end}"))
    ctx.tell(victim, tag("red", f"{describe.capital(one)} {form.format(theirs, 'you')}{end}"))
    text = f"{describe.capital(one)} {form.format(theirs, other)}{end}"
    ctx.room_says(attacker.room, text, but=(attacker, victim))
