"""The line editor: a text, line by line, kept as data, so that it survives a copyover."""

from __future__ import annotations

from collections.abc import Callable

from mud.core.context import CoreContext
from mud.core.dialogs import Editor
from mud.core.errors import Rejected
from mud.core.text.editor_help import HELP, as_lines, numbered
from mud.core.text.words import number_within
from mud.play.olc import form

MAX_LINES, MAX_LETTERS = 60, 4000


def begin(ctx: CoreContext, purpose: str, text: str) -> None:
    """Open the editor on `text`."""
    ctx.edit(Editor(purpose, as_lines(text)))


def answer(ctx: CoreContext, dialog: Editor, text: str) -> None:
    """A line of text, or a dot command."""
    if not text.startswith(".") or text.startswith(".."):
        put(ctx, dialog, (*dialog.lines, text.removeprefix(".")))
        return
    verb, _, rest = text[1:].partition(" ")
    act = ACTS.get(verb.strip().casefold())
    if act is None:
        raise Rejected(f"The editor knows no .{verb}. Its commands are .{', .'.join(ACTS)}.")
    act(ctx, dialog, rest)


def put(ctx: CoreContext, dialog: Editor, lines: tuple[str, ...]) -> None:
    """Continue with these lines. Raises Rejected when they exceed the limits of a text."""
    if len(lines) > MAX_LINES:
        raise Rejected(f"A text has at most {MAX_LINES} lines. .save keeps it, .del N deletes one.")
    if sum(map(len, lines)) > MAX_LETTERS:
        raise Rejected(f"A text has at most {MAX_LETTERS} letters. .save keeps it, .del N deletes a line.")
    ctx.replace(Editor(dialog.purpose, lines, dialog.then))


def number(dialog: Editor, text: str) -> tuple[int, str]:
    """The index and the text in ".set 3 TEXT". Raises Rejected for a line that does not exist."""
    word, _, rest = text.strip().partition(" ")
    found = number_within(word, 1, len(dialog.lines))
    if found is None:
        raise Rejected(f"Which line? A number from 1 to {len(dialog.lines)}, as .show shows them.")
    return found - 1, rest


def help_(ctx: CoreContext, dialog: Editor, rest: str) -> None:
    ctx.send(HELP)


def show(ctx: CoreContext, dialog: Editor, rest: str) -> None:
    ctx.send(numbered(dialog.lines))


def clear(ctx: CoreContext, dialog: Editor, rest: str) -> None:
    put(ctx, dialog, ())


def delete(ctx: CoreContext, dialog: Editor, rest: str) -> None:
    at, _ = number(dialog, rest)
    put(ctx, dialog, dialog.lines[:at] + dialog.lines[at + 1 :])


def insert(ctx: CoreContext, dialog: Editor, rest: str) -> None:
    at, text = number(dialog, rest)
    put(ctx, dialog, (*dialog.lines[:at], text, *dialog.lines[at:]))


def replace(ctx: CoreContext, dialog: Editor, rest: str) -> None:
    at, text = number(dialog, rest)
    put(ctx, dialog, (*dialog.lines[:at], text, *dialog.lines[at + 1 :]))


def save(ctx: CoreContext, dialog: Editor, rest: str) -> None:
    text = "\n".join(dialog.lines)
    if dialog.then is None and dialog.purpose in PURPOSES:
        ctx.pop()
        PURPOSES[dialog.purpose](ctx, text)
    elif dialog.then is None:
        raise Rejected(f"The {dialog.purpose} module does not know any more what this is for. .show has your text.")
    elif ctx.modules.leads(dialog.then):
        ctx.replace(dialog.then)
        ctx.modules.answer(ctx, dialog.then, text)
    else:
        raise Rejected(
            f"The {dialog.then.module} module is out of service just now. Your text is still here: .save it later."
        )


def quit_(ctx: CoreContext, dialog: Editor, rest: str) -> None:
    ctx.pop()
    ctx.send("Left as it was.")


def keep_description(ctx: CoreContext, text: str) -> None:
    """Make the editor's text the character's description."""
    ctx.world.edit(ctx.player)
    ctx.player.description = text
    ctx.send("Your description is kept." if text else "Your description is gone.")


ACTS: dict[str, Callable[[CoreContext, Editor, str], None]] = {
    "save": save,
    "quit": quit_,
    "show": show,
    "clear": clear,
    "del": delete,
    "ins": insert,
    "set": replace,
    "help": help_,
}

PURPOSES: dict[str, Callable[[CoreContext, str], None]] = {"description": keep_description, form.PURPOSE: form.written}
