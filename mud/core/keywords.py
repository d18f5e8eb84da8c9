"""Keyword expressions, as shops have them: `key & !(iron | rusty)`. Words stand side by side for "and"."""

from __future__ import annotations

import re
from collections.abc import Iterable

_TOKENS = re.compile(r"[&|!()*+^']|[^\s&|!()*+^']+")
_AND, _OR, _NOT = "&*'", "|+", "!^"  # and the signs that CircleMUD's shop files use for them


def matches(expression: str, keywords: Iterable[str]) -> bool:
    """Whether `expression` holds for something that answers to `keywords`; an empty one always does.

    One that makes no sense (an open bracket, say) is read as far as it does.
    """
    known = frozenset(word.casefold() for word in keywords)
    tokens = _TOKENS.findall(expression.casefold())[:200]
    return _Reader(tokens, known).any() if tokens else True


class _Reader:
    """Reads one expression from left to right: `|` binds least, `!` most."""

    def __init__(self, tokens: list[str], known: frozenset[str]) -> None:
        self._tokens = tokens[::-1]
        self._known = known

    def any(self) -> bool:
        found = self._all()
        while self._next() in _OR:
            self._tokens.pop()
            found = self._all() or found
        return found

    def _all(self) -> bool:
        found = True
        while (token := self._next()) not in _OR and token != ")":
            if token in _AND:
                self._tokens.pop()
            else:
                found = self._one() and found
        return found

    def _one(self) -> bool:
        token = self._tokens.pop()
        if token in _NOT:
            return not self._one() if self._tokens else False
        if token == "(":
            found = self.any()
            if self._next() == ")":
                self._tokens.pop()
            return found
        return token in self._known

    def _next(self) -> str:
        """The next token; ")" at the end, which ends everything."""
        return self._tokens[-1] if self._tokens else ")"
