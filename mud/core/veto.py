"""A veto: why there should be no copyover now."""

from __future__ import annotations

from mud.core.declaration import Declaration


class Veto(Declaration, frozen=True):
    """Why there should be no copyover now (S0.13). A hard veto can't be overridden."""

    reason: str
    hard: bool = False
    clears_in: float | None = None  # seconds

    @classmethod
    def soft(cls, reason: str, clears_in: float | None = None) -> Veto:
        """A warning, which `copyover force` overrides."""
        return cls(reason, False, clears_in)

    @classmethod
    def firm(cls, reason: str, clears_in: float | None = None) -> Veto:
        """A hard veto: a copyover now would break something."""
        return cls(reason, True, clears_in)
