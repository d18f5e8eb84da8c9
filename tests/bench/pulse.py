"""What a world that is awake costs: thousands of mobs and hundreds of fights, in process, its clock moved by hand."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

from mud.areas.circle import import_world
from mud.core import events as e
from mud.core.context import CoreContext
from mud.core.world.area import WorldDef
from mud.core.world.model import Character
from mud.core.world.world import World
from mud.play import bodies, fights
from mud.testing import Kit, Player

START = "3001"
PLAYERS, AWAKE = 200, 3000
#: Seconds of a pulse, and of game time that is measured.
PULSE, MEASURED, QUICK = 0.25, 30.0, 8.0
#: Who has so many hit points fights to the end of the measurement.
HARDY = 1_000_000


class Crowd:
    """A game on a large world, with players in all of its areas, each of them in a fight."""

    def __init__(self, source: Path, players: int = PLAYERS) -> None:
        self.kit = Kit(world=WorldDef.of(import_world(source).areas, START))
        self.world: World = self.kit.game.world
        self.random = Random(1)
        self.foes = self.foes_by_area()
        self.players = [self.kit.player(f"Bench{_letters(n)}") for n in range(players)]
        self.spread()

    def foes_by_area(self) -> Iterator[Character]:
        """Mobs that may be fought, one of each area in turn, of so many areas that AWAKE mobs live in them."""
        areas: dict[str, list[Character]] = {}
        area_of = self.world.defs.area_of
        for mob in self.world.characters.values():
            if mob.mob is not None:
                areas.setdefault(area_of[mob.room], []).append(mob)
        chosen: list[list[Character]] = []
        mobs = 0
        for area in sorted(areas):
            foes = [mob for mob in areas[area] if self.may_be_fought(mob)]
            if foes and mobs < AWAKE:
                mobs += len(areas[area])
                chosen.append(foes)
        while chosen:
            for foes in chosen:
                yield foes.pop()
            chosen = [foes for foes in chosen if foes]

    def may_be_fought(self, mob: Character) -> bool:
        """Whether nothing protects a mob."""
        kind = self.world.mob_def(mob)
        return (
            kind is not None and "nokill" not in kind.flags and fights.QUIET.isdisjoint(self.world.room(mob.room).flags)
        )

    def begin(self, ctx: CoreContext, players: list[Player]) -> None:
        """Everybody to a foe of their own, and at it."""
        for player in players:
            me, foe = player.character, next(self.foes)
            ctx.move(me, foe.room)
            for one in (me, foe):
                bodies.measure(ctx, one)
                ctx.world.edit(one)
                one.hp = one.max_hp = HARDY
            fights.engage(ctx, me, foe)

    def spread(self) -> None:
        """All of them, in the pulses of a round: what would fall into one pulse is no ordinary one."""
        pulses = int(fights.ROUND_SECONDS / PULSE)
        for n in range(pulses):
            self.kit.act(lambda ctx, n=n: self.begin(ctx, self.players[n::pulses]))  # type: ignore[misc]
            self.pulse()

    @property
    def fighting(self) -> int:
        """How many players fight."""
        return sum(player.character.fighting is not None for player in self.players)

    @property
    def awake(self) -> int:
        """Mobs in areas with a player in them: those that live."""
        area_of = self.world.defs.area_of
        lively = {area_of.get(player.character.room) for player in self.players}
        mobs = (c for c in self.world.characters.values() if c.mob is not None)
        return sum(area_of.get(mob.room) in lively and mob.position != "sleeping" for mob in mobs)

    def pulse(self) -> float:
        """A quarter of a second of game time. Gives the seconds that all that falls due in it took."""
        kit, game = self.kit, self.kit.game
        kit.now += PULSE
        kit.wall += PULSE
        effects: list[e.Effect] = []
        began = time.perf_counter()
        while (due := game.due()) is not None:
            effects += game.handle(due)
        took = time.perf_counter() - began
        game.world.journal.dirty.clear()  # the flush that would follow
        return took


def measure(add: Callable[..., None], source: Path, quick: bool) -> None:
    """Milliseconds of a pulse, over so many seconds of game time; and what part of a pulse that is."""
    crowd = Crowd(source)
    for _ in range(int(10 / PULSE)):  # every area has its first moment behind it, every mob its body
        crowd.pulse()
    add("mobs awake", "", crowd.awake)
    gc.collect()
    times: list[float] = []
    for _ in range(int((QUICK if quick else MEASURED) / PULSE)):
        add("players fighting in a pulse", "", crowd.fighting)
        times.append(crowd.pulse())
    add("a pulse of 250 ms with them, kernel alone", "ms", *(1000 * t for t in times))
    add("share of the pulse", "%", *(100 * t / PULSE for t in times))


def _letters(number: int) -> str:
    return chr(ord("a") + number // 26) + chr(ord("a") + number % 26)
