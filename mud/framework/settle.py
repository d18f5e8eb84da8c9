"""Puts what is a module's into a running game, in place of what it has there: after its schema changed, and when its
state comes from a file, maybe of another server. It happens in an event, so whole or not at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from mud.core.context import CoreContext
from mud.core.dialogs import Editor, ModuleDialog
from mud.core.session import Session
from mud.core.text.words import count
from mud.core.timers import PendingTimer, Timers
from mud.core.world.model import Character
from mud.framework.steps import raised
from mud.sdk.module import Module
from mud.snapshot.belongings import Belongings, OpenTalk, note_on, put_note

#: What a player reads whose conversation has ended.
OVER = "The {} module does not know how to go on with what you were in: it is over."


def renew(ctx: CoreContext, module: Module[Any], waiting: Belongings) -> None:
    """The module's schema is another one than before: so is that of everything that waits for it, from now on."""
    renewed = raised(module, waiting)
    settle(ctx, module.name, renewed)
    settle_talks(ctx, module.name, renewed.talks)
    ctx.world.mark_module(module.name)


def settle(ctx: CoreContext, module: str, theirs: Belongings) -> None:
    """From now on the module has these timers and notes, and does this to figures; all others of its are no more."""
    _settle_timers(ctx.world.timers, module, theirs.timers)
    for who in list(ctx.world.characters.values()):
        note = theirs.notes.get(who.id)
        if note != note_on(who, module):
            ctx.world.edit(who)
            for kept in (who.notes, who.effects, who.noted):
                kept.pop(module, None)
            if note is not None:
                put_note(who, module, note)


def _settle_timers(timers: Timers, module: str, wanted: list[PendingTimer]) -> None:
    known = {timer.id: timer for timer in timers.pending.values() if getattr(timer.payload, "module", "") == module}
    kept = {timer.id for timer in wanted}
    for timer_id in known.keys() - kept:
        timers.cancel(timer_id)
    for timer in wanted:
        if timer != known.get(timer.id):
            timers.cancel(timer.id)
            timers.put(timer)


def settle_talks(ctx: CoreContext, module: str, talks: list[OpenTalk]) -> int:
    """The module's open conversations stand as these say; others end in words. Gives how many do."""
    left = {(talk.session, talk.place): talk.dialog for talk in talks}
    return sum(_settle_talk(ctx, module, session, left) for session in ctx.sessions.by_id.values())


def _settle_talk(ctx: CoreContext, module: str, session: Session, left: dict[tuple[int, int], ModuleDialog]) -> int:
    stack = list(session.stack)
    ended = 0
    for place in reversed(range(len(stack))):
        dialog = stack[place]
        talk = dialog.then if isinstance(dialog, Editor) else dialog
        if not isinstance(talk, ModuleDialog) or talk.module != module:
            continue
        now = left.get((session.id, place))
        if now is not None:
            stack[place] = replace(dialog, then=now) if isinstance(dialog, Editor) else now
        elif not isinstance(dialog, Editor):  # a text that is being written stays: .save says what becomes of it
            del stack[place]
            ended += 1
    if stack != session.stack:
        ctx.edit_session(session)
        session.stack[:] = stack
    if ended:
        ctx.write(session, OVER.format(module))
    return ended


def end_lost_talks(ctx: CoreContext, leads: Callable[[ModuleDialog], bool]) -> dict[str, int]:
    """End, in words, every conversation that its module can't continue. Returns how many of each module's did.

    A text in the editor stays, whatever it is for.
    """
    ended: Counter[str] = Counter()
    for session in ctx.sessions.by_id.values():
        lost = [dialog.module for dialog in session.stack if isinstance(dialog, ModuleDialog) and not leads(dialog)]
        if lost:
            ctx.edit_session(session)
            session.stack[:] = [d for d in session.stack if not isinstance(d, ModuleDialog) or leads(d)]
            ended.update(lost)
        for module in dict.fromkeys(lost):
            ctx.write(session, OVER.format(module))
    return dict(ended)


# From another server


def moved_here(ctx: CoreContext, module: str, theirs: Belongings, source: str) -> tuple[Belongings, list[str]]:
    """What a module has on another server, or had earlier, as it is here: on this game's clock, with who is here.

    And what there is to warn of. Conversations do not come along: who was in them is not here.
    """
    here = {id_: who.id for id_, note in theirs.notes.items() if (who := _same(ctx, id_, note.name)) is not None}
    warnings = []
    if absent := len(theirs.notes) - len(here):
        warnings.append(f"what {source} has on {count(absent, 'character')} who are not here is left out")
    if theirs.talks:
        warnings.append(f"{count(len(theirs.talks), 'conversation')} in {source} can't be gone on with")
    return Belongings(
        timers=_timers_here(ctx.world.timers, module, theirs.timers, ctx.clock.game - theirs.game_time),
        notes={here[id_]: note for id_, note in theirs.notes.items() if id_ in here},
        game_time=ctx.clock.game,
    ), warnings


def _same(ctx: CoreContext, id_: str, name: str) -> Character | None:
    """The character that another server's was, as id and name tell, or a player of that name."""
    found = ctx.world.characters.get(id_)
    return found if found is not None and found.name == name else ctx.world.known(name)


def _timers_here(timers: Timers, module: str, theirs: list[PendingTimer], ahead: float) -> list[PendingTimer]:
    """Timers with the time that they have left. Their ids are theirs, unless somebody else has had them here."""
    found = []
    for timer in theirs:
        known = timers.pending.get(timer.id)
        free = timer.number <= timers.serial if known is None else getattr(known.payload, "module", "") == module
        due = timer.due + (ahead if timer.payload.clock == "game" else 0.0)
        found.append(PendingTimer(timer.id if free else timers.new_id(), due, timer.payload))
    return found
