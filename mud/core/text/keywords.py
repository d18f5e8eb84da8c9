"""Keyword expressions, as shops have them: `key & !(iron | rusty)`. Adjacent words mean "and"."""

from __future__ import annotations

import re
from collections.abc import Iterable

_SIGNS = r"&|!()*+^'\[\]{}"
_TOKENS = re.compile(rf"[{_SIGNS}]|[^\s{_SIGNS}]+")
# Our signs, and the other ones that CircleMUD's shop files use for them.
_AND, _OR, _NOT = "&*", "|+", "!^'"
_OPEN, _CLOSE = "([{", ")]}"
_STOPS = _AND + _OR + _CLOSE


def matches(expression: str, keywords: Iterable[str]) -> bool:
    """Whether `expression` holds for something with these keywords; an empty expression always holds.

    A malformed one (an unclosed bracket, a sign with nothing after it) is read as far as it makes sense.
    """
    known = frozenset(word.casefold() for word in keywords)
    tokens = _TOKENS.findall(expression.casefold())[:200]
    return _Reader(tokens, known).any() is not False


class _Reader:
    """Parses one expression from left to right: `|` binds least, `!` most. None stands for an empty operand."""

    def __init__(self, tokens: list[str], known: frozenset[str]) -> None:
        self._tokens = tokens[::-1]
        self._known = known

    def any(self) -> bool | None:
        found = self._all()
        while self._next() in _OR:
            self._tokens.pop()
            other = self._all()
            found = other if found is None else found or bool(other)
        return found

    def _all(self) -> bool | None:
        found: bool | None = None
        while (token := self._next()) not in _OR and token not in _CLOSE:
            if token in _AND:
                self._tokens.pop()
            elif (one := self._one()) is not None:
                found = one if found is None else found and one
        return found

    def _one(self) -> bool | None:
        token = self._tokens.pop()
        if token in _NOT:
            one = self._one() if self._next() not in _STOPS else None
            return None if one is None else not one
        if token in _OPEN:
            found = self.any()
            if self._tokens:
                self._tokens.pop()
            return found
        return token in self._known

    def _next(self) -> str:
        """The next token; ")" at the end, which closes everything."""
        return self._tokens[-1] if self._tokens else ")"
