"""The weather, as those see it who stand in it."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from modules.weather import HIGHEST, LOOKS, LOWEST, MODULE, SEEN, STEEPEST, SUN, TURNS, Sky
from mud.api import CALENDAR
from mud.core.world.area import AreaDef, ExitDef, RoomDef, WorldDef
from mud.testing import Kit, Player

HOUR = CALENDAR.seconds_per_hour
ROOMS = (
    RoomDef(id="field", name="A Field", sector="field", exits={"in": ExitDef(to="hut")}),
    RoomDef(id="hut", name="A Hut", sector="inside"),
    RoomDef(id="arcade", name="An Arcade", sector="city", flags=("indoors",)),
)
WORLD = WorldDef.of([AreaDef(id="land", name="Land", reset_when="never", rooms=ROOMS)])


def begun(seed: int = 0) -> Kit:
    """A game in which the weather has begun."""
    kit = Kit(MODULE, world=WORLD, seed=seed)
    kit.job("begin")
    return kit


@pytest.fixture
def kit() -> Kit:
    return begun()


def at(kit: Kit, name: str, room: str) -> Player:
    """A player in a room."""
    player = kit.player(name)
    go(player, room)
    return player


def go(player: Player, room: str) -> None:
    """A player into another room."""
    player.kit.act(lambda ctx: ctx.move(player.character, room))
    player.read()


def pose(player: Player, position: str) -> None:
    player.kit.act(lambda ctx: ctx.world.edit(player.character))
    player.character.position = position


def set_air(kit: Kit, pressure: int, sky: Sky) -> None:
    kit.state.pressure, kit.state.change, kit.state.sky = pressure, 0, sky


def history(kit: Kit, hours: int) -> list[tuple[int, int, Sky]]:
    """Hour by hour, what the air was."""
    found = []
    for _ in range(hours):
        kit.wait(HOUR)
        found.append((kit.state.pressure, kit.state.change, kit.state.sky))
    return found


def test_sun_and_sky_are_seen_outdoors_only(kit: Kit) -> None:
    ada = at(kit, "Ada", "field")
    others = [at(kit, "Ben", "hut"), at(kit, "Cleo", "arcade")]
    kit.wait(24 * HOUR)
    said = ada.read()
    assert all(text in said for text in SUN.values())
    assert [other.read() for other in others] == ["", ""]


def test_who_sleeps_sees_nothing_of_it(kit: Kit) -> None:
    ada, ben = at(kit, "Ada", "field"), at(kit, "Ben", "field")
    pose(ada, "sleeping")
    pose(ben, "resting")
    ada.read()
    kit.wait(24 * HOUR)
    assert ada.read() == "" and "The sun rises in the east." in ben.read()


def test_the_sun_rises_at_its_hour_and_only_once(kit: Kit) -> None:
    ada = at(kit, "Ada", "field")
    kit.wait(21 * HOUR - 1)  # it was eight in the morning
    assert SUN[5] not in ada.read()
    kit.wait(2)
    assert ada.read().count(SUN[5]) == 1
    kit.wait(23 * HOUR)
    assert SUN[5] not in ada.read()


def test_weather_tells_of_sky_and_wind(kit: Kit) -> None:
    ada = at(kit, "Ada", "field")
    assert ada.do("weather") == "The sky is clear and blue. A mild wind blows from the south."
    set_air(kit, 1000, "raining")
    kit.state.change = -3
    assert ada.do("weather") == "It rains from low clouds. The wind backs, and smells of worse to come."
    kit.wait(14 * HOUR)
    set_air(kit, 1000, "cloudless")
    ada.read()
    assert ada.do("weather").startswith("The sky is clear and full of stars.")
    for room in ("hut", "arcade"):
        go(ada, room)
        assert ada.do("weather") == "You can't see the sky from in here."


def test_its_abbreviation_gives_way_to_wear(kit: Kit) -> None:
    ada = at(kit, "Ada", "field")
    assert ada.do("wea") == "Wear what?" and ada.do("weat").startswith("The sky")


def test_in_winter_it_snows(kit: Kit) -> None:
    ada = at(kit, "Ada", "field")
    hours_to_winter = 9 * CALENDAR.days_per_month * 24
    kit.now += hours_to_winter * HOUR
    kit.wait(0.0)
    ada.read()
    assert CALENDAR.at(kit.game.clock.game).season == "winter"
    set_air(kit, LOWEST, "cloudy")
    kit.wait(HOUR)
    assert "It starts to snow." in ada.read() and ada.do("weather").startswith("It snows.")


@pytest.mark.parametrize(
    ("pressure", "sky", "after"),
    [
        (970, "cloudless", "cloudy"),
        (LOWEST - 50, "cloudy", "raining"),
        (HIGHEST + 50, "raining", "cloudy"),
        (HIGHEST, "lightning", "raining"),
    ],
)
def test_the_sky_follows_the_pressure(kit: Kit, pressure: int, sky: Sky, after: Sky) -> None:
    ada = at(kit, "Ada", "field")
    set_air(kit, pressure, sky)
    kit.wait(HOUR)
    assert kit.state.sky == after and ada.read() == SEEN[sky, after][0]


def test_a_year_has_all_skies_and_only_turns_that_can_be_seen(kit: Kit) -> None:
    seen = history(kit, 24 * CALENDAR.days_per_month * 12)
    assert {sky for _, _, sky in seen} == set(LOOKS)
    assert all(LOWEST <= pressure <= HIGHEST and abs(change) <= STEEPEST for pressure, change, _ in seen)
    turns = {(one[2], other[2]) for one, other in pairwise(seen) if one[2] != other[2]}
    assert turns == set(SEEN) == {(sky, turn.to) for sky, all_turns in TURNS.items() for turn in all_turns}


def test_the_same_seed_has_the_same_weather() -> None:
    assert history(begun(seed=3), 100) == history(begun(seed=3), 100) != history(begun(seed=4), 100)


def test_a_copyover_keeps_sky_and_timer_and_changes_nothing_of_what_comes() -> None:
    kit, twin = begun(), begun()
    ada, _ = at(kit, "Ada", "field"), at(twin, "Ada", "field")
    assert history(kit, 50) == history(twin, 50)
    kit.wait(0.4 * HOUR)
    twin.wait(0.4 * HOUR)
    ada.read()
    before, said = kit.state, ada.do("weather")
    kit.copyover(seconds=500)
    kit.job("begin")  # as the new program does
    assert kit.state == before and ada.do("weather") == said
    (timer,) = kit.game.world.timers.of("weather", "HourTurns")
    assert timer.due - kit.game.clock.game == pytest.approx(0.6 * HOUR)
    assert history(kit, 50) == history(twin, 50)


def test_there_is_only_ever_one_clock(kit: Kit) -> None:
    for _ in range(3):
        kit.job("begin")
    kit.wait(5.5 * HOUR)
    kit.job("begin")
    assert len(kit.game.world.timers.of("weather", "HourTurns")) == 1


def test_a_pause_does_not_bring_all_missed_hours_at_once(kit: Kit) -> None:
    ada = at(kit, "Ada", "field")
    kit.manage("pause")
    kit.wait(30 * HOUR)
    assert ada.read() == ""
    before = kit.state.pressure
    kit.manage("resume")
    kit.wait(0.0)
    assert abs(kit.state.pressure - before) <= STEEPEST
    assert len(kit.game.world.timers.of("weather", "HourTurns")) == 1


def test_save_and_restore(kit: Kit, tmp_path: Path) -> None:  # S0.17
    history(kit, 30)
    kit.cycle(tmp_path)
