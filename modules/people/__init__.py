"""People: who somebody is, their title, whether they are at the keyboard, and whom they ignore."""

from typing import Annotated

from mud.api import Command, Context, Meta, Module, NotFound, Rejected, Request, Settings, State, ago, duration, tag


class People(Settings):
    """The limits of the module."""

    title_length: Annotated[int, Meta(ge=5, le=200)] = 60
    afk_length: Annotated[int, Meta(ge=5, le=400)] = 120
    ignored: Annotated[int, Meta(ge=1, le=500)] = 50


class Waiting(Request, tag="post.waiting"):
    """A request to the module that keeps mail: how many unread letters a character has."""

    character: str


def title(ctx: Context[State], args: str) -> None:
    """title [TEXT | none] -- what stands behind your name in `who`: title the Unready"""
    me = ctx.player
    if not args:
        ctx.send(f"You are {me.name} {me.title}." if me.title else "You have no title. Write: title TEXT.")
        return
    if set(args) & set("()[]"):
        raise Rejected("A title can't have brackets: in `who`, the game writes what it knows in them.")
    new = "" if args.casefold() == "none" else bounded(args, ctx.settings(People).title_length, "A title")
    ctx.change(me, title=new)
    ctx.send(f"You are {me.name} {me.title} from now on." if me.title else f"You are plain {me.name} from now on.")


def afk(ctx: Context[State], args: str) -> None:
    """afk [MESSAGE] -- say that you are away from the keyboard; afk alone again says that you are back
    Players who tell you something read your message, and `who` shows it."""
    me = ctx.player
    if me.afk is not None and not args:
        ctx.change(me, afk=None)
        ctx.send("You are back at the keyboard.")
        ctx.speak(f"{tag('player', me.name)} is back at the keyboard.", ctx.world.present(me.room))
        return
    already = me.afk is not None
    ctx.change(me, afk=bounded(args, ctx.settings(People).afk_length, "A message"))
    ctx.send(f"You are away from the keyboard{f': {args}' if args else '.'}")
    if not already:
        ctx.speak(f"{tag('player', me.name)} leaves the keyboard.", ctx.world.present(me.room))


def ignore(ctx: Context[State], args: str) -> None:
    """ignore [NAME] -- stop hearing somebody, or hear them again; `ignore` alone shows whom you ignore
    You hear nothing that they say, tell, shout or act out, on channels or by mail. Admins can't be ignored."""
    me = ctx.player
    if not args:
        ctx.send(f"You ignore {', '.join(sorted(me.ignores))}." if me.ignores else "You ignore nobody.")
        return
    ignored = {name.casefold(): name for name in me.ignores}
    if args.casefold() in ignored:
        hear_again(ctx, ignored[args.casefold()])
        return
    who = ctx.find_player(args)
    if who.name.casefold() in ignored:
        hear_again(ctx, ignored[who.name.casefold()])
        return
    if who is me:
        raise Rejected("You can't ignore yourself.")
    if ctx.may("admin", who):
        raise Rejected(f"{who.name} is an {ctx.role(who)} and can't be ignored.")
    most = ctx.settings(People).ignored
    if len(me.ignores) >= most:
        raise Rejected(f"You can't ignore more than {most}: `ignore NAME` ends it for one of them.")
    ctx.change(me, ignores=(*me.ignores, who.name))
    ctx.send(f"You ignore {who.name} from now on. The same again ends it.")


def hear_again(ctx: Context[State], name: str) -> None:
    """Stop ignoring somebody."""
    me = ctx.player
    ctx.change(me, ignores=tuple(ignored for ignored in me.ignores if ignored != name))
    ctx.send(f"You hear {name} again.")


def finger(ctx: Context[State], args: str) -> None:
    """finger NAME -- about a player: title, role, how long they have been here or away, and whether mail waits"""
    who = ctx.find_player(args) if args else ctx.player
    role = ctx.role(who)
    rows = [f"{tag('player', who.name)}{f' {who.title}' if who.title else ''}"]
    rows.append(f"  level {who.level}{f', {role}' if role != 'player' else ''}, {presence(ctx, who.id)}")
    session = ctx.session_of(who)
    if session is not None:
        rows.append(f"  connected for {duration(ctx.clock.wall - session.connected_at)}")
    rows.append(f"  first seen {ago(ctx.clock.wall - who.created)}")
    try:
        waiting = ctx.call(Waiting(who.id))
        rows.append(f"  {'mail is waiting' if waiting else 'no mail is waiting'}")
    except (NotFound, Rejected):
        pass  # no module keeps mail, or it is out of service
    ctx.send("\n".join(rows))


def presence(ctx: Context[State], character: str) -> str:
    """Whether a player is here, or since when not."""
    who = ctx.world.characters[character]
    session = ctx.session_of(who)
    if who.away:
        return f"last seen {ago(ctx.clock.wall - who.seen)}" if who.seen else "not here"
    if session is None:
        return "link-dead"
    if who.afk is not None:
        return f"away from the keyboard{f': {who.afk}' if who.afk else ''}"
    idle = ctx.clock.wall - session.last_input
    return f"here, idle for {duration(idle)}" if idle >= 60 else "here"


def bounded(text: str, most: int, what: str) -> str:
    """`text`. Raises Rejected if it is too long."""
    if len(text) > most:
        raise Rejected(f"{what} has at most {most} letters, and this one has {len(text)}.")
    return text


MODULE = Module(
    name="people",
    version="1.0.0",
    description="title, afk, ignore and finger",
    author="Everwake",
    settings=People,
    requires=("post?",),
    commands=[
        Command("title", title, topic="yourself"),
        Command("afk", afk, topic="yourself"),
        Command("ignore", ignore, topic="talking"),
        Command("finger", finger, topic="seeing"),
    ],
)
