"""Orders of a copyover: what can be written, and the planned one, which is a timer on the wall clock."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mud.core import events as e
from mud.core.context import CoreContext
from mud.core.copyover_words import CopyoverWords
from mud.core.errors import Rejected
from mud.core.session import Terminal
from mud.core.timers import CopyoverPlanned
from mud.play.staff import copyover_command
from mud.play.staff.copyover_command import MARKS
from mud.play.staff.copyover_syntax import FARTHEST, HELP, PATIENCE, parse
from mud.testing import Kit, Player
from mud.testing.fixtures import kit_of
from tests.play.worlds import SMALL

NOON = datetime(2026, 6, 1, 12, 0, 0).timestamp()


kit = kit_of(world=SMALL)


def order(boss: Player, line: str) -> str:
    """Type an order; of the shell, which is not there, this does the planning."""
    said, request = boss.do(line), boss.kit.effects[-1]
    answer = "(the shell)"
    if isinstance(request, e.CopyoverRequest) and request.words.verb in ("in", "at", "when-clear"):
        does = copyover_command.need_none if request.words.verb == "when-clear" else planning(request)
        try:
            boss.kit.act(does)
        except Rejected as error:
            answer = str(error)
    boss.kit.post(e.Told(boss.session, answer, answer=True))
    return said + boss.read()


def planning(request: e.CopyoverRequest) -> Callable[[CoreContext], None]:
    """What the shell has happen for `in` and `at`."""
    return lambda ctx: copyover_command.plan(ctx, request.by, request.words)


def ordered(kit: Kit) -> list[e.CopyoverRequest]:
    """The copyovers that a timer ordered."""
    return [effect for effect in kit.effects if isinstance(effect, e.CopyoverRequest) and effect.planned]


# What can be written


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", CopyoverWords("now")),
        ("now", CopyoverWords("now")),
        ("because new quests", CopyoverWords("now", "new quests")),
        ("NOW because Because it is", CopyoverWords("now", "Because it is")),
        ("in 90s", CopyoverWords("in", seconds=90)),
        ("in 5 because x because y", CopyoverWords("in", "x because y", 300)),
        ("in 1h 30m", CopyoverWords("in", seconds=5400)),
        ("at 12:01", CopyoverWords("at", seconds=60)),
        ("at 12:00", CopyoverWords("at", seconds=86400)),
        ("at 4:30 because night", CopyoverWords("at", "night", 16.5 * 3600)),
        ("check", CopyoverWords("check")),
        ("force because I must", CopyoverWords("force", "I must")),
        ("when-clear", CopyoverWords("when-clear", seconds=PATIENCE)),
        ("when-clear for 30s", CopyoverWords("when-clear", seconds=30)),
        ("cancel", CopyoverWords("cancel")),
        ("status", CopyoverWords("status")),
        ("history", CopyoverWords("history")),
        ("history 3", CopyoverWords("history", count=3)),
        ("rollback because it lags", CopyoverWords("rollback", "it lags", count=0)),
        ("rollback 3", CopyoverWords("rollback", count=3)),
    ],
)
def test_what_can_be_written(text: str, wanted: CopyoverWords) -> None:
    assert parse(text, NOON) == wanted


#: What can be written instead, and what gets it for an answer.
REFUSED = {
    "Write: copyover [now": ("later", "now now", "in", "at", "when-clear 5", "when-clear for", "check please"),
    "TIME is like": ("in x", "in 0", "in 8d", "in -5"),
    "A time of the day is like": ("at 25:00", "at noon", "at 12:00:00"),
    "a number from 1 to 100": ("history x", "history 0", "history 101"),
    "a generation, a number from 1 to": ("rollback 0", "rollback 9999999999"),
}


@pytest.mark.parametrize(("says", "text"), [(says, text) for says, texts in REFUSED.items() for text in texts])
def test_what_can_not_be_written_is_refused_with_what_can(says: str, text: str) -> None:
    with pytest.raises(Rejected, match=re.escape(says)):
        parse(text, NOON)


@given(st.text(max_size=60), st.floats(0, 4e9))
def test_whatever_is_written_is_an_order_or_refused(text: str, wall: float) -> None:
    try:
        wanted = parse(text, wall)
    except Rejected:
        return
    assert 0 <= wanted.seconds <= FARTHEST and wanted.reason.isprintable()


def test_the_help_page_has_every_verb(boss: Player) -> None:
    for verb in (
        "now",
        "in TIME",
        "at HH:MM",
        "check",
        "force",
        "when-clear",
        "cancel",
        "status",
        "history",
        "rollback",
    ):
        assert verb in HELP
    assert "copyover [now" in boss.do("help copyover")


# The planned one


def test_a_planned_one_is_announced_at_its_marks_and_then_ordered(kit: Kit, boss: Player) -> None:
    ada = kit.player("Ada")
    order(boss, "copyover in 2m because new quests")
    assert "A copyover in 2 minutes because new quests. You stay connected." in ada.read()
    kit.wait(119)
    told = [line for line in ada.read().splitlines() if line.startswith("A copyover")]
    assert told == [f"A copyover in {left} because new quests." for left in ("1 minute", "30 seconds", "10 seconds")]
    assert ordered(kit) == []
    since = kit.wall - 119
    kit.wait(1)
    (start,) = ordered(kit)
    words = CopyoverWords("now", "new quests")
    assert start == e.CopyoverRequest(boss.session, "Boss", words, planned=True, since=start.since)
    assert abs(start.since - since) < 0.01
    assert copyover_command.planned(kit.game.world) is None


def test_screen_readers_hear_of_it_at_fewer_marks(kit: Kit, boss: Player) -> None:
    ada, bob = kit.player("Ada"), kit.player("Bob")
    kit.post(e.TerminalTold(bob.session, Terminal(screen_reader=True)))
    bob.read()
    order(boss, "copyover in 15m")
    kit.wait(899)
    marks = [mark for mark in MARKS if mark < 900]
    heard, read = ada.read().count("A copyover in"), bob.read().count("A copyover in")
    assert (heard, read) == (1 + len(marks), 1 + len(copyover_command.QUIET_MARKS.intersection(marks)))


def test_who_logs_out_does_not_cancel_it(kit: Kit, boss: Player) -> None:
    order(boss, "copyover in 1m")
    boss.do("quit")
    kit.wait(61)
    (start,) = ordered(kit)
    assert (start.session, start.by) == (0, "Boss")


def test_who_comes_back_is_told_what_comes_of_it(kit: Kit, boss: Player) -> None:
    order(boss, "copyover in 1m")
    boss.do("quit")
    again = kit.player("Boss", "admin")
    kit.wait(61)
    assert ordered(kit)[0].session == again.session


def test_it_outlives_a_copyover_that_somebody_else_orders(kit: Kit, boss: Player) -> None:
    ada = kit.player("Ada")
    order(boss, "copyover in 1m because mine")
    kit.wait(20)
    kit.copyover(seconds=5)
    ada.read()
    kit.wait(34)
    assert ada.read().count("A copyover in") == 2 and ordered(kit) == []
    kit.wait(2)
    assert [start.words.reason for start in ordered(kit)] == ["mine"]


def test_a_mark_that_falls_into_a_copyover_is_told_once_after_it(kit: Kit, boss: Player) -> None:
    ada = kit.player("Ada")
    order(boss, "copyover in 1m")
    kit.wait(29)
    ada.read()
    kit.copyover(seconds=5)
    assert ada.read().count("A copyover in 26 seconds.") == 1
    kit.wait(27)
    assert len(ordered(kit)) == 1


def test_a_clock_set_forward_passes_marks_over_and_one_set_back_waits(kit: Kit, boss: Player) -> None:
    ada = kit.player("Ada")
    order(boss, "copyover in 1h")
    ada.read()
    kit.wall += 3000
    kit.wait(0)
    assert [line for line in ada.read().splitlines() if "copyover" in line] == ["A copyover in 10 minutes."]
    kit.wall -= 3000
    kit.wait(3595)
    assert ordered(kit) == []
    kit.wall += 100_000
    kit.wait(0)
    assert len(ordered(kit)) == 1


def test_a_second_one_is_told_whose_the_first_is_since_when_and_how_far(kit: Kit, boss: Player) -> None:
    order(boss, "copyover in 10m because mine")
    kit.wait(60)
    other = kit.player("Other", "admin")
    for line in ("copyover in 5m", "copyover at 3:00", "copyover when-clear"):
        refusal = order(other, line)
        assert "Boss planned a copyover 1 minute ago; it begins in 9 minutes because mine." in refusal
    assert ordered(kit) == []


def test_a_cancelled_one_is_called_off_for_everybody(kit: Kit, boss: Player) -> None:
    ada = kit.player("Ada")
    order(boss, "copyover in 1m")
    ada.read()
    assert kit.act(lambda ctx: copyover_command.cancel(ctx, "Other")) == "Boss's copyover is called off by Other."
    assert "called off" in ada.read()
    kit.wait(100)
    assert ordered(kit) == []
    with pytest.raises(Rejected, match="none is planned"):
        kit.act(lambda ctx: copyover_command.cancel(ctx, "Other"))


def test_a_restart_forgets_it(kit: Kit, boss: Player) -> None:
    order(boss, "copyover in 1m")
    forgotten = copyover_command.forget(kit.game.world)
    assert forgotten is not None and forgotten.by == "Boss"
    assert copyover_command.forget(kit.game.world) is None
    assert "timers" in {table for table, _ in kit.game.world.journal.dirty}
    kit.wait(100)
    assert ordered(kit) == []


def test_one_that_waits_is_ordered_again_until_its_time_is_over(kit: Kit, boss: Player) -> None:
    until = kit.wall + 12
    for _ in range(3):
        kit.act(lambda ctx: copyover_command.wait(ctx, "Boss", "x", kit.wall, until, 5, "raffle: it draws"))
        kit.wait(5)
    first, second, third = ordered(kit)
    assert {first.until, second.until, third.until} == {until} and kit.wall > until
    assert "Boss ordered a copyover" in copyover_command.described(
        msgspec.structs.replace(WAITING, until=kit.wall + 60), kit.wall
    )


@pytest.mark.parametrize("first", ["plan", "wait"])
@pytest.mark.parametrize("second", ["plan", "wait"])
def test_one_is_planned_at_most_in_whatever_order(kit: Kit, boss: Player, first: str, second: str) -> None:
    does: dict[str, Callable[[CoreContext], None]] = {
        "plan": lambda ctx: copyover_command.plan(ctx, "Boss", CopyoverWords("in", "", 600)),
        "wait": lambda ctx: copyover_command.wait(ctx, "Boss", "x", ctx.clock.wall, ctx.clock.wall + 60, 5, "a draw"),
    }
    kit.act(does[first])
    with pytest.raises(Rejected, match="Boss"):
        kit.act(does[second])
    payloads = [timer.payload for timer in kit.game.world.timers.pending.values()]
    assert [type(payload) for payload in payloads].count(CopyoverPlanned) == 1


WAITING = CopyoverPlanned(0, "Boss", "x", 0, waits_for="raffle: it draws")


def test_one_that_waits_is_not_announced(kit: Kit, boss: Player) -> None:
    ada = kit.player("Ada")
    kit.act(
        lambda ctx: copyover_command.wait(ctx, "Boss", "x", ctx.clock.wall, ctx.clock.wall + 60, 40, "raffle: it draws")
    )
    kit.wait(60)
    assert "copyover" not in ada.read() and len(ordered(kit)) == 1


def test_only_an_admin_may(kit: Kit) -> None:
    ada, builder = kit.player("Ada"), kit.player("Bob", "builder")
    for player in (ada, builder):
        assert "copyover" not in player.do("copyover in 1m").replace("'copyover'", "")
    assert copyover_command.planned(kit.game.world) is None


def test_orders_and_not_questions_are_in_the_admin_log(kit: Kit, boss: Player) -> None:
    order(boss, "copyover status")
    order(boss, "copyover in 1m because x")
    lines = [effect.text for effect in kit.effects if isinstance(effect, e.LogLine) and effect.name == "mud.admin"]
    assert lines == ["Boss: copyover in 1m because x"]


def test_marks_that_the_wall_clock_is_set_over_are_told_once_and_those_to_come_in_their_time(
    kit: Kit, boss: Player
) -> None:  # S0.15
    ada = kit.player("Ada")
    order(boss, "copyover in 2h")

    def told() -> list[str]:
        return [line.removeprefix("A copyover in ") for line in ada.read().splitlines() if line.startswith("A copy")]

    kit.wait(0)
    told()
    kit.wall += 6600 + 20  # from two hours left to nine minutes and forty seconds
    kit.wait(0)
    assert told() == ["9 minutes 40 seconds."]
    kit.wall -= 3600
    kit.wait(3600 + 220)
    assert told() == []
    kit.wait(61)
    assert told() == ["5 minutes."]
    kit.wall += 400  # past the moment itself
    kit.wait(0)
    assert told() == [] and len(ordered(kit)) == 1 and copyover_command.planned(kit.game.world) is None
    kit.wall -= 7200
    kit.wait(7200)
    assert len(ordered(kit)) == 1
