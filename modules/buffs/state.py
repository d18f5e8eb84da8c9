"""Effects as data, noted with the character that has them.

Moments are whole milliseconds of the game's clock, so that their sums are exact.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from modules.buffs.kinds import KINDS
from mud.api import Character, Context, Meta, Request, Settings, Signal, State, Struct, Timer


class BuffSettings(Settings):
    """The limits of the module."""

    most: Annotated[int, Meta(ge=5, le=200)] = 40  # effects on one character
    resist: Annotated[int, Meta(ge=1, le=100)] = 8  # a character so many levels above a bad spell resists it


class Buffs(State):
    """Empty: effects are noted with their characters, and written with them."""


class Effect(Struct, frozen=True, array_like=True):
    """One effect on somebody. `origin` is what gives it ("item:ID", "room:ID"), or "" if it ends by the clock.

    An effect without `stacks` was broken, and does not count until its origin begins anew.
    """

    kind: str
    source: str  # in words
    origin: str = ""
    level: int = 1
    stacks: int = 1
    ends: int | None = None  # the moment when it ends; None while its origin is there
    tick: int | None = None  # the moment of the next tick


class On(Struct, array_like=True):
    """All effects on a character. While that is away, they stand still, and `since` is the moment of leaving."""

    effects: tuple[Effect, ...] = ()
    timer: str = ""  # the id of the pending one
    since: int | None = None


class Next(Timer):
    """The next moment when something happens to a character. Each character with something coming has one."""

    character: str


class Ended(Signal, tag="buffs.ended"):
    """Somebody no longer has an effect of a kind."""

    character: str
    kind: str


class Begun(Signal, tag="buffs.begun"):
    """Somebody has an effect of a kind that they did not have before."""

    character: str
    kind: str


class Apply(Request, tag="buffs.apply"):
    """Give somebody an effect. The answer is whether they have it now."""

    character: str
    kind: str
    source: str
    level: int = 1
    seconds: float | None = None  # 0: as long as the kind lasts


class End(Request, tag="buffs.end"):
    """Free somebody of all effects of a kind that end by the clock. The answer is how many there were."""

    character: str
    kind: str


def moment(ctx: Context[Buffs]) -> int:
    """The present moment."""
    return round(ctx.clock.game * 1000)


def millis(seconds: float) -> int:
    """Seconds as milliseconds, at least one."""
    return max(1, round(seconds * 1000))


def on(ctx: Context[Buffs], character: Character) -> On:
    """The effects on somebody. It is a copy: `application.settle` notes it."""
    if not character.notes:
        return On()
    return ctx.noted(character, On) or On()


def active(effects: Iterable[Effect]) -> dict[str, Effect]:
    """The one effect of each kind that counts: the strongest, and of equals the first."""
    found: dict[str, Effect] = {}
    for effect in effects:
        if not effect.stacks or effect.kind not in KINDS:
            continue
        if effect.kind not in found or strength(effect) > strength(found[effect.kind]):
            found[effect.kind] = effect
    return found


def strength(effect: Effect) -> tuple[int, int]:
    """The order in which effects of a kind count."""
    return effect.stacks, effect.level


def sums(effects: Iterable[Effect]) -> dict[str, int]:
    """The sum of what effects do to figures and states."""
    found: dict[str, int] = {}
    for effect in active(effects).values():
        kind = KINDS[effect.kind]
        for name, by in kind.figures.items():
            found[name] = found.get(name, 0) + kind.grown(name, by, effect.level) * effect.stacks
        for state in kind.states:
            found[state] = 1
    return {name: by for name, by in found.items() if by}
