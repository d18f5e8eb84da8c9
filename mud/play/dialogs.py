"""The table of dialogs: each one's prompt, and what it does with an answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from mud.core import dialogs as d
from mud.core.context import CoreContext
from mud.core.events import Line, LineTooLong
from mud.core.session import Session
from mud.core.text.markup import tag
from mud.play import editor, junk, login, password, play_dialog
from mud.play.olc import form
from mud.play.staff import freeze

#: Before a line, this sign makes it a command in any dialog; doubled, it stands for itself.
SIGN = "!"


class Behaviour(Struct, frozen=True):
    """`ask` returns the prompt; `answer` handles a line."""

    ask: Callable[[CoreContext, Session, Any], str]
    answer: Callable[[CoreContext, Any, str], None]


def fixed(text: str) -> Callable[[CoreContext, Session, Any], str]:
    """A prompt that never changes."""
    return lambda ctx, session, dialog: text


DIALOGS: dict[type[d.CoreDialog], Behaviour] = {
    d.AskName: Behaviour(fixed("By what name are you known? "), login.answer_name),
    d.AskPassword: Behaviour(fixed("Password: "), login.answer_password),
    d.ConfirmNew: Behaviour(lambda c, s, x: f"Begin a new life as {x.name}? (yes/no) ", login.answer_new),
    d.NewPassword: Behaviour(fixed("Choose a password: "), password.answer_new),
    d.RepeatPassword: Behaviour(fixed("The same once more: "), password.answer_repeat),
    d.OldPassword: Behaviour(fixed("Your present password: "), password.answer_old),
    d.AskPronouns: Behaviour(fixed("Are you he, she or they? "), login.answer_pronouns),
    d.Working: Behaviour(fixed(""), lambda ctx, dialog, text: None),
    d.Seeking: Behaviour(fixed(""), play_dialog.answer_seeking),
    d.Play: Behaviour(play_dialog.prompt, play_dialog.answer),
    d.Pager: Behaviour(play_dialog.pager_prompt, play_dialog.answer_pager),
    d.Confirm: Behaviour(lambda c, s, x: f"{x.question} (yes/no) ", play_dialog.answer_confirm),
    d.Junking: Behaviour(junk.ask, junk.answer),
    d.ModuleDialog: Behaviour(lambda c, s, x: c.modules.ask(c, s, x), lambda c, x, text: c.modules.answer(c, x, text)),
    d.EditRoom: Behaviour(form.prompt, form.answer),
    d.EditMob: Behaviour(form.prompt, form.answer),
    d.EditItem: Behaviour(form.prompt, form.answer),
    d.EditArea: Behaviour(form.prompt, form.answer),
    d.Editor: Behaviour(lambda c, s, x: f"{len(x.lines) + 1:3}> ", editor.answer),
}


def line(ctx: CoreContext, event: Line) -> None:
    """Hand a line to the top dialog."""
    session = ctx.session
    session.last_input = ctx.clock.wall
    dialog = session.stack[-1]
    # With echo off the player's own Enter did not move the cursor.
    session.at_prompt = dialog.secret
    if freeze.holds(ctx, session):
        play_dialog.run(ctx, event.text)
    elif event.expanded:
        play_dialog.expanded(ctx, event.text)
    elif is_aside(ctx, session, event.text):
        play_dialog.aside(ctx, event.text[len(SIGN) :])
    elif isinstance(dialog, d.ModuleDialog) and not ctx.modules.leads(dialog):
        ctx.modules.answer(ctx, dialog, "")  # it ends, and says so
        ctx.again = d.Seeking(event.text, ())  # and the dialog below gets the line, in its own event
    else:
        text = event.text.removeprefix(SIGN) if is_doubled(dialog, event.text) else event.text
        DIALOGS[type(dialog)].answer(ctx, dialog, text)


def is_aside(ctx: CoreContext, session: Session, text: str) -> bool:
    """Whether a line is a command even inside a dialog. Never at a password: it may begin with any sign."""
    found = session.character is not None and not session.stack[-1].secret and SIGN not in ctx.commands.words()
    return found and text.startswith(SIGN) and text[len(SIGN) :][:1] not in ("", " ", SIGN)


def is_doubled(dialog: d.AnyDialog, text: str) -> bool:
    """Whether a line begins with the sign twice, and so does not run a command."""
    return text.startswith(2 * SIGN) and not dialog.secret and type(dialog) is not d.Play


def line_too_long(ctx: CoreContext, event: LineTooLong) -> None:
    """A line was too long and was dropped: the session's dialogs stay as they are."""
    session = ctx.session
    session.last_input = ctx.clock.wall
    session.at_prompt = session.stack[-1].secret
    text = f"That line is too long: it has more than {event.most:,} bytes. It was not taken, and nothing else is lost."
    ctx.send(tag("error", f"{text} Send it in shorter lines."))


def prompt(ctx: CoreContext, session: Session) -> tuple[str, bool]:
    """A session's prompt, and whether the answer to it is secret."""
    dialog = session.stack[-1]
    return DIALOGS[type(dialog)].ask(ctx, session, dialog), dialog.secret
