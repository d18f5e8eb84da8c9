"""A character's own figures: score."""

from __future__ import annotations

from collections.abc import Iterator

from mud.core.context import CoreContext
from mud.core.text.markup import strip
from mud.core.text.words import count, duration
from mud.core.world import fights
from mud.core.world.model import Character
from mud.core.world.world import World
from mud.play import bodies, describe
from mud.play.describe import coins

#: The alignments from which on each word applies.
ALIGNMENTS = ((700, "saintly"), (350, "good"), (100, "kind"), (-99, "neutral"), (-349, "mean"), (-699, "evil"))


def score(ctx: CoreContext, args: str) -> None:
    """Show the player's own figures."""
    me, world = ctx.player, ctx.world
    bodies.measure(ctx, me)
    now = bodies.figures(world, me)
    played = me.played + ctx.clock.game - me.entered
    left = bodies.needed(me.level + 1) - me.experience
    foe = fights.foe(world, me)
    doing = f"fighting {strip(describe.name(world, foe))}" if foe is not None else me.position
    rows = [
        f"You are {me.name}{f' {me.title}' if me.title else ''}, level {me.level}, {doing}.",
        f"You have {me.hp} of {now.hp} hit points, {me.mana} of {now.mana} mana, {me.move} of {now.move} movement.",
        f"You have {me.experience:,} experience"
        + (f", and need {left:,} more for level {me.level + 1}." if me.level < bodies.LAST_LEVEL else "."),
        ", ".join(f"{name} {getattr(now, name)}" for name in bodies.ATTRIBUTES).capitalize() + ".",
        f"Armour {now.armour} (less is better), {now.hitroll:+} to hit, {now.damroll:+} to damage. You are "
        + f"{alignment(me.alignment)}"
        + (f", and run below {me.wimpy} hit points." if me.wimpy else "."),
        f"You carry {count(len(world.carried(me)), 'thing')} and wear {count(len(world.worn(me)), 'thing')}. "
        f"Your purse holds {coins(world.ledger.balance(me.owner_key))}.",
        f"You have played {duration(played)}. You are {'an' if ctx.role()[0] in 'ao' else 'a'} {ctx.role()}.",
    ]
    ctx.send("\n".join(rows))


def affects(ctx: CoreContext, args: str) -> None:
    """Show what affects the player: magic, and what is worn."""
    me, world = ctx.player, ctx.world
    rows: list[str] = []
    for source, by in (*(("magic", by) for by in me.effects.values()), *worn(world, me)):
        told = [f"{figure} {amount:+}" for name, amount in by.items() if (figure := bodies.figure_of(name))]
        told += [n.replace("_", " ") for n, amount in by.items() if amount > 0 and not bodies.figure_of(n)]
        rows += [f"  {source}: {', '.join(told)}"] if told else []
    ctx.page("What works on you:\n" + "\n".join(rows) if rows else "Nothing works on you: you are all yourself.")


def worn(world: World, character: Character) -> Iterator[tuple[str, dict[str, int]]]:
    """Each item worn, and how it affects its wearer."""
    for item in world.worn(character):
        modifiers = world.item_def(item).modifiers
        yield strip(describe.short(world, item)), {m.apply: m.by for m in modifiers if bodies.figure_of(m.apply)}


def alignment(value: int) -> str:
    """An alignment as a word."""
    return next((word for least, word in ALIGNMENTS if value >= least), "satanic")
