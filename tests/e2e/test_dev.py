"""`run.py --dev`: what is saved is in play a moment later, and what is broken interrupts nobody."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.harness import SMALL, Client, Game, copyover, select_nothing, wait_for
from tests.e2e.test_generations import confirmed, rollback
from tests.tools import need_tool

pytestmark = pytest.mark.e2e

RAFFLE = "modules/raffle/__init__.py"
TICKET, HELD = "You take ticket", "You already hold a ticket."
PARTS = r"after the save: noticed [\d.]+, (?:waited [\d.]+, )?rehearsed [\d.]+, silence [\d.]+$"


class Desk:
    """A developer's: a copy of the code and of a world, and a server that watches both."""

    def __init__(self, folder: Path, *configuration: str) -> None:
        self.world = folder / "world"
        shutil.copytree(SMALL, self.world)
        (folder / "everwake.toml").write_text("\n".join(["[dev]", *configuration]))
        self.game = Game(folder / "data", self.world, "--dev", "--config", str(folder / "everwake.toml"))
        self.root = self.game.own_code(folder)

    def start(self) -> Client:
        """Start, and wait until everything is watched; gives an admin in play."""
        self.game.start()
        self.heard("watching")
        wait_for(self.watches, "a thread that watches")
        return self.game.admin()

    def watches(self) -> bool:
        """Whether a thread of the server does."""
        return "notify-rs" in threads(self.game.pid)

    def edit(self, path: str, old: str, new: str) -> None:
        """Save a file of the code, or of the world, with something replaced."""
        file = self.root / path if path.startswith(("mud/", "modules/")) else self.world / path
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new, 1))

    def said(self, text: str) -> list[str]:
        """The lines of the console with this in them."""
        return [line for line in self.game.said().decode().splitlines() if text in line]

    def heard(self, text: str, times: int = 1) -> str:
        """Wait until the console says this so many times; gives the last line of it."""
        wait_for(lambda: len(self.said(text)) >= times, f"{times} times {text!r} on the console")
        return self.said(text)[-1]

    def generation(self) -> int:
        """How many programs have had the game."""
        return int(self.game.ready["generation"])


def threads(pid: int) -> str:
    """The names of a process's threads."""
    found = []
    for path in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(OSError):  # it has just ended
            found.append((path / "comm").read_text().strip())
    return " ".join(found)


def told(client: Client, pattern: str) -> str:
    """Wait for words, wherever the client's lines are broken."""
    return client.expect(pattern.replace(" ", r"\s+"))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    found = Desk(tmp_path)
    try:
        yield found
        assert found.game.stop() == 0, found.game.output.decode()
        assert found.game.errors() == ""
    finally:
        found.game.close()


@pytest.fixture
def reloading(tmp_path: Path) -> Iterator[Desk]:
    found = Desk(tmp_path, 'modules = "reload"')
    try:
        yield found
        assert found.game.stop() == 0, found.game.output.decode()
    finally:
        found.game.close()


def test_a_module_that_is_saved_answers_anew_without_a_reconnect(desk: Desk) -> None:
    admin = desk.start()
    ada = desk.game.player("Ada")
    assert TICKET in ada.command("raffle")
    ada.send_raw(b"raff")
    desk.edit(RAFFLE, HELD, "One is enough.")
    assert re.search(rf"modules/raffle/__init__.py is in play [\d.]+ s {PARTS}", desk.heard("after the save"))
    ada.send_raw(b"le\r\n")
    ada.expect("One is enough.")
    told(admin, r"raffle/__init__.py is in play [\d.]+ s after the save")
    assert desk.generation() == 2
    desk.edit("mud/play/talk.py", "You think,", "You wonder,")
    desk.heard("mud/play/talk.py is in play")
    ada.send("think so")
    ada.expect('You wonder, "so"')
    assert desk.generation() == 3


def test_the_same_length_saved_again_within_a_second_is_no_old_code(desk: Desk) -> None:
    desk.start()
    ada = desk.game.player("Ada")
    ada.command("raffle")
    now = HELD
    for number in range(1, 4):
        then, now = now, f"You already hold one, {number}."
        desk.edit(RAFFLE, then, now)
        os.utime(desk.root / RAFFLE, (1_800_000_000, 1_800_000_000))  # all Python compares is this and the length
        desk.heard("after the save", number)
        assert now in ada.command("raffle")


def test_what_was_just_saved_is_in_play_after_an_admins_copyover_too(desk: Desk) -> None:
    admin, file = desk.start(), desk.root / RAFFLE
    ada = desk.game.player("Ada")
    ada.command("raffle")
    time = file.stat().st_mtime
    desk.edit(RAFFLE, HELD, HELD.upper())
    os.utime(file, (time, time))  # with the length, all that Python compares
    copyover(admin)
    wait_for(lambda: HELD.upper() in ada.command("raffle"), "the new code")


def test_broken_code_is_told_with_file_and_line_and_the_next_good_save_heals_it(desk: Desk) -> None:
    admin = desk.start()
    ada = desk.game.player("Ada")
    assert TICKET in ada.command("raffle")
    desk.edit(RAFFLE, "ctx.state.entrants.clear()", "ctx.state.entrants.clear(")
    place = r"modules/raffle/__init__\.py:\d+: '\(' was never closed"
    told(admin, place)
    told(admin, "The game plays on; the next good save heals it.")
    assert re.search(place, desk.heard("raffle/__init__.py:"))
    assert HELD in ada.command("raffle")
    desk.edit("mud/play/talk.py", "You think,", "You wonder,")  # what is broken elsewhere stays in its way
    desk.heard("raffle/__init__.py:", 2)
    desk.edit(RAFFLE, "ctx.state.entrants.clear(", "ctx.state.entrants.clear()")
    desk.heard("mud/play/talk.py is in play")
    ada.send("think so")
    ada.expect('You wonder, "so"')
    assert "blinks" in ada.text_from(0)
    assert desk.generation() == 2


def test_code_that_does_not_start_is_told_by_its_rehearsal_and_what_is_undone_is_well_again(desk: Desk) -> None:
    admin = desk.start()
    ada = desk.game.player("Ada")
    desk.edit("mud/play/talk.py", "\ndef ", "\nthere_is_no_such_name\n\n\ndef ")
    told(admin, r"mud/play/talk\.py:\d+: NameError: name 'there_is_no_such_name' is not defined")
    told(admin, "The game plays on; the next good save heals it.")
    desk.heard("no copyover for mud/play/talk.py: mud/play/talk.py:")
    assert "blinks" not in ada.command("look")
    desk.edit("mud/play/talk.py", "\nthere_is_no_such_name\n\n\ndef ", "\ndef ")
    told(admin, "All is well again.")
    assert "blinks" not in ada.command("look")
    assert desk.generation() == 1


def test_what_goes_wrong_is_told_once_and_to_admins_in_the_game_too(desk: Desk) -> None:
    admin, file = desk.start(), desk.root / RAFFLE
    ada, good = desk.game.player("Ada"), file.read_text()
    desk.edit(RAFFLE, "from mud.api", "nothing_1\nfrom mud.api")
    told(admin, r"no copyover for modules/raffle/__init__\.py: raffle/__init__\.py:3: NameError: name 'nothing_1'")
    told(admin, "the next good save heals it")
    assert len(desk.said("nothing_1")) == 1 and not desk.said(r"\n")
    file.write_text(good.replace("    if ctx.player.id in", "    if 1 / 0:\n        return\n    if ctx.player.id in"))
    desk.heard("is in play")
    for _ in range(2):
        assert "Something went wrong" in ada.command("raffle")
    told(admin, r"modules/raffle/__init__\.py:\d+: ZeroDivisionError: division by zero\s+What it did is undone")
    assert "The Square" in admin.command("look")
    assert admin.text_from(0).count("ZeroDivisionError") == 1 and admin.text_from(0).count("'nothing_1'") == 1
    assert len(desk.said("an event failed and was undone")) == 2
    file.write_text(good)
    desk.heard("is in play", 2)
    ada.command("raffle")
    file.write_text(good.replace("entrants", "tickets"))
    told(
        admin, "beware: module raffle: of its state, entrants is no field any more, and tickets starts with its default"
    )
    desk.heard("is in play", 3)
    assert len(desk.said("entrants is no field")) == 1
    (desk.game.data / "logs" / "errors.jsonl").unlink()


def test_a_module_that_breaks_its_contract_is_told_by_its_place(desk: Desk) -> None:
    admin = desk.start()
    for number in range(1, 4):
        desk.edit(RAFFLE, "from mud.api", f"x{number} = 1 / 0\nfrom mud.api")
        told(admin, r"raffle/__init__\.py:\d+: ZeroDivisionError")
        desk.edit(RAFFLE, f"x{number} = 1 / 0\n", f"x{number} = 1\n")
        desk.heard("is in play", number)
    assert desk.generation() == 4


def test_three_failures_in_a_row_say_so_and_a_good_save_starts_again(desk: Desk) -> None:
    admin = desk.start()
    for number in range(1, 4):
        desk.edit(RAFFLE, "from mud.api", f"nothing_{number}\nfrom mud.api")
        desk.heard("no copyover for", number)
    told(admin, "3 in a row: no automatic copyover until a save passes its rehearsal")
    desk.edit(RAFFLE, "nothing_1\nnothing_2\nnothing_3\n", "")
    told(admin, "All is well again.")
    desk.edit(RAFFLE, HELD, "One is enough.")
    desk.heard("is in play")
    assert desk.generation() == 2


def test_three_copyovers_that_fail_after_the_rehearsal_stop_them_until_an_admins_succeeds(desk: Desk) -> None:
    """The interpreter is gone in the very moment of exec: ENOENT."""
    admin = desk.start()
    trace = ["-e", "trace=execve", "-e", "inject=execve:error=ENOENT", "-o", "/dev/null"]
    strace = subprocess.Popen([need_tool("strace"), "-p", str(desk.game.pid), *trace], stderr=subprocess.PIPE)
    now = HELD
    try:
        assert strace.stderr is not None and b"attached" in strace.stderr.readline()
        for number in range(1, 4):
            then, now = now, f"Save {number}."
            desk.edit(RAFFLE, then, now)
            desk.heard("no copyover for modules/raffle/__init__.py: the new program can't be executed", number)
        told(admin, "automatic copyovers stop until an admin's `copyover` succeeds")
        desk.edit(RAFFLE, now, "Save 4.")
        told(admin, "raffle/__init__.py is saved, but automatic copyovers have stopped")
    finally:
        strace.terminate()
        strace.communicate()
    assert desk.generation() == 1
    copyover(admin)
    desk.edit(RAFFLE, "Save 4.", "Save 5.")
    desk.heard("is in play")
    assert desk.generation() == 3
    errors = [line for line in desk.game.errors().splitlines() if "can't be executed" not in line]
    assert errors == []
    (desk.game.data / "logs" / "errors.jsonl").unlink()


def test_ten_saves_in_a_second_are_one_copyover(desk: Desk) -> None:
    desk.start()
    ada = desk.game.player("Ada")
    ada.command("raffle")
    now = HELD
    for number in range(10):
        then, now = now, f"Save {number}."
        desk.edit(RAFFLE, then, now)
        select_nothing(0.1)
    desk.heard("is in play")
    assert "Save 9." in ada.command("raffle")
    assert desk.generation() == 2
    copyover(desk.game.admin("Late"))
    assert desk.generation() == 3
    assert len(desk.said("was saved: rehearsing")) <= 10 and len(desk.said("is in play")) == 1


def test_thousands_of_saves_during_a_copyover_are_a_few_with_the_last_one_in_play(desk: Desk) -> None:
    admin = desk.start()
    ada = desk.game.player("Ada")
    ada.command("raffle")
    file = desk.root / RAFFLE
    good, others = file.read_text(), sorted((desk.root / "mud").rglob("*.py"))
    admin.send("copyover")
    told(admin, "rehearsal")
    for number in range(3000):
        file.write_text(good.replace(HELD, f"Save {number}."))
        others[number % len(others)].touch()
    assert "The Square" in ada.command("look")
    told(admin, r"Copyover done|No copyover")
    wait_for(lambda: "Save 2999." in ada.command("raffle"), "the last save in play")
    assert desk.generation() <= 6
    wait_for(desk.watches, "a thread that watches")


def test_what_editors_and_tools_leave_about_starts_nothing(desk: Desk) -> None:
    desk.start()
    for folder in (desk.root / "mud/play", desk.root / "modules/raffle", desk.world):
        for name in (".talk.py.swp", "talk.py~", ".#talk.py", "#talk.py#", "4913", ".git/index.py"):
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text("broken (")
    for folder in (desk.root / "mud/tests", desk.root / "modules/raffle/tests"):
        folder.mkdir()
        (folder / "test_x.py").write_text("broken (")
    (desk.root / RAFFLE).touch()
    desk.edit(RAFFLE, HELD, "One is enough.")
    desk.heard("is in play")
    assert len(desk.said("was saved: rehearsing")) == 1 and not desk.said("broken")
    assert desk.generation() == 2


def test_a_world_file_that_is_saved_is_reloaded_and_a_broken_one_waits(desk: Desk) -> None:
    admin = desk.start()
    ada = desk.game.player("Ada")
    desk.edit("small.toml", 'name = "The Square"', 'name = "The Plaza"')
    assert "noticed" in desk.heard("Swapped: small")
    assert "The Plaza" in ada.command("look")
    desk.edit("small.toml", 'name = "The Plaza"', 'name = "The Plaza')
    told(admin, r"small\.toml:\d+: ")
    told(admin, "The next good save heals it.")
    assert "The Plaza" in ada.command("look")
    desk.edit("small.toml", 'name = "The Plaza', 'name = "The Forum"')
    told(admin, "All is well again.")
    assert "The Forum" in ada.command("look")
    assert desk.generation() == 1


def test_with_reload_one_module_alone_is_swapped_and_several_are_a_copyover(reloading: Desk) -> None:
    desk, admin = reloading, reloading.start()
    ada = desk.game.player("Ada")
    ada.command("raffle")
    desk.edit(RAFFLE, HELD, "One is enough.")
    assert re.search(r"is in play [\d.]+ s after the save: noticed [\d.]+, reloaded [\d.]+$", desk.heard("is in play"))
    assert "One is enough." in ada.command("raffle")
    desk.edit(RAFFLE, "from mud.api", "x = 1 / 0\nfrom mud.api")
    told(admin, r"raffle/__init__\.py:3: ZeroDivisionError")
    assert "One is enough." in ada.command("raffle")
    desk.edit(RAFFLE, "x = 1 / 0\n", "")
    told(admin, "All is well again.")
    assert desk.generation() == 1
    desk.edit(RAFFLE, "One is enough.", "You have one.")
    desk.edit("modules/weather/__init__.py", '"""', '"""It rains. ')
    desk.heard("silence")
    assert "You have one." in ada.command("raffle")
    assert desk.generation() == 2


def test_a_veto_is_waited_for(desk: Desk) -> None:
    admin = desk.start()
    ada = desk.game.player("Ada")
    desk.edit(RAFFLE, "left < 5 else", "left < 60 and len(ctx.state.entrants) == 1 else")
    desk.heard("is in play")
    ada.command("raffle")
    desk.edit(RAFFLE, HELD, "One is enough.")
    told(admin, r"raffle/__init__\.py waits: raffle: the raffle is about to draw \(clears in \d+ s\)")
    assert HELD in ada.command("raffle")
    desk.edit("mud/play/talk.py", "\ndef ", "\ndef def ")
    told(admin, r"mud/play/talk\.py:\d+: invalid syntax")
    desk.edit("mud/play/talk.py", "\ndef def ", "\ndef ")
    assert TICKET in admin.command("raffle")  # nothing is in the way any more
    desk.heard("is in play", 2)
    assert "One is enough." in ada.command("raffle")
    assert desk.generation() == 3


def test_what_is_saved_during_a_copyover_is_in_play_after_the_next(desk: Desk) -> None:
    admin = desk.start()
    ada = desk.game.player("Ada")
    ada.command("raffle")
    for number in range(3):
        admin.send("copyover")
        select_nothing(0.15 * number)
        desk.edit(RAFFLE, HELD if not number else f"Save {number - 1}.", f"Save {number}.")
        told(admin, r"Copyover done|No copyover")
        wait_for(lambda number=number: f"Save {number}." in ada.command("raffle"), "the new code")  # type: ignore[misc]
    wait_for(desk.watches, "a thread that watches")


def test_under_older_code_a_module_that_is_saved_brings_back_the_tree(tmp_path: Path) -> None:
    desk = Desk(tmp_path, 'modules = "reload"', "[copyover]", "confirm_seconds = 0.3")
    try:
        admin = desk.start()
        confirmed(admin)
        desk.edit("mud/play/talk.py", "You think,", "You mull,")
        desk.heard("is in play")
        confirmed(admin)
        rollback(admin)
        wait_for(desk.watches, "a thread that watches")
        desk.edit(RAFFLE, TICKET, "You draw ticket")
        desk.heard("was saved: rehearsing", 2)
        admin.expect(r"Copyover done.*?\n> ")
        admin.send("raffle enter")
        admin.expect("You draw ticket")
        admin.send("think so")
        admin.expect("You mull,")
        assert desk.game.stop() == 0
    finally:
        desk.game.close()
