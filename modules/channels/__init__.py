"""Channels: talk that is heard everywhere, with a history, and a switch for players who do not want to hear it."""

from collections.abc import Callable
from typing import Annotated

from mud.api import Character, Command, Context, Meta, Module, Rejected, Role, Settings, State, Struct, ago, tag

Handler = Callable[[Context["Channels"], str], None]


class Channel(Struct, frozen=True):
    """A channel: who may hear it and speak on it, and its colour."""

    name: str
    role: Role
    colour: str
    about: str


CHANNELS = {
    channel.name: channel
    for channel in (
        Channel("chat", "player", "yellow", "talk with everybody"),
        Channel("newbie", "player", "green", "questions and answers for new players"),
        Channel("wiznet", "builder", "cyan", "the talk of builders and admins"),
    )
}
#: How many lines a channel's name alone shows.
SHOWN = 20


class ChannelSettings(Settings):
    """The limits of the module."""

    history: Annotated[int, Meta(ge=1, le=1000)] = 100  # lines that each channel remembers
    length: Annotated[int, Meta(ge=20, le=4000)] = 500  # letters of a line


class Said(Struct, frozen=True):
    """Something that was said; `at` is wall-clock seconds."""

    at: float
    name: str
    text: str


class Channels(State):
    """What was said, by channel, and which channels each character has switched off."""

    history: dict[str, tuple[Said, ...]] = {}
    off: dict[str, tuple[str, ...]] = {}


def speaker(channel: Channel) -> Handler:
    """The command of a channel."""

    def run(ctx: Context[Channels], args: str) -> None:
        need(ctx, channel)
        number, word = args[1:], args.casefold()
        if not args:
            show(ctx, channel, SHOWN)
        elif args[0] == "-" and number.isascii() and number.isdigit():
            show(ctx, channel, max(1, int(number[:6])))
        elif word in ("on", "off"):
            switch(ctx, channel, word)
        else:
            speak(ctx, channel, args)

    return run


def speak(ctx: Context[Channels], channel: Channel, text: str) -> None:
    """Say something on a channel. Players who ignore the speaker do not hear it."""
    bounds, me = ctx.settings(ChannelSettings), ctx.player
    if len(text) > bounds.length:
        raise Rejected(f"A line has at most {bounds.length} letters, and this one has {len(text)}.")
    if is_off(ctx, me, channel):
        raise Rejected(f"You have switched {channel.name} off: `{channel.name} on` switches it on.")
    before = ctx.state.history.get(channel.name, ())
    ctx.state.history[channel.name] = (*before, Said(ctx.clock.wall, me.name, text))[-bounds.history :]
    ctx.send(tag(channel.colour, f'[{channel.name}] You: "{text}"'))
    ctx.speak(tag(channel.colour, f'[{channel.name}] {me.name}: "{text}"'), hearers(ctx, channel))


def show(ctx: Context[Channels], channel: Channel, count: int) -> None:
    """Show the last lines of a channel, except those of ignored players."""
    said = [s for s in ctx.state.history.get(channel.name, ()) if ctx.hears(ctx.player, s.name)]
    rows = [f'  {ago(ctx.clock.wall - s.at)}, {s.name}: "{s.text}"' for s in said[-count:]]
    ctx.page("\n".join([f"[{channel.name}]", *rows]) if rows else f"Nothing has been said on {channel.name} yet.")


def hearers(ctx: Context[Channels], channel: Channel) -> list[Character]:
    """The players who hear a channel now."""
    return [c for c in ctx.world.players() if ctx.may(channel.role, c) and not is_off(ctx, c, channel)]


def is_off(ctx: Context[Channels], character: Character, channel: Channel) -> bool:
    """Whether a character has switched a channel off."""
    return channel.name in ctx.state.off.get(character.id, ())


def channels(ctx: Context[Channels], args: str) -> None:
    """channels -- the channels that you can use, and which of them you have switched off
    chat TEXT says something, chat or chat -50 shows what was said before, chat off and chat on switch it off and on."""
    ctx.send("\n".join(["Channels:", *(row(ctx, channel) for channel in CHANNELS.values() if ctx.may(channel.role))]))


def switch(ctx: Context[Channels], channel: Channel, to: str) -> None:
    """Switch a channel "on" or "off" for the player."""
    rest = tuple(name for name in ctx.state.off.get(ctx.player.id, ()) if name != channel.name)
    off = (*rest, channel.name) if to == "off" else rest
    if off:
        ctx.state.off[ctx.player.id] = off
    else:
        ctx.state.off.pop(ctx.player.id, None)
    ctx.send(f"{channel.name} is {to} for you.")


def row(ctx: Context[Channels], channel: Channel) -> str:
    """A channel in the list: whether it is on, and what it is for."""
    state = "off" if is_off(ctx, ctx.player, channel) else "on"
    return f"  {tag('bold', f'{channel.name:8}')} {state:3}  {channel.about}"


def need(ctx: Context[Channels], channel: Channel) -> None:
    """Raise Rejected if the player may not use a channel. (Usually the command table hides it from them.)"""
    if not ctx.may(channel.role):
        raise Rejected(f"{channel.name} is for {channel.role}s and above.")


def command(channel: Channel) -> Command[Channels]:
    """A channel's command with its help page."""
    name = channel.name
    page = (
        f"{name} TEXT | {name} [-N] | {name} off | {name} on -- {channel.about}; without a text, the last lines\n"
        f"{name} -50 shows the last 50 lines. {name} off switches it off for you: you do not hear it then."
    )
    return Command(name, speaker(channel), role=channel.role, topic="talking", help=page)


MODULE = Module(
    name="channels",
    version="1.0.0",
    description="chat, newbie and wiznet, with their history",
    author="Everwake",
    state=Channels,
    settings=ChannelSettings,
    commands=[*map(command, CHANNELS.values()), Command("channels", channels, topic="talking")],
)
