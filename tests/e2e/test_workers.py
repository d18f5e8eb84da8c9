"""Process workers of the real server: they outlive copyovers with their process id, and are managed on."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.harness import Game, copyover, wait_for

pytestmark = pytest.mark.e2e

BEATER = """
import os, signal, time
print("up", os.getpid(), flush=True)
while True:
    time.sleep(0.05)
"""


def worker(game: Game, *arguments: str) -> Any:
    """`run.py worker ... --json`."""
    made = game.run("worker", *arguments, "--json", "--data", str(game.data))
    return json.loads(made.stdout)


def of(game: Game, name: str) -> dict[str, Any]:
    """What is known of a worker."""
    found: dict[str, Any] = worker(game, "show", name)
    return found


def manifest(folder: Path, more: str = "") -> Path:
    """A worker's manifest, with its program."""
    (folder / "beater.py").write_text(BEATER, "utf-8")
    path = folder / "beater.toml"
    path.write_text(
        f'name = "beater"\ncommand = ["python3", "beater.py"]\nfolder = "."\nback_off_seconds = 0.2\n{more}\n', "utf-8"
    )
    return path


def alive(pid: int) -> bool:
    """Whether a process runs."""
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def test_a_process_keeps_its_id_over_ten_copyovers_and_is_managed_on(stopped: Game, tmp_path: Path) -> None:  # S3.12
    game = stopped.start()
    admin = game.admin()
    added = worker(game, "add", str(manifest(tmp_path)))
    assert added == {"ok": True, "text": "beater is running"}
    pid = of(game, "beater")["pid"]
    for _ in range(10):
        copyover(admin)
        assert of(game, "beater")["pid"] == pid and of(game, "beater")["state"] == "running"
    assert alive(pid)
    os.kill(pid, signal.SIGKILL)  # it is our child still, and is restarted
    wait_for(lambda: of(game, "beater")["pid"] not in (pid, None), "a restart")
    assert not alive(pid)
    again = of(game, "beater")
    assert again["detail"]["restarts"] == 1 and "everwake" not in again["executable"]
    assert worker(game, "stop", "beater")["text"] == "beater is idle"
    assert not alive(again["pid"])
    copyover(admin)
    assert of(game, "beater")["state"] == "idle"  # a stop is remembered
    assert worker(game, "start", "beater")["ok"]
    running = of(game, "beater")["pid"]
    assert game.stop() == 0
    assert not alive(running)
    assert game.errors() == ""


def test_a_process_survives_a_kill_of_the_server_and_is_taken_on_again(stopped: Game, tmp_path: Path) -> None:  # S3.12
    game = stopped.start()
    worker(game, "add", str(manifest(tmp_path)))
    pid = of(game, "beater")["pid"]
    game.kill()
    assert alive(pid)
    game.start()
    wait_for(lambda: of(game, "beater")["state"] == "running", "taken on")
    assert of(game, "beater")["pid"] == pid
    assert worker(game, "restart", "beater", "--force")["ok"]
    assert of(game, "beater")["pid"] != pid and not alive(pid)
    assert game.stop() == 0
    game.start()
    wait_for(lambda: of(game, "beater")["state"] == "running", "started with the server")
    assert game.stop() == 0


def test_workers_are_listed_and_refused_in_words(stopped: Game, tmp_path: Path) -> None:  # S3.1, S3.3, S3.8, S3.10
    game = stopped.start()
    path = manifest(tmp_path)
    assert worker(game, "add", str(path))["ok"]
    twice = worker(game, "add", str(path))
    assert twice["error"] == "There is a worker 'beater' already." and twice["code"] == "conflict"
    running = worker(game, "remove", "beater")
    assert not running["ok"] and "stop it first" in running["error"]
    assert "Did you mean beater?" in worker(game, "show", "beter")["error"]
    assert "is a module" in worker(game, "remove", "raffle")["error"]
    found = {w["id"]: w for w in worker(game, "list")}
    assert found["raffle"]["type"] == "module" and found["raffle"]["state"] == "running"
    assert found["raffle"]["endpoint"] == "function:modules.raffle:MODULE"
    assert found["beater"]["type"] == "process" and found["beater"]["memory"] > 1_000_000
    assert [w["id"] for w in worker(game, "who", "mail")] == ["post"]  # S2.5
    said = game.run("module", "call", "post", "waiting", '{"character": "c0"}', "--data", str(game.data))
    assert (said.returncode, said.stdout) == (0, "0\n")
    wrong = game.run("module", "call", "post", "waiting", "{}", "--api", "2.0", "--data", str(game.data))
    assert (wrong.returncode, wrong.stderr) == (1, "run.py: post 2.0 is needed, and post has version 1.0 of it\n")
    metrics = game.run("metrics", "--data", str(game.data)).stdout  # S3.11
    assert 'everwake_worker_memory_bytes{id="beater",type="process"}' in metrics
    assert 'everwake_module_tasks{id="raffle",type="module"} 0' in metrics
    assert worker(game, "stop", "beater")["ok"] and worker(game, "remove", "beater")["ok"]
    assert "beater" not in {w["id"] for w in worker(game, "list")}
    (tmp_path / "beater.py").write_text("raise SystemExit('no such luck')")
    failed = worker(game, "add", str(path))
    assert not failed["ok"] and "no such luck" in failed["error"]
    assert "beater" not in {w["id"] for w in worker(game, "list")}  # only what initialised is registered
    path.write_text('name = "beater"\ncomand = ["x"]\n')
    assert "did you mean command?" in worker(game, "add", str(path))["error"]
    assert game.stop() == 0


def test_a_module_is_a_worker_like_any(stopped: Game) -> None:  # S3.2, S3.5, S3.6
    game = stopped.start()
    admin = game.admin()
    assert worker(game, "start", "raffle")["error"].startswith("raffle runs already (active)")
    assert worker(game, "stop", "raffle")["text"] == "raffle is idle"
    assert "out of service just now (stopped)" in admin.command("raffle")
    assert of(game, "raffle")["started"] is None
    copyover(admin)
    assert of(game, "raffle")["state"] == "idle"  # a stop is remembered, over a copyover
    admin.send("save")
    admin.expect("Everything is saved")
    game.kill()
    game.start()  # and over a restart
    admin = game.admin()
    assert "out of service just now (stopped)" in admin.command("raffle")
    assert worker(game, "start", "raffle")["text"] == "raffle is running"
    assert "ticket 1" in admin.command("raffle")
    assert worker(game, "restart", "raffle", "--force")["text"] == "raffle is running"
    states = [t["after"] for t in of(game, "raffle")["history"]]
    assert states[-4:] == ["unloading", "loaded", "initializing", "active"]
    admin.send("module stop raffle")
    admin.expect("raffle is stopped")
    admin.send("module reload raffle")
    admin.expect("raffle is reloaded")
    assert "out of service just now (stopped)" in admin.command("raffle")
    admin.send("module start raffle")
    admin.expect("raffle runs again")
    assert game.errors() == "" and game.stop() == 0


@pytest.mark.usefixtures("subreaper")
def test_a_process_runs_on_over_a_way_back_and_is_managed_on(stopped: Game, faults: Path, tmp_path: Path) -> None:
    game = stopped.start()
    admin = game.admin()
    assert worker(game, "add", str(manifest(tmp_path)))["ok"]
    pid = of(game, "beater")["pid"]
    for _ in range(2):
        (faults / "new").write_text("os._exit(3)")
        admin.send("copyover")
        admin.expect(r"No copyover: the new program ended before it was ready.*The game plays on\.")
        game.moved()
        assert of(game, "beater")["pid"] == pid and of(game, "beater")["state"] == "running" and alive(pid)
    os.kill(pid, signal.SIGKILL)  # it is nobody's child any more, and is restarted all the same
    wait_for(lambda: of(game, "beater")["pid"] not in (pid, None), "a restart")
    assert of(game, "beater")["detail"]["restarts"] == 1
    (faults / "new").unlink()
    pid = of(game, "beater")["pid"]
    copyover(admin)
    assert of(game, "beater")["pid"] == pid and of(game, "beater")["state"] == "running"
    assert game.stop() == 0
    assert not alive(pid)
