"""Health: who is told what and when, and what follows; the interval between two checks is kept."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest

from mud.api import Context, HealthCheck, Module, Work
from mud.core.errors import Invalid
from mud.framework import metrics
from mud.framework.options import ModuleOptions
from mud.framework.report import diagnose
from mud.testing import Kit, Player


class Well:
    """A well that may run dry: `illness` is what its check complains of."""

    def __init__(self, seconds: float = 0.01, **more: Any) -> None:
        self.illness = ""
        self.starts = 0
        self.looks: list[float] = []
        self.takes = 0.0
        check = HealthCheck("water", self.look, seconds=seconds, **more)
        self.kit = Kit(Module(name="well", version="1.0.0", health=(check,), start=self.start))
        self.boss: Player = self.kit.player("Boss", "admin")
        self.boss.read()
        self.heard = ""

    def start(self, work: Work) -> None:
        self.starts += 1

    async def look(self, work: Work) -> None:
        self.looks.append(time.monotonic())
        await asyncio.sleep(self.takes)
        if self.illness:
            raise OSError(self.illness)

    def text(self) -> str:
        """All that the admin was told, in one line."""
        self.heard = " ".join(f"{self.heard} {self.boss.read()}".split())
        return self.heard

    def hears(self, text: str) -> Callable[[], bool]:
        return lambda: text in self.text()

    @property
    def state(self) -> str:
        return self.kit.instance().life.state.value

    def play(self, do: Callable[[], Any]) -> None:
        """Run the checks, and `do` beside them."""

        async def main() -> None:
            self.kit.manager.begin_work()
            await do()
            await self.kit.manager.pause_work()

        asyncio.run(main())


async def until(condition: Callable[[], Any], what: str) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, what
        await asyncio.sleep(0.002)


def test_the_admins_are_told_of_an_illness_with_its_reason_and_of_its_end() -> None:  # S2.2, S2.8, S4.7
    well = Well()

    async def do() -> None:
        await until(lambda: well.looks, "the first look")
        await until(lambda: diagnose(well.kit.instance(), 0).health == "healthy", "healthy")
        well.illness = "it is dry"
        await until(well.hears("The module well is unhealthy: water: it is dry. It stays in service."), "told")
        well.kit.wall += 90
        await until(lambda: diagnose(well.kit.instance(), 0).health_failures >= 5, "five complaints")
        assert well.text().count("unhealthy") == 1 and well.state == "active" and well.starts == 1
        page = " ".join(well.boss.do("module well").split())
        assert "unhealthy health" in page and "water: it is dry" in page
        found = diagnose(well.kit.instance(), 0)
        assert found.illness == "water: it is dry" and found.detail["checks"]["water"]["illness"] == "it is dry"
        assert found.detail["checks"]["water"]["checked"] == well.kit.wall
        text = metrics.text([found], well.kit.wall)
        assert 'everwake_worker_healthy{id="well",type="module"} 0' in text
        assert f'everwake_worker_health_failures{{id="well",type="module"}} {found.health_failures}' in text
        well.illness = ""
        healed = "The module well is healthy again, 1 minute 30 seconds after water complained (it is dry)."
        await until(well.hears(healed), "healed")
        found = diagnose(well.kit.instance(), 0)
        assert found.health == "healthy" and found.illness == "" and found.health_failures == 0
        assert 'everwake_worker_healthy{id="well",type="module"} 1' in metrics.text([found], 0)

    well.play(do)


def test_one_that_stays_unhealthy_is_restarted_and_healed_by_that() -> None:  # S2.2, S4.7
    well = Well(failures=3, unhealthy="restart")

    async def do() -> None:
        await until(lambda: well.looks, "the first look")
        well.illness = "it is dry"
        await until(well.hears("water: it is dry. It is restarted after 3 complaints in a row."), "told")
        await until(lambda: well.starts == 2, "a restart")
        well.illness = ""
        await until(well.hears("The module well is healthy again"), "healed")
        assert "stays unhealthy and is restarted: water: it is dry." in well.text()
        assert well.state == "active"

    well.play(do)


def test_one_that_no_restart_helps_is_taken_out_of_service() -> None:  # S2.2, S2.8
    well = Well(failures=1, unhealthy="restart")
    well.illness = "it is dry"

    async def do() -> None:
        await until(lambda: well.state == "error", "it is taken out of service")
        assert well.starts == 4  # the first, and three that did not help
        assert "out of service: water: it is dry (3 restarts did not help)" in well.text()

    well.play(do)


def test_restarts_that_helped_do_not_count_against_it() -> None:  # S2.2
    well = Well(failures=3, unhealthy="restart")

    async def bout() -> None:
        starts, healed = well.starts, well.text().count("is healthy again")
        well.illness = "it is dry"
        await until(lambda: well.starts > starts, "a restart")
        well.illness = ""
        await until(lambda: well.text().count("is healthy again") > healed, "healed")

    async def do() -> None:
        for _ in range(5):
            await bout()
        assert well.state == "active"

    well.play(do)


def test_one_that_can_not_be_restarted_is_told(monkeypatch: pytest.MonkeyPatch) -> None:  # S2.9
    well = Well(failures=1, unhealthy="restart")
    well.illness = "it is dry"

    def start(work: Work) -> None:
        raise OSError("no bucket")

    module = well.kit.instance().module
    object.__setattr__(well.kit.instance(), "module", Module(**{**_fields(module), "start": start}))

    async def do() -> None:
        await until(well.hears("could not be restarted and is out of service: "), "told")
        assert "no bucket" in well.text() and well.state == "failed"

    well.play(do)


def _fields(module: Module[Any]) -> dict[str, Any]:
    return {name: getattr(module, name) for name in module.__struct_fields__}


def test_one_that_stays_unhealthy_is_taken_out_of_service_and_its_healing_is_told() -> None:  # S2.2, S2.8
    well = Well(failures=2, unhealthy="out of service")
    well.illness = "it is dry"

    async def do() -> None:
        await until(lambda: well.state == "error", "it is taken out of service")
        assert "It is taken out of service after 2 complaints in a row." in well.text()
        assert "The module well is unhealthy and out of service: water: it is dry." in well.text()
        well.illness = ""
        await until(well.hears("It is still out of service: `module restart well` starts it."), "healed")
        await well.kit.manager.restart("well")
        assert well.state == "active"

    well.play(do)


def test_the_operator_has_the_last_word_on_what_follows() -> None:  # S2.2
    well = Well(failures=1, unhealthy="restart")
    well.kit.manager.loader.given.options = ModuleOptions(unhealthy={"well": "out of service"})
    well.illness = "it is dry"

    async def do() -> None:
        await until(lambda: well.state == "error", "it is taken out of service")
        assert well.starts == 1

    well.play(do)


def test_the_interval_is_kept_whatever_a_check_takes() -> None:  # S4.7
    well = Well(seconds=0.2)
    well.takes = 0.19
    asked: list[float] = []

    async def do() -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        await until(lambda: len(well.looks) >= 6, "six looks")
        asked.append(loop.time() - began)

    well.play(do)
    gaps = [after - before for before, after in zip(well.looks, well.looks[1:], strict=False)]
    assert min(gaps) > 0.1 and 0.99 < asked[0] < 1.9  # 5 intervals: 1 s; with a pause after each check, 1.95 s


@pytest.mark.parametrize("seconds", [0.2, 60])
def test_a_check_that_hangs_is_an_illness(seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:  # S4.7
    monkeypatch.setattr("mud.framework.background.HANDLER_SECONDS", 0.1)
    well = Well(seconds=seconds)

    def hang(work: Work) -> None:
        while True:
            pass

    module = Module(**{**_fields(well.kit.instance().module), "health": (HealthCheck("water", hang, seconds),)})
    object.__setattr__(well.kit.instance(), "module", module)

    async def do() -> None:
        await until(well.hears("water: well: health check water took longer than 0.1 s and was interrupted"), "told")

    well.play(do)


def test_what_is_no_policy_is_refused() -> None:  # S2.7
    def look(work: Work) -> None: ...

    with pytest.raises(Invalid, match=r"unhealthy has to be one of 'warn', 'restart', .* not 'pray'"):
        HealthCheck("water", look, unhealthy="pray")  # type: ignore[arg-type]
    with pytest.raises(Invalid, match="failures is 0, and has to be at least 1"):
        HealthCheck("water", look, failures=0)


def test_a_module_that_is_stopped_has_no_health() -> None:  # S3.8
    well = Well()
    well.illness = "it is dry"

    async def do() -> None:
        await until(well.hears("unhealthy"), "told")
        await well.kit.manager.manage("stop", "well")
        looks = len(well.looks)
        found = diagnose(well.kit.instance(), 0)
        assert found.health == "unknown" and found.illness == ""
        await asyncio.sleep(0.03)  # three intervals
        assert len(well.looks) == looks

    well.play(do)


def test_a_check_in_the_game_looks_and_changes_nothing() -> None:  # S2.2, S4.7
    def look(ctx: Context[Any]) -> None:
        names = sorted(who.name for who in ctx.world.players())
        for who in ctx.world.players():
            ctx.tell(who, "You are looked at.")
        raise ValueError(", ".join(names))

    def change(ctx: Context[Any]) -> None:
        ctx.change(next(iter(ctx.world.players())), title="the Looked At")

    def leave(ctx: Context[Any]) -> None:
        raise SystemExit("bye")

    looks = (look, change, leave)
    checks = tuple(HealthCheck(look.__name__, look, in_game=True) for look in looks)
    kit = Kit(Module(name="well", version="1.0.0", health=checks))
    ada = kit.player("Ada")
    found = kit.health()
    assert found["look"] == "Ada" and ada.read() == ""
    assert found["change"] == "" and ada.character.title != "the Looked At"
    assert "wanted to end the program (bye)" in found["leave"]
    assert kit.instance().figures.errors == 0


def test_a_check_in_the_game_never_waits() -> None:  # S2.7
    async def look(ctx: Any) -> None: ...

    with pytest.raises(Invalid, match="never waits"):
        HealthCheck("water", look, in_game=True)
