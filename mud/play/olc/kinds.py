"""The forms: which fields rooms, mobs, items and areas have."""

from __future__ import annotations

from mud.areas import names
from mud.areas.numbers import BOUNDS
from mud.core.context import CoreContext
from mud.core.errors import Rejected
from mud.core.targets import split_first
from mud.core.world.area import Modifier
from mud.core.world.body import PLACES
from mud.play.names import check_name
from mud.play.olc import exits, resets, values
from mud.play.olc.fields import (
    Draft,
    Field,
    changed,
    choice,
    dice,
    extras,
    flags,
    keywords,
    line,
    need,
    number,
    number_of,
    paragraphs,
    said,
    table,
)

ROOM = (
    line("name", "name TEXT -- what it is called"),
    paragraphs("desc", "desc -- what one sees; opens the line editor", "description"),
    choice("sector", "sector WORD -- its terrain", names.SECTORS),
    flags("flags", "flags WORD -- turns a flag on or off", names.ROOM_FLAGS),
    exits.EXITS,
    extras(),
)

MOB = (
    keywords(),
    line("short", "short TEXT -- what it is called in sentences: a fishwife"),
    line("long", "long TEXT -- how it stands in the room: A fishwife guts herring here."),
    paragraphs("desc", "desc -- what one sees on looking at it; opens the line editor", "description"),
    number("level", "level N"),
    flags("flags", "flags WORD -- turns on or off what it does", names.MOB_FLAGS),
    flags("affects", "affects WORD -- turns on or off what lies on it", names.AFFECTS),
    number("alignment", "alignment N -- from -1000, evil, to 1000, good"),
    number("hitroll", "hitroll N -- how well it hits"),
    number("armour", "armour N -- 100 is bare skin, -100 the best there is"),
    dice("hit_dice", "hit_dice DICE -- its hit points: 3d8+20"),
    dice("damage_dice", "damage_dice DICE -- what a blow of its bare hands does: 1d4+2"),
    number("gold", "gold N -- what it carries"),
    number("experience", "experience N -- what it is worth"),
    choice("position", "position WORD -- how it is made", names.POSITIONS),
    choice("default_position", "default_position WORD -- how it is as a rule", names.POSITIONS),
    choice("sex", "sex WORD", names.SEXES),
    table(
        "attributes",
        "attributes NAME N -- strength 18 and the like; attributes alone lists them",
        lambda draft: values.ATTRIBUTES,
        whole=True,
        others=True,
    ),
)


def _modify(ctx: CoreContext, draft: Draft, text: str) -> Draft:
    """`strength +2`; 0 removes the modifier."""
    apply, by = split_first(text)
    need(apply.casefold(), names.APPLIES, "modifier")
    others = tuple(each for each in draft.modifiers if each.apply != apply.casefold())
    amount = number_of(by)
    return changed(draft, modifiers=(*others, Modifier(apply=apply.casefold(), by=amount)) if amount else others)


MODIFIERS = Field(
    "modifier",
    f"modifier WHAT N -- what wearing it changes; 0 takes it away ({', '.join(names.APPLIES)})",
    lambda draft: ", ".join(f"{each.apply} {each.by:+}" for each in draft.modifiers) or "none",
    _modify,
)

ITEM = (
    keywords(),
    line("short", "short TEXT -- what it is called in sentences: a brass lantern"),
    line("long", "long TEXT -- how it lies on the ground: A brass lantern lies here."),
    paragraphs("desc", "desc -- what one sees on looking at it; opens the line editor", "description"),
    choice("kind", "kind WORD -- what it is for; its values depend on it", names.ITEM_KINDS),
    table(
        "values",
        "values NAME VALUE -- values of its kind; NAME alone: not said; values alone lists them",
        lambda draft: values.of_kind(draft.kind),
    ),
    flags("flags", "flags WORD -- turns a flag on or off", names.ITEM_FLAGS),
    flags("wear", "wear WORD -- take, and where it is worn, each on or off", ("take", *PLACES)),
    flags("affects", "affects WORD -- what it does to who wears it, on or off", names.AFFECTS),
    number("weight", "weight N"),
    number("cost", "cost N -- in gold"),
    number("rent", "rent N"),
    number("level", "level N -- who may use it"),
    number("timer", "timer N"),
    extras(),
    MODIFIERS,
)


def _builders(ctx: CoreContext, draft: Draft, text: str) -> Draft:
    """Naming a builder adds or removes them. Only admins may do this."""
    if not ctx.may("admin"):
        raise Rejected("Only an admin says who may build here.")
    now = list(draft.builders)
    for name in text.replace(",", " ").split():
        there = [each for each in now if each.casefold() == name.casefold()]
        now = [each for each in now if each not in there] if there else [*now, check_name(name, ctx.commands)]
    return changed(draft, builders=tuple(now))


def _levels(ctx: CoreContext, draft: Draft, text: str) -> Draft:
    """`3 to 6`, or none."""
    if text.casefold() == "none":
        return changed(draft, levels=None)
    low, _, high = text.partition(" ")
    if not high:
        raise Rejected("Write: levels LOW to HIGH, such as levels 3 to 6, or levels none.")
    within = BOUNDS["levels"]._replace(least=0)
    return changed(draft, levels=(number_of(low, within), number_of(high.removeprefix("to "), within)))


AREA = (
    line("name", "name TEXT -- what it is called"),
    number("lifespan", "lifespan N -- minutes between resets"),
    choice("reset_when", "reset_when WORD -- empty is: when no player is there", ("never", "empty", "always")),
    flags("flags", "flags WORD -- turns a flag on or off", names.ZONE_FLAGS),
    Field(
        "levels",
        "levels LOW to HIGH -- whom it is for; levels none",
        lambda draft: "{} to {}".format(*draft.levels) if draft.levels else "none",
        _levels,
    ),
    Field("builders", "builders NAME -- who may build here, on or off", lambda draft: said(draft.builders), _builders),
    resets.RESETS,
)
