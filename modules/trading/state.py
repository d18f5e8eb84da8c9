"""The state of trades: who is at which window, and which version each has accepted.

What is offered is not in here: it lies in escrow, under its owner's name, and nowhere else.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Annotated

from mud.api import Character, Context, Item, Meta, Rejected, Settings, Signal, State, Struct, Timer


class TradingSettings(Settings):
    """The rules of trades. Times are in seconds of the game's clock."""

    things: Annotated[int, Meta(ge=1, le=100)] = 20  # that one side can offer
    answer: Annotated[int, Meta(ge=5, le=3600)] = 60  # how long an invitation stands
    closing: Annotated[int, Meta(ge=0, le=60)] = 10  # after one accepts, a copyover waits as long for the other
    settle: Annotated[int, Meta(ge=0, le=60)] = 5  # for so long after a withdrawal the other must name the version


class Window(Struct, frozen=True, kw_only=True):
    """Two characters who trade. Each change makes a new version (`picture`), which nobody has accepted yet."""

    one: str  # who invited
    two: str  # who was invited, and has accepted once `joined`
    joined: bool = False
    picture: int = 1
    seal: str = ""  # the contents of the version, as a hash
    accepted: tuple[str, ...] = ()
    less: tuple[tuple[str, float], ...] = ()  # who withdrew something last, and when, by the game's clock
    closing: float = 0.0  # when the first of the two accepted this version, by the game's clock

    def other(self, character: str) -> str:
        """The other of the two."""
        return self.two if character == self.one else self.one


class Trading(State):
    """Windows by number, and the window of each character."""

    windows: dict[int, Window] = {}
    seats: dict[str, int] = {}
    last: int = 0  # the number of the last window


class Lapses(Timer):
    """The time for an invitation is over."""

    window: int


class Traded(Signal, tag="trading.traded"):
    """Two characters have traded: what each gave, as ids of items and as gold."""

    one: str
    two: str
    items_of_one: tuple[str, ...]
    items_of_two: tuple[str, ...]
    gold_of_one: int
    gold_of_two: int


def seated(ctx: Context[Trading], character: str) -> tuple[int, Window] | None:
    """The window of a character, and its number."""
    number = ctx.state.seats.get(character)
    return (number, ctx.state.windows[number]) if number is not None else None


def need_seat(ctx: Context[Trading]) -> tuple[int, Window]:
    """The player's window. Raises Rejected if there is none."""
    found = seated(ctx, ctx.player.id)
    if found is None:
        raise Rejected("You are not trading with anybody. Write: trade NAME.")
    return found


def things(ctx: Context[Trading], character: str) -> list[Item]:
    """What a character offers, in the order of offering."""
    return ctx.world.held(ctx.escrow(character))[::-1]


def gold(ctx: Context[Trading], character: str) -> int:
    """The gold that a character offers."""
    return ctx.world.ledger.balance(ctx.escrow(character))


def sealed(ctx: Context[Trading], window: Window) -> str:
    """A hash of everything in a version, down to the last charge of a wand in a bag.

    The order of the things does not count, because it changes nothing in what anybody gets.
    """
    shown = blake2b(digest_size=16)
    for character in (window.one, window.two):
        inside = sorted(repr(item) for item in ctx.world.all_inside(ctx.escrow(character)))
        shown.update(repr((character, gold(ctx, character), inside)).encode())
    return shown.hexdigest()


def together(ctx: Context[Trading], window: Window) -> bool:
    """Whether both are in the world, connected, and in the same room."""
    pair = [ctx.world.characters.get(character) for character in (window.one, window.two)]
    rooms = {c.room for c in pair if c is not None and not c.away and not c.link_dead}
    return len(rooms) == 1 and all(c is not None and not c.away and not c.link_dead for c in pair)


def known(ctx: Context[Trading], character: str) -> Character | None:
    """A character that is in memory, present or just leaving."""
    return ctx.world.characters.get(character)
