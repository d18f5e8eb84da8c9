"""Bans: ban, unban, bans. They are enforced at the connection and at the login (`mud.core.world.bans`)."""

from __future__ import annotations

from mud.core import events as e
from mud.core.commands import allowed
from mud.core.context import CoreContext
from mud.core.errors import Rejected
from mud.core.session import Session
from mud.core.text.markup import tag
from mud.core.text.words import duration, seconds_in
from mud.core.world.bans import Ban, covers, network
from mud.play import login
from mud.play.staff.admin import log
from mud.play.staff.rank import exact_player, outrank, reason

#: Seconds: the longest ban that has an end.
LONGEST = 3650 * 86400
USAGE = "Write: ban NAME|ADDRESS|NETWORK [for TIME] because REASON."
#: The widest network that may be banned: its least prefix length, by version of IP.
WIDEST = {4: 8, 6: 16}
#: Addresses that can't be banned, so that the operator can always get in.
ALWAYS = ("127.0.0.1", "::1")


def ban(ctx: CoreContext, args: str) -> None:
    """Ban a player, an address or a network; those affected who are connected are put out."""
    before, because = reason(args)
    what, forwhile, time = before.partition(" for ")
    if not what or not because:
        raise Rejected(USAGE)
    seconds = seconds_in(time) if forwhile else None
    if forwhile and not seconds:
        raise Rejected(f"{time[:40]!r} is no time. Write it like: for 30 minutes, for 12 hours, for 7 days.")
    if seconds and seconds > LONGEST:
        raise Rejected(f"A ban is for at most {duration(LONGEST)}; without a time it lasts until `unban`.")
    now = ctx.clock.wall
    until = now + seconds if seconds else None
    made = Ban(what=key_of(what), because=because, by=ctx.player.name, since=now, until=until)
    if made.is_name:
        ban_name(ctx, made, what)
    else:
        ban_network(ctx, made)
    log(ctx, f"ban {args}")


def key_of(what: str) -> str:
    """The key under which a ban is stored. Raises Rejected for an invalid address."""
    if what.isalpha():
        return what.casefold()
    try:
        found = network(what)
    except ValueError:
        raise Rejected(f"{what[:60]!r} is neither a name nor an address nor a network like 192.0.2.0/24.") from None
    return str(found.network_address) if found.num_addresses == 1 else str(found)


def ban_name(ctx: CoreContext, made: Ban, name: str) -> None:
    """Ban a player, in the world or away."""
    who = exact_player(ctx, name)
    outrank(ctx, who)
    ctx.world.bans.put(made)
    if not who.away:
        session = ctx.sessions.of(who)
        if session is None:
            login.leave_world(ctx, who)
        else:
            login.kick(ctx, session, made.words(made.since))
    ctx.send(f"{who.name} is banned {made.end(made.since)}.")


def ban_network(ctx: CoreContext, made: Ban) -> None:
    """Ban an address or a network. Never one's own, nor that of somebody with the same or a higher role."""
    found = network(made.what)
    if found.prefixlen < WIDEST[found.version]:
        raise Rejected(f"That is too much of the world: at most a /{WIDEST[found.version]} can be banned.")
    if any(covers(made.what, address) for address in ALWAYS):
        raise Rejected("That is this machine itself: its operator gets in from there.")
    there = [s for s in ctx.sessions.by_id.values() if covers(made.what, s.address)]
    for session in there:
        spare(ctx, session)
    ctx.world.bans.put(made)
    for session in there:
        put_out(ctx, session, made.words(made.since))
    ctx.send(f"{made.what} is banned {made.end(made.since)}. Connections put out: {len(there)}.")


def spare(ctx: CoreContext, session: Session) -> None:
    """Raises Rejected when the player may not put a session out."""
    if session is ctx.session:
        raise Rejected("You are there yourself.")
    who = ctx.world.characters.get(session.character or "")
    if who is not None and allowed(ctx.role(who), ctx.role()):
        raise Rejected(f"{who.name} plays from there, and has no lower role than you.")


def put_out(ctx: CoreContext, session: Session, why: str) -> None:
    """End a session, whether in play or still logging in."""
    if session.character is not None:
        login.kick(ctx, session, why)
    else:
        ctx.write(session, tag("system", why))
        ctx.do(e.Close(session.id))


def unban(ctx: CoreContext, args: str) -> None:
    """Lift the ban on a player, an address or a network."""
    what = args.strip()
    if not what:
        raise Rejected("Unban whom? `bans` lists all.")
    try:
        ctx.world.bans.lift(key_of(what))
    except KeyError:
        raise Rejected(f"{what!r} is not banned. `bans` lists all.") from None
    ctx.send(f"{what} is banned no more.")
    log(ctx, f"unban {what}")


def bans(ctx: CoreContext, args: str) -> None:
    """List all bans in force."""
    now = ctx.clock.wall
    found = sorted((b for b in ctx.world.bans.all() if not b.ended(now)), key=lambda b: (not b.is_name, b.what))
    if not found:
        ctx.send("Nobody is banned.")
        return
    rows = [f"  {b.what} {b.end(now)}, by {b.by}: {b.because}" for b in found]
    ctx.page("Banned are:\n" + "\n".join(rows))
