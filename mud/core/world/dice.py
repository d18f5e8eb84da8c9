"""Dice, written as area files write them: "3d8+20"."""

from __future__ import annotations

import re
from random import Random

from msgspec import Struct

_FORM = re.compile(r"([0-9]{1,4})d([0-9]{1,5})([+-][0-9]{1,6})?")
#: Up to this many dice are thrown one by one; of more, each throw stands for several.
MAX_THROWN = 1000


class Dice(Struct, frozen=True):
    """`number` dice of `size` sides, plus `plus`."""

    number: int
    size: int
    plus: int = 0

    @classmethod
    def parse(cls, text: str) -> Dice:
        """Parse "3d8+20". Raises ValueError for anything else."""
        match = _FORM.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"{text!r} is no dice")
        return cls(int(match[1]), int(match[2]), int(match[3] or 0))

    def roll(self, random: Random) -> int:
        """One throw. It is fast for a billion dice, too, as a file or an admin may ask for that many."""
        thrown = min(self.number, MAX_THROWN) if self.size > 0 else 0
        total = sum(random.randint(1, self.size) for _ in range(thrown))
        return (total * self.number // thrown if thrown > 0 else 0) + self.plus


def is_dice(text: str) -> bool:
    """Whether a text is a valid dice expression."""
    return _FORM.fullmatch(text.strip()) is not None
