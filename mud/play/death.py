"""Dying: the corpse, the killers' experience, and where players wake up."""

from __future__ import annotations

from mud.core.context import CoreContext
from mud.core.signals import Died
from mud.core.text.markup import strip, tag
from mud.core.text.words import duration
from mud.core.timers import ItemDecays
from mud.core.world import fights
from mud.core.world.area import CORPSE
from mud.core.world.hands import cursed_things
from mud.core.world.model import Character, Item, room_key
from mud.core.world.world import World
from mud.play import bodies, describe, rooms, things
from mud.play.describe import capital

#: Game seconds until a mob's corpse decays, and a player's.
MOB_CORPSE_SECONDS, PLAYER_CORPSE_SECONDS = 300.0, 3600.0
#: How much of a level's experience a death costs, in hundredths.
LOSS = 10


def die(ctx: CoreContext, victim: Character, by: Character | None = None, lies: str = "") -> None:
    """A character dies. A mob is destroyed, and its killers gain experience; a player wakes up at the start.

    All that it held stays in the corpse, in the room of the death or in `lies`. In an arena a player loses nothing.
    """
    world = ctx.world
    who, room = describe.name(world, victim), victim.room
    fights.end(world, victim)
    ctx.room_says(room, tag("error", f"{capital(who)} is dead!"), but=(victim,))
    ctx.tell(victim, tag("error", "You are dead!"))
    sport = victim.mob is None and "arena" in world.room(room).flags
    corpse = None if sport else make_corpse(ctx, victim, lies or room)
    if victim.mob is not None:
        if by is not None:
            learn(ctx, by, victim)
        world.remove_mob(victim)
    else:
        if by is not None and victim.id in by.remembers:  # revenge is done: the corpse can be fetched
            world.edit(by)
            by.remembers.remove(victim.id)
        wake(ctx, victim, corpse)
    ctx.emit(Died(victim.id, by.id if by is not None else "", room))


def make_corpse(ctx: CoreContext, victim: Character, room: str) -> Item:
    """Put all that somebody held into a corpse, with coins as a heap. A player keeps cursed items."""
    world = ctx.world
    called = strip(describe.name(world, victim))
    corpse = world.add_item(
        Item(
            id=world.new_id("i"),
            kind=CORPSE.id,
            owner=room_key(room),
            short=f"the corpse of {called}",
            long=f"The corpse of {called} lies here.",
            keywords=("corpse", *world.keywords(victim)),
            values={"player": victim.id} if victim.mob is None else {},
        )
    )
    stays = cling(world, victim) if victim.mob is None else set()
    for item in world.held(victim.owner_key):
        if item.id not in stays:
            world.move_item(item, corpse.owner_key)
    gold = world.ledger.balance(victim.owner_key)
    if gold:
        ctx.pay(victim.owner_key, things.coin_heap(ctx, corpse.owner_key).owner_key, gold, "died")
    ctx.after(PLAYER_CORPSE_SECONDS if victim.mob is None else MOB_CORPSE_SECONDS, ItemDecays(corpse.id))
    return corpse


def cling(world: World, victim: Character) -> set[str]:
    """Move cursed items, which even death does not take away, into the hands; not their contents or bags.

    Returns the ids of the items that stay.
    """
    cursed = list(cursed_things(world, victim.owner_key))
    stays = {item.id for item in cursed}
    for item in cursed:
        for inside in world.held(item.owner_key):
            world.move_item(inside, victim.owner_key)
        if item.owner != victim.owner_key:
            world.move_item(item, victim.owner_key)
    return stays


def wake(ctx: CoreContext, character: Character, corpse: Item | None) -> None:
    """A player's character wakes up at the start, and is told; if it left a corpse, weak and with less experience."""
    world = ctx.world
    ctx.move(character, world.defs.start)
    world.edit(character)
    most = bodies.figures(world, character)
    character.position = "standing"
    before = character.experience
    if corpse is not None:
        level = character.level
        bodies.gain(ctx, character, -(bodies.needed(level + 1) - bodies.needed(level)) * LOSS // 100)
        character.hp, character.mana, character.move = max(1, most.hp // 2), most.mana // 2, most.move // 2
    else:
        character.hp, character.mana, character.move = most.hp, most.mana, most.move
    bodies.mending(ctx, character)
    how = "whole" if corpse is None else f"weak: {character.hp} of {most.hp} hit points"
    ctx.tell(character, tag("system", f"Light, and a voice that you know. You wake, and you are {how}."))
    if corpse is not None:
        ctx.tell(character, cost(world, corpse, before - character.experience))
        if world.held(character.owner_key):
            ctx.tell(character, "What you can't let go of is still with you.")
    ctx.room_says(character.room, f"{describe.name(world, character)} wakes here, pale as chalk.", but=(character,))
    rooms.show_room(ctx, character)


def cost(world: World, corpse: Item, experience: int) -> str:
    """What a death cost a player, and how to get back what can be recovered."""
    told = [f"This death cost you {experience:,} experience." if experience else "This death cost you no experience."]
    if world.held(corpse.owner_key):
        where = world.room(corpse.owner.removeprefix("room:")).name
        left = duration(PLAYER_CORPSE_SECONDS)
        told.append(f"What you had lies with your corpse, for {left}: {where}. It is yours alone; get all from corpse.")
    return " ".join(told)


def learn(ctx: CoreContext, killer: Character, victim: Character) -> None:
    """Share the experience of a kill among the killer and the companions in the room."""
    if killer.mob is not None:
        return
    mob = ctx.world.mob_def(victim)
    worth = mob.experience if mob is not None and mob.experience else 10 * victim.level + victim.level**2
    friends = [ctx.world.characters[c] for c in ctx.modules.companions(ctx, killer.id)]
    share = max(1, worth // len(friends))
    for friend in friends:
        friend_gets = min(share, max(1, bodies.needed(friend.level + 1) - bodies.needed(friend.level)))
        ctx.tell(friend, f"You gain {friend_gets:,} experience.")
        bodies.gain(ctx, friend, friend_gets)
        if mob is not None:
            ctx.world.edit(friend)
            friend.alignment = max(-1000, min(1000, friend.alignment - (mob.alignment + friend.alignment) // 16))


def fall_to_dust(ctx: CoreContext, corpse: Item) -> None:
    """Remove a corpse. What is still in it stays on the ground, so that nobody loses anything."""
    world = ctx.world
    for item in world.held(corpse.owner_key):
        world.move_item(item, corpse.owner)
    if corpse.owner.startswith("room:"):
        room = corpse.owner.removeprefix("room:")
        ctx.room_says(room, f"{capital(describe.short(world, corpse))} falls to dust.")
    ctx.destroy(corpse)


def item_decays(ctx: CoreContext, payload: ItemDecays) -> None:
    """An item falls to dust, with what is in it."""
    item = ctx.world.items.get(payload.item)
    if item is not None and item.kind == CORPSE.id:
        fall_to_dust(ctx, item)
    elif item is not None:
        ctx.destroy(item)
