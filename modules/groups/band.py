"""The group itself: its members, what they tell each other, and how they share."""

from __future__ import annotations

from modules.groups.followers import depart
from modules.groups.state import Groups, GroupSettings, disband, fellows, followers, here, join, leader_of, members
from mud.api import LIMIT, Character, Companions, Context, Rejected, tag, whole_number


def group(ctx: Context[Groups], args: str) -> None:
    """group | group NAME | group all -- how your group is; take in one who follows you, or all of them
    The members of a group who are in the same room share the experience of a fight."""
    me = ctx.player
    if not args:
        show(ctx)
        return
    leader = leader_of(ctx, me)
    if leader not in (None, me):
        raise Rejected(f"{leader.name} leads your group. Only the leader takes somebody in.")
    if args.casefold() == "all":
        found = [c for c in followers(ctx, me) if c.room == me.room and leader_of(ctx, c) is None]
        if not found:
            raise Rejected("Nobody here follows you and is in no group.")
    else:
        found = [candidate(ctx, args)]
    for character in found:
        take_in(ctx, character)


def show(ctx: Context[Groups]) -> None:
    """Show the members of the player's group, and how they are."""
    me = ctx.player
    leader = leader_of(ctx, me)
    if leader is None:
        behind = ", ".join(c.name for c in followers(ctx, me))
        hint = f" {behind} could be taken in: group all." if behind else ""
        ctx.send(f"You are in no group.{hint}")
        return
    ctx.page("\n".join([f"The group of {leader.name}:", *(row(ctx, c, leader) for c in members(ctx, leader))]))


def row(ctx: Context[Groups], who: Character, leader: Character) -> str:
    """A line about a member of the group."""
    pairs = ((who.hp, who.max_hp, "hp"), (who.mana, who.max_mana, "mana"), (who.move, who.max_move, "move"))
    body = ", ".join(f"{now}/{most} {what}" for now, most, what in pairs) if who.max_hp else "unhurt"
    notes = ["leads"] if who is leader else []
    notes += [who.position] if who.position != "standing" else []
    notes += ["link-dead"] if who.link_dead else []
    notes += ["elsewhere"] if who.room != ctx.player.room else []
    noted = f" ({', '.join(notes)})" if notes else ""
    return f"  {tag('player', f'{who.name:16}')} {body}{noted}"


def candidate(ctx: Context[Groups], name: str) -> Character:
    """Whom the player wants in the group. Raises Rejected if that is impossible."""
    who = ctx.seek_here(name)
    if who is None:
        raise Rejected(f"There is nobody called {name[:40]!r} here.")
    if who is ctx.player:
        raise Rejected("A group needs somebody else. You can take in those who follow you.")
    if ctx.state.following.get(who.id) != ctx.player.id:
        raise Rejected(f"{ctx.world.called(who)} does not follow you.")
    if leader_of(ctx, who) is not None:
        raise Rejected(f"{ctx.world.called(who)} is already in a group.")
    return who


def take_in(ctx: Context[Groups], who: Character) -> None:
    """Take somebody into the player's group."""
    me, most = ctx.player, ctx.settings(GroupSettings).members
    if len(fellows(ctx, me)) >= most:
        raise Rejected(f"A group has at most {most} members.")
    join(ctx, me, who)
    for member in members(ctx, me):
        leader = "your" if member is me else f"{me.name}'s"
        ctx.tell(member, f"{'You are' if member is who else f'{who.name} is'} in {leader} group from now on.")


def ungroup(ctx: Context[Groups], args: str) -> None:
    """ungroup [NAME] -- leave your group; as its leader end it, or remove somebody from it"""
    me = ctx.player
    leader = leader_of(ctx, me)
    if leader is None:
        raise Rejected("You are in no group.")
    if args:
        put_out(ctx, leader, args)
    elif leader is me:
        for member in members(ctx, me):
            ctx.tell(member, "You end the group." if member is me else f"{me.name} ends the group.")
        disband(ctx, me)
    else:
        depart(ctx, me)


def put_out(ctx: Context[Groups], leader: Character, name: str) -> None:
    """The leader removes somebody, wherever they are."""
    if leader is not ctx.player:
        raise Rejected(f"{leader.name} leads your group. Only the leader removes somebody. `ungroup` alone leaves it.")
    others = [c for c in members(ctx, leader) if c is not leader and c.name.casefold().startswith(name.casefold())]
    exact = [c for c in others if c.name.casefold() == name.casefold()]
    if not others:
        raise Rejected(f"Nobody called {name[:40]!r} is in your group.")
    depart(ctx, (exact or others)[0])


def gtell(ctx: Context[Groups], args: str) -> None:
    """gtell TEXT -- tell your whole group something, wherever they are"""
    if leader_of(ctx, ctx.player) is None:
        raise Rejected("You are in no group.")
    if not args:
        raise Rejected("Tell your group what?")
    ctx.send(tag("tell", f'You tell the group, "{args}"'))
    ctx.speak(tag("tell", f'{ctx.player.name} tells the group, "{args}"'), fellows(ctx, ctx.player))


def split(ctx: Context[Groups], args: str) -> None:
    """split AMOUNT -- share gold of yours with the members of your group who are here
    Each gets the same, you too; the remainder stays yours."""
    me = ctx.player
    amount = amount_of(args)
    others = [c for c in fellows(ctx, me) if c.room == me.room and c is not me]
    if not others:
        raise Rejected("No member of your group is here to share with.")
    if ctx.world.ledger.balance(me.owner_key) < amount:
        raise Rejected(f"You don't have {amount:,} gold.")
    share = amount // (len(others) + 1)
    if not share:
        raise Rejected(f"{amount:,} gold is too little for {len(others) + 1} of you.")
    for other in others:
        ctx.pay(me.owner_key, other.owner_key, share, "split")
        ctx.tell(other, f"{tag('player', me.name)} splits {amount:,} gold: you receive {share:,}.")
    kept = amount - share * len(others)
    whom = ("each of " if len(others) > 1 else "") + ", ".join(other.name for other in others)
    ctx.send(f"You split {amount:,} gold: {share:,} for {whom}, {kept:,} for you.")


def amount_of(text: str) -> int:
    """An amount of gold as it was typed: "100" or "100 gold". Raises Rejected."""
    number, _, rest = text.partition(" ")
    amount = whole_number(number)
    if amount is None or rest.casefold() not in ("", "gold", "coins", "coin"):
        raise Rejected("Write: split AMOUNT, a whole number of gold coins.")
    if not 0 < amount <= LIMIT:
        raise Rejected(f"You can split 1 to {LIMIT:,} gold coins.")
    return amount


def companions(ctx: Context[Groups], asked: Companions) -> list[str]:
    """Who shares what a character wins: the members of its group in its room, itself first."""
    who = here(ctx, asked.character)
    others = [c.id for c in fellows(ctx, who) if c.room == who.room and c is not who] if who is not None else []
    return [asked.character, *others]
