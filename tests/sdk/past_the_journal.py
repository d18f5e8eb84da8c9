"""A module that tries to get past the journal, in every way that its author could think of. Its folder is `rogue`."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct, structs

from mud.api import Command, Context, Item, Module, On, Rejected, State, Timer


class Rogue(State):
    """A number, and one container of each kind."""

    count: int = 0
    names: dict[str, int] = {}
    order: list[str] = []
    seen: set[str] = set()


class Later(Timer):
    """A timer with a container in it."""

    names: dict[str, int] = {}


KEPT: list[object] = []  # what a module holds on to longer than it may


def item(ctx: Context[Rogue]) -> Item:
    """Something in the player's hands."""
    return ctx.world.carried(ctx.player)[0]


def set_level(ctx: Context[Rogue]) -> None:
    ctx.player.level += 5


def set_setting(ctx: Context[Rogue]) -> None:
    ctx.player.settings["pager"] = "off"


def update_aliases(ctx: Context[Rogue]) -> None:
    ctx.player.aliases.update(k="kill")


def append_grudge(ctx: Context[Rogue]) -> None:
    ctx.player.remembers.append("p9")


def add_grudges(ctx: Context[Rogue]) -> None:
    ctx.player.remembers += ["p9"]


def write_note(ctx: Context[Rogue]) -> None:
    ctx.player.notes["rogue"] = b"x"


def set_owner(ctx: Context[Rogue]) -> None:
    item(ctx).owner = "char:p9"


def set_value(ctx: Context[Rogue]) -> None:
    item(ctx).values["charges"] = 9


def set_balance(ctx: Context[Rogue]) -> None:
    ctx.world.ledger.balances["char:p9"] = 5  # type: ignore[index]


def transfer(ctx: Context[Rogue]) -> None:
    ctx.world.ledger.transfer("mint", "char:p9", 5, "", 0.0)


def drop_character(ctx: Context[Rogue]) -> None:
    del ctx.world.characters[ctx.player.id]  # type: ignore[attr-defined]


def drop_item(ctx: Context[Rogue]) -> None:
    ctx.world.items.pop(item(ctx).id)  # type: ignore[attr-defined]


def open_door(ctx: Context[Rogue]) -> None:
    ctx.world.doors["hall north"] = "locked"  # type: ignore[index]


def edit(ctx: Context[Rogue]) -> None:
    ctx.world.edit(ctx.player)


def move_item(ctx: Context[Rogue]) -> None:
    ctx.world.move_item(item(ctx), "char:p9")


def forget(ctx: Context[Rogue]) -> None:
    ctx.world.forget(ctx.player)


def cancel(ctx: Context[Rogue]) -> None:
    ctx.world.timers.cancel("t1")


def journal(ctx: Context[Rogue]) -> None:
    ctx.world.journal.commit()


def sessions(ctx: Context[Rogue]) -> None:
    ctx.sessions.by_id.clear()


def peek(ctx: Context[Rogue]) -> None:
    ctx.peek().count += 1


def peek_dict(ctx: Context[Rogue]) -> None:
    ctx.peek().names["ada"] = 1


def peek_list(ctx: Context[Rogue]) -> None:
    ctx.peek().order.append("ada")


def peek_set(ctx: Context[Rogue]) -> None:
    ctx.peek().seen.add("ada")


#: Ways that are refused where they are tried, and what the error names.
REFUSED: dict[Callable[[Context[Rogue]], None], str] = {
    set_level: "Character {id}: 'level'",
    set_setting: "ctx.change(",
    update_aliases: "ctx.change(",
    append_grudge: "ctx.change(",
    add_grudges: "ctx.change(",
    write_note: "ctx.change(",
    set_owner: "'owner' can't be set like this: write ctx.move_item(",
    set_value: "ctx.change(",
    set_balance: "ctx.pay(",
    transfer: "ctx.pay(",
    drop_character: "ctx.change(",
    drop_item: "ctx.change(",
    open_door: "ctx.change(",
    edit: "ctx.change(",
    move_item: "ctx.move_item(",
    forget: "ctx.world has no 'forget'",
    cancel: "ctx.cancel(",
    journal: "ctx.world has no 'journal'",
    sessions: "ctx.connected(",
    peek: "Rogue: 'count' can't be set like this: write ctx.state.count",
    peek_dict: "ctx.state",
    peek_list: "ctx.state",
    peek_set: "ctx.state",
}


def force_level(ctx: Context[Rogue]) -> None:
    Struct.__setattr__(ctx.player, "level", 6)


def force_owner(ctx: Context[Rogue]) -> None:
    structs.force_setattr(item(ctx), "owner", "room:yard")


def hold_state(ctx: Context[Rogue]) -> None:
    names = ctx.state.names
    KEPT[:] = [names]


def use_held(ctx: Context[Rogue]) -> None:
    KEPT[0]["ada"] = 1  # type: ignore[index]


def reach_ledger(ctx: Context[Rogue]) -> None:
    vars(ctx._core.world.ledger)["_balances"]["char:p9"] = 5


def reach_door(ctx: Context[Rogue]) -> None:
    ctx._core.world.doors["hall north"] = "locked"


def reach_timer(ctx: Context[Rogue]) -> None:
    ctx._core.world.timers.pending.clear()


def reach_account(ctx: Context[Rogue]) -> None:
    Struct.__setattr__(ctx._core.world.accounts["ada"], "role", "owner")


#: Ways that only bad will finds, and what is named of them at the end of the event.
FOUND: dict[Callable[[Context[Rogue]], None], str] = {
    force_level: "Character {id}: level (None, now 6)",
    force_owner: "Item {item}: owner ('char:{id}', now 'room:yard')",
    use_held: "the state of rogue: names ({{}}, now {{'ada': 1}})",
    reach_ledger: "balances char:p9: None, now 5",
    reach_door: "doors hall north: None, now 'locked'",
    reach_timer: "timers t",
    reach_account: "Account Ada: role ('player', now 'owner')",
}

WAYS = {do.__name__: do for do in (*REFUSED, *FOUND, hold_state)}


def go(ctx: Context[Rogue], args: str) -> None:
    """go WAY [and fail] -- go one of the ways, and raise Rejected after it if so told"""
    way, _, fail = args.partition(" ")
    WAYS[way](ctx)
    if fail:
        raise Rejected("Not today.")
    ctx.send("That went well.")


def wait(ctx: Context[Rogue], args: str) -> None:
    """wait -- set a timer"""
    ctx.set_timer(1000, Later()).payload.data["names"]["ada"] = 1  # type: ignore[union-attr]


def later(ctx: Context[Rogue], timer: Later) -> None:
    """It fell due."""


MODULE = Module(
    name="rogue",
    version="1.0.0",
    state=Rogue,
    commands=[Command("go", go), Command("hang", wait)],
    on=[On(Later, later)],
)
