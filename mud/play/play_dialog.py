"""The dialog of play, in which lines are commands; and the pager and the confirmation that commands start."""

from __future__ import annotations

from mud.core.context import CoreContext, page_height
from mud.core.dialogs import AskName, Confirm, Pager, Play, Seeking, Working
from mud.core.errors import Rejected
from mud.core.events import Ordered
from mud.core.session import Session
from mud.play import alias, positions, prompts
from mud.play.staff import freeze

#: The maximum number of dialogs on a session's stack.
MAX_STACK = 8


def prompt(ctx: CoreContext, session: Session, dialog: Play) -> str:
    """The prompt in play, as the player has set it."""
    return prompts.prompt(ctx, session)


def answer(ctx: CoreContext, dialog: Play, text: str) -> None:
    """Run a line as a command, or queue the commands that its alias stands for. Raises Rejected for an unknown one."""
    if text.strip() and not alias.expand(ctx, text):
        run(ctx, text)


def expanded(ctx: CoreContext, text: str) -> None:
    """Run a command from an alias. Like a typed command, it first closes an open pager."""
    if type(ctx.session.stack[-1]) is Pager:
        ctx.pop()
    run(ctx, text)


def next_queued(ctx: CoreContext, session: Session) -> str | None:
    """Take the next command of an alias off the queue; None when there is none, or while an answer is awaited.

    Not an event. If a question has come up that the queue was not meant for, the rest of the queue is dropped.
    """
    top = type(session.stack[-1]) if session.stack else AskName
    if not session.queued or top is Working:
        return None
    if top is Play or top is Pager:
        text, *rest = session.queued
        session.queued = tuple(rest)
        return text
    session.queued = ()
    if session.character is not None:
        ctx.write(session, "The rest of your alias is left: here is something to answer first.")
    return None


def run(ctx: CoreContext, text: str) -> None:
    """Find and run the command that `text` begins with. Raises Rejected if it does not exist or is not allowed."""
    verb, rest = ctx.commands.split(text)
    command = ctx.commands.find(verb, ctx.role())
    freeze.allow(ctx, command)
    positions.check(ctx.player, command.needs)
    command.handler(ctx, rest)


def aside(ctx: CoreContext, text: str) -> None:
    """Run one command in the middle of another dialog, which continues afterwards."""
    if len(ctx.session.stack) > MAX_STACK:
        raise Rejected("You are in the middle of too many things. Finish one of them first.")
    run(ctx, text)


def ordered(ctx: CoreContext, event: Ordered) -> None:
    """Run a command that a character's player did not type, if the session still plays that character."""
    if ctx.session.character == event.character:
        run(ctx, event.text)


def answer_seeking(ctx: CoreContext, dialog: Seeking, text: str) -> None:
    """The answer that this dialog waited for is lost: the new line replaces the old one."""
    ctx.pop()
    take_again(ctx, text)


def pager_prompt(ctx: CoreContext, session: Session, dialog: Pager) -> str:
    """How much of a long text has been shown."""
    return f"-- {dialog.at} of {len(dialog.lines)} lines: Enter for more, b back, q to stop -- "


def answer_pager(ctx: CoreContext, dialog: Pager, text: str) -> None:
    """Enter turns the page, `b` turns it back, `q` closes; any other word closes and is a command."""
    height = page_height(ctx.session, ctx.world) or 20
    word = text.strip().casefold()
    if word in ("", "b"):
        start = dialog.at if not word else max(0, dialog.at - 2 * height)
        end = start + height
        ctx.send("\n".join(dialog.lines[start:end]))
        ctx.pop()
        if end < len(dialog.lines):
            ctx.push(Pager(dialog.lines, end))
        return
    ctx.pop()
    if word != "q":
        take_again(ctx, text)


def take_again(ctx: CoreContext, text: str) -> None:
    """Run a line, which the dialog that just ended does not want, in the dialog below."""
    if type(ctx.session.stack[-1]) is Play:
        answer(ctx, Play(), text)
    else:
        ctx.again = Seeking(text, ())


def answer_confirm(ctx: CoreContext, dialog: Confirm, text: str) -> None:
    """`yes` runs the command; anything else cancels it."""
    ctx.pop()
    if text.strip().casefold() in ("y", "yes"):
        run(ctx, dialog.command)
    else:
        ctx.send("Left as it is.")
