"""Talking: say, think, tell, reply, shout, emote."""

from __future__ import annotations

from mud.core.context import Context
from mud.core.errors import Rejected
from mud.core.markup import tag
from mud.core.model import Character
from mud.core.targets import split_first
from mud.play import describe


def say(ctx: Context, args: str) -> None:
    """Say something to the room."""
    text = need(args, "Say what?")
    ctx.send(tag("say", f'You say, "{text}"'))
    ctx.others(tag("say", f'{ctx.player.name} says, "{text}"'))


def think(ctx: Context, args: str) -> None:
    """Think something to oneself."""
    ctx.send(f'You think, "{need(args, "Think what?")}"')


def tell(ctx: Context, args: str) -> None:
    """Tell somebody something, wherever they are."""
    name, text = split_first(args)
    if not name or not text:
        raise Rejected("Tell whom what?")
    send_tell(ctx, name, text)


def reply(ctx: Context, args: str) -> None:
    """Answer whoever told you something last."""
    name = ctx.session.replies_to
    if name is None:
        raise Rejected("Nobody has told you anything yet.")
    send_tell(ctx, name, need(args, f"Reply what to {name}?"))


def send_tell(ctx: Context, name: str, text: str) -> None:
    """Private words to a player in the world."""
    who = find_player(ctx, name)
    if who is ctx.player:
        raise Rejected("To talk to yourself, think.")
    session = ctx.sessions.of(who)
    if session is None:
        raise Rejected(f"{who.name} is link-dead and hears nothing.")
    ctx.world.journal.edit(session)
    session.replies_to = ctx.player.name
    ctx.send(tag("tell", f'You tell {who.name}, "{text}"'))
    ctx.write(session, tag("tell", f'{ctx.player.name} tells you, "{text}"'))


def find_player(ctx: Context, name: str) -> Character:
    """The player of that name in the world, or of the only name that begins so. Raises Rejected."""
    exact = ctx.world.player(name)
    if exact is not None:
        return exact
    begun = [c for c in ctx.world.players() if c.name.casefold().startswith(name.casefold())]
    if len(begun) == 1:
        return begun[0]
    if begun:
        raise Rejected(f"{name} could be {' or '.join(sorted(c.name for c in begun)[:5])}.")
    raise Rejected(f"Nobody called {name!r} is here or anywhere else.")


def shout(ctx: Context, args: str) -> None:
    """Shout so that everyone in the world hears."""
    text = need(args, "Shout what?")
    ctx.send(tag("shout", f'You shout, "{text}"'))
    for character in ctx.world.players():
        if character is not ctx.player:
            ctx.tell(character, tag("shout", f'{ctx.player.name} shouts, "{text}"'))


def emote(ctx: Context, args: str) -> None:
    """Act something out."""
    text = need(args, "Emote what?")
    line = f"{describe.name(ctx.world, ctx.player)} {text}"
    ctx.send(line)
    ctx.others(line)


def need(args: str, question: str) -> str:
    """`args`, or Rejected with the question when there are none."""
    if not args:
        raise Rejected(question)
    return args
