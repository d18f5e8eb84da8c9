"""Following: where one character walks, the other goes along."""

from __future__ import annotations

from modules.groups.state import Groups, GroupSettings, circles, followers, here, leave
from mud.api import Character, Context, Died, Moved, PlayerEntered, PlayerLeft, Rejected, tag


def follow(ctx: Context[Groups], args: str) -> None:
    """follow [NAME | stop] -- walk along with somebody, or stop that; `follow` alone shows whom you follow
    You go along if you stand in the room that they leave and nothing keeps you. `follow me` is the same as stop."""
    if not args:
        show(ctx)
        return
    whom = None if args.casefold() == "stop" else ctx.seek_here(args)
    if whom is ctx.player or args.casefold() == "stop":
        if not stop(ctx, ctx.player):
            raise Rejected("You follow nobody.")
        return
    if whom is None:
        raise Rejected(f"There is nobody called {args[:40]!r} here.")
    begin(ctx, whom)


def show(ctx: Context[Groups]) -> None:
    """Whom the player follows, and who follows the player."""
    whom = here(ctx, ctx.state.following.get(ctx.player.id))
    rows = [f"You follow {ctx.world.called(whom)}." if whom is not None else "You follow nobody."]
    behind = followers(ctx, ctx.player)
    if behind:
        rows.append(f"These follow you: {', '.join(ctx.world.called(c) for c in behind)}.")
    ctx.send("\n".join(rows))


def begin(ctx: Context[Groups], whom: Character) -> None:
    """The player begins to follow somebody, and stops following anybody else."""
    me, called = ctx.player, ctx.world.called(whom)
    if ctx.state.following.get(me.id) == whom.id:
        raise Rejected(f"You follow {called} already.")
    if not ctx.hears(whom, me.name):
        raise Rejected(f"{called} does not want you around.")
    if circles(ctx, me, whom):
        raise Rejected(f"{called} already follows you: each of you would wait for the other.")
    if len(followers(ctx, whom)) >= ctx.settings(GroupSettings).followers:
        raise Rejected(f"Too many follow {called} already.")
    stop(ctx, me)
    ctx.state.following[me.id] = whom.id
    ctx.send(f"You follow {called} from now on.")
    ctx.tell(whom, f"{tag('player', me.name)} follows you from now on.")


def stop(ctx: Context[Groups], who: Character) -> bool:
    """Somebody stops following and leaves that group. Returns False if they followed nobody."""
    before = ctx.state.following.pop(who.id, None)
    if before is None:
        return False
    if before == ctx.state.leaders.get(who.id):
        depart(ctx, who)
    whom = here(ctx, before)
    ctx.tell(who, f"You follow {ctx.world.called(whom)} no longer." if whom is not None else "You follow nobody now.")
    if whom is not None:
        ctx.tell(whom, f"{ctx.world.called(who)} follows you no longer.")
    return True


def depart(ctx: Context[Groups], who: Character) -> None:
    """Somebody leaves their group, and all its members are told."""
    led = ctx.state.leaders.get(who.id)
    others = [c for c in map(ctx.world.characters.get, ctx.state.leaders) if c is not None and c is not who]
    others = [c for c in others if ctx.state.leaders[c.id] == led]
    leader = leave(ctx, who)
    ctx.tell(who, "You are no longer in the group.")
    for other in others:
        ctx.tell(other, f"{ctx.world.called(who)} leaves the group.")
        if leader is None:
            ctx.tell(other, "Nobody else is left in it: the group has ended.")
        elif led == who.id:
            lead = "You lead" if other is leader else f"{ctx.world.called(leader)} leads"
            ctx.tell(other, f"{lead} it from now on.")


def lose(ctx: Context[Groups], args: str) -> None:
    """lose [NAME] -- shake off one who follows you, or all of them; they also leave your group"""
    behind = followers(ctx, ctx.player)
    if not behind:
        raise Rejected("Nobody follows you.")
    if args and args.casefold() != "all":
        behind = [c for c in behind if c.name.casefold().startswith(args.casefold())]
        if not behind:
            raise Rejected(f"Nobody called {args[:40]!r} follows you.")
        behind = [c for c in behind if c.name.casefold() == args.casefold()] or behind[:1]
    for character in behind:
        stop(ctx, character)


# What happens in the world


def moved(ctx: Context[Groups], moved: Moved) -> None:
    """Followers of somebody who walked go the same way, if they are in the room that was left and can walk."""
    walkers = [c for c in ctx.world.present(moved.origin) if able(ctx, c)] if moved.direction else []
    if not walkers:  # most movers are mobs that nobody follows: do not copy the state for them
        return
    leader, following = here(ctx, moved.character), ctx.peek().following
    for character in walkers:
        if leader is not None and following.get(character.id) == leader.id:
            ctx.tell(character, f"You follow {ctx.world.called(leader)} {moved.direction}.")
            ctx.order(character, moved.direction)


def able(ctx: Context[Groups], character: Character) -> bool:
    """Whether somebody can go along: a player who stands, is not fighting and is connected."""
    upright = character.mob is None and character.position == "standing" and character.fighting is None
    return upright and ctx.connected(character)


def died(ctx: Context[Groups], died: Died) -> None:
    """A dead mob leads nobody. A player only wakes elsewhere."""
    if died.character not in ctx.world.characters:
        following = ctx.state.following
        for follower in [f for f, whom in following.items() if whom == died.character]:
            del following[follower]


def left(ctx: Context[Groups], left: PlayerLeft) -> None:
    """A player who leaves the game leaves the group and has no followers. A link-dead player has not left."""
    who = ctx.world.characters[left.character]
    if who.id in ctx.state.leaders:
        depart(ctx, who)
    stop(ctx, who)
    for follower in followers(ctx, who):
        stop(ctx, follower)
    forget(ctx, who)


def entered(ctx: Context[Groups], entered: PlayerEntered) -> None:
    """A player who enters follows nobody. Remains of an earlier visit were missed while out of service."""
    who = ctx.world.characters[entered.character]
    if who.id in ctx.state.leaders or who.id in ctx.state.following or followers(ctx, who):
        leave(ctx, who)
        forget(ctx, who)


def forget(ctx: Context[Groups], who: Character) -> None:
    """Forget everything about somebody."""
    following = ctx.state.following
    for follower in [f for f, whom in following.items() if who.id in (f, whom)]:
        del following[follower]
