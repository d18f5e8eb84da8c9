"""Workers by one interface: what is done to a module and to a process means the same, and says the same."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mud.api import Work
from mud.core.errors import Conflict, NotFound
from mud.framework import metrics
from mud.framework.workers.controller import TRANSITIONS, Controller, Machine, WorkerState
from mud.framework.workers.registry import WorkerRegistry
from mud.testing import Kit
from tests.framework.lamp import lamp

W = WorkerState
#: The table of S3.6 written once more, by hand: a change of the table has to be meant.
LEGAL = {
    "idle": "starting",
    "starting": "running failed_start stopping",
    "running": "stopping starting failed_start idle",
    "stopping": "idle terminating failed_start",
    "terminating": "idle",
    "failed_start": "starting idle",
}
EDGES = sorted((before, after) for before, afters in LEGAL.items() for after in afters.split())
OTHERS = sorted(set(itertools.product(LEGAL, LEGAL)) - set(EDGES))


class Stage:
    """Modules of a kit, and processes, in one registry."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.called: list[str] = []
        self.told: list[str] = []
        hooks: dict[str, Any] = {name: self._note(name) for name in ("start", "stop", "shutdown", "force_stop")}
        self.kit = Kit(lamp(**hooks))
        self.workers = WorkerRegistry(
            self.kit.manager,
            folder / "workers",
            folder / "run",
            folder / "logs",
            lambda: self.kit.wall,
            self.told.append,
        )

    def _note(self, name: str) -> Callable[[Work], None]:
        return lambda work: self.called.append(name)

    async def take_on(self, name: str, script: str, *more: str) -> Controller:
        path = self.folder / f"{name}.toml"
        script = script.replace("CALLED", str(self.folder / "called"))
        lines = [f'name = "{name}"', f'command = ["sh", "-c", "{script}"]', "start_seconds = 0.01", "stop_seconds = 30"]
        path.write_text("\n".join([*lines, *more]), "utf-8")
        return await self.workers.add(path)

    def play(self, do: Callable[[], Any]) -> Any:
        """Do something in a loop of its own, and end all processes."""

        async def main() -> Any:
            try:
                return await do()
            finally:
                await self.workers.stop_all()

        return asyncio.run(main())


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


#: Notes that it was asked to end, and ends.
POLITE = "trap 'echo stop >> CALLED; exit' TERM; while :; do sleep 0.01; done"


@pytest.mark.parametrize("kind", ["module", "process"])
def test_both_kinds_are_told_the_same_and_do_the_same(stage: Stage, kind: str) -> None:  # S3.1, S3.2, S3.5, S3.6, S3.8
    def asked() -> bool:
        called = (stage.folder / "called").read_text() if (stage.folder / "called").exists() else ""
        return "stop" in called or "stop" in stage.called

    async def main() -> None:
        if kind == "process":
            await stage.take_on("lamp2", POLITE)
        worker = stage.workers.get("lamp" if kind == "module" else "lamp2")
        assert worker.type == kind and worker.state is W.RUNNING
        with pytest.raises(Conflict):
            await worker.start()
        started = worker.diagnostics().started
        assert started is not None and not asked()
        stage.kit.wall += 5
        await worker.restart(force=True)
        assert worker.state is W.RUNNING and not asked()
        assert worker.diagnostics().started == started + 5
        await worker.restart()
        assert worker.state is W.RUNNING and asked()
        await worker.stop()
        assert worker.state is W.IDLE and worker.diagnostics().started is None
        await worker.stop()  # is no error
        before = [t.after for t in worker.diagnostics().history]
        await worker.start()
        assert worker.state is W.RUNNING and [t.after for t in worker.diagnostics().history][: len(before)] == before

    stage.play(main)


def test_a_module_that_can_not_start_has_failed_and_can_be_tried_again(stage: Stage) -> None:  # S3.5
    fails = [True, True, False]

    def start(work: Work) -> None:
        if fails.pop(0):
            raise OSError("no luck")

    async def main() -> None:
        worker = stage.workers.get("lamp")
        await worker.stop()
        object.__setattr__(stage.kit.instance(), "module", lamp(start=start))
        for _ in range(2):
            with pytest.raises(Exception, match="no luck"):
                await worker.start()
            found = worker.diagnostics()
            assert worker.state is W.FAILED_START and "no luck" in found.last_error and found.started is None
            await worker.stop()  # is no error
        assert worker.diagnostics().errors == 2  # S2.9
        await worker.start()
        assert worker.state is W.RUNNING and not fails

    stage.play(main)


def test_names_are_one_space(stage: Stage) -> None:  # S3.3
    async def main() -> None:
        with pytest.raises(Conflict, match="There is a worker 'lamp' already"):
            await stage.take_on("lamp", POLITE)
        with pytest.raises(NotFound, match="Did you mean lamp"):
            stage.workers.get("lmap")
        with pytest.raises(Conflict, match="lamp is a module: `module unload lamp`"):
            stage.workers.remove("lamp")
        await stage.take_on("lamp2", POLITE)
        with pytest.raises(Conflict, match="stop it first"):
            stage.workers.remove("lamp2")
        await stage.workers.get("lamp2").stop()
        stage.workers.remove("lamp2")
        assert [worker.id for worker in stage.workers.all()] == ["lamp"]

    stage.play(main)


@pytest.mark.parametrize(("before", "after"), EDGES)
def test_what_is_in_the_table_is_allowed_and_remembered(before: str, after: str) -> None:  # S3.6
    machine = Machine("lamp", W(before))
    machine.go(W(after), 12.5, "because")
    assert machine.state is W(after)
    assert [(t.at, t.before, t.after, t.why) for t in machine.history] == [(12.5, before, after, "because")]


@pytest.mark.parametrize(("before", "after"), OTHERS)
def test_what_is_not_in_the_table_is_refused_and_changes_nothing(before: str, after: str) -> None:  # S3.6
    machine = Machine("lamp", W(before))
    with pytest.raises(Conflict, match=rf"^lamp can't go from {before} to {after}$"):
        machine.go(W(after), 1.0)
    assert machine.state is W(before) and not machine.history


def test_every_state_of_the_table_is_one_of_the_specification() -> None:  # S3.6
    assert {state.value for state in WorkerState} == set(LEGAL) and set(TRANSITIONS) == set(WorkerState)


def figures(stage: Stage) -> dict[str, str]:
    """Metrics by name and labels."""
    text = metrics.text([w.diagnostics() for w in stage.workers.all()], stage.kit.wall)
    return dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))


def state_of(found: dict[str, str], worker: str) -> list[str]:
    """The states that a worker is in, by its metrics; each has to be told."""
    told = {k: v for k, v in found.items() if k.startswith(f'everwake_worker_state{{id="{worker}"')}
    assert len(told) == len(WorkerState) and set(told.values()) == {"0", "1"}
    return [k.partition('state="')[2].rstrip('"}') for k, v in told.items() if v == "1"]


def test_metrics_have_the_value_of_each_state_and_the_uptime(stage: Stage) -> None:  # S3.11, S2.8
    module = '{id="lamp",type="module"}'
    ada = stage.kit.player("Ada")

    async def main() -> None:
        stage.kit.wall += 30
        assert state_of(figures(stage), "lamp") == ["running"]
        assert figures(stage)[f"everwake_worker_uptime_seconds{module}"] == "30"
        await stage.take_on("other", POLITE)
        stage.kit.wall += 12.5
        found = figures(stage)
        assert found[f"everwake_worker_uptime_seconds{module}"] == "42.5"
        assert found['everwake_worker_uptime_seconds{id="other",type="process"}'] == "12.5"
        assert state_of(found, "other") == ["running"]
        for worker in ("lamp", "other"):
            await stage.workers.get(worker).stop()
            found = figures(stage)
            assert state_of(found, worker) == ["idle"]
            assert not [k for k in found if k.startswith("everwake_worker_uptime") and f'"{worker}"' in k]

    ada.do("light")
    ada.do("light")
    ada.do("break")
    stage.play(main)
    found = figures(stage)
    assert found[f"everwake_module_timers{module}"] == "2"
    assert found[f"everwake_module_calls_total{module}"] == "3"
    assert found[f"everwake_worker_errors_total{module}"] == "1"
    assert 0.02 <= float(found[f"everwake_module_seconds_total{module}"]) < 2
    assert int(found[f"everwake_module_state_bytes{module}"]) > 0
    stage.kit.wait(10)
    assert figures(stage)[f"everwake_module_timers{module}"] == "2"  # they wait for it


async def until(condition: Callable[[], Any]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        await asyncio.sleep(0.005)


def test_the_admins_are_told_of_a_processs_health_and_end(stage: Stage) -> None:  # S2.2, S3.8, S4.7
    sick = stage.folder / "sick"
    check = f'health = ["sh", "-c", "test -e {sick} || exit 0; echo it coughs; exit 1"]'

    async def main() -> None:
        more = (check, "health_seconds = 0.02", "health_failures = 1000", "back_off_seconds = 0.01")
        worker = await stage.take_on("other", POLITE, *more)
        assert worker.diagnostics().health == "healthy" and stage.told == []
        sick.touch()
        await until(lambda: stage.told)
        assert stage.told == ["The worker other is unhealthy: the health check says: exit code 1"]
        found = worker.diagnostics()
        assert "it coughs" in found.illness and found.health_failures >= 1
        told = figures(stage)
        assert told['everwake_worker_healthy{id="other",type="process"}'] == "0"
        assert int(told['everwake_worker_health_failures{id="other",type="process"}']) >= 1
        sick.unlink()
        await until(lambda: len(stage.told) > 1)
        assert stage.told[1:] == ["The worker other is healthy again."]
        assert figures(stage)['everwake_worker_healthy{id="other",type="process"}'] == "1"
        os.kill(worker.diagnostics().pid or 0, signal.SIGKILL)
        await until(lambda: len(stage.told) > 2)
        assert stage.told[2:] == ["The worker other: killed by SIGKILL"]

    stage.play(main)
