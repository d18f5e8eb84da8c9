"""The classic carrier: the program forks a guardian and becomes the new program by exec, with all sockets inherited.

The parent keeps its process id and becomes the new program; the child is the guardian
(`mud.copyover.carriers.guardian`).
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import gc
import os
import socket
import sys
from collections.abc import Callable

import msgspec

from mud.copyover import environment, handover
from mud.copyover.carriers import channel, guardian
from mud.copyover.carriers.carrier import Failure
from mud.copyover.carriers.guardian import WatchedProgram
from mud.copyover.carriers.system import Os
from mud.copyover.handover import Handover
from mud.copyover.target import Target

#: The name of this carrier in the table of carriers.
NAME = "exec"
#: How many bytes a new program may write to standard error before GO.
SAID_BYTES = 1 << 20


class ExecHandover(Handover, kw_only=True):
    """A hand-over with what exec adds: `channel` carries HEALTHY and GO; standard error goes to `said` until GO, and to
    `stderr` afterwards."""

    channel: int = -1
    said: int = -1
    stderr: int = -1

    def descriptors(self) -> list[int]:
        """Every descriptor that the new program takes over, with those of this carrier."""
        return [*super().descriptors(), self.channel, self.said, self.stderr]


# The old program


class SharedDescriptors:
    """The descriptors that connect the two programs before GO. Raises OSError if there are no descriptors left."""

    def __init__(self, os_: Os, stack: contextlib.ExitStack) -> None:
        ours, theirs = channel.make()
        self.ours: socket.socket = stack.enter_context(ours)
        self.theirs: socket.socket = stack.enter_context(theirs)
        self.pid = os.getpid()
        self.process = os_.process(self.pid)
        stack.callback(os.close, self.process)
        self.stderr = os.dup(2)
        stack.callback(os.close, self.stderr)
        # a file of fixed size: writing too much fails, and the file offset tells how much was written
        self.said = os.memfd_create("everwake-said", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        stack.callback(os.close, self.said)
        os.ftruncate(self.said, SAID_BYTES)
        fcntl.fcntl(self.said, fcntl.F_ADD_SEALS, fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK)


class ExecCarrier:
    """The old program's end."""

    def __init__(self, os_: Os) -> None:
        self._os = os_

    def carry(self, given: Handover, target: Target, seconds: float, taking_back: Callable[[], None]) -> Failure:
        """Become the new program."""
        gc.disable()  # a collection would copy memory that the two processes share
        try:
            with contextlib.ExitStack() as stack:
                return self._carry(given, target, seconds, taking_back, stack)
        finally:
            gc.enable()

    def _carry(
        self,
        given: Handover,
        target: Target,
        seconds: float,
        taking_back: Callable[[], None],
        stack: contextlib.ExitStack,
    ) -> Failure:
        shared = SharedDescriptors(self._os, stack)
        carried = ExecHandover(
            **msgspec.structs.asdict(given),
            channel=shared.theirs.fileno(),
            said=shared.said,
            stderr=shared.stderr,
        )
        memory = handover.write(carried)
        stack.callback(os.close, memory)
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
        child = self._os.fork()
        if not child:
            shared.theirs.close()
            new = WatchedProgram(shared.ours, shared.pid, shared.process, shared.said)
            return guardian.guard(self._os, new, seconds, taking_back)
        try:
            error = self._execute(carried, target, memory, child)
        finally:  # it can't be: the guardian lets go first
            shared.theirs.sendall(channel.STAY)
            self._os.wait(child)
        why = getattr(error, "strerror", None) or error
        return Failure(f"the new program can't be executed: {why}")

    def _execute(self, carried: ExecHandover, target: Target, memory: int, child: int) -> Exception:
        """Become the new program. If that is impossible, undo everything and return the error."""
        fds = [memory, *carried.descriptors()]
        try:
            command, given = target.command(), environment.of_heir(target.environment(), NAME, f"{memory}:{child}")
            channel.inheritable(fds, True)
            os.dup2(carried.said, 2)
            self._os.execve(command[0], command, given)
        except Exception as error:  # whatever it is, the game goes on
            os.dup2(carried.stderr, 2)
            channel.inheritable(fds, False)
            return error


# The new program


class ExecDelivery:
    """The new program's end. `inherited` comes from the environment. Raises SnapshotError if it names no hand-over."""

    def __init__(self, inherited: str) -> None:
        fd, _, pid = inherited.partition(":")
        self._guardian = int(pid or 0)
        self._carried = handover.read(int(fd), ExecHandover)
        channel.inheritable(self._carried.descriptors(), False)

    @property
    def handover(self) -> Handover:
        """What was handed over."""
        return self._carried

    def ask_to_go(self) -> bool:
        """Say HEALTHY and wait for the answer. After GO, standard error is the real one again."""
        carried = self._carried
        if not channel.ask_to_go(carried.channel):
            return False
        os.dup2(carried.stderr, 2)
        said = os.pread(carried.said, os.lseek(carried.said, 0, os.SEEK_CUR), 0)
        with contextlib.suppress(OSError):
            os.write(2, said)
        os.close(carried.said)
        os.close(carried.stderr)
        return True

    def settle(self, loop: asyncio.AbstractEventLoop) -> None:
        """Reap the guardian when it ends."""
        try:
            process = os.pidfd_open(self._guardian)
        except OSError:
            return

        def gone() -> None:
            loop.remove_reader(process)
            os.close(process)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(self._guardian, os.WNOHANG)

        loop.add_reader(process, gone)
