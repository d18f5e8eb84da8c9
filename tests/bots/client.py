"""A bot's connection: lines out, text in. Every command is numbered, and has a time within which it is answered."""

from __future__ import annotations

import asyncio
import contextlib
import re

from tests.bots.tally import Tally
from tests.bots.telnet import Telnet

#: Characters that a transcript keeps, and how many of them a failure shows.
KEPT, SHOWN = 60_000, 4_000


class Unanswered(AssertionError):
    """A command was not answered in its time."""


class HungUp(AssertionError):
    """The server ended the connection."""


class Client:
    """One connection after another of one player. `limit` is the most seconds that an answer may take."""

    def __init__(self, port: int, host: str = "127.0.0.1", size: tuple[int, int] | None = None, limit: float = 20.0):
        self.address = (host, port)
        self.size = size
        self.limit = limit
        self.tally = Tally()
        self.transcript = ""
        self.commands = 0
        self.slowest = 0.0  # seconds
        self._unread = ""

    async def open(self) -> None:
        """Connect, and forget what came on an earlier connection."""
        self._telnet = Telnet(self.size)
        self._unread = ""
        self._reader, self._writer = await asyncio.open_connection(*self.address, limit=1 << 20)

    async def close(self) -> None:
        """Hang up."""
        self.tally.away()
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()

    def send(self, text: str) -> None:
        """Lines, as they are."""
        self._note(f"\n<<< {text}\n")
        self._writer.write(text.replace("\n", "\r\n").encode() + b"\r\n")

    async def listen(self, seconds: float) -> str:
        """All that comes within a time, and what came before it."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while True:
                    await self._read()
        heard, self._unread = self._unread, ""
        return heard

    async def expect(self, pattern: str, limit: float | None = None) -> str:
        """Wait for `pattern`; gives what was read up to its end. Raises Unanswered and HungUp."""
        wanted = re.compile(pattern, re.S)
        try:
            async with asyncio.timeout(limit or self.limit):
                while (found := wanted.search(self._unread)) is None:
                    await self._read()
        except TimeoutError:
            raise Unanswered(
                f"no {pattern!r} in {limit or self.limit} s; the last that was read:\n{self.last}"
            ) from None
        text, self._unread = self._unread[: found.end()], self._unread[found.end() :]
        return text

    async def command(self, text: str, limit: float | None = None) -> str:
        """Send a command in play, and give all that is read until it has been done. Raises Unanswered and HungUp."""
        self.commands += 1
        mark = f'You think, "#{self.commands}"'
        began = asyncio.get_running_loop().time()
        self.send(f"{text}\nthink #{self.commands}")
        answer = await self.expect(re.escape(mark), limit)
        self.slowest = max(self.slowest, asyncio.get_running_loop().time() - began)
        return answer.removesuffix(mark)

    def post(self, texts: list[str]) -> tuple[int, int]:
        """Send many commands at once, each numbered. Gives the first number and the last, for `collect`."""
        first = self.commands + 1
        lines = [f"{text}\nthink #{number}\n" for number, text in enumerate(texts, first)]
        self.commands += len(texts)
        self._writer.write("".join(lines).replace("\n", "\r\n").encode())
        return first, self.commands

    async def collect(self, first: int, last: int) -> list[str]:
        """The answers to what was posted. Raises Unanswered and HungUp."""
        said = await self.expect(rf'You think, "#{last}"')
        return re.split(r'You think, "#\d+"', said)[: last - first + 1]

    @property
    def last(self) -> str:
        """The end of the transcript."""
        return self.transcript[-SHOWN:]

    async def _read(self) -> None:
        try:
            data = await self._reader.read(65536)
        except ConnectionError:
            data = b""
        if not data:
            raise HungUp(f"the server hung up; the last that was read:\n{self.last}")
        text = self._telnet.feed(data).replace("\r", "")
        if self._telnet.replies:
            self._writer.write(self._telnet.replies)
            self._telnet.replies = b""
        self.tally.feed(text)
        self._unread += text
        self._note(text)

    def _note(self, text: str) -> None:
        self.transcript = (self.transcript + text)[-KEPT:]
