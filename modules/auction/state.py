"""What the auction house keeps: lots, the history, news for players who are away; and its settings."""

from __future__ import annotations

from typing import Annotated

from mud.api import (
    LIMIT,
    Character,
    Context,
    Item,
    Meta,
    Rejected,
    Settings,
    Signal,
    State,
    Struct,
    WallTimer,
    whole_number,
)

#: How many pieces of news wait for somebody who is away; older ones are dropped.
MAX_NOTES = 20


class House(Settings):
    """The rules of the house. Times are in seconds of the wall clock."""

    shortest: Annotated[int, Meta(ge=1, le=86_400)] = 10
    longest: Annotated[int, Meta(ge=60, le=2_592_000)] = 604_800
    usual: Annotated[int, Meta(ge=1, le=2_592_000)] = 86_400  # of a lot whose seller names no time
    lots_each: Annotated[int, Meta(ge=1, le=1000)] = 5  # of one seller at a time
    lots: Annotated[int, Meta(ge=1, le=100_000)] = 2000  # of all
    least_price: Annotated[int, Meta(ge=1, le=1_000_000)] = 1
    increment_percent: Annotated[int, Meta(ge=0, le=100)] = 5  # of the bid before
    increment: Annotated[int, Meta(ge=1, le=1_000_000)] = 1  # at least
    fee_percent: Annotated[int, Meta(ge=0, le=90)] = 5  # of the price, from the seller
    snipe: Annotated[int, Meta(ge=0, le=3600)] = 30  # after a bid a lot runs at least this long
    last_seconds: Annotated[int, Meta(ge=0, le=60)] = 5  # of a lot, in which a copyover should wait
    page: Annotated[int, Meta(ge=5, le=200)] = 20  # lots in one page of a list
    history: Annotated[int, Meta(ge=0, le=10_000)] = 200  # lots that are remembered


class Lot(Struct, frozen=True, kw_only=True):
    """A thing for sale. Its item and the highest bid lie in escrow, where `about` is this lot's number."""

    number: int
    item: str
    called: str  # the item in a sentence, plain
    seller: str  # a character's id
    seller_name: str
    price: int  # of the first bid
    reserve: int = 0  # below it nothing is sold
    buyout: int = 0  # 0 for none
    began: float  # wall clock, seconds
    ends: float
    bidder: str = ""  # a character's id
    bidder_name: str = ""
    bid: int = 0
    bids: int = 0

    @property
    def about(self) -> str:
        """The last part of the keys of its escrows."""
        return str(self.number)


class Past(Struct, frozen=True, kw_only=True):
    """An ended lot. `buyer` is "" if it was not sold; `at` is wall-clock seconds."""

    number: int
    called: str
    seller: str
    buyer: str
    price: int
    at: float


class Auction(State):
    """Lots by number; ended lots, the latest last; news that waits for a character; who has muted announcements."""

    lots: dict[int, Lot] = {}
    last: int = 0  # the number of the last lot
    history: list[Past] = []
    notes: dict[str, tuple[str, ...]] = {}
    deaf: set[str] = set()


class Ends(WallTimer):
    """A lot's time is up."""

    lot: int


class Listed(Signal, tag="auction.listed"):
    """There is a new lot."""

    lot: int
    item: str
    seller: str


class LotEnded(Signal, tag="auction.ended"):
    """A lot has ended: sold to `buyer` for `price`, or not ("" and 0)."""

    lot: int
    item: str
    seller: str
    buyer: str
    price: int


def find_lot(ctx: Context[Auction], text: str) -> Lot:
    """The open lot with a number that a player typed. Raises Rejected."""
    text = text.strip().removeprefix("#")
    if not text:
        raise Rejected("Which lot? Write its number. `auction list` shows what there is.")
    number = whole_number(text)
    lot = ctx.state.lots.get(number) if number is not None else None
    if lot is None:
        raise Rejected(f"There is no lot {text[:12]}. `auction list` shows what there is.")
    return lot


def need_open(ctx: Context[Auction], lot: Lot) -> None:
    """Raise Rejected for a lot whose time is up, even if its timer has not fired yet."""
    if ctx.clock.wall >= lot.ends:
        raise Rejected(f"The time of lot {lot.number} is up.")


def item_of(ctx: Context[Auction], lot: Lot) -> Item | None:
    """A lot's item, or None if it is missing in spite of all."""
    item = ctx.world.items.get(lot.item)
    return item if item is not None and item.owner == ctx.escrow(lot.seller, lot.about) else None


def next_bid(house: House, lot: Lot) -> int:
    """The lowest possible bid now; more than LIMIT if there is none."""
    if not lot.bids:
        return lot.price
    more = lot.bid + max(house.increment, lot.bid * house.increment_percent // 100)
    top = lot.buyout or LIMIT
    return min(more, top) if lot.bid < top else more


def present(ctx: Context[Auction], character: str) -> Character | None:
    """The character with an id, if it is in the world."""
    found = ctx.world.characters.get(character)
    return found if found is not None and not found.away else None
