"""The state of groups: who follows whom, and who is in whose group, all as ids of characters.

Two things always hold: nobody follows themselves, not even through others; and every member of a group follows its
leader, except the leader, who follows no member.
"""

from __future__ import annotations

from typing import Annotated

from mud.api import Character, Context, Meta, Settings, State


class GroupSettings(Settings):
    """The limits of groups."""

    members: Annotated[int, Meta(ge=2, le=100)] = 12  # in one group
    followers: Annotated[int, Meta(ge=1, le=200)] = 30  # of one leader


class Groups(State):
    """Who follows whom, and the leader of each member, in the order of joining. A leader leads itself."""

    following: dict[str, str] = {}
    leaders: dict[str, str] = {}


def here(ctx: Context[Groups], character: str | None) -> Character | None:
    """The character with an id, if it is in the world."""
    found = ctx.world.characters.get(character or "")
    return found if found is not None and not found.away else None


def all_here(ctx: Context[Groups], ids: list[str]) -> list[Character]:
    """The characters with these ids that are in the world."""
    return [c for c in (here(ctx, i) for i in ids) if c is not None]


def followers(ctx: Context[Groups], leader: Character) -> list[Character]:
    """Who follows somebody."""
    return all_here(ctx, [f for f, whom in ctx.state.following.items() if whom == leader.id])


def leader_of(ctx: Context[Groups], who: Character) -> Character | None:
    """The leader of somebody's group; None if they are in none."""
    return here(ctx, ctx.state.leaders.get(who.id))


def members(ctx: Context[Groups], leader: Character) -> list[Character]:
    """All members of a leader's group, with the leader."""
    return all_here(ctx, [m for m, whom in ctx.state.leaders.items() if whom == leader.id])


def fellows(ctx: Context[Groups], who: Character) -> list[Character]:
    """All members of somebody's group, with themselves; only themselves if they are in none."""
    leader = leader_of(ctx, who)
    return members(ctx, leader) if leader is not None else [who]


def join(ctx: Context[Groups], leader: Character, who: Character) -> None:
    """Take a follower into its leader's group. The first one begins the group."""
    ctx.state.leaders.setdefault(leader.id, leader.id)
    ctx.state.leaders[who.id] = leader.id


def leave(ctx: Context[Groups], who: Character) -> Character | None:
    """Take somebody out of their group. Returns its leader now, or None if the group has ended.

    If they led it, the next one leads, and all others follow that one. A single member is no group.
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
    """End a group; its members still follow the leader."""
    for member in members(ctx, leader):
        del ctx.state.leaders[member.id]


def circles(ctx: Context[Groups], who: Character, leader: Character) -> bool:
    """Whether `leader` follows `who`, directly or through others."""
    seen: set[str] = set()
    at: str | None = leader.id
    while at is not None and at not in seen:
        if at == who.id:
            return True
        seen.add(at)
        at = ctx.state.following.get(at)
    return False
