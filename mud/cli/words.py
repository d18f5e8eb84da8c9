"""Prepares a command line for argparse, parses numbers within bounds, and puts errors into words."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Collection

from mud.core.text.words import number_within

#: The options that every command has, and how many words follow each.
COMMON = {"--data": 1, "--world": 1, "--config": 1, "--json": 0}
#: The options of `serve` alone, the default command.
SERVING = ("--host", "--port", "--dev")


def in_order(argv: list[str], commands: Collection[str]) -> list[str]:
    """Put the command first and the common options last, where argparse expects them, wherever they were written.

    Without a command it is `serve`. Words after `--` stay as they are.
    """
    end = argv.index("--") if "--" in argv else len(argv)
    words: list[str] = []
    common: list[str] = []
    at = 0
    while at < end:
        name, equals, _ = argv[at].partition("=")
        taken = 1 + COMMON.get(name, 0) * (not equals)
        (common if name in COMMON else words).extend(argv[at : at + taken])
        at += taken
    words = words if words[:1] in (["-h"], ["--help"], ["--version"]) else _command_first(words, commands)
    return [*words, *common, *argv[max(at, end) :]]


def _command_first(words: list[str], commands: Collection[str]) -> list[str]:
    if words and not words[0].startswith("-"):
        return words
    at = next((n for n, word in enumerate(words) if word in commands), None)
    return ["serve", *words] if at is None else [*words[at:], *words[:at]]


class Parser(argparse.ArgumentParser):
    """A parser that says to which command an unknown option belongs."""

    def error(self, message: str) -> None:  # type: ignore[override]  # argparse's own does not return either
        """Exit with the usage and the error."""
        given = message.removeprefix("unrecognized arguments: ").split()
        hint = next((f"; {word} is an option of `run.py serve`" for word in given if word in SERVING), "")
        super().error(message + hint)


def whole(least: int, most: int) -> Callable[[str], int]:
    """An argparse type: a whole number within bounds."""

    def read(text: str) -> int:
        number = number_within(text, least, most)
        if number is None:
            raise argparse.ArgumentTypeError(f"{text[:20]!r} is no whole number from {least} to {most}")
        return number

    return read


def seconds(most: float) -> Callable[[str], float]:
    """An argparse type: a number of seconds above 0."""

    def read(text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not 0 < number <= most:  # also refuses NaN
            raise argparse.ArgumentTypeError(f"{text[:20]!r} is no number of seconds above 0 and up to {most:g}")
        return number

    return read


def in_words(error: OSError) -> str:
    """An OSError in words: the file first, without the error number."""
    if error.filename is None:
        return error.strerror or str(error)
    why = {
        FileNotFoundError: "there is no such file or folder",
        PermissionError: "you may not read or write that",
        IsADirectoryError: "that is a folder, and not a file",
        NotADirectoryError: "a part of that path is a file, and not a folder",
        FileExistsError: "there is something of that name already",
    }
    return f"{error.filename}: {why.get(type(error), error.strerror)}"
