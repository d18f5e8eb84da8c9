"""The guardian's decision: GO and away, or the new program is ended, gently first, and the old one plays on."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from mud.copyover.carriers import channel, guardian, system
from mud.copyover.carriers.carrier import Failure
from mud.copyover.carriers.guardian import GONE_SECONDS, LAST_LINES, LAST_WORDS_SECONDS, WatchedProgram
from mud.copyover.carriers.system import Os

PID, PROCESS = 4711, 999_999  # no descriptor: nothing real may be asked of it
SECONDS = 2.5


class Gone(BaseException):
    """The guardian has exited."""


class FakeProcess:
    """A new program that there is not; notes what its guardian does. `deaf` signals do not end it."""

    def __init__(self, ended: bool = False, deaf: frozenset[int] = frozenset()) -> None:
        self.ended, self.deaf = ended, deaf
        self.done: list[Any] = []
        self.heard: set[int] = set()
        self.on_time = True

    def os(self) -> Os:
        """As a guardian has it."""
        return replace(
            system.real(),
            fork=lambda: pytest.fail("a guardian forks nothing"),
            exit=self._exit,
            send_signal=self._send_signal,
            readable=self._readable,
            hear=self.heard.add,
            pending=self._pending,
            forbid_core=lambda pid: self.done.append(f"no core of {pid}"),
        )

    def _exit(self, code: int) -> None:
        raise Gone(code)

    def _readable(self, fd: int, seconds: float) -> bool:
        if fd == PROCESS:
            self.done.append(f"wait {seconds:g}")
            return self.ended
        self.done.append(f"hear {seconds:g}")
        return self.on_time and system.readable(fd, 0)

    def _send_signal(self, process: int, number: int) -> None:
        assert process == PROCESS
        if self.ended:
            raise ProcessLookupError(3, "No such process")
        self.done.append(signal.Signals(number).name)
        self.ended = number not in self.deaf

    def _pending(self, pid: int) -> frozenset[int]:
        assert pid == PID
        self.done.append("pending")
        return frozenset() if self.ended else frozenset({signal.SIGTERM})


@pytest.fixture
def program() -> Iterator[tuple[socket.socket, WatchedProgram]]:
    """The new program's end of the channel, and what its guardian has."""
    ours, theirs = channel.make()
    said = os.memfd_create("said")
    os.write(said, b"\nTraceback\n  File x\nValueError: \x1b[31mno\n")
    with ours, theirs:
        yield theirs, WatchedProgram(ours, PID, PROCESS, said)
    os.close(said)


SAID = "  Traceback\n    File x\n  ValueError:  [31mno"
ENDED = [f"wait {LAST_WORDS_SECONDS:g}", f"no core of {PID}", "SIGABRT", f"wait {LAST_WORDS_SECONDS:g}"]
GONE = f"wait {GONE_SECONDS:g}"


def guard(fake: FakeProcess, new: WatchedProgram) -> Failure:
    """Guard it; that the game is taken back is noted, too."""
    return guardian.guard(fake.os(), new, SECONDS, lambda: fake.done.append("taking back"))


def test_healthy_is_answered_with_go_and_the_guardian_is_gone(program: tuple[socket.socket, WatchedProgram]) -> None:
    theirs, new = program
    fake = FakeProcess()
    theirs.sendall(channel.HEALTHY)
    with pytest.raises(Gone, match="0"):
        guard(fake, new)
    assert theirs.recv(1) == channel.GO
    assert fake.done == [f"hear {SECONDS:g}"], "nobody is ended and nothing taken back"


def test_stay_lets_the_guardian_go_without_a_word(program: tuple[socket.socket, WatchedProgram]) -> None:
    theirs, new = program
    fake = FakeProcess()
    theirs.sendall(channel.STAY)
    with pytest.raises(Gone, match="0"):
        guard(fake, new)
    assert not system.readable(theirs.fileno(), 0)
    assert fake.done == [f"hear {SECONDS:g}"]


def test_a_program_that_ended_is_not_signalled(program: tuple[socket.socket, WatchedProgram]) -> None:
    theirs, new = program
    fake = FakeProcess(ended=True)
    theirs.close()
    failure = guard(fake, new)
    assert failure == Failure("the new program ended before it was ready", SAID, began=True, moved=True)
    assert fake.heard == set()
    patience = f"wait {LAST_WORDS_SECONDS:g}"
    assert fake.done == [f"hear {SECONDS:g}", "taking back", "pending", patience, GONE]


def test_a_program_that_closed_the_channel_and_lives_on_is_ended(program: tuple[socket.socket, WatchedProgram]) -> None:
    theirs, new = program
    fake = FakeProcess(deaf=frozenset({signal.SIGABRT}))
    theirs.close()
    failure = guard(fake, new)
    assert failure == Failure("the new program ended before it was ready", SAID, began=True, moved=True)
    assert fake.heard == {signal.SIGTERM}
    assert fake.done == [f"hear {SECONDS:g}", "taking back", "pending", *ENDED, "SIGKILL", GONE]


def test_one_that_dies_of_its_last_words_needs_no_more(program: tuple[socket.socket, WatchedProgram]) -> None:
    theirs, new = program
    fake = FakeProcess()
    theirs.close()
    guard(fake, new)
    assert fake.heard == {signal.SIGTERM}
    assert fake.done == [f"hear {SECONDS:g}", "taking back", "pending", *ENDED, GONE]


@pytest.mark.parametrize("word", [channel.GO, b"?", b"\0"])
def test_a_wrong_word_is_none(word: bytes, program: tuple[socket.socket, WatchedProgram]) -> None:
    theirs, new = program
    fake = FakeProcess(deaf=frozenset({signal.SIGABRT}))
    theirs.sendall(word)
    assert guard(fake, new).why == "the new program ended before it was ready"
    assert fake.done == [f"hear {SECONDS:g}", "taking back", "pending", *ENDED, "SIGKILL", GONE]
    assert not system.readable(theirs.fileno(), 0), "it is told nothing"


def test_who_is_late_is_ended_without_more_patience(program: tuple[socket.socket, WatchedProgram]) -> None:
    theirs, new = program
    fake = FakeProcess(deaf=frozenset({signal.SIGABRT}))
    fake.on_time = False
    theirs.sendall(channel.HEALTHY)  # too late: nobody reads it
    failure = guard(fake, new)
    assert failure == Failure("the new program is not ready after 2.5 s", SAID, began=True, moved=True)
    assert fake.heard == {signal.SIGTERM}
    ended = ["wait 0", *ENDED[1:]]
    assert fake.done == [f"hear {SECONDS:g}", "taking back", "pending", *ended, "SIGKILL", GONE]
    assert not system.readable(theirs.fileno(), 0), "it never hears GO"


@pytest.mark.parametrize("error", [OSError(9, "Bad file descriptor"), MemoryError("none left")])
def test_an_error_while_waiting_takes_the_game_back(
    error: Exception, program: tuple[socket.socket, WatchedProgram]
) -> None:
    _, new = program
    fake = FakeProcess(deaf=frozenset({signal.SIGABRT}))

    def readable(fd: int, seconds: float) -> bool:
        if fd != PROCESS:
            raise error
        return fake._readable(fd, seconds)

    failure = guardian.guard(
        replace(fake.os(), readable=readable), new, SECONDS, lambda: fake.done.append("taking back")
    )
    assert failure.why == f"the new program can't be waited for: {type(error).__name__}: {error}"
    assert failure.moved and failure.said == SAID and fake.heard == {signal.SIGTERM}
    assert fake.done == ["taking back", "pending", *ENDED, "SIGKILL", GONE]


def test_a_program_that_is_gone_before_it_hears_go_has_not_the_game(
    program: tuple[socket.socket, WatchedProgram],
) -> None:
    theirs, new = program
    fake = FakeProcess(ended=True)
    theirs.sendall(channel.HEALTHY)
    theirs.close()
    assert guard(fake, new).why == "the new program ended before it was ready"


def test_whoever_is_to_be_told_may_fail(program: tuple[socket.socket, WatchedProgram]) -> None:
    theirs, new = program
    fake = FakeProcess(deaf=frozenset({signal.SIGABRT}))
    theirs.close()

    def taking_back() -> None:
        raise OSError("nobody listens")

    assert guardian.guard(fake.os(), new, SECONDS, taking_back).moved
    assert fake.done == [f"hear {SECONDS:g}", "pending", *ENDED, "SIGKILL", GONE]


def test_what_it_said_may_be_lost_and_the_game_is_taken_back_all_the_same(
    program: tuple[socket.socket, WatchedProgram],
) -> None:
    theirs, new = program
    fake = FakeProcess()
    theirs.close()
    new.said = PROCESS  # no descriptor: reading it is an OSError
    failure = guard(fake, new)
    assert failure == Failure("the new program ended before it was ready", "", began=True, moved=True)
    assert fake.heard == {signal.SIGTERM}
    assert fake.ended


@pytest.mark.parametrize("error", [OSError(5, "Input/output error"), MemoryError("none left"), ValueError("no number")])
@pytest.mark.parametrize("call", ["pending", "hear", "forbid_core", "readable", "send_signal"])
def test_whatever_the_system_refuses_the_game_is_taken_back_and_the_new_program_killed(
    call: str, error: Exception, program: tuple[socket.socket, WatchedProgram]
) -> None:
    theirs, new = program
    fake = FakeProcess(deaf=frozenset({signal.SIGABRT}))
    theirs.close()

    def refuses(*args: Any) -> Any:
        if call == "readable" and args[0] != PROCESS:
            return True  # the channel, which is at its end
        if call == "send_signal" and args[1] == signal.SIGKILL:
            return fake._send_signal(*args)
        raise error

    failure = guardian.guard(replace(fake.os(), **{call: refuses}), new, SECONDS, lambda: None)
    assert failure.moved and failure.why == "the new program ended before it was ready" and failure.said == SAID
    assert fake.heard == (set() if call in ("pending", "hear") else {signal.SIGTERM})
    assert fake.done.count("SIGKILL") == 1, "two programs must not have the game"


@pytest.mark.parametrize("error", [PermissionError(1, "Operation not permitted"), ValueError("no number")])
def test_a_program_that_can_not_be_killed_costs_this_one_nothing(
    error: Exception, program: tuple[socket.socket, WatchedProgram]
) -> None:
    theirs, new = program
    fake = FakeProcess()
    theirs.close()

    def refuses(process: int, number: int) -> None:
        raise error

    failure = guardian.guard(replace(fake.os(), send_signal=refuses), new, SECONDS, lambda: None)
    assert failure == Failure("the new program ended before it was ready", SAID, began=True, moved=True)
    assert fake.heard == {signal.SIGTERM}


def said(text: str) -> str:
    """The last lines of a program that said this."""
    fd = os.memfd_create("said")
    try:
        os.write(fd, text.encode())
        return guardian.last_lines(fd)
    finally:
        os.close(fd)


def test_of_many_lines_the_last_ones_are_shown() -> None:
    shown = said("".join(f"line {number}\n\n" for number in range(50))).splitlines()
    assert shown == [f"  line {number}" for number in range(50 - LAST_LINES, 50)]


def test_of_a_crash_the_first_lines_are_shown() -> None:
    lines = ["before", "Fatal Python error: Aborted", *(f"File {number}" for number in range(50))]
    shown = said("\n".join(lines)).splitlines()
    assert shown == [f"  {line}" for line in lines[1 : 1 + LAST_LINES]]


def test_who_said_nothing_has_no_last_lines() -> None:
    assert said("") == ""
