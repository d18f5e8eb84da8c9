"""Talking: say, think, tell, reply, shout, emote."""

from __future__ import annotations

from mud.core.context import CoreContext
from mud.core.errors import Rejected
from mud.core.signals import ToldAway
from mud.core.targets import split_first
from mud.core.text.markup import tag
from mud.core.world.model import Character
from mud.play import describe


def say(ctx: CoreContext, args: str) -> None:
    """Say something to the room."""
    text = need(args, "Say what?")
    ctx.send(tag("say", f'You say, "{text}"'))
    ctx.speak(tag("say", f'{ctx.player.name} says, "{text}"'), ctx.world.awake(ctx.player.room))


def think(ctx: CoreContext, args: str) -> None:
    """Think something to oneself."""
    ctx.send(f'You think, "{need(args, "Think what?")}"')


def tell(ctx: CoreContext, args: str) -> None:
    """Tell somebody something, wherever they are."""
    name, text = split_first(args)
    if not name or not text:
        raise Rejected("Tell whom what?")
    send_tell(ctx, name, text)


def reply(ctx: CoreContext, args: str) -> None:
    """Answer whoever told you something last."""
    name = ctx.session.replies_to
    if name is None:
        raise Rejected("Nobody has told you anything yet.")
    send_tell(ctx, name, need(args, f"Reply what to {name}?"))


def send_tell(ctx: CoreContext, name: str, text: str) -> None:
    """Send a private message to a player."""
    who = ctx.find_player(name)
    if who is ctx.player:
        raise Rejected("To talk to yourself, think.")
    ctx.need_hearing(who)
    session = ctx.sessions.of(who)
    if who.away or session is None:
        tell_away(ctx, who, text)
        return
    ctx.edit_session(session)
    session.replies_to = ctx.player.name
    ctx.send(tag("tell", f'You tell {who.name}, "{text}"'))
    ctx.write(session, tag("tell", f'{ctx.player.name} tells you, "{text}"'))
    if who.afk is not None:
        ctx.send(f"{who.name} is away from the keyboard{f': {who.afk}' if who.afk else '.'}")


def tell_away(ctx: CoreContext, who: Character, text: str) -> None:
    """A message to somebody who can't hear it now; it is kept for them if a module does that."""
    signal = ToldAway(ctx.player.id, who.id, text)
    why = f"{who.name} is not here just now." if who.away else f"{who.name} is link-dead and hears nothing."
    if not ctx.modules.listeners(signal):
        raise Rejected(why)
    ctx.send(why)
    ctx.emit(signal)


def find_player(ctx: CoreContext, name: str) -> Character:
    """The player of that name in the world, or the only one whose name begins with it. Raises Rejected."""
    exact = ctx.world.player(name)
    if exact is not None:
        return exact
    begun = [c for c in ctx.world.players() if c.name.casefold().startswith(name.casefold())]
    if len(begun) == 1:
        return begun[0]
    if begun:
        raise Rejected(f"{name} could be {' or '.join(sorted(c.name for c in begun)[:5])}.")
    raise Rejected(f"Nobody called {name!r} is here or anywhere else.")


def shout(ctx: CoreContext, args: str) -> None:
    """Shout so that everyone in the world hears."""
    text = need(args, "Shout what?")
    ctx.send(tag("shout", f'You shout, "{text}"'))
    ctx.speak(tag("shout", f'{ctx.player.name} shouts, "{text}"'), ctx.world.players())


def emote(ctx: CoreContext, args: str) -> None:
    """Show an action in words."""
    text = need(args, "Emote what?")
    line = f"{describe.name(ctx.world, ctx.player)} {text}"
    ctx.send(line)
    ctx.speak(line, ctx.world.awake(ctx.player.room))


def need(args: str, question: str) -> str:
    """`args`; if empty, raises Rejected with the question."""
    if not args:
        raise Rejected(question)
    return args
