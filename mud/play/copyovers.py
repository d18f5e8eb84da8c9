"""Orders of a copyover: what can be written, and the one that is planned, which is a timer and so outlives programs.

What is done at once, and what there is to see of one that runs, is the shell's: effects ask it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct

from mud.core import events as e
from mud.core.context import Context
from mud.core.dialogs import Play
from mud.core.errors import Rejected
from mud.core.markup import strip, tag
from mud.core.timers import CopyoverPlanned, Timer
from mud.core.words import ago, duration, seconds_in
from mud.core.world import World
from mud.play import login

USAGE = (
    "copyover [now | in TIME | at HH:MM | check | force | when-clear [for TIME] | cancel | status | history [N] "
    "| rollback [N]] [because REASON]"
)
HELP = f"""{USAGE} -- put new code under the running game
The new code is tried first; nobody is disconnected, and what fails changes nothing.
in, at: plan it; everybody is told as it comes near, and it stays planned when you leave.
check: try the new code and ask for vetoes, and do no more.
force: also when a module would rather wait. Nothing passes a hard veto.
when-clear: wait until nothing stands against it, ten minutes or for TIME.
cancel: call off the one that is under way, or else the planned one.
status: what it is doing, what is planned, and how the last one went.
history: the last ones, or the last N.
rollback: back to the code of the generation that ran well before this one, or of generation N.
TIME is like 90s, 5m or 1h30m; a bare number is of minutes."""

Verb = Literal["now", "in", "at", "check", "force", "when-clear", "cancel", "status", "history", "rollback"]

#: Seconds before a planned copyover at which everybody in play is told of it, down to the last ten.
MARKS = (86400, 43200, 21600, 7200, 3600, 1800, 900, 600, 300, 120, 60, 30, 10)
#: Those of them that a screen reader is made to read.
QUIET_MARKS = frozenset((3600, 600, 60, 10))
#: Seconds: how far ahead one can be planned, how long `when-clear` waits unless told, and how near counts as now.
FARTHEST, PATIENCE, NEAR = 7 * 86400, 600, 0.25
LONGEST_REASON = 200
MOST_SHOWN = 100


class Wanted(Struct, frozen=True):
    """An order as it was written. `seconds` are from now on: until it begins, or for `when-clear` until it is given up.

    `count` is how many `history` shows, and to which generation `rollback` goes, 0 for the one before.
    """

    verb: Verb
    reason: str = ""
    seconds: float = 0.0
    count: int = 10


def parse(text: str, wall: float) -> Wanted:
    """What is wanted, at `wall` by the wall clock. Raises Rejected, saying how to write it."""
    order, _, reason = f" {' '.join(text.split())} ".partition(" because ")
    reason = strip("".join(c for c in reason if c.isprintable())).strip()[:LONGEST_REASON]
    words = order.casefold().split()
    verb, rest = (words[0], words[1:]) if words else ("now", [])
    match verb, rest:
        case ("now" | "check" | "force" | "cancel" | "status") as verb, []:
            return Wanted(verb, reason)
        case "rollback", []:
            return Wanted("rollback", reason, count=0)
        case "rollback", [number] if number.isascii() and number.isdigit():
            return Wanted("rollback", reason, count=int(number[:9]))
        case "in", [_, *_]:
            return Wanted("in", reason, span("".join(rest)))
        case "at", [time]:
            return Wanted("at", reason, until(time, wall))
        case "when-clear", []:
            return Wanted("when-clear", reason, PATIENCE)
        case "when-clear", ["for", _, *_]:
            return Wanted("when-clear", reason, span("".join(rest[1:])))
        case "history", []:
            return Wanted("history")
        case "history", [count] if count.isascii() and count.isdigit():
            return Wanted("history", count=min(MOST_SHOWN, max(1, int(count[:6]))))
    raise Rejected(f"Write: {USAGE}.")


def span(text: str) -> float:
    """A length of time, in seconds. Raises Rejected when it is none, or too long."""
    seconds = seconds_in(text)
    if not seconds or seconds > FARTHEST:
        raise Rejected(f"TIME is like 90s, 5m or 1h30m, and a week at the most; {text[:20]!r} is not.")
    return seconds


def until(text: str, wall: float) -> float:
    """Seconds until the clock next shows HH:MM, by the server's own time. Raises Rejected for what is no time."""
    try:
        hour, minute = (int(part) for part in text.split(":"))
        now = datetime.fromtimestamp(wall)
        then = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    except ValueError:
        raise Rejected(f"A time of the day is like 4:30 or 20:00; {text[:20]!r} is not.") from None
    if then <= now:
        then += timedelta(days=1)
    return then.timestamp() - wall


# The command


def copyover(ctx: Context, args: str) -> None:
    """Order one, or ask about it."""
    wanted = parse(args, ctx.clock.wall)
    if wanted.verb not in ("status", "history"):
        ctx.do(e.LogLine("mud.admin", f"{ctx.player.name}: copyover {args}".strip()))
    by, session = ctx.player.name, ctx.session.id
    match wanted.verb:
        case "now" | "force" | "when-clear":
            until = ctx.clock.wall + wanted.seconds if wanted.verb == "when-clear" else 0.0
            if until:
                need_none(ctx)
            login.work(ctx, e.StartCopyover(session, by, wanted.reason, wanted.verb == "force", until))
        case "rollback":
            login.work(ctx, e.StartCopyover(session, by, wanted.reason, rollback=wanted.count))
        case "in" | "at":
            plan(ctx, by, wanted)
            login.work(ctx, e.ManageCopyover(session, by, "foresee"))
        case verb:
            login.work(ctx, e.ManageCopyover(session, by, verb, wanted.reason, wanted.count))


# The planned one


def planned(world: World) -> tuple[Timer, CopyoverPlanned] | None:
    """The copyover that is planned, and its timer; None without one."""
    for timer in world.timers.pending.values():
        if isinstance(timer.payload, CopyoverPlanned):
            return timer, timer.payload
    return None


def need_none(ctx: Context) -> None:
    """Raises Rejected, saying whose it is, when there is a planned one."""
    found = planned(ctx.world)
    if found is not None:
        raise Rejected(f"{described(found[1], ctx.clock.wall)} `copyover cancel` calls it off.")


def plan(ctx: Context, by: str, wanted: Wanted) -> None:
    """Plan a copyover, and tell everybody. Raises Rejected when there is one."""
    need_none(ctx)
    now = ctx.clock.wall
    set_next(ctx, CopyoverPlanned(now + wanted.seconds, by, wanted.reason, now))
    tell(ctx, f"A copyover in {duration(round(wanted.seconds))}{because(wanted.reason)}. You stay connected.")


def wait(ctx: Context, by: str, reason: str, since: float, until: float, seconds: float, what: str) -> None:
    """Have a copyover ordered again in so many seconds: `what` stands against it now."""
    payload = CopyoverPlanned(min(until, ctx.clock.wall + seconds), by, reason, since, until, what)
    ctx.world.timers.set(payload.at, payload)


def cancel(ctx: Context, by: str) -> str:
    """Call the planned one off; gives what to say to who did. Raises Rejected when there is none."""
    found = planned(ctx.world)
    if found is None:
        raise Rejected("No copyover is under way, and none is planned.")
    ctx.world.timers.cancel(found[0].id)
    if not found[1].until:
        tell(ctx, "The copyover that was announced is called off.")
    return f"{found[1].by}'s copyover is called off by {by}."


def due(ctx: Context, payload: CopyoverPlanned) -> None:
    """A mark is reached, or the moment itself: by the wall clock, wherever somebody has set it meanwhile."""
    left = payload.at - ctx.clock.wall
    if left > NEAR:
        mark = min(MARKS, key=lambda mark: abs(mark - left))
        tell(ctx, f"A copyover in {duration(round(left))}{because(payload.reason)}.", mark)
        set_next(ctx, payload)
        return
    orderer = ctx.world.player(payload.by)
    session = ctx.sessions.of(orderer) if orderer is not None else None
    ctx.do(
        e.StartCopyover(
            session.id if session is not None else 0,
            payload.by,
            payload.reason,
            until=payload.until,
            planned=True,
            since=payload.since,
        )
    )


def set_next(ctx: Context, payload: CopyoverPlanned) -> None:
    """Set the timer of the next mark, or of the moment itself."""
    left = payload.at - ctx.clock.wall
    mark = next((mark for mark in MARKS if mark < left - NEAR), 0)
    ctx.world.timers.set(payload.at - mark, payload)


def tell(ctx: Context, text: str, mark: int | None = None) -> None:
    """A line to everybody in play; to screen readers only at the marks that are for them."""
    for session in ctx.sessions.by_character.values():
        quiet = session.terminal.screen_reader and mark is not None and mark not in QUIET_MARKS
        if not quiet and Play in map(type, session.stack):
            ctx.write(session, tag("system", text))


def tell_admins(ctx: Context, text: str, but: int) -> None:
    """A line to all admins in play, except the session that knows already."""
    for session in ctx.sessions.by_character.values():
        admin = ctx.may("admin", ctx.world.characters[session.character or ""])
        if admin and session.id != but and Play in map(type, session.stack):
            ctx.write(session, tag("system", text))


def described(payload: CopyoverPlanned, wall: float) -> str:
    """The planned one in words."""
    said = ago(wall - payload.since)
    if payload.until:
        left = duration(max(0, round(payload.until - wall)))
        return (
            f"{payload.by} ordered a copyover {said}; for {left} more it waits for this to clear: {payload.waits_for}."
        )
    left = duration(max(0, round(payload.at - wall)))
    return f"{payload.by} planned a copyover {said}; it begins in {left}{because(payload.reason)}."


def because(reason: str) -> str:
    """A reason as the end of a sentence."""
    return f" because {reason}" if reason else ""


def forget(world: World) -> CopyoverPlanned | None:
    """A restart: what was planned is not done any more. Gives it, for the log."""
    found = planned(world)
    if found is None:
        return None
    world.timers.cancel(found[0].id)
    world.journal.commit()
    return found[1]
