"""Items in hand: inventory, get, drop, give, put, wear, remove, equipment. Also gold."""

from __future__ import annotations

import re

from mud.core.context import CoreContext, Handler
from mud.core.errors import Rejected
from mud.core.signals import Worn
from mud.core.targets import parse_target, split
from mud.core.world.body import SLOTS, slots_for
from mud.core.world.capacity import cannot_carry
from mud.core.world.hands import cannot_let_go
from mud.core.world.model import Character, Item, room_key
from mud.core.world.world import MAX_DEPTH, World
from mud.play import describe, doors
from mud.play.describe import capital, coins

#: From this alignment on a character is good; up to its negative, evil.
GOOD = 350
_GOLD = re.compile(r"^(all|[0-9][0-9,_]*)\s+(?:gold|coins?|gold coins?)$", re.I)
#: What can only be meant as an amount, and is none: -5 gold, 1.5 gold, 1e3 coins.
_NO_AMOUNT = re.compile(r"^([^\s#'\"]\S*)\s+(?:gold|coins?|gold coins?)$", re.I)


def inventory(ctx: CoreContext, args: str) -> None:
    """List what the player carries."""
    carried = ctx.world.carried(ctx.player)
    gold = ctx.world.ledger.balance(ctx.player.owner_key)
    parts = [f"You carry:\n{describe.listing(ctx.world, carried)}" if carried else "You carry nothing."]
    if gold:
        parts.append(f"In your purse: {coins(gold)}.")
    ctx.send("\n".join(parts))


def equipment(ctx: CoreContext, args: str) -> None:
    """List what the player wears, slot by slot."""
    worn = {item.slot: item for item in ctx.world.worn(ctx.player)}
    rows = [f"  {where:24} {describe.short(ctx.world, worn[s])}" for s, where in SLOTS.items() if s in worn]
    ctx.send("You wear:\n" + "\n".join(rows) if rows else "You wear nothing worth the name.")


# Taking and leaving


def get(ctx: CoreContext, args: str) -> None:
    """Take something from the ground, or out of a container."""
    words = split(args)
    if not words:
        raise Rejected("Get what?")
    world, me = ctx.world, ctx.player
    what, chest = chest_in(ctx, words)
    if chest is not None:
        need_open(ctx, chest)
        need_right(ctx, chest)
        called = describe.short(world, chest)
        source, where, origin = chest.owner_key, f"in {called}", f" from {called}"
    else:
        source, where, origin = room_key(me.room), "here to take", ""
    match = gold_match(what)
    if match is not None and match[1].casefold() != "all":
        get_coins(ctx, int(re.sub("[,_]", "", match[1])[:20]), source, where, origin)
        return
    many = parse_target(what).every
    for item in describe.find_items(world, what, world.held(source), where):
        refusal = cannot_take(ctx, item)
        if refusal and not many:
            raise Rejected(refusal)
        if refusal:
            ctx.send(refusal)
        else:
            take(ctx, item, origin)


def chest_in(ctx: CoreContext, words: list[str]) -> tuple[str, Item | None]:
    """What to take, and the container to take it from: named after `from`, or the last word if it is a container here.

    Raises Rejected when the container asked for is not here.
    """
    lower = [word.casefold() for word in words]
    if "from" in lower[1:-1]:
        at = lower.index("from", 1)
        chest = describe.find_item(ctx.world, " ".join(words[at + 1 :]), near(ctx), "here to take from")
        return " ".join(words[:at]), chest
    if len(words) > 1:
        chests = [i for i in near(ctx) if ctx.world.item_def(i).kind in ("container", "corpse")]
        named = describe.seek_items(ctx.world, words[-1], chests)
        if named:
            return " ".join(words[:-1]), named[0]
        if parse_target(words[0]).every and gold_match(" ".join(words)) is None:
            raise Rejected(f"There is no {words[-1][:40]!r} here to take from.")
    return " ".join(words), None


def get_coins(ctx: CoreContext, amount: int, source: str, where: str, origin: str) -> None:
    """Move some of a heap's gold into the purse."""
    world = ctx.world
    heap = next((i for i in world.held(source) if describe.is_coins(world, i)), None)
    have = world.ledger.balance(heap.owner_key) if heap is not None else 0
    if heap is None or not 0 < amount <= have:
        raise Rejected(f"There are {coins(have)} {where}." if have else f"There is no gold {where}.")
    if amount == have:
        take(ctx, heap, origin)
        return
    ctx.pay(heap.owner_key, ctx.player.owner_key, amount, "picked up")
    ctx.send(f"You get {coins(amount)}{origin}.")
    ctx.others(f"{describe.name(world, ctx.player)} gets {coins(amount)}{origin}.")


def take(ctx: CoreContext, item: Item, origin: str) -> None:
    """Take one item in hand; coins go into the purse."""
    world, me = ctx.world, ctx.player
    called = describe.short(world, item)
    if describe.is_coins(world, item):
        ctx.pay(item.owner_key, me.owner_key, world.ledger.balance(item.owner_key), "picked up")
        world.remove_item(item)
    else:
        world.move_item(item, me.owner_key)
    ctx.send(f"You get {called}{origin}.")
    ctx.others(f"{describe.name(world, me)} gets {called}{origin}.")


def cannot_take(ctx: CoreContext, item: Item) -> str | None:
    """Why the player can't take an item; None when they can."""
    world = ctx.world
    if "take" not in world.item_def(item).wear and not describe.is_coins(world, item):
        return f"You can't take {describe.short(world, item)}."
    return cannot_hold(world, ctx.player, item)


def cannot_hold(world: World, who: Character, item: Item) -> str | None:
    """Why somebody can't carry one more item; None when they can."""
    return cannot_carry(world, who, [item])


def drop(ctx: CoreContext, args: str) -> None:
    """Leave something on the ground."""
    amount = gold_in(ctx, args)
    if amount is not None:
        ground = room_key(ctx.player.room)
        put_coins(ctx, amount, ground)
        say(ctx, "drop", coins(amount))
        return
    what = need(args, "Drop what?")
    for item in describe.find_items(ctx.world, what, ctx.world.carried(ctx.player), "in your hands"):
        refusal = cannot_let_go(ctx.world, item)
        if refusal:
            if not parse_target(what).every:
                raise Rejected(refusal)
            ctx.send(refusal)
            continue
        ctx.world.move_item(item, room_key(ctx.player.room))
        say(ctx, "drop", describe.short(ctx.world, item))


def put(ctx: CoreContext, args: str) -> None:
    """Put something into a container."""
    world, me = ctx.world, ctx.player
    words = [w for w in split(args) if w.casefold() not in ("in", "into")]
    if len(words) < 2:
        raise Rejected("Put what into what?")
    chest = describe.find_item(world, words[-1], near(ctx), "here to put it into")
    need_open(ctx, chest)
    into = f"into {describe.short(world, chest)}"
    amount = gold_in(ctx, " ".join(words[:-1]))
    if amount is not None:
        put_coins(ctx, amount, chest.owner_key)
        say(ctx, "put", coins(amount), into)
        return
    many = parse_target(words[0]).every
    refusals: dict[str, None] = {}  # a set in order: each refusal is told once
    for item in describe.find_items(world, words[0], world.carried(me), "in your hands"):
        if item is chest and many:
            continue
        refusal = cannot_put(world, chest, item)
        if refusal and not many:
            raise Rejected(refusal)
        if refusal:
            refusals[refusal] = None
            continue
        world.move_item(item, chest.owner_key)
        say(ctx, "put", describe.short(world, item), into)
    if refusals:
        ctx.send("\n".join(refusals))


def need_open(ctx: CoreContext, chest: Item) -> None:
    """Raises Rejected unless `chest` is an open container."""
    called = capital(describe.short(ctx.world, chest))
    if ctx.world.item_def(chest).kind not in ("container", "corpse"):
        raise Rejected(f"{called} is no container.")
    if doors.lid(ctx, chest) != "open":
        raise Rejected(f"{called} is closed.")


def need_right(ctx: CoreContext, corpse: Item) -> None:
    """Raises Rejected when `corpse` is another player's: nobody may take that player's things."""
    owner = corpse.values.get("player")
    if owner is not None and owner != ctx.player.id and not ctx.may("admin"):
        raise Rejected(f"{capital(describe.short(ctx.world, corpse))} is not yours to touch.")


def cannot_put(world: World, chest: Item, item: Item) -> str | None:
    """Why `item` can't be put into `chest`; None when it can."""
    called = describe.short(world, item)
    if refusal := cannot_let_go(world, item, chest.owner_key):
        return refusal
    if item is chest or any(i is chest for i in world.all_inside(item.owner_key)):
        return f"{capital(called)} can't go into itself."
    if depth(world, chest) + height(world, item) > MAX_DEPTH:
        return "That would be too many things inside of things."
    held = sum(world.weight(i) for i in world.held(chest.owner_key))
    capacity = world.value(chest, "capacity")
    if isinstance(capacity, int) and held + world.weight(item) > capacity:
        return f"{capital(called)} does not fit into {describe.short(world, chest)}."
    return None


def depth(world: World, item: Item) -> int:
    """How many containers an item lies in, counting the item itself."""
    around = world.items.get(item.owner.removeprefix("item:")) if item.owner.startswith("item:") else None
    return 1 + (depth(world, around) if around is not None else 0)


def height(world: World, item: Item) -> int:
    """How many levels of containers an item has, counting the item itself."""
    return 1 + max((height(world, i) for i in world.held(item.owner_key)), default=0)


def give(ctx: CoreContext, args: str) -> None:
    """Give something, or gold, to somebody here."""
    words = [w for w in split(args) if w.casefold() != "to"]
    if len(words) < 2:
        raise Rejected("Give what to whom?")
    world, me = ctx.world, ctx.player
    what = " ".join(words[:-1])
    if words[-1].casefold() == "all":
        give_all(ctx, what)
        return
    who = describe.find_character(ctx, words[-1])
    if who is me:
        raise Rejected("It is yours already.")
    amount = gold_in(ctx, what)
    if amount is not None:
        ctx.pay(me.owner_key, who.owner_key, amount, "given")
        hand_over(ctx, who, coins(amount))
        return
    many = parse_target(what).every
    for item in describe.find_items(world, what, world.carried(me), "in your hands"):
        refusal = cannot_give(world, who, item)
        if refusal and not many:
            raise Rejected(refusal)
        if refusal:
            ctx.send(refusal)
            continue
        world.move_item(item, who.owner_key)
        hand_over(ctx, who, describe.short(world, item))


def give_all(ctx: CoreContext, what: str) -> None:
    """Give an item of a kind, or an amount of gold, to every player here: to all of them or to nobody."""
    world, me = ctx.world, ctx.player
    takers = [c for c in world.present(me.room) if c is not me and c.mob is None]
    if not takers:
        raise Rejected("There is nobody here to give anything to.")
    amount = gold_in(ctx, what)
    if amount is not None:
        for who in takers:
            gold_in(ctx, f"{amount} gold")  # checks that this much gold is left
            ctx.pay(me.owner_key, who.owner_key, amount, "given")
            hand_over(ctx, who, coins(amount))
        return
    target = parse_target(what)
    if target.every or target.nth > 1:
        raise Rejected("To all you can give one thing each: give bread to all.")
    items = describe.find_items(world, f"all.{what}", world.carried(me), "in your hands")
    if len(items) < len(takers):
        raise Rejected(f"There are {len(takers)} players here, and you have {len(items)} to give.")
    for who, item in zip(takers, items, strict=False):
        refusal = cannot_give(world, who, item)
        if refusal:
            raise Rejected(f"{who.name}: {refusal}")
        world.move_item(item, who.owner_key)
        hand_over(ctx, who, describe.short(world, item))


def cannot_give(world: World, who: Character, item: Item) -> str | None:
    """Why an item can't be given to somebody; None when it can."""
    return cannot_let_go(world, item) or cannot_hold(world, who, item)


def hand_over(ctx: CoreContext, who: Character, what: str) -> None:
    """Tell everybody in the room who gave what to whom."""
    giver, taker = describe.name(ctx.world, ctx.player), describe.name(ctx.world, who)
    ctx.send(f"You give {what} to {taker}.")
    ctx.tell(who, f"{giver} gives you {what}.")
    ctx.room_says(ctx.player.room, f"{giver} gives {what} to {taker}.", but=(ctx.player, who))


# Wearing


def wearer(verb: str, places: tuple[str, ...] = ()) -> Handler:
    """Make the handler of wear, wield or hold: uses the first free slot that fits, among `places` if given."""

    def wear(ctx: CoreContext, args: str) -> None:
        world, me = ctx.world, ctx.player
        target = need(args, f"{capital(verb)} what?")
        carried, many = world.carried(me), parse_target(target).every
        on = [] if many else describe.seek_items(world, target, world.worn(me))
        if on and not describe.seek_items(world, target, carried):
            raise Rejected(f"You {verb} {describe.short(world, on[0])} already.")
        items = describe.find_items(world, target, carried, "in your hands")
        done = False
        for item in items:
            slots = slots_for(world.item_def(item).kind, world.item_def(item).wear)
            fitting = [s for s in slots if not places or s in places]
            free = [s for s in fitting if s not in {i.slot for i in world.worn(me)}]
            refusal = cannot_wear(ctx, item) if free else None
            if refusal:
                if not many:
                    raise Rejected(refusal)
                ctx.send(refusal)
            elif free:
                world.move_item(item, me.owner_key, free[0])
                ctx.emit(Worn(me.id, item.id, free[0]))
                say(ctx, verb, describe.short(world, item), "" if places else SLOTS[free[0]])
                done = True
            elif not many:
                what = describe.short(world, item)
                raise Rejected("You wear something there already." if fitting else f"You can't {verb} {what}.")
        if not done:
            raise Rejected(f"You have nothing that you could {verb} now.")
        ctx.mend(me)  # the maximum may have risen: hit points regenerate up to it over time

    return wear


def cannot_wear(ctx: CoreContext, item: Item) -> str | None:
    """Why the player may not wear or wield an item, by its definition; None when they may."""
    me, definition = ctx.player, ctx.world.item_def(item)
    if me.level < definition.level and not ctx.may("builder"):
        return f"{capital(describe.short(ctx.world, item))} is for those of level {definition.level} and above."
    kind = "good" if me.alignment >= GOOD else "evil" if me.alignment <= -GOOD else "neutral"
    if f"anti_{kind}" in definition.flags:
        return f"{capital(describe.short(ctx.world, item))} burns your hands: it is not for the {kind}."
    return None


def remove(ctx: CoreContext, args: str) -> None:
    """Take off something worn."""
    world, me = ctx.world, ctx.player
    for item in describe.find_items(world, need(args, "Remove what?"), world.worn(me), "that you wear"):
        world.move_item(item, me.owner_key)
        ctx.emit(Worn(me.id, item.id, ""))
        say(ctx, "remove", describe.short(world, item))


# Gold


def gold_match(text: str) -> re.Match[str] | None:
    """The match of a text that is about gold, with the amount or "all" in group 1; None when it is about things.

    Raises Rejected for an amount that can't be one.
    """
    text = text.strip()
    found = _GOLD.match(text)
    if found is None and not text[:1].isalpha() and (wrong := _NO_AMOUNT.match(text)):
        raise Rejected(f"{wrong[1][:20]!r} is no amount of gold. Write a whole number from 1, or all: drop 12 gold.")
    return found


def gold_in(ctx: CoreContext, text: str) -> int | None:
    """The amount in "12 gold" or "all gold"; None when the text is not about gold."""
    match = gold_match(text)
    if match is None:
        return None
    have = ctx.world.ledger.balance(ctx.player.owner_key)
    amount = have if match[1].casefold() == "all" else int(match[1].replace(",", "").replace("_", "")[:20])
    if amount == 0:
        raise Rejected("That is no gold at all.")
    if amount > have:
        raise Rejected(f"You have {coins(have)}." if have else "You have no gold.")
    return amount


def put_coins(ctx: CoreContext, amount: int, owner_key: str) -> None:
    """Move gold from the purse to the ground or into a container: onto the heap there, or a new one."""
    heap = coin_heap(ctx, owner_key)
    ctx.pay(ctx.player.owner_key, heap.owner_key, amount, "put down")


def coin_heap(ctx: CoreContext, owner_key: str) -> Item:
    """The heap of coins that `owner_key` holds; a new, empty one if there is none."""
    world = ctx.world
    for item in world.held(owner_key):
        if describe.is_coins(world, item):
            return item
    return world.add_item(Item(id=world.new_id("i"), kind=describe.COINS_ID, owner=owner_key))


# Small things


def near(ctx: CoreContext) -> list[Item]:
    """The items in reach: first those carried and worn, then those on the ground."""
    return [*ctx.world.held(ctx.player.owner_key), *ctx.world.held(room_key(ctx.player.room))]


def need(args: str, question: str) -> str:
    """`args` without quotes; if empty, raises Rejected with the question."""
    words = split(args)
    if not words:
        raise Rejected(question)
    return " ".join(words)


def say(ctx: CoreContext, verb: str, what: str, how: str = "") -> None:
    """Tell the player and the room that the player did something with an item."""
    tail = f" {how}" if how else ""
    ctx.send(f"You {verb} {what}{tail}.")
    ctx.others(f"{describe.name(ctx.world, ctx.player)} {verb}s {what}{tail}.")
