"""Orders of a copyover as they are written, in the game and on the command line: little code, so that it works where
other code does not."""

from __future__ import annotations

from datetime import datetime, timedelta

from mud.core.copyover_words import CopyoverWords
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

#: Seconds: how far ahead one can be planned, and how long `when-clear` waits unless told.
FARTHEST, PATIENCE = 7 * 86400, 600
MAX_REASON_LENGTH = 200
MAX_SHOWN = 100
#: No generation has a higher number.
LAST = 10**9


def parse(text: str, wall: float) -> CopyoverWords:
    """What is wanted, at `wall` by the wall clock. Raises Rejected, saying how to write it."""
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
    """A length of time, in seconds. Raises Rejected when it is none, or too long."""
    seconds = seconds_in(text)
    if not seconds or seconds > FARTHEST:
        raise Rejected(f"TIME is like 90s, 5m or 1h30m, and a week at the most; {text[:20]!r} is not.")
    return seconds


def until(text: str, wall: float) -> float:
    """Seconds until the clock next shows HH:MM, by the server's own time. Raises Rejected for what is no time."""
    hours, _, minutes = text.partition(":")
    hour, minute = number_within(hours, 0, 23), number_within(minutes, 0, 59)
    if hour is None or minute is None:
        raise Rejected(f"A time of the day is like 4:30 or 20:00, from 0:00 to 23:59; {text[:20]!r} is not.")
    now = datetime.fromtimestamp(wall)
    then = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    if then <= now:
        then += timedelta(days=1)
    return then.timestamp() - wall
