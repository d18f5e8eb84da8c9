"""Negotiation: one answer a change of state, refusals, and going over a copyover without a byte."""

from __future__ import annotations

import msgspec
import pytest

from mud.core.session import Terminal
from mud.net.telnet import Telnet
from mud.net.telnet_options import OFFERS
from mud.net.wire import TelnetState


class Peer:
    """What a Telnet sent and told."""

    def __init__(self, state: TelnetState | None = None) -> None:
        self.sent = b""
        self.told = Terminal()
        self.tellings = 0
        self.edits: list[str] = []
        self.telnet = Telnet(self.send, self.tell, self.edits.append, lambda: {"NAME": "Test"}, state)

    def send(self, data: bytes) -> None:
        self.sent += data

    def tell(self, terminal: Terminal) -> None:
        self.told = terminal
        self.tellings += 1

    def hear(self, *commands: bytes) -> bytes:
        """What is sent in answer to commands."""
        before = len(self.sent)
        for command in commands:
            self.telnet.command(command)
        return self.sent[before:]


def option(verb: int, number: int) -> bytes:
    return bytes((255, verb, number))


WILL, WONT, DO, DONT = 251, 252, 253, 254


@pytest.mark.parametrize("number", [0, 5, 34, 36, 69, 85, 86, 87, 90, 91, 93, 102, 200, 201])
def test_what_is_not_implemented_is_refused(number: int) -> None:
    peer = Peer()
    assert peer.hear(option(WILL, number)) == option(DONT, number)
    assert peer.hear(option(DO, number)) == option(WONT, number)
    assert peer.hear(option(WONT, number), option(DONT, number)) == b""


@pytest.mark.parametrize("number", [3, 24, 31, 39, 42])
def test_a_state_that_is_on_already_gets_no_answer(number: int) -> None:
    peer = Peer()
    first = peer.hear(option(WILL, number))
    assert first.startswith(option(DO, number))
    assert peer.hear(*[option(WILL, number)] * 50) == b""
    assert peer.hear(option(WONT, number)) == option(DONT, number)
    assert peer.hear(option(WONT, number)) == b""


def test_answers_to_our_own_offers_get_no_answer() -> None:
    peer = Peer()
    peer.telnet.offer()
    assert peer.sent == OFFERS
    assert peer.hear(option(DO, 25)) == b""  # EOR
    assert peer.hear(option(WILL, 31)) == b""  # NAWS
    assert peer.hear(option(DONT, 42), option(WONT, 24)) == b""


def test_echo_is_ours_only_while_a_password_is_asked() -> None:
    peer = Peer()
    assert peer.hear(option(DO, 1)) == option(WONT, 1)
    peer.telnet.echo(False)
    assert peer.sent.endswith(option(WILL, 1))
    assert peer.hear(option(DO, 1)) == b""
    peer.telnet.echo(True)
    assert peer.sent.endswith(option(WONT, 1))
    assert peer.hear(option(DONT, 1)) == b""


def test_answers_of_echo_that_come_late_are_no_wishes() -> None:
    peer = Peer()
    for on in (False, True, False):
        peer.telnet.echo(on)
    assert peer.hear(option(DO, 1), option(DONT, 1), option(DO, 1)) == b""
    assert peer.hear(option(DO, 1)) == option(WONT, 1)


def test_prompt_marks() -> None:
    peer = Peer()
    assert peer.telnet.prompt_mark() == b""
    peer.hear(option(WONT, 24))
    assert peer.telnet.prompt_mark() == b"\xff\xf9"
    peer.hear(option(DO, 3))
    assert peer.telnet.prompt_mark() == b""
    peer.hear(option(DO, 25))
    assert peer.telnet.prompt_mark() == b"\xff\xef"


@pytest.mark.parametrize(
    ("size", "width", "height"),
    [(b"\x00\x50\x00\x18", 80, 24), (b"\x00\x00\x00\x00", 0, 0), (b"\x00\x01\x00\x01", 20, 5),
     (b"\xff\xff\xff\xff\xff\xff\xff\xff", 500, 500)],
)  # fmt: skip
def test_window_sizes(size: bytes, width: int, height: int) -> None:
    peer = Peer()
    peer.hear(option(WILL, 31), b"\xff\xfa\x1f" + size + b"\xff\xf0")
    assert (peer.told.width, peer.told.height) == (width, height)


def test_mtts_tells_client_terminal_and_abilities() -> None:
    peer = Peer()
    answers = [b"Mudlet 4.17", b"XTERM", b"MTTS 77", b"MTTS 77"]
    sent = peer.hear(option(WILL, 24))
    for answer in answers[:3]:
        assert sent.endswith(b"\xff\xfa\x18\x01\xff\xf0")
        sent = peer.hear(b"\xff\xfa\x18\x00" + answer + b"\xff\xf0")
    assert sent == b""
    assert peer.told == Terminal(client="Mudlet 4.17", colours=256, screen_reader=True)
    assert peer.telnet.state.utf8_agreed


def test_environment_and_charset() -> None:
    peer = Peer()
    sent = peer.hear(option(WILL, 39))
    assert b"USER" not in sent.replace(b"USERVAR", b"") and b"CLIENT_NAME" in sent
    peer.hear(b"\xff\xfa\x27\x00\x03CLIENT_NAME\x01TinyFugue\x03CHARSET\x01ISO-8859-1\xff\xf0")
    assert peer.told.client == "TinyFugue" and peer.told.charset == "latin-1"
    peer.hear(option(WILL, 42))
    assert peer.hear(b"\xff\xfa\x2a\x01;KOI8-R;UTF-8\xff\xf0").endswith(b"\x02UTF-8\xff\xf0")
    assert peer.told.charset == "utf-8"
    assert peer.hear(b"\xff\xfa\x2a\x01;KOI8-R\xff\xf0").endswith(b"\xff\xfa\x2a\x03\xff\xf0")


@pytest.mark.parametrize(
    "command",
    [b"\xff\xfa\xff\xf0", b"\xff\xfa\x1f\xff\xf0", b"\xff\xfa\x1f\x00\x50\xff\xf0", b"\xff\xfa\x18\x00\xe9\xff\xf0",
     b"\xff\xfa\x27\x07junk\xff\xf0", b"\xff\xfa\x2a\x04\x01\xff\xf0", b"\xff\xfa\x56\xff\xf0",
     b"\xff\xfa\x00x\xff\xf0",
     option(WILL, 1), option(WILL, 6), option(WONT, 6), option(DO, 18), b"\xff\xf0", b"\xff\xf2"],
)  # fmt: skip
def test_malformed_commands_cost_nothing(command: bytes) -> None:
    peer = Peer()
    peer.hear(option(WILL, 31), option(WILL, 24), option(WILL, 39), option(WILL, 42), command)
    assert peer.hear(option(WILL, 200)) == option(DONT, 200)


def test_the_state_goes_over_a_copyover_without_a_byte() -> None:
    peer = Peer()
    peer.telnet.offer()
    peer.hear(option(DO, 25), option(WILL, 31), b"\xff\xfa\x1f\x00\x50\x00\x18\xff\xf0", option(WILL, 24))
    peer.hear(b"\xff\xfa\x18\x00XTERM\xff\xf0")
    state = msgspec.msgpack.decode(msgspec.msgpack.encode(peer.telnet.export()), type=TelnetState)
    after = Peer(state)
    assert after.telnet.prompt_mark() == b"\xff\xef"
    assert after.hear(option(DO, 25), option(WILL, 31)) == b""
    assert after.sent == b""
    assert after.telnet.state.terminal.width == 80
    sent = after.hear(b"\xff\xfa\x18\x00MTTS 9\xff\xf0")
    assert sent == b"" and after.told.colours == 256


def test_line_editing_commands_and_are_you_there() -> None:
    peer = Peer()
    peer.hear(b"\xff\xf7", b"\xff\xf8", b"\xff\xf6", b"\xff\xf4", b"\xff\xf1")
    assert peer.edits == ["erase", "clear", "alive", "clear"]


def test_a_client_that_says_a_type_again_has_no_more() -> None:
    peer = Peer()
    again = b"\xff\xfa\x18\x01\xff\xf0"
    assert peer.hear(option(WILL, 24)).endswith(again)
    assert peer.hear(b"\xff\xfa\x18\x00XTERM\xff\xf0") == again
    assert peer.hear(b"\xff\xfa\x18\x00XTERM\xff\xf0") == b""


def test_what_a_client_says_again_is_not_told_again() -> None:
    peer = Peer()
    size = b"\xff\xfa\x1f\x00\x50\x00\x18\xff\xf0"
    peer.hear(option(WILL, 31), size, size)
    assert peer.tellings == 1 and peer.told.width == 80


def test_a_timing_mark_is_answered_each_time() -> None:
    peer = Peer()
    assert peer.hear(option(DO, 6)) == peer.hear(option(DO, 6)) == option(WILL, 6)


def test_a_refusal_before_a_copyover_is_no_agreement_after_it() -> None:
    peer = Peer()
    peer.telnet.offer()
    peer.hear(option(DONT, 25))
    after = Peer(msgspec.msgpack.decode(msgspec.msgpack.encode(peer.telnet.export()), type=TelnetState))
    assert after.hear(option(DO, 25)) == option(WILL, 25)
