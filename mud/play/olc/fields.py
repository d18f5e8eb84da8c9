"""The fields of a builder's form: how each is shown, and how typed text changes it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from mud.areas.numbers import ANY, BOUNDS, VALUE, VALUES, Bounds
from mud.core.context import CoreContext
from mud.core.errors import Rejected
from mud.core.targets import split, split_first
from mud.core.text.markup import parse, unparse
from mud.core.text.words import nearest
from mud.core.world.area import Extra
from mud.core.world.dice import is_dice

#: A draft is a definition of any kind. It is frozen, so each step makes a new one.
Draft = Any
Set = Callable[[CoreContext, Draft, str], Draft]
_NUMBER = re.compile(r"[+-]?\d{1,12}")
MAX_TEXT_LENGTH = 200


class Field(Struct, frozen=True):
    """One field. `help` says how it is typed and what it is.

    `set` returns the draft changed by what was typed, or raises Rejected. A field with `text` opens the line editor:
    `text` returns the text to edit, and `write` the draft with the edited text.
    """

    name: str
    help: str
    show: Callable[[Draft], str]
    set: Set | None = None
    text: Callable[[Draft, str], str] | None = None
    write: Callable[[Draft, str, str], Draft] | None = None


def changed(draft: Draft, **values: Any) -> Draft:
    """The draft with changed values."""
    return msgspec.structs.replace(draft, **values)


def need(word: str, known: Collection[str], what: str) -> str:
    """`word`, if it is known. Raises Rejected, naming the most similar known word."""
    if word in known:
        return word
    near = nearest(word, known)
    few = f" There are: {', '.join(known)}." if 0 < len(known) <= 40 else ""
    raise Rejected(f"There is no {what} {word[:40]!r}.{f' Did you mean {near}?' if near else few}")


def marked(text: str) -> str:
    """Parse a text in builders' notation. Raises Rejected for a colour that does not exist."""
    try:
        return parse(text.strip("\n"))
    except ValueError as error:
        raise Rejected(f"{error}") from error


def number_of(text: str, bounds: Bounds = ANY) -> int:
    """A whole number within bounds. Raises Rejected, which gives the bounds."""
    text = text.strip()
    if not text.isascii() or not _NUMBER.fullmatch(text):
        raise Rejected(f"It is a whole number {bounds.span()}, and not {text[:40]!r}.")
    if refusal := bounds.refuses(int(text)):
        raise Rejected(f"It is {refusal}.")
    return int(text)


def said(value: object) -> str:
    """A value in one line."""
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, dict):
        return ", ".join(f"{name} {each}" for name, each in value.items()) or "none"
    return unparse(str(value)) if value not in ("", None) else "none"


# Kinds of fields


def line(name: str, help_: str, attribute: str = "") -> Field:
    """A line of text with colours."""
    attribute = attribute or name

    def set_(ctx: CoreContext, draft: Draft, text: str) -> Draft:
        if not text or len(text) > MAX_TEXT_LENGTH:
            raise Rejected(f"Write: {name} TEXT, of at most {MAX_TEXT_LENGTH} letters.")
        return changed(draft, **{attribute: marked(text)})

    return Field(name, help_, lambda draft: said(getattr(draft, attribute)), set_)


def paragraphs(name: str, help_: str, attribute: str) -> Field:
    """A text of many lines, written in the line editor."""

    def show(draft: Draft) -> str:
        text = unparse(getattr(draft, attribute))
        first = text.split("\n")[0]
        return f"{len(text.split(chr(10)))} lines, {first[:60]} ..." if "\n" in text else text or "none"

    return Field(
        name,
        help_,
        show,
        text=lambda draft, args: unparse(getattr(draft, attribute)),
        write=lambda draft, args, text: changed(draft, **{attribute: marked(text)}),
    )


def number(name: str, help_: str, attribute: str = "") -> Field:
    """A whole number, within the bounds that area files allow."""
    attribute = attribute or name
    return Field(
        name,
        help_,
        lambda draft: said(getattr(draft, attribute)),
        lambda ctx, draft, text: changed(draft, **{attribute: number_of(text, BOUNDS[attribute])}),
    )


def choice(name: str, help_: str, known: Sequence[str], attribute: str = "") -> Field:
    """One of several words."""
    attribute = attribute or name
    return Field(
        name,
        f"{help_} ({', '.join(known)})",
        lambda draft: said(getattr(draft, attribute)),
        lambda ctx, draft, text: changed(draft, **{attribute: need(text.casefold(), known, name)}),
    )


def flags(name: str, help_: str, known: Sequence[str]) -> Field:
    """A set of words: naming one adds or removes it."""

    def set_(ctx: CoreContext, draft: Draft, text: str) -> Draft:
        now = list(getattr(draft, name))
        for word in text.replace(",", " ").casefold().split():
            if word in now:
                now.remove(word)
            else:
                now.append(need(word, known, name.removesuffix("s")))
        if not text:
            raise Rejected(f"Name what is to be turned on or off: {', '.join(known)}.")
        return changed(draft, **{name: tuple(now)})

    return Field(name, help_, lambda draft: said(getattr(draft, name)), set_)


def keywords(name: str = "keywords") -> Field:
    """The words that a thing answers to."""

    def set_(ctx: CoreContext, draft: Draft, text: str) -> Draft:
        return changed(draft, keywords=words_of(text))

    return Field(name, "keywords WORD WORD ... -- the words it answers to", lambda draft: said(draft.keywords), set_)


def words_of(text: str) -> tuple[str, ...]:
    """Parse keywords. Raises Rejected when there are none."""
    words = tuple(dict.fromkeys(text.replace(",", " ").casefold().split()))
    if not words or len(text) > MAX_TEXT_LENGTH:
        raise Rejected(f"Write one word or more, of at most {MAX_TEXT_LENGTH} letters together.")
    return words


def dice(name: str, help_: str) -> Field:
    """Dice."""

    def set_(ctx: CoreContext, draft: Draft, text: str) -> Draft:
        if not is_dice(text):
            raise Rejected(f"{text[:40]!r} is no dice; write them like 3d8+20.")
        return changed(draft, **{name: text})

    return Field(name, help_, lambda draft: said(getattr(draft, name)), set_)


def table(
    name: str, help_: str, known: Callable[[Draft], dict[str, str]], whole: bool = False, others: bool = False
) -> Field:
    """Named values: NAME VALUE sets one, NAME alone removes it, and an empty line lists them.

    `known` holds the names and what each is for; with `others`, other names are allowed too. With `whole`, the values
    are whole numbers.
    """

    def set_(ctx: CoreContext, draft: Draft, text: str) -> Draft:
        key, value = split_first(text)
        names, values = known(draft), dict(getattr(draft, name))
        key = key.casefold()
        if not key:
            ctx.send(listed(names, values) or f"There are no {name} for a thing of its kind.")
            return draft
        if not others and key not in values:
            need(key, names, "value called")
        if not value:
            values.pop(key, None)
        elif whole or _NUMBER.fullmatch(value):
            values[key] = number_of(value, VALUES.get(key, VALUE))
        else:
            values[key] = value
        return changed(draft, **{name: values})

    def show(draft: Draft) -> str:
        values = getattr(draft, name)
        open_ = [each for each, what in known(draft).items() if what and each not in values]
        return said(values) + (f" (not said: {', '.join(open_)})" if open_ else "")

    return Field(name, help_, show, set_)


def listed(names: dict[str, str], values: dict[str, object]) -> str:
    """All named values, one a line, with what each is for."""
    rows = [(name, str(values.get(name, "not said")), what) for name, what in names.items() if what or name in values]
    rows += [(name, str(value), "") for name, value in values.items() if name not in names]
    return "\n".join(f"  {name} {value}{f' -- {what}' if what else ''}" for name, value, what in rows)


# Extra descriptions


def extras() -> Field:
    """Extra descriptions: what can be looked at without being an item."""

    def found(draft: Draft, args: str) -> int | None:
        words = words_of(args)
        return next((n for n, extra in enumerate(draft.extras) if set(words) & set(extra.keywords)), None)

    def text(draft: Draft, args: str) -> str:
        at = found(draft, args)
        return unparse(draft.extras[at].text) if at is not None else ""

    def write(draft: Draft, args: str, text: str) -> Draft:
        at, all_ = found(draft, args), list(draft.extras)
        if at is not None:
            all_[at : at + 1] = [changed(all_[at], text=marked(text))] if text else []
        elif text:
            all_.append(Extra(keywords=words_of(args), text=marked(text)))
        return changed(draft, extras=tuple(all_))

    return Field(
        "extra",
        "extra KEYWORDS -- what is seen on `look KEYWORD`; opens the line editor, and an empty text takes it away",
        lambda draft: "; ".join(" ".join(extra.keywords) for extra in draft.extras) or "none",
        text=text,
        write=write,
    )


def arguments(text: str, words: Collection[str]) -> list[tuple[str, str]]:
    """Split `to hall door "oak door" hidden` into pairs of a known word and its value; the first word may be "".

    In `words`, those that take no value end with "!". Raises Rejected for an unknown word.
    """
    names = {word.rstrip("!"): not word.endswith("!") for word in words}
    found: list[tuple[str, str]] = []
    rest = split(text)
    while rest:
        word = need(rest.pop(0).casefold(), names, "word")
        if names[word] and not rest:
            raise Rejected(f"What is to come after {word!r}?")
        found.append((word, rest.pop(0) if names[word] else ""))
    return found
