"""A module that tries to get past the journal, in every way that its author could think of. Its folder is `rogue`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct, structs

from mud.api import Command, Context, Item, Job, Module, On, Rejected, Settings, State, Timer, Work
from mud.core.opened import RUNNING
from mud.testing.bypasses import Scene


class Rogue(State):
    """A number, and one container of each kind."""

    count: int = 0
    names: dict[str, int] = {}
    order: list[str] = []
    seen: set[str] = set()


class RogueSettings(Settings):
    """A number."""

    most: int = 3


class Later(Timer):
    """A timer with a container in it."""

    names: dict[str, int] = {}


KEPT: dict[str, Any] = {}  # what a module holds on to longer than it may


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


def nested(ctx: Context[Rogue]) -> None:
    effects = ctx.player.effects
    effects["rogue"]["strength"] = 18


def nested_when_open(ctx: Context[Rogue]) -> None:
    ctx.change(ctx.player, title="the Strong")
    ctx.player.effects["rogue"]["strength"] = 18


def kept_settings(ctx: Context[Rogue]) -> None:
    KEPT["settings"]["pager"] = "off"


def kept_empty(ctx: Context[Rogue]) -> None:
    KEPT["aliases"]["k"] = "kill"


def kept_state(ctx: Context[Rogue]) -> None:
    KEPT["names"]["ada"] = 1


def kept_empty_state(ctx: Context[Rogue]) -> None:
    KEPT["seen"].add("ada")


def nothing_runs(ctx: Context[Rogue]) -> None:
    RUNNING.opened = None  # type: ignore[assignment]
    ctx.player.level = 6


def stop_clock(ctx: Context[Rogue]) -> None:
    ctx.clock.stop()  # type: ignore[attr-defined]


def set_clock(ctx: Context[Rogue]) -> None:
    clock = ctx.clock
    clock._offset += 1000  # type: ignore[attr-defined]


def close_way(ctx: Context[Rogue]) -> None:
    exits = ctx.world.room("hall").exits
    exits.pop("north")  # type: ignore[attr-defined]


def define_value(ctx: Context[Rogue]) -> None:
    values = ctx.world.item_def(item(ctx)).values
    values["charges"] = 9  # type: ignore[index]


def define_attribute(ctx: Context[Rogue]) -> None:
    attributes = ctx.world.defs.mobs["rat"].attributes
    attributes["strength"] = 9  # type: ignore[index]


def drop_room(ctx: Context[Rogue]) -> None:
    rooms = ctx.world.defs.rooms
    rooms.pop("yard")  # type: ignore[attr-defined]


def drop_held(ctx: Context[Rogue]) -> None:
    world: Any = ctx.world
    world._held[ctx.player.owner_key].clear()


def drop_owner(ctx: Context[Rogue]) -> None:
    world: Any = ctx.world
    world._held.pop(ctx.player.owner_key)


def drop_present(ctx: Context[Rogue]) -> None:
    world: Any = ctx.world
    world._present["hall"].remove(ctx.player.id)


def other_doors(ctx: Context[Rogue]) -> None:
    world: Any = ctx.world
    world.doors = {}


def other_doors_below(ctx: Context[Rogue]) -> None:
    vars(ctx.world)["doors"] = {}


def other_balances(ctx: Context[Rogue]) -> None:
    ledger = ctx.world.ledger
    ledger.balances = {"mint": 5}


def other_settings(ctx: Context[Rogue]) -> None:
    settings: Any = ctx.settings(RogueSettings)
    settings.most = 9


#: Ways that are refused where they are tried, and what the error names.
#: Ways that are refused where they are tried, and what the error names.
REFUSED: dict[Callable[[Context[Rogue]], None], str] = {
    set_level: "Character {id}: 'level'",
    set_setting: "this dict is not open in this event: what is only shown is changed by ctx.change(",
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
    nested: "this dict is read-only",
    nested_when_open: "this dict is read-only",
    kept_settings: "this dict is not open in this event",
    kept_empty: "this dict is not open in this event",
    kept_state: "this dict is not open in this event",
    kept_empty_state: "this set is not open in this event",
    nothing_runs: "NoneType",
    stop_clock: "'ClockView' object has no attribute 'stop'",
    set_clock: "'ClockView' object has no attribute '_offset'",
    close_way: "this dict is read-only",
    define_value: "this dict is read-only",
    define_attribute: "this dict is read-only",
    drop_room: "this dict is read-only",
    drop_held: "this list is read-only",
    drop_owner: "'mappingproxy' object has no attribute 'pop'",
    drop_present: "this list is read-only",
    other_doors: "ctx.world is read-only: 'doors' can't be set",
    other_doors_below: "vars() argument must have __dict__",
    other_balances: "'balances' can't be set: gold is moved by ctx.pay(",
    other_settings: "'most' can't be set: settings are the operator's",
}


def force_level(ctx: Context[Rogue]) -> None:
    Struct.__setattr__(ctx.player, "level", 6)


def force_owner(ctx: Context[Rogue]) -> None:
    structs.force_setattr(item(ctx), "owner", "room:yard")


def force_state(ctx: Context[Rogue]) -> None:
    structs.force_setattr(ctx.peek(), "count", 7)


def force_other(ctx: Context[Rogue]) -> None:
    Struct.__setattr__(ctx.find_player("Ben"), "level", 6)


def force_when_all_is_open(ctx: Context[Rogue]) -> None:
    RUNNING.opened = Scene()
    ctx.player.level = 6


def reach_ledger(ctx: Context[Rogue]) -> None:
    vars(ctx._core.world.ledger)["_balances"]["char:p9"] = 5


def reach_door(ctx: Context[Rogue]) -> None:
    ctx._core.world.doors["hall north"] = "locked"


def reach_timer(ctx: Context[Rogue]) -> None:
    ctx._core.world.timers.pending.clear()


def reach_account(ctx: Context[Rogue]) -> None:
    Struct.__setattr__(ctx._core.world.accounts["ada"], "role", "owner")


#: Ways that only bad will finds, and what is named of them at the end of the event. A server finds them too.
FOUND: dict[Callable[[Context[Rogue]], None], str] = {
    force_level: "Character {id}: level (",
    force_other: "Character {ben}: level (",
    force_when_all_is_open: "Character {id}: level (",
    force_state: "ogue: count (0, now 7)",
}

#: Ways of the same kind that the test kit finds alone.
FOUND_BY_KIT: dict[Callable[[Context[Rogue]], None], str] = {
    force_owner: "Item {item}: owner ('char:{id}', now 'room:yard')",
    reach_ledger: "balances char:p9: None, now 5",
    reach_door: "doors hall north: None, now 'locked'",
    reach_timer: "timers t",
    reach_account: "Account Ada: role ('player', now 'owner')",
}


def keep(ctx: Context[Rogue]) -> None:
    """Be given what a module may change in this event, and keep it."""
    ctx.change(ctx.player, title="the Keeper")
    KEPT.update(settings=ctx.player.settings, aliases=ctx.player.aliases, names=ctx.state.names, seen=ctx.state.seen)
    KEPT.update(player=ctx.player, peeked=ctx.peek())
    KEPT["own"] = ["ada"]
    ctx.state.order = KEPT["own"]


#: What a job tries between two events, with what a handler kept.
BESIDE: dict[str, Callable[[], None]] = {
    "level": lambda: setattr(KEPT["player"], "level", 99),
    "setting": lambda: KEPT["player"].settings.update(pager="off"),
    "kept setting": lambda: KEPT["settings"].update(pager="off"),
    "peeked": lambda: KEPT["peeked"].names.update(ada=1),
    "peeked field": lambda: setattr(KEPT["peeked"], "count", 7),
    "kept state": lambda: KEPT["names"].update(ada=1),
}


async def beside(work: Work) -> None:
    """A job: it tries what it is told to."""
    KEPT["job"]()


WAYS = {do.__name__: do for do in (*REFUSED, *FOUND, *FOUND_BY_KIT, keep)}


def go(ctx: Context[Rogue], args: str) -> None:
    """go WAY [and fail] -- go one of the ways, and raise Rejected after it if so told"""
    way, _, fail = args.partition(" ")
    WAYS[way](ctx)
    if fail:
        raise Rejected("Not today.")
    ctx.send("That went well.")


def wait(ctx: Context[Rogue], args: str) -> None:
    """wait -- set a timer, and leave something in each container"""
    ctx.affect(ctx.player, {"strength": 1})
    ctx.change(ctx.player, settings={"brief": "on"})
    ctx.state.names["ben"] = 1
    ctx.set_timer(1000, Later()).payload.data["names"]["ada"] = 1  # type: ignore[union-attr]


def later(ctx: Context[Rogue], timer: Later) -> None:
    """It fell due."""


MODULE = Module(
    name="rogue",
    version="1.0.0",
    state=Rogue,
    settings=RogueSettings,
    commands=[Command("go", go), Command("hang", wait)],
    on=[On(Later, later)],
    jobs=(Job("beside", beside),),
)
