"""Exceptions of the code in play: what is logged with a traceback is heard, so that a developer in the game is told."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable


class ErrorListener(logging.Handler):
    """Calls `heard` with the traceback of each error that the game or a module logs."""

    def __init__(self, heard: Callable[[str], object]) -> None:
        super().__init__(logging.ERROR)
        self._heard = heard

    def listen(self) -> None:
        """Listen from now on, or still."""
        logging.getLogger().addHandler(self)

    def stop(self) -> None:
        """Listen no more."""
        logging.getLogger().removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """An error was logged, maybe in the middle of an event."""
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and record.name.startswith(("mud.game", "mud.module.")):
            self._heard("".join(traceback.format_exception(error)))
