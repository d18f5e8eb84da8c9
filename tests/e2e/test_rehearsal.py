"""The rehearsal: the new code runs on a copy of the real state, and what fails there costs nobody anything."""

from __future__ import annotations

import itertools
import os
import re
from pathlib import Path

import pytest

from tests.e2e.crowd import children
from tests.e2e.harness import ROOT, Game, copyover, wait_for

pytestmark = pytest.mark.e2e

SITE = f"""
import os, pathlib, sys
fault = pathlib.Path(os.environ["FAULT"])
if "EVERWAKE_REHEARSAL" in os.environ and fault.exists():
    sys.path.insert(0, {str(ROOT)!r})
    exec(compile(fault.read_text(), str(fault), "exec"))
"""

FAILS = "def fail(*a, **k):\n    raise RuntimeError('no such luck')\n"
FAULTS = {
    "a migration of the database": (
        "import mud.store.schema as s\ns.MIGRATIONS += ((99, ('ALTER TABLE missing ADD COLUMN x',)),)\n"
        "import mud.store.store as t\nt.Store.open.__func__.__defaults__ = (s.MIGRATIONS, 5.0)",
        r"to schema version 99: no such table",
    ),
    "a state that can't be read back": (
        "import mud.snapshot.participants as p\nfrom mud.sdk.module import Step\nfrom msgspec.structs import replace\n"
        "n = p.WORLD.schema + 1\n"
        "p.WORLD = replace(p.WORLD, schema=n, steps=(*p.WORLD.steps, Step(n, lambda s: s.pop('nothing'), None)))",
        r"the step to schema \d+ failed: \S+:\d+: KeyError",
    ),
    "a command": (FAILS + "import mud.play.rooms as r\nr.look = fail", r"`look` fails: .*no such luck"),
    "it is killed": ("import signal\nos.kill(os.getpid(), signal.SIGKILL)", r"ended by signal 9 \(Killed\):.*it said"),
    "it hangs": ("while True:\n    pass", r"not ready after 10 s"),
    "it takes all memory": (
        "try:\n    bytearray(2 << 30)\nexcept MemoryError:\n    raise SystemExit('no memory')",
        r"does not start.*no memory",
    ),
}


@pytest.fixture
def fault(stopped: Game, tmp_path: Path) -> Path:
    """A file: what is in it happens to every rehearsal."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(SITE)
    path, config = tmp_path / "fault", tmp_path / "everwake.toml"
    config.write_text("[copyover]\nrehearsal_seconds = 10\nrehearsal_bytes = 1_000_000_000\n")
    stopped.environment |= {"PYTHONPATH": str(tmp_path / "site"), "FAULT": str(path)}
    stopped.arguments = ("--config", str(config))
    stopped.start()
    return path


@pytest.mark.parametrize("name", FAULTS)
def test_what_fails_in_the_rehearsal_is_told_and_costs_nothing(stopped: Game, fault: Path, name: str) -> None:
    admin, ada = stopped.admin(), stopped.player("Ada")
    admin.command("set width 500")
    does, says = FAULTS[name]
    pid = stopped.pid
    fault.write_text(does)
    admin.send("copyover")
    text = admin.expect(r"No copyover while rehearsing: .*?The game plays on\.")
    assert re.search(says, text, re.S), text
    wait_for(lambda: not children(pid), "the child's end")
    assert not list((stopped.data / "run").glob("rehearsal-*"))
    assert "blinks" not in ada.command("look")
    assert (stopped.pid, stopped.ready["generation"]) == (pid, 1)
    assert stopped.stop() == 0


def test_code_that_changes_while_it_is_rehearsed_is_rehearsed_again(stopped: Game, tmp_path: Path) -> None:
    stopped.own_code(tmp_path)
    (tmp_path / "site").mkdir()
    talk = stopped.root / "mud" / "play" / "talk.py"
    saved = f"import os\nif 'EVERWAKE_REHEARSAL' in os.environ:\n    open({str(talk)!r}, 'a').write('# more\\n')\n"
    site = tmp_path / "site" / "sitecustomize.py"
    site.write_text(saved)  # over and over
    stopped.environment["PYTHONPATH"] = str(tmp_path / "site")
    stopped.start()
    admin = stopped.admin()
    admin.send("copyover")
    admin.expect(r"No copyover while preparing: after the rehearsal.*talk\.py\s+was changed.*The game plays on\.")
    assert talk.read_text().count("# more") == 3
    site.write_text(f"{saved}    os.unlink({str(site)!r})\n")  # and once
    copyover(admin)
    assert talk.read_text().count("# more") == 4 and stopped.ready["generation"] == 2
    assert stopped.log().count("it is rehearsed again") == 3
    assert stopped.stop() == 0


def test_what_is_saved_twice_with_one_length_in_one_second_is_no_old_code(stopped: Game, tmp_path: Path) -> None:
    talk = stopped.own_code(tmp_path) / "mud" / "play" / "talk.py"
    good, moments = talk.read_text(), itertools.count(1_700_000_000_000_000_000, 1_000_000)

    def save(text: str) -> None:
        talk.write_text(text)
        os.utime(talk, ns=(0, next(moments)))

    save(good)
    admin = stopped.start().admin()
    for text in (good.replace("You think,", "You mull, "), good.replace("You think,", "You muse, "), good):
        save(text)
        admin.send("copyover check")
        admin.expect("Rehearsed in")
        admin.send("copyover check")  # and with what the one before has compiled
        admin.expect("Rehearsed in")
    save(good.replace("You think,", "You brood,"))
    admin.send("copyover")
    admin.expect("Copyover done")
    admin.send("think so")
    admin.expect("You brood, ")
    assert stopped.stop() == 0


def test_a_rehearsal_changes_nothing_of_the_game(stopped: Game) -> None:
    stopped.start()
    admin, ada = stopped.admin(), stopped.player("Ada")
    ada.command("north")
    for _ in range(3):
        copyover(admin)
    assert "hello" not in ada.text_from(0)  # what is said in a rehearsal is heard by nobody
    assert "The Hall" in ada.command("look")
    assert os.listdir(stopped.data / "snapshots") == []
    assert stopped.errors() == "" and stopped.stop() == 0


def edit(path: Path, old: str, new: str) -> None:
    """Change what a file says in one place."""
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))


def test_a_field_that_was_renamed_without_a_step_is_refused_by_name_and_count(stopped: Game, tmp_path: Path) -> None:
    # S1.10
    root = stopped.own_code(tmp_path)
    admin, ada = stopped.start().admin(), stopped.player("Ada")
    admin.command("set width 500")
    ada.command("title the Brave")
    edit(root / "mud" / "core" / "world" / "model.py", '    title: str = ""\n', '    motto: str = ""\n')
    admin.send("copyover")
    assert "world: this code does not know Character.title (1 time)" in admin.expect(r"No copyover.*plays on\.")
    assert "Ada the Brave" in ada.command("who") and stopped.ready["generation"] == 1
    assert stopped.stop() == 0


def test_a_timer_and_a_conversation_that_new_code_can_not_go_on_with_are_refused(stopped: Game, tmp_path: Path) -> None:
    # S1.5
    root = stopped.own_code(tmp_path)
    admin, ada = stopped.start().admin(), stopped.player("Ada")
    admin.command("set width 500")
    ada.command("raffle")
    raffle = root / "modules" / "raffle" / "__init__.py"
    found = re.search(r'class Draw\(Timer.*?\):\n    """.*?"""\n', raffle.read_text(), re.S)
    assert found is not None
    edit(raffle, found[0], found[0] + "\n    prize: int\n")
    admin.send("copyover")
    refusal = admin.expect(r"No copyover.*?plays on\.")
    assert re.search(r"module raffle: a timer .*does not fit.*prize.*\(1 pending\)", refusal), refusal
    assert "can't go on with what waits for it" in admin.command("module reload raffle")
    assert "You already hold" in ada.command("raffle") and stopped.ready["generation"] == 1
    assert stopped.stop() == 0
