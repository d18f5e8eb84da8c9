"""A small world in which effects come from everything that gives them."""

from __future__ import annotations

import math
from typing import Any

import msgspec

from modules.buffs.application import apply, end
from modules.buffs.kinds import KINDS
from modules.buffs.state import Effect, Next, sums
from modules.buffs.state import On as Noted
from mud.core.timers import ModuleTimer
from mud.core.world.area import AreaDef, EquipReset, ExitDef, ItemDef, MobDef, MobReset, RoomDef, WorldDef
from mud.core.world.model import Character
from mud.play import zones
from mud.testing import Kit, Player

WORLD = WorldDef.of(
    [
        AreaDef(
            id="kit",
            name="The Kit",
            reset_when="never",
            rooms=(
                RoomDef(
                    id="hall",
                    name="The Hall",
                    exits={"north": ExitDef(to="yard"), "east": ExitDef(to="spring")},
                ),
                RoomDef(id="yard", name="The Yard", exits={"south": ExitDef(to="hall")}, flags=("arena",)),
                RoomDef(id="spring", name="The Spring", exits={"west": ExitDef(to="hall")}, flags=("healing",)),
            ),
            mobs=(
                MobDef(id="rat", keywords=("rat",), short="a rat", hit_dice="1d1+9"),
                MobDef(id="ogre", keywords=("ogre",), short="an ogre", hit_dice="1d1+99999", damage_dice="1d1"),
                MobDef(id="owl", keywords=("owl",), short="an owl", flags=("nosleep", "noblind")),
                MobDef(id="lord", keywords=("lord",), short="a lord", level=30),
            ),
            items=(
                ItemDef(
                    id="ring",
                    keywords=("ring",),
                    short="a ring of mist",
                    wear=("take", "finger"),
                    affects=("invisible",),
                ),
                ItemDef(
                    id="oil",
                    keywords=("oil",),
                    short="a white potion",
                    kind="potion",
                    wear=("take",),
                    values={"level": 12, "spell1": 36, "spell2": 1, "spell3": -1},
                ),
                ItemDef(
                    id="mud",
                    keywords=("mud",),
                    short="a brown potion",
                    kind="potion",
                    wear=("take",),
                    values={"level": 5, "spell1": "poison"},
                ),
                ItemDef(
                    id="page",
                    keywords=("page",),
                    short="a torn page",
                    kind="scroll",
                    wear=("take",),
                    values={"level": 12, "spell1": "stone skin"},
                ),
                ItemDef(
                    id="wand",
                    keywords=("wand",),
                    short="a crooked wand",
                    kind="wand",
                    wear=("take", "hold"),
                    values={"level": 9, "charges": 3, "charges_left": 3, "spell": 17},
                ),
            ),
            resets=(
                MobReset(id="lord", room="spring"),
                EquipReset(id="ring", slot="finger_right"),
            ),
        )
    ]
)


def effects(kit: Kit, who: Player | Character) -> dict[str, Effect]:
    """What is on somebody, by kind; of two of a kind, the last."""
    return {effect.kind: effect for effect in noted(kit, who).effects}


def noted(kit: Kit, who: Player | Character) -> Noted:
    """All that is noted of somebody."""
    character = who.character if isinstance(who, Player) else who
    found = character.notes.get("buffs")

    return msgspec.msgpack.decode(found, type=Noted) if found is not None else Noted()


def give(kit: Kit, who: Player | Character, kind: str, **how: Any) -> bool:
    """Give somebody an effect, as the module's own code does."""
    character = who.character if isinstance(who, Player) else who

    def run(ctx: Any) -> bool:
        return bool(kit.instance("buffs").run(lambda c, about: apply(c, character, kind, "a test", **how), ctx, None))

    return kit.act(run)


def take(kit: Kit, who: Player, kind: str) -> None:
    """Take all effects of a kind from somebody."""

    def run(ctx: Any) -> None:
        kit.instance("buffs").run(lambda c, _: end(c, who.character, lambda e: e.kind == kind), ctx, None)

    kit.act(run)


def mob(kit: Kit, kind: str, room: str = "yard") -> Character:
    """A new mob."""
    return kit.act(lambda ctx: zones.make_mob(ctx, kind, room))


def left(kit: Kit, who: Player | Character, kind: str) -> float:
    """Seconds that an effect has left."""
    ends = effects(kit, who)[kind].ends
    assert ends is not None
    return ends / 1000 - kit.game.clock.game


def sane(kit: Kit) -> bool:
    """Whether everybody's figures are what their effects make them, and whoever has something coming has one timer."""
    world = kit.game.world
    pending = world.timers.of("buffs", Next.__name__)
    timers = [t.payload.data["character"] for t in pending if isinstance(t.payload, ModuleTimer)]
    for character in world.characters.values():
        mine = noted(kit, character)
        assert character.effects.get("buffs", {}) == sums(mine.effects), character.name
        coming = any(e.ends is not None or e.tick is not None for e in mine.effects) and not character.away
        assert timers.count(character.id) == coming, (character.name, mine)
    return True


def strong(player: Player, hp: int = 100_000) -> None:
    """Somebody whom nothing kills, who can cast everything."""
    me = player.character
    me.level, me.max_hp, me.hp, me.max_mana, me.mana = 20, hp, hp, 100_000, 100_000


def ticks_of(kind: str, level: int = 1, stacks: int = 1) -> int:
    """The hit points that a tick brings or takes."""
    return KINDS[kind].grown("tick", KINDS[kind].tick["hp"], level) * stacks


def close(a: float, b: float) -> bool:
    """Whether two moments are the same millisecond."""
    return math.isclose(a, b, abs_tol=0.001)


def stands_firm(player: Player) -> int:
    """Have somebody mend by nothing but effects, as in a fight. Gives their hit points."""
    player.character.position = "fighting"
    return player.character.hp
