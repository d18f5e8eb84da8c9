"""What trade costs: a thousand lots and a thousand trades saved and restored, bids, and lots that all end at once."""

from __future__ import annotations

import time
from collections.abc import Callable

from modules.auction import MODULE as AUCTION
from modules.trading import MODULE as TRADING
from mud.core import events as e
from mud.core.world.area import AreaDef, ItemDef, RoomDef, WorldDef
from mud.snapshot.envelope import pack, unpack
from mud.snapshot.shape import export, import_
from mud.testing import Kit, Player
from tests.bench.modules import RUNS, timed

LOTS = TRADES = 1000
SELLERS, EACH = 100, 10
#: A booth for each two who trade: nobody is shown two thousand people.
WORLD = WorldDef.of(
    [
        AreaDef(
            id="fair",
            name="The Fair",
            reset_when="never",
            rooms=tuple(
                RoomDef(id=name, name=name, description="Here.")
                for name in ("hall", *(f"booth{n}" for n in range(TRADES)))
            ),
            items=tuple(ItemDef(id=kind, keywords=(kind,), short=kind, wear=("take",)) for kind in ("apple", "sword")),
        )
    ]
)


class Fair:
    """A game with a hundred sellers, who put up a thousand lots, and two bidders."""

    def __init__(self) -> None:
        self.kit = Kit(AUCTION, TRADING, world=WORLD, settings={"auction": {"lots_each": EACH}})
        self.sellers = [self.player(n) for n in range(SELLERS)]
        self.bidders = [self.player(SELLERS + n, 10**9) for n in range(2)]
        for seller in self.sellers:
            for _ in range(EACH):
                self.kit.make_item("apple", seller.character)
                seller.do("auction sell apple 1 1h")

    def player(self, number: int, gold: int = 0, room: str = "booth0") -> Player:
        """Somebody in play, with a name of letters only."""
        letters = "".join(chr(ord("a") + number // 26**n % 26) for n in range(3))
        player = self.kit.player(f"Fair{letters}", gold=gold)
        self.kit.act(lambda ctx: ctx.move(player.character, room))
        return player

    def bids(self, amount: int) -> float:
        """A bid on each lot, in turn by one and the other. Gives bids a second."""
        handle, bidder = self.kit.game.handle, self.bidders[amount % 2]
        lines = [e.Line(bidder.session, f"auction bid {n} {amount}") for n in range(1, LOTS + 1)]
        began = time.perf_counter()
        for line in lines:
            handle(line)
        took = time.perf_counter() - began
        state = self.kit.instance("auction").state
        assert {lot.bid for lot in state.lots.values()} == {amount}  # type: ignore[attr-defined]
        return LOTS / took

    def end(self) -> float:
        """All lots end in one instant. Gives the milliseconds that takes."""
        self.kit.now += 7200
        self.kit.wall += 7200
        began = time.perf_counter()
        while (due := self.kit.game.due()) is not None:
            self.kit.game.handle(due)
        took = time.perf_counter() - began
        assert not self.kit.instance("auction").state.lots  # type: ignore[attr-defined]
        return 1000 * took

    def trade(self) -> None:
        """A thousand pairs at a window each, with something and some gold in it, accepted by one."""
        for number in range(TRADES):
            one, two = (self.player(1000 + 2 * number + n, 50, f"booth{number}") for n in range(2))
            self.kit.make_item("sword", one.character)
            one.do(f"trade {two.name}", "trade offer sword")
            two.do(f"trade {one.name}", "trade offer 20 gold")
            one.do("trade accept")

    def saved(self, add: Callable[..., None], name: str, what: str) -> None:
        """A module's state to bytes and back: the milliseconds of both, and the bytes."""
        shape, state = self.kit.instance(name).shape, self.kit.instance(name).state
        packed = pack(export(shape, state, taken=0.0))
        add(f"save {what}", "ms", *timed(lambda: pack(export(shape, state, taken=0.0))))
        add(f"restore {what}", "ms", *timed(lambda: import_(shape, unpack(packed, "bench"), 1.0, "bench")))
        add(f"size of {what}", "kB", len(packed) / 1000)


def measure(add: Callable[..., None]) -> None:
    """All of it."""
    fair = Fair()
    add("bids, 100 who hear of each, kernel alone", "/s", *(fair.bids(amount) for amount in range(2, 2 + RUNS)))
    fair.saved(add, "auction", "1,000 lots")
    add("1,000 lots that end in one instant, 100 who hear of each", "ms", fair.end())
    fair.trade()
    fair.saved(add, "trading", "1,000 trades")
