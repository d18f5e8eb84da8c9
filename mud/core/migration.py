"""One step of a module's schema, from one version to the next: of its state, and of what it has lying about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from mud.core.declaration import Declaration, uncallable

#: Changes plain data: a dict of values by field (a list for an `array_like` Struct).
Change = Callable[[Any], None]


class Each(Declaration, frozen=True):
    """Migrates one timer, conversation or note, and, if possible, `back` down again.

    Of a timer the dict also has its kind as `timer`, of a conversation as `dialog`. A dict that is emptied means that
    the thing is to be no more: a timer is cancelled, a conversation ended in words, a note removed.
    """

    forward: Change
    back: Change | None = None

    def wrong(self) -> Iterator[str]:
        """Its functions."""
        for function in (self.forward, self.back):
            if function is not None:
                yield uncallable(function, 1)


class Step(Declaration, frozen=True):
    """Migrates from the schema before `to` up to `to`, and, if possible, `back` down again.

    `forward` and `back` receive the state as a dict of plain values by field, and change that dict; without `forward`
    the state stays as it is. `timers`, `talks` and `notes` do the same for each pending timer, each open conversation
    and each note on a character.
    """

    to: int
    forward: Callable[[dict[str, Any]], None] | None = None
    back: Callable[[dict[str, Any]], None] | None = None
    timers: Each | None = None
    talks: Each | None = None
    notes: Each | None = None

    def wrong(self) -> Iterator[str]:
        """The schema that it leads to, and its functions."""
        if self.to < 2:
            yield "the first step leads to schema 2: a state's first schema is 1"
        for function in (self.forward, self.back):
            if function is not None:
                yield uncallable(function, 1)


def steps_up(steps: Iterable[Step], schema: int) -> list[Step]:
    """The steps that lead up from a schema, in the order in which they are taken, however they were declared."""
    return sorted((step for step in steps if step.to > schema), key=lambda step: step.to)
