"""Weather: air pressure that drifts as in Diku, the sky that follows it, and the sun. Players outdoors see it."""

from typing import Literal

from mud.api import (
    CALENDAR,
    Character,
    Command,
    Context,
    Job,
    Module,
    On,
    Rejected,
    Season,
    Signal,
    State,
    Struct,
    Timer,
    Work,
)

Sky = Literal["cloudless", "cloudy", "raining", "lightning"]
LOWEST, HIGHEST = 960, 1040
#: How much the pressure can rise or fall in an hour.
STEEPEST = 12
#: The pressure to which it tends; lower in the dark half of the year.
MIDDLE: dict[Season, int] = {"spring": 1015, "summer": 1015, "autumn": 985, "winter": 985}


class Turn(Struct, frozen=True):
    """At a pressure from `low` to `high` the sky turns `to` something else, in one of `odds` hours."""

    low: int
    high: int
    odds: int
    to: Sky


TURNS: dict[Sky, tuple[Turn, ...]] = {
    "cloudless": (Turn(LOWEST, 989, 1, "cloudy"), Turn(990, 1009, 4, "cloudy")),
    "cloudy": (
        Turn(LOWEST, 969, 1, "raining"),
        Turn(970, 989, 4, "raining"),
        Turn(1031, HIGHEST, 4, "cloudless"),
    ),
    "raining": (
        Turn(LOWEST, 969, 4, "lightning"),
        Turn(1011, 1030, 4, "cloudy"),
        Turn(1031, HIGHEST, 1, "cloudy"),
    ),
    "lightning": (Turn(991, 1010, 4, "raining"), Turn(1011, HIGHEST, 1, "raining")),
}

#: The text for a change of the sky, and the text for it in winter.
SEEN: dict[tuple[Sky, Sky], tuple[str, str]] = {
    ("cloudless", "cloudy"): ("Clouds draw over the sky.", "The sky turns grey."),
    ("cloudy", "cloudless"): ("The clouds break up, and the sky is clear.", "The clouds go, and the cold bites."),
    ("cloudy", "raining"): ("It starts to rain.", "It starts to snow."),
    ("raining", "cloudy"): ("The rain stops.", "It stops snowing."),
    ("raining", "lightning"): ("Lightning runs through the clouds.", "The snow becomes a storm."),
    ("lightning", "raining"): ("The thunder moves away; the rain stays.", "The storm dies down; it goes on snowing."),
}

#: The look of a sky by day, by night, and in winter.
LOOKS: dict[Sky, tuple[str, str, str]] = {
    "cloudless": ("The sky is clear and blue.", "The sky is clear and full of stars.", ""),
    "cloudy": ("The sky is full of clouds.", "Clouds hide the stars.", ""),
    "raining": ("It rains from low clouds.", "It rains in the dark.", "It snows."),
    "lightning": (
        "A thunderstorm stands overhead.",
        "Lightning shows the clouds, then the dark.",
        "It storms with snow.",
    ),
}

SUNRISE, DAY, SUNSET, NIGHT = 5, 6, 21, 22
SUN = {
    SUNRISE: "The sun rises in the east.",
    DAY: "The day has begun.",
    SUNSET: "The sun goes down in the west.",
    NIGHT: "The night has begun.",
}


class Weather(State):
    """The air: its pressure, how much that changed in the last hour, and the sky."""

    pressure: int = 1015
    change: int = 0
    sky: Sky = "cloudless"


class HourTurns(Timer):
    """The next full hour of the world's clock. There is always exactly one of these timers."""


class Begin(Signal, tag="weather.begin"):
    """The module runs: its clock must run too."""


async def begin_job(work: Work) -> None:
    """Runs after each start of the module, also in a new program."""
    work.post(Begin())


def begin(ctx: Context[Weather], signal: Begin) -> None:
    """Start the clock, unless it runs already."""
    if ctx.time_left(HourTurns) is None:
        wait_for_the_hour(ctx)


def hour_turns(ctx: Context[Weather], timer: HourTurns) -> None:
    """An hour begins: the sun moves, and the weather may change."""
    wait_for_the_hour(ctx)
    now = CALENDAR.at(ctx.clock.game)
    if now.hour in SUN:
        outdoors_see(ctx, SUN[now.hour])
    before = ctx.state.sky
    blow(ctx, now.season)
    if ctx.state.sky != before:
        text, in_winter = SEEN[before, ctx.state.sky]
        outdoors_see(ctx, in_winter if now.season == "winter" else text)


def wait_for_the_hour(ctx: Context[Weather]) -> None:
    """Set the timer of the next full hour."""
    ctx.set_timer_at(CALENDAR.begins(CALENDAR.hours(ctx.clock.game) + 1), HourTurns())


def blow(ctx: Context[Weather], season: Season) -> None:
    """An hour of weather: the pressure changes, and the sky may turn."""
    air, roll = ctx.state, ctx.random.randint
    pull = -2 if air.pressure > MIDDLE[season] else 2
    gust = roll(1, 4) * pull + roll(1, 6) + roll(1, 6) - roll(1, 6) - roll(1, 6)
    air.change = max(-STEEPEST, min(STEEPEST, air.change + gust))
    air.pressure = max(LOWEST, min(HIGHEST, air.pressure + air.change))
    turn = next((t for t in TURNS[air.sky] if t.low <= air.pressure <= t.high), None)
    if turn is not None and roll(1, turn.odds) == 1:
        air.sky = turn.to


def outdoors_see(ctx: Context[Weather], text: str) -> None:
    """Tell all players who are outdoors and awake."""
    for character in ctx.world.players():
        if character.position != "sleeping" and is_outdoors(ctx, character):
            ctx.tell(character, text)


def is_outdoors(ctx: Context[Weather], character: Character) -> bool:
    """Whether a character has the sky overhead."""
    room = ctx.world.room(character.room)
    return room.sector != "inside" and "indoors" not in room.flags


def weather(ctx: Context[Weather], args: str) -> None:
    """weather -- the sky, the wind and the time of day, where you can see them
    `time` tells the exact hour."""
    if not is_outdoors(ctx, ctx.player):
        raise Rejected("You can't see the sky from in here.")
    now, air = CALENDAR.at(ctx.clock.game), ctx.state
    by_day, by_night, in_winter = LOOKS[air.sky]
    look = by_day if SUNRISE <= now.hour < SUNSET else by_night
    wind = "A mild wind blows from the south." if air.change >= 0 else "The wind backs, and smells of worse to come."
    ctx.send(f"{in_winter if in_winter and now.season == 'winter' else look} {wind}")


MODULE = Module(
    name="weather",
    version="1.0.0",
    description="sun, clouds, rain and thunder for players outdoors",
    author="Everwake",
    state=Weather,
    commands=[Command("weather", weather, topic="seeing", yields=True)],
    on=[On(HourTurns, hour_turns), On(Begin, begin)],
    jobs=(Job("begin", begin_job),),
)
