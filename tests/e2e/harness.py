"""The real server in a process of its own, and a client that reads what a player reads."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
SMALL = ROOT / "tests" / "worlds" / "small"
PASSWORD = "correct horse"
#: Seconds that anything may take before a test gives up.
LIMIT = 30.0

_IAC = re.compile(rb"\xff(?:[\xfb-\xfe].|\xfa.*?\xff\xf0|[^\xff\xfa-\xfe])", re.S)


def wait_for(condition: Callable[[], Any], what: str, limit: float = LIMIT) -> Any:
    """Wait until `condition` gives something true, and give that."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        os.sched_yield()
        select_nothing(0.01)
    raise AssertionError(f"not within {limit} s: {what}")


def select_nothing(seconds: float) -> None:
    """Give the machine to others for a moment while a condition is polled."""
    import select

    select.select([], [], [], seconds)


class Client:
    """A telnet client that negotiates nothing unless told to."""

    def __init__(self, port: int, host: str = "127.0.0.1", source: str | None = None) -> None:
        self.sock = socket.create_connection((host, port), LIMIT, (source, 0) if source else None)
        self.raw = b""  # everything that ever came
        self._at = 0  # how far `expect` has read
        self._commands = 0

    def send(self, text: str) -> None:
        """A line."""
        self.sock.sendall(text.encode() + b"\r\n")

    def send_raw(self, data: bytes) -> None:
        """Bytes as they are."""
        self.sock.sendall(data)

    def read(self) -> bool:
        """Take what has come, waiting for it; False at the end."""
        data = self.sock.recv(65536)
        self.raw += data
        return bool(data)

    def expect(self, pattern: str, limit: float = LIMIT) -> str:
        """Wait for `pattern` in the text not yet looked at; gives the text up to its end."""
        end = time.monotonic() + limit
        while True:
            text = self.text_from(self._at)
            found = re.search(pattern, text, re.S)
            if found:
                self._at = self._raw_index(found.end())
                return text[: found.end()]
            self.sock.settimeout(max(0.01, end - time.monotonic()))
            try:
                more = self.read()
            except (TimeoutError, ConnectionError) as error:
                raise AssertionError(f"{error!r} instead of {pattern!r} after {text!r}") from None
            if not more:
                raise AssertionError(f"the end instead of {pattern!r} after {text!r}")

    def expect_end(self, limit: float = LIMIT) -> str:
        """Wait for the end of the connection; gives all the text not yet looked at."""
        self.sock.settimeout(limit)
        try:
            while self.read():
                pass
        except ConnectionError:
            pass
        text = self.text_from(self._at)
        self._at = len(self.raw)
        return text

    def text_from(self, at: int) -> str:
        """The text behind an index of `raw`, without telnet commands."""
        return _IAC.sub(b"", self.raw[at:]).decode("utf-8", "replace")

    @property
    def unread(self) -> str:
        """The text not yet looked at."""
        return self.text_from(self._at)

    def forget(self) -> None:
        """Keep only what was not yet looked at: in a long test `raw` grows and grows."""
        self.raw, self._at = self.raw[self._at :], 0

    def _raw_index(self, characters: int) -> int:
        """The index in `raw` behind so many characters of the text not yet looked at."""
        low, high = self._at, len(self.raw)
        while low < high:
            middle = (low + high) // 2
            if len(_text(self.raw[self._at : middle])) < characters:
                low = middle + 1
            else:
                high = middle
        return low

    def command(self, text: str) -> str:
        """Send a command in play, and give all that comes until it has been done."""
        self._commands += 1
        mark = f"#{self._commands}"
        self.send(text)
        self.send(f"think {mark}")
        return self.expect(f'You think, "{mark}"').removesuffix(f'You think, "{mark}"')

    def login(self, name: str, password: str = PASSWORD, *, new: bool = False) -> str:
        """Log in, or make a new character."""
        self.expect(r"known\? ")
        self.send(f'{"create" if new else "connect"} {name} "{password}"')
        return self.expect(r"\n> ")

    def close(self) -> None:
        """Hang up."""
        self.sock.close()


def _text(raw: bytes) -> str:
    return _IAC.sub(b"", raw).decode("utf-8", "replace")


class Moved:
    """A server that has become another process, as a Popen. Only a subreaper learns its exit code."""

    def __init__(self, pid: int, stdout: Any) -> None:
        self.pid = pid
        self.stdout = stdout
        self.returncode: int | None = None

    def send_signal(self, number: int) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    def poll(self) -> int | None:
        """Its exit code; None while it runs."""
        if self.returncode is None:
            found, status = os.waitpid(self.pid, os.WNOHANG)
            self.returncode = os.waitstatus_to_exitcode(status) if found else None
        return self.returncode

    def wait(self, limit: float = LIMIT) -> int:
        """Wait for its end."""
        wait_for(lambda: self.poll() is not None, "the server's end", limit)
        assert self.returncode is not None
        return self.returncode


class Game:
    """A running server with its own data folder."""

    def __init__(self, data: Path, world: Path = SMALL, *arguments: str, prefix: tuple[str, ...] = ()) -> None:
        self.data = data
        self.world = world
        self.arguments = arguments
        self.prefix = prefix
        self.root = ROOT  # where the code lies that is run
        self.program = "run.py"
        self.environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        self.process: subprocess.Popen[bytes] | Moved | None = None
        self.output = b""
        self.clients: list[Client] = []

    def run(self, *arguments: str, input: str = "") -> subprocess.CompletedProcess[str]:
        """`run.py` with arguments."""
        command = [sys.executable, "run.py", *arguments]
        return subprocess.run(
            command, cwd=self.root, input=input, capture_output=True, text=True, timeout=LIMIT, env=self.environment
        )

    def account(self, name: str, role: str = "player", password: str = PASSWORD) -> None:
        """Make an account."""
        made = self.run(
            "account",
            "create",
            name,
            "--role",
            role,
            "--password-stdin",
            "--data",
            str(self.data),
            input=password + "\n",
        )
        assert made.returncode == 0, made.stderr

    def own_code(self, folder: Path) -> Path:
        """Run a copy of the code, which the test may change; gives where it lies."""
        self.root = folder / "tree"
        for name in ("mud", "modules"):
            shutil.copytree(ROOT / name, self.root / name, ignore=shutil.ignore_patterns("__pycache__", "tests"))
        shutil.copy(ROOT / "run.py", self.root)
        return self.root

    def start(self, port: int = 0, limit: float = LIMIT) -> Game:
        """Start, and wait until a client can log in."""
        self.output = b""
        command = [
            sys.executable,
            self.program,
            "--port",
            str(port),
            "--data",
            str(self.data),
            "--world",
            str(self.world),
        ]
        self.process = subprocess.Popen(
            [*self.prefix, *command, *self.arguments],
            cwd=self.root,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env=self.environment,
        )
        assert self.process.stdout is not None
        os.set_blocking(self.process.stdout.fileno(), False)
        process = self.process
        wait_for(lambda: b"ready" in self.said() or process.poll() is not None, "ready", limit)
        assert process.poll() is None, self.output.decode()
        return self

    def said(self) -> bytes:
        """All that the server printed so far."""
        assert self.process is not None and self.process.stdout is not None
        self.output += self.process.stdout.read() or b""
        return self.output

    @property
    def ready(self) -> dict[str, Any]:
        """What ready.json says."""
        content: dict[str, Any] = json.loads((self.data / "run" / "ready.json").read_text())
        return content

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.ready["port"])

    @property
    def pid(self) -> int:
        """The process."""
        return int(self.ready["pid"])

    def moved(self) -> None:
        """It is another process since it took the game back. For a subreaper."""
        assert self.process is not None and self.pid != self.process.pid
        assert self.process.wait(LIMIT) is not None
        self.process = Moved(self.pid, self.process.stdout)

    def client(self, host: str = "127.0.0.1", source: str | None = None) -> Client:
        """A new connection, closed with the game."""
        self.clients.append(Client(self.port, host, source))
        return self.clients[-1]

    def player(self, name: str, *, new: bool = True) -> Client:
        """A new character in play."""
        client = self.client()
        client.login(name, new=new)
        return client

    def admin(self, name: str = "Root") -> Client:
        """An owner in play; the account is made when it is not there."""
        made = self.run(
            "account", "create", name, "--role", "owner", "--password-stdin", "--data", str(self.data), input=PASSWORD
        )
        if "already" not in made.stderr:
            assert made.returncode == 0, made.stderr
        return self.player(name, new=False)

    def log(self) -> str:
        """The log."""
        return (self.data / "logs" / "everwake.log").read_text()

    def errors(self) -> str:
        """The error log: empty when all is well."""
        path = self.data / "logs" / "errors.jsonl"
        return path.read_text() if path.exists() else ""

    def kill(self) -> None:
        """kill -9."""
        assert self.process is not None and self.process.stdout is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.said()
        self.process.stdout.close()
        self.process = None

    def put_out(self) -> None:
        """kill -9 of whoever has the game: also of the guardian that takes it back, when it hits a copyover."""
        self.kill()
        wait_for(self._nobody_has_it, "nobody has the game")

    def _nobody_has_it(self) -> bool:
        with (self.data / "run" / "lock").open() as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                holder = re.search(r"process (\d+)", lock.read())
                if holder is not None:
                    with contextlib.suppress(ProcessLookupError):  # it is not signed anew yet
                        os.kill(int(holder[1]), signal.SIGKILL)
                return False
            return True

    def close(self) -> None:
        """Whatever is left: hang up, kill, close."""
        for client in self.clients:
            client.close()
        if self.process is not None:
            guardian = (
                self.pid if self.process.poll() is not None and (self.data / "run" / "ready.json").exists() else 0
            )
            if guardian and guardian != self.process.pid:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(guardian, signal.SIGKILL)
            self.kill()

    def stop(self) -> int:
        """Ask it to end, and wait; gives the exit code."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(LIMIT)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        self.said()
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.process = None
        return code


def copyover(admin: Client, reason: str = "") -> None:
    """Order a copyover and wait until it is done."""
    admin.send("copyover" + (f" because {reason}" if reason else ""))
    admin.expect(r"Copyover done.*?\n> ")


def inheritable(pid: int) -> list[str]:
    """The descriptors of a process, but for the standard ones, that exec would pass on."""
    found = []
    for name in os.listdir(f"/proc/{pid}/fd"):
        with contextlib.suppress(FileNotFoundError):  # it was closed while we looked
            flags = re.search(r"flags:\s+(\d+)", Path(f"/proc/{pid}/fdinfo/{name}").read_text())
            assert flags is not None
            if int(name) > 2 and not int(flags[1], 8) & os.O_CLOEXEC:
                found.append(os.readlink(f"/proc/{pid}/fd/{name}"))
    return found
