"""What is kept of groups: who follows whom, and who is in whose group. Ids of characters throughout.

Two things always hold: nobody follows themselves, not even by way of others; and who is in a group follows its leader,
but for the leader, who follows nobody in it.
"""

from __future__ import annotations

from typing import Annotated

from mud.api import Character, Context, Meta, Settings, State


class GroupSettings(Settings):
    """How many there may be."""

    members: Annotated[int, Meta(ge=2, le=100)] = 12  # in one group
    followers: Annotated[int, Meta(ge=1, le=200)] = 30  # of one leader


class Groups(State):
    """Who follows whom; and of each in a group, in the order of their coming, who leads it: a leader leads itself."""

    following: dict[str, str] = {}
    leaders: dict[str, str] = {}


def here(ctx: Context[Groups], character: str | None) -> Character | None:
    """The character of an id, if it is in the world."""
    found = ctx.world.characters.get(character or "")
    return found if found is not None and not found.away else None


def all_here(ctx: Context[Groups], ids: list[str]) -> list[Character]:
    """The characters of ids, but for those who are not in the world."""
    return [c for c in (here(ctx, i) for i in ids) if c is not None]


def followers(ctx: Context[Groups], leader: Character) -> list[Character]:
    """Who follows somebody."""
    return all_here(ctx, [f for f, whom in ctx.state.following.items() if whom == leader.id])


def leader_of(ctx: Context[Groups], who: Character) -> Character | None:
    """Who leads the group that somebody is in; None where they are in none."""
    return here(ctx, ctx.state.leaders.get(who.id))


def members(ctx: Context[Groups], leader: Character) -> list[Character]:
    """All in the group of a leader, the leader too."""
    return all_here(ctx, [m for m, whom in ctx.state.leaders.items() if whom == leader.id])


def fellows(ctx: Context[Groups], who: Character) -> list[Character]:
    """All in somebody's group, and they themselves; they alone where they are in none."""
    leader = leader_of(ctx, who)
    return members(ctx, leader) if leader is not None else [who]


def join(ctx: Context[Groups], leader: Character, who: Character) -> None:
    """A follower is in its leader's group from now on, which begins with the first of them."""
    ctx.state.leaders.setdefault(leader.id, leader.id)
    ctx.state.leaders[who.id] = leader.id


def leave(ctx: Context[Groups], who: Character) -> Character | None:
    """Somebody is in no group from now on. Led by them, it goes on under the next, whom all others of it follow then;
    of one alone nothing is left. Gives who leads it now, None when it is no more.
    """
    state = ctx.state
    before = state.leaders.pop(who.id, None)
    rest = [member for member, leader in state.leaders.items() if leader == before]
    if len(rest) < 2:
        for member in rest:
            del state.leaders[member]
        return None
    if before == who.id:
        state.following.pop(rest[0], None)
        for member in rest:
            state.leaders[member] = rest[0]
        for member in rest[1:]:
            state.following[member] = rest[0]
    return here(ctx, state.leaders[rest[0]])


def disband(ctx: Context[Groups], leader: Character) -> None:
    """A group is no more; who followed its leader still does."""
    for member in members(ctx, leader):
        del ctx.state.leaders[member.id]


def circles(ctx: Context[Groups], who: Character, leader: Character) -> bool:
    """Whether `leader` follows `who`, straight or by way of others."""
    seen: set[str] = set()
    at: str | None = leader.id
    while at is not None and at not in seen:
        if at == who.id:
            return True
        seen.add(at)
        at = ctx.state.following.get(at)
    return False
