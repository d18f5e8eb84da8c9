"""Generations: which are confirmed, how the game goes back to one, and what a crash loop comes to."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.e2e.harness import Client, Game, copyover, wait_for
from tests.e2e.test_economy import audit
from tests.e2e.test_schemas import Field

pytestmark = pytest.mark.e2e

#: After so many seconds of health a generation is confirmed in here.
SOON = 0.3


class Tree:
    """A server on code of its own, in which a thought can be worded anew."""

    def __init__(self, game: Game, folder: Path, confirm: float = SOON) -> None:
        self.game = game
        self.root = game.own_code(folder)
        self.talk = self.root / "mud" / "play" / "talk.py"
        self.first = self.talk.read_text()
        (folder / "everwake.toml").write_text(f"[copyover]\nconfirm_seconds = {confirm}\n")
        game.arguments = ("--config", str(folder / "everwake.toml"))

    def word(self, word: str, more: str = "") -> None:
        """Save code in which one thinks with another word."""
        assert self.first.count("You think,") == 1
        self.talk.write_text(self.first.replace("You think,", f"You {word},") + more)

    def thinks(self, client: Client, word: str) -> None:
        """Which code has the game."""
        client.send("think so")
        client.expect(f'You {word}, "so"')


def confirmed(client: Client) -> str:
    """Wait until the generation is confirmed; gives what the status says."""

    def asked() -> str:
        client.send("copyover status")
        text = client.expect(r"This is generation.*?\n> ")
        return text if ", confirmed." in text else ""

    return str(wait_for(asked, "a confirmed generation"))


def rollback(client: Client, words: str = "") -> str:
    """Order one and wait until it is done."""
    client.send(f"copyover rollback {words}")
    return client.expect(r"Copyover done.*?\n> ")


def kept(game: Game) -> list[str]:
    """The copies there are."""
    return sorted(path.name for path in (game.data / "code").iterdir() if path.is_dir())


def went_back(tree: Tree) -> Game:
    """A server that went from one confirmed generation to the next and back, and was killed."""
    game = tree.game.start()
    admin = game.admin()
    confirmed(admin)
    tree.word("mull")
    copyover(admin)
    confirmed(admin)
    rollback(admin)
    confirmed(admin)
    game.kill()
    return game


@pytest.fixture
def tree(stopped: Game, tmp_path: Path) -> Tree:
    return Tree(stopped, tmp_path)


def test_back_to_the_generation_before_and_forward_again(tree: Tree) -> None:
    game = tree.game
    game.start()
    admin, ada = game.admin(), game.player("Ada")
    admin.command("set width 500")
    admin.send("copyover rollback")
    admin.expect("No copyover: there is no confirmed code to go back to")
    confirmed(admin)
    pid = game.pid
    tree.word("mull")
    copyover(admin)
    tree.thinks(ada, "mull")
    confirmed(admin)
    ada.send_raw(b"think half ")
    text = rollback(admin, "because it was better")
    assert "because it was better" in text and "~ mud/play/talk.py" in text
    ada.send_raw(b"a line\r\n")
    ada.expect('You think, "half a line"')
    assert (game.pid, game.ready["generation"]) == (pid, 3)
    assert "You mull," in tree.talk.read_text()  # what lies in the tree is whoever wrote it's
    status = confirmed(admin)
    assert "the game went back to it" in status and str(tree.root) in status
    admin.send("copyover rollback")
    admin.expect("No copyover: there is no confirmed code to go back to")  # not to and fro
    copyover(admin)  # wanted all the same
    tree.thinks(ada, "mull")
    confirmed(admin)
    done = game.run("copyover", "rollback", "3", "--data", str(game.data))
    assert done.returncode == 0 and "back to generation 3" in done.stdout, done.stdout + done.stderr
    tree.thinks(ada, "think")
    assert game.stop() == 0 and game.errors() == ""


def test_a_restart_stays_with_what_the_game_went_back_to_until_the_tree_is_changed(tree: Tree) -> None:
    game = went_back(tree)
    game.start()
    assert b"The game went back from the code" in game.said()
    admin = game.admin()
    tree.thinks(admin, "think")
    assert game.ready["generation"] == 3
    assert game.stop() == 0
    tree.word("ponder")
    game.start()
    admin = game.admin()
    tree.thinks(admin, "ponder")
    assert game.ready["generation"] == 4  # other code than before
    assert game.stop() == 0 and len(kept(game)) == 3


def test_what_crashes_three_times_in_a_row_gives_way_to_the_last_that_was_confirmed(tree: Tree) -> None:
    game = tree.game
    game.start()
    admin, ada = game.admin(), game.player("Ada")
    confirmed(admin)
    config = Path(game.arguments[1])
    config.write_text("[copyover]\nconfirm_seconds = 60\n")
    tree.word("mull", "\n\ndef think(ctx, args):\n    import os\n    os._exit(3)\n")
    admin.send("copyover")
    admin.expect("The world blinks")
    ada.send("north")
    ada.expect("The Hall")
    admin.send("save")
    admin.expect("Everything is saved")
    for _ in range(3):
        ada.send("think so")
        ada.expect_end()
        game.kill()
        game.start()
        ada = game.player("Ada", new=False)
    assert re.search(rb"crashed 3 times in a row: the game goes back to the code of generation 1", game.said())
    tree.thinks(ada, "think")
    assert "The Hall" in ada.command("look")
    assert re.search(r"crashed\s+3\s+times\s+in\s+a\s+row", game.admin().command("copyover status"))
    tree.word("mull")
    copyover(game.admin("Boss"))
    tree.thinks(ada, "mull")
    assert game.stop() == 0


def test_code_that_does_not_even_start_gives_way_too(tree: Tree) -> None:
    game = tree.game
    game.start()
    confirmed(game.admin())
    assert game.stop() == 0
    server = tree.root / "mud" / "core" / "world" / "model.py"
    good = server.read_text()
    server.write_text(good + "\nthis is no Python\n")
    for _ in range(3):
        assert "SyntaxError" in game.run("--port", "0", "--data", str(game.data), *game.arguments).stderr
    game.start()
    assert b"the game goes back to the code of generation 1" in game.said()
    assert "generation 1" in game.player("Root", new=False).command("copyover status")
    asked = game.run("copyover", "status", "--data", str(game.data))  # of the code that does not start
    assert asked.returncode == 0 and "This is generation 1" in asked.stdout, asked.stderr
    game.kill()
    server.write_text(good + "\n# mended\n")
    game.start()
    assert b"goes back" not in game.said() and game.ready["generation"] == 2
    assert game.stop() == 0


def test_who_went_back_by_number_stays_there_too(tree: Tree) -> None:
    game = tree.game
    game.start()
    admin = game.admin()
    confirmed(admin)
    for word in ("mull", "ponder"):
        tree.word(word)
        copyover(admin)
        confirmed(admin)
    rollback(admin)
    tree.thinks(admin, "mull")
    wait_for(lambda: numbers(game) == [1, 3, 4], "generation 4 in the place of 2")
    rollback(admin)
    tree.thinks(admin, "think")
    wait_for(lambda: numbers(game) == [3, 4, 5], "all of them confirmed")
    Path(game.arguments[1]).write_text("[copyover]\nconfirm_seconds = 60\n")
    rollback(admin, "4")  # mull, from which it went back just now
    confirmed(admin)  # it was, long ago
    game.kill()
    game.start()
    tree.thinks(game.admin(), "mull")
    assert game.stop() == 0


def test_a_start_that_can_not_go_back_says_so_and_does_not_forget_it(tree: Tree) -> None:
    game = went_back(tree)
    copy = game.data / "code" / kept_first(game) / "mud" / "game.py"
    good = copy.read_text()
    copy.write_text(good + "\n")
    game.start()
    assert b"is damaged" in game.said() and b"is tried once more" in game.said()
    admin = game.admin()
    tree.thinks(admin, "mull")
    assert "There is no going back to older code" in game.log()
    confirmed(admin)
    assert game.stop() == 0
    copy.write_text(good)
    game.start()
    tree.thinks(game.admin(), "think")
    assert game.stop() == 0


def test_an_older_code_that_crashes_at_each_start_gives_way_too(tree: Tree) -> None:
    game = tree.game
    game.start()
    admin = game.admin()
    confirmed(admin)
    bomb = game.data / "bomb"
    server = tree.root / "mud" / "server" / "main.py"
    crash = f"\nif os.path.exists({str(bomb)!r}) and 'EVERWAKE_REHEARSAL' not in os.environ:\n    os._exit(3)\n"
    good = server.read_text()
    server.write_text(good.replace("log = logging", crash + "log = logging", 1))
    copyover(admin)
    confirmed(admin)
    server.write_text(good)
    tree.word("mull")
    copyover(admin)
    confirmed(admin)
    rollback(admin)
    confirmed(admin)
    game.kill()
    bomb.touch()
    for _ in range(3):
        assert "it runs the code of generation 2" in started_in_vain(game)
    game.start()
    assert b"The code of generation 2" in game.said() and b"crashed 3 times in a row too" in game.said()
    tree.thinks(game.admin(), "think")
    assert game.stop() == 0


def test_who_never_had_the_game_does_not_count_for_who_has_it(tree: Tree) -> None:
    game = tree.game
    Path(game.arguments[1]).write_text("[copyover]\nconfirm_seconds = 60\n")
    unsure = game.data / "code" / "unsure.json"
    game.start()
    before = unsure.read_bytes()
    admin = game.admin()
    admin.send("copyover check")
    admin.expect("Nothing stands against")
    assert unsure.read_bytes() == before
    assert "is in use by" in started_in_vain(game)
    assert unsure.read_bytes() == before
    assert game.stop() == 0 and not unsure.exists()


def test_with_no_time_at_all_a_generation_is_confirmed_at_once(stopped: Game, tmp_path: Path) -> None:
    tree = Tree(stopped, tmp_path, 0)
    stopped.start()
    confirmed(stopped.admin())
    wait_for(lambda: len(kept(stopped)) == 1, "a copy")
    assert stopped.stop() == 0 and tree.game is stopped


def test_what_can_not_be_kept_at_first_is_kept_when_it_is_confirmed(tree: Tree) -> None:
    game = tree.game
    code = game.data / "code"
    Path(game.arguments[1]).write_text("[copyover]\nconfirm_seconds = 2\n")
    game.data.mkdir()
    code.touch()
    game.start()
    wait_for(lambda: "another attempt follows when it is confirmed" in game.log(), "a warning")
    code.unlink()
    confirmed(game.admin())
    assert len(kept(game)) == 1
    assert game.stop() == 0


def test_a_tree_behind_a_link_is_what_the_link_says_now(tree: Tree, tmp_path: Path) -> None:
    game, link, second = tree.game, tmp_path / "current", tmp_path / "second"
    shutil.copytree(tree.root, second)
    (second / "mud" / "play" / "talk.py").write_text(tree.first.replace("You think,", "You mull,"))
    link.symlink_to(tree.root)
    game.program = str(link / "run.py")
    game.start()
    admin = game.admin()
    admin.command("set width 500")
    confirmed(admin)
    link.unlink()
    link.symlink_to(second)
    admin.send("copyover")
    assert "~ mud/play/talk.py" in admin.expect(r"Copyover done.*?\n> ")
    tree.thinks(admin, "mull")
    confirmed(admin)
    rollback(admin)
    tree.thinks(admin, "think")
    assert str(link) in confirmed(admin)
    copyover(admin)
    tree.thinks(admin, "mull")
    assert game.stop() == 0


@pytest.mark.parametrize("linked", [True, False], ids=["linked into the tree", "beside it, by two dots"])
def test_modules_from_elsewhere_are_kept_and_gone_back_to(tree: Tree, tmp_path: Path, linked: bool) -> None:
    game, folder = tree.game, tmp_path / "mods"
    made = game.run("module", "new", "hey", "--with", "commands", "--data", str(game.data))
    assert made.returncode == 0, made.stderr
    folder.mkdir()
    module = Path(shutil.move(tree.root / "modules" / "hey", folder / "hey")) / "__init__.py"
    config = Path(game.arguments[1])
    if linked:
        (tree.root / "modules" / "hey").symlink_to(folder / "hey")
    else:
        config.write_text(config.read_text() + '[modules]\nfolders = ["../mods"]\n')
    game.start()
    admin = game.admin()
    admin.command("set width 500")
    assert "So far 1 came" in admin.command("hey")
    confirmed(admin)
    module.write_text(module.read_text().replace("So far", "By now"))
    copyover(admin)
    assert "By now 1 came" in admin.command("hey")
    confirmed(admin)
    assert "hey/__init__.py" in rollback(admin)
    assert "So far 1 came" in admin.command("hey")
    assert game.stop() == 0 and game.errors() == ""


def numbers(game: Game) -> list[int]:
    """The generations that are kept."""
    return [k["generation"] for k in json.loads((game.data / "code" / "generations.json").read_text())["kept"]]


def started_in_vain(game: Game) -> str:
    """Start a server that does not come up; gives what it said."""
    done = game.run("--port", "0", "--data", str(game.data), "--world", str(game.world), *game.arguments)
    assert done.returncode != 0
    return done.stderr


def test_a_state_goes_back_by_the_reverse_step(stopped: Game, tmp_path: Path) -> None:
    field = Field(stopped, tmp_path)
    (tmp_path / "everwake.toml").write_text(f"[copyover]\nconfirm_seconds = {SOON}\n")
    stopped.arguments = ("--config", str(tmp_path / "everwake.toml"))
    root, _, ben = field.begin()
    confirmed(root)
    field.write(2)
    copyover(root)
    assert "put up (old) by Ada" in ben.command("auction show 1")
    assert "You bid 140" in ben.command("auction bid 1 140")
    rollback(root)
    assert "put up by Ada" in ben.command("auction show 1")
    assert "You bid 160" in ben.command("auction bid 1 160")
    root.command("save")
    audit(root)
    stopped.kill()
    stopped.start()  # the code of before, from what it wrote into the database
    root, ben = stopped.admin(), stopped.player("Ben", new=False)
    assert "put up by Ada" in ben.command("auction show 1")
    root.command("auction cancel 1")
    assert "500 gold coins" in ben.command("inventory")
    audit(root)
    assert stopped.stop() == 0 and stopped.errors() == ""


def test_a_state_that_can_not_go_back_is_refused_by_name(stopped: Game, tmp_path: Path) -> None:
    field = Field(stopped, tmp_path)
    (tmp_path / "everwake.toml").write_text(f"[copyover]\nconfirm_seconds = {SOON}\n")
    stopped.arguments = ("--config", str(tmp_path / "everwake.toml"))
    root, _, ben = field.begin()
    confirmed(root)
    field.write(2)
    path = field.auction / "__init__.py"
    path.write_text(path.read_text().replace("Step(2, forward, back)", "Step(2, forward)"))
    copyover(root)
    root.send("copyover rollback")
    root.expect("No copyover while rehearsing: .*auction: there is no way back from schema 2 to 1.*The game plays on")
    assert "put up (old) by Ada" in ben.command("auction show 1")
    assert "You bid 140" in ben.command("auction bid 1 140")
    audit(root)
    assert stopped.stop() == 0


def test_a_copy_that_was_damaged_is_not_gone_back_to(tree: Tree) -> None:
    game = tree.game
    game.start()
    admin = game.admin()
    admin.command("set width 500")
    confirmed(admin)
    tree.word("mull")
    copyover(admin)
    copy = game.data / "code" / kept_first(game) / "mud" / "game.py"
    copy.write_text(copy.read_text() + "\n")
    admin.send("copyover rollback")
    admin.expect(r"No copyover: the kept code of generation 1.*is damaged: .*game\.py")
    confirmed(admin)  # nothing is written there any more
    shutil.rmtree(game.data / "code")  # nor does the game need any of it
    copyover(admin)
    assert game.stop() == 0


def kept_first(game: Game) -> str:
    """The hash of the oldest that is kept."""
    found: str = json.loads((game.data / "code" / "generations.json").read_text())["kept"][0]["digest"]
    return found
