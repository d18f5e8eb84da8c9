"""Socials: gestures as commands, made from socials.toml. The top of that file explains what it may contain."""

import tomllib
from collections.abc import Callable

from modules.socials.grammar import Social, as_actor, check, told
from mud.api import Command, Context, Module, Rejected, State, convert, folder_text, split_first, tag

SOCIALS: dict[str, Social] = convert(tomllib.loads(folder_text(__file__, "socials.toml")), dict[str, Social])
for _name, _social in SOCIALS.items():
    check(_name, _social)


def gesture(name: str, social: Social) -> Callable[[Context[State], str], None]:
    """The command of a social."""

    def run(ctx: Context[State], args: str) -> None:
        word, _ = split_first(args)
        target = ctx.seek_here(word) if word else None
        if word and target is None:
            raise Rejected(f"There is nobody called {word[:40]!r} here.")
        me = ctx.player
        if target is not None and not ctx.hears(target, me.name):
            raise Rejected(f"{target.name} takes no notice of you.")
        text = social.alone if target is None else social.self if target is me else social.at
        for reader in ctx.world.present(me.room):
            if reader is me or ctx.hears(reader, me.name):
                ctx.tell(reader, tag("emote", told(ctx, text, reader, target)))

    return run


def socials(ctx: Context[State], args: str) -> None:
    """socials -- lists the gestures; each is a command: smile, smile ada, smile me"""
    ctx.page("\n".join(["Gestures, each also with a name after it:", "  " + ", ".join(sorted(SOCIALS))]))


def command(name: str, social: Social) -> Command[State]:
    """A social's command with its help page."""
    page = f"{name} [WHOM] -- {as_actor(social.alone)}\nWith a name after it, or with me, it is for somebody."
    return Command(name, gesture(name, social), topic="socials", help=page, yields=True)


MODULE = Module(
    name="socials",
    version="1.0.0",
    description="gestures: bow, smile, wave and others",
    author="Everwake",
    commands=[
        Command("socials", socials, topic="socials"),
        *(command(name, social) for name, social in SOCIALS.items()),
    ],
)
