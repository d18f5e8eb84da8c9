"""The program that becomes the new one by exec: what that one inherits, and that all is as it was when it can't be."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mud.config import Config, ServerConfig
from mud.copyover import environment, handover
from mud.copyover.carriers import channel, system
from mud.copyover.carriers.exec import NAME, SAID_BYTES, ExecCarrier, ExecDelivery, ExecHandover
from mud.copyover.carriers.system import Os
from mud.copyover.handover import CarriedJobs, Handover
from mud.copyover.target import Target
from mud.core.errors import CopyoverError, SnapshotError

GUARDIAN = 4711


class FakeProcesses:
    """Processes that there are not: notes what is done, and what descriptors are like at exec."""

    def __init__(self, in_guardian: bool = False) -> None:
        self.in_guardian = in_guardian
        self.done: list[str] = []
        self.error: Exception = OSError(8, "Exec format error")
        self.executed: tuple[str, list[str], Mapping[str, str]] | None = None
        self.at_exec: dict[str, Any] = {}
        self.heard = b""
        self.theirs = -1

    def os(self) -> Os:
        """As a carrier has it."""
        return replace(
            system.real(),
            fork=self._fork,
            execve=self._execve,
            wait=self._wait,
            exit=lambda code: pytest.fail("the old program must not be ended"),
            send_signal=lambda process, number: self.done.append(f"signal {number}"),
            readable=lambda fd, seconds: False,
            pending=lambda pid: frozenset(),
            forbid_core=lambda pid: self.done.append("no core"),
        )

    def _fork(self) -> int:
        self.done.append("fork")
        return 0 if self.in_guardian else GUARDIAN

    def _execve(self, path: str, command: list[str], given: Mapping[str, str]) -> Any:
        self.done.append("execve")
        self.executed = (path, command, given)
        fd, _, _ = given[environment.HANDOVER].partition(":")
        carried = ExecHandover(**_decoded(int(fd)))
        fds = [int(fd), *carried.descriptors()]
        self.at_exec = {
            "carried": carried,
            "inheritable": [os.get_inheritable(each) for each in fds],
            "stderr": os.fstat(2).st_ino == os.fstat(carried.said).st_ino,
            "besides": inheritable() - {*fds},
        }
        self.theirs = carried.channel
        raise self.error

    def _wait(self, pid: int) -> None:
        self.done.append(f"wait {pid}")


def _decoded(fd: int) -> dict[str, Any]:
    carried = handover.read(os.dup(fd), ExecHandover)
    return {name: getattr(carried, name) for name in carried.__struct_fields__}


def open_descriptors() -> set[int]:
    """All that are open, but for the one of this very question."""
    found = {int(name) for name in os.listdir("/proc/self/fd")}
    return {fd for fd in found if os.path.exists(f"/proc/self/fd/{fd}")}


def inheritable() -> set[int]:
    """Those of them that pass through exec."""
    return {fd for fd in open_descriptors() if os.get_inheritable(fd)}


@pytest.fixture
def given() -> Iterator[Handover]:
    """A hand-over with a listener and a lock."""
    listener = socket.socket()
    lock = os.memfd_create("lock")
    with listener:
        yield Handover(
            generation=5,
            version="1",
            by="Root",
            reason="",
            session=0,
            began=0.0,
            files={},
            modules=[],
            listeners=[listener.fileno()],
            wires=[],
            jobs=CarriedJobs(),
            addresses={},
            next_session=9,
            lock=lock,
        )
    os.close(lock)


@pytest.fixture
def target(tmp_path: Path) -> Target:
    """The source tree's code."""
    return Target(Config(server=ServerConfig(data=str(tmp_path))))


def taking_back() -> None:
    """Nobody is told in these tests."""


def test_the_new_program_is_executed_with_its_command_and_environment(given: Handover, target: Target) -> None:
    fake = FakeProcesses()
    ExecCarrier(fake.os()).carry(given, target, 1.0, taking_back)
    assert fake.executed is not None
    path, command, told = fake.executed
    assert path == command[0] and command == target.command()
    memory, _, guardian = told[environment.HANDOVER].partition(":")
    assert int(memory) > 2 and int(guardian) == GUARDIAN
    assert told == environment.of_heir(target.environment(), NAME, told[environment.HANDOVER])
    assert told[environment.FAULTHANDLER] == "1"


def test_what_it_takes_over_is_inheritable_and_nothing_else(given: Handover, target: Target) -> None:
    fake, before = FakeProcesses(), inheritable()
    ExecCarrier(fake.os()).carry(given, target, 1.0, taking_back)
    carried = fake.at_exec["carried"]
    assert carried.listeners == given.listeners and carried.lock == given.lock and carried.generation == 5
    assert len(fake.at_exec["inheritable"]) == 6 and all(fake.at_exec["inheritable"])  # the memory and five more
    assert fake.at_exec["besides"] == before
    assert fake.at_exec["stderr"], "what it says before GO is kept apart"


class Words:
    """Hears what the guardian's end of the channel is told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ends: list[socket.socket] = []
        make = channel.make

        def noted() -> tuple[socket.socket, socket.socket]:
            ours, theirs = make()
            self.ends.append(ours.dup())
            return ours, theirs

        monkeypatch.setattr(channel, "make", noted)

    def heard(self) -> bytes:
        """All of it, up to the end-of-file."""
        [end] = self.ends
        with end:
            end.settimeout(5)
            return b"".join(iter(lambda: end.recv(16), b""))


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (OSError(8, "Exec format error"), "Exec format error"),
        (MemoryError("none left"), "none left"),
        (ValueError("embedded null byte"), "embedded null byte"),
    ],
)
def test_when_it_can_not_be_executed_all_is_as_it_was(
    error: Exception, why: str, given: Handover, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake, words = FakeProcesses(), Words(monkeypatch)
    fake.error = error
    before, stderr = open_descriptors(), os.fstat(2)
    failure = ExecCarrier(fake.os()).carry(given, target, 1.0, taking_back)
    assert str(failure) == f"the new program can't be executed: {why}"
    assert not failure.began and not failure.moved, "the process that plays on is the same"
    assert fake.done == ["fork", "execve", f"wait {GUARDIAN}"]
    assert words.heard() == channel.STAY, "the guardian is let go, and hears no more"
    assert open_descriptors() == before
    assert not any(map(os.get_inheritable, given.descriptors()))
    assert os.path.samestat(os.fstat(2), stderr)


def test_a_command_that_nobody_knows_is_no_reason_to_forget_the_guardian(
    given: Handover, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(target: Target) -> list[str]:
        raise CopyoverError("other code can't be run")

    monkeypatch.setattr(Target, "command", unknown)
    fake, words = FakeProcesses(), Words(monkeypatch)
    failure = ExecCarrier(fake.os()).carry(given, target, 1.0, taking_back)
    assert str(failure) == "the new program can't be executed: other code can't be run"
    assert fake.done == ["fork", f"wait {GUARDIAN}"] and words.heard() == channel.STAY


def test_an_interrupt_lets_the_guardian_go_too(
    given: Handover, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake, words = FakeProcesses(), Words(monkeypatch)

    def interrupted(path: str, command: list[str], told: Mapping[str, str]) -> Any:
        raise KeyboardInterrupt

    stderr = os.dup(2)
    try:
        with pytest.raises(KeyboardInterrupt):
            ExecCarrier(replace(fake.os(), execve=interrupted)).carry(given, target, 1.0, taking_back)
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)
        channel.inheritable(given.descriptors(), False)
    assert fake.done == ["fork", f"wait {GUARDIAN}"] and words.heard() == channel.STAY


def test_a_fork_that_fails_leaves_nothing_open(given: Handover, target: Target) -> None:
    def fork() -> int:
        raise OSError(11, "Resource temporarily unavailable")

    fake, before = FakeProcesses(), open_descriptors()
    with pytest.raises(OSError, match="temporarily unavailable"):
        ExecCarrier(replace(fake.os(), fork=fork)).carry(given, target, 1.0, taking_back)
    assert fake.done == [] and open_descriptors() == before
    assert not any(map(os.get_inheritable, given.descriptors()))


def test_without_descriptors_nothing_is_forked(given: Handover, target: Target) -> None:
    def process(pid: int) -> int:
        raise OSError(24, "Too many open files")

    fake, before = FakeProcesses(), open_descriptors()
    with pytest.raises(OSError, match="Too many open files"):
        ExecCarrier(replace(fake.os(), process=process)).carry(given, target, 1.0, taking_back)
    assert fake.done == [] and open_descriptors() == before


def test_the_child_guards_the_process_that_forked_it_off(given: Handover, target: Target) -> None:
    fake, before = FakeProcesses(in_guardian=True), open_descriptors()
    heard: list[int] = []
    os_ = replace(fake.os(), pending=lambda pid: frozenset({15} if pid == os.getpid() else ()), hear=heard.append)
    taken: list[str] = []
    failure = ExecCarrier(os_).carry(given, target, 1.5, lambda: taken.append("back"))
    assert failure.began and failure.moved and failure.why == "the new program is not ready after 1.5 s"
    assert heard == [15] and taken == ["back"]
    assert fake.done == ["fork", "no core", "signal 6", "signal 9"], "it neither executes nor waits"
    assert open_descriptors() == before


# The new program


@pytest.fixture
def carried(given: Handover) -> Iterator[tuple[ExecHandover, socket.socket]]:
    """What the new program finds, and the guardian's end of the channel."""
    ours, theirs = channel.make()
    said = os.memfd_create("said")
    os.ftruncate(said, SAID_BYTES)
    os.write(said, b"a warning\n")
    read, write = os.pipe()
    fields = {name: getattr(given, name) for name in given.__struct_fields__}
    found = ExecHandover(**fields, channel=theirs.detach(), said=said, stderr=write)
    with ours:
        yield found, ours
    os.close(read)
    for fd in (found.channel, said, write):
        with contextlib.suppress(OSError):
            os.close(fd)


def test_what_is_taken_over_is_not_inheritable_any_more(carried: tuple[ExecHandover, socket.socket]) -> None:
    found, _ = carried
    channel.inheritable(found.descriptors(), True)
    delivery = ExecDelivery(f"{handover.write(found)}:{GUARDIAN}")
    assert delivery.handover == found
    assert not any(map(os.get_inheritable, found.descriptors()))


def test_an_answer_other_than_go_is_none(carried: tuple[ExecHandover, socket.socket]) -> None:
    found, guardian = carried
    delivery = ExecDelivery(f"{handover.write(found)}:{GUARDIAN}")
    guardian.sendall(b"?")
    assert not delivery.ask_to_go()
    assert guardian.recv(1) == channel.HEALTHY


@pytest.fixture
def kept_stderr() -> Iterator[None]:
    """Standard error is what it was, after a test that lets it be replaced."""
    kept = os.dup(2)
    yield
    os.dup2(kept, 2)
    os.close(kept)


def answered(found: ExecHandover, guardian: socket.socket, answer: bytes) -> tuple[bool, bytes]:
    """Whether the game is ours after this answer (b"": the guardian is gone), and what the guardian heard."""
    delivery = ExecDelivery(f"{handover.write(found)}:{GUARDIAN}")
    if answer:
        guardian.sendall(answer)
    else:
        guardian.shutdown(socket.SHUT_WR)
    return delivery.ask_to_go(), guardian.recv(1)


@pytest.mark.parametrize("answer", [channel.GO, b""], ids=["GO", "end of file"])
def test_after_go_what_was_said_goes_to_standard_error_with_all_that_follows(
    answer: bytes, carried: tuple[ExecHandover, socket.socket], kept_stderr: None
) -> None:
    found, guardian = carried
    read, write = os.pipe()
    os.dup2(write, found.stderr)
    os.close(write)
    assert answered(found, guardian, answer) == (True, channel.HEALTHY)
    os.write(2, b"later\n")
    with os.fdopen(read, "rb", buffering=0) as pipe:
        assert pipe.read(100) == b"a warning\nlater\n"
    closed = {found.channel, found.said, found.stderr}
    assert not closed & open_descriptors(), "nothing of the way here is left open"


def test_a_standard_error_that_is_gone_does_not_cost_the_game(
    carried: tuple[ExecHandover, socket.socket], kept_stderr: None
) -> None:
    found, guardian = carried
    read, write = os.pipe()
    os.dup2(write, found.stderr)
    for fd in (read, write):
        os.close(fd)
    assert answered(found, guardian, channel.GO) == (True, channel.HEALTHY)
    with pytest.raises(BrokenPipeError):
        os.write(2, b"nobody reads this")


def test_before_go_standard_error_and_what_was_said_stay_where_they_are(
    carried: tuple[ExecHandover, socket.socket],
) -> None:
    found, guardian = carried
    before = os.fstat(2)
    assert answered(found, guardian, channel.STAY) == (False, channel.HEALTHY)
    assert os.path.samestat(os.fstat(2), before)
    assert os.pread(found.said, 100, 0).startswith(b"a warning\n\0"), "the guardian reads it"


def test_the_end_of_the_guardian_is_taken_note_of(carried: tuple[ExecHandover, socket.socket]) -> None:
    found, _ = carried
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    delivery = ExecDelivery(f"{handover.write(found)}:{child.pid}")

    async def story() -> None:
        loop = asyncio.get_running_loop()
        ours = open_descriptors()
        delivery.settle(loop)
        await asyncio.sleep(0)
        assert len(open_descriptors() - ours) == 1, "it is watched while it runs"
        assert child.stdin is not None
        child.stdin.close()
        async with asyncio.timeout(10):
            while open_descriptors() - ours:
                await asyncio.sleep(0.005)

    asyncio.run(story())
    with pytest.raises(ChildProcessError):
        os.waitpid(child.pid, os.WNOHANG)  # no zombie is left
    child.returncode = 0  # it was reaped by its number; subprocess is to forget it


def test_a_guardian_that_is_gone_already_needs_no_watching(carried: tuple[ExecHandover, socket.socket]) -> None:
    found, _ = carried
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    delivery = ExecDelivery(f"{handover.write(found)}:{child.pid}")

    async def story() -> None:
        before = open_descriptors()
        delivery.settle(asyncio.get_running_loop())
        assert open_descriptors() == before

    asyncio.run(story())


def test_nothing_that_was_handed_over_is_no_hand_over() -> None:
    fd = os.memfd_create("empty")
    with pytest.raises(SnapshotError, match=f"descriptor {fd} holds no hand-over"):
        ExecDelivery(f"{fd}:{GUARDIAN}")
