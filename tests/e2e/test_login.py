"""Login: both ways, taking over, link-death, slow failures, crawlers."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest

from tests.e2e.harness import PASSWORD, Game, wait_for

pytestmark = pytest.mark.e2e


def test_a_name_then_a_password_without_echo(game: Game) -> None:
    game.player("Ada").send("quit")
    client = game.client()
    client.expect(r"known\? ")
    client.send("ada")
    client.expect("Password: ")
    assert client.raw.endswith(b"Password: ") and client.raw.count(b"\xff\xfb\x01") == 1
    client.send(PASSWORD)
    text = client.expect("Welcome, Ada.*> ")
    assert text.startswith("\r\nWelcome")  # the Enter behind the password was not echoed
    assert client.raw.count(b"\xff\xfc\x01") == 1
    assert PASSWORD not in client.text_from(0)


def test_creation_step_by_step(game: Game) -> None:
    client = game.client()
    for answer, question in (
        ("novice", r"Begin a new life as Novice\?"),
        ("perhaps", "yes or no"),
        ("yes", "Choose a password"),
        ("short", "8 to 128 characters"),
        (PASSWORD, "once more"),
        ("something else", "not the same"),
        (PASSWORD, "once more"),
        (PASSWORD, "he, she or they"),
        ("it", "he, she or they"),
        ("they", r"Welcome, Novice"),
    ):
        client.send(answer)
        client.expect(question)
    assert "Novice" in client.command("who")


@pytest.mark.parametrize(
    ("name", "why"),
    [("ab", "3 to 16 letters"), ("x" * 17, "3 to 16"), ("Ada1", "letters"), ("look", "word of the game"),
     ("auction", "word of the game"), ("trade", "word of the game"), ("buffs", "word of the game"),
     ("Аdа", "one script|3 to 16")],
)  # fmt: skip
def test_names_that_are_refused(game: Game, name: str, why: str) -> None:
    client = game.client()
    client.send(name)
    client.expect(why)
    client.expect(r"known\? ")


def test_a_taken_name_can_not_be_created_again(game: Game) -> None:
    game.player("Ada")
    client = game.client()
    client.expect(r"known\? ")
    client.send(f'create ADA "{PASSWORD}"')
    client.expect("The name Ada is taken")


def test_wrong_passwords_are_logged_slowed_and_end_the_connection(game: Game) -> None:
    game.player("Ada").send("quit")
    client = game.client()
    client.expect(r"known\? ")
    took = []
    for _ in range(5):
        began = time.monotonic()
        client.send("connect Ada wrongwrong")
        client.expect("do not belong together")
        took.append(time.monotonic() - began)
    client.expect("Too many tries")
    client.expect_end()
    assert took[4] > took[0] + 1.0
    found = re.findall(r"mud.login: login failed name=Ada from=127.0.0.1$", game.log(), re.M)
    assert len(found) == 5
    assert "wrongwrong" not in game.log()


def test_an_unknown_name_is_no_different_from_a_wrong_password(game: Game) -> None:
    client = game.client()
    client.expect(r"known\? ")
    client.send("connect Nobodyhere wrongwrong")
    client.expect("do not belong together")


def test_a_second_login_takes_over_and_says_so_on_the_first(game: Game) -> None:
    first = game.player("Ada")
    first.command("north")
    second = game.client()
    text = second.login("Ada")
    assert "back where you were" in text and "The Hall" in text
    rest = first.expect_end()
    assert "Somebody logged in from 127.0.0.1" in rest
    assert "One soul" in second.command("who")


def test_a_lost_connection_leaves_the_character_link_dead_until_it_comes_back(game: Game) -> None:
    watcher, ada = game.player("Watcher"), game.player("Ada")
    ada.close()
    watcher.expect("Ada stares into nothing")
    assert "Ada is here. (link-dead)" in watcher.command("look")
    again = game.client()
    again.login("Ada")
    watcher.expect("Ada wakes again")
    assert "link-dead" not in watcher.command("who")


def test_passwords_are_argon2id_and_hashing_does_not_stall_the_game(game: Game) -> None:
    ada = game.player("Ada")
    others = [game.client() for _ in range(12)]
    for number, other in enumerate(others):
        other.send(f'create Newcomer{"abcdefghijkl"[number]} "{PASSWORD}"')
    worst = 0.0
    for number in range(50):
        began = time.monotonic()
        ada.send(f"think {number}")
        ada.expect(f'think, "{number}"')
        worst = max(worst, time.monotonic() - began)
    for other in others:
        other.expect("Welcome")
    assert worst < 1.0  # twelve hashes one after the other would be more on any machine
    ada.command("save")
    assert (game.data / "everwake.db").read_bytes().count(b"$argon2id$") + (
        (game.data / "everwake.db-wal").read_bytes().count(b"$argon2id$")
    ) >= 13


def test_the_password_can_be_changed(game: Game) -> None:
    ada = game.player("Ada")
    for answer, question in (
        ("password", "present password: "),
        ("wrong password", "not your password"),
        (PASSWORD, "Choose a password: "),
        ("battery staple", "once more: "),
        ("battery staple", "is changed"),
        ("quit", "Until another day"),
    ):
        ada.send(answer)
        ada.expect(question)
    client = game.client()
    client.login("Ada", "battery staple")


def test_mssp_answers_crawlers(game: Game) -> None:
    client = game.client()
    client.expect(r"known\? ")
    assert b"\xff\xfb\x46" in client.raw  # WILL MSSP
    client.send_raw(b"\xff\xfd\x46")  # DO MSSP
    wait_for(lambda: re.search(rb"\xff\xfa\x46(.*?)\xff\xf0", client.raw, re.S) or not client.read(), "MSSP")
    found = re.search(rb"\xff\xfa\x46(.*?)\xff\xf0", client.raw, re.S)
    assert found is not None
    assert b"\x01NAME\x02Everwake" in found[1] and b"\x01PLAYERS\x020" in found[1] and b"\x01UPTIME\x02" in found[1]


def test_roles_act_at_once_and_help_is_by_role(game: Game) -> None:
    ada = game.player("Ada")
    assert "There is no command 'goto'" in ada.command("goto hall")
    done = game.run("account", "role", "ada", "builder", "--data", str(game.data))
    assert done.returncode == 0, done.stderr
    assert "The Hall [hall]" in ada.command("goto hall")
    assert "copyover" not in ada.command("commands")
    game.run("account", "role", "ada", "player", "--data", str(game.data))
    assert "There is no command 'goto'" in ada.command("goto hall")


def test_clients_that_leave_while_their_password_is_checked(game: Game) -> None:
    game.player("Ada").send("quit")
    for password in (PASSWORD, "wrongwrong") * 3:
        client = game.client()
        client.expect(r"known\? ")
        client.send(f'connect Ada "{password}"')
        client.close()
    wait_for(lambda: game.log().count("login failed name=Ada") == 3, "all failures in the log, whoever waited for them")
    watcher = game.player("Watcher")
    watcher.command("save")
    assert "Watcher" in watcher.command("who")


@pytest.mark.parametrize(
    "line", ['connect Ada "correct horse"', "connect Ada correct horse", "connect ADA 'correct horse'"]
)
def test_a_password_with_spaces_in_one_line(shared: Game, line: str) -> None:
    client = shared.client()
    client.expect(r"known\? ")
    client.send(line)
    client.expect("(Welcome|You are back).*> ")
    client.send("quit")
    client.expect_end()


def test_nobody_writes_an_address_of_their_choice_into_the_log(shared: Game) -> None:
    client = shared.client()
    client.expect(r"known\? ")
    client.send('connect "x\' from=8.8.8.8" wrongwrong')
    client.expect("do not belong together")
    wait_for(lambda: "login failed name=? from=127.0.0.1" in shared.log(), "the line in the log")
    assert "8.8.8.8" not in shared.log()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Game]:
    """One server, on which Ada has been."""
    server = Game(tmp_path_factory.mktemp("login") / "data").start()
    try:
        server.player("Ada").send("quit")
        yield server
        assert server.stop() == 0
        assert server.errors() == ""
    finally:
        server.close()


def test_a_name_is_known_however_it_is_typed(shared: Game) -> None:
    shared.client().login("Édith", new=True)
    again = shared.client()
    assert "You are back" in again.login("éDITH")
    again.send("quit")
    again.expect("Until another day.\r\n$")
    assert again.expect_end() == ""
