"""Groups: who follows whom, and who shares what they win."""

from modules.groups import band, following
from modules.groups.state import Bounds, Groups
from mud.api import Command, Companions, Died, Method, Module, Moved, On, PlayerEntered, PlayerLeft

MODULE = Module(
    name="groups",
    version="1.0.0",
    description="following, groups, and what they share",
    author="Everwake",
    state=Groups,
    settings=Bounds,
    commands=[
        Command("follow", following.follow, topic="groups"),
        Command("lose", following.lose, topic="groups"),
        Command("group", band.group, topic="groups"),
        Command("ungroup", band.ungroup, topic="groups"),
        Command("gtell", band.gtell, topic="groups", aliases=("gt",)),
        Command("split", band.split, topic="groups"),
    ],
    on=[
        On(Moved, following.moved),
        On(Died, following.died),
        On(PlayerLeft, following.left),
        On(PlayerEntered, following.entered),
    ],
    methods=[Method(Companions, band.companions, reply=list[str])],
)
