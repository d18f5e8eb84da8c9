"""The kinds of effects and their spells, from `kinds.toml`."""

from __future__ import annotations

import tomllib
from typing import Literal

from mud.api import Struct, convert, folder_text

Stacking = Literal["refresh", "stack", "strongest", "unique"]
FIGURES = frozenset(
    "strength dexterity constitution intelligence wisdom charisma armour hitroll damroll hp mana move".split()
)
BODY = frozenset(("hp", "mana", "move"))


class EffectKind(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A kind of effect. The file explains each field."""

    figures: dict[str, int] = {}
    states: tuple[str, ...] = ()
    growth: dict[str, int] = {}
    seconds: float
    per_level: float = 0.0
    most: float = 86_400.0
    stacking: Stacking
    stacks: int = 1
    every: float = 0.0
    tick: dict[str, int] = {}
    bad: bool = False
    fixed: bool = False
    kept: bool = False
    ends_on: tuple[Literal["attack", "attacked"], ...] = ()
    worn: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    gain: str = ""
    loss: str = ""
    ticks: str = ""
    gain_room: str = ""
    loss_room: str = ""
    ticks_room: str = ""

    def lasts(self, level: int) -> float:
        """Game seconds."""
        return min(self.most, self.seconds + self.per_level * level)

    def grown(self, name: str, by: int, level: int) -> int:
        """A figure, or the result of a tick, at a level: further from zero at a higher level."""
        more = level // self.growth[name] if name in self.growth else 0
        return by + more if by > 0 else by - more


class SpellRow(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A spell: it gives one kind of effect, ends some, or dispels."""

    gives: str = ""
    ends: tuple[str, ...] = ()
    dispels: bool = False
    number: int = 0
    level: int
    mana: int
    cooldown: float = 0.0
    target: Literal["friend", "foe", "any"] = "friend"
    wounds: bool = False
    unless: str = ""
    help: str


class KindsFile(Struct, frozen=True, forbid_unknown_fields=True):
    """The contents of `kinds.toml`."""

    kinds: dict[str, EffectKind]
    spells: dict[str, SpellRow]


def read(text: str) -> KindsFile:
    """The file's content. Raises ValueError, which names what is wrong and where."""
    found = convert(tomllib.loads(text), KindsFile)
    for name, kind in found.kinds.items():
        check(name, kind)
    for name, spell in found.spells.items():
        unknown = {kind for kind in (spell.gives, *spell.ends) if kind and kind not in found.kinds}
        if unknown:
            raise ValueError(f"kinds.toml: [spells.{name!r}]: there is no kind {unknown.pop()!r}")
        if (bool(spell.gives), bool(spell.ends), spell.dispels).count(True) != 1:
            raise ValueError(f"kinds.toml: [spells.{name!r}]: it must have just one of `gives`, `ends` and `dispels`")
    return found


def check(name: str, kind: EffectKind) -> None:
    """Raise ValueError for an impossible kind."""
    where = f"kinds.toml: [kinds.{name!r}]"
    for figure in kind.figures:
        if figure not in FIGURES:
            raise ValueError(f"{where}: there is no figure {figure!r}; it can be {', '.join(sorted(FIGURES))}")
    if not kind.tick.keys() <= BODY:
        raise ValueError(f"{where}: a tick can bring hp, mana and move")
    if bool(kind.tick) != (kind.every > 0):
        raise ValueError(f"{where}: `every` and `tick` need each other")
    if kind.every and kind.every < 0.1:
        raise ValueError(f"{where}: ticks must be at least a tenth of a second apart")
    if kind.growth.keys() - kind.figures.keys() - {"tick"} or any(n < 1 for n in kind.growth.values()):
        raise ValueError(f"{where}: growth names figures of the kind or the tick, with a number of levels (1 or more)")
    if (kind.stacking == "stack") != (kind.stacks > 1):
        raise ValueError(f'{where}: `stacks` of 2 or more and stacking = "stack" need each other')
    if kind.seconds <= 0:
        raise ValueError(f"{where}: it needs `seconds` above 0")


FILE = read(folder_text(__file__, "kinds.toml"))
KINDS = FILE.kinds
#: The kinds that an item's `affects` and a room's flags and sectors give.
WORN = {affect: name for name, kind in KINDS.items() for affect in kind.worn}
ROOMS = {flag: name for name, kind in KINDS.items() for flag in kind.rooms}
SECTORS = {sector: name for name, kind in KINDS.items() for sector in kind.sectors}
