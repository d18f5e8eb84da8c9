"""What a developer saves: which files count, how they differ from before, what is wrong, and which saves are one."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from mud.dev import changes
from mud.dev.changes import NeededActions, Trees
from mud.dev.reloader import SavedAttempt, Streak
from mud.dev.watcher import Burst, Watcher

LIMIT = 30.0


@pytest.fixture
def trees(tmp_path: Path) -> Trees:
    for folder in ("mud/play", "modules/raffle", "modules/auction", "world/far", "data", "mine/own"):
        (tmp_path / folder).mkdir(parents=True)
    for file in ("mud/game.py", "mud/play/talk.py", "modules/raffle/__init__.py", "world/small.toml"):
        (tmp_path / file).write_text(f'"""{file}"""\n')
    return Trees(
        core=tmp_path / "mud",
        modules=(tmp_path / "modules", tmp_path / "mine"),
        world=tmp_path / "world",
        data=tmp_path / "data",
        off=frozenset({"weather"}),
    )


COUNT = [
    ("mud/game.py", ("core", "")),
    ("mud/play/talk.py", ("core", "")),
    ("mud/play/socials.toml", ("core", "")),
    ("modules/raffle/__init__.py", ("module", "raffle")),
    ("modules/raffle/deep/er.py", ("module", "raffle")),
    ("modules/raffle/module.toml", ("module", "raffle")),
    ("mine/own/__init__.py", ("module", "own")),
    ("world/small.toml", ("world", "")),
    ("world/far/away.toml", ("world", "")),
    ("world/tests/hall.toml", ("world", "")),
]

COUNT_NOT = """mud/.talk.py.swp mud/play/talk.py~ mud/play/.#talk.py mud/play/#talk.py# mud/play/4913 mud/play/talk.pyc
    mud/play/talk.py___jb_tmp___ mud/play/talk.py.tmp.1234 mud/__pycache__/talk.cpython-311.pyc mud/__pycache__/x.py
    mud/.git/x.py mud/tests/test_x.py modules/raffle/tests/test_raffle.py modules/__init__.py modules/_draft/__init__.py
    modules/.raffle/__init__.py modules/weather/__init__.py world/small.toml~ world/.small.toml.swp world/_old.toml
    world/.git/x.toml world/notes.txt world/far/x.py data/x.toml data/modules/bank/__init__.py tests/test_x.py
    mudx/game.py run.py .git/config""".split()


@pytest.mark.parametrize(("path", "kind"), COUNT)
def test_a_file_of_what_runs_counts(trees: Trees, path: str, kind: tuple[str, str]) -> None:
    assert trees.kind(str(trees.core.parent / path)) == kind


@pytest.mark.parametrize("path", COUNT_NOT)
def test_what_editors_tools_and_tests_leave_does_not_count(trees: Trees, path: str) -> None:
    assert trees.kind(str(trees.core.parent / path)) is None


def test_data_in_a_folder_that_is_watched_does_not_count(tmp_path: Path) -> None:
    trees = Trees(core=tmp_path / "mud", modules=(), world=tmp_path, data=tmp_path / "data")
    assert trees.kind(str(tmp_path / "data" / "x.toml")) is None
    assert trees.kind(str(tmp_path / "x.toml")) == ("world", "")


def test_a_world_in_the_data_folder_counts(tmp_path: Path) -> None:
    trees = Trees(core=tmp_path / "mud", modules=(), world=tmp_path / "data" / "world", data=tmp_path / "data")
    assert trees.kind(str(tmp_path / "data" / "world" / "x.toml")) == ("world", "")


def test_files_are_sorted_into_core_modules_and_world(trees: Trees) -> None:
    root = trees.core.parent
    raffle, auction = str(root / "modules/raffle/__init__.py"), str(root / "modules/auction/bid.py")
    core, world = str(root / "mud/game.py"), str(root / "world/small.toml")
    assert trees.sort([world, raffle, core, auction, str(root / "x.py")]) == NeededActions(
        (core,), {"auction": (auction,), "raffle": (raffle,)}, (world,)
    )
    assert trees.sort([raffle, world]).alone == "raffle"
    assert trees.sort([raffle, str(root / "modules/raffle/draw.py")]).alone == "raffle"
    assert [trees.sort(paths).alone for paths in ([raffle, auction], [raffle, core], [core], [world], [])] == [""] * 5
    assert trees.sort([raffle, core, auction, world]).code == (core, auction, raffle)


def test_a_scan_finds_what_counts_and_nothing_else(trees: Trees) -> None:
    root = trees.core.parent
    for path in COUNT_NOT:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("")
    names = {os.path.relpath(path, root) for path in changes.scan(trees)}
    assert names == {"mud/game.py", "mud/play/talk.py", "modules/raffle/__init__.py", "world/small.toml"}


def test_what_is_touched_or_undone_is_not_changed(trees: Trees) -> None:
    path, new = trees.core / "game.py", trees.core / "new.py"
    before = changes.scan(trees)
    os.utime(path, (1, 1))
    touched = changes.scan(trees, before)
    assert changes.touched(before, touched) == {str(path)}
    assert changes.changed(before, touched) == set()
    said = path.read_text()
    path.write_text("x = 1\n")
    new.write_text("")
    changed = changes.scan(trees, touched)
    assert changes.changed(touched, changed) == {str(path), str(new)}
    path.write_text(said)
    new.unlink()
    assert changes.changed(before, changes.scan(trees, changed)) == set()


def test_the_same_size_and_time_hide_no_change(trees: Trees) -> None:
    path = trees.core / "game.py"
    path.write_text("x = 1\n")
    os.utime(path, (1, 1))
    before = changes.scan(trees)
    path.write_text("x = 2\n")
    os.utime(path, (1, 1))
    assert changes.changed(before, changes.scan(trees, before)) == {str(path)}


def test_a_folder_that_is_renamed_is_all_of_its_files_gone_and_there(trees: Trees) -> None:
    before = changes.scan(trees)
    (trees.core / "play").rename(trees.core / "game")
    assert {trees.short(p) for p in changes.changed(before, changes.scan(trees, before))} == {
        "mud/play/talk.py",
        "mud/game/talk.py",
    }


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        (b"def x(:\n", "mud/game.py:1: invalid syntax"),
        (b"\n\nx = (1,\n", "mud/game.py:3: '(' was never closed"),
        (b'x = "\xff"\n', "mud/game.py:1: (unicode error)"),
        (b"x = 1\x00\n", "mud/game.py:1: source code string cannot contain null bytes"),
    ],
)
def test_what_is_wrong_with_source_is_told_with_file_and_line(trees: Trees, said: bytes, problem: str) -> None:
    (trees.core / "game.py").write_bytes(said)
    (found,) = changes.problems(trees, [str(trees.core / "game.py"), str(trees.world / "small.toml")])
    assert found.startswith(problem)


def test_a_file_that_is_gone_or_reads_well_is_no_problem(trees: Trees) -> None:
    assert changes.problems(trees, [str(trees.core / "game.py"), str(trees.core / "gone.py")]) == []


def test_a_headline_is_the_last_place_of_ours_and_the_error(trees: Trees) -> None:
    trace = f"""while rehearsing: the new code does not start:
      File "{trees.core}/game.py", line 7, in <module>
        from mud.play import talk
      File "{trees.core}/play/talk.py", line 12, in <module>
        x = json.loads("")
      File "/usr/lib/python3.11/json/__init__.py", line 346, in loads
        return _default_decoder.decode(s)
      json.decoder.JSONDecodeError: Expecting value"""
    assert changes.headline(trees, trace) == "mud/play/talk.py:12: json.decoder.JSONDecodeError: Expecting value"


def test_a_headline_begins_with_file_and_line_where_the_error_names_them(trees: Trees) -> None:
    error = "while rehearsing: it does not start:\n  module raffle: raffle/__init__.py:3: NameError: name 'x'\n  more"
    assert changes.headline(trees, error) == "raffle/__init__.py:3: NameError: name 'x'"
    assert changes.headline(trees, "while rehearsing: not ready after 60 s:\n  (it said nothing)") == (
        "while rehearsing: not ready after 60 s: (it said nothing)"
    )


def test_paths_are_short_for_people(trees: Trees) -> None:
    one, two = str(trees.core / "game.py"), str(trees.world / "small.toml")
    assert trees.shown([one]) == "mud/game.py"
    assert trees.shown([one, two, two]) == "mud/game.py and 2 more"


# Bursts


def test_a_burst_is_over_when_it_was_quiet() -> None:
    burst = Burst(0.2, 2.0)
    assert burst.left(10.0) == 0.0
    for now in (10.0, 10.1, 10.25):
        burst.ring(now)
    assert burst.left(10.25) == pytest.approx(0.2)
    assert burst.left(10.4) == pytest.approx(0.05)
    assert burst.left(10.45) == pytest.approx(0.0)


def test_a_burst_without_an_end_is_over_after_the_most() -> None:
    burst = Burst(0.2, 2.0)
    for tenth in range(19):
        burst.ring(10.0 + tenth / 10)
    assert burst.left(11.9) == pytest.approx(0.1)
    burst.ring(11.95)
    assert burst.left(12.0) == 0.0


def test_after_a_burst_comes_another() -> None:
    burst = Burst(0.2, 2.0)
    burst.ring(10.0)
    burst.over()
    assert burst.left(20.0) == 0.0
    burst.ring(20.0)
    assert burst.left(20.0) == pytest.approx(0.2)


# Watching


def test_a_watcher_rings_for_what_counts_and_leaves_no_thread(trees: Trees) -> None:
    rings, errors = threading.Semaphore(0), list[Exception]()
    before = set(os.listdir("/proc/self/task"))
    watcher = Watcher(trees.roots(), lambda path: trees.kind(path) is not None, rings.release, errors.append)
    watcher.start()
    assert rings.acquire(timeout=LIMIT)  # it is ready
    (trees.core / "game.py~").write_text("")
    (trees.core / "game.py").write_text("x = 1\n")
    assert rings.acquire(timeout=LIMIT)
    assert set(os.listdir("/proc/self/task")) > before
    watcher.stop()
    assert set(os.listdir("/proc/self/task")) <= before
    assert errors == []


def test_what_is_saved_in_a_folder_that_was_just_made_is_never_missed(trees: Trees) -> None:
    rings, errors = threading.Semaphore(0), list[Exception]()
    watcher = Watcher(trees.roots(), trees.concerns, rings.release, errors.append)
    watcher.start()
    assert rings.acquire(timeout=LIMIT)  # it is ready
    aside = trees.core.parent / "aside" / "deep"
    for number in range(10):
        aside.mkdir(parents=True)
        (aside / "talk.py").write_text(f"x = {number}\n")
        while rings.acquire(blocking=False):
            pass
        aside.parent.rename(trees.core / f"moved{number}")  # its files are there before anybody can watch it
        assert rings.acquire(timeout=LIMIT)
        assert f"{trees.core}/moved{number}/deep/talk.py" in changes.scan(trees)
    while rings.acquire(timeout=0.5):
        pass
    (trees.core / "moved0").rename(trees.core.parent / "gone")
    assert rings.acquire(timeout=LIMIT)
    watcher.stop()
    assert errors == []


@pytest.mark.parametrize(
    ("path", "does"),
    [
        ("mud/play/talk.py", True),
        ("mud/play", True),
        ("mud/new", True),
        ("modules/new", True),
        ("world/far", True),
        ("mud/play/talk.py~", False),
        ("mud/__pycache__", False),
        ("mud/.git", False),
        ("mud/.#play", False),
        ("modules/raffle/tests", False),
        ("modules/weather", False),
        ("data", False),
        ("elsewhere", False),
    ],
)
def test_folders_are_looked_into_whose_files_count(trees: Trees, path: str, does: bool) -> None:
    if path.endswith("~"):
        (trees.core.parent / path).write_text("")
    assert trees.concerns(str(trees.core.parent / path)) is does


def test_a_watcher_that_can_not_says_so(trees: Trees) -> None:
    errors = list[Exception]()
    watcher = Watcher([trees.core / "nowhere"], lambda path: True, lambda: None, errors.append)
    watcher.start()
    watcher.stop()
    assert [type(error) for error in errors] == [FileNotFoundError]


# Failures in a row, and words


def test_rehearsals_that_fail_stop_nothing_for_good() -> None:
    streak = Streak()
    for _ in range(5):
        streak.failed(harmless=True)
        assert not streak.stops
    assert "until a save passes its rehearsal" in streak.told()


def test_three_failures_one_of_which_came_further_stop_automatic_copyovers() -> None:
    streak = Streak()
    streak.failed(harmless=True)
    streak.failed(harmless=False)
    assert not streak.stops and "the next good save heals it" in streak.told()
    streak.failed(harmless=True)
    assert streak.stops and "until an admin's `copyover` succeeds" in streak.told()


def test_from_save_to_play_is_shown_in_its_parts() -> None:
    attempt = SavedAttempt(files="mud/game.py", saved=100.0, noticed=100.25, ordered=100.26, rehearsed=100.8)
    assert attempt.parts(100.9) == "0.90 s after the save: noticed 0.25, rehearsed 0.54, silence 0.10"
    attempt.ordered = 100.5
    assert "noticed 0.25, waited 0.25, rehearsed 0.30" in attempt.parts(100.9)
