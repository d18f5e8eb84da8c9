"""Records from outside the game: the server's log, and the list of staff."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mud.core import events as e
from mud.core.context import CoreContext
from mud.core.errors import Rejected
from mud.core.text.words import number_within
from mud.core.world.model import ROLES
from mud.play import login

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
#: How many records `log` shows by default, and at most.
DEFAULT_RECORDS, MAX_RECORDS = 20, 500
_NUMBER = re.compile(r"[-+]?\d+")


def show_log(ctx: CoreContext, args: str) -> None:
    """Show the last records of the server's log with a given level and word."""
    count, level = DEFAULT_RECORDS, ""
    words: list[str] = []
    for word in args.split():
        if _NUMBER.fullmatch(word) and not words:
            count = number_within(word, 1, MAX_RECORDS) or 0
            if not count:
                raise Rejected(f"`log N` shows the last N records, a number from 1 to {MAX_RECORDS}.")
        elif word.upper() in LEVELS and not level and not words:
            level = word.upper()
        else:
            words.append(word)
    login.work(ctx, e.ReadLog(ctx.session.id, count, level, " ".join(words)))


def wizlist(ctx: CoreContext, args: str) -> None:
    """List the builders, admins and owners."""
    login.work(ctx, e.ListStaff(ctx.session.id))


def staff_list(accounts: Iterable[tuple[str, str]]) -> str:
    """All who have more rights than a player, the highest first; `accounts` are names and roles."""
    known = list(accounts)
    rows = []
    for role in reversed(ROLES[1:]):
        names = [name for name, found in known if found == role]
        if names:
            rows.append(f"  {role}: {', '.join(names)}")
    return "\n".join(["Who looks after this world:", *rows]) if rows else "Nobody looks after this world yet."
