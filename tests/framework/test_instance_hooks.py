"""The copyover's hooks of a module: in their time, or not at all; and what fails changes nothing."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mud.api import Context, Module, State, Veto
from mud.core.errors import ModuleFault, SnapshotError, TimedOut
from mud.framework import instance
from mud.framework.instance import LIMITS
from mud.framework.watchdog import WATCH
from mud.snapshot import files
from mud.snapshot.envelope import Metadata
from mud.testing import Kit


class Count(State):
    """A number."""

    number: int = 0


def module(**more: object) -> Module[Count]:
    return Module(name="count", version="1.0.0", state=Count, **more)  # type: ignore[arg-type]


def hang(ctx: Context[Count], *state: Count) -> None:
    while True:
        pass


def fail(ctx: Context[Count], *state: Count) -> None:
    raise RuntimeError("no")


@pytest.fixture
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hooks have a twentieth of a second."""
    monkeypatch.setattr(instance, "LIMITS", dict.fromkeys(LIMITS, (0.02, 0.05)))


@pytest.mark.parametrize("hook", ["veto", "prepare", "cleanup"])
@pytest.mark.usefixtures("brief")
def test_a_hook_that_hangs_or_raises_is_a_fault_of_its_module(hook: str) -> None:  # S0.11, S0.12
    for handler, says in ((hang, f"count: {hook} took longer than 0.05 s"), (fail, "no")):
        kit = Kit(module(**{hook: handler}))
        with pytest.raises(ModuleFault) as caught:
            kit.act(lambda ctx: kit.instance().hook(hook, ctx))  # noqa: B023
        assert says in str(caught.value.__cause__)
        assert kit.instance().figures.errors == 1


@pytest.mark.parametrize("handler", [hang, fail])
@pytest.mark.usefixtures("brief")
def test_a_state_that_can_not_be_saved_is_a_fault_of_its_module(handler: object) -> None:  # S0.11, S0.12
    kit = Kit(module(save_state=handler))
    kit.state.number = 7
    with pytest.raises(ModuleFault):
        kit.act(lambda ctx: kit.instance().save_state(ctx, Metadata()))
    assert kit.state.number == 7


@pytest.mark.parametrize("handler", [hang, fail])
@pytest.mark.usefixtures("brief")
def test_a_state_that_can_not_be_restored_leaves_the_old_one(handler: object) -> None:  # S0.11, S1.6
    kit = Kit(module())
    kit.state.number = 7
    snapshot = kit.act(lambda ctx: kit.instance().save_state(ctx, Metadata()))
    other = Kit(module(restore_state=handler))
    other.state.number = 1
    with pytest.raises(ModuleFault):
        other.act(lambda ctx: other.instance().restore_state(ctx, snapshot, "here"))
    assert other.state.number == 1


def test_what_save_and_restore_give_is_taken() -> None:  # S0.1
    def doubled(ctx: Context[Count]) -> Count:
        return Count(number=ctx.state.number * 2)

    def one_more(ctx: Context[Count], state: Count) -> Count:
        return Count(number=state.number + 1)

    kit = Kit(module(save_state=doubled, restore_state=one_more))
    kit.state.number = 7
    kit.copyover()
    assert kit.state.number == 15


def test_a_module_without_state_needs_neither(tmp_path: Path) -> None:  # S0.1, S0.17
    kit = Kit(Module(name="bare", version="1.0.0"))
    kit.copyover()
    assert kit.cycle(tmp_path) == State()


def test_the_cycle_sees_a_file_that_stays_and_does_not_delete_it_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # S0.17
    kit = Kit(module())
    kit.cycle(tmp_path)
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(files, "remove", lambda folder, participant: None)
    with pytest.raises(AssertionError, match=r"count\.dat is still there"):
        kit.cycle(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["count.dat"]


def test_a_hook_that_is_late_is_reported_with_its_time(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:  # S0.11
    monkeypatch.setattr(instance, "LIMITS", LIMITS | {"veto": (0.001, 5.0)})

    def slow(ctx: Context[Count]) -> Veto | None:
        end = time.perf_counter() + 0.01
        while time.perf_counter() < end:
            pass
        return None

    kit = Kit(module(veto=slow))
    with caplog.at_level(logging.WARNING):
        assert kit.vetoes() == []
    (late,) = kit.instance().late
    assert late.startswith("veto took ") and "1 ms are the limit" in late and late in caplog.text
    assert late in kit.registry.describe("count")


#: Seconds of each hook, as S0.11 has them: beyond the first it is late, beyond the second it has failed.
WANTED = {
    "veto": (0.1, 0.2),
    "prepare": (0.5, 1.0),
    "save_state": (1.0, 2.0),
    "restore_state": (2.0, 4.0),
    "cleanup": (0.5, 1.0),
}


@pytest.mark.parametrize("hook", WANTED)
def test_each_hook_has_its_two_limits(hook: str, monkeypatch: pytest.MonkeyPatch) -> None:  # S0.11
    kit = Kit(module(**{hook: lambda ctx, *state: Count() if "state" in hook else None}))
    found, (soft, hard) = kit.instance(), WANTED[hook]

    def lasting(took: float) -> Callable[..., tuple[object, float]]:
        """A watch in which every hook takes so many seconds."""

        def call(seconds: float, what: str, run: Callable[[], object]) -> tuple[object, float]:
            if took > seconds:
                raise TimedOut(f"{what} was interrupted")
            return run(), took

        return call

    def does(took: float) -> tuple[int, bool]:
        """How often it is said to be late when it takes so long, and whether it fails."""
        found.late.clear()
        monkeypatch.setattr(WATCH, "call", lasting(took))
        try:
            kit.act(lambda ctx: found.hook(hook, ctx, *([Count()] if hook == "restore_state" else [])))
        except ModuleFault:
            return len(found.late), True
        return len(found.late), False

    assert [does(took) for took in (soft, soft + 0.001, hard, hard + 0.001)] == [
        (0, False),
        (1, False),
        (1, False),
        (0, True),
    ]


def test_a_state_that_is_no_plain_data_is_named() -> None:  # S0.9
    kit = Kit(module())
    kit.state.number = object()
    with pytest.raises(SnapshotError, match="count: its state can't be written"):
        kit.act(lambda ctx: kit.instance().save_state(ctx, Metadata()))


def test_a_snapshot_of_another_module_or_a_newer_one_changes_nothing() -> None:  # S0.6, S1.5, S1.9
    kit, other = Kit(module()), Kit(Module(name="other", version="1.0.0", state=Count))
    kit.state.number = 7
    theirs = other.act(lambda ctx: other.instance().save_state(ctx, Metadata()))
    with pytest.raises(SnapshotError, match=r"^file: this is the state of 'other', not of 'count' \(score 0\.00\)$"):
        kit.act(lambda ctx: kit.instance().restore_state(ctx, theirs, "file"))
    assert kit.state.number == 7
