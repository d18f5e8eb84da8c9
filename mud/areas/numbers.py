"""How large and how small the numbers of area files and of builders' forms may be."""

from __future__ import annotations

from typing import NamedTuple


class Bounds(NamedTuple):
    """From `least` to `most`."""

    least: float
    most: float

    def refuses(self, number: float) -> str:
        """Why it is not within them; "" when it is."""
        if self.least <= number <= self.most:  # false for what is no number, too
            return ""
        return f"a number {self.span()}, and not {number!s:.20}"

    def span(self) -> str:
        """The bounds in words."""
        return f"from {_shown(self.least)} to {_shown(self.most)}"


def _shown(number: float) -> str:
    return f"{number:,.0f}" if number == int(number) else f"{number:g}"


#: No number in an area file is beyond this: all that the game makes of it stays within 64 bits.
MAX_NUMBER = 10**12
ANY = Bounds(-1_000_000, 1_000_000)
VALUE = Bounds(-(2**31), 2**31 - 1)  # what worlds of other servers may hold
AMOUNT = Bounds(0, MAX_NUMBER)
#: By key, of any table.
BOUNDS: dict[str, Bounds] = {
    **dict.fromkeys(("gold", "experience", "cost", "rent", "weight"), AMOUNT),
    "level": Bounds(0, 1000),
    **dict.fromkeys(("alignment", "hitroll", "armour", "timer", "temper"), ANY),
    "lifespan": Bounds(-1, 100_000),  # minutes
    **dict.fromkeys(("sell_factor", "buy_factor"), Bounds(0, 1_000_000)),
    "hours": Bounds(0, 48),  # a shop that closes at 26 closes at two in the night
    "levels": Bounds(-1, 1000),
    "newcomer_gold": Bounds(0, 1_000_000),
    "max": Bounds(-1, 1_000_000),
    "by": ANY,
}
#: Of what is in an item's `values`; of all others VALUE.
VALUES: dict[str, Bounds] = {"amount": AMOUNT, "dice_number": Bounds(0, 9999), "dice_size": Bounds(0, 99_999)}
