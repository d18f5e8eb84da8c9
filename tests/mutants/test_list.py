"""The list of mutants fits the code, and whoever tries them tells the living from the dead."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from tests.mutants import __main__ as runner
from tests.mutants import laboratory
from tests.mutants.laboratory import Fate, Laboratory
from tests.mutants.mutant import ROOT, Mutant, exists, load

ROOMS = ("mud/copyover/", "mud/net/", "mud/core/", "mud/store/", "mud/snapshot/", "mud/framework/")


def test_each_mutant_fits_the_code_and_its_tests_are_there() -> None:
    mutants = load()
    assert [f"{name}: {fault}" for name, mutant in mutants.items() for fault in mutant.faults(ROOT)] == []
    assert len([m for m in mutants.values() if m.file.startswith(ROOMS)]) >= 200
    assert {room for room in ROOMS if not any(m.file.startswith(room) for m in mutants.values())} == set()


def test_no_mutant_is_listed_twice() -> None:
    changes = sorted((m.file, m.change((ROOT / m.file).read_text("utf-8"))) for m in load().values())
    assert [a[0] for a, b in itertools.pairwise(changes) if a == b] == []


CODE = "def add(a, b):\n    return a + b\n\n\ndef twice(a):\n    return 2 * a\n"
TESTS = (
    "from mud.sums import add\n\n\ndef test_add():\n    assert add(1, 2) == 3\n\n\ndef test_import():\n    assert add\n"
)


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tree of one file and its tests."""
    monkeypatch.setattr(laboratory, "PARTS", ("mud", "tests", "pyproject.toml"))
    tree = tmp_path / "tree"
    for folder in ("mud", "tests"):
        (tree / folder).mkdir(parents=True)
    (tree / "mud" / "sums.py").write_text(CODE)
    (tree / "tests" / "test_sums.py").write_text(TESTS)
    (tree / "pyproject.toml").write_text('[tool.pytest.ini_options]\npythonpath = ["."]\n')
    return tree


def mutant(old: str = "a + b", new: str = "a - b", test: str = "tests/test_sums.py::test_add") -> Mutant:
    return Mutant("mud/sums.py", old, new, "sums are wrong", (test,))


def test_a_mutant_is_killed_or_survives_or_is_unfit_and_nothing_of_it_stays(tree: Path, tmp_path: Path) -> None:
    place = Laboratory(tree, tmp_path / "copy")
    nowhere = "tests/test_sums.py::test_nothing"
    tried = (mutant(), mutant("2 * a", "3 * a"), mutant(test=nowhere))
    assert [place.try_(each)[0] for each in tried] == [Fate.KILLED, Fate.SURVIVED, Fate.UNFIT]
    assert (tmp_path / "copy" / "mud" / "sums.py").read_text() == CODE == (tree / "mud" / "sums.py").read_text()


def test_tests_that_hang_have_noticed(tree: Path, tmp_path: Path) -> None:
    place = Laboratory(tree, tmp_path / "copy")
    hangs = mutant("return a + b", "import time; time.sleep(600)")
    assert place.try_(hangs, 3.0)[0] is Fate.HUNG


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (mutant("a * b"), "has its text 0 times, not once: 'a * b'"),
        (mutant("return"), "has its text 2 times, not once"),
        (mutant("a + b", "a + b"), "nothing is changed"),
        (mutant("a + b", "a +"), "invalid syntax"),
        (mutant(test="tests/test_sums.py::test_nothing"), "there is no tests/test_sums.py::test_nothing"),
        (mutant(test="tests/test_no.py::test_add"), "there is no tests/test_no.py::test_add"),
    ],
)
def test_a_mutant_that_does_not_fit_is_an_error(tree: Path, wrong: Mutant, says: str) -> None:
    (fault,) = wrong.faults(tree)
    assert says in fault and mutant().faults(tree) == []


def test_a_parameter_of_a_test_is_no_matter(tree: Path) -> None:
    assert exists(tree, "tests/test_sums.py::test_add[1-2]") and exists(tree, "tests/test_sums.py")


def test_a_survivor_needs_a_reason_and_a_reason_a_survivor(capsys: pytest.CaptureFixture[str]) -> None:
    plain, excused = mutant(), Mutant("mud/sums.py", "a + b", "b + a", "nothing", ("x",), "sums commute")
    assert runner.report({"plain": plain}, {"plain": Fate.KILLED})
    assert "1 of 1 killed (100.0 %)" in capsys.readouterr().out
    assert not runner.report({"plain": plain}, {"plain": Fate.SURVIVED})
    assert "survived: plain" in capsys.readouterr().out
    assert runner.report({"excused": excused}, {"excused": Fate.SURVIVED})
    assert "sums commute" in capsys.readouterr().out
    assert not runner.report({"excused": excused}, {"excused": Fate.HUNG})
    assert not runner.report({"plain": plain}, {"plain": Fate.UNFIT})


def test_a_sample_is_of_quick_ones_and_the_commit_decides_on_it() -> None:
    mutants = load()
    ten = runner.chosen(mutants, [], 10)
    assert len(ten) == 10 and ten == runner.chosen(mutants, [], 10)
    assert all(each.quick for each in ten.values())
    assert set(runner.chosen(mutants, ["mud/net/"], 0)) == {n for n, m in mutants.items() if "mud/net/" in m.file}
