"""For builders and admins: goto, where, stat, load, grant, kick, audit, shutdown."""

from __future__ import annotations

import msgspec

from mud.core import escrow
from mud.core import events as e
from mud.core.commands import allowed
from mud.core.context import CoreContext
from mud.core.errors import Rejected
from mud.core.ledger import LIMIT, MINT
from mud.core.targets import split
from mud.core.text.markup import strip, tag
from mud.core.text.table import table
from mud.core.world.model import Character, Item, room_key
from mud.play import describe, login, rooms, search, talk, zones

#: The maximum number of mobs and items that `where` shows for a word.
MAX_FOUND = 200


def log(ctx: CoreContext, text: str) -> None:
    """Write a line to the admin log."""
    ctx.do(e.LogLine("mud.admin", f"{ctx.player.name}: {text}"))


def goto(ctx: CoreContext, args: str) -> None:
    """Go to a room by its id, or to a character."""
    room = args.strip()
    if not room:
        raise Rejected("Go to which room, or to whom?")
    if room not in ctx.world.defs.rooms:
        someone = ctx.world.player(room) or search.mob(ctx, room)
        if someone is None:
            raise Rejected(f"There is no room {room!r} and nobody called so.")
        room = someone.room
    who = describe.name(ctx.world, ctx.player)
    ctx.others(f"{who} is gone.")
    ctx.move(ctx.player, room)
    ctx.others(f"{who} is here all at once.")
    rooms.look_room(ctx)


def where(ctx: CoreContext, args: str) -> None:
    """Show where players are; with a word, where the mobs and items are that answer to it."""
    world = ctx.world
    word = args.strip().casefold()
    if not word:
        players = [(c.name, f"{world.room(c.room).name} [{c.room}]") for c in world.players()]
        ctx.page(table(("PLAYER", "ROOM"), players))
        return
    found: list[Character | Item] = [*search.characters(ctx, word), *search.items(ctx, word)]
    if not found:
        raise Rejected(f"Nothing in the world answers to {word!r}.")
    rows = [where_is(ctx, thing) for thing in found[:MAX_FOUND]]
    more = len(found) - len(rows)
    ctx.page(table(("WHO OR WHAT", "WHERE"), rows) + (f"\nand {more} more" if more else ""))


def where_is(ctx: CoreContext, thing: Character | Item) -> tuple[str, str]:
    """The name of a character or an item, and where it is."""
    world = ctx.world
    if isinstance(thing, Item):
        return strip(describe.short(world, thing)), place(ctx, thing.owner)
    return strip(describe.name(world, thing)), f"{world.room(thing.room).name} [{thing.room}]"


def place(ctx: CoreContext, owner: str) -> str:
    """An item's owner in words."""
    kind, _, key = owner.partition(":")
    if kind == "room":
        return f"{ctx.world.room(key).name} [{key}]"
    if kind == "char" and key in ctx.world.characters:
        return f"with {strip(describe.name(ctx.world, ctx.world.characters[key]))}"
    if kind == "item" and key in ctx.world.items:
        return f"in {strip(describe.short(ctx.world, ctx.world.items[key]))}"
    kept = escrow.parse(owner)
    if kept is not None:
        known = ctx.world.characters.get(kept.character)
        return f"in escrow of {kept.module} for {known.name if known is not None else kept.character} [{owner}]"
    return owner


def stat(ctx: CoreContext, args: str) -> None:
    """Show all data of the room, or of a character or item nearby."""
    world = ctx.world
    if not args:
        ctx.page(shown(ctx, world.room(ctx.player.room)))
        return
    someone = describe.seek_character(ctx, args) or world.player(args)
    if someone is not None:
        gold = world.ledger.balance(someone.owner_key)
        mob = world.mob_def(someone)
        ctx.page(f"{shown(ctx, someone)}\ngold: {gold}" + (f"\n\ndefinition:\n{shown(ctx, mob)}" if mob else ""))
        return
    near = [*world.held(ctx.player.owner_key), *world.held(room_key(ctx.player.room))]
    item = describe.find_item(world, args, near, "here")
    gold = world.ledger.balance(item.owner_key)
    ctx.page(f"{shown(ctx, item)}\ngold: {gold}\n\ndefinition:\n{shown(ctx, world.item_def(item))}")


def shown(ctx: CoreContext, thing: msgspec.Struct) -> str:
    """A Struct for reading: one field a line, without empty ones."""
    fields = msgspec.to_builtins(thing)
    return "\n".join(f"{name}: {plain(value)}" for name, value in fields.items() if value not in ("", [], (), {}, None))


def plain(value: object) -> str:
    """A field's value for reading."""
    if isinstance(value, dict):
        return ", ".join(f"{key} {plain(each)}" for key, each in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(plain, value))
    return strip(str(value))


def load(ctx: CoreContext, args: str) -> None:
    """Make an item or a mob from its definition."""
    words = split(args)
    if len(words) != 2 or words[0].casefold() not in ("item", "mob"):
        raise Rejected("Write: load item ID, or load mob ID.")
    what, kind = words[0].casefold(), words[1]
    world, me = ctx.world, ctx.player
    if what == "item":
        zones.need_kind(world.defs.items, kind, "item")
        if world.defs.items[kind].kind == describe.COINS:
            raise Rejected("Gold comes from the mint alone: grant NAME AMOUNT gold.")
        takeable = "take" in world.defs.items[kind].wear
        item = zones.make_item(ctx, kind, me.owner_key if takeable else room_key(me.room))
        called = describe.short(world, item)
    else:
        zones.need_kind(world.defs.mobs, kind, "mob")
        called = describe.name(world, zones.make_mob(ctx, kind, me.room))
    ctx.send(f"You make {called}.")
    ctx.others(f"{describe.name(world, me)} makes {called}.")
    log(ctx, f"load {what} {kind}")


def grant(ctx: CoreContext, args: str) -> None:
    """Give a player gold from the mint."""
    words = split(args)
    if len(words) == 3 and words[2].casefold() not in ("gold", "coins", "coin"):
        raise Rejected("Only gold can be granted: grant NAME AMOUNT gold.")
    if len(words) not in (2, 3) or not words[1].isascii() or not words[1].isdigit():
        raise Rejected("Write: grant NAME AMOUNT gold.")
    amount = int(words[1][:20])
    if not 0 < amount <= LIMIT:
        raise Rejected(f"An amount is a whole number from 1 to {LIMIT:,}.")
    who = talk.find_player(ctx, words[0])
    ctx.pay(MINT, who.owner_key, amount, f"granted by {ctx.player.name}")
    ctx.send(f"{who.name} receives {describe.coins(amount)} from the mint.")
    if who is not ctx.player:
        ctx.tell(who, tag("system", f"{ctx.player.name} grants you {describe.coins(amount)}."))
    log(ctx, f"grant {who.name} {amount}")


def kick(ctx: CoreContext, args: str) -> None:
    """Put a player out of the game."""
    words = split(args)
    if not words:
        raise Rejected("Kick whom?")
    who = talk.find_player(ctx, words[0])
    if who is ctx.player:
        raise Rejected("To leave, type quit.")
    if not allowed(ctx.role(), ctx.role(who)):
        raise Rejected(f"{who.name} is an {ctx.role(who)}.")
    session = ctx.sessions.of(who)
    if session is None:
        login.leave_world(ctx, who)
    else:
        login.kick(ctx, session, f"{ctx.player.name} puts you out{because(words[1:])}.")
    ctx.send(f"{who.name} is out.")
    log(ctx, f"kick {' '.join(words)}")


def because(words: list[str]) -> str:
    """A reason, worded as the end of a sentence."""
    reason = " ".join(words).removeprefix("because ")
    return f": {reason}" if reason else ""


def audit(ctx: CoreContext, args: str) -> None:
    """Check that the ledger sums to zero and that every item has one owner."""
    if args.casefold() != "economy":
        raise Rejected("Write: audit economy.")
    login.work(ctx, e.Audit(ctx.session.id))


def shutdown(ctx: CoreContext, args: str) -> None:
    """Take the server down."""
    if args.strip().casefold() != "now":
        raise Rejected("This ends the game for everybody. Write: shutdown now.")
    log(ctx, "shutdown")
    ctx.do(e.Shutdown(ctx.player.name))


def save(ctx: CoreContext, args: str) -> None:
    """Write everything to disk now."""
    login.work(ctx, e.Flush(ctx.session.id))
