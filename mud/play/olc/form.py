"""A builder's form: fields by number or name; show, undo, save, cancel, help. Its whole state is in the dialog."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

import msgspec
from msgspec import Struct

from mud.core import dialogs as d
from mud.core import events as e
from mud.core.commands import either
from mud.core.context import CoreContext
from mud.core.dialogs import Editor
from mud.core.errors import Rejected
from mud.core.session import Session
from mud.core.targets import split_first
from mud.core.text.editor_help import as_lines
from mud.core.text.markup import tag
from mud.core.text.words import number_within
from mud.core.world.draft import Change, Edits
from mud.play import login
from mud.play.olc.fields import Draft, Field
from mud.play.olc.kinds import AREA, ITEM, MOB, ROOM
from mud.play.olc.rights import need_form
from mud.play.staff import admin
from mud.play.staff.world_reload import CLOSED

#: How many steps `undo` can take back.
MAX_STEPS = 30
#: The purpose that the line editor is opened with.
PURPOSE = "building"


class FormKind(Struct, frozen=True):
    """One kind of form. `part` is the name of its definitions in Edits and WorldDef."""

    word: str
    command: str
    part: str
    dialog: type[d.Edit]
    fields: tuple[Field, ...]


KINDS = {
    kind.dialog: kind
    for kind in (
        FormKind("room", "redit", "rooms", d.EditRoom, ROOM),
        FormKind("mob", "medit", "mobs", d.EditMob, MOB),
        FormKind("item", "oedit", "items", d.EditItem, ITEM),
        FormKind("area", "zedit", "areas", d.EditArea, AREA),
    )
}
VERBS = {
    "show": "show -- all fields again; show FIELD -- all of one",
    "undo": "undo -- take the last step back",
    "save": "save -- check it, write it into the area's file, take it into the game, and close the form\n"
    "save over -- the same, also over what somebody else changed meanwhile",
    "reload": "reload -- take what somebody changed in the file into the game; your edit stays",
    "cancel": "cancel -- close the form, and forget what is not saved",
    "!": "!COMMAND -- run one command of the game, and come back here",
    "help": "help [FIELD] -- this",
}


def editor_of(ctx: CoreContext, kind: type[d.Edit], id_: str) -> str | None:
    """Who is editing a definition; "You" for the player, who may have several forms open."""
    for session in ctx.sessions.by_character.values():
        for dialog in session.stack:
            if isinstance(dialog, kind) and draft_of(dialog).id == id_:
                return ctx.world.characters[session.character or ""].name if session is not ctx.session else "You"
    return None


def need_free(ctx: CoreContext, kind: type[d.Edit], id_: str) -> None:
    """Raises Rejected when somebody else is editing the definition."""
    who = editor_of(ctx, kind, id_)
    if who is not None:
        verb = "are" if who == "You" else "is"
        raise Rejected(f"{who} {verb} editing {KINDS[kind].word} {id_} just now.")


def begin(ctx: CoreContext, dialog: Any) -> None:
    """Open a form. Raises Rejected when somebody else has it open."""
    kind = KINDS[type(dialog)]
    need_free(ctx, type(dialog), draft_of(dialog).id)
    ctx.push(dialog)
    ctx.send(
        f"{kind.command}: type a field's name or number and what it is to be. `help` explains,\n"
        "`save` saves it and closes the form, `cancel` closes it, `!COMMAND` runs one command of the game."
    )
    ctx.send(shown(ctx, dialog))


def draft_of(dialog: Any) -> Draft:
    """The definition in its present draft."""
    return dialog.drafts[-1]


def prompt(ctx: CoreContext, session: Session, dialog: d.Edit) -> str:
    """The name of what is edited, with a star while there are unsaved changes."""
    return f"{KINDS[type(dialog)].command} {draft_of(dialog).id}{'*' if unsaved(dialog) else ''}> "


def unsaved(dialog: Any) -> bool:
    """Whether the draft differs from the original."""
    return bool(draft_of(dialog) != dialog.base)


def shown(ctx: CoreContext, dialog: Any) -> str:
    """The form, one field a line."""
    kind, draft = KINDS[type(dialog)], draft_of(dialog)
    area = ctx.world.defs.areas.get(dialog.area)
    where = f" of {area.name}" if area is not None and kind.word != "area" else ""
    lines = [f"{kind.word} {draft.id}{where}{' (new)' if dialog.base is None else ''}"]
    lines += [f"{n}. {field.name}: {field.show(draft)}" for n, field in enumerate(kind.fields, 1)]
    lines.append("Not saved yet." if unsaved(dialog) else "Nothing is changed so far.")
    return "\n".join(lines)


def answer(ctx: CoreContext, dialog: Any, text: str) -> None:
    """Handle a line typed into a form."""
    word, rest = split_first(text)
    act = ACTS.get(word.casefold())
    if not word:
        ctx.send(shown(ctx, dialog))
    elif act is not None:
        act(ctx, dialog, rest)
    else:
        fill(ctx, dialog, find(dialog, word), rest)


def find(dialog: d.Edit, word: str) -> Field:
    """The field with that name or number. Raises Rejected, naming the most similar one."""
    fields = KINDS[type(dialog)].fields
    word = word.casefold()
    if word.isascii() and word.isdigit():
        number = number_within(word, 1, len(fields))
        if number is not None:
            return fields[number - 1]
        raise Rejected(f"The fields have numbers from 1 to {len(fields)}.")
    begun = [field for field in fields if field.name.startswith(word)]
    exact = [field for field in begun if field.name == word] or begun
    if len(exact) == 1:
        return exact[0]
    names = [field.name for field in fields]
    if begun:
        raise Rejected(f"{word[:40]!r} could be {either([field.name for field in begun])}. Which one?")
    near = get_close_matches(word, [*names, *VERBS], 1)
    raise Rejected(f"There is no field {word[:40]!r}. {f'Did you mean {near[0]}?' if near else 'Try help.'}")


def fill(ctx: CoreContext, dialog: Any, field: Field, text: str) -> None:
    """Set a field, or open the line editor on it."""
    draft = draft_of(dialog)
    if field.set is not None:
        step(ctx, dialog, field.set(ctx, draft, text), field)
    elif field.text is not None:
        lines = as_lines(field.text(draft, text))
        ctx.replace(msgspec.structs.replace(dialog, writing=f"{field.name} {text}".strip()))
        ctx.edit(Editor(PURPOSE, lines))


def step(ctx: CoreContext, dialog: Any, draft: Draft, field: Field) -> None:
    """Replace the draft, and show the field that changed."""
    if draft is draft_of(dialog):  # the line only asked something
        return
    if draft == draft_of(dialog):
        ctx.send(f"{field.name}: {field.show(draft)} (as before)")
        return
    drafts = (*dialog.drafts, draft)[-MAX_STEPS - 1 :]
    ctx.replace(msgspec.structs.replace(dialog, drafts=drafts, writing=""))
    ctx.send(f"{field.name}: {field.show(draft)}")


def written(ctx: CoreContext, text: str) -> None:
    """Put the line editor's text into the field that it was opened on."""
    dialog: Any = ctx.session.stack[-1]
    name, rest = split_first(dialog.writing)
    field = find(dialog, name)
    assert field.write is not None
    step(ctx, dialog, field.write(draft_of(dialog), rest, text), field)


# Verbs


def show(ctx: CoreContext, dialog: Any, rest: str) -> None:
    """Show all fields, or one in full."""
    if not rest:
        ctx.send(shown(ctx, dialog))
        return
    field = find(dialog, rest)
    whole = field.text is not None and field.name != "extra"
    text = field.text(draft_of(dialog), "") if whole and field.text is not None else field.show(draft_of(dialog))
    ctx.send(f"{field.name}: {text or 'none'}")


def undo(ctx: CoreContext, dialog: Any, rest: str) -> None:
    """Take back one step."""
    if len(dialog.drafts) < 2:
        raise Rejected("There is nothing to undo.")
    dialog = msgspec.structs.replace(dialog, drafts=dialog.drafts[:-1])
    ctx.replace(dialog)
    ctx.send(shown(ctx, dialog))


def save(ctx: CoreContext, dialog: Any, rest: str) -> None:
    """Request that the draft be written; the form closes once it is."""
    kind, draft = KINDS[type(dialog)], draft_of(dialog)
    if rest not in ("", "over"):
        raise Rejected("Write: save, or save over.")
    need_form(ctx, dialog)  # roles may have changed since the form was opened
    if not unsaved(dialog):
        ctx.pop()
        ctx.send(f"Nothing was changed.{CLOSED}")
        return
    edits: Any = {kind.part: (Change(dialog.area, dialog.base, draft),)}
    admin.log(ctx, f"{kind.command} {draft.id}")
    ctx.send(tag("system", "Checking and writing ..."))
    login.work(ctx, e.SaveEdits(ctx.session.id, Edits(**edits), rest == "over"), closes=True)


def reload(ctx: CoreContext, dialog: Any, rest: str) -> None:
    """Request that the area's file be read again."""
    login.work(ctx, e.ReadAreas(ctx.session.id, dialog.area))


def cancel(ctx: CoreContext, dialog: Any, rest: str) -> None:
    """Close the form."""
    ctx.pop()
    ctx.send(("Nothing was saved." if unsaved(dialog) else "Left as it is.") + CLOSED)


def help_(ctx: CoreContext, dialog: Any, rest: str) -> None:
    """List the fields and the verbs."""
    if rest:
        ctx.send(VERBS.get(rest.casefold()) or find(dialog, rest).help)
        return
    lines = [field.help.split("\n")[0] for field in KINDS[type(dialog)].fields]
    ctx.send("\n".join([*lines, *VERBS.values(), "Text takes colours: {red}a warning{/}, and {{ for a brace."]))


ACTS = {"show": show, "undo": undo, "save": save, "reload": reload, "cancel": cancel, "help": help_, "?": help_}
