"""Logs: DATA/logs/everwake.log for people; errors also as JSON lines in errors.jsonl. Both are rotated."""

from __future__ import annotations

import codecs
import json
import logging
import logging.handlers
import sys
from pathlib import Path

from mud.config import LogConfig
from mud.server.console import Console

#: Imported early: an import needs a descriptor, and there may be none left when this is used.
codecs.lookup("unicode_escape")


class JsonLines(logging.Formatter):
    """Formats each record as one JSON object, with its traceback."""

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


#: Looked up early: it is a module, and when it is used there may be no descriptor left to read it.
ESCAPE = codecs.lookup("unicode_escape").encode


def set_up(folder: Path, config: LogConfig) -> None:
    """Send all logging to `folder`, and warnings also to the console. Replaces an earlier setup.

    A log that can't be opened does not end the game: it is opened as soon as that is possible.
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
    """Escape line breaks and control characters in a message, so that nobody can forge a log line."""
    message = record.getMessage()
    if not message.isprintable():
        record.msg = ESCAPE(message)[0].decode("ascii").replace("\\\\", "\\")
        record.args = ()
    return True
