"""What clients do while a copyover is under way, in each of its phases, and what becomes of orders that meet."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mud.cli.client import ask_running
from mud.config import Config, ServerConfig
from mud.control import control_socket
from tests.e2e.crowd import Crowd
from tests.e2e.harness import LIMIT, Client, Game, copyover, wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("subreaper")]

#: Whoever comes to the place that the file `where` names says so, and waits there until it is gone.
HOLD = """
import asyncio, functools, time
where, reached = faults / "where", faults / "reached"
def here(place):
    try:
        found = where.read_text() == place
    except FileNotFoundError:
        return False
    if found:
        reached.touch()
    return found
def before(owner, name, place):
    whole = getattr(owner, name)
    @functools.wraps(whole)
    def held(*a, **k):
        while here(place):
            time.sleep(0.01)
        return whole(*a, **k)
    setattr(owner, name, held)
"""
PROGRAM = f"""{HOLD}
if here("way back"):
    while here("way back"):
        time.sleep(0.01)
    os._exit(3)
import mud.copyover.carriers.channel, mud.copyover.steps, mud.server.storage, mud.store.store
settle = mud.store.store.Store.checkpoint
async def checkpoint(store):
    while here("preparing"):
        await asyncio.sleep(0.01)
    await settle(store)
mud.store.store.Store.checkpoint = checkpoint
before(mud.copyover.steps.ServerSteps, "ask", "vetoing")
before(mud.server.storage.Storage, "close", "state_transferring")
before(os, "execve", "handing_over")
before(mud.copyover.carriers.channel, "ask_to_go", "recovering")
"""
REHEARSAL = f"""{HOLD}
import mud.copyover.rehearsal.trial
before(mud.copyover.rehearsal.trial, "rehearse", "rehearsing")
before(mud.copyover.rehearsal.trial.TrialRun, "build", "rehearsing")
"""
PLACES = ("rehearsing", "preparing", "vetoing", "state_transferring", "handing_over", "recovering")
FLOOD = 400
RESET = b"\1\0\0\0\0\0\0\0"


@pytest.fixture
def held(stopped: Game, faults: Path, tmp_path: Path) -> Path:
    """The folder in which `where` names the place to wait at. The server runs, and is patient with new programs."""
    for role, does in (("old", PROGRAM), ("new", PROGRAM), ("rehearsal", REHEARSAL)):
        (faults / role).write_text(does)
    (tmp_path / "everwake.toml").write_text("[copyover]\nstart_seconds = 30\n")
    stopped.arguments = ("--config", str(tmp_path / "everwake.toml"))
    stopped.start()
    return faults


class Rabble:
    """Clients that misbehave, each in its way, each in play before."""

    def __init__(self, game: Game, number: int) -> None:
        self.game = game
        self.number = number
        names = [f"{name}{'abcdefgh'[number]}" for name in ("Leaver", "Resetter", "Halfcloser", "Flooder", "Rubbish")]
        self.leaver, self.resetter, self.half, self.flooder, self.rubbish = (game.player(name) for name in names)
        self.early: list[Client] = []

    def misbehave(self) -> None:
        """All that clients do at a bad moment."""
        self.leaver.send_raw(b"think goodbye")
        self.leaver.close()
        reset(self.resetter)
        self.half.send_raw(b"think one\r\nthink two\r\nthink three")
        self.half.sock.shutdown(socket.SHUT_WR)
        self.flooder.send_raw(b"".join(b"think %d\r\n" % n for n in range(FLOOD)))
        self.rubbish.sock.setblocking(False)
        with contextlib.suppress(BlockingIOError, ConnectionError):
            for _ in range(1000):
                self.rubbish.sock.send(b"\xfe#" * 32_768)
        self.early = [self.game.client() for _ in range(3)]
        self.early[0].send(f'create Early{"abcdefgh"[self.number]} "correct horse"')
        self.early[1].sock.shutdown(socket.SHUT_WR)
        reset(self.early[2])

    def is_served(self) -> None:
        """Each gets what it is due, and is gone."""
        text = self.half.expect_end()
        assert text.count('You think, "one"') == text.count('You think, "two"') == 1
        text = self.flooder.expect(rf'think, "{FLOOD - 1}"')
        assert [int(n) for n in re.findall(r'think, "(\d+)"', text)] == list(range(FLOOD))
        self.rubbish.expect("You send faster than the game listens")
        self.early[0].expect("Welcome, Early")
        self.early[1].expect_end()
        for client in (self.flooder, self.rubbish, *self.early):
            client.close()


def reset(client: Client) -> None:
    """Hang up the hard way."""
    client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    client.close()


def stopped_at(crowd: Crowd, held: Path, place: str, rabble: Rabble) -> None:
    """Order a copyover, have everybody misbehave when it is there, and let it go on."""
    (held / "where").write_text(place)
    crowd.types()
    crowd.admin.send("copyover")
    wait_for((held / "reached").exists, place)
    rabble.misbehave()
    crowd.keeps_typing()
    (held / "where").unlink()
    (held / "reached").unlink()


def test_clients_that_come_go_close_and_flood_in_any_phase_cost_nobody_else_anything(stopped: Game, held: Path) -> None:
    crowd = Crowd(stopped)
    for number, place in enumerate(PLACES):
        rabble = Rabble(stopped, number)
        stopped_at(crowd, held, place, rabble)
        crowd.admin.expect(rf"Copyover done: generation {number + 2}.*?\n> ")
        rabble.is_served()
        crowd.is_whole()
    assert stopped.errors() == "" and stopped.stop() == 0


def test_clients_that_come_go_close_and_flood_over_a_way_back_cost_nobody_else_anything(
    stopped: Game, held: Path
) -> None:
    crowd, rabble = Crowd(stopped), Rabble(stopped, 0)
    stopped_at(crowd, held, "way back", rabble)
    crowd.admin.expect(r"No copyover: the new program ended before it was ready.*The game plays on\.")
    stopped.moved()
    rabble.is_served()
    crowd.is_whole()
    crowd.types()
    copyover(crowd.admin)
    crowd.is_whole()
    assert stopped.stop() == 0


def test_output_over_a_way_back_is_the_same_to_the_byte(stopped: Game, held: Path) -> None:
    admin, ada, bob = stopped.admin(), stopped.player("Ada"), stopped.player("Bob")
    lines = [b"think %d\r\n" % n for n in range(300)]
    lines[-1] += b"think the end\r\n"
    begin = [len(client.raw) for client in (ada, bob) if client.command("think now") and client.expect("> ")]
    bob.send_raw(b"".join(lines))
    bob.expect("the end.*> ")
    (held / "where").write_text("way back")
    ada.send_raw(b"".join(lines[:100]))
    admin.send("copyover")
    wait_for((held / "reached").exists, "the silence")
    ada.send_raw(b"".join(lines[100:200]))
    (held / "where").unlink()
    admin.expect(r"No copyover.*The game plays on\.")
    ada.send_raw(b"".join(lines[200:]))
    ada.expect("the end.*> ")
    assert ada.raw[begin[0] :] == bob.raw[begin[1] :]
    stopped.moved()
    assert stopped.stop() == 0


def records(game: Game) -> list[tuple[str, str]]:
    """Who ordered each copyover so far, and what came of it."""
    lines = (game.data / "copyovers.jsonl").read_text().splitlines()
    return [(record["by"].split()[0], record["outcome"]) for record in map(json.loads, lines)]


def ordered(game: Game) -> subprocess.Popen[str]:
    """An order from the command line, under way."""
    command = [sys.executable, "run.py", "copyover", "--data", str(game.data)]
    return subprocess.Popen(command, cwd=game.root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def test_who_orders_one_during_another_is_told_from_wherever_it_comes(stopped: Game, held: Path) -> None:
    crowd = Crowd(stopped)
    boss = stopped.admin("Boss")
    (held / "where").write_text("preparing")
    crowd.types()
    crowd.admin.send("copyover")
    wait_for((held / "reached").exists, "it prepares")
    second = ordered(stopped)
    assert "Root has ordered one already" in second.communicate()[0] and second.returncode == 1
    boss.send("copyover")
    boss.expect(r"No copyover: Root has ordered one already, .*preparing, 50 %")
    os.kill(stopped.pid, signal.SIGUSR1)
    wait_for(lambda: "no copyover by SIGUSR1: Root has ordered one already" in stopped.log(), "a line in the log")
    (held / "where").unlink()
    crowd.admin.expect(r"Copyover done.*?\n> ")
    boss.send("quit")
    boss.expect_end()
    boss.close()
    crowd.is_whole()
    assert records(stopped) == [("Root", "done")] and stopped.ready["generation"] == 2
    assert stopped.stop() == 0


def test_who_asks_from_outside_in_the_silence_is_answered_after_it(
    stopped: Game, held: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin, whole, asked = stopped.admin(), control_socket.ask, []
    monkeypatch.setattr(control_socket, "ask", lambda *a: asked.append(whole(*a)) or asked[-1])
    (held / "where").write_text("handing_over")
    admin.send("copyover")
    wait_for((held / "reached").exists, "the silence")
    with ThreadPoolExecutor(1) as beside:
        answer = beside.submit(ask_running, Config(server=ServerConfig(data=str(stopped.data))), "copyover.status")
        wait_for(lambda: len(asked) > 1, "two tries")
        (held / "where").unlink()
        found = answer.result(LIMIT)
    assert asked[0] is None and found is not None and found["status"]["generation"] == 2
    admin.expect("Copyover done")
    assert stopped.stop() == 0


def test_one_that_is_ordered_before_everybody_is_back_from_the_one_before_comes_after_it(
    stopped: Game, fault: Path
) -> None:
    crowd = Crowd(stopped)
    fault.write_text(f"import os, signal\nos.unlink({str(fault)!r})\nos.kill(os.getpid(), signal.SIGUSR1)")
    crowd.types()
    crowd.admin.send("copyover")
    crowd.admin.expect("generation 2.*generation 3")
    crowd.is_whole()
    assert records(stopped) == [("Root", "done"), ("SIGUSR1", "done")] and stopped.ready["generation"] == 3
    assert stopped.stop() == 0 and stopped.errors() == ""


def test_orders_from_everywhere_at_the_same_time_are_one_copyover_after_the_other(stopped: Game) -> None:
    crowd = Crowd(stopped.start())
    outside = []
    crowd.types()
    for _ in range(3):
        outside += [ordered(stopped), ordered(stopped)]
        crowd.admin.send("copyover")
        for _ in range(5):
            os.kill(stopped.pid, signal.SIGUSR1)
        crowd.keeps_typing()
    said = [(process.communicate()[0], process.returncode) for process in outside]
    wait_for(lambda: "No copyover is under way" in crowd.admin.command("copyover status"), "the last one's end")
    crowd.is_whole()
    generation = stopped.ready["generation"]
    assert stopped.stop() == 0 and stopped.errors() == ""
    done = [by for by, outcome in records(stopped) if outcome == "done"]
    assert len(done) == len(records(stopped)) == generation - 1 >= 1
    assert done.count("run.py") == [code for _, code in said].count(0)
    refused = [text for text, code in said if code]
    # Refused while there was one; or its connection ended with the program that was replaced.
    words = ("has ordered one already", "closed the connection without an")
    assert [text for text in refused if not any(word in text for word in words)] == []
