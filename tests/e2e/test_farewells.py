"""Who leaves while output is still on its way to them gets all of it, whatever the server goes through meanwhile."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.harness import LIMIT, Client, Game, wait_for
from tests.e2e.test_clients_meanwhile import held

__all__ = ["held"]
pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("subreaper")]

#: More than the kernel takes for a client that does not read; less than the game keeps for one.
LINES, LENGTH = 140, 1200


class SlowClient(Client):
    """A client whose kernel takes little before it is read."""

    def __init__(self, game: Game) -> None:
        super().__init__(game.port)
        self.sock.close()
        self.sock = socket.socket()
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.sock.settimeout(LIMIT)
        self.sock.connect(("127.0.0.1", game.port))
        game.clients.append(self)


class Sips(threading.Thread):
    """Reads a little again and again, as who is on a slow line does."""

    def __init__(self, client: Client) -> None:
        super().__init__()
        self._client = client
        self._ended = threading.Event()
        self.start()

    def run(self) -> None:
        while not self._ended.wait(0.1):
            self._client.raw += self._client.sock.recv(512)

    def stop(self) -> None:
        self._ended.set()
        self.join()


def quits(ada: SlowClient, admin: Client) -> None:
    ada.send_raw(b"quit\r\n")


def half_closes(ada: SlowClient, admin: Client) -> None:
    ada.sock.shutdown(socket.SHUT_WR)


def is_kicked(ada: SlowClient, admin: Client) -> None:
    admin.send("kick Ada")


def is_banned(ada: SlowClient, admin: Client) -> None:
    admin.send("ban Ada for 1h because of a test")


@pytest.mark.parametrize("after", ["copyover", "way back"])
@pytest.mark.parametrize("leaves", [quits, half_closes, is_kicked, is_banned])
def test_who_leaves_right_before_a_silence_reads_everything(
    stopped: Game, held: Path, leaves: Callable[[SlowClient, Client], None], after: str
) -> None:
    admin, bob = stopped.admin(), stopped.player("Bob")
    stopped.player("Ada").close()
    ada = SlowClient(stopped)
    ada.send('connect Ada "correct horse"')
    ada.expect("> ")
    (held / "where").write_text("preparing")
    admin.send("copyover")
    wait_for((held / "reached").exists, "the copyover to be prepared")
    ada.send_raw(b"".join(b"think %s %d\r\n" % (b"x" * LENGTH, n) for n in range(LINES)) + b"say done\r\n")
    bob.expect('Ada says, "done"')
    leaves(ada, admin)
    wait_for(lambda: not re.search(r"Ada(?!.*link-dead)", bob.command("who")), "Ada to be gone")
    sips = Sips(ada)
    (held / "reached").unlink()
    if after == "way back":
        (held / "where").write_text("way back")
        wait_for((held / "reached").exists, "the new program")
    (held / "where").unlink()
    admin.expect("Copyover done" if after == "copyover" else "No copyover")
    sips.stop()
    text = ada.expect_end()
    assert [int(n) for n in re.findall(r"x (\d+)\"", text)] == list(range(LINES))
