"""New code that fails after exec: the old program plays on, with everybody, and nothing is lost or done twice."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.e2e.harness import ROOT, Game, copyover, inheritable, select_nothing, wait_for
from tests.tools import need_tool

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("subreaper")]

SITE = f"""
import os, pathlib, sys
fault = pathlib.Path(os.environ["FAULT"])
if "EVERWAKE_HANDOVER" in os.environ and fault.exists():
    sys.path.insert(0, {str(ROOT)!r})
    exec(compile(fault.read_text(), str(fault), "exec"))
"""

#: What becomes of the new program, and what the admins have to read about it.
RAISES = "import mud.adopting\ndef adopt(*a):\n    raise RuntimeError('no such luck')\nmud.adopting.adopt = adopt"
FAULTS = {
    "does not import": ("sys.modules['mud.adopting'] = None", r"ended before.*serving\.py.*ModuleNotFoundError"),
    "raises in restore": (RAISES, r"ended before it was ready.*RuntimeError: no such luck"),
    "raises with half a story": (
        "import mud.adopting\ndef adopt(*a):\n    raise SystemExit('\\x1b[31m\\x01red\\x02' + 'x' * 3000)\n"
        "mud.adopting.adopt = adopt",
        r"ended before it was ready.*red",
    ),
    "dies at once": ("os._exit(3)", r"ended before it was ready"),
    "crashes": ("import signal; os.kill(os.getpid(), signal.SIGSEGV)", r"ended before.*Segmentation fault"),
    "is killed in the middle": (
        "import mud.adopting, signal\nmud.adopting.adopt = lambda *a: os.kill(os.getpid(), signal.SIGKILL)",
        r"ended before it was ready",
    ),
    "is killed when all is built": (
        "import mud.copyover.channel as c, signal\nc.ask_to_go = lambda fd: os.kill(os.getpid(), signal.SIGKILL)",
        r"ended before it was ready",
    ),
    "loops for ever": ("while True:\n    pass", r"is not ready after \d+\.\d s.*fault"),
    "hangs after exec": ("import signal\nsignal.pause()", r"is not ready after \d+\.\d s.*fault"),
    "is deaf to signals": (
        "import signal, time\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))\nwhile True: time.sleep(60)",
        r"is not ready after \d+\.\d s",
    ),
    "never says healthy": (
        "import mud.copyover.channel as c, time\ndef ask(fd):\n    while True: time.sleep(60)\nc.ask_to_go = ask",
        r"is not ready after \d+\.\d s.*in take_over",
    ),
    "says something else": (
        "import mud.copyover.channel as c\nc.HEALTHY = b'?'",
        r"ended before it was ready",
    ),
    "loses its descriptors": ("import time\nos.closerange(3, 4096)\ntime.sleep(60)", r"ended before it was ready"),
    "says too much": (
        "while True:\n    os.write(2, b'too much\\n' * 1000)",
        r"ended before it was ready.*too much|hand-over",
    ),
}


@pytest.fixture
def fault(stopped: Game, tmp_path: Path) -> Path:
    """A file: what is in it happens to every program that takes over from another."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(SITE)
    path = tmp_path / "fault"
    stopped.environment |= {"PYTHONPATH": str(tmp_path / "site"), "FAULT": str(path)}
    stopped.start()
    return path


def descriptors(pid: int) -> list[str]:
    """What a process holds open, without the numbers that tell one socket from the other."""
    found = []
    for name in os.listdir(f"/proc/{pid}/fd"):
        try:
            found.append(re.sub(r"\d+", "N", os.readlink(f"/proc/{pid}/fd/{name}")))
        except FileNotFoundError:
            continue
    # The log of errors is opened when first written to; SQLite keeps a copy's descriptor until the database is closed.
    return sorted(name for name in found if not name.endswith(("errors.jsonl", "everwake.db")))


def children(pid: int) -> list[int]:
    """The living and dead children of a process."""
    found = [
        int(n) for task in os.listdir(f"/proc/{pid}/task") for n in read(f"/proc/{pid}/task/{task}/children").split()
    ]
    return sorted(found)


def read(path: str) -> str:
    """A file's text; none of one that is gone."""
    try:
        return Path(path).read_text()
    except FileNotFoundError:
        return ""


class Crowd:
    """Players in the middle of something, whose every line and every answer is counted."""

    def __init__(self, game: Game) -> None:
        self.game = game
        self.admin = game.admin()
        self.admin.command("set width 500")
        self.ada, self.bob = game.player("Ada"), game.player("Bob")
        for command in ("north", "get sword", "open chest", "get coins chest", "drop 15 gold"):
            self.ada.command(command)
        self.stranger = game.client()
        self.stranger.expect(r"known\? ")
        self.stranger.send_raw(b"newco")
        self.admin.command("save")
        self.before = descriptors(game.pid)
        self._sent = self._answered = 0

    def types(self) -> None:
        """Everybody types: whole lines, and half a one."""
        self.ada.send_raw(b"".join(b"think %d\r\n" % n for n in range(self._sent, self._sent + 300)))
        self._sent += 300
        self.bob.send_raw(b"think half ")

    def keeps_typing(self) -> None:
        """More comes, before, while and after nobody is there to read it."""
        for _ in range(50):
            self.ada.send_raw(b"think %d\r\n" % self._sent)
            self._sent += 1
            select_nothing(0.01)

    def is_whole(self) -> None:
        """Every line was answered once and in order; everybody has what they had."""
        self.bob.send_raw(b"a line\r\n")
        self.bob.expect('think, "half a line"')
        text = self.ada.expect(rf'think, "{self._sent - 1}"')
        assert [int(n) for n in re.findall(r'think, "(\d+)"', text)] == list(range(self._answered, self._sent))
        self._answered = self._sent
        assert "25 gold coins" in self.ada.command("i") and "The Hall" in self.ada.command("look")
        self.admin.send("audit economy")
        self.admin.expect(r"sums to 0\..*exactly one owner")
        assert "Everything is saved." in self.admin.command("save")
        # A thread that warms up opens a library now and then, for a moment.
        wait_for(lambda: descriptors(self.game.pid) == self.before, f"the descriptors of before: {self.before}")
        wait_for(lambda: not children(self.game.pid), "no other process")
        assert inheritable(self.game.pid) == []


def refused(crowd: Crowd, says: str) -> str:
    """Order a copyover that comes to nothing, while players type; gives what the admins are told."""
    crowd.types()
    crowd.admin.send("copyover")
    crowd.keeps_typing()
    return crowd.admin.expect(rf"No copyover: {says}.*?The game plays on\.")


@pytest.mark.parametrize("name", FAULTS)
def test_new_code_that_fails_after_exec_gives_the_game_back(stopped: Game, fault: Path, name: str) -> None:
    crowd = Crowd(stopped)
    does, says = FAULTS[name]
    pid = stopped.pid
    fault.write_text(does)
    refused(crowd, rf"the new program {says}")
    assert stopped.pid != pid and stopped.ready["generation"] == 1
    assert str(stopped.pid) in (stopped.data / "run" / "lock").read_text()
    stopped.moved()
    crowd.is_whole()
    assert list((stopped.data / "snapshots").glob("*.dat")) == []
    fault.unlink()
    crowd.types()
    copyover(crowd.admin)
    assert stopped.ready["generation"] == 2
    crowd.is_whole()
    crowd.stranger.send("mer")
    crowd.stranger.expect("life as Newcomer")
    assert stopped.stop() == 0


def test_one_failure_after_the_other_costs_nothing(stopped: Game, fault: Path) -> None:
    crowd = Crowd(stopped)
    for does, says in (FAULTS["raises in restore"], FAULTS["dies at once"], FAULTS["is killed when all is built"]) * 2:
        fault.write_text(does)
        refused(crowd, rf"the new program {says}")
        stopped.moved()
        crowd.is_whole()
    fault.unlink()
    crowd.types()
    copyover(crowd.admin)
    crowd.is_whole()
    assert stopped.stop() == 0


def test_without_a_guardian_the_new_program_has_the_game(stopped: Game, fault: Path) -> None:
    crowd = Crowd(stopped)
    pid = stopped.pid
    fault.write_text(
        "import signal, mud.copyover.channel as c\nask, guardian = c.ask_to_go, os.environ['EVERWAKE_HANDOVER']\n"
        "def alone(fd):\n    os.kill(int(guardian.split(':')[1]), signal.SIGKILL)\n    return ask(fd)\n"
        "c.ask_to_go = alone"
    )
    for _ in range(2):
        crowd.types()
        copyover(crowd.admin)
        crowd.is_whole()
    assert (stopped.pid, stopped.ready["generation"]) == (pid, 3)
    assert stopped.stop() == 0


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        ("execve", "ENOENT", "No such file or directory"),
        ("execve", "EACCES", "Permission denied"),
        ("execve", "E2BIG", "Argument list too long"),
        ("clone", "EAGAIN", "Resource temporarily unavailable"),
        ("clone", "ENOMEM", "Cannot allocate memory"),
        ("pidfd_open", "EMFILE", "Too many open files"),
        ("memfd_create", "EMFILE", "Too many open files"),
        ("socketpair", "EMFILE", "Too many open files"),
    ],
)
def test_a_system_that_refuses_costs_nothing(stopped: Game, fault: Path, call: str, error: str, says: str) -> None:
    crowd = Crowd(stopped)
    pid = stopped.pid
    arguments = ["-p", str(pid), "-e", f"trace={call}", "-e", f"inject={call}:error={error}", "-o", "/dev/null"]
    strace = subprocess.Popen([need_tool("strace"), *arguments], stderr=subprocess.PIPE)
    try:
        assert strace.stderr is not None and b"attached" in strace.stderr.readline()
        for _ in range(2):
            crowd.types()
            crowd.admin.send("copyover")
            crowd.admin.expect(rf"No copyover.*{says}.*The game plays on\.")
    finally:
        strace.terminate()
        strace.communicate()
    assert (stopped.pid, stopped.ready["generation"]) == (pid, 1)
    crowd.bob.send_raw(b"\r\n")
    crowd.bob.expect('think, "half think half"')
    crowd.bob.send_raw(b"think half ")
    crowd.is_whole()
    crowd.types()
    copyover(crowd.admin)
    crowd.is_whole()
    assert stopped.stop() == 0


def test_a_server_that_is_told_to_end_meanwhile_ends_well(stopped: Game, fault: Path) -> None:
    crowd = Crowd(stopped)
    fault.write_text("import signal\nos.kill(os.getpid(), signal.SIGTERM)\nsignal.pause()")
    crowd.types()
    crowd.admin.send("copyover")
    crowd.admin.expect(r"No copyover.*The game plays on\.")
    stopped.moved()
    assert stopped.process is not None and stopped.process.wait() == 0 and stopped.stop() == 0
    crowd.ada.expect("The server goes down")
    crowd.ada.expect_end()
    stopped.start()
    assert "25 gold coins" in stopped.player("Ada", new=False).command("i")
    assert stopped.stop() == 0
