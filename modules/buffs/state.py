"""What is on somebody: effects as data, noted with the character they are on.

Moments are whole milliseconds of the game's clock, so that sums of them are exact.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from modules.buffs.kinds import KINDS
from mud.api import Character, Context, Meta, Request, Settings, Signal, State, Struct, Timer


class BuffSettings(Settings):
    """What may be."""

    most: Annotated[int, Meta(ge=5, le=200)] = 40  # effects on one character
    resist: Annotated[int, Meta(ge=1, le=100)] = 8  # who is so many levels above a bad spell withstands it


class Buffs(State):
    """Nothing: what is on somebody is noted with them, and written with them."""


class Effect(Struct, frozen=True, array_like=True):
    """One effect on somebody. `origin` is what keeps it up ("item:ID", "room:ID"); "" lives by the clock.

    One with no `stacks` was broken, and counts nothing until its origin begins anew.
    """

    kind: str
    source: str  # in words
    origin: str = ""
    level: int = 1
    stacks: int = 1
    ends: int | None = None  # the moment; None for as long as its origin is there
    tick: int | None = None  # the moment of the next one


class On(Struct, array_like=True):
    """All that is on a character. While that is away, `since` is the moment they left, and all stands still."""

    effects: tuple[Effect, ...] = ()
    timer: str = ""  # the id of the pending one
    since: int | None = None


class Next(Timer):
    """The next moment at which something happens to a character. There is one for whoever has something coming."""

    character: str


class Ended(Signal, tag="buffs.ended"):
    """Somebody has no effect of a kind any more."""

    character: str
    kind: str


class Begun(Signal, tag="buffs.begun"):
    """Somebody has an effect of a kind that they did not have before."""

    character: str
    kind: str


class Apply(Request, tag="buffs.apply"):
    """Give somebody an effect. Answered with whether they have it now."""

    character: str
    kind: str
    source: str
    level: int = 1
    seconds: float | None = None  # as long as the kind says


class End(Request, tag="buffs.end"):
    """Free somebody of all effects of a kind that live by the clock. Answered with how many there were."""

    character: str
    kind: str


def moment(ctx: Context[Buffs]) -> int:
    """Now."""
    return round(ctx.clock.game * 1000)


def millis(seconds: float) -> int:
    """Seconds as milliseconds, at least one."""
    return max(1, round(seconds * 1000))


def on(ctx: Context[Buffs], character: Character) -> On:
    """What is on somebody. A copy: `applying.settle` writes it down."""
    if not character.notes:
        return On()
    return ctx.noted(character, On) or On()


def active(effects: Iterable[Effect]) -> dict[str, Effect]:
    """Of each kind the one effect that counts: the strongest, and of equals the first."""
    found: dict[str, Effect] = {}
    for effect in effects:
        if not effect.stacks or effect.kind not in KINDS:
            continue
        if effect.kind not in found or strength(effect) > strength(found[effect.kind]):
            found[effect.kind] = effect
    return found


def strength(effect: Effect) -> tuple[int, int]:
    """What makes one effect count before another of its kind."""
    return effect.stacks, effect.level


def sums(effects: Iterable[Effect]) -> dict[str, int]:
    """What effects do to figures and states, all together."""
    found: dict[str, int] = {}
    for effect in active(effects).values():
        kind = KINDS[effect.kind]
        for name, by in kind.figures.items():
            found[name] = found.get(name, 0) + kind.grown(name, by, effect.level) * effect.stacks
        for state in kind.states:
            found[state] = 1
    return {name: by for name, by in found.items() if by}
