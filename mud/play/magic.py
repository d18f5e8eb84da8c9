"""Casting: cast and spells; potions, scrolls, wands and staves."""

from __future__ import annotations

from mud.core.context import CoreContext, CoreSpell
from mud.core.errors import Rejected
from mud.core.spells import Cast
from mud.core.targets import parse_target, split, split_first
from mud.core.world import fights as foes
from mud.core.world.model import Character, Item, room_key
from mud.play import bodies, describe, fights
from mud.play.describe import capital, name

ASLEEP = "Its magic is nothing that anyone in this world knows. You keep it for another day."


def cast(ctx: CoreContext, args: str) -> None:
    """Cast a spell at a foe, a character, or an item."""
    me = ctx.player
    spell, rest = find_spell(ctx, args)
    bodies.measure(ctx, me)
    if me.level < spell.level and not ctx.may("builder"):
        raise Rejected(f"You have to be of level {spell.level} for {spell.name}.")
    need_magic(ctx)
    wait = me.ready.get(spell.name, 0.0) - ctx.clock.game
    if wait > 0:
        raise Rejected(f"{capital(spell.name)} is not ready; {wait:.0f} s to go.")
    if me.mana < spell.mana:
        raise Rejected(f"{capital(spell.name)} takes {spell.mana} mana; you have {me.mana}.")
    aimed = aim(ctx, spell, rest, me.level)
    bodies.spend(ctx, me, mana=spell.mana)
    ctx.world.edit(me)
    me.ready = {n: at for n, at in me.ready.items() if at > ctx.clock.game}
    if spell.cooldown:
        me.ready[spell.name] = ctx.clock.game + spell.cooldown
    ctx.send(f"You speak the words of {spell.name}.")
    ctx.others(f"{name(ctx.world, me)} speaks words of power.")
    spell.effect(ctx, aimed)


def find_spell(ctx: CoreContext, text: str) -> tuple[CoreSpell, str]:
    """The spell that a line begins with (its words may be abbreviated), and the rest. Raises Rejected."""
    if not text:
        raise Rejected("Cast what? `spells` lists what there is.")
    quoted = text[0] in "'\""
    words = split_first(text)[0].split() if quoted else split(text)
    for count in range(len(words), 0, -1):
        found = ctx.spells.begun(words[:count])
        if len({s.name for s in found}) > 1 and count == 1:
            raise Rejected(f"That could be {' or '.join(s.name for s in found[:6])}.")
        if found:
            rest = split_first(text)[1] if quoted else " ".join(words[count:])
            return found[0], rest
    raise Rejected(f"You know no spell {text[:40]!r}. `spells` lists what there is.")


def aim(ctx: CoreContext, spell: CoreSpell, text: str, level: int) -> Cast:
    """Aim a spell at what `text` names. Raises Rejected when the spell can't be cast on that."""
    me, world = ctx.player, ctx.world
    found = Cast(me, level, words=text.casefold())
    if spell.target == "foe":
        foe = describe.find_character(ctx, text) if text else foes.foe(world, me)
        if foe is None:
            raise Rejected(f"{capital(spell.name)} at whom?")
        fights.need_foe(ctx, foe)
        return found._replace(whom=foe)
    if spell.target == "friend":
        return found._replace(whom=describe.find_character(ctx, text) if text else me)
    if spell.target == "player":
        whom = world.player(text)
        if whom is None:
            raise Rejected(f"There is no player {text[:20]!r} in the world." if text else "Whom?")
        return found._replace(whom=whom)
    if spell.target == "item":
        near = [*world.held(me.owner_key), *world.held(room_key(me.room))]
        if not text:
            raise Rejected(f"{capital(spell.name)} what?")
        return found._replace(item=describe.find_item(world, text, near, "here"))
    if spell.target == "room":
        refusal = fights.quiet(ctx, me)
        if refusal:
            raise Rejected(refusal)
    return found


def need_magic(ctx: CoreContext) -> None:
    """Raises Rejected where magic does not work."""
    if "nomagic" in ctx.world.room(ctx.player.room).flags:
        raise Rejected("Something in this place swallows all magic.")


def spells(ctx: CoreContext, args: str) -> None:
    """List all spells, and what the player still lacks for each."""
    me = ctx.player
    rows = []
    for spell in sorted(ctx.spells.spells.values(), key=lambda s: (s.level, s.name)):
        wait = me.ready.get(spell.name, 0.0) - ctx.clock.game
        when = f" (ready in {wait:.0f} s)" if wait > 0 else ""
        rows.append(f"  level {spell.level:2}  {spell.mana:2} mana  {spell.name:17}{spell.about}{when}")
    ctx.page(f"You are of level {me.level}. There are these spells:\n" + "\n".join(rows))


# Things with magic in them


def quaff(ctx: CoreContext, args: str) -> None:
    """Drink a potion."""
    potion = find_magic(ctx, args, "potion", "Quaff what?")
    power = spells_in(ctx, potion)
    ctx.send(f"You quaff {describe.short(ctx.world, potion)}.")
    ctx.others(f"{name(ctx.world, ctx.player)} quaffs {describe.short(ctx.world, potion)}.")
    ctx.destroy(potion)
    for spell, level in power:
        spell.effect(ctx, Cast(ctx.player, level, whom=ctx.player, thing=describe.short(ctx.world, potion)))


def recite(ctx: CoreContext, args: str) -> None:
    """Read a scroll aloud, at a target."""
    word, rest = split_first(args)
    scroll = find_magic(ctx, word, "scroll", "Recite what?")
    power = [(spell, aim(ctx, spell, rest, level)) for spell, level in spells_in(ctx, scroll)]
    ctx.send(f"You recite {describe.short(ctx.world, scroll)}. It burns to ashes.")
    ctx.others(f"{name(ctx.world, ctx.player)} recites {describe.short(ctx.world, scroll)}.")
    ctx.destroy(scroll)
    for spell, aimed in power:
        if aimed.whom is None or aimed.whom.id in ctx.world.characters:  # an earlier spell may have killed
            spell.effect(ctx, aimed._replace(thing=describe.short(ctx.world, scroll)))


def use(ctx: CoreContext, args: str) -> None:
    """Point a wand at a target, or tap a staff on the ground, which affects everybody here."""
    word, rest = split_first(args)
    thing = find_magic(ctx, word, ("wand", "staff"), "Use what?")
    world, called = ctx.world, describe.short(ctx.world, thing)
    power = spells_in(ctx, thing)
    charges = world.value(thing, "charges_left")
    if not isinstance(charges, int) or charges < 1:
        raise Rejected(f"{capital(called)} is spent.")
    spell, level = power[0]
    if world.item_def(thing).kind == "staff":
        aimed = [Cast(ctx.player, level, whom=c) for c in whom_staff_meets(ctx, spell)]
        how = f"tap {called} on the ground", f"taps {called} on the ground"
    else:
        aimed = [aim(ctx, spell, rest, level)]
        how = f"point {called}", f"points {called}"
    world.edit(thing)
    thing.values["charges_left"] = charges - 1
    ctx.send(f"You {how[0]}.")
    ctx.others(f"{name(world, ctx.player)} {how[1]}.")
    for one in aimed:
        spell.effect(ctx, one._replace(thing=called))


def whom_staff_meets(ctx: CoreContext, spell: CoreSpell) -> list[Character]:
    """Whom a staff affects: all mobs that may be fought, if the spell harms; all players, if it helps; else oneself."""
    here = ctx.world.present(ctx.player.room)
    if spell.target == "foe":
        return [c for c in here if c.mob is not None and not fights.cannot_fight(ctx, ctx.player, c)]
    if spell.target == "friend":
        return [c for c in here if c.mob is None]
    return [ctx.player]


def find_magic(ctx: CoreContext, text: str, kind: str | tuple[str, ...], question: str) -> Item:
    """An item of the given kind that the player holds. Raises Rejected."""
    kinds = (kind,) if isinstance(kind, str) else kind
    need_magic(ctx)
    if not text or parse_target(text).every:
        raise Rejected(question)
    world = ctx.world
    held = world.held(ctx.player.owner_key)
    found = describe.seek_items(world, text, (i for i in held if world.item_def(i).kind in kinds))
    if not found:
        other = describe.find_item(world, text, held, "in your hands")
        raise Rejected(f"{capital(describe.short(world, other))} is no {' or '.join(kinds)}.")
    return found[0]


def spells_in(ctx: CoreContext, item: Item) -> list[tuple[CoreSpell, int]]:
    """The spells in an item, with their levels. Raises Rejected when none of them works here."""
    world = ctx.world
    level = world.value(item, "level")
    names = ("spell", "spell1", "spell2", "spell3")
    known = [ctx.spells.by_value(world.value(item, key)) for key in names]
    found = [(spell, level if isinstance(level, int) else 1) for spell in known if spell is not None]
    if not found:
        raise Rejected(ASLEEP)
    return found
