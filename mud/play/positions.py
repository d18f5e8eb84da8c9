"""Positions: sleep, wake, rest, sit, stand. The table of commands says which position each command needs."""

from __future__ import annotations

from typing import get_args

from mud.core.context import CoreContext, Handler
from mud.core.errors import Rejected
from mud.core.world import fights
from mud.core.world.model import Character, Position
from mud.core.world.senses import has
from mud.play import describe

ORDER: tuple[str, ...] = get_args(Position)

#: Position: what the player reads on changing to it, and what the others read.
SAYS: dict[str, tuple[str, str]] = {
    "sleeping": ("You lie down and sleep.", "lies down and sleeps."),
    "resting": ("You sit down and rest your bones.", "sits down to rest."),
    "sitting": ("You sit down.", "sits down."),
    "standing": ("You stand up.", "stands up."),
}
ALREADY = {"sleeping": "You sleep already.", "resting": "You rest already."} | {
    "sitting": "You sit already.",
    "standing": "You stand already.",
}
#: Position: why a command that needs a higher one can't be used.
WHY_NOT: dict[str, str] = {
    "sleeping": "You are asleep. `wake` first.",
    "resting": "You are resting. `stand` up first.",
    "sitting": "You are sitting. `stand` up first.",
    "fighting": "Not in the middle of a fight! (`flee` if you must.)",
}


def check(character: Character, needs: str) -> None:
    """Raises Rejected, saying what to do, when a character's position is lower than `needs`."""
    if ORDER.index(character.position) < ORDER.index(needs):
        raise Rejected(WHY_NOT.get(character.position, "You can't do that now."))


def changer(to: str) -> Handler:
    """Make the handler of a command that changes the player's position."""
    return lambda ctx, args: change(ctx, to)


def change(ctx: CoreContext, to: str) -> None:
    """Lie down, sit or stand. Raises Rejected in a fight."""
    me = ctx.player
    if me.fighting is not None:
        raise Rejected("Not while you fight for your life!")
    need_own_sleep(ctx, me)
    if me.position == "sleeping" and to != "sleeping":
        ctx.send("You wake.")
    elif me.position == to:
        raise Rejected(ALREADY[to])
    ctx.world.edit(me)
    me.position = to
    mine, theirs = SAYS[to]
    ctx.send(mine)
    ctx.others(f"{describe.name(ctx.world, me)} {theirs}")


def wake(ctx: CoreContext, args: str) -> None:
    """Wake up, or wake somebody else."""
    if not args:
        if ctx.player.position != "sleeping":
            raise Rejected("You are awake.")
        need_own_sleep(ctx, ctx.player)
        ctx.world.edit(ctx.player)
        ctx.player.position = "sitting"
        ctx.send("You wake, and sit up.")
        ctx.others(f"{describe.name(ctx.world, ctx.player)} wakes, and sits up.")
        return
    check(ctx.player, "resting")
    whom = describe.find_character(ctx, args)
    called = describe.name(ctx.world, whom)
    if whom is ctx.player or whom.position != "sleeping":
        raise Rejected(f"{describe.capital(called)} is awake." if whom is not ctx.player else "You are awake.")
    need_own_sleep(ctx, whom)
    ctx.world.edit(whom)
    whom.position = "sitting"
    ctx.send(f"You wake {called}.")
    ctx.tell(whom, f"{describe.name(ctx.world, ctx.player)} wakes you.")
    ctx.room_says(ctx.player.room, f"{describe.name(ctx.world, ctx.player)} wakes {called}.", but=(ctx.player, whom))


# Magical sleep


def need_own_sleep(ctx: CoreContext, character: Character) -> None:
    """Raises Rejected for somebody in magical sleep: only its end, or an attack, wakes them."""
    if character.position == "sleeping" and has(ctx.world, character, "sleep"):
        who = "You" if character is ctx.player else describe.capital(describe.name(ctx.world, character))
        raise Rejected(f"{who} can't wake up: this is no natural sleep.")


def affected(ctx: CoreContext, character: Character, asleep: bool) -> None:
    """A character's effects have changed: put it to sleep if they say so, or wake a mob that was `asleep` by them."""
    sleeps = has(ctx.world, character, "sleep")
    if sleeps and not asleep:
        fights.end(ctx.world, character)
        ctx.world.edit(character)
        character.position = "sleeping"
    elif asleep and not sleeps and character.position == "sleeping":
        mob = ctx.world.mob_def(character)
        if mob is not None:
            ctx.world.edit(character)
            character.position = mob.default_position
