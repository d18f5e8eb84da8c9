"""What effects cost: saving and restoring 10,000 of them, and ticks of 1,000 characters with 10 each."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from modules.buffs import MODULE
from modules.buffs.application import apply, end
from modules.buffs.kinds import KINDS, EffectKind
from mud.core.world.area import AreaDef, RoomDef, WorldDef
from mud.core.world.model import Character
from mud.snapshot import participants
from mud.snapshot.envelope import pack, unpack
from mud.snapshot.shape import export, import_
from mud.store import rows
from mud.testing import Kit

CHARACTERS, EACH, RUNS = 1000, 10, 3
#: How often each effect ticks, and a pulse, in seconds; and the pulses that are measured in a run.
EVERY, PULSE, PULSES = 3.0, 0.25, 24
NAMES = [f"bench {n}" for n in range(EACH)]
MIXED = [
    *("armor", "bless", "strength", "stone skin", "haste", "detect invisible", "infravision"),
    *("regeneration", "poison", "slow fire"),
]
#: What is measured: which effects, and how far apart they were given.
SCENES: list[tuple[str, list[str], float]] = [
    ("all tick, at one moment", NAMES, 0.0),
    ("all tick, each at its own moment", NAMES, EVERY / EACH),
    ("as played: three of ten tick", MIXED, EVERY / EACH),
]
TICKING = EffectKind(seconds=1e6, stacking="refresh", every=EVERY, tick={"hp": -1}, figures={"hitroll": 1})


def crowd() -> Kit:
    """So many characters, ten in a room, whom nothing kills, and who need no mending."""
    there = tuple(RoomDef(id=f"r{n}", name="A Room") for n in range(CHARACTERS // 10))
    kit = Kit(MODULE, world=WorldDef.of([AreaDef(id="bench", name="The Bench", rooms=there)]))
    for n in range(CHARACTERS):
        who = Character(id=f"b{n}", name=f"Bench{n}", room=f"r{n // 10}", account=f"Bench{n}", max_hp=1, hp=10**9)
        kit.act(lambda ctx, who=who: ctx.world.add_character(who))  # type: ignore[misc]
    return kit


def burden(kit: Kit, names: list[str], apart: float) -> None:
    """These effects on each, so many seconds after each other."""
    instance = kit.instance()
    for name in names:
        kit.now += apart
        for m in range(CHARACTERS):
            who = kit.game.world.characters[f"b{m}"]
            kit.act(lambda ctx, w=who, k=name: instance.run(lambda c, _: give(c, w, k), ctx, None))  # type: ignore[misc]


def give(ctx: Any, who: Character, name: str) -> None:
    """For longer than the bench runs."""
    apply(ctx, who, name, "the bench", seconds=1e6)


def unburden(kit: Kit) -> None:
    """Nothing is on anybody any more."""
    for who in kit.game.world.characters.values():
        kit.act(lambda ctx, w=who: kit.instance().run(lambda c, _: end(c, w, lambda e: True), ctx, None))  # type: ignore[misc]


def ticks(kit: Kit, add: Callable[..., None], how: str) -> None:
    """What of a pulse the ticks take that fall into one, and what a flush every pulse takes from the game."""
    game, hp = kit.game, kit.game.world.characters["b0"].hp
    for _ in range(RUNS):
        ticking = flushing = 0.0
        for _ in range(PULSES):
            kit.now += PULSE
            began = time.perf_counter()
            while (due := game.due()) is not None:
                game.handle(due)
            middle = time.perf_counter()
            rows.Cut(game.world, lambda _: None, rows.meta(game.world, 0.0, 0))
            ticking += middle - began
            flushing += time.perf_counter() - middle
        share = 100 / PULSE / PULSES
        add(f"{CHARACTERS} characters with {EACH} effects, {how}: ticks, share of a pulse", "%", share * ticking)
        add(f"{CHARACTERS} characters with {EACH} effects, {how}: flushes, share of a pulse", "%", share * flushing)
    assert hp > game.world.characters["b0"].hp, "nothing ticked"


def saving(kit: Kit, add: Callable[..., None]) -> None:
    """The world's snapshot with and without: what 10,000 effects add to it."""
    sizes, saved, loaded = [], [], []
    for _ in range(2):
        for _ in range(RUNS):
            began = time.perf_counter()
            packed = pack(export(participants.WORLD, kit.game.world.state(0.0), taken=0.0), compress=False)
            middle = time.perf_counter()
            import_(participants.WORLD, unpack(packed, "bench"), 1.0, "bench")
            saved.append(1000 * (middle - began))
            loaded.append(1000 * (time.perf_counter() - middle))
        sizes.append(len(packed))
        unburden(kit)
    best = [min(values[:RUNS]) - min(values[RUNS:]) for values in (saved, loaded)]
    count = CHARACTERS * EACH
    add(f"{count} effects in a snapshot", "kB", (sizes[0] - sizes[1]) / 1000)
    add(f"save {count} effects, with their timers", "ms", best[0])
    add(f"restore {count} effects, with their timers", "ms", best[1])


def measure(add: Callable[..., Any]) -> None:
    """All of it."""
    KINDS.update(dict.fromkeys(NAMES, TICKING))
    try:
        for how, names, apart in SCENES:
            kit = crowd()
            burden(kit, names, apart)
            ticks(kit, add, how)
        saving(kit, add)
    finally:
        for name in NAMES:
            del KINDS[name]
