"""The kernel without sockets: players on the small world, what they type and what they read."""

from __future__ import annotations

from pathlib import Path

from mud.core.world.model import Character, Role
from mud.play import zones
from mud.testing import Kit, Player

SMALL = Path(__file__).parent.parent / "worlds" / "small"
ARENA = Path(__file__).parent.parent / "worlds" / "arena"
MARKET = Path(__file__).parent.parent / "worlds" / "market"


class Stage(Kit):
    """A game without modules on the world that most tests share."""

    def __init__(self, world: Path = SMALL) -> None:
        super().__init__(world=world)

    def enter(self, name: str, role: Role = "player") -> Player:
        """A new character in play."""
        return self.player(name, role)

    def mob(self, kind: str, room: str) -> Character:
        """A new mob."""
        return self.act(lambda ctx: zones.make_mob(ctx, kind, room))

    def settle(self) -> None:
        """Raises AssertionError unless the ledger sums to zero and every item is where its owner is."""
        world = self.game.world
        assert world.ledger.total() == 0
        owners = {c.owner_key for c in world.characters.values()} | {i.owner_key for i in world.items.values()}
        assert all(i.owner in owners or i.owner.startswith("room:") for i in world.items.values())
        for c in world.characters.values():
            foe = world.characters.get(c.fighting or "")
            assert c.fighting is None or (foe is not None and foe.room == c.room and foe.fighting is not None)


__all__ = ["Player", "Stage"]
