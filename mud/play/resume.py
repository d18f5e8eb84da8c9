"""Continuing a draft that was interrupted."""

from __future__ import annotations

import msgspec

from mud.core.context import CoreContext
from mud.core.dialogs import AnyDialog, AnyEdit, Editor, ModuleDialog
from mud.core.errors import Rejected
from mud.core.targets import split
from mud.core.text.words import number_within
from mud.play import drafts
from mud.play.olc import form
from mud.play.olc.rights import need_form


def resume(ctx: CoreContext, args: str) -> None:
    """Continue a draft, or discard it."""
    left, words = ctx.player.drafts, split(args.casefold())
    forgetting = words[:1] == ["forget"]
    words = words[1:] if forgetting else words
    if not left:
        raise Rejected("You have left nothing half written.")
    if not words and len(left) > 1:
        drafts.offer(ctx)
        return
    at = 1 if not words else number_within(words[0], 1, len(left))
    if at is None or len(words) > 1:
        raise Rejected("Write: resume, resume N, or resume forget N, with N as `resume` lists them.")
    draft = left[at - 1]
    if forgetting:
        ctx.send(f"Thrown away: {drafts.called(draft)}.")
    elif not go_on(ctx, draft):
        return
    ctx.world.edit(ctx.player)
    ctx.player.drafts = [*left[: at - 1], *left[at:]]


def go_on(ctx: CoreContext, draft: bytes) -> bool:
    """Open a draft's dialogs again. Returns whether that worked; Rejected says why it is impossible now."""
    try:
        dialogs = drafts.decoded(draft)
    except msgspec.DecodeError:
        ctx.page(f"This can't be gone on with any more. What you had written:\n{drafts.text_of(draft)}")
        return False
    for dialog in dialogs:
        may_go_on(ctx, dialog)
        if not isinstance(dialog, Editor):
            ctx.push(dialog)
    if isinstance(dialogs[-1], Editor):
        ctx.edit(dialogs[-1])
    elif isinstance(dialogs[-1], AnyEdit):
        ctx.send(form.shown(ctx, dialogs[-1]))
    return True


def may_go_on(ctx: CoreContext, dialog: AnyDialog) -> None:
    """Raises Rejected when a dialog can't be continued now."""
    if isinstance(dialog, AnyEdit):
        need_form(ctx, dialog)
        form.need_free(ctx, type(dialog), form.draft_of(dialog).id)
    elif isinstance(dialog, ModuleDialog) and not ctx.modules.leads(dialog):
        raise Rejected(f"The {dialog.module} module is out of service just now. It is still kept for you.")
