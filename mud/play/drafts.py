"""Drafts: a text that somebody is writing survives a lost connection and a restart.

After each step, a dialog with a written text is saved with the character. A player who comes back is told of it and
can continue it (mud.play.resume).
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from mud.core.context import CoreContext
from mud.core.dialogs import AnyDialog, AnyEdit, Edit, Editor, ModuleDialog
from mud.core.session import Session
from mud.core.text.markup import tag
from mud.core.world.model import Character
from mud.core.world.world import World

#: How many drafts a character can have; with one more, the oldest is dropped.
MAX_DRAFTS = 10
#: How many of a form's steps are kept in a draft: the last one matters most.
MAX_STEPS = 3

_encode = msgspec.msgpack.Encoder().encode
_decoder = msgspec.msgpack.Decoder(tuple[AnyDialog, ...])


def encoded(stack: Iterable[AnyDialog]) -> bytes:
    """The session's dialogs worth keeping, encoded; empty when none contains any text."""
    kept = [shortened(dialog) for dialog in stack if isinstance(dialog, Editor | Edit | ModuleDialog)]
    return _encode(kept) if any(map(is_written, kept)) else b""


def shortened(dialog: AnyDialog) -> AnyDialog:
    """A dialog without its oldest steps."""
    if not isinstance(dialog, AnyEdit):
        return dialog
    return msgspec.structs.replace(dialog, drafts=dialog.drafts[-MAX_STEPS:])


def is_written(dialog: AnyDialog) -> bool:
    """Whether a dialog contains anything that would be lost."""
    if isinstance(dialog, Editor):
        return bool(dialog.lines)
    return bool(dialog.drafts[-1] != dialog.base) if isinstance(dialog, AnyEdit) else True


def decoded(draft: bytes) -> tuple[AnyDialog, ...]:
    """A draft's dialogs, the top one last. Raises msgspec.DecodeError if another program's draft does not fit."""
    return _decoder.decode(draft)


def text_of(draft: bytes) -> str:
    """The text in a draft whose dialogs can't be decoded any more."""
    return "\n".join(line for dialog in msgspec.msgpack.decode(draft) for line in dialog.get("lines", ()))


def remember(world: World, session: Session) -> None:
    """After an event: save the session's dialogs with its character."""
    who = world.characters.get(session.character or "")
    if who is None or (len(session.stack) < 2 and not who.draft):
        return
    draft = encoded(session.stack)
    if draft != who.draft:
        world.edit(who)
        who.draft = draft


def put_aside(world: World, who: Character) -> None:
    """Keep the present draft for later: its dialogs are no longer open in any session."""
    if who.draft:
        world.edit(who)
        who.drafts = [*who.drafts, who.draft][-MAX_DRAFTS:]
        who.draft = b""


def called(draft: bytes) -> str:
    """A draft in words: "post (to Bob, subject Tides), 3 lines"."""
    try:
        dialogs = decoded(draft)
    except msgspec.DecodeError:
        return "something that can't be gone on with any more (`resume` shows its text)"
    top, below = dialogs[-1], dialogs[:-1]
    if not isinstance(top, Editor):
        return _subject(top)
    lines = "1 line" if len(top.lines) == 1 else f"{len(top.lines)} lines"
    about = top.then or (below[-1] if below and top.purpose != "description" else None)
    return f"{_subject(about) if about is not None else f'your {top.purpose}'}, {lines}"


def _subject(dialog: AnyDialog) -> str:
    """What a dialog is about."""
    if isinstance(dialog, AnyEdit):
        return f"the form of {type(dialog).__name__.removeprefix('Edit').lower()} {dialog.drafts[-1].id}"
    assert isinstance(dialog, ModuleDialog)
    data = {name: value for name, value in dialog.data.items() if isinstance(value, str | int) and value != ""}
    told = ", ".join(f"{name} {value}" for name, value in data.items())
    return f"{dialog.module}{f' ({told})' if told else ''}"


def offer(ctx: CoreContext) -> None:
    """Tell the player which drafts they left."""
    left = ctx.player.drafts
    if not left:
        return
    many = len(left) > 1
    rows = [f"  {number}. {called(draft)}" for number, draft in enumerate(left, 1)]
    what = "\n".join(["You left these half written:", *rows]) if many else f"You left half written: {called(left[0])}."
    which = " N" if many else ""
    ctx.send(tag("system", f"{what}\n`resume{which}` goes on with it, `resume forget{which}` throws it away."))
