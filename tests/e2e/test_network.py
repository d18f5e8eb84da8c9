"""The network edge, as clients of every kind meet it."""

from __future__ import annotations

import os
import re
import signal
import socket
import zlib
from pathlib import Path

import pytest

from tests.e2e.harness import Client, Game, wait_for

pytestmark = pytest.mark.e2e


def test_a_silent_client_gets_its_first_prompt_at_once_in_plain_text(game: Game) -> None:
    client = game.client()
    text = client.expect(r"known\? ", limit=2)
    assert "\x1b" not in text and text.isascii()
    client.send('create Ada "correct horse"')
    text = client.expect(r"\n> ")
    assert "\x1b" not in text
    assert b"\xff\xf9" not in client.raw and b"\xff\xef" not in client.raw  # no GA, no EOR


def test_every_line_ending_split_anywhere(game: Game) -> None:
    ada = game.player("Ada")
    for number, ending in enumerate((b"\r\n", b"\r\x00", b"\r", b"\n")):
        for cut in range(len(ending) + 1):
            ada.send_raw(b"think line %d %d" % (number, cut) + ending[:cut])
            ada.send_raw(ending[cut:])
            ada.expect(f'think, "line {number} {cut}"\r\n> ')


def test_backspace_delete_and_iac_iac(game: Game) -> None:
    ada = game.player("Ada")
    ada.send_raw("think gra\x08\x7früßX\x7f\x08\x08e ok\r\n".encode())
    ada.expect('think, "gre ok"')
    ada.send_raw(b"think caf\xff\xff\r\n")  # IAC IAC is one byte of 255: no UTF-8, so Latin-1
    wait_for(lambda: b'think, "caf\xff\xff"' in ada.raw or not ada.read(), "the same byte back, doubled")


def test_options_that_are_not_implemented_are_refused_once_each(game: Game) -> None:
    client = game.client()
    client.expect(r"known\? ")
    for option in (86, 87, 34, 69, 201, 5, 200):
        before = len(client.raw)
        client.send_raw(bytes((255, 251, option, 255, 253, option)))
        wait_for(lambda b=before: len(client.raw) >= b + 6 or not client.read(), "an answer")  # type: ignore[misc]
        assert client.raw[before:] == bytes((255, 254, option, 255, 252, option))


def test_a_compressed_stream_is_never_inflated(game: Game) -> None:
    client = game.client()
    client.expect(r"known\? ")
    bomb = zlib.compress(b"\0" * 50_000_000, 9)
    before = _rss(game)
    client.send_raw(b"\xff\xfb\x57\xff\xfa\x57\xff\xf0")
    client.send_raw(bomb.replace(b"\xff", b"\xff\xff"))
    other = game.player("Ada")
    assert "The Square" in other.command("look")
    assert _rss(game) < before + 20_000


def _rss(game: Game) -> int:
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{game.pid}/status").read_text())
    assert found is not None
    return int(found[1])


def test_a_rich_client_is_understood(game: Game) -> None:
    client = game.client()
    client.expect(r"known\? ")
    client.send_raw(b"\xff\xfb\x18\xff\xfb\x1f\xff\xfa\x1f\x00\x28\x00\x18\xff\xf0\xff\xfd\x19")
    for answer in (b"MUDLET", b"XTERM-256COLOR", b"MTTS 2381"):
        wait_for(lambda: client.raw.endswith(b"\xff\xfa\x18\x01\xff\xf0") or not client.read(), "TTYPE SEND")
        client.send_raw(b"\xff\xfa\x18\x00" + answer + b"\xff\xf0")
    client.send('create Ada "correct horse"')
    client.expect(r"> ")
    text = client.command("help look")
    assert max(len(re.sub(r"\x1b\[[0-9;]*m", "", line)) for line in text.splitlines()) <= 40
    assert "\x1b[38;5;" in client.command("look")
    wait_for(lambda: client.raw.endswith(b"> \xff\xef") or not client.read(), "EOR behind the prompt")


def test_charset_is_agreed_and_latin_1_is_spoken_to_who_cannot(game: Game) -> None:
    ada = game.player("Ada")
    client = game.client()
    client.expect(r"known\? ")
    client.send_raw(b"\xff\xfd\x2a")  # DO CHARSET
    wait_for(lambda: b"\xff\xfa\x2a\x01" in client.raw or not client.read(), "a REQUEST")
    client.send_raw(b"\xff\xfa\x2a\x02ISO-8859-1\xff\xf0")
    client.send('create Bob "correct horse"')
    client.expect(r"> ")
    client.send_raw("say Grüße – ok\r\n".encode("latin-1", "replace"))
    ada.expect('Bob says, "Grüße \\? ok"')
    ada.send("say “Früh” … ∞")
    wait_for(lambda: '"Fr\xfch" ... ?'.encode("latin-1") in client.raw or not client.read(), "Latin-1")


def test_what_players_type_never_reaches_anybody_as_control(game: Game) -> None:
    ada, bob = game.player("Ada"), game.player("Bob")
    ada.send_raw("say a\x1b[31mred\x1b]0;title\x07b\x9b1mc\u202edef \x01red\x02x\x00y\r\n".encode())
    text = bob.expect(r'Ada says, ".*?"\r\n')
    assert 'Ada says, "aredbcdef redxy"' in text
    ada.send_raw(b"tell \x1b[2Jbob\x07 hi\r\n")
    bob.expect('tells you, "hi"')
    ada.send_raw(b"description\r\nEvil \x1b[41m text\x07\r\n.save\r\n")
    ada.expect("kept")
    ada.command("save")
    assert "Evil  text" in bob.command("look ada")
    stored = b"".join(p.read_bytes() for p in game.data.rglob("*") if p.is_file())
    assert b"\x1b[41m" not in stored and b"\x1b[31m" not in stored and b"Evil  text" in stored


def test_a_line_that_is_too_long_is_lost_alone_also_in_the_middle_of_a_letter(game: Game) -> None:
    ada, bob = game.player("Ada"), game.player("Bob")
    ada.send_raw(b"mail bob Tides\r\nFirst.\r\n" + b"x" * 5000 + b"\r\nLast.\r\n.save\r\n")
    assert "it has more than 4,096 bytes" in ada.expect("on its way")
    bob.expect("A letter from Ada has come")
    assert "First.\r\nLast." in bob.command("mail 1")


def test_a_subnegotiation_that_is_too_long_costs_that_connection_alone(game: Game) -> None:
    ada, bob = game.player("Ada"), game.player("Bob")
    ada.send_raw(b"\xff\xfa\x18" + b"x" * 9000)
    assert "a telnet subnegotiation of more than 8192 bytes" in ada.expect_end()
    bob.command("look")


def test_telnet_commands_over_budget_cost_that_connection_alone(game: Game) -> None:
    ada, bob = game.player("Ada"), game.player("Bob")
    ada.send_raw(b"\xff\xf1" * 1000)
    assert "telnet commands a second" in ada.expect_end()
    bob.command("look")


def test_a_client_that_does_not_read_is_dropped_alone(stopped: Game, tmp_path: Path) -> None:
    config = tmp_path / "everwake.toml"
    config.write_text(
        "[limits]\nlines_per_second = 1e6\nlines_burst = 1e6\nbytes_per_second = 1e9\nbytes_burst = 1e9\n"
    )
    stopped.arguments = ("--config", str(config))
    stopped.start()
    bob = stopped.player("Bob")
    ada = stopped.client()
    ada.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    ada.login("Ada", new=True)
    for _ in range(100):  # of 300 kB each: more than any socket buffer
        bob.send_raw(b"".join(b"say %s\r\n" % (b"x" * 3000) for _ in range(100)))
        bob.command("think on")
        if "client does not read" in stopped.log():
            break
    assert "The Square" in bob.command("look")
    assert "Ada (link-dead)" in bob.command("who")
    assert stopped.stop() == 0


def test_a_flood_is_slowed_alone_and_nothing_of_it_is_lost(game: Game) -> None:
    ada, bob = game.player("Ada"), game.player("Bob")
    ada.send_raw(b"".join(b"think %d\r\n" % n for n in range(1000)))
    for _ in range(5):
        bob.send("think still here")
        bob.expect("still here", limit=5)
    text = ada.expect('"999"')
    assert [int(n) for n in re.findall(r'You think, "(\d+)"', text)] == list(range(1000))
    assert "your lines wait their turn" in text


def test_an_http_request_is_closed_at_once(game: Game) -> None:
    client = game.client()
    client.expect(r"known\? ")
    client.send_raw(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
    assert client.expect_end(5) == ""
    assert "http request from=127.0.0.1" in game.log()


def test_an_address_has_budgets_too(stopped: Game, tmp_path: Path) -> None:
    config = tmp_path / "everwake.toml"
    config.write_text("[limits]\nconnections = 3\nconnections_per_minute = 100\ntrusted = []\n")
    stopped.arguments = ("--config", str(config))
    stopped.start()
    first = [stopped.client() for _ in range(3)]
    for client in first:
        client.expect(r"known\? ")
    over = stopped.client()
    assert "Your address has all the connections that it may have (3)" in over.expect_end(5)
    elsewhere = stopped.client(source="127.0.0.2")
    elsewhere.expect(r"known\? ")
    first[0].close()
    wait_for(lambda: _let_in_from(stopped, "127.0.0.1"), "a place that became free")
    assert stopped.stop() == 0


def test_failed_logins_and_creations_of_an_address_are_limited(stopped: Game, tmp_path: Path) -> None:
    config = tmp_path / "everwake.toml"
    config.write_text("[limits]\nfailed_logins_per_minute = 2\ncreations_per_hour = 2\ntrusted = []\n")
    stopped.arguments = ("--config", str(config))
    stopped.start()
    for name in ("Adaa", "Adab"):
        stopped.client().login(name, new=True)
    third = stopped.client()
    third.expect(r"known\? ")
    third.send('create Adac "correct horse"')
    third.expect("too many new characters from your address")
    for _ in range(2):
        third.send("connect Adaa wrongwrong")
        third.expect("do not belong together")
    third.send("connect Adaa wrongwrong")
    third.expect("too many failed logins from your address")
    assert stopped.stop() == 0


def test_ipv4_and_ipv6_share_one_free_port(stopped: Game) -> None:
    stopped.arguments = ("--host", "localhost")
    stopped.start()
    for host in ("127.0.0.1", "::1"):
        stopped.client(host).expect(r"known\? ")
    assert stopped.stop() == 0


def test_a_half_closed_client_gets_all_its_answers(game: Game) -> None:
    client = game.client()
    client.send_raw(b'create Ada "correct horse"\r\nthink one\r\nthink two\r\n')
    client.sock.shutdown(socket.SHUT_WR)
    text = client.expect_end()
    assert "one" in text and "two" in text


def test_a_client_that_resets_leaves_no_trace_of_an_error(game: Game) -> None:
    for _ in range(20):
        client = Client(game.port)
        client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        client.close()
    assert "The Square" in game.player("Ada").command("look")


def test_connections_that_were_reset_before_they_were_accepted_leave_no_count(stopped: Game, tmp_path: Path) -> None:
    config = tmp_path / "everwake.toml"
    config.write_text("[limits]\nconnections = 5\nconnections_per_minute = 1000\ntrusted = []\n")
    stopped.arguments = ("--config", str(config))
    stopped.start()
    os.kill(stopped.pid, signal.SIGSTOP)
    try:
        for _ in range(12):
            client = stopped.client(source="127.0.0.9")
            client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            client.close()
    finally:
        os.kill(stopped.pid, signal.SIGCONT)
    stopped.player("Ada").command("look")
    wait_for(lambda: _let_in_from(stopped, "127.0.0.9"), "being let in")
    assert stopped.stop() == 0


def _let_in_from(game: Game, source: str) -> bool:
    client = game.client(source=source)
    try:
        client.expect(r"known\? ", 5)
    except AssertionError:
        return False
    return True
