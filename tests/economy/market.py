"""A market: a small world with both modules of trade, and buffs, and people who are watched at every step."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from modules.auction import MODULE as AUCTION
from modules.buffs import MODULE as BUFFS
from modules.trading import MODULE as TRADING
from mud.core import events as e
from mud.core.context import CoreContext
from mud.core.ledger import MINT
from mud.core.world.area import AreaDef, ExitDef, ItemDef, RoomDef, WorldDef
from mud.core.world.world import WorldState
from mud.framework.finder import put_back, take_out
from mud.framework.loader import Loader
from mud.testing import Kit, Player
from tests.economy.effects import Book, is_of_effects

T = TypeVar("T")
#: Potions by colour, with the spells in them.
POTIONS = {"white": ("sanctuary", "armor"), "brown": ("poison", "strength")}
WORLD = WorldDef.of(
    [
        AreaDef(
            id="market",
            name="The Market",
            reset_when="never",
            rooms=(
                RoomDef(
                    id="hall",
                    name="The Hall",
                    description="A hall.",
                    exits={"north": ExitDef(to="yard"), "down": ExitDef(to="spring")},
                ),
                RoomDef(id="yard", name="The Yard", description="A yard.", exits={"south": ExitDef(to="hall")}),
                RoomDef(
                    id="spring",
                    name="The Spring",
                    description="A spring.",
                    exits={"up": ExitDef(to="hall")},
                    flags=("healing",),
                ),
            ),
            items=(
                ItemDef(id="apple", keywords=("apple",), short="an apple", wear=("take",)),
                ItemDef(id="sword", keywords=("sword",), short="a sword", wear=("take",), kind="weapon"),
                ItemDef(id="anvil", keywords=("anvil",), short="an anvil", wear=("take",), weight=300),
                ItemDef(id="curse", keywords=("curse",), short="a curse", wear=("take",), flags=("nodrop",)),
                ItemDef(id="wand", keywords=("wand",), short="a wand", wear=("take",), values={"charges": 5}),
                ItemDef(id="ring", keywords=("ring",), short="a ring", wear=("take", "finger"), affects=("invisible",)),
                *(
                    ItemDef(
                        id=colour,
                        keywords=(colour,),
                        short=f"a {colour} potion",
                        kind="potion",
                        wear=("take",),
                        values={"level": 12} | {f"spell{n}": spell for n, spell in enumerate(spells, 1)},
                    )
                    for colour, spells in POTIONS.items()
                ),
                ItemDef(id="bag", keywords=("bag",), short="a bag", kind="container", wear=("take",)),
            ),
        )
    ]
)


def parts_of(name: str) -> dict[str, ModuleType]:
    """A module's code, as it is imported."""
    found = take_out(f"modules.{name}")
    put_back(found)
    return found


class Market(Kit):
    """All three modules. `say` is a line after which every coin and every item is counted."""

    def __init__(self, world: WorldDef | Path = WORLD, **settings: int) -> None:
        self.book = Book(self)
        self._imported = {name: parts for name in ("auction", "trading", "buffs") if (parts := parts_of(name))}
        super().__init__(AUCTION, TRADING, BUFFS, world=world, settings={"auction": {"fee_percent": 0, **settings}})

    # Time, and what happens in it

    def _build(self, state: WorldState | None, *args: Any, **more: Any) -> None:
        if more.get("accounts") is not None:  # a start after a crash
            self.book.fall_back()
        with self.book.still():
            super()._build(state, *args, **more)

    def _pass(self, seconds: float) -> None:
        super()._pass(seconds)
        self.book.page.elapsed += seconds

    def post(self, event: e.Event) -> None:
        """Let an event happen, and see what it does to effects."""
        if isinstance(event, e.Due) and is_of_effects(event):
            self.book.fall_due(event.timer, lambda: super(Market, self).post(event))
        else:
            super().post(event)
            self.book.look()

    def act(self, do: Callable[[CoreContext], T]) -> T:
        """Change something in an event of its own, and see what it does to effects."""
        found = super().act(do)
        if not self.book.is_still:  # else a module may be about to hear that it is in service
            self.book.look()
        return found

    def manage(self, do: str, name: str = "") -> str:
        """What `module restart NAME` and its like do; no effect may change by it."""
        with self.book.still():
            told = super().manage(do, name)
        self.wait(0.0)  # what waited for it falls due
        return told

    def reimport(self, name: str) -> str:
        """`module reload NAME`: its code is imported anew. `close` puts back what other tests have imported."""
        self.manager.loader = Loader(self.registry, self._given, lambda: self.wall)
        told = self.manage("reload", name)
        self.modules = tuple(self.registry.instances[module.name].module for module in self.modules)
        return told

    def close(self) -> None:
        """What was reloaded is again as it was before."""
        for name, parts in self._imported.items():
            take_out(f"modules.{name}")
            put_back(parts)

    def flush(self) -> None:
        """What a flush does."""
        super().flush()
        self.book.keep()

    def say(self, player: Player, *lines: str) -> str:
        """Type lines, counting after each; gives all that is read."""
        read = []
        for line in lines:
            read.append(player.do(line))
            self.count()
        return "\n".join(read)

    def count(self) -> None:
        """Fails unless every coin and every item is in one place."""
        assert self.audit() == []
        for owner in self.game.world.owners("char:"):
            assert owner.removeprefix("char:") in self.game.world.characters

    @property
    def minted(self) -> int:
        """All gold that there is."""
        return -self.game.world.ledger.balance(MINT)

    @property
    def things(self) -> list[str]:
        """The ids of all things, in memory or with somebody who is away."""
        away = [item.id for _, _, items in self._stored.values() for item in items]
        return sorted([*self.game.world.items, *away])

    def carried(self, player: Player) -> list[str]:
        """What somebody has in hand, by kind."""
        return sorted(item.kind for item in self.game.world.carried(player.character))

    def two(self, gold: int = 1000) -> tuple[Player, Player]:
        """Ada with a sword and a bag, Ben with gold."""
        ada, ben = self.player("Ada"), self.player("Ben", gold=gold)
        self.make_item("sword", ada.character)
        self.make_item("bag", ada.character)
        return ada, ben
