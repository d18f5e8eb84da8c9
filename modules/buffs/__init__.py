"""Buffs: effects on characters and mobs, with stacking, ticks and ends on the game's clock."""

from modules.buffs import places
from modules.buffs.application import asked_to_apply, asked_to_end
from modules.buffs.display import buffs
from modules.buffs.magic import SPELLS
from modules.buffs.state import Apply, Begun, Buffs, BuffSettings, End, Ended, Next
from modules.buffs.state import On as Noted
from modules.buffs.ticks import due
from mud.api import (
    Attacked,
    Command,
    Died,
    HealthCheck,
    InService,
    Method,
    Module,
    Moved,
    On,
    PlayerEntered,
    PlayerLeft,
    Worn,
)

MODULE = Module(
    name="buffs",
    version="1.0.0",
    description="effects of spells, potions, equipment and rooms",
    author="Everwake",
    state=Buffs,
    notes=Noted,
    settings=BuffSettings,
    commands=[Command("buffs", buffs, topic="magic")],
    spells=SPELLS,
    on=[
        On(Next, due),
        On(Moved, places.moved),
        On(Worn, places.worn),
        On(Attacked, places.attacked),
        On(Died, places.died),
        On(PlayerEntered, places.entered),
        On(PlayerLeft, places.left),
        On(InService, places.mend),
    ],
    methods=[Method(Apply, asked_to_apply, bool), Method(End, asked_to_end, int)],
    emits=(Begun, Ended),
    health=(HealthCheck("timers", places.check, failures=2, unhealthy="restart", in_game=True),),
)
