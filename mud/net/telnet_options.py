"""Telnet by numbers: its commands and options, which of them we offer, perform and allow, and names of charsets."""

from __future__ import annotations

IAC, DONT, DO, WONT, WILL, SB, SE, GA, EOR_MARK = (bytes([n]) for n in (255, 254, 253, 252, 251, 250, 240, 249, 239))
ECHO, SGA, TIMING_MARK, TTYPE, EOR, NAWS, NEW_ENVIRON, CHARSET, MSSP = (
    bytes([n]) for n in (1, 3, 6, 24, 25, 31, 39, 42, 70)
)

#: What we offer and ask for when somebody connects. Not SGA: line clients take it as a wish for single characters.
OFFERED_LOCAL = (CHARSET, EOR, MSSP)
OFFERED_REMOTE = (TTYPE, NAWS, NEW_ENVIRON)
OFFERS = b"".join([IAC + DO + o for o in OFFERED_REMOTE] + [IAC + WILL + o for o in OFFERED_LOCAL])

#: Options that we perform when asked to, and that we let the client perform. All others are refused, 86 and 87
#: (compression) above all: telnetlib3 would inflate without a limit.
LOCAL = frozenset((SGA, EOR, CHARSET, MSSP))
REMOTE = frozenset((SGA, TTYPE, NAWS, NEW_ENVIRON, CHARSET))

CHARSETS = ("UTF-8", "ISO-8859-1", "US-ASCII")
ENVIRON = ("CLIENT_NAME", "CLIENT_VERSION", "TERMINAL_TYPE", "CHARSET", "MTTS")


def charset_of(name: str) -> str | None:
    """A charset's name as we call it; None for one that we do not have."""
    plain = name.strip().upper().replace("_", "-")
    if plain in ("UTF-8", "UTF8"):
        return "utf-8"
    if plain in ("ISO-8859-1", "LATIN-1", "LATIN1", "ISO8859-1"):
        return "latin-1"
    return "ascii" if plain in ("US-ASCII", "ASCII") else None
