"""Snooping: an admin sees what a player reads and types, each line marked with the player's name.

Watchers are stored in the watched session, so watching ends with that session and survives a copyover. Whether they
are still allowed to watch is checked at every line (rule 7). What is typed at a password prompt is never shown.
"""

from __future__ import annotations

from collections.abc import Iterator

from mud.core import events as e
from mud.core.commands import allowed
from mud.core.context import CoreContext
from mud.core.errors import Rejected
from mud.core.session import Session
from mud.core.text.markup import tag
from mud.core.world.model import Character
from mud.play import talk
from mud.play.staff.rank import outrank


def snoop(ctx: CoreContext, args: str) -> None:
    """Begin or stop to watch a player, or list who is watched."""
    me, name = ctx.player, args.strip()
    watched = list(watched_by(ctx, me))
    if not name:
        names = ", ".join(s.account or "" for s in watched)
        ctx.send(f"You watch {names}." if names else "You watch nobody. Write: snoop WHOM, or snoop off.")
    elif name.casefold() == "off":
        if not watched:
            raise Rejected("You watch nobody.")
        for session in watched:
            stop(ctx, session, me)
        ctx.send("You watch nobody any more.")
        note(ctx, "snoop off")
    else:
        begin(ctx, talk.find_player(ctx, name))


def begin(ctx: CoreContext, who: Character) -> None:
    """Watch somebody. Raises Rejected when the player may not, or when watching would form a circle."""
    me = ctx.player
    outrank(ctx, who)
    session = ctx.sessions.of(who)
    if session is None:
        raise Rejected(f"{who.name} is link-dead: there is nothing to see.")
    if me.id in session.snoopers:
        raise Rejected(f"You watch {who.name} already. `snoop off` ends it.")
    if who.id in above(ctx, me):
        raise Rejected(f"{who.name} watches you. That would never end.")
    ctx.edit_session(session)
    session.snoopers = (*session.snoopers, me.id)
    ctx.send(f"You watch {who.name} from now on. `snoop off` ends it.")
    note(ctx, f"snoop {who.name}")


def above(ctx: CoreContext, who: Character) -> set[str]:
    """The ids of those who watch somebody, directly or through others."""
    found: set[str] = set()
    waiting = [who.id]
    while waiting:
        session = ctx.sessions.by_character.get(waiting.pop())
        new = set(session.snoopers) - found if session is not None else set()
        found |= new
        waiting.extend(new)
    return found


def watched_by(ctx: CoreContext, who: Character) -> Iterator[Session]:
    """The sessions that somebody watches."""
    return (s for s in ctx.sessions.by_id.values() if who.id in s.snoopers)


def stop(ctx: CoreContext, session: Session, who: Character) -> None:
    """Stop somebody from watching a session."""
    ctx.edit_session(session)
    session.snoopers = tuple(i for i in session.snoopers if i != who.id)


def end(ctx: CoreContext, session: Session) -> None:
    """A session's player leaves it: it is no longer watched, and no longer watches anybody."""
    who = ctx.world.characters.get(session.character or "")
    if who is None:
        return
    for watcher in map(ctx.world.characters.get, session.snoopers):
        if watcher is not None:
            ctx.tell(watcher, tag("system", f"You see no more of {who.name}."))
    ctx.edit_session(session)
    session.snoopers = ()
    for other in list(watched_by(ctx, who)):
        stop(ctx, other, who)


def note(ctx: CoreContext, text: str) -> None:
    """Write a line to the admin log."""
    ctx.do(e.LogLine("mud.admin", f"{ctx.player.name}: {text}"))


# What watchers are shown


def typed(session: Session | None, event: e.Event) -> str | None:
    """The typed text that watchers may see: nothing secret. Called before the event is handled."""
    if session is None or not session.snoopers or type(event) is not e.Line or session.stack[-1].secret:
        return None
    return event.text


def mirror(ctx: CoreContext, session: Session | None = None, line: str | None = None) -> None:
    """Show watchers the `line` that `session` typed, and this event's output for those whom they watch."""
    told = [(ctx.sessions.by_id.get(number), list(lines)) for number, lines in ctx.outputs.items()]
    if session is not None and line is not None:
        show(ctx, session, [f"> {line}"])
    for watched, lines in told:
        if watched is not None and watched.snoopers:
            show(ctx, watched, lines)


def show(ctx: CoreContext, session: Session, lines: list[str]) -> None:
    """Show lines of a session to all who watch it, directly or through others. There are no circles."""
    who = ctx.world.characters.get(session.character or "")
    if who is None:
        return
    marked = [f"[{who.name}] {row}" for text in lines for row in text.split("\n")]
    for watcher in map(ctx.world.characters.get, session.snoopers):
        theirs = ctx.sessions.of(watcher) if watcher is not None else None
        if watcher is not None and theirs is not None and still_may(ctx, watcher, who):
            for row in marked:
                ctx.write(theirs, row)
            show(ctx, theirs, marked)


def still_may(ctx: CoreContext, watcher: Character, who: Character) -> bool:
    """Whether somebody still has the role to watch somebody else."""
    return ctx.may("admin", watcher) and not allowed(ctx.role(who), ctx.role(watcher))
