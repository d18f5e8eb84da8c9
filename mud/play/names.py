"""Which names characters may have."""

from __future__ import annotations

import unicodedata

from mud.core.commands import CommandTable
from mud.core.context import MAX_NAME_LENGTH, CoreContext
from mud.core.errors import Rejected

MIN_LENGTH, MAX_LENGTH = 3, MAX_NAME_LENGTH

#: Words that are no commands yet, or would be confusing as names.
RESERVED = frozenset(
    "all me self here none nobody someone somebody everyone everybody admin owner builder player mint sink gold "
    "auction trade buffs read delete write remove kill flee cast buy sell list mail board connect create who the and "
    "offer withdraw accept cancel bid show history mute collect "
    "everwake guest new north east south west up down".split()
)


def check_name(text: str, commands: CommandTable[CoreContext]) -> str:
    """`text` as a proper name: "ada" becomes "Ada".

    Raises Rejected when it has the wrong length, contains anything but letters, mixes letters of two scripts (to
    look like somebody else's name), or is a word of the game.
    """
    name = proper(text)
    if not MIN_LENGTH <= len(name) <= MAX_LENGTH or not name.isalpha():
        raise Rejected(f"A name has {MIN_LENGTH} to {MAX_LENGTH} letters and nothing else. {name[:20]!r} does not fit.")
    scripts = {unicodedata.name(letter, "?").split()[0] for letter in name}
    if len(scripts) > 1:
        raise Rejected("A name is written in the letters of one script.")
    if name.casefold() in RESERVED or name.casefold() in commands.words():
        raise Rejected(f"{name!r} is a word of the game. Choose another name.")
    return name


def proper(text: str) -> str:
    """A name as the game writes it, however it was typed: "éDITH" is "Édith"."""
    name = unicodedata.normalize("NFKC", text.strip())
    return name[:1].upper() + name[1:].lower()
