"""Looking things up: who, help, commands, uptime, settings; and news from outside of the game."""

from __future__ import annotations

from difflib import get_close_matches

from mud.core import events as e
from mud.core.commands import allowed, either
from mud.core.context import CoreCommand, CoreContext
from mud.core.dialogs import Play, Working
from mud.core.errors import Rejected
from mud.core.session import Screen, Session
from mud.core.targets import split_first
from mud.core.text.markup import tag
from mud.core.text.words import duration
from mud.core.world.world import World
from mud.play import prompts

#: `help` alone names the commands of a topic that yield, if they are no more than this.
MAX_GESTURES = 12


def uptime(ctx: CoreContext, args: str) -> None:
    """How long the game has run, all its programs together."""
    ctx.send(f"This world has been awake for {duration(ctx.clock.game)}, all copyovers included.")


# Help


def commands(ctx: CoreContext, args: str) -> None:
    """The names of all commands, by topic."""
    topics = ctx.commands.by_topic(ctx.role())
    ctx.page("\n".join(f"{tag('bold', topic)}: {', '.join(c.name for c in known)}" for topic, known in topics.items()))


def help_(ctx: CoreContext, args: str) -> None:
    """A command's page, a topic's list, or all topics."""
    topics = ctx.commands.by_topic(ctx.role())
    word = args.strip().casefold()
    if not word:
        shown = {topic: ", ".join(c.name for c in told_of(known)) for topic, known in topics.items()}
        rows = [f"  {tag('bold', topic)}: {names}" for topic, names in shown.items() if names]
        ctx.page("Help is there for these:\n" + "\n".join(rows) + "\nType help WORD for one of them.")
        return
    named = next((c for known in topics.values() for c in known if word == c.name or word in c.aliases), None)
    if named is None and word in topics:
        rows = [f"  {c.help.splitlines()[0]}" for c in topics[word]]
        ctx.page(f"{tag('bold', word)}\n" + "\n".join(rows))
        return
    if named is None and word in SETTINGS:
        ctx.send(f"{word} is a setting: {SETTINGS[word][2]}.\nset {word} VALUE changes it; set alone lists all.")
        return
    names = [c.name for known in topics.values() for c in known]
    begun = [n for n in names if n.startswith(word)]
    if named is None and len(begun) == 1:
        named = ctx.commands.commands[begun[0]]
    if named is None:
        near = begun or get_close_matches(word, {*names, *topics, *SETTINGS}, 3, 0.6)
        raise Rejected(f"There is no help on {args!r}." + (f" Did you mean {either(near)}?" if near else ""))
    also = f"\nAlso: {', '.join(named.aliases)}" if named.aliases else ""
    ctx.page(f"{tag('bold', named.name)}\n{named.help}{also}")


def told_of(known: list[CoreCommand]) -> list[CoreCommand]:
    """Those of a topic's commands that `help` alone names: gestures by the dozen it leaves to `socials`."""
    few = sum(c.yields for c in known) <= MAX_GESTURES
    return [c for c in known if few or not c.yields]


# Settings

#: Setting: its values ("N" is a number), the one it has until set, what it does.
SETTINGS: dict[str, tuple[tuple[str, ...], str, str]] = {
    "colour": (("auto", "off", "16", "256"), "auto", "colours on the screen"),
    "width": (("auto", "N"), "auto", "the width that text is wrapped to; 0 leaves that to the client"),
    "pager": (("auto", "off", "N"), "auto", "long texts a page at a time, and of how many lines"),
    "charset": (("auto", "utf-8", "latin-1", "ascii"), "auto", "the letters the screen can show"),
    "brief": (("off", "on"), "off", "rooms without their description"),
    "pronouns": (("they", "she", "he"), "they", "what others call you by"),
    "prompt": (("auto", "off", "TEXT"), "auto", f"your prompt: {prompts.HELP}"),
    "summon": (("off", "on"), "off", "whether others may summon you by magic"),
    "linkdead": (("flee", "fight"), "flee", "what you do in a fight when your connection is lost"),
}


def set_(ctx: CoreContext, args: str) -> None:
    """Show the settings, or set one."""
    name, given = split_first(args)
    name, value = name.casefold(), given.casefold()
    me = ctx.player
    if not name:
        rows = [f"  {n:9} {me.settings.get(n, d):8} {what}" for n, (_, d, what) in SETTINGS.items()]
        ctx.send("Your settings:\n" + "\n".join(rows))
        return
    if name not in SETTINGS:
        near = get_close_matches(name, SETTINGS, 1)
        raise Rejected(f"There is no setting {name!r}." + (f" Did you mean {near[0]}?" if near else " Try set alone."))
    values = SETTINGS[name][0]
    number = "N" in values and value.isascii() and value.isdigit() and (value == "0" or 5 <= int(value[:6]) <= 500)
    value = str(int(value[:6])) if number else value
    if "TEXT" in values and value and value not in values:
        value = f"{given} "
        if refusal := prompts.check(value):
            raise Rejected(refusal)
    elif value not in values and not number:
        raise Rejected(f"{name} can be {either([v.replace('N', 'a number from 5 to 500') for v in values])}.")
    ctx.world.edit(me)
    me.settings[name] = value
    if name == "pronouns":
        me.pronouns = value
    shown = f"'{value}'" if name == "prompt" else value
    ctx.send(f"{name} is now {shown}.")


def screen(session: Session, world: World) -> Screen:
    """What to render for: the player's settings over what the client told."""
    told = session.terminal
    character = world.characters.get(session.character or "")
    chosen = character.settings if character is not None else {}
    colour, width, charset = (chosen.get(name, "auto") for name in ("colour", "width", "charset"))
    return Screen(
        width=int(width) if width.isdigit() else told.width or 80,
        colours=told.colours if colour == "auto" else int(colour) if colour.isdigit() else 0,
        charset=told.charset if charset == "auto" else charset,
    )


# News


def told(ctx: CoreContext, event: e.Told) -> None:
    """Words from outside of the game, maybe the answer that the session waits for."""
    if event.answer and type(ctx.session.stack[-1]) is Working:
        ctx.pop()
    if event.answer and ctx.session.character is not None:
        ctx.page(event.text)
    else:
        ctx.send(event.text)


def announced(ctx: CoreContext, event: e.Announced) -> None:
    """A line for everybody in play who may hear it."""
    for session in ctx.sessions.by_character.values():
        character = ctx.world.characters[session.character or ""]
        if Play in map(type, session.stack) and allowed(ctx.role(character), event.role):
            ctx.write(session, tag("system", event.text))


def account_set(ctx: CoreContext, event: e.AccountSet) -> None:
    """An account was made or changed from outside: from now on it is as the event says."""
    key = event.account.name.casefold()
    ctx.world.journal.put(ctx.world.accounts, key, event.account)
    ctx.world.journal.touch("accounts", key)
