"""The game's rules about bodies, as modules use them. `mud.play` implements them; a context refers to them."""

from __future__ import annotations

from typing import Protocol, TypeVar

from mud.core.world.model import Character

#: The type of an event's context. A context refers to the rules, so it can't be named here.
C_contra = TypeVar("C_contra", contravariant=True)


class Rules(Protocol[C_contra]):
    """What may happen to a character's body."""

    def hurt(self, ctx: C_contra, victim: Character, amount: int, by: Character | None) -> None:
        """Take hit points, and perhaps the life; hurting somebody in the same room starts a fight."""

    def mend(self, ctx: C_contra, character: Character, hp: int, mana: int, move: int) -> None:
        """Restore hit points, mana and movement, up to their maxima."""

    def affected(self, ctx: C_contra, character: Character, asleep: bool) -> None:
        """The effects on somebody have changed; `asleep` says whether they slept by magic before."""

    def show_room(self, ctx: C_contra, character: Character) -> None:
        """Show a character the room that it is in."""

    def cannot_fight(self, ctx: C_contra, one: Character, other: Character) -> str | None:
        """Why `one` may not attack `other`, in words for `one`; None when it may."""


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
