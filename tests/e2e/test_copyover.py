"""A first copyover: whoever was connected stays, in the middle of whatever they were in the middle of."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import pytest

from tests.e2e.harness import PASSWORD, Client, Game, copyover, inheritable, wait_for

pytestmark = pytest.mark.e2e


def test_who_is_in_play_stays_and_the_process_id_too(game: Game) -> None:
    admin, ada = game.admin(), game.player("Ada")
    pid, port = game.pid, game.port
    ada.command("north")
    copyover(admin, "new quests")
    ada.expect("blinks")
    assert "The Hall" in ada.command("look")
    assert (game.pid, game.port) == (pid, port)
    assert game.ready["generation"] == 2


def test_half_a_line_is_carried_over(game: Game) -> None:
    admin, ada = game.admin(), game.player("Ada")
    ada.send_raw(b"think half a ")
    copyover(admin)
    ada.send_raw(b"line\r\n")
    ada.expect(r'You think, "half a line"')


@pytest.mark.parametrize("cut", range(1, len("think grüße ∞!".encode())))
def test_a_character_of_utf8_cut_in_half_is_carried_over(shared: tuple[Game, Client], cut: int) -> None:
    game, admin = shared
    line = "think grüße ∞!".encode()
    with_cut = game.client()
    with_cut.login("Cutter", new=cut == 1)
    with_cut.send_raw(line[:cut])
    copyover(admin)
    with_cut.send_raw(line[cut:] + b"\r\n")
    with_cut.expect('You think, "grüße ∞!"')
    with_cut.send("quit")
    with_cut.expect_end()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    """One server for many copyovers."""
    game = Game(tmp_path_factory.mktemp("shared") / "data").start()
    try:
        yield game, game.admin()
        assert game.stop() == 0
        assert game.errors() == ""
    finally:
        game.close()


def test_a_telnet_sequence_cut_in_half_is_carried_over(shared: tuple[Game, Client]) -> None:
    game, admin = shared
    client = game.client()
    client.login("Teller", new=True)
    size = b"\xff\xfb\x1f\xff\xfa\x1f\x00\x1e\x00\x18\xff\xf0"  # WILL NAWS, a window of 30 by 24
    for at in (1, 2, 4, 5, 8, 11):
        client.send_raw(size[:at])
        copyover(admin)
        client.send_raw(size[at:])
        client.send("help score")
        client.expect("score\r\nscore --")
    text = client.command("look")
    assert max(len(line) for line in text.splitlines()) <= 30


def test_lines_sent_at_once_are_executed_once_and_in_order_around_a_copyover(game: Game) -> None:
    admin, ada = game.admin(), game.player("Ada")
    admin.send("copyover")
    # Some of these are executed before the silence, some are read and wait, some lie in the kernel.
    ada.send_raw(b"".join(b"think number %d\r\n" % n for n in range(400)))
    admin.expect(r"Copyover done")
    text = ada.expect(r"number 399\"")
    numbers = [int(n) for n in re.findall(r"number (\d+)\"", text)]
    assert numbers == list(range(400))


def in_the_kernel(game: Game, client: Client) -> int:
    """The bytes for a client that the kernel holds, on both sides."""
    server, own = (f":{port:04X}" for port in (game.port, client.sock.getsockname()[1]))
    queued = 0
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, remote, _, queues, *_ = line.split()
        sent, received = (int(queue, 16) for queue in queues.split(":"))
        if local.endswith(server) and remote.endswith(own):
            queued += sent
        elif local.endswith(own) and remote.endswith(server):
            queued += received
    return queued


def test_output_that_the_kernel_had_not_taken_arrives_whole(game: Game) -> None:
    admin, ada = game.admin(), game.player("Ada")
    ada.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    lines = 450
    ada.send_raw(b"".join(b"think %s %d\r\n" % (b"x" * 480, n) for n in range(lines)) + b"say done\r\n")
    admin.expect('Ada says, "done"')
    assert in_the_kernel(game, ada) < 400 * lines, "all is with the kernel: the game holds nothing back"
    copyover(admin)
    text = ada.expect('You say, "done"')
    assert [int(n) for n in re.findall(r"x (\d+)\"", text)] == list(range(lines))


def test_the_name_prompt_stays(game: Game) -> None:
    admin, client = game.admin(), game.client()
    client.expect(r"known\? ")
    client.send_raw(b"newco")
    copyover(admin)
    client.send_raw(b"mer\r\n")
    client.expect(r"Begin a new life as Newcomer")


def test_the_password_prompt_stays_unauthenticated_and_without_echo(game: Game) -> None:
    admin = game.admin()
    game.player("Ada").close()
    client = game.client()
    client.expect(r"known\? ")
    client.send_raw(b"Ada\r\n")
    client.expect("Password: ")
    assert client.raw.count(b"\xff\xfb\x01") == 1  # WILL ECHO
    client.send_raw(PASSWORD[:5].encode())
    copyover(admin)
    assert client.raw.count(b"\xff\xfb\x01") == 1 and b"\xff\xfc\x01" not in client.raw
    assert "Ada (" not in admin.command("who").replace("(link-dead)", "")
    client.send_raw(PASSWORD[5:].encode() + b"\r\n")
    client.expect(r"You are back where you were.*> ")
    assert client.raw.count(b"\xff\xfc\x01") == 1  # WONT ECHO, now


def test_half_a_password_never_touches_a_file(game: Game) -> None:
    admin = game.admin()
    game.player("Ada").close()
    client = game.client()
    client.expect(r"known\? ")
    client.send("Ada")
    client.expect("Password: ")
    client.send_raw(b"halfAPassword")
    # Watch the folder from the inside of the silence: keep a link to every snapshot that ever lies there.
    seen: dict[str, bytes] = {}
    folder = game.data / "snapshots"
    admin.send("copyover")
    pattern = re.compile(rb"halfAPassword")

    def done() -> bool:
        for path in folder.glob("*") if folder.exists() else ():
            try:
                seen[path.name] = path.read_bytes()
            except FileNotFoundError:
                continue
        return bool(game.ready["generation"] == 2)

    wait_for(done, "generation 2")
    admin.expect("Copyover done")
    assert seen, "no snapshot was seen"
    files = [p for p in game.data.rglob("*") if p.is_file()]
    assert not [name for name, content in seen.items() if pattern.search(content)]
    assert not [p for p in files if pattern.search(p.read_bytes())]


def test_a_character_in_creation_stays(game: Game) -> None:
    admin, client = game.admin(), game.client()
    for answer, question in (("Novice", "life as Novice"), ("yes", "Choose a password: "), (PASSWORD, "once more: ")):
        client.send(answer)
        client.expect(question)
        copyover(admin)
    client.send(PASSWORD)
    client.expect("he, she or they")
    copyover(admin)
    client.send("she")
    client.expect(r"Welcome, Novice\..*> ")
    assert "Novice" in admin.command("who")


def test_the_pager_stays_at_its_place(game: Game) -> None:
    admin, ada = game.admin(), game.player("Ada")
    ada.command("set pager 5")
    ada.send("commands")
    ada.expect(r"-- 5 of \d+ lines")
    first = ada.text_from(0)
    copyover(admin)
    ada.send("")
    second = ada.expect(r"-- 10 of \d+ lines")
    assert "moving" in first and "moving" not in second


def test_the_line_editor_keeps_its_text(game: Game) -> None:
    admin, ada = game.admin(), game.player("Ada")
    ada.send("description")
    ada.expect("1> ")
    ada.send("Tall and quiet.")
    ada.expect("2> ")
    ada.send_raw(b"With a {red}scar")
    copyover(admin)
    ada.send_raw(b".\r\n")
    ada.expect("3> ")
    ada.send(".save")
    ada.expect("kept")
    assert "Tall and quiet.\r\nWith a {red}scar." in admin.command("look ada")


def test_a_link_dead_character_stays_and_is_resumed(game: Game) -> None:
    admin, ada = game.admin(), game.player("Ada")
    ada.command("north")
    ada.close()
    wait_for(lambda: "link-dead" in admin.command("who"), "link-death")
    copyover(admin)
    assert "Ada (link-dead)" in admin.command("who")
    again = game.client()
    text = again.login("Ada")
    assert "You are back where you were." in text and "The Hall" in text


def test_negotiated_options_are_kept_without_negotiating_again(game: Game) -> None:
    admin, client = game.admin(), game.client()
    client.send_raw(b"\xff\xfb\x18\xff\xfd\x19\xff\xfb\x1f\xff\xfa\x1f\x00\x50\x00\x18\xff\xf0")  # TTYPE, EOR, NAWS
    client.send_raw(b"\xff\xfa\x18\x00XTERM-256COLOR\xff\xf0")
    client.login("Ada", new=True)
    wait_for(lambda: b"\xff\xef" in client.raw or client.read(), "EOR after a prompt")
    assert "\x1b[38;5;" in client.command("look")
    before = len(client.raw)
    copyover(admin)
    client.expect("blinks")
    text = client.command("look")
    assert "\x1b[38;5;" in text
    since = client.raw[before:]
    assert not re.search(rb"\xff[\xfa-\xfe]", since), since
    assert b"> \xff\xef" in since


def test_how_long_somebody_is_connected_goes_on(game: Game) -> None:
    admin, ada = game.admin(), game.player("Ada")
    connected = r"connected for (\d+) seconds?\r"
    wait_for(lambda: re.search(r"connected for [2-9] seconds\r", admin.command("finger ada")), "two seconds")
    ada.command("look")
    copyover(admin)
    found = re.search(connected, admin.command("finger ada"))
    assert found is not None and 2 <= int(found[1]) < 60


def test_the_rest_of_the_world_stays(game: Game) -> None:
    admin, ada = game.admin(), game.player("Ada")
    for command in ("north", "get sword", "wield sword", "open chest", "get coins from chest", "drop 15 gold", "south"):
        ada.command(command)
    copyover(admin)
    assert "25 gold coins" in ada.command("inventory")
    assert "a short sword" in ada.command("equipment")
    hall = ada.command("north")
    assert "15 gold coins lie here" in hall.lower() and "sword" not in hall
    assert "is empty" in ada.command("look in chest")
    answer = admin.command("audit economy")
    assert "sums to 0." in answer and "exactly one owner" in answer


def test_newcomers_during_the_silence_are_let_in_after_it(game: Game) -> None:
    admin = game.admin()
    admin.send("copyover")
    newcomers = [game.client() for _ in range(20)]
    admin.expect("Copyover done")
    for newcomer in newcomers:
        newcomer.expect(r"known\? ")


def test_only_what_is_meant_is_inheritable(game: Game) -> None:
    admin = game.admin()
    copyover(admin)
    assert inheritable(game.pid) == []


def test_a_second_order_is_told_who_is_at_it(game: Game) -> None:
    admin, other = game.admin(), game.admin("Boss")
    admin.send("copyover")
    admin.expect("rehearsal")
    other.send("copyover")
    other.expect("Root has ordered one already")
    admin.expect("Copyover done")


def test_a_failed_login_in_its_delay_is_answered_and_counted(game: Game) -> None:
    admin = game.admin()
    client = game.client()
    client.expect(r"known\? ")
    for _ in range(3):
        client.send("connect Root wrongwrong")
        client.expect("do not belong together")
    client.send("connect Root wrongwrong")
    wait_for(lambda: game.log().count("login failed") == 4, "the fourth failure in the log")
    copyover(admin)
    client.expect("do not belong together")
    client.send("connect Root wrongwrong")
    client.expect("Too many tries")


def test_an_account_made_meanwhile_is_not_overwritten_by_who_is_in_creation(game: Game) -> None:
    admin, client = game.admin(), game.client()
    for answer, question in (("Zed", "life as Zed"), ("yes", "Choose a password: "), (PASSWORD, "once more: ")):
        client.send(answer)
        client.expect(question)
    client.send(PASSWORD)
    client.expect("he, she or they")
    game.account("Zed", "admin", "another password")
    copyover(admin)
    client.send("they")
    client.expect("The name Zed has just been taken")
    other = game.client()
    other.login("Zed", "another password")
    assert "Zed (admin)" in other.command("who")


def test_sigterm_during_a_rehearsal_ends_the_server_cleanly(stopped: Game) -> None:
    stopped.start()
    admin, ada = stopped.admin(), stopped.player("Ada")
    ada.command("north")
    admin.send("copyover")
    admin.expect("tried in a rehearsal")
    assert stopped.stop() == 0
    assert stopped.errors() == ""
    assert not (stopped.data / "run" / "control.sock").exists()
    stopped.start()
    again = stopped.client()
    assert "The Hall" in again.login("Ada")
    assert stopped.stop() == 0


def test_what_was_typed_in_the_silence_is_answered_before_the_line_to_everyone(stopped: Game, tmp_path: Path) -> None:
    slow = 'import os, time\nif "EVERWAKE_HANDOVER" in os.environ:\n    time.sleep(0.5)\n'
    (tmp_path / "sitecustomize.py").write_text(slow)
    stopped.environment["PYTHONPATH"] = str(tmp_path)
    admin = stopped.start().admin()
    ada, pid = stopped.player("Ada"), stopped.pid
    environment = Path(f"/proc/{pid}/environ")
    admin.send("copyover")
    wait_for(lambda: b"EVERWAKE_HANDOVER" in environment.read_bytes(), "the new program")
    ada.send("think early")
    assert "blinks" not in ada.expect('You think, "early"')
    ada.expect("blinks")
    admin.expect("Copyover done")
