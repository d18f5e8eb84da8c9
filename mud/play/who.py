"""Who is in the world: everybody, or those with a given role, flag or name."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches

from mud.core.context import CoreContext
from mud.core.errors import Rejected
from mud.core.text.markup import tag
from mud.core.text.words import duration
from mud.core.world.model import ROLES, Character

#: Seconds without a line after which somebody is idle.
IDLE_SECONDS = 120.0

Test = Callable[[CoreContext, Character], bool]


def who(ctx: CoreContext, args: str) -> None:
    """List who is in the world; with words, those to whom all of the words apply."""
    tests = [test_of(word) for word in args.split()]
    found = [c for c in sorted(ctx.world.players(), key=lambda c: c.name) if all(test(ctx, c) for test in tests)]
    if not found:
        near = get_close_matches(args.casefold().strip(), WORDS, 1)
        known = all(flag(word) for word in args.split())
        hint = f" Did you mean who {near[0]}?" if near and not known else ""
        raise Rejected(f"There is nobody to show for {args.strip()!r} now.{hint}")
    count = "One soul is" if len(found) == 1 else f"{len(found)} souls are"
    ctx.page(f"{count} {'awake' if not tests else 'found'}:\n" + "\n".join(row(ctx, c) for c in found))


def row(ctx: CoreContext, character: Character) -> str:
    """The line for a character: name, title, then role and flags in words."""
    title = f" {character.title}" if character.title else ""
    found = notes(ctx, character)
    noted = f" ({', '.join(found)})" if found else ""
    return f"  {tag('player', character.name)}{title}{noted}"


def notes(ctx: CoreContext, character: Character) -> list[str]:
    """A character's role and flags in words."""
    session = ctx.sessions.of(character)
    role = ctx.role(character)
    found: list[str] = [role] if role != "player" else []
    if session is None:
        found.append("link-dead")
    elif is_idle(ctx, character):
        found.append(f"idle {duration(ctx.clock.wall - session.last_input)}")
    if character.frozen is not None and ctx.may("builder"):
        found.append("frozen")
    if character.afk is not None:
        found.append(f"afk: {character.afk}" if character.afk else "afk")
    return found


def is_idle(ctx: CoreContext, character: Character) -> bool:
    """Whether a connected player has typed nothing for a while."""
    session = ctx.sessions.of(character)
    return session is not None and ctx.clock.wall - session.last_input >= IDLE_SECONDS


def test_of(word: str) -> Test:
    """The test that a word stands for: a role, a flag, or the beginning of a name."""
    return flag(word) or (lambda ctx, c: c.name.casefold().startswith(word.casefold()))


def flag(word: str) -> Test | None:
    """The test that a word stands for, when it is a role or a flag; None otherwise."""
    word = word.casefold()
    return WORDS.get(word) or WORDS.get(word.replace("-", "").removesuffix("s"))


def of_role(role: str) -> Test:
    """The test for exactly this role."""
    return lambda ctx, c: ctx.role(c) == role


#: Roles and flags that `who` knows by name. Plurals and hyphens are understood, too.
WORDS: dict[str, Test] = {
    **{role: of_role(role) for role in ROLES},
    "staff": lambda ctx, c: ctx.role(c) != "player",
    "afk": lambda ctx, c: c.afk is not None,
    "linkdead": lambda ctx, c: ctx.sessions.of(c) is None,
    "idle": is_idle,
    "frozen": lambda ctx, c: c.frozen is not None and ctx.may("builder"),
}
