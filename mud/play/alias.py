"""Aliases: a player's own word for one or several commands. They are stored with the character, so they last.

An alias is expanded completely before any of its commands runs, and the expansion is bounded. Each command then runs
as if it had been typed: in its own event, whole or not at all.
"""

from __future__ import annotations

import re

from mud.core.context import CoreContext
from mud.core.errors import Rejected
from mud.core.targets import split, split_first

MAX_ALIASES = 50  # that one character can have
MAX_NAME_LENGTH = 20
MAX_TEXT_LENGTH = 400
#: The limits of one expanded line: so many commands, each of so many letters.
MAX_COMMANDS = 20
MAX_COMMAND_LENGTH = 1000
#: Words that can't be aliases: the ways to correct a mistake, and to leave the game.
PROTECTED = frozenset({"alias", "unalias", "quit", "password", "help", "connect", "create"})

_NAME = re.compile(r"\w[\w-]*", re.ASCII)
_PLACE = re.compile(r"\$([1-9*])")


def alias(ctx: CoreContext, args: str) -> None:
    """List the player's aliases, show one, or make one."""
    me = ctx.player
    name, text = split_first(args)
    name = name.casefold()
    if not name:
        rows = [f"  {known}: {me.aliases[known]}" for known in sorted(me.aliases)]
        ctx.page("Your aliases:\n" + "\n".join(rows) if rows else "You have no aliases. Write: alias NAME COMMAND.")
        return
    if not text:
        if name not in me.aliases:
            raise Rejected(f"You have no alias {name[:40]!r}. Write: alias NAME COMMAND.")
        ctx.send(f"{name}: {me.aliases[name]}")
        return
    check(name, text)
    if name not in me.aliases and len(me.aliases) >= MAX_ALIASES:
        raise Rejected(f"You have {MAX_ALIASES} aliases, and more is not possible: unalias one first.")
    ctx.world.edit(me)
    me.aliases[name] = text
    ctx.send(f"{name} stands for: {text}")


def check(name: str, text: str) -> None:
    """Raises Rejected when `name` can't be an alias for `text`."""
    if name in PROTECTED:
        raise Rejected(f"{name} always means {name}: no alias can take its place.")
    if not _NAME.fullmatch(name) or len(name) > MAX_NAME_LENGTH:
        raise Rejected(f"An alias is one word of letters and digits, at most {MAX_NAME_LENGTH} of them.")
    if len(text) > MAX_TEXT_LENGTH:
        raise Rejected(f"An alias stands for at most {MAX_TEXT_LENGTH} letters, and this has {len(text)}.")
    if not pieces(text):
        raise Rejected("There is no command in that.")
    if len(pieces(text)) > MAX_COMMANDS:
        raise Rejected(f"An alias stands for at most {MAX_COMMANDS} commands.")


def unalias(ctx: CoreContext, args: str) -> None:
    """Remove an alias."""
    me = ctx.player
    name = args.strip().casefold()
    if not name:
        raise Rejected("Forget which alias? alias alone lists them.")
    if name not in me.aliases:
        raise Rejected(f"You have no alias {name[:40]!r}.")
    ctx.world.edit(me)
    del me.aliases[name]
    ctx.send(f"{name} is an alias no more.")


def expand(ctx: CoreContext, text: str) -> bool:
    """If `text` begins with an alias, queue the commands it stands for. Raises Rejected when there are too many."""
    known = ctx.player.aliases
    verb, rest = ctx.commands.split(text)
    if verb not in known or verb in PROTECTED:
        return False
    found: list[str] = []
    _expand(ctx, verb, rest, (), found)
    ctx.edit_session(ctx.session)
    ctx.session.queued = (*ctx.session.queued, *filter(None, found))
    return True


def _expand(ctx: CoreContext, verb: str, rest: str, around: tuple[str, ...], found: list[str]) -> None:
    """Add one alias's commands. Within its own text an alias's name is an ordinary word, so nothing loops."""
    known, around = ctx.player.aliases, (*around, verb)
    for command in filled(known[verb], rest):
        if len(command) > MAX_COMMAND_LENGTH:
            raise Rejected(f"{around[0]} would become too long a command. Nothing was done.")
        inner, arguments = ctx.commands.split(command)
        if inner in known and inner not in PROTECTED and inner not in around:
            _expand(ctx, inner, arguments, around, found)
        else:
            found.append(command)
        if len(found) > MAX_COMMANDS:
            raise Rejected(f"{around[0]} would become more than {MAX_COMMANDS} commands. Nothing was done.")


def filled(text: str, rest: str) -> list[str]:
    """The commands of a text, with what was typed after the alias at `$1` to `$9` and `$*`, or else at the end.

    Empty commands are counted too; otherwise aliases that expand to nothing could be expanded without end.
    """
    words = split(rest)
    commands = pieces(text)
    if rest and not _PLACE.search(text):
        commands[-1] = f"{commands[-1]} {rest}"
        return commands

    def word(match: re.Match[str]) -> str:
        if match[1] == "*":
            return rest
        at = int(match[1]) - 1
        return words[at] if at < len(words) else ""

    return [_PLACE.sub(word, piece).strip() for piece in commands]


def pieces(text: str) -> list[str]:
    """The commands in an alias's text, split before `$` words are filled in: those can't add a command."""
    return [piece.strip() for piece in text.split(";") if piece.strip()]
