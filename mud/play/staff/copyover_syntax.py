"""The syntax of copyover orders, in the game and on the command line. It needs little other code, so that it works
even where other code is broken."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct

from mud.core.errors import Rejected
from mud.core.text.markup import strip
from mud.core.text.words import number_within, seconds_in

USAGE = (
    "copyover [now | in TIME | at HH:MM | check | force | when-clear [for TIME] | cancel | status | history [N] "
    "| rollback [N]] [because REASON]"
)
HELP = f"""{USAGE} -- put new code under the running game
The new code is tried first; nobody is disconnected, and what fails changes nothing.
in, at: plan it; everybody is told as it comes near, and it stays planned when you leave.
check: try the new code and ask for vetoes, and do no more.
force: also when a module would rather wait. Nothing passes a hard veto.
when-clear: wait until nothing stands against it, ten minutes or for TIME.
cancel: call off the one that is under way, or else the planned one.
status: what it is doing, what is planned, and how the last one went.
history: the last ones, or the last N.
rollback: back to the code of the generation that ran well before this one, or of generation N.
TIME is like 90s, 5m or 1h30m; a bare number is of minutes."""

Verb = Literal["now", "in", "at", "check", "force", "when-clear", "cancel", "status", "history", "rollback"]

#: Seconds: how far ahead a copyover can be planned, and how long `when-clear` waits by default.
FARTHEST, PATIENCE = 7 * 86400, 600
MAX_REASON_LENGTH = 200
MAX_SHOWN = 100
#: The highest possible number of a generation.
LAST = 10**9


class CopyoverWords(Struct, frozen=True):
    """A parsed order. `seconds` count from now: until the copyover begins, or until `when-clear` gives up.

    `count` is how many entries `history` shows, or the generation to which `rollback` goes, 0 for the previous one.
    """

    verb: Verb
    reason: str = ""
    seconds: float = 0.0
    count: int = 10


def parse(text: str, wall: float) -> CopyoverWords:
    """Parse an order, at `wall` by the wall clock. Raises Rejected, which gives the syntax."""
    order, _, reason = f" {' '.join(text.split())} ".partition(" because ")
    reason = strip("".join(c for c in reason if c.isprintable())).strip()[:MAX_REASON_LENGTH]
    words = order.casefold().split()
    verb, rest = (words[0], words[1:]) if words else ("now", [])
    match verb, rest:
        case ("now" | "check" | "force" | "cancel" | "status") as verb, []:
            return CopyoverWords(verb, reason)
        case "rollback", []:
            return CopyoverWords("rollback", reason, count=0)
        case "rollback", [text]:
            return CopyoverWords("rollback", reason, count=within(text, LAST, "`copyover rollback N`: a generation"))
        case "in", [_, *_]:
            return CopyoverWords("in", reason, span("".join(rest)))
        case "at", [time]:
            return CopyoverWords("at", reason, until(time, wall))
        case "when-clear", []:
            return CopyoverWords("when-clear", reason, PATIENCE)
        case "when-clear", ["for", _, *_]:
            return CopyoverWords("when-clear", reason, span("".join(rest[1:])))
        case "history", []:
            return CopyoverWords("history")
        case "history", [text]:
            return CopyoverWords("history", count=within(text, MAX_SHOWN, "`copyover history N`: so many of the last"))
    raise Rejected(f"Write: {USAGE}.")


def within(text: str, most: int, what: str) -> int:
    """A number from 1 to `most`. Raises Rejected."""
    number = number_within(text, 1, most)
    if number is None:
        raise Rejected(f"{what}, a number from 1 to {most}; {text[:20]!r} is not.")
    return number


def span(text: str) -> float:
    """A duration in seconds. Raises Rejected when it is invalid or too long."""
    seconds = seconds_in(text)
    if not seconds or seconds > FARTHEST:
        raise Rejected(f"TIME is like 90s, 5m or 1h30m, and a week at the most; {text[:20]!r} is not.")
    return seconds


def until(text: str, wall: float) -> float:
    """Seconds until the clock next shows HH:MM, in the server's time zone. Raises Rejected for an invalid time."""
    try:
        hour, minute = (int(part) for part in text.split(":"))
        now = datetime.fromtimestamp(wall)
        then = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    except ValueError:
        raise Rejected(f"A time of the day is like 4:30 or 20:00; {text[:20]!r} is not.") from None
    if then <= now:
        then += timedelta(days=1)
    return then.timestamp() - wall
