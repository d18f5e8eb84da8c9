"""The game's rules as modules use them: what happens to bodies. `mud.play` has them; a context brings them along."""

from __future__ import annotations

from typing import Protocol, TypeVar

from mud.core.world.model import Character

#: The context of an event, which brings the rules along and so can't be known here.
C_contra = TypeVar("C_contra", contravariant=True)


class Rules(Protocol[C_contra]):
    """What may happen to a body."""

    def hurt(self, ctx: C_contra, victim: Character, amount: int, by: Character | None) -> None:
        """Hit points are lost, and maybe the life; who hurts somebody in the same room fights them."""

    def mend(self, ctx: C_contra, character: Character, hp: int, mana: int, move: int) -> None:
        """Hit points, mana and movement come back, as far as there is room for them."""

    def affected(self, ctx: C_contra, character: Character, asleep: bool) -> None:
        """The effects on somebody have changed; `asleep` says whether they slept by magic before."""

    def show_room(self, ctx: C_contra, character: Character) -> None:
        """Somebody is shown the room that they are in."""

    def cannot_fight(self, ctx: C_contra, one: Character, other: Character) -> str | None:
        """Why one may not attack another, in words for the one; None when nothing is in the way."""


class NoRules:
    """A game in which nothing happens to bodies."""

    def hurt(self, ctx: object, victim: Character, amount: int, by: Character | None) -> None:
        """Nothing."""

    def mend(self, ctx: object, character: Character, hp: int, mana: int, move: int) -> None:
        """Nothing."""

    def affected(self, ctx: object, character: Character, asleep: bool) -> None:
        """Nothing."""

    def show_room(self, ctx: object, character: Character) -> None:
        """Nothing."""

    def cannot_fight(self, ctx: object, one: Character, other: Character) -> str | None:
        """Nobody fights."""
        return "Nobody fights here."
