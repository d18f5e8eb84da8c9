"""Order is state: who came first is the same with and without copyovers, reloads and restarts."""

from __future__ import annotations

import random
from pathlib import Path

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from modules.channels import MODULE as CHANNELS
from modules.groups import MODULE as GROUPS
from mud.core.world.world import World, WorldState
from mud.play import zones
from mud.store import rows
from mud.store.store import Loaded
from mud.testing import Kit

WORLD = Path(__file__).parent / "worlds" / "arena"
NAMES = ("Ada", "Bob", "Cyd")
#: What may be typed. Much of it says who or what comes first, and the rest changes that.
COMMANDS = (
    *("look", "inventory", "who", "group", "equipment", "where rat", "chat hello", "follow ada", "follow me"),
    *(
        "north",
        "south",
        "east",
        "west",
        "get all",
        "get axe",
        "drop all",
        "drop axe",
        "drop 2.pebble",
        "get 2.pebble",
    ),
    *("consider rat", "consider 2.rat", "look 2.rat", "kill 2.rat", "flee", "give axe to bob", "give pebble to cyd"),
    *("group all", "help", "quit"),
)

Step = tuple[str, int, str]
steps = st.lists(
    st.one_of(
        st.tuples(st.just("type"), st.integers(0, len(NAMES) - 1), st.sampled_from(COMMANDS)),
        st.tuples(st.just("mob"), st.integers(0, 3), st.just("")),
        st.tuples(st.just("thing"), st.integers(0, 3), st.just("")),
        st.tuples(st.just("wait"), st.integers(1, 4), st.just("")),
    ),
    min_size=5,
    max_size=25,
)


class Play:
    """One game, and all that its players read."""

    def __init__(self) -> None:
        self.kit = Kit(GROUPS, CHANNELS, world=WORLD)
        self.read: list[str] = []
        for name in NAMES:
            self.kit.player(name, gold=10)

    def do(self, step: Step) -> None:
        what, number, text = step
        kit = self.kit
        start = kit.game.world.defs.start
        kinds = sorted(kit.game.world.defs.mobs), sorted(kit.game.world.defs.items)
        if what == "type":
            players = [p for p in kit.players.values() if p.name == NAMES[number]]
            if players[-1].session in kit.game.sessions.by_id:
                self.read.append(players[-1].do(text))
            else:
                kit.player(NAMES[number])
        elif what == "mob":
            kit.act(lambda ctx: zones.make_mob(ctx, kinds[0][number % len(kinds[0])], start))
        elif what == "thing":
            kit.make_item(kinds[1][number % len(kinds[1])])
        else:
            kit.wait(number)
        self.read += [player.read() for player in kit.players.values()]

    def order(self) -> object:
        """Every order that the world keeps."""
        return order_of(self.kit.game.world)


def order_of(world: World) -> object:
    people = {room: [c.id for c in world.present(room)] for room in world.defs.rooms}
    things = {owner: [i.id for i in world.held(owner)] for owner in sorted(world.owners())}
    return people, things, [c.id for c in world.characters.values() if c.mob is not None]


@settings(max_examples=30, deadline=None)
@given(steps=steps, between=st.sets(st.integers(0, 24), max_size=5))
def test_a_game_with_copyovers_reads_as_one_without(steps: list[Step], between: set[int]) -> None:
    plain, interrupted = Play(), Play()
    for number, step in enumerate(steps):
        plain.do(step)
        if number in between:
            interrupted.kit.copyover()
        interrupted.do(step)
        assert interrupted.read == plain.read
    assert interrupted.order() == plain.order()


@settings(max_examples=30, deadline=None)
@given(steps=steps, seed=st.integers(0, 1000))
def test_a_start_from_the_database_has_the_same_order_wherever_its_rows_lie(steps: list[Step], seed: int) -> None:
    play = Play()
    for step in steps:
        play.do(step)
    world = play.kit.game.world
    loaded = stored(world, seed)
    again = World(world.defs, rows.state(loaded)[0])
    assert order_of(again) == play.order()
    assert again.arrivals == world.arrivals


def stored(world: World, seed: int) -> Loaded:
    """The rows of a world, lying in the file in any order."""
    chance = random.Random(seed)
    characters = [rows.character_row(c) for c in world.characters.values()]
    items = [rows.item_row(i) for i in world.items.values()]
    chance.shuffle(characters)
    chance.shuffle(items)
    meta = [(k, msgspec.msgpack.encode(v)) for k, v in rows.meta(world, 0.0, 1).items()]
    return Loaded(
        meta=meta,
        characters=characters,
        items=items,
        balances=[],
        doors=[],
        timers=[],
        sessions=[],
        modules=[],
        module_schemas=[],
    )


def test_what_an_older_program_hands_over_keeps_the_order_in_which_it_lies() -> None:
    play = Play()
    for step in [("mob", 1, ""), ("thing", 2, ""), ("thing", 0, ""), ("type", 0, "get all"), ("type", 1, "north")]:
        play.do(step)
    state = play.kit.game.world.state(0.0)
    plain = msgspec.to_builtins(state)
    for thing in plain["characters"] + plain["items"]:
        thing.pop("arrived", None)
    older = msgspec.convert(plain | {"arrivals": 0}, WorldState)
    again = World(play.kit.game.world.defs, older)
    for room in again.defs.rooms:
        ids = [c.id for c in again.present(room)]
        assert ids == [c.id for c in older.characters if c.room == room and not c.away]
