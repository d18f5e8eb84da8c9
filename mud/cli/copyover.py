"""`run.py copyover ...`: orders, the history, and a report as a picture."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

import msgspec

from mud.cli.client import DONE, FAILED, WRONG_USAGE, Add, ask_running, not_running, say, show
from mud.config import Config
from mud.copyover import picture, report_text
from mud.copyover.history import CopyoverRecord, History
from mud.core.errors import CopyoverError, Rejected
from mud.core.text.words import number_within
from mud.play.staff import copyover_syntax

#: Seconds between two checks for the outcome, and how long a server may be silent before it counts as gone.
LOOK, GONE = 0.2, 20.0
#: The highest number of a copyover.
LAST_NUMBER = 10**9


def register(commands: Any, add: Add) -> None:
    """Add the command."""
    made = add(commands, "copyover", copyover, "put new code under the running game, or see how that went")
    made.usage = f"run.py {copyover_syntax.USAGE}\n       run.py copyover report N [--svg FILE]"
    made.add_argument("words", nargs="*", metavar="ORDER", help="what to do; now, if nothing else is said")
    made.add_argument("--svg", type=Path, metavar="FILE", help="draw a report's phases")


def copyover(options: argparse.Namespace, config: Config) -> int:
    """`run.py copyover`"""
    words = " ".join(options.words)
    if options.words[:1] == ["report"]:
        return report(options, config)
    try:
        wanted = copyover_syntax.parse(words, time.time())
    except Rejected as error:
        print(f"run.py: {error}", file=sys.stderr)
        return WRONG_USAGE
    if wanted.verb == "history":
        found = History(config.copyovers).last(wanted.count)
        text = "\n".join(map(report_text.line, found)) or "There has been no copyover yet."
        return show(options, [report_text.plain(record) for record in found], text)
    if wanted.verb == "status":
        answer = ask_running(config, "copyover.status") or not_running(config)
        return show(options, answer["status"], answer["text"]) if answer["ok"] else say(options, answer, "")
    from mud.cli.labels import by

    answer = ask_running(config, "copyover", by=by(), words=words) or not_running(config)
    if not answer["ok"] or "number" not in answer:
        return say(options, answer, "{text}")
    return outcome(options, config, answer["number"])


def outcome(options: argparse.Namespace, config: Config, number: int) -> int:
    """Wait for the outcome of an order, and print it. Exits with 1 if there was no copyover."""
    heard = time.monotonic()
    while time.monotonic() - heard < GONE:
        answer = asked(config, number)
        if answer is not None:
            heard = time.monotonic()
            if answer["record"] is not None:
                record = msgspec.convert(answer["record"], CopyoverRecord)
                show(options, answer["record"], report_text.whole(record))
                return DONE if record.outcome == "done" else FAILED
            if answer["status"]["running"] is None:
                return unfinished(options, answer["status"], number)
        time.sleep(LOOK)
    raise CopyoverError("the server does not answer any more; its log says why")


def unfinished(options: argparse.Namespace, status: dict[str, Any], number: int) -> int:
    """Print what is known of an order without a record, while no copyover is under way."""
    planned = status["planned"]
    if planned is not None and planned["waits_for"]:
        return show(options, status, f"it waits for this to clear: {planned['waits_for']}")
    show(options, status, f"the outcome of copyover {number} is unknown; the server's log has it")
    return FAILED


def asked(config: Config, number: int) -> dict[str, Any] | None:
    """The server's answer about an order; None while the server does not answer, as in a copyover's silence."""
    try:
        answer = ask_running(config, "copyover.record", number=number)
    except OSError:
        return None
    return answer if answer is not None and answer["ok"] else None


def report(options: argparse.Namespace, config: Config) -> int:
    """`run.py copyover report N`; the server need not run."""
    number = number_within(options.words[1], 1, LAST_NUMBER) if len(options.words) == 2 else None
    if number is None:
        print("run.py: write: copyover report N [--svg FILE]; `copyover history` has the numbers", file=sys.stderr)
        return WRONG_USAGE
    record = History(config.copyovers).find(number)
    if record is None:
        raise CopyoverError(f"{config.copyovers} has no copyover number {number}")
    if options.svg is None:
        return show(options, report_text.plain(record), report_text.whole(record))
    options.svg.write_text(picture.draw(record), encoding="utf-8")
    return say(options, {"ok": True, "file": str(options.svg)}, "drawn to {file}")
