"""Help: a command's page, a topic's list, all topics; and the names of all commands."""

from __future__ import annotations

from difflib import get_close_matches

from mud.core.commands import either, page_for
from mud.core.context import CoreCommand, CoreContext
from mud.core.errors import Rejected
from mud.core.text.markup import tag
from mud.play.settings import SETTINGS
from mud.play.topics import TOPICS, page_of

#: `help` without a word lists a topic's commands that yield only if they are no more than this.
MAX_GESTURES = 12


def commands(ctx: CoreContext, args: str) -> None:
    """The names of all commands, by topic."""
    topics = ctx.commands.by_topic(ctx.role())
    ctx.page("\n".join(f"{tag('bold', topic)}: {', '.join(c.name for c in known)}" for topic, known in topics.items()))


def help_(ctx: CoreContext, args: str) -> None:
    """Show a command's page, a topic's list, or all topics."""
    topics = ctx.commands.by_topic(ctx.role())
    word = args.strip().casefold()
    if not word:
        shown = {topic: ", ".join(c.name for c in told_of(known)) for topic, known in topics.items()}
        rows = [f"  {tag('bold', topic)}: {names}" for topic, names in shown.items() if names]
        first = "New here? help start. Help is there for these, and for words such as combat, death, levels or gold:\n"
        ctx.page(first + "\n".join(rows) + "\nType help WORD for one of them.")
        return
    named = next((c for known in topics.values() for c in known if word == c.name or word in c.aliases), None)
    if named is None and word in topics:
        rows = [f"  {c.help.splitlines()[0]}" for c in topics[word]]
        ctx.page(f"{tag('bold', word)}\n" + "\n".join(rows))
        return
    if named is None and word in SETTINGS:
        ctx.send(f"{word} is a setting: {SETTINGS[word][2]}.\nset {word} VALUE changes it; set alone lists all.")
        return
    if named is None and (page := page_of(word)) is not None:
        ctx.page(page)
        return
    names = [c.name for known in topics.values() for c in known]
    begun = [n for n in names if n.startswith(word)]
    if named is None and len(begun) == 1:
        named = ctx.commands.commands[begun[0]]
    if named is None:
        near = begun or get_close_matches(word, {*names, *topics, *SETTINGS, *TOPICS}, 3, 0.6)
        raise Rejected(f"There is no help on {args!r}." + (f" Did you mean {either(near)}?" if near else ""))
    also = f"\nAlso: {', '.join(named.aliases)}" if named.aliases else ""
    ctx.page(f"{tag('bold', named.name)}\n{page_for(named.help, ctx.role())}{also}")


def told_of(known: list[CoreCommand]) -> list[CoreCommand]:
    """The commands of a topic that `help` without a word lists: dozens of gestures are left to `socials`."""
    few = sum(c.yields for c in known) <= MAX_GESTURES
    return [c for c in known if few or not c.yields]
