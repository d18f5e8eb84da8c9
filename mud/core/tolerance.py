"""Going on after an error, where everything else must still be done."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def tolerated(log: logging.Logger, what: str) -> Iterator[None]:
    """Log an exception that is raised in this block, with `what` failed, and go on after the block."""
    try:
        yield
    except Exception:
        log.exception("%s failed; everything else goes on", what)
