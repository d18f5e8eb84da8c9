"""Numbers in what a bot reads: each is one more than the last of its kind, or something was lost, doubled, swapped."""

from __future__ import annotations

import re

#: What a line with a number looks like. The group `who` tells the kinds apart that others number.
_NUMBERED = re.compile(
    r'You think, "#(?P<thought>\d+)"|You say, "(?P<said>\d+)\. |'
    r'\[chat\] You: "(?P<chatted>\d+)\. |\[chat\] (?P<who>\w+): "(?P<heard>\d+)\. '
)


class Tally:
    """What was counted so far, and in `wrong` what does not add up."""

    def __init__(self) -> None:
        self.last: dict[str, int] = {"thought": 0, "said": 0, "chatted": 0}
        self.wrong: list[str] = []
        self._line = ""

    def feed(self, text: str) -> None:
        """More of what was read; a line that is not whole yet waits."""
        *lines, self._line = (self._line + text).split("\n")
        for line in lines:
            for found in _NUMBERED.finditer(line):
                kind = found.lastgroup or ""
                self.count(f"heard of {found['who']}" if found["who"] else kind, int(found[kind]))

    def count(self, kind: str, number: int) -> None:
        """One more of a kind. The first that is heard of somebody else may have any number."""
        expected = self.last.get(kind, number - 1) + 1
        if number != expected:
            self.wrong.append(f"{kind}: number {number} instead of {expected}")
        self.last[kind] = number

    def away(self) -> None:
        """Nothing is heard for a while now: what others number goes on without this one, and half a line is lost."""
        self.last = {kind: number for kind, number in self.last.items() if not kind.startswith("heard of")}
        self._line = ""
