"""The policy that telnetlib3 gets: its traps, and what clients tell of themselves."""

from __future__ import annotations

import logging
import subprocess
import sys

import pytest

from mud.core.session import Terminal
from mud.net.telnet import MAX_TYPES, Telnet
from mud.net.telnet_options import DO, DONT, IAC, SB, SE, WILL, WONT

TTYPE, NAWS, ENVIRON, CHARSET, COMPRESS = (bytes((n,)) for n in (24, 31, 39, 42, 87))


class Peer:
    """A negotiation, and what it sent and told."""

    def __init__(self) -> None:
        self.sent = b""
        self.told = Terminal()
        self.telnet = Telnet(self._send, self._tell, lambda act: None, dict)

    def _send(self, data: bytes) -> None:
        self.sent += data

    def _tell(self, terminal: Terminal) -> None:
        self.told = terminal

    def hear(self, *commands: bytes) -> bytes:
        """What is sent in answer."""
        self.sent = b""
        for command in commands:
            self.telnet.command(command)
        return self.sent

    def say(self, option: bytes, data: bytes) -> bytes:
        """What is sent in answer to a subnegotiation."""
        return self.hear(IAC + SB + option + data + IAC + SE)


def test_telnetlib3_is_not_imported_before_a_client_speaks_telnet() -> None:
    program = "import sys, mud.net.connection, mud.net.listener; print('telnetlib3' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, check=True).stdout.strip() == b"False"


def test_option_255_is_refused_and_does_not_swallow_the_next_command() -> None:
    peer = Peer()
    assert peer.hear(IAC + WILL + IAC, IAC + DO + IAC) == IAC + DONT + IAC + IAC + WONT + IAC
    assert peer.hear(IAC + WONT + IAC, IAC + DONT + IAC) == b""
    assert peer.hear(IAC + WILL + COMPRESS) == IAC + DONT + COMPRESS


def test_a_broken_off_subnegotiation_does_not_swallow_the_next_command() -> None:
    assert Peer().hear(IAC + SB + TTYPE + b"\x00half", IAC + WILL + COMPRESS) == IAC + DONT + COMPRESS


@pytest.mark.parametrize("option", [TTYPE, ENVIRON])
def test_a_client_that_asks_for_what_it_should_tell_gets_nothing(option: bytes) -> None:
    peer = Peer()
    peer.hear(IAC + WILL + option)
    assert peer.say(option, b"\x01") == b""


def test_types_that_nobody_asked_for_are_not_collected() -> None:
    peer = Peer()
    peer.hear(IAC + WILL + TTYPE)
    for number in range(200):
        peer.say(TTYPE, b"\x00NAME-%d" % number)
    assert len(peer.telnet.state.types) == MAX_TYPES


def test_names_that_a_client_gives_itself_are_made_harmless() -> None:
    peer = Peer()
    peer.hear(IAC + WILL + TTYPE)
    peer.say(TTYPE, b"\x00tin\x1b[2Jtin\x07")
    assert peer.told.client == "tintin"
    other = Peer()
    other.hear(IAC + WILL + ENVIRON)
    other.say(ENVIRON, b"\x00\x03CLIENT_NAME\x01tiny\x1b[41mfugue")
    assert other.told.client == "tinyfugue"


def told_mtts(bits: bytes) -> Peer:
    """A client that told MTTS."""
    peer = Peer()
    peer.hear(IAC + WILL + TTYPE)
    for answer in (b"OLDCLIENT", b"VT100", b"MTTS " + bits):
        peer.say(TTYPE, b"\x00" + answer)
    return peer


def test_a_client_without_utf_8_is_spoken_to_in_latin_1_unless_it_agrees_to_more() -> None:
    assert told_mtts(b"5").told.charset == "utf-8"
    peer = told_mtts(b"1")
    assert peer.told.charset == "latin-1"
    peer.hear(IAC + DO + CHARSET)
    peer.say(CHARSET, b"\x03")
    assert peer.told.charset == "latin-1"
    peer.say(CHARSET, b"\x02UTF-8")
    assert peer.told.charset == "utf-8"


def test_what_charset_agreed_is_not_undone_by_mtts() -> None:
    peer = Peer()
    peer.hear(IAC + DO + CHARSET)
    peer.say(CHARSET, b"\x02UTF-8")
    peer.hear(IAC + WILL + TTYPE)
    for answer in (b"OLDCLIENT", b"VT100", b"MTTS 1"):
        peer.say(TTYPE, b"\x00" + answer)
    assert peer.told.charset == "utf-8"


@pytest.mark.parametrize("bits", ["²".encode(), b"", b"9" * 50, b"-1"])
def test_mtts_that_is_no_number_is_no_mtts(bits: bytes) -> None:
    assert told_mtts(bits).told.colours == 16


def test_what_clients_do_wrong_is_not_told_to_the_operator(caplog: pytest.LogCaptureFixture) -> None:
    peer = Peer()
    with caplog.at_level(logging.WARNING):
        peer.hear(IAC + WILL + TTYPE, IAC + WILL + NAWS, IAC + WILL + ENVIRON, b"\xff\xfa\xff\xf0", b"\xff\xf0")
        for data in (b"", b"\x00", b"\x01", b"\x00\xe9\xff\xff", b"\x02\x00X\x01Y"):
            for option in (TTYPE, NAWS, ENVIRON):
                peer.say(option, data)
    assert caplog.records == []
