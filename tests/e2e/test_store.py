"""The store under the real server: killed, full, read-only, doubled, backed up."""

from __future__ import annotations

import json
import random
import re
import resource
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.harness import PASSWORD, Game, copyover, wait_for
from tests.tools import mount

pytestmark = pytest.mark.e2e


def test_after_kill_9_at_any_moment_the_state_is_that_of_the_last_flush(stopped: Game) -> None:
    dice = random.Random(20)
    stopped.start()
    root = stopped.admin()
    root.command("grant root 1000 gold")
    root.command("save")
    root.close()
    for _ in range(8):
        player = stopped.client()
        player.login("Root")
        for _ in range(dice.randrange(1, 40)):
            player.send(
                dice.choice(["drop 7 gold", "get gold", "n", "s", "get all", "drop all", "put all chest", "open chest"])
            )
        player.send("think done")
        if dice.random() < 0.5:
            player.expect("done")
        stopped.kill()
        with closing(sqlite3.connect(stopped.data / "everwake.db")) as db:
            assert db.execute("SELECT sum(amount) FROM balances").fetchone() == (0,)
            assert db.execute("PRAGMA quick_check").fetchone() == ("ok",)
            owners = dict(db.execute("SELECT id, owner FROM items"))
            characters = {row[0] for row in db.execute("SELECT id FROM characters")}
        for owner in owners.values():
            kind, _, key = owner.partition(":")
            assert key in {"char": characters, "item": owners, "room": {key}}[kind]
        stopped.start()
    last = stopped.client()
    assert "You are back where you were." in last.login("Root")
    last.send("audit economy")
    text = last.expect(r"sums to 0\..*\n> ")
    assert "Every item has exactly one owner." in text
    assert stopped.stop() == 0
    assert stopped.errors() == ""


def test_what_was_saved_is_there_after_kill_9(stopped: Game) -> None:
    stopped.start()
    ada = stopped.player("Ada")
    for command in ("north", "get sword", "open chest", "get coins chest", "drop 15 gold"):
        ada.command(command)
    assert "Everything is saved" in ada.command("save")
    stopped.kill()
    stopped.start()
    watcher = stopped.player("Watcher")
    assert "Ada (link-dead)" in watcher.command("who")
    ada = stopped.client()
    hall = ada.login("Ada")
    assert "The Hall" in hall and "15 gold coins lie here" in hall.lower()
    assert "a short sword" in ada.command("i")
    assert "25 gold coins" in ada.command("i")
    assert stopped.stop() == 0


def test_a_full_disk_costs_nothing_but_is_told_at_once(stopped: Game, tmp_path: Path) -> None:
    folder = tmp_path / "small"
    folder.mkdir()
    mount("-t", "tmpfs", "-o", "size=6m", "tmpfs", folder)
    try:
        stopped.data = folder / "data"
        stopped.start()
        admin, ada = stopped.admin(), stopped.player("Ada")
        admin.command("save")
        filler = folder / "filler"
        with filler.open("wb", buffering=0) as file:
            try:
                while file.write(b"x" * 4096):
                    pass
            except OSError:
                pass
        admin.command("grant ada 77 gold")
        admin.expect("can't be written.*The game plays on in memory")
        assert "77 gold coins" in ada.command("i")
        assert "can't be used just now" in admin.command("save")
        admin.send("copyover")
        admin.expect(r"No copyover.*The game plays on\.")
        filler.unlink()
        admin.expect("is written again; nothing was lost")
        admin.command("save")
        stopped.kill()
        stopped.start()
        ada = stopped.client()
        ada.login("Ada")
        assert "77 gold coins" in ada.command("i")
        assert stopped.stop() == 0
    finally:
        stopped.close()
        stopped.process = None
        subprocess.run(["umount", "-l", str(folder)], check=True)


#: The program can't open the database while this file is there.
UNOPENED = """
import os, sqlite3, aiosqlite
_connect = aiosqlite.connect
def connect(*a, **k):
    if os.path.exists({flag!r}):
        raise sqlite3.OperationalError("disk I/O error")
    return _connect(*a, **k)
aiosqlite.connect = connect
"""


def test_with_a_database_that_can_not_be_opened_there_is_no_copyover_and_nothing_is_lost(
    stopped: Game, fault: Path, tmp_path: Path
) -> None:
    flag = tmp_path / "flag"
    flag.touch()
    fault.write_text(UNOPENED.format(flag=str(flag)))
    admin, ada = stopped.admin(), stopped.player("Ada")
    copyover(admin)
    admin.expect("can't be written")
    for command in ("north", "get sword", "open chest", "get coins chest"):
        ada.command(command)
    for order in ("now", "force", "when-clear"):
        admin.send(f"copyover {order}")
        admin.expect(r"No copyover: the core \(hard veto\): the database can't be opened.*disk I/O error")
    assert stopped.ready["generation"] == 2
    flag.unlink()
    admin.expect("is written again; nothing was lost")
    admin.command("save")
    stopped.kill()
    stopped.start()
    inventory = stopped.player("Ada", new=False).command("i")
    assert "a short sword" in inventory and "40 gold coins" in inventory
    assert stopped.stop() == 0


def test_a_second_server_is_told_who_has_the_folder(game: Game) -> None:
    second = game.run("--port", "0", "--data", str(game.data), "--world", str(game.world))
    assert second.returncode == 1
    assert re.search(rf"{re.escape(str(game.data))}.*{game.pid}", second.stderr), second.stderr
    copyover(game.admin())
    again = game.run("--port", "0", "--data", str(game.data), "--world", str(game.world))
    assert again.returncode == 1


def test_a_newer_database_is_refused_with_both_numbers(stopped: Game) -> None:
    stopped.start()
    assert stopped.stop() == 0
    with closing(sqlite3.connect(stopped.data / "everwake.db")) as db:
        db.execute("PRAGMA user_version = 99")
    before = (stopped.data / "everwake.db").read_bytes()
    refused = stopped.run("--port", "0", "--data", str(stopped.data), "--world", str(stopped.world))
    assert refused.returncode == 1
    assert "99" in refused.stderr and re.search(r"\b2\b", refused.stderr) and "Traceback" not in refused.stderr
    assert (stopped.data / "everwake.db").read_bytes() == before


def test_backup_while_it_runs_and_restore_when_it_does_not(stopped: Game, tmp_path: Path) -> None:
    stopped.start()
    admin = stopped.admin()
    admin.command("grant root 55 gold")
    copy = tmp_path / "copy.db"
    made = stopped.run("backup", str(copy), "--data", str(stopped.data))
    assert made.returncode == 0 and str(copy) in made.stdout, made.stderr
    assert copy.stat().st_mode & 0o777 == 0o600
    admin.command("grant root 45 gold")
    admin.command("save")
    over = stopped.run("restore", str(copy), "--data", str(stopped.data))
    assert over.returncode == 1 and "in use" in over.stderr
    assert stopped.stop() == 0
    back = stopped.run("restore", str(copy), "--data", str(stopped.data))
    assert back.returncode == 0, back.stderr
    assert [p for p in stopped.data.iterdir() if "replaced" in p.name]
    stopped.start()
    client = stopped.client()
    client.login("Root")
    assert "55 gold coins" in client.command("i")
    assert stopped.stop() == 0


def test_a_restore_of_something_else_is_refused_and_changes_nothing(stopped: Game, tmp_path: Path) -> None:
    stopped.start()
    assert stopped.stop() == 0
    before = (stopped.data / "everwake.db").read_bytes()
    wrong = tmp_path / "wrong.db"
    wrong.write_text("no database at all\n" * 100)
    refused = stopped.run("restore", str(wrong), "--data", str(stopped.data))
    assert refused.returncode == 1 and str(wrong) in refused.stderr and "Traceback" not in refused.stderr
    assert (stopped.data / "everwake.db").read_bytes() == before


def test_accounts_with_the_server_and_without(stopped: Game) -> None:
    data = ("--data", str(stopped.data))
    stopped.account("Boss", "owner")
    stopped.start()
    stopped.account("Helper", "admin")
    twice = stopped.run("account", "create", "boss", "--password-stdin", *data, input=PASSWORD)
    assert twice.returncode == 1 and "already" in twice.stderr
    listed = stopped.run("account", "list", "--json", *data)
    assert json.loads(listed.stdout)["accounts"] == [["Boss", "owner"], ["Helper", "admin"]]
    reset = stopped.run("account", "reset", "Helper", "--password-stdin", *data, input="a new password\n")
    assert reset.returncode == 0
    stopped.client().login("Helper", "a new password")
    wrong = stopped.run("account", "role", "Helper", "king", *data)
    assert wrong.returncode == 1 and "player, builder, admin, owner" in wrong.stderr
    usage = stopped.run("account", "role", "Helper", *data)
    assert usage.returncode == 2
    assert stopped.stop() == 0
    off = stopped.run("account", "list", *data)
    assert off.returncode == 0 and "Boss" in off.stdout


def test_a_first_start_without_an_owner_says_how_to_make_one(stopped: Game) -> None:
    stopped.start()
    wait_for(lambda: b"account create" in stopped.said(), "the hint")
    assert stopped.stop() == 0


def test_a_bad_world_is_refused_with_every_problem(stopped: Game, tmp_path: Path) -> None:
    world = tmp_path / "world"
    shutil.copytree(stopped.world, world)
    text = (world / "small.toml").read_text()
    text = (
        text.replace('north = "hall"', 'north = "hal"')
        .replace("gold = 7", 'gold = "seven"')
        .replace("weight = 100", "wieght = 100")
    )
    (world / "small.toml").write_text(text)
    for arguments in (
        ("world", "check", str(world)),
        ("--port", "0", "--data", str(stopped.data), "--world", str(world)),
    ):
        refused = stopped.run(*arguments)
        said = refused.stdout + refused.stderr
        assert refused.returncode == 1
        assert re.search(r"small\.toml:\d+: no room is called 'hal'; did you mean 'hall'\?", said)
        assert re.search(r"small\.toml:\d+: gold: Expected a whole number, got text", said)
        assert re.search(r"small\.toml:\d+: unknown key 'wieght'; did you mean 'weight'\?", said)
        assert "Traceback" not in said


def test_a_bad_configuration_names_the_key(stopped: Game, tmp_path: Path) -> None:
    config = tmp_path / "everwake.toml"
    config.write_text("[server]\nprot = 4000\n")
    refused = stopped.run("--config", str(config), "--data", str(stopped.data))
    assert refused.returncode == 1 and "server.prot" in refused.stderr and "server.port" in refused.stderr


def test_descriptors_run_out_and_who_plays_plays_on(stopped: Game) -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    stopped.prefix = ("prlimit", "--nofile=60:60")
    stopped.start()
    ada = stopped.player("Ada")
    crowd = [stopped.client() for _ in range(60)]
    wait_for(lambda: "can't accept connections" in stopped.log(), "the limit")
    assert "The Square" in ada.command("look")
    for client in crowd:
        client.close()
    wait_for(lambda: "The Square" in ada.command("look"), "going on")
    late = stopped.client()
    late.expect(r"known\? ")
    assert stopped.stop() == 0
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == before
