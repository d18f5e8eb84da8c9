"""A copyover in the old program: with a fake host, what can happen in each phase, and that all of it is undone."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from mud.config import Config, ServerConfig
from mud.copyover import compiled, steps
from mud.copyover.code import Code, CodeFile
from mud.copyover.handover import CarriedJobs
from mud.copyover.history import CopyoverRecord
from mud.copyover.host import ServerState
from mud.copyover.observer import CopyoverObserver
from mud.copyover.orders import Copyovers
from mud.copyover.phases import Phase
from mud.copyover.rehearsal.report import RehearsalReport
from mud.copyover.target import Target
from mud.copyover.transaction import MAX_REHEARSALS
from mud.copyover.vetoes import LOOK_AGAIN, Resources, Vetoed, Vetoes
from mud.core import events as e
from mud.core.copyover_words import CopyoverWords
from mud.core.errors import CopyoverError
from mud.core.timers import CopyoverPlanned
from mud.core.veto import Veto
from mud.play.staff import copyover_command as planning
from mud.snapshot.envelope import Metadata, Snapshot
from mud.snapshot.form import Form
from mud.testing import Kit

LIMIT = 10.0
HEALTHY = Resources(errors={}, state=1, descriptors_left=1000, disk_left=1 << 40)
OLD = Code(program={"fake/a.py": CodeFile(0, 0, "old")})
#: All that a host and its companions are asked for, in the order of the phases.
CALLS = [
    (Phase.REHEARSING, "rehearse"),
    (Phase.PREPARING, "prepare"),
    (Phase.PREPARING, "settle"),
    (Phase.PREPARING, "confirmation.end"),
    (Phase.PREPARING, "keep"),
    (Phase.PREPARING, "observer.pause"),
    (Phase.VETOING, "vetoes"),
    (Phase.STATE_TRANSFERRING, "freeze"),
    (Phase.STATE_TRANSFERRING, "snapshots"),
    (Phase.STATE_TRANSFERRING, "export"),
]
SUCCESS = [*((phase.value, call) for phase, call in CALLS), (Phase.HANDING_OVER.value, "leave")]
#: Where something can go wrong. That the code can't be kept is no reason to stay, or it was changed: see below.
POINTS = [(phase, call) for phase, call in CALLS if call != "keep"]
#: From the question on the game stands still, and only a server that goes down calls it off.
TOO_LATE = {"vetoes", "freeze", "snapshots", "export"}
at_every_point = pytest.mark.parametrize(("phase", "call"), POINTS, ids=[f"{p.value}-{call}" for p, call in POINTS])


class Observer(CopyoverObserver):
    """Notes what it is told."""

    def __init__(self, host: FakeHost) -> None:
        self._host = host
        self.failures: list[tuple[str, str]] = []

    async def pause(self) -> None:
        await self._host.long("observer.pause")

    def failed(self, by: str, error: str) -> bool:
        self.failures.append((by, error))
        return False


class FakeHost:
    """A server that notes what it is asked for, in which phase; once, at `where`, `trouble` comes over it."""

    def __init__(self, folder: Path) -> None:
        self.config = Config(server=ServerConfig(data=str(folder)))
        self.generation, self.key, self.refused = 4, None, False
        self.calls: list[tuple[str, str]] = []
        self.where: tuple[Phase, str] | None = None
        self.trouble: Callable[[], object] = lambda: None
        self.code = OLD  # in the source tree
        self.tasks: list[asyncio.Task[None]] = []
        self.told: list[str] = []
        self.frozen = False
        self.cleaned_up: list[list[str]] = []
        self.modules = SimpleNamespace(
            managing=asyncio.Lock(),
            active=lambda: ["bank"],
            prepare=self._prepare,
            clean_up=self.cleaned_up.append,
            vetoes=self._vetoes,
        )
        self.play = SimpleNamespace(
            wall=1000.0,
            perform=lambda do: None,
            answer=lambda told: self.told.append(told.text),
            sessions=SimpleNamespace(by_id={}),
        )
        self.observer = Observer(self)
        confirmation = SimpleNamespace(
            code=OLD, doubt=lambda: "", end=functools.partial(self.long, "confirmation.end"), described=lambda: []
        )
        host: Any = self
        watched: Any = confirmation
        self.copyovers = Copyovers(host, watched, self.observer, self._rehearse)

    # Noting

    def note(self, call: str) -> None:
        """It is asked for this; and what was planned for this place happens."""
        attempt = self.copyovers.attempt
        if attempt is None or (attempt.phases.phase is Phase.IDLE and call != "go_on"):
            return  # the vetoes are asked at the order and after a check, too
        self.calls.append((attempt.phases.phase.value, call))
        if self.where == (attempt.phases.phase, call):
            self.where = None
            self.trouble()

    async def long(self, call: str) -> None:
        """The same, for what takes time."""
        self.note(call)
        for _ in range(3):
            await asyncio.sleep(0)

    # What a host is asked for

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        self.tasks.append(asyncio.create_task(work))
        return self.tasks[-1]

    async def _rehearse(self, host: object, target: Target) -> RehearsalReport:
        await self.long("rehearse")
        return RehearsalReport(contracts=["bank"])

    def _prepare(self, prepared: list[str]) -> None:
        prepared.append("bank")
        self.note("prepare")

    def _vetoes(self, warnings: list[str]) -> Vetoes:
        self.note("vetoes")
        return []

    async def settle(self, seconds: float) -> None:
        await self.long("settle")

    async def freeze(self) -> None:
        self.frozen = True
        await self.long("freeze")

    def snapshots(self, generation: int, why: Metadata, readers: Mapping[str, Form]) -> list[Snapshot]:
        self.note("snapshots")
        return [
            Snapshot(participant=name, version="1", schema=1, taken=0.0, generation=generation, sections={})
            for name in ("world", "sessions")
        ]

    def export(self) -> ServerState:
        self.note("export")
        return ServerState(
            listeners=[7], wires=[], partings=[], jobs=CarriedJobs(), addresses={}, next_session=9, lock=8
        )

    def leave(self) -> None:
        self.note("leave")

    async def go_on(self) -> None:
        self.note("go_on")
        self.frozen = False

    # What the tests do

    async def order(self) -> None:
        """Order a copyover, and see it to its end."""
        await self.copyovers.do(e.CopyoverRequest(0, "Root", CopyoverWords("now", "a test")))
        await self.idle()

    async def idle(self) -> None:
        """All that was started is over."""
        while left := [task for task in self.tasks if not task.done()]:
            _, late = await asyncio.wait(left, timeout=LIMIT)
            assert not late, "something hangs"

    def records(self) -> list[CopyoverRecord]:
        return self.copyovers.recorder.history.last(10)

    def went_on(self) -> int:
        return sum(call == "go_on" for _, call in self.calls)

    def is_as_before(self) -> None:
        """Nothing of a copyover is left."""
        assert self.copyovers.attempt is None and self.copyovers.leaving is None
        assert not self.frozen and not self.modules.managing.locked()
        assert not list(self.config.snapshot_folder.glob("*"))

    async def a_second_one_works(self) -> None:
        """Another order comes to its end, through all phases."""
        self.calls.clear()
        await self.order()
        assert self.calls == SUCCESS
        assert self.copyovers.leaving is not None


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a fake host has its data. Code is neither rehearsed nor read nor copied: the host is told."""

    monkeypatch.setattr(compiled, "forget", lambda paths: None)
    monkeypatch.setattr(steps, "figures", lambda host: HEALTHY)
    return tmp_path


def play(folder: Path, monkeypatch: pytest.MonkeyPatch, scene: Callable[[FakeHost], Awaitable[None]]) -> None:
    """Play a scene with a host of its own, in a loop of its own."""

    async def whole() -> None:
        host = FakeHost(folder)
        monkeypatch.setattr(Target, "look", lambda target, before: host.code)
        monkeypatch.setattr(
            steps, "generations", lambda config: SimpleNamespace(keep=lambda program, tree: host.note("keep"))
        )
        async with asyncio.timeout(LIMIT):
            await scene(host)

    asyncio.run(whole())


def test_every_phase_of_the_old_program_has_a_point() -> None:
    new_program = {Phase.RECOVERING, Phase.GOING_ON}
    assert {phase for phase, _ in POINTS} == set(Phase) - {Phase.IDLE, Phase.HANDING_OVER} - new_program


def test_success_goes_through_the_phases_in_order_and_a_handover_comes_out(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(host: FakeHost) -> None:
        await host.order()
        assert host.calls == SUCCESS
        attempt = host.copyovers.leaving
        assert attempt is not None and attempt.handover is not None
        assert [phase for phase, _ in attempt.phases.times] == [*dict(POINTS), Phase.HANDING_OVER]
        given = attempt.handover
        assert (given.generation, given.by, given.reason) == (5, "Root", "a test")
        assert (given.listeners, given.lock, given.next_session) == ([7], 8, 9)
        assert set(given.files) == {"world", "sessions"} and given.contracts == given.modules == ["bank"]
        assert given.report is attempt.draft and given.frozen == dict(attempt.phases.times)[Phase.STATE_TRANSFERRING]
        assert host.frozen and host.modules.managing.locked()
        assert sorted(path.name for path in host.config.snapshot_folder.iterdir()) == ["sessions.dat", "world.dat"]

    play(folder, monkeypatch, scene)


def fails(
    error: Exception, outcome: str, text: str, phase: Phase, call: str
) -> Callable[[FakeHost], Coroutine[Any, Any, None]]:
    """A scene in which `call` raises `error` in `phase`."""

    def trouble() -> None:
        raise error

    async def scene(host: FakeHost) -> None:
        host.where, host.trouble = (phase, call), trouble
        await host.order()
        before = SUCCESS[: SUCCESS.index((phase.value, call)) + 1]
        assert host.calls == [*before, (phase.value, "go_on")]
        prepared = ["bank"] if "prepare" in {call for _, call in before} else []
        assert host.cleaned_up == [prepared]
        host.is_as_before()
        [record] = host.records()
        assert (record.outcome, record.error) == (outcome, f"while {phase.value}: {text}")
        assert host.observer.failures == [("Root", record.error)]
        assert host.told == [f"No copyover {record.error}\nThe game plays on."]
        assert [span.name for span in record.phases] == list(dict(before))
        await host.a_second_one_works()

    return scene


@at_every_point
def test_a_veto_undoes_what_was_done(phase: Phase, call: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    veto = Vetoed([("the bank", Veto.firm("a loan is signed"))])
    play(folder, monkeypatch, fails(veto, "refused", "the bank (hard veto): a loan is signed", phase, call))


@at_every_point
def test_a_refusal_undoes_what_was_done(phase: Phase, call: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    play(folder, monkeypatch, fails(CopyoverError("not so"), "failed", "not so", phase, call))


@at_every_point
def test_an_unexpected_error_undoes_what_was_done(
    phase: Phase, call: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    play(folder, monkeypatch, fails(RuntimeError("broken"), "failed", "RuntimeError: broken", phase, call))


@at_every_point
def test_whoever_cancels_it_has_it_undone(
    phase: Phase, call: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(host: FakeHost) -> None:
        replies: list[str] = []

        async def cancel() -> None:
            try:
                replies.append((await host.copyovers.do(e.CopyoverRequest(0, "Ada", CopyoverWords("cancel")))).text)
            except CopyoverError as error:
                replies.append(str(error))

        host.where, host.trouble = (phase, call), lambda: host.start(cancel())
        await host.order()
        if call in TOO_LATE:
            assert len(replies) == 1 and replies[0].startswith("It is too late: ")
            assert host.calls == SUCCESS and host.copyovers.leaving is not None
            return
        assert replies == ["Root's copyover is called off."]
        assert host.went_on() == 1 and host.calls[-1] == (host.calls[-2][0], "go_on")
        assert not {"vetoes", "freeze"} & {call for _, call in host.calls}
        assert host.cleaned_up == [["bank"] if "prepare" in {call for _, call in host.calls} else []]
        host.is_as_before()
        [record] = host.records()
        assert (record.outcome, record.error) == ("cancelled", "Ada called it off")
        await host.a_second_one_works()

    play(folder, monkeypatch, scene)


def test_a_cancel_that_was_swallowed_is_noticed_before_the_silence(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(host: FakeHost) -> None:
        def swallowed() -> None:
            attempt = host.copyovers.attempt
            assert attempt is not None
            attempt.cancelled_by = "Ada"

        host.where, host.trouble = (Phase.PREPARING, "observer.pause"), swallowed
        await host.order()
        assert host.calls[-1] == ("vetoing", "go_on") and host.went_on() == 1
        host.is_as_before()
        [record] = host.records()
        assert (record.outcome, record.error) == ("cancelled", "while vetoing: Ada called it off")

    play(folder, monkeypatch, scene)


@at_every_point
def test_a_task_that_is_cancelled_has_it_undone(
    phase: Phase, call: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever cancels it, and whatever it waits for: also when nobody has said so before."""

    async def scene(host: FakeHost) -> None:
        def cancel() -> None:
            attempt = host.copyovers.attempt
            assert attempt is not None and attempt.task is not None
            attempt.task.cancel()

        host.where, host.trouble = (phase, call), cancel
        await host.order()
        assert host.tasks[0].cancelled()
        if call in ("snapshots", "export"):  # these wait for nothing any more
            assert host.copyovers.leaving is not None
            await host.copyovers.call_off()
        assert host.went_on() == 1
        host.is_as_before()
        [record] = host.records()
        assert record.outcome == "cancelled" and record.error.endswith("called it off")
        await host.a_second_one_works()

    play(folder, monkeypatch, scene)


def fails_and_is_asked(
    host: FakeHost, phase: Phase, call: str, error: Exception, ask: Callable[[], Coroutine[Any, Any, None]]
) -> list[str]:
    """`error` comes over it, and `ask` comes in the middle of the way back; gives what `undone` notes."""
    undone: list[str] = []
    go_on = host.go_on

    async def slowly() -> None:
        undone.append("begins")
        host.start(ask())
        for _ in range(5):
            await asyncio.sleep(0)
        await go_on()
        undone.append("ends")

    def trouble() -> None:
        raise error

    host.go_on = slowly  # type: ignore[method-assign]
    host.where, host.trouble = (phase, call), trouble
    return undone


@at_every_point
def test_a_cancel_does_not_interrupt_the_way_back(
    phase: Phase, call: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(host: FakeHost) -> None:
        async def cancel() -> None:
            with pytest.raises(CopyoverError, match="It came to nothing already, and is being undone"):
                await host.copyovers.do(e.CopyoverRequest(0, "Ada", CopyoverWords("cancel")))

        undone = fails_and_is_asked(host, phase, call, CopyoverError("not so"), cancel)
        await host.order()
        assert undone == ["begins", "ends"] and not any(task.exception() for task in host.tasks)
        host.is_as_before()
        [record] = host.records()
        assert (record.outcome, record.error) == ("failed", f"while {phase.value}: not so")

    play(folder, monkeypatch, scene)


@at_every_point
def test_a_server_that_goes_down_waits_for_the_way_back(
    phase: Phase, call: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(host: FakeHost) -> None:
        async def down() -> None:
            await host.copyovers.call_off()
            undone.append("down")

        undone = fails_and_is_asked(host, phase, call, CopyoverError("not so"), down)
        await host.order()
        assert undone == ["begins", "ends", "down"] and not any(task.exception() for task in host.tasks)
        host.is_as_before()
        assert [record.outcome for record in host.records()] == ["failed"]

    play(folder, monkeypatch, scene)


def test_one_that_would_wait_for_a_veto_to_clear_is_called_off_on_the_way_back(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(host: FakeHost) -> None:
        async def cancel() -> None:
            reply = await host.copyovers.do(e.CopyoverRequest(0, "Ada", CopyoverWords("cancel")))
            host.told.append(reply.text)

        veto = Vetoed([("the bank", Veto.soft("a loan is being signed"))])
        undone = fails_and_is_asked(host, Phase.VETOING, "vetoes", veto, cancel)
        await host.copyovers.do(e.CopyoverRequest(0, "Root", CopyoverWords("when-clear", seconds=60)))
        await host.idle()
        assert undone == ["begins", "ends"]
        assert host.told[0] == "Root's copyover is called off." and host.told[1].startswith("No copyover while vetoing")
        host.is_as_before()
        assert [record.outcome for record in host.records()] == ["refused"], "nothing waits for the veto"

    play(folder, monkeypatch, scene)


def test_what_was_prepared_is_cleaned_up_when_the_new_program_can_not_be_started(  # S0.14
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(host: FakeHost) -> None:
        await host.order()
        attempt = host.copyovers.leaving
        assert attempt is not None and host.cleaned_up == []
        await host.copyovers.give_up(attempt, "the new program can't be executed: no such file")
        assert host.cleaned_up == [["bank"]] and host.went_on() == 1
        host.is_as_before()
        await host.a_second_one_works()

    play(folder, monkeypatch, scene)


def test_a_rehearsal_that_found_errors_ends_it_with_them(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene(host: FakeHost) -> None:
        async def rehearse(host: Any, target: Target) -> RehearsalReport:
            return RehearsalReport(errors=["bank: no such import", "pub: no such room"])

        with monkeypatch.context() as patch:
            patch.setattr(host.copyovers._steps, "_rehearse", rehearse)
            await host.order()
        host.is_as_before()
        assert [record.error for record in host.records()] == [
            "while rehearsing: bank: no such import\npub: no such room"
        ]
        await host.a_second_one_works()

    play(folder, monkeypatch, scene)


@pytest.mark.parametrize("who", ["a module", "the core"])
def test_what_stands_against_it_at_the_last_moment_stops_it(
    who: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked at the order nobody had anything against it."""

    async def scene(host: FakeHost) -> None:
        def object_() -> None:
            if who == "a module":
                host.modules.vetoes = lambda warnings: [("bank", Veto.firm("a loan is signed"))]
            else:
                full = msgspec.structs.replace(HEALTHY, disk_left=0)
                monkeypatch.setattr(steps, "figures", lambda host: full)

        host.where, host.trouble = (Phase.PREPARING, "observer.pause"), object_
        await host.order()
        assert not host.frozen and host.cleaned_up == [["bank"]]
        host.is_as_before()
        [record] = host.records()
        says = "a loan is signed" if who == "a module" else "are left on the disk"
        assert record.outcome == "refused" and says in record.error

    play(folder, monkeypatch, scene)


@at_every_point
def test_when_the_server_goes_down_it_is_undone_first(
    phase: Phase, call: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(host: FakeHost) -> None:
        host.where, host.trouble = (phase, call), lambda: host.start(host.copyovers.call_off())
        await host.order()
        assert len(host.tasks) == 2 and not any(task.cancelled() or task.exception() for task in host.tasks)
        assert host.went_on() == 1
        host.is_as_before()
        [record] = host.records()
        assert (record.outcome, record.error) == ("cancelled", "the server, which goes down, called it off")
        await host.a_second_one_works()

    play(folder, monkeypatch, scene)


@pytest.mark.parametrize("goes_down", [False, True])
def test_one_that_is_called_off_before_its_first_step_does_nothing(
    goes_down: bool, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(host: FakeHost) -> None:
        await host.copyovers.do(e.CopyoverRequest(0, "Root", CopyoverWords("now")))
        if goes_down:
            await host.copyovers.call_off()
        else:
            await host.copyovers.do(e.CopyoverRequest(0, "Ada", CopyoverWords("cancel")))
            await host.copyovers.call_off()  # soon after: it waits for no rehearsal
        assert host.calls == []
        host.is_as_before()
        by = "the server, which goes down," if goes_down else "Ada"
        assert [(record.outcome, record.error) for record in host.records()] == [("cancelled", f"{by} called it off")]
        assert host.told == [f"No copyover: {by} called it off\nThe game plays on."]
        await host.idle()
        await host.a_second_one_works()

    play(folder, monkeypatch, scene)


def test_a_cancel_that_was_swallowed_is_noticed_before_it_is_rehearsed_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(host: FakeHost) -> None:
        def save() -> None:
            host.code = Code(program={"fake/a.py": CodeFile(0, 0, "new")})
            host.where, host.trouble = (Phase.STATE_TRANSFERRING, "go_on"), swallowed

        def swallowed() -> None:
            attempt = host.copyovers.attempt
            assert attempt is not None
            attempt.cancelled_by = "Ada"

        host.where, host.trouble = (Phase.VETOING, "vetoes"), save
        await host.order()
        assert [call for _, call in host.calls].count("rehearse") == 1
        [record] = host.records()
        assert (record.outcome, record.error) == ("cancelled", "while rehearsing: Ada called it off")

    play(folder, monkeypatch, scene)


@pytest.mark.parametrize("phase", [Phase.HANDING_OVER, Phase.RECOVERING])
@pytest.mark.parametrize("goes_down", [False, True])
def test_once_all_is_ready_a_new_program_that_fails_leaves_all_as_it_was(
    phase: Phase, goes_down: bool, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What main does: it could not be executed; or it was, and the guardian took the game back. Or SIGTERM came."""

    async def scene(host: FakeHost) -> None:
        await host.order()
        attempt = host.copyovers.leaving
        assert attempt is not None
        if phase is Phase.RECOVERING:
            attempt.phases.go(Phase.RECOVERING)
        if goes_down:
            await host.copyovers.call_off()
        else:
            await host.copyovers.give_up(attempt, "the new program ended before it was ready")
        assert attempt.phases.phase is Phase.IDLE and attempt.handover is None
        assert host.calls == [*SUCCESS, (phase.value, "go_on")]
        assert host.cleaned_up == [["bank"]]
        host.is_as_before()
        [record] = host.records()
        assert record.outcome == ("cancelled" if goes_down else "failed")
        assert record.error.startswith("the server, which goes down," if goes_down else "the new program ended")
        assert record.phases[-1].name == phase.value
        await host.a_second_one_works()

    play(folder, monkeypatch, scene)


def test_the_new_program_drops_the_attempt_when_all_are_back(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene(host: FakeHost) -> None:
        host.play.world = SimpleNamespace(timers=SimpleNamespace(overdue=lambda at: []))
        announced: list[e.Announced] = []
        host.play.post = announced.append
        await host.order()
        old = host.copyovers.leaving
        assert old is not None and old.handover is not None
        new = FakeHost(folder)  # the same code, further on
        new.play = host.play
        new.copyovers.took_over(old.handover, 5.0, ["auction"], {"post": 2})
        taken = new.copyovers.attempt
        assert taken is not None and taken.phases.phase is Phase.GOING_ON
        new.copyovers.done()
        assert new.copyovers.attempt is None
        [record] = new.records()
        assert record.outcome == "done" and record.warnings == ["the module auction could not take its state"]
        assert record.ended == {"post": 2}
        assert [span.name for span in record.phases] == [phase.value for phase in Phase if phase is not Phase.IDLE]
        assert [told.role for told in announced] == ["admin"]

    play(folder, monkeypatch, scene)


def test_a_record_that_can_not_be_handed_on_undoes_what_was_done(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("broken")

    async def scene(host: FakeHost) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(host.copyovers.recorder, "hand_on", broken)
            await host.order()
        assert host.calls == [*SUCCESS[:-1], (Phase.HANDING_OVER.value, "go_on")]
        host.is_as_before()
        assert [record.error for record in host.records()] == ["while handing_over: RuntimeError: broken"]
        await host.a_second_one_works()

    play(folder, monkeypatch, scene)


def test_a_host_that_can_not_go_on_keeps_nothing_else_from_being_undone(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken() -> None:
        raise RuntimeError("broken")

    def refuse() -> None:
        raise CopyoverError("not so")

    async def scene(host: FakeHost) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(host, "go_on", broken)
            host.where, host.trouble = (Phase.PREPARING, "observer.pause"), refuse
            await host.order()
        assert host.cleaned_up == [["bank"]]
        host.is_as_before()
        assert [record.error for record in host.records()] == ["while preparing: not so"]
        await host.a_second_one_works()

    play(folder, monkeypatch, scene)


# Planned ones


def plays_with(host: FakeHost, kit: Kit) -> None:
    """The host's game is the kit's, as far as plans are concerned."""
    host.play.perform, host.play.world, host.play.wall = kit.act, kit.game.world, kit.wall


def planned_in(kit: Kit) -> list[str]:
    """Who has planned one."""
    payloads = [timer.payload for timer in kit.game.world.timers.pending.values()]
    return [payload.by for payload in payloads if isinstance(payload, CopyoverPlanned)]


@pytest.mark.parametrize("waits", [False, True])
def test_a_planned_one_is_put_off_while_somebody_checks(
    waits: bool, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kit = Kit()

    async def scene(host: FakeHost) -> None:
        plays_with(host, kit)
        until = kit.wall + 60 if waits else 0.0
        words = CopyoverWords("when-clear" if waits else "now", "x")
        planned = e.CopyoverRequest(0, "Root", words, planned=True, since=kit.wall, until=until)
        checking = host.start(host.copyovers.answer(e.CopyoverRequest(0, "Ada", CopyoverWords("check"))))
        await asyncio.sleep(0)
        await host.copyovers.answer(planned)
        found = planning.planned(kit.game.world)
        assert found is not None and "Ada has ordered one already" in found[1].waits_for
        assert len(host.told) == (0 if waits else 1) and host.observer.failures == []
        await checking
        kit.wait(LOOK_AGAIN)
        assert kit.effects == [planned] and planning.planned(kit.game.world) is None
        await host.copyovers.answer(planned)
        await host.idle()
        assert host.copyovers.leaving is not None

    play(folder, monkeypatch, scene)


def test_while_one_is_under_way_that_may_wait_no_other_is_planned(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kit = Kit()

    async def scene(host: FakeHost) -> None:
        plays_with(host, kit)
        await host.copyovers.do(e.CopyoverRequest(0, "Root", CopyoverWords("when-clear", "", 60)))
        with pytest.raises(CopyoverError, match="Root has ordered one that may wait"):
            await host.copyovers.do(e.CopyoverRequest(0, "Ada", CopyoverWords("in", "", 600)))
        assert planning.planned(kit.game.world) is None
        await host.copyovers.call_off()

    play(folder, monkeypatch, scene)


def test_one_that_can_not_wait_because_another_is_planned_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kit = Kit()

    async def scene(host: FakeHost) -> None:
        plays_with(host, kit)

        def objects() -> None:
            kit.act(lambda ctx: planning.plan(ctx, "Ada", CopyoverWords("in", "", 600)))
            raise Vetoed([("the bank", Veto.soft("a loan is being signed"))])

        host.where, host.trouble = (Phase.VETOING, "vetoes"), objects
        await host.copyovers.do(e.CopyoverRequest(0, "Root", CopyoverWords("when-clear", "", 60)))
        await host.idle()
        [record] = host.records()
        assert record.outcome == "refused" and "a loan is being signed" in record.error
        assert "Ada planned a copyover" in record.error
        host.is_as_before()
        assert planned_in(kit) == ["Ada"]

    play(folder, monkeypatch, scene)


# Code that changes


def changes_code(host: FakeHost, times: int) -> Callable[[], None]:
    """Somebody saves a file after the rehearsal, so many times."""
    left = iter(range(times))

    def save() -> None:
        number = next(left, None)
        if number is not None:
            host.code = Code(program={"fake/a.py": CodeFile(0, 0, f"change {number}")})
            host.where, host.trouble = (Phase.PREPARING, "settle"), save

    return save


@pytest.mark.parametrize("times", [1, MAX_REHEARSALS - 1])
def test_changed_code_is_rehearsed_again(times: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene(host: FakeHost) -> None:
        host.where, host.trouble = (Phase.PREPARING, "settle"), changes_code(host, times)
        await host.order()
        freeze = SUCCESS.index((Phase.STATE_TRANSFERRING.value, "freeze"))
        undone = [*SUCCESS[:freeze], (Phase.STATE_TRANSFERRING.value, "go_on")]
        assert host.calls == [*undone * times, *SUCCESS]
        assert host.cleaned_up == [["bank"]] * times
        attempt = host.copyovers.leaving
        assert attempt is not None and attempt.code == host.code

    play(folder, monkeypatch, scene)


def test_code_that_changes_on_and_on_is_rehearsed_at_most_three_times(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(host: FakeHost) -> None:
        host.where, host.trouble = (Phase.PREPARING, "settle"), changes_code(host, 100)
        await host.order()
        rehearsals = [call for call in host.calls if call[1] == "rehearse"]
        assert len(rehearsals) == MAX_REHEARSALS == 3 == host.went_on()
        host.is_as_before()
        [record] = host.records()
        assert record.outcome == "failed" and "changed again and again" in record.error
        host.where = None
        await host.a_second_one_works()

    play(folder, monkeypatch, scene)


def test_code_that_changes_while_it_is_kept_is_rehearsed_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def trouble() -> None:
        raise CopyoverError("fake/a.py was changed")

    async def scene(host: FakeHost) -> None:
        host.where, host.trouble = (Phase.PREPARING, "keep"), trouble
        await host.order()
        kept = SUCCESS.index((Phase.PREPARING.value, "keep"))
        assert host.calls == [*SUCCESS[: kept + 1], (Phase.PREPARING.value, "go_on"), *SUCCESS]

    play(folder, monkeypatch, scene)


def test_code_that_can_not_be_kept_is_no_reason_to_stay(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def trouble() -> None:
        raise OSError("no space left")

    async def scene(host: FakeHost) -> None:
        host.where, host.trouble = (Phase.PREPARING, "keep"), trouble
        await host.order()
        assert host.calls == SUCCESS

    play(folder, monkeypatch, scene)
