"""This game's rules, as a context gives them to modules."""

from __future__ import annotations

from mud.core.context import CoreContext
from mud.core.world.model import Character
from mud.play import bodies, fights, positions, rooms


class DikuRules:
    """mud.core.rules.Rules, implemented as in the Diku family."""

    def hurt(self, ctx: CoreContext, victim: Character, amount: int, by: Character | None) -> None:
        """See Rules."""
        bodies.measure(ctx, victim)
        fights.damage(ctx, victim, amount, by)

    def mend(self, ctx: CoreContext, character: Character, hp: int, mana: int, move: int) -> None:
        """See Rules."""
        bodies.measure(ctx, character)
        bodies.spend(ctx, character, -hp, -mana, -move)

    def affected(self, ctx: CoreContext, character: Character, asleep: bool) -> None:
        """See Rules."""
        positions.affected(ctx, character, asleep)

    def show_room(self, ctx: CoreContext, character: Character) -> None:
        """See Rules."""
        rooms.show_room(ctx, character)

    def cannot_fight(self, ctx: CoreContext, one: Character, other: Character) -> str | None:
        """See Rules."""
        return fights.cannot_fight(ctx, one, other)
