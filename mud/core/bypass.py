"""Changes that went past the journal: how whoever looks for them tells the kernel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class Bypass(NamedTuple):
    """What was changed past the journal, in words; and which module is to blame, "" if the game is."""

    module: str
    text: str


class Watch(Protocol):
    """Looks for such changes at the end of each event, and takes them back.

    The test kit's looks at everything there is (mud.testing.bypasses), a server's at what the modules that acted were
    handed, and at their states (mud.core.handed).
    """

    def begin(self) -> None:
        """An event begins."""

    def past_journal(self, acted: Sequence[str]) -> Bypass | None:
        """What was changed and the journal does not know of, with the modules that `acted` in the event."""


def bypass(acted: Sequence[str], found: list[str]) -> Bypass | None:
    """The changes `found` of an event in which the modules `acted`; None when there are none."""
    if not found:
        return None
    who = " or ".join(dict.fromkeys(acted)) or "the game"
    text = f"{who} changed past the journal what is then neither undone nor written: {'; '.join(found)}"
    return Bypass(acted[-1] if acted else "", text)
