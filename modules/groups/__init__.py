"""Groups: who follows whom, and who shares experience."""

from modules.groups import band, followers
from modules.groups.state import Groups, GroupSettings
from mud.api import Command, Companions, Died, Method, Module, Moved, On, PlayerEntered, PlayerLeft

MODULE = Module(
    name="groups",
    version="1.0.0",
    description="following, groups, and what they share",
    author="Everwake",
    state=Groups,
    settings=GroupSettings,
    commands=[
        Command("follow", followers.follow, topic="groups"),
        Command("lose", followers.lose, topic="groups"),
        Command("group", band.group, topic="groups"),
        Command("ungroup", band.ungroup, topic="groups"),
        Command("gtell", band.gtell, topic="groups", aliases=("gt",)),
        Command("split", band.split, topic="groups"),
    ],
    on=[
        On(Moved, followers.moved),
        On(Died, followers.died),
        On(PlayerLeft, followers.left),
        On(PlayerEntered, followers.entered),
    ],
    methods=[Method(Companions, band.companions, reply=list[str])],
)
