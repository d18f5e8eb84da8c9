"""The spells: they give an effect, end some, or dispel."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from modules.buffs.application import apply, end
from modules.buffs.kinds import FILE, KINDS, SpellRow
from modules.buffs.state import Buffs, BuffSettings, Effect
from mud.api import Cast, Character, Context, Rejected, Spell, capital


def give(ctx: Context[Buffs], cast: Cast, name: str, row: SpellRow) -> None:
    """Give the victim an effect, unless something prevents it. Casting something bad on somebody begins a fight."""
    victim, kind = cast.victim, KINDS[row.gives]
    if withstands(ctx, victim, row) or (kind.bad and victim.level >= cast.level + ctx.settings(BuffSettings).resist):
        tell(ctx, cast, "You resist the magic.", "{who} withstands the magic.")
    elif not apply(ctx, victim, row.gives, source(ctx, cast, name), cast.level):
        tell(ctx, cast, "It has no further effect on you.", "Nothing more happens to {who}.")
    elif victim is not cast.caster:
        ctx.tell(cast.caster, f"You see {name} take hold of {ctx.world.called(victim)}.")
    if row.wounds and victim is not cast.caster:
        ctx.hurt(victim, 0, cast.caster)


def cure(ctx: Context[Buffs], cast: Cast, name: str, row: SpellRow) -> None:
    """Free the victim of some kinds."""
    gone = end(ctx, cast.victim, lambda effect: not effect.origin and effect.kind in row.ends)
    said(ctx, cast, gone)


def dispel(ctx: Context[Buffs], cast: Cast, name: str, row: SpellRow) -> None:
    """End bad effects of oneself and other players, or good effects of mobs; none that is stronger than the spell."""
    friend = cast.victim.mob is None
    if not friend and (why := ctx.cannot_fight(cast.caster, cast.victim)):
        raise Rejected(why)
    said(ctx, cast, end(ctx, cast.victim, lambda effect: yields(effect, friend, cast.level)))
    if not friend:
        ctx.hurt(cast.victim, 0, cast.caster)


def yields(effect: Effect, bad: bool, level: int) -> bool:
    """Whether dispelling `bad` (or good) effects at a level ends this one."""
    kind = KINDS.get(effect.kind)
    return kind is not None and not effect.origin and not kind.fixed and kind.bad == bad and effect.level <= level


def said(ctx: Context[Buffs], cast: Cast, gone: list[str]) -> None:
    """Tell the caster the result; the victim has been told."""
    if not gone:
        tell(ctx, cast, "Nothing happens: no effect on you can be ended by it.", "Nothing happens to {who}.")
    elif cast.victim is not cast.caster:
        ctx.tell(cast.caster, f"You free {ctx.world.called(cast.victim)} of {' and '.join(gone)}.")


def withstands(ctx: Context[Buffs], victim: Character, row: SpellRow) -> bool:
    """Whether a mob is immune to such a spell."""
    mob = ctx.world.mob_def(victim)
    return mob is not None and row.unless in mob.flags


def source(ctx: Context[Buffs], cast: Cast, name: str) -> str:
    """The source of an effect, in words."""
    return cast.thing or f"{name}, cast by {ctx.world.called(cast.caster)}"


def tell(ctx: Context[Buffs], cast: Cast, own: str, other: str) -> None:
    """Tell the caster of a spell the result: on themselves, or on somebody else."""
    mine = cast.victim is cast.caster
    ctx.tell(cast.caster, own if mine else other.format(who=capital(ctx.world.called(cast.victim))))


def handler(name: str, row: SpellRow) -> Callable[[Context[Buffs], Cast], None]:
    """The handler of a spell of the table."""
    do = give if row.gives else cure if row.ends else dispel
    return partial(do, name=name, row=row)


SPELLS: list[Spell[Buffs]] = [
    Spell(
        name,
        handler(name, row),
        target="friend" if row.target == "any" else row.target,
        level=row.level,
        mana=row.mana,
        cooldown=row.cooldown,
        number=row.number,
        help=row.help,
    )
    for name, row in FILE.spells.items()
]
