"""Conversations as data: what a session is in the middle of is a stack of these (rule 3).

A dialog never changes: a step forward replaces the top of the stack by a new one. What each of them asks and
does with an answer is in the table of `mud.play.dialogs`.
"""

from __future__ import annotations

from typing import Any, ClassVar

from msgspec import Struct

from mud.core.world.area import AreaDef, ItemDef, MobDef, RoomDef


class CoreDialog(Struct, frozen=True, tag_field="type", omit_defaults=True):
    """Base of all dialogs. `secret` answers are typed without echo and never touch a file."""

    secret: ClassVar[bool] = False


class AskName(CoreDialog, frozen=True, tag="ask_name"):
    """A newcomer is asked for a name."""


class AskPassword(CoreDialog, frozen=True, tag="ask_password"):
    """A known name is asked for its password."""

    secret: ClassVar[bool] = True
    name: str


class ConfirmNew(CoreDialog, frozen=True, tag="confirm_new"):
    """The name is new: is it meant?"""

    name: str


class NewPassword(CoreDialog, frozen=True, tag="new_password"):
    """A password to be, for a new character (`name`) or for the player's own (`name` is None)."""

    secret: ClassVar[bool] = True
    name: str | None = None


class RepeatPassword(CoreDialog, frozen=True, tag="repeat_password"):
    """The same again. What was typed first is kept only as its hash."""

    secret: ClassVar[bool] = True
    hash: str
    name: str | None = None


class OldPassword(CoreDialog, frozen=True, tag="old_password"):
    """Before it is changed, the present password is asked."""

    secret: ClassVar[bool] = True


class AskPronouns(CoreDialog, frozen=True, tag="ask_pronouns"):
    """The last step of creation."""

    name: str
    hash: str


class Working(CoreDialog, frozen=True, tag="working"):
    """On top while the answer to an effect is awaited: lines typed meanwhile wait their turn.

    If the work is lost with the program that did it, this is taken off and the dialog below
    asks again. With `closes` an answer that all is saved ends that dialog too.
    """

    closes: bool = False


class Seeking(CoreDialog, frozen=True, tag="seeking"):
    """Below a Working: the line `text` is taken again when the last of `names` was looked up in the database."""

    text: str
    names: tuple[str, ...]  # casefolded, all that were looked up for this line
    expanded: bool = False  # it is out of an alias


class Play(CoreDialog, frozen=True, tag="play"):
    """In the world: lines are commands."""


class Pager(CoreDialog, frozen=True, tag="pager"):
    """A long text, a screenful at a time; `at` is the first line not yet shown."""

    lines: tuple[str, ...]
    at: int


class Confirm(CoreDialog, frozen=True, tag="confirm"):
    """A question before `command` is really run."""

    question: str
    command: str


class ModuleDialog(CoreDialog, frozen=True, tag="module"):
    """A conversation with a module: its `kind`, and the fields of its Struct as plain data."""

    module: str
    kind: str
    data: dict[str, Any]


class Editor(CoreDialog, frozen=True, tag="editor"):
    """The line editor. `purpose` says what becomes of the text; with `then`, that conversation is given it."""

    purpose: str
    lines: tuple[str, ...] = ()
    then: ModuleDialog | None = None


class Edit(CoreDialog, frozen=True):
    """A builder edits a definition of `area`. `base` is as it was when that began, None for a new one; `drafts` are as
    it was after each step, the newest last. `writing` names the field whose text the line editor above is about."""

    area: str
    writing: str = ""


class EditRoom(Edit, frozen=True, tag="edit_room", kw_only=True):
    """`redit`."""

    base: RoomDef | None
    drafts: tuple[RoomDef, ...]


class EditMob(Edit, frozen=True, tag="edit_mob", kw_only=True):
    """`medit`."""

    base: MobDef | None
    drafts: tuple[MobDef, ...]


class EditItem(Edit, frozen=True, tag="edit_item", kw_only=True):
    """`oedit`."""

    base: ItemDef | None
    drafts: tuple[ItemDef, ...]


class EditArea(Edit, frozen=True, tag="edit_area", kw_only=True):
    """`zedit`: an area without what is edited by itself (see mud.core.world.draft.PARTS)."""

    base: AreaDef | None
    drafts: tuple[AreaDef, ...]


AnyEdit = EditRoom | EditMob | EditItem | EditArea
AnyDialog = (
    AskName | AskPassword | ConfirmNew | NewPassword | RepeatPassword | OldPassword | AskPronouns | Working | Play
) | (Pager | Confirm | Editor | ModuleDialog | Seeking | AnyEdit)
