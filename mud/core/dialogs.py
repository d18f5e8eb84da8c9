"""Dialogs as data: a session's conversations are a stack of these (rule 3).

A dialog never changes: a step forward replaces the top of the stack by a new one. What each of them asks and
does with an answer is in the table of `mud.play.dialogs`.
"""

from __future__ import annotations

from typing import Any, ClassVar

from msgspec import Struct

from mud.core.world.area import AreaDef, ItemDef, MobDef, RoomDef


class CoreDialog(Struct, frozen=True, tag_field="type", omit_defaults=True):
    """Base of all dialogs. If `secret`, answers are typed without echo and are never written to a file."""

    secret: ClassVar[bool] = False


class AskName(CoreDialog, frozen=True, tag="ask_name"):
    """A newcomer is asked for a name."""


class AskPassword(CoreDialog, frozen=True, tag="ask_password"):
    """A known name is asked for its password."""

    secret: ClassVar[bool] = True
    name: str


class ConfirmNew(CoreDialog, frozen=True, tag="confirm_new"):
    """The name is new: ask whether it was meant."""

    name: str


class NewPassword(CoreDialog, frozen=True, tag="new_password"):
    """Ask for a new password: for a new character (`name`), or for the player's own account (`name` is None)."""

    secret: ClassVar[bool] = True
    name: str | None = None


class RepeatPassword(CoreDialog, frozen=True, tag="repeat_password"):
    """Ask for the new password again. Only the hash of the first one is kept."""

    secret: ClassVar[bool] = True
    hash: str
    name: str | None = None


class OldPassword(CoreDialog, frozen=True, tag="old_password"):
    """Before a password is changed, ask for the present one."""

    secret: ClassVar[bool] = True


class AskPronouns(CoreDialog, frozen=True, tag="ask_pronouns"):
    """The last step of creation."""

    name: str
    hash: str


class Working(CoreDialog, frozen=True, tag="working"):
    """On top of the stack while an effect is being carried out: lines typed meanwhile wait.

    If the work is lost with the program that did it, this dialog is removed and the one below asks again.
    With `closes`, the answer that all is saved also ends the dialog below.
    """

    closes: bool = False


class Seeking(CoreDialog, frozen=True, tag="seeking"):
    """Below a Working: the line `text` is run again once all of `names` have been looked up in the database."""

    text: str
    names: tuple[str, ...]  # casefolded, all that were looked up for this line
    expanded: bool = False  # the line comes from an alias


class Play(CoreDialog, frozen=True, tag="play"):
    """In the world: lines are commands."""


class Pager(CoreDialog, frozen=True, tag="pager"):
    """A long text, a screenful at a time; `at` is the first line not yet shown."""

    lines: tuple[str, ...]
    at: int


class Confirm(CoreDialog, frozen=True, tag="confirm"):
    """A question before `command` is carried out."""

    question: str
    command: str


class Junking(CoreDialog, frozen=True, tag="junk"):
    """A question before things that the player carries are destroyed: their ids."""

    things: tuple[str, ...]


class ModuleDialog(CoreDialog, frozen=True, tag="module"):
    """A module's dialog: its `kind`, and the fields of its Struct as plain data, in a schema of its module's."""

    module: str
    kind: str
    data: dict[str, Any]
    schema: int = 1


class Editor(CoreDialog, frozen=True, tag="editor"):
    """The line editor. `purpose` says what the text is for; with `then`, that dialog receives the text."""

    purpose: str
    lines: tuple[str, ...] = ()
    then: ModuleDialog | None = None


class Edit(CoreDialog, frozen=True):
    """A builder edits a definition of `area`. `base` is the definition at the start, None for a new one; `drafts` are
    its versions after each step, newest last. `writing` names the field whose text the line editor above is editing."""

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
    """`zedit`: an area without the parts that have editors of their own (see mud.core.world.draft.PARTS)."""

    base: AreaDef | None
    drafts: tuple[AreaDef, ...]


AnyEdit = EditRoom | EditMob | EditItem | EditArea
AnyDialog = (
    AskName | AskPassword | ConfirmNew | NewPassword | RepeatPassword | OldPassword | AskPronouns | Working | Play
) | (Pager | Confirm | Junking | Editor | ModuleDialog | Seeking | AnyEdit)
