"""`world check`: each slip is found, with its line; a good world is clean."""

from __future__ import annotations

import asyncio
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from mud.areas.check import check
from mud.cli.main import main
from mud.core import events as e
from mud.core.errors import EverwakeError
from mud.server.world_check import SHOWN, check_world, report
from mud.testing import Kit
from tests.play.worlds import SMALL

ROOT = Path(__file__).parent.parent.parent

GOOD = """\
[area]
id = "x"
name = "X"

[[room]]
id = "hall"
name = "Hall"
flags = ["start"]
[room.exits]
north = { to = "vault", door = true, state = "locked", key = "key" }

[[room]]
id = "vault"
name = "Vault"
[room.exits]
south = { to = "hall", door = true, state = "locked", key = "key" }

[[mob]]
id = "guard"
keywords = ["guard"]
short = "a guard"

[[item]]
id = "key"
keywords = ["key"]
short = "a key"
kind = "key"
wear = ["take", "hold"]

[[item]]
id = "chest"
keywords = ["chest"]
short = "a chest"
kind = "container"
values = { capacity = 9, flags = "closeable locked", key = "key" }

[[shop]]
id = "s"
keeper = "guard"
rooms = ["hall"]

[[reset]]
do = "mob"
id = "guard"
room = "hall"

[[reset]]
do = "equip"
id = "key"
slot = "hold"

[[reset]]
do = "item"
id = "chest"
room = "vault"

[[reset]]
do = "put"
id = "key"
into = "chest"
"""
BACK = 'south = { to = "hall", door = true, state = "locked", key = "key" }'
CHEST = '[[reset]]\ndo = "item"\nid = "chest"\nroom = "vault"\n\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "x.toml").write_text(GOOD)
    return tmp_path


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


@pytest.mark.parametrize("world", [ROOT / "world", SMALL])
def test_our_own_worlds_are_clean(world: Path) -> None:
    found = check(world)
    assert (found.errors, found.warnings) == ([], []) and found.rooms > 0


def test_a_good_file_is_clean(folder: Path) -> None:
    found = check(folder)
    assert (found.rooms, found.errors, found.warnings) == (2, [], [])


@pytest.mark.parametrize(
    ("old", "new", "at", "says"),
    [
        (BACK, "", "north = {", "leads to 'vault', but nothing leads south from there"),
        (BACK, 'south = "vault"', "north = {", "but south from there leads to 'vault'"),
        (BACK, "south = {}", "north = {", "but south from there leads nowhere"),
        (BACK, 'south = "hall"', "north = {", "but the way back south has no door"),
        ('[[mob]]\nid', '[[room]]\nid = "loft"\nname = "Loft"\n\n[[mob]]\nid', 'id = "loft"',
         "room 'loft' can't be reached from 'hall'"),
        ('flags = ["start"]', 'flags = ["start", "nomob"]', 'room = "hall"', "'guard' is put into 'hall', where no"),
        ('slot = "hold"', 'slot = "head"', 'slot = "head"', "'key' can't be worn at 'head': it fits hold"),
        ('wear = ["take", "hold"]', 'wear = ["take"]', 'slot = "hold"', "'hold': it can't be worn at all"),
        ('do = "mob"\nid = "guard"', 'do = "mob"\nmax = 0\nid = "guard"', 'keeper = "guard"', "no reset makes 'guard'"),
        ('id = "key"\nkeywords', 'id = "kee"\nkeywords', 'id = "kee"', "the key 'kee' opens nothing"),
    ],
)  # fmt: skip
def test_what_was_hardly_meant_is_a_warning(folder: Path, old: str, new: str, at: str, says: str) -> None:
    assert old in GOOD
    text = GOOD.replace(old, new, 1)
    (folder / "x.toml").write_text(text)
    found = check(folder)
    line = line_of(text, at)
    near = [w for w in found.warnings if says in w and abs(int(w.split(":")[1]) - line) <= 3]
    assert near, found.warnings


@pytest.mark.parametrize(
    ("old", "new", "at", "says"),
    [
        ('do = "mob"\n', 'do = "mob"\nmax = 0\n', "max = 0", "max = 0: this never makes a 'guard'"),
        ('do = "put"\n', 'do = "put"\nmax = -1\n', "max = -1", "max = -1: this never makes a 'key'"),
        ('into = "chest"', 'into = "key"', 'into = "key"', "nothing can be put into 'key': its kind is 'key'"),
        (CHEST, "", 'into = "chest"', "nothing makes a 'chest' to put this into"),
        ('keeper = "guard"', 'keeper = "gaurd"', 'keeper = "gaurd"', "did you mean 'guard'?"),
        ('name = "Vault"', 'nmae = "Vault"', 'nmae = "Vault"', "unknown key 'nmae'; did you mean 'name'?"),
        ('id = "key"\nslot', 'id = "kez"\nslot', 'id = "kez"', "no item is called 'kez'; did you mean 'key'?"),
    ],
)  # fmt: skip
def test_what_can_not_work_is_an_error_with_its_line(folder: Path, old: str, new: str, at: str, says: str) -> None:
    assert old in GOOD
    text = GOOD.replace(old, new, 1)
    (folder / "x.toml").write_text(text)
    assert [p for p in check(folder).errors if p.startswith(f"x.toml:{line_of(text, at)}: ") and says in p]


def test_a_key_that_nobody_can_have(folder: Path) -> None:
    text = GOOD[: GOOD.index('[[reset]]\ndo = "equip"')] + CHEST
    (folder / "x.toml").write_text(text)
    warnings = check(folder).warnings
    assert sum("nothing makes the key 'key'" in w for w in warnings) == 3
    assert f"x.toml:{line_of(text, 'values = {')}: nothing makes the key 'key' of 'chest'" in "\n".join(warnings)
    (folder / "x.toml").write_text(text.replace('rooms = ["hall"]', 'rooms = ["hall"]\nsells = ["key"]'))
    assert check(folder).warnings == []


def island(folder: Path) -> None:
    rooms = '[[room]]\nid = "a"\nname = "A"\n[room.exits]\neast = "b"\n\n[[room]]\nid = "b"\nname = "B"\n'
    resets = '\n[[reset]]\ndo = "mob"\nid = "guard"\nroom = "a"\nmax = 0\n'
    (folder / "w.toml").write_text(f'# far off\n[area]\nid = "w"\nname = "W"\n\n{rooms}{resets}')


def test_an_area_without_a_way_in_is_one_warning(folder: Path) -> None:
    island(folder)
    text = "area 'w' can't be reached from 'hall', where newcomers wake; add an exit to it"
    assert check(folder).warnings == [f"w.toml:2: {text}"]


def test_findings_are_by_file_and_line_and_can_be_of_one_area(folder: Path) -> None:
    island(folder)
    (folder / "x.toml").write_text(
        GOOD.replace('do = "put"', 'do = "put"\nmax = 0').replace(
            'short = "a guard"', 'short = "a guard"\nhit_dice = "x"'
        )
    )
    found = check(folder)
    places = [(p.split(":")[0], int(p.split(":")[1])) for p in found.errors]
    assert places == sorted(places) and {file for file, _ in places} == {"w.toml", "x.toml"} and len(places) == 3
    assert [p.split(":")[0] for p in check(folder, "x").errors] == ["x.toml", "x.toml"]
    assert check(folder, "w").rooms == 2 and len(check(folder, "w").warnings) == 1
    with pytest.raises(LookupError, match="there is no area 'y'; there are w, x"):
        check(folder, "y")


def test_the_command_line_says_it_and_its_exit_code_too(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def run(*arguments: str) -> tuple[int, str]:
        code = main(["world", "check", str(folder), *arguments])
        said = capsys.readouterr()
        return code, said.out + said.err

    assert run() == (0, "all is well: 2 rooms\n")
    assert run("--area", "y") == (1, "run.py: there is no area 'y'; there are x\n")
    (folder / "x.toml").write_text(GOOD.replace(BACK, 'south = "hall"'))
    code, text = run()
    assert code == 0 and text.startswith("1 warning:\n  x.toml:10: the door north")
    assert run("--strict")[0] == 1
    island(folder)
    code, text = run()
    assert code == 1 and text.startswith("1 error:\n  w.toml:") and "\n2 warnings:\n" in text
    found = json.loads(run("--json")[1])
    assert (found["ok"], len(found["problems"]), len(found["warnings"]), found["rooms"]) == (False, 1, 2, 4)
    (folder / "x.toml").write_text("broken")
    assert "x.toml:1: no valid TOML" in run()[1]
    assert main(["world", "check", str(folder / "none")]) == 1


# In the game


def test_in_the_game_a_process_of_its_own_looks(folder: Path) -> None:
    assert asyncio.run(check_world(folder, "")) == "All is well: 2 rooms."
    island(folder)
    text = asyncio.run(check_world(folder, ""))
    assert text.startswith("1 error and 1 warning in the files as they are now:\nerror    w.toml:20: max = 0")
    assert asyncio.run(check_world(folder, "x")) == "All is well: 2 rooms."
    with pytest.raises(EverwakeError, match="there is no area 'y'; there are w, x"):
        asyncio.run(check_world(folder, "y"))


def test_a_check_that_is_given_up_leaves_no_process(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    children: list[subprocess.Popen[bytes]] = []
    popen = subprocess.Popen

    def remembered(*args: Any, **kwargs: Any) -> subprocess.Popen[bytes]:
        children.append(popen(*args, **kwargs))
        return children[-1]

    monkeypatch.setattr(subprocess, "Popen", remembered)

    async def give_up() -> None:
        await asyncio.wait_for(check_world(folder, ""), 0.001)

    with pytest.raises(TimeoutError):
        asyncio.run(give_up())
    assert len(children) == 1 and children[0].returncode is not None


def test_a_long_report_says_how_much_is_left_out() -> None:
    found = {"problems": ["a.toml:1: x"] * SHOWN, "warnings": ["b.toml:1: y"] * 5, "rooms": []}
    lines = report(found).split("\n")
    assert len(lines) == SHOWN + 2 and lines[-1].startswith("and 5 more")


def test_the_command_is_for_builders() -> None:
    kit = Kit(world=SMALL)
    ada, bob = kit.player("Ada", "builder"), kit.player("Bob")
    assert "world" not in bob.do("commands").split("building")[-1]
    ada.read()
    assert ada.do("world") == "Write: world check [AREA], or world reload [AREA]." == ada.do("world peace")
    assert ada.do("world check moon") == "There is no area 'moon'. This room is of 'small'."
    ada.do("world check small")
    assert kit.effects[-1] == e.CheckWorld(ada.session, "small")
    kit.post(e.Told(ada.session, "All is well.", answer=True))
    assert ada.read() == "All is well."
