"""junk: destroys what a player carries, after a question.

The question keeps the ids of the things that it was about. So the answer never reaches anything that came into the
player's hands in between, whatever it is called.
"""

from __future__ import annotations

from mud.core.context import CoreContext
from mud.core.dialogs import Junking
from mud.core.errors import Rejected
from mud.core.session import Session
from mud.core.targets import parse_target
from mud.core.text.words import count
from mud.core.world.hands import cannot_let_go
from mud.core.world.model import Item
from mud.play import describe, things


def junk(ctx: CoreContext, args: str) -> None:
    """Ask whether the things that `args` names are to be destroyed."""
    world = ctx.world
    what = things.need(args, "Junk what?")
    if things.gold_match(what) is not None:
        raise Rejected("Gold can't be junked. You can drop it, or give it to somebody.")
    meant: list[Item] = []
    for item in describe.find_items(world, what, world.carried(ctx.player), "in your hands"):
        refusal = cannot_let_go(world, item)
        if refusal is None:
            meant.append(item)
        elif parse_target(what).every:
            ctx.send(refusal)
        else:
            raise Rejected(refusal)
    if len(meant) > 1:
        ctx.send(f"To be destroyed:\n{describe.listing(world, meant)}")
    if meant:
        ctx.push(Junking(tuple(item.id for item in meant)))


def ask(ctx: CoreContext, session: Session, dialog: Junking) -> str:
    """The question, which names what would be lost with a container."""
    world = ctx.world
    meant = [item for id_ in dialog.things if (item := world.items.get(id_)) is not None]
    what = describe.short(world, meant[0]) if len(meant) == 1 else f"these {count(len(meant), 'thing')}"
    lost = sum(1 for item in meant for _ in world.all_inside(item.owner_key))
    inside = f", and {count(lost, 'thing')} inside," if lost else ""
    return f"Destroy {what}{inside} for ever? (yes/no) "


def answer(ctx: CoreContext, dialog: Junking, text: str) -> None:
    """`yes` destroys what is still there to destroy; anything else leaves it."""
    ctx.pop()
    if text.strip().casefold() not in ("y", "yes"):
        ctx.send("Left as it is.")
        return
    world = ctx.world
    in_hand = {item.id: item for item in world.carried(ctx.player)}
    meant = [in_hand[id_] for id_ in dialog.things if id_ in in_hand]
    if not meant:
        ctx.send("It is no longer in your hands." if len(dialog.things) == 1 else "None of it is still in your hands.")
    for item in meant:
        refusal = cannot_let_go(world, item)  # something may have been put into it meanwhile
        if refusal is not None:
            ctx.send(refusal)
            continue
        called = describe.short(world, item)
        ctx.destroy(item)
        ctx.send(f"You destroy {called}.")
        ctx.others(f"{describe.name(world, ctx.player)} destroys {called}.")
