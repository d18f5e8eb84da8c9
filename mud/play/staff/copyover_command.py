"""The command `copyover`, which asks the shell, and the copyover that is planned: a timer, which outlives programs."""

from __future__ import annotations

from mud.core import events as e
from mud.core.context import CoreContext
from mud.core.copyover_words import CopyoverWords
from mud.core.dialogs import Play
from mud.core.errors import Rejected
from mud.core.text.markup import tag
from mud.core.text.words import ago, duration
from mud.core.timers import CopyoverPlanned, PendingTimer
from mud.core.world.world import World
from mud.play import login
from mud.play.staff.copyover_syntax import parse

#: Seconds before a planned copyover at which everybody in play is told of it, down to the last ten.
MARKS = (86400, 43200, 21600, 7200, 3600, 1800, 900, 600, 300, 120, 60, 30, 10)
#: Those of them that a screen reader is made to read.
QUIET_MARKS = frozenset((3600, 600, 60, 10))
#: Seconds: how near counts as now.
NEAR = 0.25


# The command


def copyover(ctx: CoreContext, args: str) -> None:
    """Order one, or ask about it."""
    wanted = parse(args, ctx.clock.wall)
    if wanted.verb not in ("status", "history"):
        ctx.do(e.LogLine("mud.admin", f"{ctx.player.name}: copyover {args}".strip()))
    login.work(ctx, e.CopyoverRequest(ctx.session.id, ctx.player.name, wanted))


# The planned one


def planned(world: World) -> tuple[PendingTimer, CopyoverPlanned] | None:
    """The copyover that is planned, and its timer; None without one."""
    for timer in world.timers.pending.values():
        if isinstance(timer.payload, CopyoverPlanned):
            return timer, timer.payload
    return None


def need_none(ctx: CoreContext) -> None:
    """Raises Rejected, saying whose it is, when there is a planned one."""
    found = planned(ctx.world)
    if found is not None:
        raise Rejected(f"{described(found[1], ctx.clock.wall)} `copyover cancel` calls it off.")


def plan(ctx: CoreContext, by: str, wanted: CopyoverWords) -> None:
    """Plan a copyover, and tell everybody. Raises Rejected when there is one."""
    need_none(ctx)
    now = ctx.clock.wall
    set_next(ctx, CopyoverPlanned(now + wanted.seconds, by, wanted.reason, now))
    tell(ctx, f"A copyover in {duration(round(wanted.seconds))}{because(wanted.reason)}. You stay connected.")


def wait(ctx: CoreContext, by: str, reason: str, since: float, until: float, seconds: float, what: str) -> None:
    """Have a copyover ordered again in so many seconds: `what` stands against it now.

    Raises Rejected when there is a planned one.
    """
    need_none(ctx)
    payload = CopyoverPlanned(ctx.clock.wall + seconds, by, reason, since, until, what)
    ctx.world.timers.set(payload.at, payload)


def cancel(ctx: CoreContext, by: str) -> str:
    """Call the planned one off; gives what to say to who did. Raises Rejected when there is none."""
    found = planned(ctx.world)
    if found is None:
        raise Rejected("No copyover is under way, and none is planned.")
    ctx.world.timers.cancel(found[0].id)
    if not found[1].until:
        tell(ctx, "The copyover that was announced is called off.")
    return f"{found[1].by}'s copyover is called off by {by}."


def due(ctx: CoreContext, payload: CopyoverPlanned) -> None:
    """A mark is reached, or the moment itself: by the wall clock, wherever somebody has set it meanwhile."""
    left = payload.at - ctx.clock.wall
    if left > NEAR:
        mark = min(MARKS, key=lambda mark: abs(mark - left))
        tell(ctx, f"A copyover in {duration(round(left))}{because(payload.reason)}.", mark)
        set_next(ctx, payload)
        return
    orderer = ctx.world.player(payload.by)
    session = ctx.sessions.of(orderer) if orderer is not None else None
    words = CopyoverWords("when-clear" if payload.until else "now", payload.reason)
    asked = session.id if session is not None else 0
    ctx.do(e.CopyoverRequest(asked, payload.by, words, planned=True, since=payload.since, until=payload.until))


def set_next(ctx: CoreContext, payload: CopyoverPlanned) -> None:
    """Set the timer of the next mark, or of the moment itself."""
    left = payload.at - ctx.clock.wall
    mark = next((mark for mark in MARKS if mark < left - NEAR), 0)
    ctx.world.timers.set(payload.at - mark, payload)


def tell(ctx: CoreContext, text: str, mark: int | None = None) -> None:
    """A line to everybody in play; to screen readers only at the marks that are for them."""
    for session in ctx.sessions.by_character.values():
        quiet = session.terminal.screen_reader and mark is not None and mark not in QUIET_MARKS
        if not quiet and Play in map(type, session.stack):
            ctx.write(session, tag("system", text))


def tell_admins(ctx: CoreContext, text: str, but: int) -> None:
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
    return found[1]
