"""New code that fails after exec: the old program plays on, with everybody, and nothing is lost or done twice."""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path

import pytest

from tests.e2e.crowd import Crowd, refused
from tests.e2e.harness import Game, copyover, wait_for
from tests.tools import need_tool

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("subreaper")]

#: What becomes of the new program, and what the admins have to read about it.
RAISES = """
import mud.server.adopt
def adopt(*a):
    raise RuntimeError('no such luck')
mud.server.adopt.adopt = adopt
"""
FAULTS = {
    "does not import": ("sys.modules['mud.copyover.adopt'] = None", r"ended before.*main\.py.*ModuleNotFoundError"),
    "raises in restore": (RAISES, r"ended before it was ready.*RuntimeError: no such luck"),
    "raises with half a story": (
        "import mud.server.adopt\ndef adopt(*a):\n    raise SystemExit('\\x1b[31m\\x01red\\x02' + 'x' * 3000)\n"
        "mud.server.adopt.adopt = adopt",
        r"ended before it was ready.*red",
    ),
    "dies at once": ("os._exit(3)", r"ended before it was ready"),
    "crashes": ("import signal; os.kill(os.getpid(), signal.SIGSEGV)", r"ended before.*Segmentation fault"),
    "is killed in the middle": (
        "import mud.server.adopt, signal\nmud.server.adopt.adopt = lambda *a: os.kill(os.getpid(), 9)",
        r"ended before it was ready",
    ),
    "is killed when all is built": (
        "import mud.copyover.carriers.channel as c\nc.ask_to_go = lambda fd: os.kill(os.getpid(), 9)",
        r"ended before it was ready",
    ),
    "loops for ever": ("while True:\n    pass", r"is not ready after \d+\.\d s.*fault"),
    "hangs after exec": ("import signal\nsignal.pause()", r"is not ready after \d+\.\d s.*fault"),
    "is deaf to signals": (
        "import signal, time\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))\nwhile True: time.sleep(60)",
        r"is not ready after \d+\.\d s",
    ),
    "never says healthy": (
        "import mud.copyover.carriers.channel as c, time\n"
        "def ask(fd):\n    while True: time.sleep(60)\nc.ask_to_go = ask",
        r"is not ready after \d+\.\d s.*in take_over",
    ),
    "says something else": (
        "import mud.copyover.carriers.channel as c\nc.HEALTHY = b'?'",
        r"ended before it was ready",
    ),
    "loses its descriptors": ("import time\nos.closerange(3, 4096)\ntime.sleep(60)", r"ended before it was ready"),
    "says too much": (
        "while True:\n    os.write(2, b'too much\\n' * 1000)",
        r"ended before it was ready.*too much|hand-over",
    ),
}


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


def test_a_shutdown_that_waits_while_the_game_is_taken_back_is_done(stopped: Game, fault: Path, tmp_path: Path) -> None:
    typed = tmp_path / "typed"
    fault.write_text(f"while not os.path.exists({str(typed)!r}): pass\nos._exit(3)")
    admin, boss = stopped.admin(), stopped.admin("Boss")
    admin.send("copyover")
    wait_for(lambda: (stopped.data / "snapshots" / "world.dat").exists(), "the silence")
    boss.send("shutdown now")
    typed.touch()
    admin.expect("plays on.*The server goes down")
    stopped.moved()
    assert stopped.process is not None and stopped.process.wait() == 0
    assert not (stopped.data / "run" / "ready.json").exists()


def test_without_a_guardian_the_new_program_has_the_game(stopped: Game, fault: Path) -> None:
    crowd = Crowd(stopped)
    pid = stopped.pid
    fault.write_text(
        "import signal, mud.copyover.carriers.channel as c\n"
        "ask, guardian = c.ask_to_go, os.environ['EVERWAKE_HANDOVER']\n"
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


def test_a_supervisor_is_told_who_the_server_is_now(stopped: Game, faults: Path, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
        supervisor.bind(str(tmp_path / "notify"))
        supervisor.setblocking(False)
        stopped.environment["NOTIFY_SOCKET"] = str(tmp_path / "notify")
        (faults / "new").write_text("os._exit(3)")
        admin = stopped.start().admin()
        before = stopped.ready
        for _ in range(2):
            admin.send("copyover")
            admin.expect(r"No copyover.*The game plays on\.")
            stopped.moved()
            assert supervisor.recv(100) == f"MAINPID={stopped.pid}".encode()
            assert stopped.ready == before | {"pid": stopped.pid, "service_pid": stopped.pid}
            assert stopped.pid != before["pid"]
        (faults / "new").unlink()
        copyover(admin)  # the process id stays: there is nothing to tell
        with pytest.raises(BlockingIOError):
            supervisor.recv(100)
    assert stopped.stop() == 0
