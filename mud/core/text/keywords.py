"""Keyword expressions, as shops have them: `key & !(iron | rusty)`. Words stand side by side for "and"."""

from __future__ import annotations

import re
from collections.abc import Iterable

_SIGNS = r"&|!()*+^'\[\]{}"
_TOKENS = re.compile(rf"[{_SIGNS}]|[^\s{_SIGNS}]+")
# Ours, and the other signs that CircleMUD's shop files use for them.
_AND, _OR, _NOT = "&*", "|+", "!^'"
_OPEN, _CLOSE = "([{", ")]}"
_STOPS = _AND + _OR + _CLOSE


def matches(expression: str, keywords: Iterable[str]) -> bool:
    """Whether `expression` holds for something that answers to `keywords`; an empty one always does.

    One that makes no sense (an open bracket, a sign with nothing behind it) is read as far as it does.
    """
    known = frozenset(word.casefold() for word in keywords)
    tokens = _TOKENS.findall(expression.casefold())[:200]
    return _Reader(tokens, known).any() is not False


class _Reader:
    """Reads one expression from left to right: `|` binds least, `!` most. What is not there at all is None."""

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
        """The next token; ")" at the end, which ends everything."""
        return self._tokens[-1] if self._tokens else ")"
