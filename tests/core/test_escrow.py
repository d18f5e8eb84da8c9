"""Escrow: what a module keeps for somebody."""

from __future__ import annotations

from mud.api import Command, Context, InService, LinkLost, Module, On, PlayerEntered, State, cannot_carry, find_item
from mud.core import events as e
from mud.core.escrow import Escrow, occupied, parse, refusal, summary
from mud.core.text.markup import strip
from mud.core.text.words import seconds_in, whole_number
from mud.core.timers import ItemDecays
from mud.core.world.area import AreaDef, ItemDef, RoomDef, WorldDef
from mud.core.world.model import Item
from mud.testing import Kit

WORLD = WorldDef.of(
    [
        AreaDef(
            id="kit",
            name="The Kit",
            reset_when="never",
            rooms=(RoomDef(id="hall", name="The Hall", description="A hall."),),
            items=(
                ItemDef(id="apple", keywords=("apple",), short="an apple", wear=("take",)),
                ItemDef(id="curse", keywords=("curse",), short="a curse", wear=("take",), flags=("nodrop",)),
                ItemDef(id="anvil", keywords=("anvil",), short="an anvil", wear=("take",), weight=400),
                ItemDef(id="bag", keywords=("bag",), short="a bag", kind="container", wear=("take",)),
            ),
        )
    ]
)


class Seen(State):
    """What the vault was told."""

    heard: list[str] = []


def keep(ctx: Context[Seen], args: str) -> None:
    """keep ITEM -- have something kept"""
    me = ctx.player
    item = find_item(ctx.world, args, ctx.world.carried(me), "in your hands")
    ctx.hold(item, me.id)
    ctx.pay(me.owner_key, ctx.escrow(me.id), 1, "the fee")


def back(ctx: Context[Seen], args: str) -> None:
    """back -- have all back"""
    for place in ctx.escrows(ctx.player.id):
        for item in ctx.world.held(place.key):
            ctx.release(item, ctx.player)


def reach(ctx: Context[Seen], args: str) -> None:
    """reach -- into a foreign pocket"""
    ctx.pay(args, ctx.player.owner_key, 1, "theft")


def snatch(ctx: Context[Seen], args: str) -> None:
    """snatch -- a thing out of a foreign pocket"""
    (item,) = ctx.world.held(args)
    ctx.hold(item, ctx.player.id)


def note(ctx: Context[Seen], signal: object) -> None:
    """Remember that something was told."""
    ctx.state.heard.append(type(signal).__name__)


VAULT = Module(
    name="vault",
    version="1.0.0",
    state=Seen,
    commands=[
        Command("keep", keep),
        Command("back", back),
        Command("reach", reach),
        Command("snatch", snatch),
    ],
    on=[On(InService, note), On(LinkLost, note), On(PlayerEntered, note)],
)
OTHER: Module[State] = Module(name="other", version="1.0.0")


def test_an_escrow_says_whose_it_is() -> None:
    assert parse("escrow:auction:p7:12:x") == Escrow("auction", "p7", "12:x")
    assert Escrow("auction", "p7").key == "escrow:auction:p7" and parse("escrow:auction:p7") == Escrow("auction", "p7")
    assert parse("escrow:auction") is None and parse("char:p7") is None


def test_a_module_keeps_an_item_and_gives_it_back() -> None:
    kit = Kit(VAULT, world=WORLD)
    ada = kit.player("Ada", gold=5)
    apple = kit.make_item("apple", ada.character)
    assert ada.do("keep apple") == "" and apple.owner == f"escrow:vault:{ada.character.id}"
    assert ada.gold == 4 and kit.audit() == []
    assert ada.do("drop apple") == "There is no 'apple' in your hands."
    assert occupied(kit.game.world) == [Escrow("vault", ada.character.id)]
    assert summary(kit.game.world, {"vault"}) == ["In escrow of vault: 1 item and 1 gold, for 1 character."]
    assert "waits for it" in summary(kit.game.world, set())[0]
    kit.copyover(seconds=5)
    ada.do("back")
    assert [i.id for i in kit.game.world.carried(ada.character)] == [apple.id] and kit.audit() == []


def test_where_shows_an_admin_whose_it_is() -> None:
    kit = Kit(VAULT, world=WORLD)
    ada = kit.player("Ada", "admin", gold=1)
    kit.make_item("apple", ada.character)
    ada.do("keep apple")
    assert f"in escrow of vault for Ada [escrow:vault:{ada.character.id}]" in ada.do("where apple")


def test_what_nobody_may_let_go_of_is_not_kept() -> None:
    kit = Kit(VAULT, world=WORLD)
    ada = kit.player("Ada", gold=9)
    kit.make_item("curse", ada.character)
    assert ada.do("keep curse") == "You can't let go of a curse."
    bag = kit.make_item("bag", ada.character)
    ada.do("put curse bag")
    assert ada.do("keep bag") == "You can't let go of a bag because of a curse in it."
    apple = kit.make_item("apple", ada.character)
    kit.act(lambda ctx: ctx.after(60, ItemDecays(apple.id)))
    assert ada.do("keep apple") == "An apple won't last long enough."
    ada.do("drop 3 gold", "get 3 gold")
    kit.act(lambda ctx: ctx.world.add_item(Item(id="i99", kind="gold", owner=ada.character.owner_key)))
    assert "gold is not handed over" in ada.do("keep gold")
    assert bag.owner == ada.character.owner_key and ada.gold == 9 and kit.audit() == []


def test_no_module_reaches_into_the_escrow_of_another() -> None:
    kit = Kit(VAULT, OTHER, world=WORLD)
    ada = kit.player("Ada", gold=5)
    key = f"escrow:other:{ada.character.id}"
    kit.act(lambda ctx: ctx.pay(ada.character.owner_key, key, 3, "a test"))
    kit.act(lambda ctx: ctx.world.add_item(Item(id="i99", kind="apple", owner=key)))
    assert "Something went wrong" in ada.do(f"reach {key}") and "Something went wrong" in ada.do(f"snatch {key}")
    assert "is no escrow of its own" in kit.instance().figures.last_error
    assert ada.gold == 2 and kit.game.world.items["i99"].owner == key and kit.audit() == []


def test_who_has_just_left_gets_an_item_that_is_written_before_they_are_forgotten() -> None:
    kit = Kit(VAULT, world=WORLD)
    ada = kit.player("Ada", gold=5)
    apple, character = kit.make_item("apple", ada.character), ada.character
    ada.do("keep apple", "quit")
    world = kit.game.world
    world.journal.dirty = set()  # a flush was cut, and the next one is not yet

    kit.act(lambda ctx: kit.instance().run(lambda c, _: c.release(apple, character), ctx, None))
    assert {("items", apple.id), ("characters", character.id)} <= world.journal.dirty
    kit.game.evict(set())
    assert apple.id in world.items  # still there for the flush to write


def test_a_module_is_told_when_it_is_in_service_and_when_a_link_is_lost() -> None:
    kit = Kit(VAULT, world=WORLD)
    assert kit.state.heard == ["InService"]
    ada = kit.player("Ada")
    kit.post(e.Lost(ada.session, "the wire was cut"))
    assert kit.state.heard == ["InService", "PlayerEntered", "LinkLost"]
    kit.manage("pause")
    kit.manage("resume")
    kit.copyover()
    assert kit.state.heard[3:] == ["InService", "InService"]


def test_a_crash_falls_back_to_the_last_flush() -> None:
    kit = Kit(VAULT, world=WORLD)
    ada = kit.player("Ada", gold=5)
    kit.make_item("apple", ada.character)
    ada.do("keep apple")
    kit.flush()
    ada.do("back")
    kit.crash(seconds=60)
    world = kit.game.world
    known = world.known("Ada")
    assert known is not None and known.link_dead and world.held(known.owner_key) == [] and kit.audit() == []
    ada = kit.player("Ada")
    ada.do("back")
    assert [i.kind for i in world.carried(ada.character)] == ["apple"] and ada.gold == 4 and kit.audit() == []


def test_the_audit_finds_what_is_wrong() -> None:
    kit = Kit(VAULT, world=WORLD)
    ada = kit.player("Ada")
    apple = kit.make_item("apple", ada.character)
    apple.owner = "char:nobody"
    vars(kit.game.world.ledger)["_balances"]["char:nobody"] = -3
    assert kit.audit() == ["char:nobody has -3", "the ledger sums to -3", f"{apple.id} is with char:nobody"]


def test_how_much_can_be_carried() -> None:
    kit = Kit(VAULT, world=WORLD)
    ada = kit.player("Ada")
    anvils = [kit.make_item("anvil") for _ in range(2)]
    world, apples = kit.game.world, [kit.make_item("apple") for _ in range(101)]
    assert cannot_carry(world, ada.character, anvils[:1]) is None
    assert "An anvil" in (refused := cannot_carry(world, ada.character, anvils) or "") and "too heavy" in refused
    assert "one thing too many" in (cannot_carry(world, ada.character, apples) or "")
    assert cannot_carry(world, ada.character, apples[1:]) is None


def test_spans_and_numbers_as_players_type_them() -> None:
    assert [seconds_in(t) for t in ("90s", "2", "1h30m", "2d", "1H")] == [90, 120, 5400, 172800, 3600]
    assert [seconds_in(t) for t in ("", "x", "1x", "m", "-1", "1.5h")] == [None] * 6
    assert [whole_number(t) for t in ("12", "1,000", "1_000", "x", "", "-1", ",1")] == [12, 1000, 1000, *[None] * 4]


def test_a_bag_with_something_that_will_not_last_is_not_kept() -> None:
    kit = Kit(world=WORLD)
    ada = kit.player("Ada")
    bag, apple = kit.make_item("bag", ada.character), kit.make_item("apple", ada.character)
    kit.act(lambda ctx: ctx.world.move_item(apple, bag.owner_key))
    assert refusal(kit.game.world, bag) is None
    kit.act(lambda ctx: ctx.world.timers.set(1e9, ItemDecays(apple.id)))
    why = refusal(kit.game.world, bag)
    assert why is not None and strip(why) == "A bag won't last long enough because of an apple in it."


def test_what_is_kept_for_one_is_not_anothers() -> None:
    kit = Kit(world=WORLD)
    for character in ("p1", "p2"):
        kit.act(lambda ctx, to=character: ctx.pay("mint", Escrow("bank", to, "loan").key, 5, "x"))  # type: ignore[misc]
    assert occupied(kit.game.world, "bank", "p2") == [Escrow("bank", "p2", "loan")]
    assert len(occupied(kit.game.world, "bank")) == 2
