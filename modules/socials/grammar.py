"""Turns a social's text into what each reader sees: "You bow to Ada.", "Ben bows to you.", "Ben bows to Ada."."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Any

from mud.api import Character, Context, Struct

#: Pronouns: those of a third person, and "you".
FORMS: dict[str, dict[str, str]] = {
    "they": {"them": "them", "their": "their", "theirs": "theirs", "themself": "themself"},
    "she": {"them": "her", "their": "her", "theirs": "hers", "themself": "herself"},
    "he": {"them": "him", "their": "his", "theirs": "his", "themself": "himself"},
    "it": {"them": "it", "their": "its", "theirs": "its", "themself": "itself"},
    "you": {"them": "you", "their": "your", "theirs": "yours", "themself": "yourself"},
}
#: What braces may contain, besides "{bow|bows}": words for the actor, and for the target if there is one.
ACTOR = frozenset({"actor", *FORMS["you"]})
TARGET = frozenset({"target", "target's", *(f"target.{form}" for form in FORMS["you"])})

_HOLE = re.compile(r"\{([^{}]*)\}")


class Social(Struct, frozen=True, forbid_unknown_fields=True):
    """The texts of a social: with nobody, at somebody, at oneself."""

    alone: str
    at: str
    self: str


def check(name: str, social: Social) -> None:
    """Raise ValueError, naming social, text and the nearest word, for unknown braces."""
    for part, known in (("alone", ACTOR), ("at", ACTOR | TARGET), ("self", ACTOR)):
        text = getattr(social, part)
        for hole in _HOLE.findall(text):
            if hole not in known and hole.count("|") != 1:
                near = get_close_matches(hole, known, 1)
                hint = f"; did you mean {{{near[0]}}}?" if near else f"; it can be {', '.join(sorted(known))}"
                raise ValueError(f"socials.toml: [{name}] {part}: {{{hole}}} means nothing here{hint}")
        rest = _HOLE.sub("", text)
        if "{" in rest or "}" in rest:
            raise ValueError(f"socials.toml: [{name}] {part}: a brace is not closed, or not opened")


def told(ctx: Context[Any], text: str, reader: Character, target: Character | None) -> str:
    """What `reader` sees of what the player does."""
    actor = ctx.player

    def fill(match: re.Match[str]) -> str:
        hole = match[1]
        first, bar, other = hole.partition("|")
        if bar:
            return first if reader is actor else other
        if hole == "actor":
            return "you" if reader is actor else ctx.world.called(actor)
        if hole in TARGET:
            assert target is not None
            return of_target(ctx, target, reader, hole.removeprefix("target."))
        return forms(target=actor, reader=reader)[hole]

    return capital(_HOLE.sub(fill, text))


def of_target(ctx: Context[Any], target: Character, reader: Character, form: str) -> str:
    """The target by name or pronoun: "Ada", "Ada's", "her"; for the target itself "you", "your"."""
    if form == "target":
        return "you" if reader is target else ctx.world.called(target)
    if form == "target's":
        return "your" if reader is target else f"{ctx.world.called(target)}'s"
    return forms(target, reader)[form]


def forms(target: Character, reader: Character) -> dict[str, str]:
    """The pronouns of somebody, as `reader` sees them."""
    if target is reader:
        return FORMS["you"]
    return FORMS["it"] if target.mob is not None else FORMS.get(target.pronouns, FORMS["they"])


def as_actor(text: str) -> str:
    """A text without a target, as the actor sees it."""
    you = {"actor": "you", **FORMS["you"]}
    return capital(_HOLE.sub(lambda hole: you.get(hole[1], hole[1].partition("|")[0]), text))


def capital(text: str) -> str:
    """`text` with its first visible letter in upper case; tags before it are skipped."""
    at = 0
    while text[at : at + 1] == "\x01":
        at = text.index("\x02", at) + 1
    return text[:at] + text[at : at + 1].upper() + text[at + 1 :]
