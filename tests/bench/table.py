"""The table of figures: each one's median, least and most, how often it was taken; and ratios between medians."""

from __future__ import annotations

import json
import statistics


class Table:
    """The figures, by name, with their unit."""

    def __init__(self) -> None:
        self.figures: dict[str, tuple[str, list[float]]] = {}

    def add(self, name: str, unit: str, *values: float) -> None:
        """More values of a figure."""
        self.figures.setdefault(name, (unit, []))[1].extend(values)

    def median(self, name: str) -> float:
        """A figure's median."""
        return statistics.median(self.figures[name][1])

    def ratio(self, name: str, over: str, under: str, goal: str) -> None:
        """A ratio of two medians, and what it should be."""
        self.add(f"ratio: {name} ({goal})", "x", self.median(over) / self.median(under))

    def text(self) -> str:
        """For people."""
        lines = [f"{'figure':92} {'median':>10} {'min':>10} {'max':>10} {'n':>3}"]
        for name, (unit, values) in self.figures.items():
            three = " ".join(f"{v:10,.2f}" for v in (statistics.median(values), min(values), max(values)))
            lines.append(f"{name + (f', {unit}' if unit else ''):92} {three} {len(values):3}")
        return "\n".join(lines)

    def json(self) -> str:
        """For programs."""
        return json.dumps(
            {n: {"unit": u, "median": statistics.median(v), "values": v} for n, (u, v) in self.figures.items()}
        )
