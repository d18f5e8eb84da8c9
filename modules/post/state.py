"""What the post office keeps: mailboxes and the notice board; and their limits."""

from __future__ import annotations

from typing import Annotated

from mud.api import Context, Meta, Rejected, Settings, State, Struct, whole_number


class PostSettings(Settings):
    """The limits of the module."""

    letters: Annotated[int, Meta(ge=1, le=500)] = 50  # in one mailbox
    from_one: Annotated[int, Meta(ge=1, le=500)] = 10  # unread letters from one sender in one mailbox
    letter_length: Annotated[int, Meta(ge=20, le=4000)] = 2000
    subject_length: Annotated[int, Meta(ge=5, le=200)] = 60
    notices: Annotated[int, Meta(ge=1, le=500)] = 50  # on one board
    notices_each: Annotated[int, Meta(ge=1, le=500)] = 5  # of one player on one board


class Letter(Struct, frozen=True):
    """A letter in somebody's mailbox; `at` is wall-clock seconds. A letter without a subject was a `tell`."""

    sender: str  # the name
    at: float
    subject: str
    text: str
    read: bool = False


class Notice(Struct, frozen=True):
    """A notice; `writer` is a character, `at` wall-clock seconds, `board` the kind of thing that it is on ("" for the
    town's)."""

    number: int
    writer: str
    name: str
    at: float
    title: str
    text: str
    board: str = ""


class Published(Struct, frozen=True):
    """A notice as the API gives it; `at` is wall-clock seconds."""

    number: int
    name: str
    at: float
    title: str
    text: str


class Post(State):
    """The letters of each character, oldest first, and the notices on all boards."""

    boxes: dict[str, tuple[Letter, ...]] = {}
    board: list[Notice] = []
    notices: int = 0  # the number of the last notice


def put(ctx: Context[Post], box: str, letters: tuple[Letter, ...]) -> None:
    """Replace the letters in a mailbox."""
    if letters:
        ctx.state.boxes[box] = letters
    else:
        ctx.state.boxes.pop(box, None)


def row(number: int | str, mark: str, what: str, who: str, when: str) -> str:
    """A letter or notice in a list."""
    return f"  {number:>3} {mark:1} {what}, from {who}, {when}"


def is_number(word: str) -> bool:
    """Whether a word can only be meant as a number, be it one that there is or not: no name begins with a digit."""
    return word.lstrip("+-")[:1].isnumeric()


def numbered(args: str, count: int, what: str) -> int:
    """The number that somebody typed, from 1 to `count`. Raises Rejected."""
    if not count:
        raise Rejected(f"There is no {what}.")
    number = whole_number(args)
    if number is None or not 1 <= number <= count:
        raise Rejected(f"Which {what}? A number from 1 to {count}.")
    return number


def bounded(text: str, most: int, what: str) -> str:
    """`text`. Raises Rejected if it is too long or empty."""
    if not text.strip():
        raise Rejected(f"{what} can't be empty. Write it first.")
    if len(text) > most:
        raise Rejected(f"{what} has at most {most} letters, and this one has {len(text)}.")
    return text
