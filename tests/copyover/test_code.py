"""What a generation is made of: which files count, what changed, and that nothing is read twice."""

from __future__ import annotations

from pathlib import Path

from mud.copyover import code


def tree(folder: Path) -> Path:
    for name in ("mud/game.py", "mud/play/talk.py", "modules/bank/__init__.py", "modules/bank/tests/test_bank.py"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    for name in (".#game.py", "game.py~", "__pycache__/game.pyc", "README.md"):
        (folder / "mud" / name).parent.mkdir(exist_ok=True)
        (folder / "mud" / name).write_text("no code")
    (folder / "run.py").write_text("run")
    return folder


def read(folder: Path, before: code.Manifest | None = None) -> code.Manifest:
    return code.read({p: p for p in map(folder.joinpath, ("mud", "modules", "run.py", "nosuch"))}, folder, before)


def test_code_counts_and_tests_caches_readmes_and_what_editors_leave_do_not(tmp_path: Path) -> None:
    assert list(read(tree(tmp_path))) == ["modules/bank/__init__.py", "mud/game.py", "mud/play/talk.py", "run.py"]


def test_what_changed_is_named_and_changes_the_hash(tmp_path: Path) -> None:
    before = read(tree(tmp_path))
    (tmp_path / "mud" / "game.py").write_text("another")
    (tmp_path / "mud" / "new.py").write_text("")
    (tmp_path / "run.py").unlink()
    after = read(tmp_path, before)
    assert code.changes(before, after) == ["~ mud/game.py", "+ mud/new.py", "- run.py"]
    assert code.digest(before) != code.digest(after)


def test_what_was_only_touched_did_not_change(tmp_path: Path) -> None:
    before = read(tree(tmp_path))
    (tmp_path / "run.py").write_text("run")
    after = read(tmp_path, before)
    assert code.changes(before, after) == [] and code.digest(before) == code.digest(after)


def test_the_hash_does_not_depend_on_where_it_lies(tmp_path: Path) -> None:
    assert code.digest(read(tree(tmp_path / "a"))) == code.digest(read(tree(tmp_path / "b"))) != ""
    assert code.digest({}) == ""


def test_what_looks_as_before_is_not_read_again(tmp_path: Path) -> None:
    before = read(tree(tmp_path))
    known = {name: code.CodeFile(file.changed, file.size, "remembered") for name, file in before.items()}
    assert {file.hash for file in read(tmp_path, known).values()} == {"remembered"}


def test_a_package_that_changes_is_another_rehearsal_and_not_another_program(tmp_path: Path) -> None:
    program = read(tree(tmp_path))
    one, two = (code.Code(program, {"x.py": code.CodeFile(0, 1, text)}) for text in ("a", "b"))
    assert one.digest == two.digest and one.rehearsed != two.rehearsed
    assert one.other_than(two) == {"x.py"} and one.other_than(one) == set()
    assert one.changes(code.Code(program)) == ["- x.py"]


def test_a_renamed_file_is_other_code(tmp_path: Path) -> None:
    before = read(tree(tmp_path))
    (tmp_path / "mud" / "game.py").rename(tmp_path / "mud" / "gape.py")  # in the same place among the others
    assert code.digest(read(tmp_path)) != code.digest(before)


def test_a_file_with_another_content_is_other_code(tmp_path: Path) -> None:
    before = read(tree(tmp_path))
    (tmp_path / "mud" / "game.py").write_text("another")
    after = read(tmp_path, before)
    assert after.keys() == before.keys() and code.digest(after) != code.digest(before)


def test_a_linked_folder_counts_and_a_link_to_where_we_are_ends(tmp_path: Path) -> None:
    tree(tmp_path / "tree")
    (tmp_path / "else").mkdir()
    (tmp_path / "else" / "shop.py").write_text("shop")
    (tmp_path / "tree" / "modules" / "shop").symlink_to(tmp_path / "else")
    (tmp_path / "tree" / "modules" / "round").symlink_to(tmp_path / "tree" / "modules")
    (tmp_path / "else" / "again").symlink_to(tmp_path / "else")
    names = ["modules/bank/__init__.py", "modules/shop/shop.py", "mud/game.py", "mud/play/talk.py", "run.py"]
    assert list(read(tmp_path / "tree")) == names
