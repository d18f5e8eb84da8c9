"""Whatever players do with groups, what has to hold of them holds."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from modules.groups import MODULE
from modules.groups.state import Groups
from mud.core.events import Lost
from mud.testing import Kit

NAMES = ("Ada", "Ben", "Cleo", "Dora")
ABOUT = ("follow {}", "follow {}", "follow {}", "group {}", "group {}", "ungroup {}", "lose {}")
ALONE = ("group all", "group all", "group all", "follow stop", "ungroup", "lose", "quit", "vanish", "copyover")
WHATEVER = st.one_of(st.builds(str.format, st.sampled_from(ABOUT), st.sampled_from(NAMES)), st.sampled_from(ALONE))
BEFORE = [("Ben", "follow ada"), ("Cleo", "follow ada"), ("Ada", "group all"), ("Dora", "follow ben")]


def holds(kit: Kit, state: Groups) -> None:
    """Raises AssertionError when the state can't be."""
    here = {c.id for c in kit.game.world.players()}
    assert {*state.following, *state.following.values(), *state.leaders, *state.leaders.values()} <= here
    for who in state.following:
        seen = [who]
        while seen[-1] in state.following:
            seen.append(state.following[seen[-1]])
            assert seen[-1] not in seen[:-1], "a circle"
    for member, leader in state.leaders.items():
        assert state.leaders[leader] == leader, "who leads is in the group"
        if member != leader:
            assert state.following[member] == leader, "members follow their leader"
        assert list(state.leaders.values()).count(leader) > 1, "nobody is a group alone"


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(NAMES), WHATEVER), max_size=25))
def test_groups_stay_as_they_have_to_be(deeds: list[tuple[str, str]]) -> None:
    kit = Kit(MODULE)
    players = {name: kit.player(name) for name in NAMES}
    for name, deed in [*BEFORE, *deeds]:
        player = players[name]
        if kit.game.world.player(name) is None or player.session not in kit.game.sessions.by_id:
            players[name] = kit.player(name)
        elif deed == "vanish":
            kit.post(Lost(player.session, "a cable"))
        elif deed == "copyover":
            kit.copyover()
        else:
            player.do(deed)
            if deed == "quit":
                kit.post(Lost(player.session, "quit"))
        holds(kit, kit.state)
