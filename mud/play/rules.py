"""The rules of this game, as a context brings them to modules."""

from __future__ import annotations

from mud.core.context import Context
from mud.core.model import Character
from mud.play import bodies, fights, positions, rooms


class DikuRules:
    """mud.core.rules.Rules, as they are in the Diku family."""

    def hurt(self, ctx: Context, victim: Character, amount: int, by: Character | None) -> None:
        """See Rules."""
        bodies.measure(ctx, victim)
        fights.damage(ctx, victim, amount, by)

    def mend(self, ctx: Context, character: Character, hp: int, mana: int, move: int) -> None:
        """See Rules."""
        bodies.measure(ctx, character)
        bodies.spend(ctx, character, -hp, -mana, -move)

    def affected(self, ctx: Context, character: Character, asleep: bool) -> None:
        """See Rules."""
        positions.affected(ctx, character, asleep)

    def show_room(self, ctx: Context, character: Character) -> None:
        """See Rules."""
        rooms.show_room(ctx, character)

    def cannot_fight(self, ctx: Context, one: Character, other: Character) -> str | None:
        """See Rules."""
        return fights.cannot_fight(ctx, one, other)
