"""A second book of all effects, kept by the clock alone, and held against what is noted with the characters.

It learns of an effect when somebody is given it. From then on it knows by itself when that ticks, what each tick does
to a body, and when it ends; nothing but an event in which somebody does something may change that.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from modules.buffs.kinds import KINDS, EffectKind
from modules.buffs.state import Effect, Next
from modules.buffs.tests.stage import noted
from mud.core import events as e
from mud.core.timers import ModuleTimer, PendingTimer
from mud.core.world.model import Character
from mud.play import bodies
from mud.testing import Kit

Key = tuple[str, str]  # kind and origin
#: What the worlds of these tests have: kinds that a thing gives to its wearer, and a room to who is in it.
WORN, ROOMS = {"ring": "invisible"}, {"spring": "regeneration"}


@dataclass(frozen=True)
class Life:
    """One effect. Moments are milliseconds of the game's clock; `born` moves on with what stands still."""

    kind: str
    origin: str
    level: int
    stacks: int
    born: int
    ticks: int
    ends: int | None

    @property
    def every(self) -> int:
        """Milliseconds between two ticks; 0 for none."""
        return round(1000 * KINDS[self.kind].every)

    @property
    def tick(self) -> int | None:
        """The moment of the next tick."""
        return self.born + (self.ticks + 1) * self.every if self.every else None

    def later(self, by: int) -> Life:
        """The same, after it stood still for so long."""
        return replace(self, born=self.born + by, ends=self.ends + by if self.ends is not None else None)

    def is_noted_as(self, effect: Effect) -> bool:
        """Whether an effect is this one."""
        mine = (self.kind, self.origin, self.level, self.stacks, self.ends, self.tick)
        return mine == (effect.kind, effect.origin, effect.level, effect.stacks, effect.ends, effect.tick)


@dataclass
class Page:
    """What is known at one instant."""

    elapsed: float = 0.0  # game seconds
    lives: dict[str, dict[Key, Life]] = field(default_factory=dict)  # by character
    left: dict[str, int | None] = field(default_factory=dict)  # who is away: since when; None for unheard by the module
    ticks: int = 0


class Book:
    """All effects in a game. `page` is now, `kept` is the last flush."""

    def __init__(self, kit: Kit) -> None:
        self.kit = kit
        self.page, self.kept = Page(), Page()
        self._seen: dict[str, object] = {}
        self.is_still = False

    @property
    def now(self) -> int:
        """The moment."""
        return round(1000 * self.kit.game.clock.game)

    @property
    def active(self) -> bool:
        """Whether the module is in service."""
        return self.kit.registry.active("buffs")

    def keep(self) -> None:
        """A flush is cut here."""
        self.kept = copy.deepcopy(self.page)

    def fall_back(self) -> None:
        """After a crash all is as it was at the last flush."""
        self.page, self._seen = copy.deepcopy(self.kept), {}

    @contextmanager
    def still(self) -> Iterator[None]:
        """While this lasts nobody does anything: what lives by the clock stays as it is."""
        self._seen, self.is_still = {}, True
        yield
        self.look()
        self.is_still = False

    # What happens

    def look(self) -> None:
        """Take in what an event has changed. Fails for what no event can change."""
        characters = self.kit.game.world.characters
        for who in characters.values():
            seen = (who.notes.get("buffs"), who.away, self.active)
            if self._seen.get(who.id) != seen:
                self._seen[who.id] = seen
                self._compare(who)
        for gone in [c for c in self.page.lives if c not in characters and c not in self.page.left]:
            del self.page.lives[gone]  # a mob's

    def _compare(self, who: Character) -> None:
        old = self.page.lives.get(who.id, {})
        if who.away and who.id not in self.page.left:
            self.page.left[who.id] = self.now if self.active else None
            if self.active:
                old = {key: life for key, life in old.items() if not life.origin and KINDS[life.kind].kept}
            self._take(who, old, exact=True)
        elif not who.away and who.id in self.page.left:
            self._come_back(who, old)
        else:
            self._take(who, old, exact=who.away)

    def _come_back(self, who: Character, old: dict[Key, Life]) -> None:
        since = self.page.left[who.id]
        if self.active:  # else it will hear of that later
            entered = round(1000 * who.entered)
            gap = entered - (min(entered, coming(old) or entered) if since is None else since)
            old = {key: life.later(gap) for key, life in old.items()}
            del self.page.left[who.id]
        self._take(who, old, exact=True)

    def _take(self, who: Character, old: dict[Key, Life], exact: bool = False) -> None:
        """`exact`: what lives by the clock is what it was."""
        found = noted(self.kit, who).effects
        new = {(effect.kind, effect.origin): effect for effect in found}
        assert len(new) == len(found), f"{who.name} has one effect twice: {found}"
        if exact or self.is_still:
            mine = {key for key in old if not key[1]}
            assert mine == {key for key in new if not key[1]}, (who.name, old, found)
            assert all(old[key].is_noted_as(new[key]) for key in mine), (who.name, old, found)
        lives = {key: self._became(old.get(key), effect) for key, effect in new.items()}
        self.page.lives[who.id] = lives

    def _became(self, was: Life | None, effect: Effect) -> Life:
        born, ticks = (self.now, 0) if was is None else (was.born, was.ticks)
        life = Life(effect.kind, effect.origin, effect.level, effect.stacks, born, ticks, effect.ends)
        assert life.is_noted_as(effect), f"{effect} ticks at another moment than {life}"
        assert (effect.ends is None) == bool(effect.origin), effect
        kind = KINDS[effect.kind]
        if was is None:
            if not (effect.origin and kind.ends_on):
                assert effect.stacks == 1, effect
        elif not effect.origin and was != life:
            assert may_become(kind, was, life), (was, life)
        return life

    # What time does

    def fall_due(self, timer: PendingTimer, happen: Callable[[], None]) -> None:
        """A timer of the module's: the ticks and ends of one moment, no fewer and no more."""
        assert isinstance(timer.payload, ModuleTimer)
        self.look()
        who = self.kit.game.world.characters.get(timer.payload.data["character"])
        lives = self.page.lives.get(who.id, {}) if who is not None and not who.away else {}
        at = coming(lives)
        if who is None or at is None or at > self.now or not self.active:
            with self.still():
                happen()
            return
        ticking = [life for life in counting(lives).values() if life.tick == at]
        left = {key: after(life, at) for key, life in lives.items() if life.ends != at}
        hp, mana, move = who.hp, who.mana, who.move
        happen()
        hp, mana, move = self._ticked(who, ticking, left, (hp, mana, move))
        self.page.ticks += len(ticking)
        self._seen.pop(who.id, None)
        if hp <= 0:  # death ended everything
            self.page.lives[who.id] = {}
        else:
            assert (who.hp, who.mana, who.move) == (hp, mana, move), (who.name, ticking)
            self._take(who, left, exact=True)
        self.look()

    def _ticked(
        self, who: Character, ticking: list[Life], left: dict[Key, Life], body: tuple[int, int, int]
    ) -> tuple[int, int, int]:
        """A body after ticks: first what heals, then what hurts, which sanctuary halves."""
        healed, hurt = dict.fromkeys(("hp", "mana", "move"), 0), 0
        for life in ticking:
            kind = KINDS[life.kind]
            for name, by in kind.tick.items():
                more = life.level // kind.growth["tick"] if "tick" in kind.growth else 0
                if by < 0 and name == "hp":
                    hurt += (more - by) * life.stacks
                else:
                    healed[name] += (by + more if by > 0 else by - more) * life.stacks
        most = bodies.figures(self.kit.game.world, who)
        hp, mana, move = (
            min(now + by, max(top, now))
            for now, by, top in zip(body, healed.values(), (most.hp, most.mana, most.move), strict=True)
        )
        return hp - ((hurt + 1) // 2 if "sanctuary" in sums(left) else hurt), mana, move

    # What always holds

    def check(self) -> None:
        """Fails when anybody's effects, figures or timers are not what they have to be now."""
        self.look()
        world, clock = self.kit.game.world, self.kit.game.clock
        assert abs(clock.game - self.page.elapsed) < 1e-4, "game time went by, or did not"
        armed = [t.payload.data["character"] for t in world.timers.of("buffs", Next.__name__)]  # type: ignore[union-attr]
        for who in world.characters.values():
            lives = self.page.lives.get(who.id, {})
            assert who.effects.get("buffs", {}) == sums(lives), (who.name, who.effects, lives)
            assert has_figures(self.kit, who, sums(lives)), who.name
            if who.away or not self.active:
                continue
            assert armed.count(who.id) == (coming(lives) is not None), (who.name, lives)
            assert all(self._is_on_time(life) for life in lives.values()), (self.now, lives)
            if who.mob is None:
                assert {key for key in lives if key[1]} == self._kept_up(who), (who.name, who.room, lives)

    def _is_on_time(self, life: Life) -> bool:
        """A clock's second is a float: a moment may be a millisecond off."""
        if life.ends is not None and life.ends < self.now - 1:
            return False
        if not life.every:
            return True
        lasted = (self.now if life.ends is None else min(self.now, life.ends)) - life.born
        return (lasted - 1) // life.every <= life.ticks <= (lasted + 1) // life.every

    def _kept_up(self, who: Character) -> set[Key]:
        """The effects of what somebody wears, and of where they are."""
        worn = {(WORN[i.kind], f"item:{i.id}") for i in self.kit.game.world.worn(who) if i.kind in WORN}
        return worn | ({(ROOMS[who.room], f"room:{who.room}")} if who.room in ROOMS else set())


def coming(lives: dict[Key, Life]) -> int | None:
    """The next moment at which something happens."""
    return min((at for life in lives.values() for at in (life.ends, life.tick) if at is not None), default=None)


def after(life: Life, at: int) -> Life:
    """An effect behind a moment."""
    return replace(life, ticks=life.ticks + 1) if life.tick == at else life


def counting(lives: dict[Key, Life]) -> dict[str, Life]:
    """Of each kind the one that counts: with most stacks, then of the highest level, then the first."""
    found: dict[str, Life] = {}
    for life in lives.values():
        best = found.get(life.kind)
        if life.stacks and (best is None or (life.stacks, life.level) > (best.stacks, best.level)):
            found[life.kind] = life
    return found


def sums(lives: dict[Key, Life]) -> dict[str, int]:
    """What effects do to figures and states, all together."""
    found: dict[str, int] = {}
    for life in counting(lives).values():
        kind = KINDS[life.kind]
        found |= dict.fromkeys(kind.states, 1)
        for name, by in kind.figures.items():
            more = life.level // kind.growth[name] if name in kind.growth else 0
            found[name] = found.get(name, 0) + life.stacks * (by + more if by > 0 else by - more)
    return {name: by for name, by in found.items() if by}


def has_figures(kit: Kit, who: Character, by: dict[str, int]) -> bool:
    """Whether somebody's figures are their own and those of what they wear, and `by`."""
    bare = copy.copy(who)
    bare.effects = {}
    with_, without = bodies.figures(kit.game.world, who), bodies.figures(kit.game.world, bare)
    return all(getattr(with_, name) - getattr(without, name) == by.get(name, 0) for name in with_._fields)


def may_become(kind: EffectKind, was: Life, now: Life) -> bool:
    """Whether giving it again can make one effect of the other."""
    assert was.ends is not None and now.ends is not None
    longer, higher = now.ends >= was.ends, now.level >= was.level
    if kind.stacking == "stack":
        return longer and higher and was.stacks <= now.stacks <= kind.stacks
    if kind.stacking == "strongest":
        return now.stacks == 1 and (now.level > was.level or (higher and longer))
    return kind.stacking == "refresh" and longer and higher and now.stacks == 1


def is_of_effects(event: e.Event) -> bool:
    """Whether it is the timer of what comes next on somebody."""
    payload = event.timer.payload if isinstance(event, e.Due) else None
    return isinstance(payload, ModuleTimer) and payload.module == "buffs"
