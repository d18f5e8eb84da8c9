"""Stopping and starting a module: its hooks are called, bounded in time and then forced; what was ordered is kept."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest

from mud.api import Context, InService, Job, Module, On, Work
from mud.core.errors import Conflict, FrameworkError
from mud.testing import Kit
from tests.framework.lamp import Lamp, lamp


class Notes:
    """What was called, in order."""

    def __init__(self) -> None:
        self.called: list[str] = []

    def hook(self, name: str) -> Callable[[Work], None]:
        return lambda work: self.called.append(name)

    def hooks(self, *names: str) -> dict[str, Any]:
        return {name: self.hook(name) for name in names}


LIFE = ("initialize", "start", "stop", "shutdown", "pause", "resume", "force_stop")


def states(kit: Kit) -> list[str]:
    return [t.after for t in kit.instance().life.history]


def test_a_stop_reaches_stop_and_shutdown_and_a_start_starts_it_again() -> None:  # S3.2, S3.5
    notes = Notes()
    kit = Kit(lamp(**notes.hooks(*LIFE)))
    ada = kit.player("Ada")
    assert ada.do("light") == "Lit 1."
    notes.called.clear()
    assert kit.manage("stop") == "lamp is stopped."
    assert notes.called == ["stop", "shutdown"]
    assert ada.do("light") == "The lamp module is out of service just now (stopped)."
    assert [row[2] for row in kit.registry.table()] == ["stopped"]
    kit.wait(60)
    assert kit.state.lit == 1  # its timers wait
    assert kit.manage("stop") == "lamp does not run (stopped)."
    assert notes.called == ["stop", "shutdown"]
    notes.called.clear()
    assert kit.manage("start") == "lamp runs again."
    assert notes.called == ["initialize", "start"]
    kit.wait(0)
    assert kit.state.lit == 101 and ada.do("light") == "Lit 102."
    assert states(kit)[-4:] == ["unloading", "loaded", "initializing", "active"]


@pytest.mark.parametrize(("verb", "held", "back"), [("stop", "stopped", "start"), ("pause", "paused", "resume")])
def test_what_was_ordered_holds_until_the_opposite_is(verb: str, held: str, back: str) -> None:  # S2.2, S3.2
    kit = Kit(lamp())
    ada = kit.player("Ada")
    ada.do("light")
    kit.manage(verb)
    for again in (kit.copyover, kit.flush, kit.crash, kit.copyover):
        again()
        assert [row[2] for row in kit.registry.table()] == [held]
    kit.manage(back)
    for again in (kit.copyover, kit.flush, kit.crash):
        again()
        assert [row[2] for row in kit.registry.table()] == ["active"]
    kit.wait(60)
    assert kit.state.lit == 101


def test_a_stopped_module_is_unloaded_with_its_state() -> None:  # S1.8, S3.4
    kit = Kit(lamp())
    kit.player("Ada").do("light")
    kit.manage("stop")
    kit.manage("unload")
    assert "lamp" in kit.manager.states and not kit.registry.instances


@pytest.mark.parametrize("state", ["active", "paused", "error"])
def test_what_runs_is_not_started(state: str) -> None:  # S3.2
    kit = Kit(lamp())
    if state == "paused":
        kit.manage("pause")
    elif state == "error":
        kit.instance().life.go(type(kit.instance().life.state)("error"), 1.0)
    with pytest.raises(Conflict, match=rf"^lamp runs already \({state}\); `module (restart|resume) lamp`"):
        kit.manage("start")


def test_what_others_require_is_not_stopped_under_them() -> None:  # S4.3
    kit = Kit(lamp(), Module(name="house", version="1.0.0", requires=("lamp",)))
    with pytest.raises(Conflict, match="house requires lamp: stop that first"):
        kit.manage("stop", "lamp")
    kit.manage("stop", "house")
    assert kit.manage("stop", "lamp") == "lamp is stopped."
    with pytest.raises(Conflict, match="house requires 'lamp', which does not run"):
        kit.manage("start", "house")


def raising(work: Work) -> None:
    raise OSError("no luck")


def hanging(work: Work) -> None:
    while True:
        pass


async def waiting(work: Work) -> None:
    await asyncio.Event().wait()


async def deaf(work: Work) -> None:
    while True:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            if asyncio.current_task() is not None and not ended:
                continue
            raise


#: Whether the deaf are to hear after all, so that the test's loop can end.
ended: list[bool] = []


@pytest.mark.parametrize("which", ["stop", "shutdown"])
@pytest.mark.parametrize(
    ("hook", "says"),
    [
        (raising, "no luck"),
        (hanging, "was interrupted"),
        (waiting, "took longer than 0.05 s and was cancelled"),
        (deaf, "is deaf to its cancellation and was left behind"),
    ],
)
def test_a_stop_that_fails_or_hangs_is_bounded_and_then_forced(
    which: str, hook: Any, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:  # S3.5, S4.7
    monkeypatch.setattr("mud.framework.work.CANCEL_SECONDS", 0.05)
    ended.clear()
    notes = Notes()
    kit = Kit(lamp(**(notes.hooks(*LIFE) | {which: hook})))
    kit.manager.loader.given.options.stop_seconds = 0.05
    notes.called.clear()

    async def stop() -> str:
        done = await kit.manager.manage("stop", "lamp")
        ended.append(True)
        return done

    began = time.monotonic()
    assert asyncio.run(stop()) == "lamp is stopped."
    assert time.monotonic() - began < 2
    other = "shutdown" if which == "stop" else "stop"
    assert notes.called == [other, "force_stop"]
    assert says in kit.instance().figures.last_error and kit.instance().figures.errors == 1
    assert kit.manage("start") == "lamp runs again."


@pytest.mark.parametrize(("hook", "says"), [(hanging, "was interrupted"), (raising, "no luck")])
def test_a_forced_clean_up_can_not_hang(hook: Any, says: str, monkeypatch: pytest.MonkeyPatch) -> None:  # S4.7
    monkeypatch.setattr("mud.framework.work.FORCE_SECONDS", 0.05)
    notes = Notes()
    kit = Kit(lamp(**(notes.hooks("stop", "shutdown") | {"force_stop": hook})))
    began = time.monotonic()
    asyncio.run(kit.manager.restart("lamp", force=True))
    assert time.monotonic() - began < 2
    assert not notes.called and says in kit.instance().figures.last_error
    assert kit.player("Ada").do("light") == "Lit 1."


def test_a_forced_restart_asks_neither_hooks_nor_jobs() -> None:  # S3.2, S4.7
    notes = Notes()
    begun: list[str] = []

    async def job(work: Work) -> None:
        begun.append("job")
        while not ended:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                continue

    kit = Kit(lamp(**notes.hooks(*LIFE), jobs=(Job("job", job),)))
    notes.called.clear()
    ended.clear()

    async def main() -> None:
        kit.manager.begin_work()
        await asyncio.sleep(0)
        await kit.manager.restart("lamp", force=True)
        await asyncio.sleep(0)
        ended.append(True)

    asyncio.run(main())
    assert notes.called == ["force_stop", "initialize", "start"] and begun == ["job", "job"]
    assert kit.instance().life.history[-4].why == "forced"


def test_a_start_that_fails_is_cleaned_up_after_by_force() -> None:  # S3.5, S4.7
    notes = Notes()
    with pytest.raises(FrameworkError, match="no luck"):
        Kit(lamp(**(notes.hooks(*LIFE) | {"start": raising})))
    assert notes.called == ["initialize", "force_stop"]


def test_a_start_time_is_that_of_the_last_start() -> None:  # S3.8
    kit = Kit(lamp())
    life = kit.instance().life
    assert life.started == 2_000_000.0
    kit.wait(30)
    kit.manage("pause")
    kit.wait(30)
    kit.manage("resume")
    assert life.started == 2_000_000.0
    kit.manage("stop")
    assert life.started is None
    kit.wait(10)
    kit.manage("start")
    assert life.started == 2_000_070.0


def test_who_comes_back_into_service_hears_so_once() -> None:  # S2.2
    heard: list[str] = []

    def back(ctx: Context[Lamp], signal: InService) -> None:
        heard.append("in service")

    kit = Kit(Module(name="lamp", version="1.0.0", state=Lamp, on=[On(InService, back)]))
    kit.manage("pause")
    kit.copyover()
    assert heard == ["in service"]
    kit.manage("resume")
    assert heard == ["in service"] * 2
