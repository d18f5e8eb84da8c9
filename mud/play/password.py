"""Choosing a password: for a new character, or for one's own account. Only its hash is ever kept."""

from __future__ import annotations

from mud.core.context import CoreContext
from mud.core.dialogs import AskPronouns, NewPassword, OldPassword, RepeatPassword, Working
from mud.core.errors import Rejected
from mud.core.events import HashPassword, VerifyPassword

MIN_LENGTH, MAX_LENGTH = 8, 128


def check(text: str, name: str) -> None:
    """Raises Rejected for a password that is too short, too long, or the name itself."""
    if not MIN_LENGTH <= len(text) <= MAX_LENGTH:
        raise Rejected(f"A password has {MIN_LENGTH} to {MAX_LENGTH} characters.")
    if text.casefold() == name.casefold():
        raise Rejected("Your name is the first thing anyone would try. Choose another password.")


def change(ctx: CoreContext, args: str) -> None:
    """Start to change one's own password."""
    if args:
        raise Rejected("Type just `password`: it asks, and what you type then is not shown.")
    ctx.push(OldPassword())


def answer_old(ctx: CoreContext, dialog: OldPassword, text: str) -> None:
    """The present password, or an empty line to cancel."""
    if not text:
        ctx.pop()
        ctx.send("Your password is as it was.")
        return
    ctx.push(Working())
    ctx.do(VerifyPassword(ctx.session.id, text, ctx.world.accounts[own_name(ctx)].password))


def answer_new(ctx: CoreContext, dialog: NewPassword, text: str) -> None:
    """The new password."""
    if not text and dialog.name is None:
        ctx.pop()
        ctx.send("Your password is as it was.")
        return
    check(text, dialog.name or own_name(ctx))
    ctx.push(Working())
    ctx.do(HashPassword(ctx.session.id, text))


def answer_repeat(ctx: CoreContext, dialog: RepeatPassword, text: str) -> None:
    """The new password, typed again."""
    ctx.push(Working())
    ctx.do(VerifyPassword(ctx.session.id, text, dialog.hash))


def hashed(ctx: CoreContext, hash_: str) -> None:
    """The new password's hash has been made."""
    dialog = ctx.session.stack[-1]
    if isinstance(dialog, NewPassword):
        ctx.replace(RepeatPassword(hash_, dialog.name))


def verified(ctx: CoreContext, ok: bool) -> None:
    """A password was compared with its hash: the old one, or the new one typed again."""
    match ctx.session.stack[-1]:
        case OldPassword():
            if not ok:
                raise Rejected("That is not your password. Press Enter alone to leave it as it is.")
            ctx.replace(NewPassword())
        case RepeatPassword(name=name) if not ok:
            ctx.replace(NewPassword(name))
            ctx.send("The two were not the same. Once more, from the beginning.")
        case RepeatPassword(hash=hash_, name=None):
            account = ctx.world.accounts[own_name(ctx)]
            ctx.world.edit(account)
            account.password = hash_
            ctx.pop()
            ctx.send("Your password is changed.")
        case RepeatPassword(hash=hash_, name=str(name)):
            ctx.replace(AskPronouns(name, hash_))


def own_name(ctx: CoreContext) -> str:
    """The key of the session's own account."""
    return (ctx.session.account or "").casefold()
