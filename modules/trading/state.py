"""What is remembered of trades: who sits at which window, and which picture each has accepted.

What is offered is not in here: it lies in escrow, under the name of whoever offers it, and nowhere else.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Annotated

from mud.api import Character, Context, Item, Meta, Rejected, Settings, Signal, State, Struct, Timer


class TradingSettings(Settings):
    """How trades go. Times are in seconds of the game's clock."""

    things: Annotated[int, Meta(ge=1, le=100)] = 20  # that one side can offer
    answer: Annotated[int, Meta(ge=5, le=3600)] = 60  # an invitation stands so long
    settle: Annotated[int, Meta(ge=0, le=60)] = 5  # after a withdrawal the other accepts by the picture's number only


class Window(Struct, frozen=True, kw_only=True):
    """Two characters who trade. Each change makes a new picture, which nobody has accepted yet."""

    one: str  # who asked
    two: str  # who was asked, and sits here for certain once `joined`
    joined: bool = False
    picture: int = 1
    seal: str = ""  # what the picture shows, as a hash
    accepted: tuple[str, ...] = ()
    less: tuple[tuple[str, float], ...] = ()  # who withdrew something, and when last, by the game's clock

    def other(self, character: str) -> str:
        """Who sits opposite."""
        return self.two if character == self.one else self.one


class Trading(State):
    """Windows by number, and at which of them a character sits."""

    windows: dict[int, Window] = {}
    seats: dict[str, int] = {}
    last: int = 0  # the number of the last window


class Lapses(Timer):
    """An invitation that nobody answered is over."""

    window: int


class Traded(Signal, tag="trading.traded"):
    """Two characters traded: what each gave, as ids of items and gold."""

    one: str
    two: str
    items_of_one: tuple[str, ...]
    items_of_two: tuple[str, ...]
    gold_of_one: int
    gold_of_two: int


def seated(ctx: Context[Trading], character: str) -> tuple[int, Window] | None:
    """The window at which a character sits, and its number."""
    number = ctx.state.seats.get(character)
    return (number, ctx.state.windows[number]) if number is not None else None


def need_seat(ctx: Context[Trading]) -> tuple[int, Window]:
    """The player's window. Raises Rejected without one."""
    found = seated(ctx, ctx.player.id)
    if found is None:
        raise Rejected("You trade with nobody just now. Write: trade NAME.")
    return found


def things(ctx: Context[Trading], character: str) -> list[Item]:
    """What a character offers, the first first."""
    return ctx.world.held(ctx.escrow(character))[::-1]


def gold(ctx: Context[Trading], character: str) -> int:
    """The gold that a character offers."""
    return ctx.world.ledger.balance(ctx.escrow(character))


def sealed(ctx: Context[Trading], window: Window) -> str:
    """What a window's picture shows, down to the last charge of a wand in a bag, as a hash.

    The order in which things lie is no part of it: it is no part of what anybody gets.
    """
    shown = blake2b(digest_size=16)
    for character in (window.one, window.two):
        inside = sorted(repr(item) for item in ctx.world.all_inside(ctx.escrow(character)))
        shown.update(repr((character, gold(ctx, character), inside)).encode())
    return shown.hexdigest()


def together(ctx: Context[Trading], window: Window) -> bool:
    """Whether both are in the world, at their keyboards' ends of a connection, and in one room."""
    pair = [ctx.world.characters.get(character) for character in (window.one, window.two)]
    rooms = {c.room for c in pair if c is not None and not c.away and not c.link_dead}
    return len(rooms) == 1 and all(c is not None and not c.away and not c.link_dead for c in pair)


def known(ctx: Context[Trading], character: str) -> Character | None:
    """A character that is in memory, there or just gone."""
    return ctx.world.characters.get(character)
