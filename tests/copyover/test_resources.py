"""What the machine has left: how large a world is, told without writing all of it."""

from __future__ import annotations

import msgspec

from mud.copyover.resources import SAMPLE, size_of
from mud.core.world.model import Item
from mud.core.world.world import WorldState


def world(count: int) -> WorldState:
    items = [Item(id=f"i{n}", kind="sword" * (1 + n % 7), owner=f"room:{n}") for n in range(count)]
    return WorldState(items=items, balances={"mint": -5, "char:c1": 5})


def test_a_small_world_is_as_large_as_it_is_written() -> None:
    state = world(SAMPLE)
    fields = [getattr(state, name) for name in state.__struct_fields__]
    assert size_of(state) == sum(len(msgspec.msgpack.encode(field)) for field in fields)


def test_of_a_large_world_a_sample_tells_nearly_the_same() -> None:
    state = world(20 * SAMPLE)
    written = len(msgspec.msgpack.encode(state))
    assert abs(size_of(state) - written) < written / 20
