"""A module's file, exported from one game and imported into another or the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from modules.auction import MODULE as AUCTION
from modules.buffs import MODULE as BUFFS
from modules.buffs.application import apply
from modules.buffs.state import Next, On
from mud.core.errors import SnapshotError
from mud.framework.instance import Instance
from mud.server.module_host import ModuleHost
from mud.server.module_transfer import ModuleTransfer
from mud.snapshot import belongings, files
from mud.snapshot.envelope import Metadata, Snapshot
from mud.testing import Kit
from mud.testing.kit import Player

WHY = Metadata(reason="export", created_by="the tests", tags=("spring",))


class Host:
    """As much of a server as a transfer needs."""

    def __init__(self, kit: Kit) -> None:
        self.registry, self.manager = kit.registry, kit.manager
        self.perform, self.post = kit.act, kit.post

    def whole(self, instance: Instance, generation: int, why: Metadata) -> Snapshot:
        saved = self.perform(lambda ctx: instance.save_state(ctx, why, generation))
        return belongings.with_belongings(saved, self.registry.belongings((instance.name,))[instance.name])


def transfer(kit: Kit) -> ModuleTransfer:
    return ModuleTransfer(cast(ModuleHost, Host(kit)), "here", lambda: 1, None)


def bless(kit: Kit, who: Player, seconds: float) -> None:
    kit.act(
        lambda ctx: kit.instance("buffs").run(
            lambda c, _: apply(c, who.character, "bless", "a test", seconds=seconds), ctx, None
        )
    )


def left(kit: Kit, who: Player) -> float:
    """The seconds until the blessing ends, by its note; by its timer too."""
    note = cast(On, kit.act(lambda ctx: kit.instance("buffs").run(lambda c, _: c.noted(who.character, On), ctx, None)))
    (effect,) = note.effects
    (timer,) = [
        t for t in kit.registry.timers_of("buffs") if cast(Any, t.payload).data["character"] == who.character.id
    ]
    assert note.timer == timer.id and effect.ends is not None
    assert timer.due == pytest.approx(effect.ends / 1000)
    return effect.ends / 1000 - kit.game.clock.game


def test_effects_go_to_another_server_with_the_time_that_they_had_left(tmp_path: Path) -> None:  # S1.13, S0.15
    old, new, path = Kit(BUFFS), Kit(BUFFS), tmp_path / "buffs.dat"
    old.player("Cleo")
    ada, ben = old.player("Ada"), old.player("Ben")
    bless(old, ada, 100)
    bless(old, ben, 50)
    old.wait(20)
    transfer(old).export("buffs", path, WHY)
    new.wait(5000)
    there = new.player("Ada")  # by another id, and without Ben; Dora is blessed there, which the file does not know
    dora = new.player("Dora")
    bless(new, dora, 100)
    assert there.character.id != ada.character.id
    for _ in range(2):  # S0.5
        told = transfer(new).import_("buffs", path)
        assert "2 timers" in told and "2 notes" in told
        assert f"what {path} has on 1 character who are not here is left out" in told
        assert left(new, there) == pytest.approx(80, abs=0.1)
        assert there.character.effects == ada.character.effects and not dora.character.effects
        assert len(new.registry.timers_of("buffs")) == 1
    new.wait(81)
    assert not there.character.effects and not there.character.notes
    assert Next.__name__ not in {cast(Any, t.payload).kind for t in new.registry.timers_of("buffs")}


def test_what_is_taken_back_twice_is_there_once_with_timers_and_gold(tmp_path: Path) -> None:  # S0.5
    kit, path = Kit(AUCTION), tmp_path / "auction.dat"
    ada, ben = kit.player("Ada", gold=100), kit.player("Ben", gold=500)
    kit.make_item("sword", ada.character)
    ada.do("auction sell sword 100 1h")
    assert "You bid" in ben.do("auction bid 1 120")
    transfer(kit).export("auction", path, WHY)
    before = (dict(kit.game.world.ledger.balances), kit.registry.belongings(("auction",)), kit.state)
    for _ in range(2):
        transfer(kit).import_("auction", path)
        assert (dict(kit.game.world.ledger.balances), kit.registry.belongings(("auction",)), kit.state) == before
        assert kit.audit() == []
    kit.wait(3700)
    assert kit.audit() == [] and [i.kind for i in kit.game.world.carried(ben.character)] == ["sword"]


def test_a_file_that_does_not_fit_changes_nothing(tmp_path: Path) -> None:  # S1.5, S1.6
    kit = Kit(BUFFS)
    ada = kit.player("Ada")
    bless(kit, ada, 100)
    path = tmp_path / "buffs.dat"
    transfer(kit).export("buffs", path, WHY)
    found = files.read(tmp_path, "buffs")
    assert found is not None and found.metadata.tags == ("spring",) and found.metadata.custom == {"server": "here"}
    theirs = belongings.read(found, "x")
    theirs.notes[ada.character.id] = belongings.Note("Ada", 1, b"\x07")
    files.write(tmp_path, belongings.with_belongings(found, theirs))
    before = kit.registry.belongings(("buffs",))
    with pytest.raises(SnapshotError, match=r"buffs\.dat: buffs: a note \(On\) does not fit: .*\(1 noted\)"):
        transfer(kit).import_("buffs", path)
    assert kit.registry.belongings(("buffs",)) == before


def test_a_file_of_the_version_before_is_the_state_alone(tmp_path: Path) -> None:  # S1.13
    kit = Kit(BUFFS)
    ada = kit.player("Ada")
    bless(kit, ada, 100)
    stored = Path(__file__).parent.parent / "snapshot" / "stored" / "buffs-of-world-2.dat"
    before = kit.registry.belongings(("buffs",))
    assert transfer(kit).import_("buffs", stored).startswith("buffs has the state of")
    assert kit.registry.belongings(("buffs",)) == before
