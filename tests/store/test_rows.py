"""What is cut out of a world for a flush."""

from __future__ import annotations

from pathlib import Path

from mud.store import rows
from mud.testing import Kit

SMALL = Path(__file__).parent.parent / "worlds" / "small"


def test_a_row_that_can_not_be_made_keeps_no_other_from_the_disk() -> None:
    kit = Kit(world=SMALL)
    ada, ben = kit.player("Ada").character, kit.player("Ben").character
    world = kit.game.world
    world.edit(ada), world.edit(ben)
    ada.hp = 10**30
    world.journal.commit()
    cut = rows.Cut(world, lambda session: None, {})
    assert list(cut.stuck) == [("characters", ada.id)] and "OverflowError" in cut.stuck["characters", ada.id]
    written = {row[0] for row in cut.batch.puts["characters"]}
    assert ben.id in written and ada.id not in written
    assert world.journal.dirty == {("characters", ada.id)}
    world.edit(ada)
    ada.hp = 7
    world.journal.commit()
    again = rows.Cut(world, lambda session: None, {})
    assert again.stuck == {} and [row[0] for row in again.batch.puts["characters"]] == [ada.id]
    assert world.journal.dirty == set()
