"""Modules in the real server: through copyovers, restarts, kill -9, hot reloads and their own mistakes."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from mud.framework.packages.archive import checksum
from tests.e2e.harness import LIMIT, ROOT, Game, copyover, wait_for
from tests.e2e.test_copyover_failures import SPOIL

pytestmark = pytest.mark.e2e

#: The game's own modules but for one: what is tested here is easier to see without them.
OTHERS = sorted({p.parent.name for p in Path(__file__).parents[2].glob("modules/*/__init__.py")} - {"raffle"})

#: A module with some of everything, written to a folder of the operator's.
COUNTER = '''"""Counts what it is told to."""

from mud.api import (
    Answered, Command, Context, Database, Job, Module, On, Rejected, Settings, State, Timer, WallTimer, Work
)


class Counter(State):
    count: int = 0
    notes: dict[str, int] = {}


class Options(Settings):
    step: int = 1


class Ring(Timer):
    who: str


class Late(WallTimer):
    who: str


def count(ctx: Context[Counter], args: str) -> None:
    """count -- count one up"""
    ctx.state.count += ctx.settings(Options).step
    ctx.state.notes[ctx.player.name] = ctx.state.count
    ctx.send(f"VERSION {ctx.state.count}")


def ring(ctx: Context[Counter], args: str) -> None:
    """ring SECONDS -- be rung"""
    ctx.set_timer(float(args), Ring(ctx.player.id))


def rung(ctx: Context[Counter], timer: Ring) -> None:
    ctx.tell(ctx.world.characters[timer.who], "Ring!")


def boom(ctx: Context[Counter], args: str) -> None:
    """boom -- fail"""
    ctx.state.count += 1000
    raise RuntimeError("boom")


def hang(ctx: Context[Counter], args: str) -> None:
    """hang -- never come back"""
    ctx.state.count += 1000
    while True:
        pass


def note(ctx: Context[Counter], args: str) -> None:
    """note TEXT -- write it down"""
    with ctx.database("note") as db:
        db.execute("INSERT INTO counter_notes (text) VALUES (?)", args)


def notes(ctx: Context[Counter], args: str) -> None:
    """notes -- what was written down"""
    ctx.query(ctx.player.id, "SELECT text FROM counter_notes ORDER BY id")


def answered(ctx: Context[Counter], answer: Answered) -> None:
    ctx.tell(ctx.world.characters[answer.about], f"Notes: {answer.value or answer.error}")


async def work(work: Work) -> None:
    work.log.info("the job began")
    import asyncio

    try:
        await asyncio.Event().wait()
    finally:
        work.log.info("the job ended")


MODULE = Module(
    name="counter",
    version="1.0.0",
    description="counts",
    author="the tests",
    state=Counter,
    settings=Options,
    permissions=("database",),
    database=Database(steps=(("CREATE TABLE counter_notes (id INTEGER PRIMARY KEY, text TEXT)",),)),
    commands=[
        Command("count", count), Command("ring", ring), Command("boom", boom), Command("hang", hang),
        Command("note", note), Command("notes", notes),
    ],
    on=[On(Ring, rung), On(Answered, answered)],
    jobs=(Job("work", work),),
)
'''


class Modded:
    """A game with a folder of modules of the operator's own."""

    def __init__(self, game: Game, folder: Path) -> None:
        self.game = game
        self.folder = folder
        self.config = folder / "everwake.toml"
        self.configure("")
        self.write(COUNTER)
        game.arguments = ("--config", str(self.config))

    def configure(self, more: str, permissions: str = '["database"]') -> None:
        """Write the configuration."""
        self.config.write_text(
            f'[modules]\nfolders = ["{self.folder}"]\noff = {json.dumps(OTHERS)}\n'
            f"[permissions]\ncounter = {permissions}\n{more}\n",
            "utf-8",
        )

    def option(self, line: str) -> None:
        """Add a line to what is said about modules."""
        self.config.write_text(self.config.read_text("utf-8").replace("off = ", f"{line}\noff = ", 1), "utf-8")

    def write(self, code: str, name: str = "counter") -> None:
        """Write a module's code."""
        (self.folder / name).mkdir(exist_ok=True)
        (self.folder / name / "__init__.py").write_text(code, "utf-8")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`run.py` on this game."""
        return self.game.run(*arguments, "--data", str(self.game.data), "--config", str(self.config))


@pytest.fixture
def modded(stopped: Game, tmp_path: Path) -> Modded:
    (tmp_path / "mods").mkdir()
    return Modded(stopped, tmp_path / "mods")


def test_state_timers_and_tables_survive_copyover_and_kill(modded: Modded) -> None:  # S0.1, S0.2, S0.15, S4.5
    game = modded.game.start()
    admin, ada = game.admin(), game.player("Ada")
    assert "VERSION 1" in ada.command("count")
    ada.command("note one")
    ada.command("ring 2")
    copyover(admin)
    ada.expect("Ring!")
    assert "VERSION 2" in ada.command("count")
    ada.command("note two")
    ada.send("notes")
    ada.expect(r"Notes: \[\['one'\], \['two'\]\]")
    admin.command("save")
    assert re.search(r"counter: restored 2 sections, \d+ bytes, in [\d.]+ ms", game.log())  # S0.16
    assert game.log().count("mud.module.counter: the job began") == 2  # S3.7
    game.kill()
    game.start()
    ada = game.player("Ada", new=False)
    assert "VERSION 3" in ada.command("count")
    ada.send("notes")
    ada.expect(r"Notes: \[\['one'\], \['two'\]\]")
    assert game.errors() == "" and game.stop() == 0


def test_the_dat_file_is_private_and_gone_when_all_is_restored(modded: Modded) -> None:  # S0.3, S0.7
    game = modded.game.start()
    admin = game.admin()
    admin.command("count")
    folder = game.data / "snapshots"
    seen: dict[str, int] = {}
    admin.send("copyover")
    done = False
    while not done:
        for path in folder.glob("*.dat"):
            try:
                seen[path.name] = path.stat().st_mode & 0o777
            except FileNotFoundError:
                continue
        admin.sock.settimeout(0.001)
        with suppress(TimeoutError):
            admin.read()
        done = b"Copyover done" in admin.raw
    assert {"world.dat", "sessions.dat", "raffle.dat", "counter.dat"} <= set(seen) and set(seen.values()) == {0o600}
    assert list(folder.iterdir()) == []
    assert game.stop() == 0


def test_a_module_that_keeps_failing_is_taken_out_of_service_and_the_rest_plays_on(modded: Modded) -> None:  # S2.8
    game = modded.game.start()
    admin, ada = game.admin(), game.player("Ada")
    assert "VERSION 1" in ada.command("count")
    for _ in range(5):
        assert "Nothing was changed" in ada.command("boom")
    admin.expect(r"counter keeps failing and is out of service:\s+counter/__init__\.py:\d+:\s+RuntimeError:\s+boom")
    assert "The counter module is out of service just now (error)." in ada.command("count")
    assert 'You think, "still here"' in ada.command("think still here")
    assert "ticket 1" in ada.command("raffle")
    assert "RuntimeError: boom" in game.errors() and '"mud.module.counter"' in game.errors()
    assert "error" in admin.command("modules")
    admin.send("module restart counter")
    admin.expect("counter runs again")
    assert "VERSION 2" in ada.command("count")  # nothing of what failed was kept
    assert "Traceback" not in ada.text_from(0) and game.stop() == 0


def test_a_handler_that_hangs_is_interrupted(modded: Modded) -> None:  # S0.11, S0.12
    game = modded.game.start()
    ada = game.player("Ada")
    ada.send("hang")
    ada.expect("Nothing was changed")
    assert "VERSION 1" in ada.command("count")
    assert "ran longer than 2 s and was interrupted" in game.errors()
    assert game.stop() == 0


def test_hot_reload_swaps_the_code_and_keeps_the_state(modded: Modded) -> None:  # S1.13
    game = modded.game.start()
    admin, ada = game.admin(), game.player("Ada")
    ada.command("count")
    ada.command("ring 3")
    ada.send_raw(b"think half ")
    modded.write(COUNTER.replace("VERSION", "RELOADED"))
    admin.send("module reload counter")
    admin.expect("counter is reloaded: 1.0.0 -> 1.0.0, with its state")
    ada.send_raw(b"a line\r\n")
    ada.expect('think, "half a line"')
    assert "RELOADED 2" in ada.command("count")
    ada.expect("Ring!")
    assert "blinks" not in ada.text_from(0) and game.ready["generation"] == 1
    assert game.errors() == "" and game.stop() == 0


BROKEN: dict[str, tuple[str, str, str]] = {
    "a syntax error": ("def count(", "def count(:", r"__init__\.py:\d+: invalid syntax"),
    "a missing name": (
        "Database,",
        "Databse,",
        r"__init__\.py:\d+: ImportError: mud.api has no 'Databse': did you mean",
    ),
    "a wrong signature": (
        "def rung(ctx: Context[Counter], timer: Ring)",
        "def rung(ctx)",
        r"On\(Ring\): rung \(counter/__init__\.py:\d+\) is called with 2",
    ),
    "a duplicate command": ('Command("ring", ring)', 'Command("count", ring)', "two commands are called 'count'"),
    "a core command": ('Command("ring", ring)', 'Command("look", ring)', "'look': the other one belongs to the core"),
    "a forbidden import": ("import asyncio", "import subprocess as asyncio", "subprocess is not for modules"),
    "a state that does not fit": ("count: int = 0", 'count: str = ""', "section 'count': Expected `str`, got `int`"),
    "an older state schema": ("state=Counter,", "state=Counter, state_version=2,", r"declare steps=\(Step\(2"),
    "a missing requirement": ("state=Counter,", 'state=Counter, requires=("rafle",),', "requires 'rafle'"),
    "a hook that fails": ("state=Counter,", "state=Counter, start=lambda work: 1 / 0,", "ZeroDivisionError"),
    "an import that never ends": ("MODULE = Module(", "while True: pass\nMODULE = Module(", "took longer than 10 s"),
    "no module": ("MODULE = Module(", "OTHER = Module(", "defines no MODULE"),
    "another name": ('name="counter"', 'name="countess"', "calls itself 'countess'"),
}


def test_a_reload_that_fails_changes_nothing_and_says_why(modded: Modded) -> None:  # S1.5, S2.7, S4.3
    game = modded.game.start()
    admin, ada = game.admin(), game.player("Ada")
    count = 0
    for old, new, says in BROKEN.values():
        assert old in COUNTER
        modded.write(COUNTER.replace(old, new))
        admin.send("module reload counter")
        admin.expect(says.replace(" ", r"\s+"))
        count += 1
        assert f"VERSION {count}" in ada.command("count")
    modded.write(COUNTER.replace("VERSION", "MENDED"))
    admin.send("module reload counter")
    admin.expect("counter is reloaded")
    assert f"MENDED {count + 1}" in ada.command("count")
    assert game.stop() == 0


def test_broken_module_code_refuses_a_copyover(modded: Modded) -> None:  # S2.7
    game = modded.game.start()
    admin, ada = game.admin(), game.player("Ada")
    modded.write(COUNTER.replace("def count(", "def count(:"))
    admin.send("copyover")
    admin.expect(r"module counter: .*__init__\.py:\d+:\s+invalid\s+syntax.*The game plays on")
    assert "VERSION 1" in ada.command("count")
    modded.write(COUNTER)
    copyover(admin)
    assert "VERSION 2" in ada.command("count")
    assert game.stop() == 0


def test_a_module_that_is_broken_at_the_start_costs_only_itself(modded: Modded) -> None:  # S2.7, S2.9
    modded.write(COUNTER.replace("def count(", "def count(:"))
    game = modded.game.start()
    admin = game.admin()
    assert re.search(r"counter\s+0\.0\.0\s+failed.*invalid\s+syntax", admin.command("modules"), re.S)
    assert "ticket 1" in admin.command("raffle")
    modded.write(COUNTER)
    admin.send("module restart counter")
    admin.expect("counter 1.0.0 is loaded and runs")
    assert "VERSION 1" in admin.command("count")
    assert game.stop() == 0


def test_the_state_of_a_removed_module_waits_for_it(modded: Modded) -> None:  # S1.8
    game = modded.game.start()
    admin, ada = game.admin(), game.player("Ada")
    ada.command("count")
    ada.command("ring 8")  # not before she is back
    admin.send("module unload counter")
    admin.expect("counter is unloaded")
    assert "no command 'count'" in ada.command("count")
    (modded.folder / "counter").rename(modded.folder / "_counter")
    copyover(admin)
    admin.command("save")
    assert game.stop() == 0
    game.start()
    assert game.stop() == 0
    (modded.folder / "_counter").rename(modded.folder / "counter")
    game.start()
    ada = game.player("Ada", new=False)
    ada.expect("Ring!")
    assert "VERSION 2" in ada.command("count")
    assert game.stop() == 0


def test_an_older_build_keeps_what_a_newer_one_knew(modded: Modded) -> None:  # S1.8
    newer = COUNTER.replace("    count: int = 0\n", "    count: int = 0\n    secret: int = 7\n")
    newer = newer.replace('f"VERSION {ctx.state.count}"', 'f"NEWER {ctx.state.count} {ctx.state.secret}"')
    newer = newer.replace("ctx.state.count += ctx", "ctx.state.secret += 1; ctx.state.count += ctx")
    modded.write(newer)
    game = modded.game.start()
    admin = game.admin()
    assert "NEWER 1 8" in admin.command("count")
    modded.write(COUNTER)
    copyover(admin)
    assert "VERSION 2" in admin.command("count")
    modded.write(newer)
    copyover(admin)
    assert "NEWER 3 9" in admin.command("count")
    assert game.stop() == 0


def test_a_state_is_migrated_in_a_copyover(modded: Modded) -> None:  # S1.10
    game = modded.game.start()
    admin = game.admin()
    admin.command("count")
    later = COUNTER.replace("count: int = 0", "total: int = 0").replace("state.count", "state.total")
    later = later.replace("Timer, WallTimer, Work", "Step, Timer, WallTimer, Work")
    step = 'steps=(Step(2, lambda state: state.update(total=state.pop("count"))),),'
    modded.write(later.replace("state=Counter,", f"state=Counter, state_version=2, {step}"))
    copyover(admin)
    assert "VERSION 2" in admin.command("count")
    assert game.stop() == 0


def test_settings_come_from_file_and_environment_and_a_bad_one_is_refused(modded: Modded) -> None:  # S2.4, S4.2
    modded.configure("[settings.counter]\nstep = 10")
    game = modded.game.start()
    admin = game.admin()
    assert "VERSION 10" in admin.command("count")
    modded.configure("[settings.counter]\nstp = 5")
    admin.send("module configure counter")
    admin.expect(r"stp is no setting; did you mean step\?")
    assert "VERSION 20" in admin.command("count")
    modded.configure("[settings.counter]\nstep = 5")
    admin.send("module configure counter")
    admin.expect(r"counter has its settings .*'step': 5")
    assert "VERSION 25" in admin.command("count")
    assert game.stop() == 0
    game.environment["MUD_COUNTER_STEP"] = "100"
    game.start()
    admin = game.admin()
    assert "VERSION 125" in admin.command("count")
    assert game.stop() == 0


def test_a_permission_has_to_be_granted(modded: Modded) -> None:  # S2.6
    modded.configure("", permissions="[]")
    game = modded.game.start()
    admin = game.admin()
    text = re.sub(r"\s+", " ", admin.command("modules"))
    assert "counter needs database, which the operator has not granted" in text and 'counter = ["database"]' in text
    modded.configure("")
    admin.send("module restart counter")
    admin.expect("counter 1.0.0 is loaded and runs")
    assert game.stop() == 0


VETO = (
    "\ndef veto(ctx: Context[Counter]) -> Veto | None:\n"
    "    if ctx.state.count == 1:\n"
    "        return Veto.soft('it counts', 7)\n"
    "    if ctx.state.count == 2:\n"
    "        return Veto.firm('it writes')\n"
    "    if ctx.state.count == 3:\n"
    "        raise RuntimeError('dizzy')\n"
    "    while ctx.state.count == 4:\n"
    "        pass\n"
    "    return None\n\n\nMODULE = Module("
)


def test_vetoes(modded: Modded) -> None:  # S0.13, S0.11, S0.12
    code = COUNTER.replace("\nMODULE = Module(", VETO).replace("state=Counter,", "state=Counter, veto=veto,")
    modded.write(code.replace("WallTimer, Work", "Veto, WallTimer, Work"))
    game = modded.game.start()
    admin = game.admin()
    admin.command("count")
    admin.send("copyover")
    admin.expect(r"counter: it counts \(clears in 7 s\)\..*`copyover force`.*The game plays on")
    admin.send("copyover force")
    admin.expect(r"Copyover done")
    admin.command("count")
    for says in (
        r"counter \(hard veto\): it writes",
        r"counter \(hard veto\): it could not be asked: counter/__init__\.py:\d+: RuntimeError: dizzy",
        "took longer than 0.2 s",
    ):
        admin.send("copyover force")
        admin.expect(f"{says.replace(' ', chr(92) + 's+')}.*The game plays on")
        admin.command("count")
    copyover(admin)
    assert game.stop() == 0


PREPARE = (
    "\ndef prepare(ctx: Context[Counter]) -> None:\n    ctx.state.notes['prepared'] = 1\n"
    "\n\ndef cleanup(ctx: Context[Counter]) -> None:\n    del ctx.state.notes['prepared']\n\n\nMODULE = Module("
)


def test_what_prepare_stopped_cleanup_starts_again(modded: Modded) -> None:  # S0.14
    code = COUNTER.replace("\nMODULE = Module(", PREPARE)
    code = code.replace("state=Counter,", "state=Counter, prepare=prepare, cleanup=cleanup,")
    code = code.replace('f"VERSION {ctx.state.count}"', 'f"NOTES {sorted(ctx.state.notes)}"')
    modded.write(code)
    game = modded.game.start()
    admin = game.admin()
    assert "NOTES ['Root']" in admin.command("count")
    modded.write(code.replace("def ring(", "def ring(:"))
    admin.send("copyover")
    admin.expect("The game plays on")
    modded.write(code)
    copyover(admin)
    assert "NOTES ['Root']" in admin.command("count")
    assert game.errors() == "" and game.stop() == 0


def test_snapshots_can_be_encrypted_and_looked_into(modded: Modded, tmp_path: Path) -> None:  # S1.12
    key = tmp_path / "key"
    key.write_bytes(b"k" * 32)
    key.chmod(0o600)
    modded.configure(f'[snapshots]\nkey = "{key}"')
    game = modded.game.start()
    admin = game.admin()
    admin.command("count")
    kept = tmp_path / "kept"
    kept.mkdir()
    admin.send("copyover")
    while not (kept / "counter.dat").exists():
        for path in (game.data / "snapshots").glob("*.dat"):
            try:
                (kept / path.name).hardlink_to(path)
            except (FileExistsError, FileNotFoundError):
                continue
    admin.expect("Copyover done")
    assert "VERSION 2" in admin.command("count")
    shown = modded.run("snapshot", "show", str(kept / "counter.dat"))
    found: dict[str, Any] = json.loads(shown.stdout)
    assert found["participant"] == "counter" and found["sections"]["count"]["data"] == 1
    assert found["sections"]["count"]["encryption"] == "aes-256-gcm"
    assert "whole: counter 1.0.0" in modded.run("snapshot", "verify", str(kept / "counter.dat")).stdout
    key.rename(tmp_path / "hidden")
    refused = modded.run("snapshot", "show", str(kept / "counter.dat"))
    assert refused.returncode == 1 and "No such file" in refused.stderr and "Traceback" not in refused.stderr
    (tmp_path / "hidden").rename(key)
    assert game.stop() == 0


def test_the_database_holds_module_state_and_everything_else_as_one_instant(modded: Modded) -> None:  # S1.13
    game = modded.game.start()
    admin = game.admin()
    admin.command("count")
    admin.send("save")
    admin.expect("Everything is saved")
    with closing(sqlite3.connect(game.data / "everwake.db")) as db:
        rows = dict(db.execute("SELECT name, version FROM modules").fetchall())
        assert rows["counter"] == "1.0.0"
        assert db.execute("SELECT name, version FROM module_schemas").fetchall() == [("counter", 1)]
    game.kill()
    game.start()
    assert "VERSION 2" in game.admin().command("count")
    assert game.stop() == 0


def test_the_command_line_asks_the_running_server(modded: Modded) -> None:  # S3.8, S3.11, S4.9
    game = modded.game.start()
    game.admin().command("count")
    modules = json.loads(modded.run("module", "list", "--json").stdout)
    assert {"counter", "raffle"} <= {m["name"] for m in modules} and {m["state"] for m in modules} == {"active"}
    assert "1 errors" not in modded.run("module", "show", "counter").stdout
    assert 'everwake_worker_state{id="counter",type="module",state="running"} 1' in modded.run("metrics").stdout
    assert "counter runs again" in modded.run("module", "restart", "counter").stdout
    near = modded.run("module", "restart", "countr")
    assert near.returncode == 1 and "Did you mean counter?" in near.stderr
    wait_for(lambda: "the job began" in game.log(), "the job")
    assert game.stop() == 0
    modules = json.loads(modded.run("module", "list", "--json").stdout)
    assert {"counter", "raffle"} <= {m["name"] for m in modules} and {m["state"] for m in modules} == {"sound"}
    assert "no server runs on" in modded.run("metrics").stderr


@pytest.mark.usefixtures("subreaper")
def test_a_damaged_snapshot_of_a_module_costs_nobody_anything(modded: Modded, tmp_path: Path) -> None:  # S0.6, S0.7
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(SPOIL.replace('"*.dat"', '"counter.dat"'))
    spoil, game = tmp_path / "spoil", modded.game
    game.environment |= {"PYTHONPATH": str(tmp_path / "site"), "SPOIL": str(spoil)}
    game.start()
    admin = game.admin()
    admin.command("count")
    admin.command("ring 10")
    spoil.write_text(str(game.data / "snapshots"))
    admin.send("copyover")
    admin.expect(r"No copyover.*counter\.dat: the\s+checksum is wrong.*The game plays on\.")
    game.moved()
    assert "VERSION 2" in admin.command("count")
    admin.expect("Ring!")
    (aside,) = (game.data / "snapshots").iterdir()
    assert aside.name.startswith("counter.dat.corrupt-")
    modded.option('optional = ["counter"]')
    copyover(admin)
    spoil.unlink()
    assert "VERSION 3" in admin.command("count")  # the database's state, written in the same silence
    assert "counter.dat: the checksum is wrong" in game.errors()
    copyover(admin)
    assert "VERSION 4" in admin.command("count") and game.stop() == 0


def test_a_state_that_the_new_code_can_not_take_is_found_in_the_rehearsal(modded: Modded) -> None:  # S0.7, S2.9
    game = modded.game.start()
    admin = game.admin()
    admin.command("count")
    modded.write(COUNTER.replace("count: int = 0", 'count: str = ""'))
    admin.send("copyover")
    admin.expect(r"No copyover while rehearsing.*counter.*Expected\s+`str`.*The game plays on\.")
    assert "VERSION 2" in admin.command("count")
    modded.write(COUNTER)
    copyover(admin)
    assert "VERSION 3" in admin.command("count") and game.stop() == 0


def test_an_optional_module_that_can_not_take_its_state_begins_anew(modded: Modded, tmp_path: Path) -> None:  # S0.7
    modded.option('optional = ["counter"]')
    game = modded.game.start()
    admin = game.admin()
    admin.command("count")
    modded.write(COUNTER.replace("count: int = 0", "count: bool = False"))
    admin.send("copyover")
    admin.expect(r"After the copyover: the module counter can't take over.*`bool`.*empty\s+state.*Copyover done")
    (aside,) = (game.data / "snapshots").iterdir()
    assert aside.name.startswith("counter.dat.corrupt-")
    shown = json.loads(modded.run("snapshot", "show", str(aside)).stdout)
    assert shown["sections"]["count"]["data"] == 1
    assert re.search(r"counter\s+1\.0\.0\s+active", admin.command("modules"))
    assert game.stop() == 0


def test_the_state_of_a_module_that_failed_is_exported_and_not_an_empty_one(modded: Modded, tmp_path: Path) -> None:
    # S1.13, S2.9
    game = modded.game.start()
    admin = game.admin()
    admin.command("count")
    admin.command("count")
    assert game.stop() == 0
    modded.write(COUNTER.replace("state=Counter,", "state=Counter, start=lambda work: 1 / 0,"))
    game.start()
    file = tmp_path / "counter.dat"
    assert modded.run("module", "export", "counter", str(file)).returncode == 0
    shown = json.loads(modded.run("snapshot", "show", str(file)).stdout)
    assert shown["metadata"]["reason"] == "export" and shown["sections"]["count"]["data"] == 2
    assert game.stop() == 0
    modded.write("import nothing_of_that_name\n")
    game.start()
    assert modded.run("module", "export", "counter", str(file)).returncode == 0
    assert json.loads(modded.run("snapshot", "show", str(file)).stdout)["sections"]["count"]["data"] == 2
    refused = modded.run("module", "import", "counter", str(file))
    assert refused.returncode == 1 and "counter could not be loaded: mend it first" in refused.stderr
    modded.write(COUNTER)
    assert "loaded and runs" in modded.run("module", "load", "counter").stdout
    assert "VERSION 3" in game.admin().command("count")
    assert game.stop() == 0


def test_timers_that_bring_about_each_other_at_once_starve_nobody(modded: Modded) -> None:  # S0.12
    modded.write(COUNTER.replace('ctx.tell(ctx.world.characters[timer.who], "Ring!")', "ctx.set_timer(0, timer)"))
    game = modded.game.start()
    admin = game.admin()
    admin.command("ring 0")
    assert "VERSION 1" in admin.command("count")
    copyover(admin)
    assert "VERSION 2" in admin.command("count")
    assert game.errors() == "" and game.stop() == 0


def test_a_state_is_moved_to_another_server_and_expires(modded: Modded, tmp_path: Path) -> None:  # S1.11, S1.13
    game = modded.game.start()
    admin = game.admin()
    admin.command("count")
    file = tmp_path / "counter.dat"
    assert modded.run("module", "export", "counter", str(file)).returncode == 0
    assert file.stat().st_mode & 0o777 == 0o600
    late = tmp_path / "late.dat"
    assert modded.run("module", "export", "counter", str(late), "--expires-in", "0.001").returncode == 0
    assert "VERSION 2" in admin.command("count")
    before = json.loads(modded.run("snapshot", "show", str(file)).stdout)
    assert before["metadata"]["reason"] == "export" and before["metadata"]["custom"] == {"server": "Everwake"}
    assert game.stop() == 0
    other = Game(tmp_path / "other", game.world, *game.arguments)
    try:
        other.start()
        admin = other.admin()
        assert "VERSION 1" in admin.command("count") and "VERSION 2" in admin.command("count")
        refused = other.run("module", "import", "counter", str(late), "--data", str(other.data))
        assert refused.returncode == 1 and "it expired" in refused.stderr
        wrong = other.run("module", "import", "raffle", str(file), "--data", str(other.data))
        assert wrong.returncode == 1 and "of 'counter', not of 'raffle' (score 0.00)" in wrong.stderr
        assert "VERSION 3" in admin.command("count")
        done = other.run("module", "import", "counter", str(file), "--data", str(other.data))
        assert done.returncode == 0 and "counter has the state of" in done.stdout
        assert "VERSION 2" in admin.command("count")
        newer = tmp_path / "newer.dat"
        other.run("module", "export", "counter", str(newer), "--data", str(other.data))
        differ = other.run("snapshot", "diff", str(file), str(newer))
        assert differ.returncode == 1 and "section count:" in differ.stdout and "+2" in differ.stdout
        assert other.run("snapshot", "diff", str(file), str(file)).stdout == "no section differs\n"
        newer.write_bytes(newer.read_bytes()[:-1])
        verified = other.run("snapshot", "verify", str(file), str(newer))
        assert verified.returncode == 1 and "were written" in verified.stderr
        assert other.stop() == 0
    finally:
        other.close()


def packaged(folder: Path, version: str, text: str, state: int = 1) -> Path:
    """A module with its manifest, sealed."""
    source = folder / f"bell-{version}" / "bell"
    source.mkdir(parents=True)
    (source / "__init__.py").write_text(
        '"""Rings."""\n\nfrom mud.api import Command, Context, Module, State\n\n\n'
        "class Bell(State):\n    rung: int = 0\n\n\n"
        "def ring(ctx: Context[Bell], args: str) -> None:\n"
        '    """bell -- ring it"""\n    ctx.state.rung += 1\n'
        f'    ctx.send(f"{text} {{ctx.state.rung}}")\n\n\n'
        f'MODULE = Module(name="bell", version="{version}", state=Bell, commands=[Command("bell", ring)])\n',
        "utf-8",
    )
    (source / "module.toml").write_text(
        f'name = "bell"\nversion = "{version}"\nstate = {state}\nchecksum = "{checksum(source)}"\n', "utf-8"
    )
    return source


def test_packages_come_and_go_while_the_game_runs(modded: Modded, tmp_path: Path) -> None:  # S3.4, S3.9
    one, two = packaged(tmp_path, "1.0.0", "ding"), packaged(tmp_path, "1.1.0", "dong")
    game = modded.game.start()
    admin = game.admin()
    assert "bell 1.0.0 is loaded and runs" in modded.run("module", "install", str(one)).stdout
    assert "ding 1" in admin.command("bell")
    assert "upgrade" in modded.run("module", "install", str(two)).stderr
    assert "1.0.0 -> 1.1.0" in modded.run("module", "upgrade", str(two)).stdout
    assert "dong 2" in admin.command("bell")
    copyover(admin)
    assert "dong 3" in admin.command("bell")
    assert "1.1.0 -> 1.0.0" in modded.run("module", "downgrade", str(one)).stdout
    assert "ding 4" in admin.command("bell")
    (two / "__init__.py").write_text("# something else\n")
    bad = modded.run("module", "upgrade", str(two))
    assert bad.returncode == 1 and "checksum" in bad.stderr and "Traceback" not in bad.stderr
    assert "ding 5" in admin.command("bell")
    assert modded.run("module", "uninstall", "bell").returncode == 0
    assert "no command 'bell'" in admin.command("bell")
    assert "bell 1.0.0 is loaded and runs" in modded.run("module", "install", str(one)).stdout
    assert "ding 6" in admin.command("bell")
    assert game.errors() == "" and game.stop() == 0


def test_a_paused_module_stays_paused_over_a_copyover_and_its_timers_wait(modded: Modded) -> None:  # S2.2, S0.15
    game = modded.game.start()
    admin, ada = game.admin(), game.player("Ada")
    ada.command("ring 0.2")
    admin.send("module pause counter")
    admin.expect("counter is paused")
    copyover(admin)
    assert re.search(r"counter\s+1\.0\.0\s+paused", admin.command("modules"))
    assert "out of service just now (paused)" in ada.command("count") and "Ring!" not in ada.command("look")
    admin.send("module resume counter")
    admin.expect("counter is back in service")
    ada.expect("Ring!")
    assert "VERSION 1" in ada.command("count")
    assert game.errors() == "" and game.stop() == 0


def test_a_reload_that_fails_leaves_the_tables_as_they_were(modded: Modded) -> None:  # S4.5
    game = modded.game.start()
    admin = game.admin()
    admin.command("note one")
    later = COUNTER.replace('text TEXT)",),)', 'text TEXT)",), ("ALTER TABLE counter_notes ADD COLUMN more",))')
    assert later != COUNTER
    modded.write(later.replace("state=Counter,", "state=Counter, start=lambda work: 1 / 0,"))
    admin.send("module reload counter")
    admin.expect(r"the\s+old\s+one\s+goes\s+on")
    modded.write(COUNTER)
    admin.command("save")
    game.kill()
    game.start()
    admin = game.admin()
    assert re.search(r"counter\s+1\.0\.0\s+active", admin.command("modules"))
    modded.write(later)
    admin.send("module reload counter")
    admin.expect("counter is reloaded")
    admin.send("notes")
    admin.expect(r"Notes: \[\['one'\]\]")
    modded.write(COUNTER)
    admin.send("module reload counter")
    admin.expect(r"its\s+tables\s+have\s+schema\s+2,\s+and\s+this\s+version\s+knows\s+1")
    assert game.stop() == 0


def test_tables_that_can_not_be_brought_up_to_date_take_their_module_out_of_service(modded: Modded) -> None:  # S4.5
    game = modded.game.start()
    admin = game.admin()
    admin.command("note one")
    admin.command("note one")
    steps = '("CREATE UNIQUE INDEX counter_one ON counter_notes (text)",), ("ALTER TABLE counter_notes ADD COLUMN x",)'
    modded.write(COUNTER.replace('text TEXT)",),)', f'text TEXT)",), {steps})'))
    admin.send("module reload counter")
    admin.expect(r"The\s+module\s+counter\s+is\s+out\s+of\s+service:\s+its\s+tables\s+could\s+not\s+be\s+brought")
    assert "out of service just now (error)" in admin.command("count")
    modded.write(COUNTER)  # the way back is open: its tables are what they were
    admin.send("module reload counter")
    admin.expect("counter is reloaded")
    admin.send("notes")
    admin.expect(r"Notes: \[\['one'\],\s+\['one'\]\]")
    assert game.stop() == 0


def test_a_state_waits_through_loads_that_fail(modded: Modded) -> None:  # S1.6
    game = modded.game.start()
    admin = game.admin()
    admin.command("count")
    admin.send("module unload counter")
    admin.expect("counter is unloaded")
    for old, new, says in (
        ('Command("ring", ring)', 'Command("look", ring)', "two commands are called 'look'"),
        ("state=Counter,", "state=Counter, start=lambda work: 1 / 0,", "ZeroDivisionError"),
    ):
        modded.write(COUNTER.replace(old, new))
        admin.send("module load counter")
        admin.expect(says.replace(" ", r"\s+"))
    admin.send("save")
    admin.expect("Everything is saved")
    game.kill()
    modded.write(COUNTER)
    game.start()
    assert "VERSION 2" in game.admin().command("count")
    assert game.stop() == 0


SLOW = (
    "\nasync def start(work: Work) -> None:\n    import asyncio\n\n    await asyncio.sleep(1.5)\n\n\nMODULE = Module("
)


def test_a_module_that_is_slow_to_start_keeps_nobody_waiting(modded: Modded) -> None:  # S2.2, S3.5
    modded.write(COUNTER.replace("\nMODULE = Module(", SLOW).replace("state=Counter,", "state=Counter, start=start,"))
    game = modded.game.start()
    admin = game.admin()
    admin.command("count")
    admin.send("copyover")
    text = admin.expect(r"Copyover done.*?\n> ")
    silence = re.search(r"(\d+) ms of silence", text)
    assert silence is not None and int(silence[1]) < 1400
    assert "out of service just now (initializing)" in admin.command("count")
    wait_for(lambda: "VERSION 2" in admin.command("count"), "the module")
    wait_for(lambda: game.log().count("the job began") == 2, "the job")
    admin.send("copyover")
    admin.expect("Copyover done")
    admin.send("copyover")  # waits until the module is there
    admin.expect("Copyover done")
    wait_for(lambda: "VERSION 3" in admin.command("count"), "the module")
    assert game.errors() == "" and game.stop() == 0


def test_a_copyover_in_the_middle_of_a_reload_waits_for_it(modded: Modded) -> None:  # S1.13, S2.2
    game = modded.game.start()
    admin = game.admin()
    admin.command("count")
    slow = COUNTER.replace("VERSION", "TAKEN").replace("\nMODULE = Module(", SLOW)
    modded.write(slow.replace("state=Counter,", "state=Counter, start=start,"))
    command = [sys.executable, "run.py", "module", "reload", "counter", "--data", str(game.data)]
    with subprocess.Popen([*command, "--config", str(modded.config)], cwd=ROOT, stdout=subprocess.PIPE) as reload:
        starting = r"counter\S* loaded -> initializing"
        wait_for(lambda: len(re.findall(starting, game.log())) == 2, "the reload")
        admin.send("copyover")
        admin.expect("Copyover done")
        assert b"counter is reloaded" in reload.communicate(timeout=LIMIT)[0]
    wait_for(lambda: "TAKEN 2" in admin.command("count"), "the module")
    assert game.errors() == "" and game.stop() == 0


def test_a_state_that_finds_no_room_on_the_disk_refuses_a_copyover_and_is_not_lost(modded: Modded) -> None:
    # S0.3, S0.12
    modded.write(COUNTER.replace('raise RuntimeError("boom")', "ctx.state.notes = {str(n): n for n in range(100_000)}"))
    game = modded.game.start()
    admin = game.admin()
    subprocess.run(["prlimit", f"--pid={game.pid}", "--fsize=400000:unlimited"], check=True)
    admin.command("boom")
    admin.send("copyover")
    admin.expect(r"can't\s+be\s+written.*The game plays on")
    assert "VERSION 1001" in admin.command("count")
    assert list((game.data / "snapshots").glob("*.tmp")) == []
    subprocess.run(["prlimit", f"--pid={game.pid}", "--fsize=unlimited:unlimited"], check=True)
    admin.send("save")
    admin.expect("Everything is saved")
    copyover(admin)
    assert "VERSION 1002" in admin.command("count")
    game.kill()
    game.start()
    assert "VERSION 100" in game.admin().command("count")
    assert game.stop() == 0


def test_a_state_that_can_not_be_written_keeps_nobody_else_from_the_disk(modded: Modded) -> None:  # S0.9, S0.12
    modded.write(COUNTER.replace('raise RuntimeError("boom")', 'ctx.state.notes["x"] = object()'))
    game = modded.game.start()
    admin, ada = game.admin(), game.player("Ada")
    assert "VERSION 1" in ada.command("count")
    admin.send("save")
    admin.expect("Everything is saved")
    ada.command("boom")
    admin.expect(r"The\s+state\s+of\s+the\s+module\s+counter\s+could\s+not\s+be\s+written")
    ada.command("north")
    admin.send("save")
    admin.expect("Everything is saved")
    admin.send("module restart counter")
    admin.expect("counter runs again")
    assert "VERSION 2" in ada.command("count")
    copyover(admin)
    game.kill()
    game.start()
    ada = game.player("Ada", new=False)
    assert "The Hall" in ada.command("look") and "VERSION 3" in ada.command("count")
    assert game.stop() == 0


def test_a_state_of_a_wrong_type_is_a_hard_veto(modded: Modded) -> None:  # S0.6, S0.13
    modded.write(COUNTER.replace('raise RuntimeError("boom")', 'ctx.state.notes["x"] = "many"'))
    game = modded.game.start()
    admin = game.admin()
    admin.command("boom")
    admin.send("copyover force")
    admin.expect(r"veto\):\s+its\s+state\s+could\s+not\s+be\s+read\s+back:\s+section\s+'notes'.*The game plays on")
    assert game.stop() == 0
