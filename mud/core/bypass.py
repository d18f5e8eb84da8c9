"""Changes that went past the journal: how whoever looks for them tells the kernel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class Bypass(NamedTuple):
    """What was changed past the journal, in words; and which module is to blame, "" if the game is."""

    module: str
    text: str


class Watch(Protocol):
    """Looks for such changes at the end of each event.

    The test kit's looks at everything there is and takes changes back (mud.testing.bypasses). A server's looks at the
    states of the modules that acted, and leaves them as they are (mud.framework.state_watch).
    """

    #: Whether the event fails. If it does not, the change stays and is written.
    refuses: bool

    def begin(self) -> None:
        """An event begins."""

    def past_journal(self, acted: Sequence[str]) -> Bypass | None:
        """What was changed and the journal does not know of, with the modules that `acted` in the event."""
