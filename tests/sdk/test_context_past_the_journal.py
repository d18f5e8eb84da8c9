"""Whatever a module tries, nothing of the world changes but by what the journal undoes and writes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from msgspec import structs

from mud.api import Context, Invalid, Rejected, Struct
from mud.core.errors import Unopened
from mud.core.opened import RUNNING
from mud.testing import Kit, Player
from mud.testing.bypasses import Scene
from tests.sdk.past_the_journal import BESIDE, FOUND, FOUND_BY_KIT, KEPT, MODULE, REFUSED, Rogue


@pytest.fixture
def kit() -> Kit:
    return Kit(MODULE)


@pytest.fixture
def ada(kit: Kit) -> Player:
    return prepared(kit)


def prepared(kit: Kit) -> Player:
    """Somebody to be changed, who is known to the module."""
    player = kit.player("Ada", gold=10)
    kit.player("Ben")
    kit.make_item("sword", player.character)
    player.do("hang", "go keep")
    return player


def everything(kit: Kit) -> bytes:
    """All that a flush would write, what a copyover would take along, what is defined, and where it is looked up."""
    world = kit.game.world
    looked_up = [{key: list(ids) for key, ids in places.items()} for places in (world._held, world._present)]
    seen = [dict(world.seen.doors), dict(world.seen.ledger.balances), kit.game.clock.game, kit.instance().settings]
    areas = list(world.defs.areas.values())
    return msgspec.msgpack.encode(
        [world.state(0.0), world.accounts, kit.state, looked_up, seen, areas, list(world.defs.rooms)]
    )


@pytest.mark.parametrize("server", [False, True], ids=["kit", "server"])
@pytest.mark.parametrize("then", ["", " and fail"])
@pytest.mark.parametrize("way", REFUSED, ids=lambda way: way.__name__)
def test_a_way_around_is_refused_where_it_is_tried(
    way: Callable[[Context[Rogue]], None], then: str, server: bool
) -> None:
    kit = Kit(MODULE, watched=not server)
    ada = prepared(kit)
    before, dirty = everything(kit), set(kit.game.world.dirty)
    assert ada.do(f"go {way.__name__}{then}").startswith("Something went wrong with that. Nothing was changed")
    said = kit.instance().figures.last_error
    assert REFUSED[way].format(id=ada.character.id) in said and "past_the_journal.py" not in said[-20:]
    assert everything(kit) == before and kit.game.world.dirty == dirty and isinstance(RUNNING.opened, Scene)


@pytest.mark.parametrize(
    ("way", "server"),
    [*((way, server) for way in FOUND for server in (False, True)), *((way, False) for way in FOUND_BY_KIT)],
    ids=lambda value: {False: "kit", True: "server"}.get(value) or value.__name__,
)
@pytest.mark.parametrize("then", ["", " and fail"])
def test_a_way_around_that_bad_will_finds_is_found_named_and_taken_back(
    way: Callable[[Context[Rogue]], None], server: bool, then: str, caplog: pytest.LogCaptureFixture
) -> None:
    kit = Kit(MODULE, watched=not server)
    ada = prepared(kit)
    before = everything(kit)
    said = ada.do(f"go {way.__name__}{then}")
    assert said == "Not today." if then else said.startswith("Something went wrong")
    ben, sword = kit.players[2].character.id, next(iter(kit.game.world.items))
    wanted = (FOUND | FOUND_BY_KIT)[way].format(id=ada.character.id, item=sword, ben=ben)
    assert "rogue changed past the journal" in kit.instance().figures.last_error
    assert wanted in kit.instance().figures.last_error and wanted in caplog.text
    assert everything(kit) == before


@pytest.mark.parametrize("way", FOUND_BY_KIT, ids=lambda way: way.__name__)
def test_a_server_does_not_find_what_nobody_was_handed(way: Callable[[Context[Rogue]], None]) -> None:
    """What the kit's watch, and the check of a module's source lines, are for."""
    kit = Kit(MODULE, watched=False)
    ada = prepared(kit)
    before = everything(kit)
    assert ada.do(f"go {way.__name__}") == "That went well." and everything(kit) != before


@pytest.mark.parametrize("way", BESIDE)
def test_a_job_changes_nothing_between_two_events(kit: Kit, ada: Player, way: str) -> None:
    before, KEPT["job"] = everything(kit), BESIDE[way]
    with pytest.raises(Unopened):
        kit.job("beside")
    assert everything(kit) == before


def test_a_job_that_forces_a_change_is_found(kit: Kit, ada: Player) -> None:
    before, KEPT["job"] = everything(kit), lambda: Struct.__setattr__(KEPT["player"], "level", 6)
    with pytest.raises(Unopened, match=r"rogue changed past the journal .* level \(None, now 6\)"):
        kit.job("beside")
    assert everything(kit) == before


def test_a_container_of_its_own_that_a_module_gave_away_is_its_own_again(kit: Kit, ada: Player) -> None:
    before = everything(kit)
    KEPT["own"].append("ben")
    assert kit.state.order == ["ada"] and everything(kit) == before


def test_a_hook_has_no_hold_on_the_state_that_it_made() -> None:
    mine = {"ada": 1}
    kit = Kit(structs.replace(MODULE, restore_state=lambda ctx, state: Rogue(names=mine)))
    kit.copyover()
    mine["ben"] = 2
    assert kit.state.names == {"ada": 1}


def test_a_test_sets_its_scene_as_it_likes(kit: Kit, ada: Player) -> None:
    ada.do("think nothing happens")
    ada.character.level = 7
    ada.character.settings["brief"] = "on"
    kit.state.names["cleo"] = 3
    assert ada.do("think nothing happens") == 'You think, "nothing happens"'
    assert ada.do("go keep") == "That went well." and kit.instance().figures.errors == 0
    assert (ada.character.level, kit.state.names["cleo"]) == (7, 3)


def test_a_timer_that_is_given_out_is_a_copy(kit: Kit, ada: Player) -> None:
    (timer,) = kit.game.world.timers.of("rogue", "Later")
    assert timer.payload.data == {"names": {}}  # type: ignore[union-attr]


def run(kit: Kit, do: Callable[[Context[Rogue]], Any]) -> Any:
    """Have the module do something in an event of its own."""
    return kit.act(lambda ctx: kit.instance().run(lambda own, _: do(own), ctx, None))


def test_change_is_undone_with_the_event_and_written_with_it(kit: Kit, ada: Player) -> None:
    me = ada.character

    def fail(ctx: Context[Rogue]) -> None:
        ctx.change(me, level=6, settings={"pager": "off"})
        raise Rejected("No.")

    with pytest.raises(Rejected):
        run(kit, fail)
    assert me.level == 1 and me.settings == {"brief": "on"}
    kit.flush()
    run(kit, lambda ctx: ctx.change(me, level=6, remembers=["p9"], settings={"pager": "off"}))
    assert kit.game.world.dirty == {("characters", me.id)} | kit.game.world.dirty
    kit.flush()
    kit.crash()
    back = kit.player("Ada").character
    assert (back.level, back.remembers, back.settings) == (6, ["p9"], {"pager": "off"})


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"level": "six"}, "Expected `int`, got `str`"),
        ({"room": "yard"}, "write ctx.move(character, room)"),
        ({"effects": {}}, "write ctx.affect("),
        ({"fighting": "m1"}, "write ctx.hurt("),
        ({"levle": 3}, "level?"),
        ({"title": "x", "id": "p9"}, "nothing: it is the game's own"),
    ],
)
def test_change_refuses_what_has_a_way_of_its_own_or_does_not_fit(
    kit: Kit, ada: Player, fields: dict[str, Any], wrong: str
) -> None:
    before = everything(kit)
    with pytest.raises(Invalid) as refusal:
        kit.act(lambda ctx: Context(ctx, kit.instance()).change(ada.character, **fields))
    assert wrong in str(refusal.value) and everything(kit) == before


def test_what_is_not_in_memory_can_not_be_changed(kit: Kit, ada: Player) -> None:
    me, sword = ada.character, next(iter(kit.game.world.items.values()))
    ada.do("quit")
    kit.evict()
    for do in (
        lambda ctx: ctx.change(me, level=6),
        lambda ctx: ctx.note(me, Struct()),
        lambda ctx: ctx.affect(me, {"strength": 1}),
        lambda ctx: ctx.move_item(sword, "room:hall"),
        lambda ctx: ctx.destroy(sword),
    ):
        with pytest.raises(Rejected, match="is not here"):
            run(kit, do)


def test_items_are_made_moved_and_destroyed(kit: Kit, ada: Player) -> None:
    me = ada.character
    made = run(kit, lambda ctx: ctx.make_item("apple", me.owner_key, short="a red apple", values={"bites": 3}))
    assert made in kit.game.world.held(me.owner_key) and made.values == {"bites": 3} and kit.audit() == []
    run(kit, lambda ctx: ctx.move_item(made, "room:yard"))
    assert kit.game.world.held("room:yard") == [made] and kit.audit() == []
    run(kit, lambda ctx: ctx.destroy(made))
    assert made.id not in kit.game.world.items and kit.audit() == []


@pytest.mark.parametrize(
    ("do", "wrong"),
    [
        (lambda ctx: ctx.make_item("aple", "room:yard"), "no item 'aple'"),
        (lambda ctx: ctx.make_item("apple", "room:nowhere"), "'room:nowhere' is no place"),
        (lambda ctx: ctx.make_item("apple", "char:p999"), "is no place"),
        (lambda ctx: ctx.make_item("apple", "room:yard", owner="x"), "write ctx.move_item("),
        (lambda ctx: ctx.make_item("apple", "escrow:auction:p1"), "may not touch"),
        (lambda ctx: ctx.set_door("hall", "north", "open"), "there is no door north of hall"),
    ],
)
def test_items_are_put_where_there_is_a_place(kit: Kit, do: Callable[[Any], None], wrong: str) -> None:
    before = everything(kit)
    with pytest.raises(Exception, match=re.escape(wrong)):
        kit.act(lambda ctx: do(Context(ctx, kit.instance())))
    assert msgspec.msgpack.decode(everything(kit))[0]["items"] == msgspec.msgpack.decode(before)[0]["items"]


def test_nobody_cancels_what_is_not_theirs(kit: Kit, ada: Player) -> None:
    (mine,) = kit.game.world.timers.of("rogue", "Later")
    other = next(t for t in kit.game.world.timers.pending.values() if t is not mine)
    with pytest.raises(Exception, match="it is a timer of the game"):
        run(kit, lambda ctx: ctx.cancel(other.id))
    run(kit, lambda ctx: ctx.cancel(mine.id))
    assert kit.game.world.timers.of("rogue", "Later") == [] and other.id in kit.game.world.timers.pending


# The state


def test_reading_the_state_writes_nothing_and_changing_it_does(kit: Kit) -> None:
    world = kit.game.world
    world.take_unwritten()
    assert run(kit, lambda ctx: (ctx.state.count, list(ctx.state.names), ctx.peek().order)) == (0, [], [])
    assert world.flushed()
    for change in (
        lambda ctx: setattr(ctx.state, "count", 1),
        lambda ctx: ctx.state.names.update(ada=1),
        lambda ctx: ctx.state.order.append("ada"),
        lambda ctx: ctx.state.seen.add("ada"),
        lambda ctx: setattr(ctx.state, "names", {"ben": 2}),
        lambda ctx: ctx.state.names.update(ada=ctx.state.names.pop("ben")),
    ):
        run(kit, change)
        assert world.take_unwritten().rows == {("modules", "rogue")}


def test_what_is_changed_and_changed_back_is_no_change_but_another_order_is(kit: Kit) -> None:
    run(kit, lambda ctx: ctx.state.names.update(ada=1, ben=2))
    kit.game.world.take_unwritten()
    run(kit, lambda ctx: (ctx.state.names.update(cleo=3), ctx.state.names.pop("cleo")))
    assert kit.game.world.flushed()
    run(kit, lambda ctx: ctx.state.names.update(ada=ctx.state.names.pop("ada")))
    assert kit.game.world.take_unwritten().rows == {("modules", "rogue")}


def test_the_state_is_undone_in_the_very_containers_that_others_hold(kit: Kit) -> None:
    run(kit, lambda ctx: (ctx.state.names.update(ben=2), ctx.state.order.append("ben"), ctx.state.seen.add("ben")))
    names, order, seen = kit.state.names, kit.state.order, kit.state.seen
    before = Rogue(names={"ben": 2}, order=["ben"], seen={"ben"})

    def fail(ctx: Context[Rogue]) -> None:
        ctx.state.names["ada"], ctx.state.count = 1, 7
        ctx.state.order.append("ada")
        ctx.state.seen = {"ada"}
        raise Rejected("No.")

    with pytest.raises(Rejected):
        run(kit, fail)
    assert kit.state == before and kit.state.names is names and kit.state.order is order and kit.state.seen is seen
