"""Process workers with real processes and real signals, and a real exec between one program and the next."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mud.core.errors import Conflict, Failed, FrameworkError, Invalid, NotFound, TimedOut
from mud.framework.workers.controller import WorkerState
from mud.framework.workers.manifest import (
    ProcessRecord,
    WorkerManifest,
    read_manifest,
    read_record,
    record_path,
    write_record,
)
from mud.framework.workers.process import ProcessController
from mud.framework.workers.program import Identity, group_members, stat
from tests.e2e.harness import inheritable, wait_for

ROOT = Path(__file__).parent.parent.parent.parent
#: Seconds that anything may take before a test gives up.
LIMIT = 30.0
W = WorkerState

#: Deaf to SIGTERM, and says when.
DEAF = "trap '' TERM; touch deaf; while :; do sleep 1000; done"
#: Leaves something deaf behind in its group when it ends.
PARENT = f"sh -c '{DEAF.replace(chr(39), chr(34))}' & while ! test -e deaf; do sleep 0.01; done; touch both; wait"


async def until(condition: Callable[[], Any], what: str) -> None:
    """Let the loop run until `condition` gives something true."""
    end = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < end, f"not within {LIMIT} s: {what}"
        await asyncio.sleep(0.005)


class Stage:
    """Workers in a folder of their own. Every process that any of them started bears its mark."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.records = folder / "run" / "workers"
        self.logs = folder / "logs"
        self.others: list[subprocess.Popen[bytes]] = []

    def manifest(self, script: str = "exec sleep 1000", **more: Any) -> WorkerManifest:
        """A worker that runs a script of the shell, unless it has a `command` or `pid_file`."""
        if "command" not in more and "pid_file" not in more:
            more["command"] = ("sh", "-c", script)
        environment = {"STAGE": str(self.folder)} | more.pop("environment", {})
        usual: dict[str, Any] = {"name": "echo", "folder": str(self.folder), "start_seconds": 0.05}
        return WorkerManifest(environment=environment, **{**usual, "back_off_seconds": 0.02, **more})

    def worker(self, script: str = "exec sleep 1000", clock: Callable[[], float] = time.time, **more: Any) -> Any:
        """Its controller."""
        return ProcessController(self.manifest(script, **more), self.records, self.logs, clock)

    def record(self, name: str = "echo") -> ProcessRecord:
        """What lies on the disk."""
        return read_record(self.records, name)

    def has(self, name: str) -> bool:
        """Whether there is such a file."""
        return (self.folder / name).exists()

    def alive(self) -> list[int]:
        """All processes of this stage that live."""
        found = []
        for name in filter(str.isdigit, os.listdir("/proc")):
            with contextlib.suppress(OSError):
                marked = f"STAGE={self.folder}".encode() in Path(f"/proc/{name}/environ").read_bytes().split(b"\0")
                it = stat(int(name))
                if marked and it is not None and not it.ended:
                    found.append(int(name))
        return found

    def other(self) -> subprocess.Popen[bytes]:
        """A process that is no worker of ours."""
        self.others.append(subprocess.Popen(["sleep", "1000"]))
        return self.others[-1]

    def close(self) -> None:
        """End whatever is left."""
        for other in self.others:
            other.kill()
            other.wait()

        def ended() -> bool:
            left = self.alive()
            for pid in left:
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
            return not left

        wait_for(ended, "the end of all that was started")
        record = record_path(self.records, "echo")
        if record.is_file():
            with contextlib.suppress(FrameworkError, OSError):
                process = self.record().process
                if process is not None:
                    os.waitpid(process.pid, os.WNOHANG)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path)
    yield made
    made.close()


def lives(pid: int) -> bool:
    """Whether a process runs."""
    it = stat(pid)
    return it is not None and not it.ended


def pid_of(worker: ProcessController) -> int:
    pid = worker.diagnostics().pid
    assert pid is not None
    return pid


def walked(worker: ProcessController) -> list[str]:
    """The states it went through."""
    return [step.after for step in worker.diagnostics().history]


# What is ordered


def test_it_starts_and_stops(stage: Stage) -> None:  # S3.2 S3.6 S3.8
    async def main() -> None:
        worker = stage.worker(capabilities=("echo",), endpoint="ipc:/tmp/echo")
        assert worker.state is W.IDLE and worker.diagnostics().pid is None
        await worker.start()
        said = worker.diagnostics()
        assert (said.id, said.type, said.state, said.health) == ("echo", "process", "running", "unknown")
        assert said.capabilities == ("echo",) and said.endpoint == "ipc:/tmp/echo"
        assert said.pid is not None and lives(said.pid) and os.getsid(said.pid) == said.pid
        assert said.executable == os.readlink(f"/proc/{said.pid}/exe")
        assert said.memory is not None and said.memory > 0 and said.cpu is not None
        assert said.started is not None and abs(said.started - time.time()) < LIMIT
        assert said.detail["log"] == str(stage.logs / "worker-echo.log") and said.detail["restarts"] == 0
        await worker.stop()
        assert worker.state is W.IDLE and not lives(said.pid) and stat(said.pid) is None
        assert walked(worker) == ["starting", "running", "stopping", "idle"]
        said = worker.diagnostics()
        assert said.pid is None and said.memory is None and said.detail["last_exit"] == "killed by SIGTERM"
        await worker.stop()
        assert worker.state is W.IDLE and worker.diagnostics().errors == 0

    asyncio.run(main())


def test_what_runs_is_not_started_twice(stage: Stage) -> None:  # S3.2
    async def main() -> None:
        worker = stage.worker(start_seconds=0.3)
        first = asyncio.create_task(worker.start())
        await until(lambda: worker.state is W.STARTING, "starting")
        with pytest.raises(Conflict, match="starting already"):
            await worker.start()
        await first
        with pytest.raises(Conflict, match="running already"):
            await worker.start()
        assert len(stage.alive()) == 1
        await worker.stop()

    asyncio.run(main())


def test_a_restart_is_another_process(stage: Stage) -> None:  # S3.2
    async def main() -> None:
        worker = stage.worker()
        await worker.restart()
        before = pid_of(worker)
        await worker.restart()
        assert worker.state is W.RUNNING and pid_of(worker) != before and stage.alive() == [pid_of(worker)]
        await worker.stop()

    asyncio.run(main())


def test_a_forced_restart_does_not_ask(stage: Stage) -> None:  # S3.2
    async def main() -> None:
        worker = stage.worker(DEAF, stop_seconds=600)
        await worker.start()
        await until(lambda: stage.has("deaf"), "deaf")
        before = pid_of(worker)
        await asyncio.wait_for(worker.restart(force=True), LIMIT)
        assert worker.state is W.RUNNING and not lives(before)
        assert worker.diagnostics().detail["last_exit"] == "killed by SIGKILL"
        assert W.TERMINATING.value in walked(worker)
        worker.let_go()

    asyncio.run(main())


def test_who_does_not_hear_is_killed(stage: Stage) -> None:  # S3.5
    async def main() -> None:
        worker = stage.worker(DEAF, stop_seconds=0.1)
        await worker.start()
        await until(lambda: stage.has("deaf"), "deaf")
        await asyncio.wait_for(worker.stop(), LIMIT)
        assert walked(worker)[-3:] == ["stopping", "terminating", "idle"]
        assert stage.alive() == []

    asyncio.run(main())


def test_two_stops_are_one(stage: Stage) -> None:  # S3.5
    async def main() -> None:
        worker = stage.worker(DEAF, stop_seconds=0.2)
        await worker.start()
        await until(lambda: stage.has("deaf"), "deaf")
        await asyncio.gather(worker.stop(), worker.stop())
        assert worker.state is W.IDLE and walked(worker).count("stopping") == 1

    asyncio.run(main())


def test_grandchildren_end_with_it(stage: Stage) -> None:  # S3.5
    async def main() -> None:
        worker = stage.worker(PARENT, stop_seconds=0.2)
        await worker.start()
        await until(lambda: stage.has("both"), "a grandchild")
        assert len(stage.alive()) >= 2
        await asyncio.wait_for(worker.stop(), LIMIT)
        assert stage.alive() == []

    asyncio.run(main())


def test_a_grandchild_that_tidies_up_is_waited_for(stage: Stage) -> None:  # S3.5
    tidy = "sh -c 'trap \"sleep 0.3; touch tidied; exit\" TERM; touch set; while :; do sleep 0.01; done' & wait"

    async def main() -> None:
        worker = stage.worker(tidy, stop_seconds=LIMIT)
        await worker.start()
        await until(lambda: stage.has("set"), "the trap")
        await worker.stop()
        assert stage.has("tidied") and stage.alive() == []
        assert W.TERMINATING.value not in walked(worker)

    asyncio.run(main())


def test_grandchildren_do_not_outlive_a_crash(stage: Stage) -> None:  # S3.5
    async def main() -> None:
        worker = stage.worker(PARENT, restart="never")
        await worker.start()
        await until(lambda: stage.has("both"), "a grandchild")
        os.kill(pid_of(worker), signal.SIGKILL)
        await until(lambda: worker.state is W.FAILED_START, "the crash is noticed")
        assert stage.alive() == []

    asyncio.run(main())


# Starts that fail


def test_what_ends_at_once_has_not_started(stage: Stage) -> None:  # S3.5
    async def main() -> None:
        worker = stage.worker("echo no such table: cats >&2; exit 3", start_seconds=LIMIT)
        with pytest.raises(Failed, match=r"(?s)echo ended while it started: exit code 3.*no such table: cats") as error:
            await worker.start()
        assert error.value.details["worker"] == "echo"
        said = worker.diagnostics()
        assert said.state == "failed_start" and said.errors == 1 and "no such table" in said.last_error
        assert said.detail["restarts"] == 0 and said.pid is None

    asyncio.run(main())


def test_a_failed_start_can_be_tried_again(stage: Stage) -> None:  # S3.5
    async def main() -> None:
        worker = stage.worker("test -e cats || exit 3; exec sleep 1000", start_seconds=1.0)
        with pytest.raises(Failed):
            await worker.start()
        (stage.folder / "cats").touch()
        await worker.start()
        assert worker.state is W.RUNNING and walked(worker)[:2] == ["starting", "failed_start"]
        await worker.stop()

    asyncio.run(main())


@pytest.mark.parametrize(
    ("more", "what"),
    [
        ({"command": ("/no/such/program",)}, "/no/such/program: No such file"),
        ({"command": ("/etc/passwd",)}, "Permission denied"),
        ({"folder": "/no/such/folder"}, "/no/such/folder: No such file"),
        ({"command": ("sh", "a\0b")}, "null byte"),
        ({"open_files": 1 << 40}, "open_files = 1099511627776 can't be set"),
    ],
)
def test_what_cannot_be_started_says_why(stage: Stage, more: dict[str, Any], what: str) -> None:  # S3.5 S3.10
    async def main() -> None:
        worker = stage.worker(**more)
        with pytest.raises(Failed, match=what):
            await worker.start()
        assert worker.state is W.FAILED_START and what in worker.diagnostics().last_error
        assert stage.alive() == []

    asyncio.run(main())


def test_a_start_that_is_given_up_leaves_nothing(stage: Stage) -> None:  # S3.5
    async def main() -> None:
        worker = stage.worker(start_seconds=600.0)
        start = asyncio.create_task(worker.start())
        await until(stage.alive, "a process")
        start.cancel()
        with pytest.raises(asyncio.CancelledError):
            await start
        await until(lambda: worker.state is W.FAILED_START, "the start is given up")
        assert stage.alive() == []

    asyncio.run(main())


def test_a_stop_during_a_start(stage: Stage) -> None:  # S3.5
    async def main() -> None:
        worker = stage.worker(start_seconds=600.0)
        start = asyncio.create_task(worker.start())
        await until(stage.alive, "a process")
        await worker.stop()
        with pytest.raises(Conflict, match="was stopped"):
            await start
        assert worker.state is W.IDLE and stage.alive() == []

    asyncio.run(main())


# Ends that nobody ordered


def test_after_a_crash_it_is_restarted(stage: Stage) -> None:  # S3.5 S3.8
    async def main() -> None:
        worker = stage.worker("echo here I am; exec sleep 1000")
        await worker.start()
        before = pid_of(worker)
        os.kill(before, signal.SIGKILL)
        await until(lambda: worker.state is W.RUNNING and pid_of(worker) != before, "a restart")
        said = worker.diagnostics()
        assert said.detail["restarts"] == 1 and said.errors == 1
        assert "killed by SIGKILL" in said.last_error and "here I am" in said.last_error
        assert [step.why for step in said.history if step.before == "running"] == ["again in 0.02 s"]
        assert stat(before) is None
        await worker.stop()

    asyncio.run(main())


@pytest.mark.parametrize(
    ("restart", "code", "state"),
    [("on-failure", 0, W.IDLE), ("never", 0, W.IDLE), ("never", 7, W.FAILED_START)],
)
def test_an_end_that_is_left_at_that(stage: Stage, restart: str, code: int, state: WorkerState) -> None:  # S3.6
    async def main() -> None:
        worker = stage.worker(f"while ! test -e end; do sleep 0.01; done; exit {code}", restart=restart)
        await worker.start()
        (stage.folder / "end").touch()
        await until(lambda: worker.state is not W.RUNNING, "the end")
        assert worker.state is state and worker.diagnostics().detail["last_exit"] == f"exit code {code}"

    asyncio.run(main())


def test_one_that_is_always_wanted(stage: Stage) -> None:
    async def main() -> None:
        worker = stage.worker("while ! rm end 2>/dev/null; do sleep 0.01; done", restart="always")
        await worker.start()
        before = pid_of(worker)
        (stage.folder / "end").touch()
        await until(lambda: worker.state is W.RUNNING and pid_of(worker) != before, "a restart")
        assert worker.diagnostics().detail["last_exit"] == "exit code 0" and worker.diagnostics().errors == 0
        await worker.stop()

    asyncio.run(main())


def test_it_is_given_up_after_some_restarts(stage: Stage) -> None:
    async def main() -> None:
        worker = stage.worker("test -e bad && exit 4; exec sleep 1000", max_restarts=2)
        await worker.start()
        (stage.folder / "bad").touch()
        os.kill(pid_of(worker), signal.SIGKILL)
        await until(lambda: "given up after 2 restarts" in worker.diagnostics().last_error, "given up")
        said = worker.diagnostics()
        assert said.state == "failed_start" and said.detail["restarts"] == 2 and "exit code 4" in said.last_error
        (stage.folder / "bad").unlink()
        await worker.start()
        assert worker.state is W.RUNNING and worker.diagnostics().detail["restarts_in_a_row"] == 0
        await worker.stop()

    asyncio.run(main())


def test_the_wait_doubles_and_has_an_end(stage: Stage) -> None:
    manifest = WorkerManifest(name="echo", command=("true",))
    assert [manifest.back_off(tries) for tries in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert manifest.back_off(1_000_000) == 60


def test_a_run_of_a_minute_ends_the_row(stage: Stage) -> None:
    ahead = [0.0]

    async def main() -> None:
        worker = stage.worker(clock=lambda: time.time() + ahead[0])
        await worker.start()
        for ahead[0], row in ((0.0, 1), (0.0, 2), (61.0, 1)):
            before = pid_of(worker)
            os.kill(before, signal.SIGKILL)
            await until(lambda before=before: worker.state is W.RUNNING and pid_of(worker) != before, "a restart")  # type: ignore[misc]
            assert worker.diagnostics().detail["restarts_in_a_row"] == row
        assert worker.diagnostics().detail["restarts"] == 3
        await worker.stop()

    asyncio.run(main())


def test_a_wait_for_a_restart_can_be_ended(stage: Stage) -> None:
    async def main() -> None:
        worker = stage.worker(back_off_seconds=60)
        await worker.start()
        os.kill(pid_of(worker), signal.SIGKILL)
        await until(lambda: worker.state is W.STARTING, "the wait")
        assert worker.diagnostics().detail["restart_at"] > time.time() + 30
        await worker.start()
        assert worker.state is W.RUNNING and worker.diagnostics().detail["restart_at"] is None
        os.kill(pid_of(worker), signal.SIGKILL)
        await until(lambda: worker.state is W.STARTING, "the wait")
        await worker.stop()
        assert worker.state is W.IDLE and stage.alive() == []

    asyncio.run(main())


# Health


def test_health_is_what_its_command_says(stage: Stage) -> None:  # S3.1 S3.8
    async def main() -> None:
        check = ("sh", "-c", "test -e sick || exit 0; echo it coughs; exit 1")
        worker = stage.worker(health=check, health_seconds=0.02, health_timeout=LIMIT, health_failures=1000)
        await worker.start()
        assert worker.diagnostics().health == "healthy"
        (stage.folder / "sick").touch()
        await until(lambda: worker.diagnostics().health == "unhealthy", "unhealthy")
        said = worker.diagnostics()
        assert said.state == "running" and said.errors == 1
        assert "exit code 1" in said.last_error and "it coughs" in said.last_error
        first = said.detail["last_health_check"]
        await until(lambda: worker.diagnostics().detail["last_health_check"] > first, "another check")
        assert worker.diagnostics().errors == 1
        (stage.folder / "sick").unlink()
        await until(lambda: worker.diagnostics().health == "healthy", "healthy again")
        await worker.stop()
        assert worker.diagnostics().health == "unknown" and stage.alive() == []

    asyncio.run(main())


#: Healthy for a start, and until somebody says otherwise.
SICK = ("sh", "-c", "test -e sick || exit 0; echo it coughs; exit 1")


@pytest.mark.parametrize(
    ("restart", "script"),
    [
        ("on-failure", "exec sleep 1000"),
        ("always", DEAF),
        ("on-failure", "trap 'exit 0' TERM; while :; do sleep 0.01; done"),
    ],
)
def test_one_that_stays_unhealthy_is_ended_and_started_again(stage: Stage, restart: Any, script: str) -> None:  # S3.5
    async def main() -> None:
        worker = stage.worker(
            script, health=SICK, health_seconds=0.02, health_failures=2, restart=restart, stop_seconds=0.3
        )
        await worker.start()
        if script == DEAF:
            await until(lambda: stage.has("deaf"), "deaf")
        first = pid_of(worker)
        (stage.folder / "sick").touch()
        await until(lambda: worker.state is W.STARTING, "the end of the first")
        (stage.folder / "sick").unlink()
        await until(lambda: worker.state is W.RUNNING, "the second")
        said = worker.diagnostics()
        assert pid_of(worker) != first and said.health == "healthy" and not lives(first)
        assert said.detail["restarts"] == said.detail["restarts_in_a_row"] == 1
        assert "echo stays unhealthy and is restarted" in said.last_error and "it coughs" in said.last_error
        await worker.stop()
        assert worker.state is W.IDLE and stage.alive() == []

    asyncio.run(main())


@pytest.mark.parametrize("failures", [1, 1000])
def test_one_that_is_never_restarted_or_not_ill_for_long_is_left_as_it_is(stage: Stage, failures: int) -> None:  # S3.12
    async def main() -> None:
        restart = "never" if failures == 1 else "always"
        worker = stage.worker(health=SICK, health_seconds=0.02, health_failures=failures, restart=restart)
        await worker.start()
        first = pid_of(worker)
        (stage.folder / "sick").touch()
        await until(lambda: worker._checks.failures >= 5, "five bad answers")
        assert worker.state is W.RUNNING and pid_of(worker) == first and lives(first)
        assert worker.diagnostics().health == "unhealthy" and worker.diagnostics().errors == 1
        os.kill(first, signal.SIGKILL)
        await until(lambda: worker.state is not W.RUNNING, "its end")
        assert "SIGKILL" in worker.diagnostics().last_error
        await worker.stop()

    asyncio.run(main())


def test_one_that_falls_ill_again_and_again_is_given_up(stage: Stage) -> None:  # S3.5
    async def main() -> None:
        check = ("sh", "-c", "test -e up && exit 1; touch up")  # the first look at each run finds it well
        worker = stage.worker(
            "rm -f up; exec sleep 1000", health=check, health_seconds=0.02, health_failures=1, max_restarts=2
        )
        await worker.start()
        await until(lambda: worker.state is W.FAILED_START, "it is given up")
        assert "given up after 2 restarts in a row" in worker.diagnostics().last_error
        assert stage.alive() == []

    asyncio.run(main())


def test_health_in_the_long_run_ends_the_row_of_restarts(stage: Stage) -> None:  # S3.5
    async def main() -> None:
        now = [1000.0]
        worker = stage.worker(clock=lambda: now[0], health=SICK, health_seconds=0.02, health_failures=1)
        worker.record.tries = 3
        await worker.start()
        worker.record.tries = 3
        checked = worker.diagnostics().detail["last_health_check"]
        now[0] += 59.0
        await until(lambda: worker.diagnostics().detail["last_health_check"] > checked, "a check")
        assert worker.record.tries == 3
        now[0] += 2.0
        await until(lambda: worker.record.tries == 0, "the end of the row")
        await worker.stop()

    asyncio.run(main())


def test_a_stop_while_it_is_ended_for_its_illness_is_the_last_word(stage: Stage) -> None:  # S3.5
    async def main() -> None:
        worker = stage.worker(
            DEAF, health=SICK, health_seconds=0.02, health_failures=1, restart="always", stop_seconds=1.0
        )
        await worker.start()
        await until(lambda: stage.has("deaf"), "deaf")
        (stage.folder / "sick").touch()
        await until(lambda: "is restarted" in worker.diagnostics().last_error, "it is being ended")
        await worker.stop()
        assert worker.state is W.IDLE and worker.record.stopped and stage.alive() == []

    asyncio.run(main())


def test_one_that_is_never_healthy_has_not_started(stage: Stage) -> None:  # S3.5
    async def main() -> None:
        worker = stage.worker(health=("false",), ready_seconds=1.0)
        with pytest.raises(TimedOut, match="echo is not healthy after 1 s"):
            await worker.start()
        assert worker.state is W.FAILED_START and stage.alive() == []

    asyncio.run(main())


def test_a_start_waits_for_health(stage: Stage) -> None:  # S3.5
    async def main() -> None:
        worker = stage.worker("sleep 0.3; touch up; exec sleep 1000", health=("test", "-e", "up"))
        await worker.start()
        assert stage.has("up") and worker.diagnostics().health == "healthy"
        await worker.stop()

    asyncio.run(main())


def test_a_health_check_that_hangs(stage: Stage) -> None:  # S3.12
    async def main() -> None:
        check = ("sh", "-c", "test -e hang || exit 0; touch hangs; sleep 1000 & wait")
        worker = stage.worker(health=check, health_seconds=0.02, health_timeout=0.5)
        await worker.start()
        (stage.folder / "hang").touch()
        await until(lambda: worker.diagnostics().health == "unhealthy", "unhealthy")
        assert "did not answer within 0.5 s" in worker.diagnostics().last_error
        (stage.folder / "hangs").unlink()
        await until(lambda: stage.has("hangs"), "it hangs again")
        worker.let_go()  # ends it
        await until(lambda: stage.alive() == [pid_of(worker)], "only the worker lives")

    asyncio.run(main())


def test_a_health_check_that_cannot_be_started(stage: Stage) -> None:
    async def main() -> None:
        worker = stage.worker(health=("/no/such/check",), ready_seconds=0.1)
        with pytest.raises(TimedOut, match="the health check can't be started"):
            await worker.start()

    asyncio.run(main())


# What it is given


def test_limits_are_set(stage: Stage) -> None:  # S3.8
    async def main() -> None:
        worker = stage.worker(memory_bytes=1 << 28, open_files=64)
        await worker.start()
        limits = Path(f"/proc/{pid_of(worker)}/limits").read_text().splitlines()
        values = {line[:26].strip(): line[26:].split()[:2] for line in limits}
        assert values["Max address space"] == [str(1 << 28)] * 2
        assert values["Max open files"] == ["64"] * 2
        await worker.stop()

    asyncio.run(main())


def test_it_gets_nothing_of_ours(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:  # S3.12
    monkeypatch.setenv("EVERWAKE_HANDOVER", "7")
    monkeypatch.setenv("NOTIFY_SOCKET", "/run/notify")
    read, write = os.pipe()
    os.set_inheritable(write, True)

    async def main() -> None:
        worker = stage.worker(environment={"COLOUR": "green"})
        await worker.start()
        pid = pid_of(worker)
        environment = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        assert b"COLOUR=green" in environment
        assert not any(line.startswith((b"EVERWAKE_", b"NOTIFY_SOCKET")) for line in environment)
        fds = {int(fd): os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")}
        log = str(worker.log_path)
        assert fds == {0: "/dev/null", 1: log, 2: log}
        await worker.stop()

    try:
        asyncio.run(main())
    finally:
        os.close(read)
        os.close(write)


def test_its_log_is_a_file_and_is_rotated(stage: Stage) -> None:
    async def main() -> None:
        worker = stage.worker("echo one; echo two >&2; touch said; exec sleep 1000")
        await worker.start()
        await until(lambda: stage.has("said"), "its output")
        await worker.stop()
        log = worker.log_path
        assert log.read_text() == "one\ntwo\n" and log.stat().st_mode & 0o777 == 0o600
        (stage.folder / "said").unlink()
        await worker.start()
        await until(lambda: stage.has("said"), "its output")
        await worker.stop()
        assert log.read_text() == "one\ntwo\n" * 2
        os.truncate(log, 10_000_001)
        await worker.start()
        await worker.stop()
        assert log.stat().st_size < 100 and log.with_name("worker-echo.log.1").stat().st_size == 10_000_001

    asyncio.run(main())


# Over a copyover


def test_it_is_let_go_and_taken_on_in_the_same_loop(stage: Stage) -> None:  # S3.12
    async def main() -> None:
        worker = stage.worker()
        fds, passed_on = len(os.listdir("/proc/self/fd")), inheritable(os.getpid())
        await worker.start()
        pid = pid_of(worker)
        for _ in range(10):
            worker.let_go()
            worker.let_go()
            assert len(os.listdir("/proc/self/fd")) == fds
            assert worker.adopt() and worker.adopt()
            assert worker.state is W.RUNNING and pid_of(worker) == pid
            assert inheritable(os.getpid()) == passed_on
        os.kill(pid, signal.SIGKILL)
        await until(lambda: worker.state is W.RUNNING and pid_of(worker) != pid, "a restart")
        await worker.stop()

    asyncio.run(main())


@pytest.mark.parametrize("new", [False, True])
def test_it_is_taken_on_in_another_loop(stage: Stage, new: bool) -> None:  # S3.12
    """With `new` by another controller, as after an exec."""
    worker = stage.worker()
    pids = []

    async def first() -> None:
        await worker.start()
        pids.append(pid_of(worker))
        worker.let_go()

    async def second(worker: ProcessController) -> None:
        assert worker.adopt() and worker.state is W.RUNNING
        pids.append(pid_of(worker))
        os.kill(pids[-1], signal.SIGKILL)
        await until(lambda: worker.diagnostics().detail["restarts"] == 1 and worker.state is W.RUNNING, "a restart")
        assert worker.diagnostics().detail["last_exit"] == "killed by SIGKILL"
        await worker.stop()

    asyncio.run(first())
    asyncio.run(second(stage.worker() if new else worker))
    assert pids[0] == pids[1]


DRIVER = """
import asyncio, os, signal, sys, time
from pathlib import Path
import msgspec
from mud.framework.workers.manifest import WorkerManifest
from mud.framework.workers.process import ProcessController

folder, turns = Path(sys.argv[1]), int(sys.argv[2])
manifest = msgspec.json.decode((folder / "manifest.json").read_bytes(), type=WorkerManifest)
worker = ProcessController(manifest, folder / "run" / "workers", folder / "logs")

async def generation():
    if sys.argv[3] == "first":
        assert not worker.adopt()
        await worker.start()
    else:
        assert worker.adopt()
    said = worker.diagnostics()
    print(os.getpid(), said.pid, said.state, said.detail["restarts"], flush=True)
    if turns > 0:
        worker.let_go()
    elif turns == 0:
        os.kill(said.pid, signal.SIGKILL)
        end = time.monotonic() + 30
        while worker.state.value != "running" or worker.diagnostics().pid == said.pid:
            assert time.monotonic() < end
            await asyncio.sleep(0.01)
        print(worker.diagnostics().detail["last_exit"], flush=True)
        await worker.stop()
        print(worker.state.value, flush=True)

asyncio.run(generation())
if turns > 0:
    os.execv(sys.executable, [sys.executable, *sys.argv[:2], str(turns - 1), "next"])
os._exit(0)
"""


def drive(stage: Stage, turns: int, **more: Any) -> list[str]:
    """Run the driver; gives its lines."""
    (stage.folder / "driver.py").write_text(DRIVER)
    (stage.folder / "manifest.json").write_bytes(msgspec.json.encode(stage.manifest(**more)))
    command = [sys.executable, str(stage.folder / "driver.py"), str(stage.folder), str(turns), "first"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "STAGE": str(stage.folder)}
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=4 * LIMIT)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.splitlines()


def test_it_outlives_ten_execs_with_the_same_process_id(stage: Stage) -> None:  # S3.12
    lines = drive(stage, 10)
    assert len(lines) == 13 and len(set(lines[:11])) == 1
    assert lines[0].endswith(" running 0")
    assert lines[11:] == ["killed by SIGKILL", "idle"]  # it is our child as before
    assert stage.alive() == []


def test_it_is_taken_on_after_the_server_died(stage: Stage) -> None:  # S3.12
    """Then it is no child of ours."""
    line = drive(stage, -1)[0].split()
    pid = int(line[1])
    assert lives(pid)

    async def main() -> None:
        worker = stage.worker()
        await worker.start()  # finds it
        assert worker.state is W.RUNNING and pid_of(worker) == pid and stage.alive() == [pid]
        os.kill(pid, signal.SIGTERM)
        await until(lambda: worker.state is W.RUNNING and pid_of(worker) != pid, "a restart")
        assert "no child of ours" in worker.diagnostics().last_error
        await worker.stop()

    asyncio.run(main())


def test_one_that_is_no_child_is_stopped_too(stage: Stage) -> None:  # S3.5 S3.12
    drive(stage, -1, script=DEAF, stop_seconds=0.2)
    wait_for(lambda: stage.has("deaf"), "deaf")

    async def main() -> None:
        worker = stage.worker(DEAF, stop_seconds=0.2)
        await worker.stop()
        assert worker.state is W.IDLE and stage.alive() == []

    asyncio.run(main())


def test_what_died_meanwhile_is_noticed(stage: Stage) -> None:  # S3.12
    async def main() -> None:
        worker = stage.worker()
        await worker.start()
        pid = pid_of(worker)
        worker.let_go()
        os.kill(pid, signal.SIGKILL)
        await until(lambda: not lives(pid), "its end")
        assert not worker.adopt()
        said = worker.diagnostics()
        assert said.state == "idle" and said.pid is None and said.detail["last_exit"] == "killed by SIGKILL"
        assert said.errors == 1 and "ended while nobody watched" in said.last_error
        assert stat(pid) is None  # no zombie is left
        await worker.start()
        assert worker.state is W.RUNNING and pid_of(worker) != pid
        await worker.stop()

    asyncio.run(main())


@pytest.mark.parametrize("change", [{"start": 1}, {"boot": "another"}])
def test_another_process_of_that_number_is_left_alone(stage: Stage, change: dict[str, Any]) -> None:  # S3.12
    other = stage.other()
    process = Identity.of(other.pid)
    assert process is not None
    write_record(stage.records, "echo", ProcessRecord(process=msgspec.structs.replace(process, **change)))

    async def main() -> None:
        worker = stage.worker()
        assert not worker.adopt() and worker.state is W.IDLE
        await worker.stop()
        await worker.start()
        assert pid_of(worker) != other.pid
        await worker.restart(force=True)
        await worker.stop()

    asyncio.run(main())
    assert other.poll() is None


def test_a_wait_for_a_restart_is_carried_over(stage: Stage) -> None:  # S3.12
    ahead = [0.0]

    def clock() -> float:
        return time.time() + ahead[0]

    async def main() -> None:
        worker = stage.worker(clock=clock, back_off_seconds=60)
        await worker.start()
        os.kill(pid_of(worker), signal.SIGKILL)
        await until(lambda: worker.state is W.STARTING, "the wait")
        due = worker.diagnostics().detail["restart_at"]
        worker.let_go()
        assert worker.adopt() and worker.state is W.STARTING
        worker.let_go()
        ahead[0] = 61.0
        worker = stage.worker(clock=clock, back_off_seconds=60)
        assert worker.diagnostics().detail["restart_at"] == due
        assert worker.adopt() and worker.state is W.STARTING
        await until(lambda: worker.state is W.RUNNING, "the restart")
        assert worker.diagnostics().detail["restarts"] == 1
        await worker.stop()

    asyncio.run(main())


def test_it_is_let_go_while_it_starts(stage: Stage) -> None:  # S3.12
    async def main() -> None:
        worker = stage.worker(start_seconds=600.0)
        start = asyncio.create_task(worker.start())
        await until(stage.alive, "a process")
        worker.let_go()
        with pytest.raises(Conflict, match="let go"):
            await start
        assert worker.adopt() and worker.state is W.RUNNING and stage.alive() == [pid_of(worker)]
        await worker.stop()

    asyncio.run(main())


def test_a_start_that_is_cancelled_after_it_was_let_go_ends_nothing(stage: Stage) -> None:  # S3.12
    async def main() -> None:
        worker = stage.worker(start_seconds=600.0)
        start = asyncio.create_task(worker.start())
        await until(stage.alive, "a process")
        worker.let_go()
        start.cancel()
        with pytest.raises(asyncio.CancelledError):
            await start
        assert worker.adopt() and stage.alive() == [pid_of(worker)]
        await worker.stop()

    asyncio.run(main())


def test_an_exit_that_nobody_saw_before_it_was_let_go(stage: Stage) -> None:  # S3.12
    async def main() -> None:
        worker = stage.worker()
        await worker.start()
        os.kill(pid_of(worker), signal.SIGKILL)
        wait_for(lambda: not stage.alive(), "its end, while the loop stands still")
        worker.let_go()
        assert not worker.adopt() and worker.state is W.IDLE
        assert worker.diagnostics().detail["last_exit"] == "killed by SIGKILL"

    asyncio.run(main())


def test_a_stop_is_not_carried_over(stage: Stage) -> None:  # S3.12
    async def main() -> None:
        worker = stage.worker(DEAF, stop_seconds=600)
        await worker.start()
        await until(lambda: stage.has("deaf"), "deaf")
        stop = asyncio.create_task(worker.stop())
        await until(lambda: worker.state is W.STOPPING, "the stop")
        worker.let_go()
        await stop
        assert worker.state is W.IDLE and worker.record.stopped and not worker.adopt()
        await until(lambda: not stage.alive(), "the end of its group")
        again = stage.worker()
        assert again.record.stopped
        await again.start()
        assert not stage.worker().record.stopped
        await again.stop(for_now=True)
        assert again.state is W.IDLE and not stage.worker().record.stopped

    asyncio.run(main())


# The record


def test_the_record_is_private_and_current(stage: Stage) -> None:  # S3.12
    async def main() -> None:
        worker = stage.worker()
        await worker.start()
        path = record_path(stage.records, "echo")
        assert path.stat().st_mode & 0o777 == 0o600
        assert stage.record().process == Identity.of(pid_of(worker))
        assert [step.after for step in stage.record().history] == ["starting", "running"]
        await worker.stop()
        assert stage.record().process is None and stage.record().stopped
        assert [path.name for path in stage.records.iterdir()] == ["echo.json"]
        assert [step.after for step in stage.worker().diagnostics().history] == walked(worker)

    asyncio.run(main())


@pytest.mark.parametrize("content", [b"", b"{", b'{"process": {"pid": 1, "start": 1, "boot": ""}}', b'{"errors": "x"}'])
def test_a_spoilt_record_is_set_aside(stage: Stage, content: bytes) -> None:
    stage.records.mkdir(parents=True)
    record_path(stage.records, "echo").write_bytes(content)

    async def main() -> None:
        worker = stage.worker()
        assert "echo.json: the worker's record is spoilt" in worker.diagnostics().last_error
        assert not worker.adopt()
        await worker.start()
        await worker.stop()

    asyncio.run(main())
    aside = [path for path in stage.records.iterdir() if ".corrupt-" in path.name]
    assert [path.read_bytes() for path in aside] == [content]


def test_what_cannot_be_recorded_is_not_let_go(stage: Stage) -> None:  # S3.12
    stage.records.parent.mkdir()
    stage.records.write_text("in the way")

    async def main() -> None:
        worker = stage.worker()
        await worker.start()
        with pytest.raises(Failed, match="the worker's record can't be written"):
            worker.let_go()
        assert worker.state is W.RUNNING
        stage.records.unlink()
        worker.let_go()
        assert worker.adopt()
        await worker.stop()

    asyncio.run(main())


# Unmanaged


def test_one_that_others_run_is_only_watched(stage: Stage) -> None:  # S3.12
    async def main() -> None:
        other = stage.other()
        file = stage.folder / "pid"
        file.write_text(f"{other.pid}\n")
        worker = stage.worker(pid_file=str(file), health=("true",), health_seconds=0.02)
        await worker.start()
        assert worker.state is W.RUNNING and pid_of(worker) == other.pid
        await until(lambda: worker.diagnostics().health == "healthy", "healthy")
        assert worker.diagnostics().detail["managed"] is False
        worker.let_go()
        assert worker.adopt() and pid_of(worker) == other.pid
        with pytest.raises(Conflict, match="not run by us"):
            await worker.restart(force=True)
        await worker.stop()
        assert worker.state is W.IDLE and other.poll() is None
        await worker.start()
        other.kill()
        await until(lambda: worker.state is W.STARTING, "its end is noticed")
        assert other.wait() == -signal.SIGKILL  # we did not take it from its parent
        another = stage.other()
        file.write_text(str(another.pid))
        await until(lambda: worker.state is W.RUNNING, "it is attached again")
        assert pid_of(worker) == another.pid
        await worker.stop()
        assert another.poll() is None

    asyncio.run(main())


@pytest.mark.parametrize(
    ("content", "error", "what"),
    [
        (None, NotFound, "No such file"),
        ("", Invalid, "holds no process id"),
        ("cat", Invalid, "holds no process id"),
        ("1", NotFound, "names process 1"),
        ("4194305", NotFound, "which is gone"),
    ],
)
def test_what_cannot_be_attached(
    stage: Stage, content: str | None, error: type[FrameworkError], what: str
) -> None:  # S3.5 S3.10
    file = stage.folder / "pid"
    if content is not None:
        file.write_text(content)

    async def main() -> None:
        worker = stage.worker(pid_file=str(file))
        with pytest.raises(error, match=what):
            await worker.start()
        assert worker.state is W.FAILED_START
        file.write_text(str(stage.other().pid))
        await worker.start()
        await worker.stop()

    asyncio.run(main())


# Manifests

GOOD = """
name = "bridge"
command = ["python3", "bridge.py", ""]
folder = "home"
environment = { TOKEN_FILE = "/etc/token" }
capabilities = ["chat"]
endpoint = "http://127.0.0.1:8080"
restart = "always"
stop_seconds = 3
memory_bytes = 268435456
health = ["curl", "-f", "http://127.0.0.1:8080/health"]
"""


def test_a_manifest(tmp_path: Path) -> None:  # S3.1 S3.12
    (tmp_path / "home").mkdir()
    path = tmp_path / "bridge.toml"
    path.write_text(GOOD)
    found = read_manifest(path)
    assert found.managed and found.folder == str(tmp_path / "home") and found.stop_seconds == 3.0
    assert found.command == ("python3", "bridge.py", "") and found.environment == {"TOKEN_FILE": "/etc/token"}
    assert (found.restart, found.autostart, found.open_files) == ("always", True, None)
    path.write_text('name = "bridge"\npid_file = "bridge.pid"')
    found = read_manifest(path)
    assert not found.managed and found.pid_file == str(tmp_path / "bridge.pid")


BAD = [
    ("name = ", "it is not TOML"),
    ('command = ["x"]', "missing key `name`"),
    ('name = "a"', "give either command"),
    ('name = "a"\ncommand = ["x"]\npid_file = "y"', "give either command"),
    ('name = "a"\ncommand = []', "give either command"),
    ('name = "a"\ncommand = [""]', "the first word"),
    ('name = "a"\ncommand = ["x"]\nhealth = [""]', "the first word"),
    ('name = "a"\npid_file = "y"\nopen_files = 64', "leave them out"),
    ('name = "a"\ncommand = ["x"]\nrestrat = "never"', r"unknown key restrat; did you mean restart\?"),
    ('name = "a"\ncommand = ["x"]\nzzz = 1', "unknown key zzz; known are name, command"),
    ('name = "../a"\ncommand = ["x"]', "name: '../a' can't be used: it has to be a small letter"),
    ('name = "a\\n"\ncommand = ["x"]', "name: .* can't be used"),
    (f'name = "{"a" * 33}"\ncommand = ["x"]', "name: .* can't be used"),
    ('name = 3\ncommand = ["x"]', "name: Expected `str`, got `int`"),
    ('name = "a"\ncommand = "x -y"', "command: Expected `array`, got `str`"),
    ('name = "a"\ncommand = ["x", 3]', r"command\[1\]: Expected `str`, got `int`"),
    ('name = "a"\ncommand = ["x", "\\u0000"]', r"command\[1\]: .* zero character"),
    ('name = "a"\ncommand = ["x"]\nrestart = "sometimes"', "restart: Invalid enum value 'sometimes'"),
    ('name = "a"\ncommand = ["x"]\nautostart = 1', "autostart: Expected `bool`"),
    ('name = "a"\ncommand = ["x"]\nstop_seconds = 0', "stop_seconds: Expected `float` > 0"),
    ('name = "a"\ncommand = ["x"]\nstop_seconds = 601', "stop_seconds: Expected `float` <= 600"),
    ('name = "a"\ncommand = ["x"]\nstop_seconds = nan', "stop_seconds: Expected `float`"),
    ('name = "a"\ncommand = ["x"]\nback_off_most = inf', "back_off_most: Expected `float` <="),
    ('name = "a"\ncommand = ["x"]\nmax_restarts = -1', "max_restarts: Expected `int` >= 0"),
    ('name = "a"\ncommand = ["x"]\nmemory_bytes = 4096', "memory_bytes: Expected `int` >= 1048576"),
    ('name = "a"\ncommand = ["x"]\nopen_files = 3', "open_files: Expected `int` >= 16"),
    ('name = "a"\ncommand = ["x"]\nenvironment = { A = 3 }', "environment.*: Expected `str`, got `int`"),
    ('name = "a"\ncommand = ["x"]\nenvironment = { "A=B" = "C" }', "environment.*no = in it"),
    ('name = "a"\ncommand = ["x"]\nfolder = "nowhere"', "folder: .*/nowhere is not a folder"),
]


@pytest.mark.parametrize(("text", "what"), BAD)
def test_a_bad_manifest_says_what_is_wrong(tmp_path: Path, text: str, what: str) -> None:  # S3.3 S3.10
    path = tmp_path / "worker.toml"
    path.write_text(text)
    with pytest.raises(Invalid, match=what) as error:
        read_manifest(path)
    assert str(error.value).startswith(f"{path}: ") and error.value.details["path"] == str(path)


def test_a_manifest_that_is_not_there(tmp_path: Path) -> None:  # S3.10
    with pytest.raises(NotFound, match=r"nowhere\.toml: there is no such manifest"):
        read_manifest(tmp_path / "nowhere.toml")
    with pytest.raises(Invalid, match="can't be read: Is a directory"):
        read_manifest(tmp_path)
    (tmp_path / "latin.toml").write_bytes(b'name = "\xe9"')
    with pytest.raises(Invalid, match="not TOML"):
        read_manifest(tmp_path / "latin.toml")


def test_a_process_with_a_strange_name_is_read(stage: Stage) -> None:
    """The name of a program stands in /proc/PID/stat as it is, with spaces and parentheses."""
    program = stage.folder / ") S 1 (x"
    program.symlink_to("/bin/sleep")
    made = subprocess.Popen([str(program), "1000"])
    stage.others.append(made)
    found = stat(made.pid)
    assert found is not None and found.group == os.getpgrp() and found.start > 0
    assert made.pid in group_members(os.getpgrp())
