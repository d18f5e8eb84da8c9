"""What is known from the health checks of a module."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from mud.framework.workers.controller import Health


class CheckState(Struct):
    """What is known from one health check. Times are wall-clock seconds.

    `illness` is its complaint, "" for none, and `since` when that began. `failures` are its complaints in a row,
    `restarts` the restarts that these led to.
    """

    illness: str = ""
    since: float = 0.0
    checked: float | None = None
    failures: int = 0
    restarts: int = 0


def health_of(checks: Mapping[str, CheckState]) -> Health:
    """What the checks say in a word; unknown before the first has answered."""
    if not checks:
        return "unknown"
    return "unhealthy" if illness_of(checks) else "healthy"


def illness_of(checks: Mapping[str, CheckState]) -> str:
    """What the checks complain of, in one line; "" for nothing."""
    return "; ".join(f"{name}: {state.illness}" for name, state in checks.items() if state.illness)
