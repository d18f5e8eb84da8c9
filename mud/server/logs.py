"""Logs: DATA/logs/everwake.log for people, errors also as JSON lines in errors.jsonl; both rotated."""

from __future__ import annotations

import codecs
import json
import logging
import logging.handlers
import sys
from pathlib import Path

from mud.config import LogConfig
from mud.server.console import Console

#: Imported now: with all descriptors in use it could not be.
codecs.lookup("unicode_escape")


class JsonLines(logging.Formatter):
    """One JSON object a record, with its traceback."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False)


#: Found now: it is a module, and when it is needed there may be no descriptor left to read that.
ESCAPE = codecs.lookup("unicode_escape").encode


def set_up(folder: Path, config: LogConfig) -> None:
    """Send all logging to `folder`, and warnings to the console too. Replaces what was set up before.

    A log that can't be opened is no reason to end a game: it is opened as soon as that is possible again.
    """
    plain = logging.handlers.RotatingFileHandler(
        folder / "everwake.log", maxBytes=config.bytes, backupCount=config.files, encoding="utf-8", delay=True
    )
    plain.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    errors = logging.handlers.RotatingFileHandler(
        folder / "errors.jsonl", maxBytes=config.bytes, backupCount=config.files, encoding="utf-8", delay=True
    )
    errors.setLevel(logging.ERROR)
    errors.setFormatter(JsonLines())
    console = Console(sys.stderr)
    console.setLevel(logging.WARNING)
    console.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    close()
    for handler in (plain, errors, console):
        handler.addFilter(_one_line)
        root.addHandler(handler)
    root.setLevel(config.level)
    logging.getLogger("telnetlib3").setLevel(logging.ERROR)
    logging.raiseExceptions = False  # a full disk costs log lines, not the game
    try:
        folder.mkdir(parents=True, exist_ok=True)
        Path(plain.baseFilename).touch()
    except OSError as error:
        logging.getLogger("mud.logs").error("the log can't be written: %s", error)


def close() -> None:
    """Close every log handler."""
    root = logging.getLogger()
    for handler in list(root.handlers):
        root.removeHandler(handler)
        handler.close()


def _one_line(record: logging.LogRecord) -> bool:
    """Nobody forges a log line: line breaks and control characters in a message are shown, not written."""
    message = record.getMessage()
    if not message.isprintable():
        record.msg = ESCAPE(message)[0].decode("ascii").replace("\\\\", "\\")
        record.args = ()
    return True
