"""A player's own settings, and how they combine with what the client told into a screen."""

from __future__ import annotations

from difflib import get_close_matches

from mud.core.commands import either
from mud.core.context import CoreContext
from mud.core.errors import Rejected
from mud.core.session import Screen, Session
from mud.core.targets import split_first
from mud.core.text.table import table
from mud.core.text.words import number_within
from mud.core.world.model import Character
from mud.core.world.world import World
from mud.play import prompts

#: The least and the most of a setting that is a number.
LINES = (5, 500)
#: Setting: its values ("N" is a number), its default, and what it does.
SETTINGS: dict[str, tuple[tuple[str, ...], str, str]] = {
    "colour": (("auto", "off", "16", "256"), "auto", "colours on the screen"),
    "width": (("auto", "0", "N"), "auto", "the width that text is wrapped to; 0 leaves that to the client"),
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
        rows = [(n, setting(me, n), what) for n, (_, _, what) in SETTINGS.items()]
        ctx.send(table(("SETTING", "VALUE", "WHAT IT IS FOR"), rows))
        return
    if name not in SETTINGS:
        near = get_close_matches(name, SETTINGS, 1)
        raise Rejected(f"There is no setting {name!r}." + (f" Did you mean {near[0]}?" if near else " Try set alone."))
    values = SETTINGS[name][0]
    number = number_within(value, *LINES) if "N" in values else None
    value = str(number) if number is not None else value
    if "TEXT" in values and value and value not in values:
        value = f"{given} "
        if refusal := prompts.check(value):
            raise Rejected(refusal)
    elif value not in values and number is None:
        numbers = f"a number from {LINES[0]} to {LINES[1]}"
        raise Rejected(f"{name} can be {either([v.replace('N', numbers) for v in values])}.")
    ctx.world.edit(me)
    if name == "pronouns":
        me.pronouns = value
    else:
        me.settings[name] = value
    shown = f"'{value}'" if name == "prompt" else value
    ctx.send(f"{name} is now {shown}.")


def setting(who: Character, name: str) -> str:
    """A setting's value. Pronouns are stored only in the character's own field, which its creation sets."""
    return who.pronouns if name == "pronouns" else who.settings.get(name, SETTINGS[name][1])


def screen(session: Session, world: World) -> Screen:
    """What to render for: the player's settings, which override what the client told."""
    told = session.terminal
    character = world.characters.get(session.character or "")
    chosen = character.settings if character is not None else {}
    colour, width, charset = (chosen.get(name, "auto") for name in ("colour", "width", "charset"))
    return Screen(
        width=int(width) if width.isdigit() else told.width or 80,
        colours=told.colours if colour == "auto" else int(colour) if colour.isdigit() else 0,
        charset=told.charset if charset == "auto" else charset,
    )
