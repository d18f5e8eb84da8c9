"""What is kept of generations, on a disk that is not what it was; and where code is said to lie."""

from __future__ import annotations

import json
import os
from pathlib import Path

import msgspec
import pytest

from mud.copyover import code, locations
from mud.copyover.generations import INDEX, UNCONFIRMED, Generations, KeptGeneration
from mud.copyover.handover import Handover
from mud.core.errors import CopyoverError


class Shelf:
    """A tree of one file, of which each edition is confirmed as a generation."""

    def __init__(self, folder: Path) -> None:
        self.tree = folder / "tree"
        self.tree.mkdir()
        self.folder = folder / "code"
        self.kept = Generations(self.folder, 5)

    def read(self, text: str) -> code.Manifest:
        """Save code, and read it."""
        (self.tree / "a.py").write_text(text)
        return code.read({self.tree: self.tree}, self.tree)

    def confirm(self, generation: int, text: str) -> str:
        """Keep and confirm code; gives its hash."""
        program = self.read(text)
        digest = code.digest(program)
        self.kept.keep(program, self.tree)
        files = {name: file.hash for name, file in program.items()}
        self.kept.confirm(
            KeptGeneration(generation=generation, digest=digest, version="1", confirmed=0.0, parts={}, files=files)
        )
        return digest


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


@pytest.mark.parametrize("damage", [b"", b"{", b'{"digest": "\xff"}', b"\0" * 30, b"[1]"])
def test_what_can_not_be_read_is_as_if_it_were_not_there(shelf: Shelf, damage: bytes) -> None:
    shelf.confirm(1, "one")
    for name in (INDEX, UNCONFIRMED):
        (shelf.folder / name).write_bytes(damage)
    assert (shelf.kept.unconfirmed(), shelf.kept.index().kept) == (None, [])


def test_code_that_an_older_version_rejected_stays_rejected(shelf: Shelf) -> None:
    """Its files and its hand-over call it `left`; a field is never renamed in what is written (CHANGELOG.md)."""
    digest = shelf.confirm(1, "one")
    shelf.kept.reject(digest)
    index = json.loads((shelf.folder / INDEX).read_bytes())
    assert index["left"] == [digest] and "rejected" not in index
    (shelf.folder / INDEX).write_text(json.dumps({**index, "left": ["what an older version wrote"]}))
    assert shelf.kept.index().rejected == ["what an older version wrote"]
    names = {field.name: field.encode_name for field in msgspec.structs.fields(Handover)}
    assert names["rejected"] == "left"


def test_a_kill_in_the_middle_of_a_write_leaves_the_index_as_it_was(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, write = shelf.confirm(1, "one"), Path.write_bytes

    def killed(path: Path, data: bytes) -> int:
        write(path, data[: len(data) // 2])
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "write_bytes", killed)
    with pytest.raises(KeyboardInterrupt):
        shelf.kept.runs(7, "other")
    with pytest.raises(KeyboardInterrupt):
        shelf.kept.starts("other")
    monkeypatch.undo()
    assert [kept.digest for kept in shelf.kept.index().kept] == [one] and shelf.kept.unconfirmed() is None
    assert shelf.kept.starts("other") == 1


def test_a_damaged_copy_gives_way_to_the_one_before_it(shelf: Shelf) -> None:
    one, two = shelf.confirm(1, "one"), shelf.confirm(2, "two")
    runs = shelf.confirm(3, "three")
    (shelf.folder / two / "a.py").write_text("tow")
    assert shelf.kept.before(runs).digest == one
    with pytest.raises(CopyoverError, match=r"generation 2.*is damaged"):
        shelf.kept.before(runs, 2)
    (shelf.folder / one / "a.py").unlink()
    with pytest.raises(CopyoverError, match=r"generation 2.*is damaged.*generation 1.*is damaged"):
        shelf.kept.before(runs)


def test_a_damaged_copy_of_what_runs_is_made_anew(shelf: Shelf) -> None:
    digest = shelf.confirm(1, "one")
    copy = shelf.folder / digest / "a.py"
    copy.write_text("noe")
    shelf.kept.keep(shelf.read("one"), shelf.tree)
    assert copy.read_text() == "one"


def test_there_is_no_going_back_to_the_code_that_runs(shelf: Shelf) -> None:
    shelf.confirm(1, "one")
    runs = shelf.confirm(2, "two")
    with pytest.raises(CopyoverError, match="the code of generation 2 is what runs"):
        shelf.kept.before(runs, 2)


def test_what_was_left_is_not_wanted_again_only_because_it_ran_for_a_while(shelf: Shelf) -> None:
    digest = shelf.confirm(1, "one")
    shelf.kept.reject(digest)
    shelf.confirm(2, "one")
    assert not shelf.kept.confirmed(digest)
    shelf.kept.accept(digest)
    assert shelf.kept.confirmed(digest)


def test_a_folder_is_known_by_its_links_but_without_two_dots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("tree", "mods"):
        (tmp_path / name).mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "mods")
    monkeypatch.chdir(tmp_path / "tree")
    assert locations.known("../mods") == tmp_path / "mods"
    assert locations.known(str(tmp_path / "link")) == tmp_path / "link"
    assert locations.known("here") == tmp_path / "tree" / "here"


def test_the_tree_is_where_whoever_started_the_program_named_it(tmp_path: Path) -> None:
    tree, link = tmp_path / "tree", tmp_path / "link"
    tree.mkdir()
    link.symlink_to(tree)
    assert locations.started(tree, str(link / "run.py")) == link
    assert locations.started(tree, str(tmp_path / "everwake")) == tree  # a link to run.py alone
    assert locations.started(tree, str(tmp_path / "gone" / "run.py")) == tree


def test_a_linked_folder_is_code_too_and_a_circle_of_them_has_an_end(tmp_path: Path) -> None:
    tree, other = tmp_path / "tree", tmp_path / "other"
    for folder in (tree, other):
        folder.mkdir()
        (folder / "a.py").write_text(folder.name)
    (tree / "linked").symlink_to(other)
    (other / "back").symlink_to(tree)
    (other / "self").symlink_to(other)
    (tree / "up").symlink_to(tmp_path)
    found = code.read({tree: tree}, tmp_path)
    assert list(found) == ["tree/a.py", "tree/linked/a.py", "tree/linked/back/a.py"]


def test_a_file_whose_name_is_no_text_is_no_code(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("one")
    before = code.digest(code.read({tmp_path: tmp_path}, tmp_path))
    with open(os.fsencode(tmp_path) + b"/\xff.py", "wb"):
        pass
    assert code.digest(code.read({tmp_path: tmp_path}, tmp_path)) == before


def digests(shelf: Shelf) -> list[str]:
    return [kept.digest for kept in shelf.kept.index().kept]


def test_so_many_are_kept_and_what_nobody_needs_is_cleared_away(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.kept = Generations(shelf.folder, 2)
    found = [shelf.confirm(number, text) for number, text in enumerate(("one", "two", "three"), 1)]
    assert digests(shelf) == found[1:]
    assert {path.name for path in shelf.folder.iterdir() if path.is_dir()} == set(found[1:])


def test_code_that_is_confirmed_again_is_kept_once_and_counts_as_the_last(shelf: Shelf) -> None:
    one, two = shelf.confirm(1, "one"), shelf.confirm(2, "two")
    assert shelf.confirm(3, "one") == one
    assert [(kept.generation, kept.digest) for kept in shelf.kept.index().kept] == [(2, two), (3, one)]


def test_nobody_goes_back_to_what_runs_or_what_was_rejected_until_somebody_wants_it(shelf: Shelf) -> None:
    one, two = shelf.confirm(1, "one"), shelf.confirm(2, "two")
    assert shelf.kept.before(two).digest == one and shelf.kept.before("other").digest == two
    with pytest.raises(CopyoverError, match="the code of generation 2 is what runs"):
        shelf.kept.before(two, 2)
    shelf.kept.reject(two)
    assert shelf.kept.before("other").digest == one and not shelf.kept.confirmed(two) and shelf.kept.confirmed(one)
    shelf.kept.reject(one)
    with pytest.raises(CopyoverError, match="there is no confirmed code to go back to; kept are generations: 1, 2"):
        shelf.kept.before("other")
    shelf.kept.accept(two)
    assert shelf.kept.before("other").digest == two and shelf.kept.confirmed(two)


def test_starts_of_one_code_are_counted_until_it_is_settled(shelf: Shelf) -> None:
    assert [shelf.kept.starts(code) for code in ("a", "a", "b", "b", "b", "a")] == [1, 2, 1, 2, 3, 1]
    shelf.kept.settled("b")
    assert shelf.kept.starts("a") == 2
    shelf.kept.settled("a")
    assert shelf.kept.unconfirmed() is None and shelf.kept.starts("a") == 1
    shelf.kept.settled()
    assert shelf.kept.unconfirmed() is None
    shelf.kept.settled()


def test_what_is_changed_while_it_is_copied_is_not_kept(shelf: Shelf) -> None:
    program = shelf.read("one")
    (shelf.tree / "a.py").write_text("two")
    with pytest.raises(CopyoverError, match=r"a\.py was changed"):
        shelf.kept.keep(program, shelf.tree)
    assert list(shelf.folder.iterdir()) == []


def test_a_damaged_copy_is_made_again_when_the_code_is_kept_again(shelf: Shelf) -> None:
    program = shelf.read("one")
    shelf.kept.keep(program, shelf.tree)
    copied = shelf.folder / code.digest(program) / "a.py"
    copied.write_text("eno")
    shelf.kept.keep(program, shelf.tree)
    assert copied.read_text() == "one"
