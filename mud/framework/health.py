"""The health of modules: what their checks say, who is told, and what follows (S2.2, S2.8, S4.7)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from mud.core.errors import EverwakeError
from mud.core.events import Announced, Event
from mud.core.text.words import count, duration
from mud.framework.check_state import CheckState
from mud.framework.instance import Instance
from mud.framework.lifecycle import ModuleState
from mud.framework.options import ModuleOptions
from mud.framework.registry import Registry
from mud.sdk.module import HealthCheck, HealthPolicy

#: After so many restarts in a row that did not help, a module is taken out of service.
MAX_RESTARTS = 3


class ModuleHealth:
    """Keeps the state of each check in `Instance.health`, and acts when that changes or lasts.

    `now` returns wall-clock seconds; `restart` restarts a module by its name.
    """

    def __init__(
        self,
        registry: Registry,
        options: Callable[[], ModuleOptions],
        now: Callable[[], float],
        post: Callable[[Event], None],
        restart: Callable[[str], Awaitable[str]],
    ) -> None:
        self._registry = registry
        self._options = options
        self._now = now
        self._post = post
        self._restart = restart
        self._restarting: set[asyncio.Task[None]] = set()

    async def end(self) -> None:
        """Restart nothing any more."""
        for task in self._restarting:
            task.cancel()
        await asyncio.gather(*self._restarting, return_exceptions=True)

    def heard(self, instance: Instance, check: HealthCheck, illness: str) -> None:
        """A check has complained, or has not (`illness` is "" then)."""
        state = instance.health.setdefault(check.name, CheckState())
        before, state.illness, state.checked = state.illness, illness, self._now()
        if illness:
            self._ill(instance, check, state, news=not before)
            return
        state.failures = state.restarts = 0
        if before:
            lasted = duration(state.checked - state.since)
            text = f"The module {instance.name} is healthy again, {lasted} after {check.name} complained ({before})."
            if instance.life.state is ModuleState.ERROR:
                text += f" It is still out of service: `module restart {instance.name}` starts it."
            self._tell(instance, text)

    def _ill(self, instance: Instance, check: HealthCheck, state: CheckState, news: bool) -> None:
        policy = self._options().unhealthy.get(instance.name, check.unhealthy)
        state.failures += 1
        if news:
            state.since = self._now()
            follows = FOLLOWS[policy].format(count(check.failures, "complaint"))
            self._tell(instance, f"The module {instance.name} is unhealthy: {check.name}: {state.illness}. {follows}")
        if state.failures % check.failures == 0 and instance.life.state is ModuleState.ACTIVE:
            ACTS[policy](self, instance, f"{check.name}: {state.illness}", state)

    def _warn(self, instance: Instance, why: str, state: CheckState) -> None:
        """Nothing follows but what the admins were told."""

    def _begin_restart(self, instance: Instance, why: str, state: CheckState) -> None:
        if state.restarts >= MAX_RESTARTS:
            self._take_out(instance, f"{why} ({count(state.restarts, 'restart')} did not help)", state)
            return
        state.restarts += 1
        self._tell(instance, f"The module {instance.name} stays unhealthy and is restarted: {why}.")
        task = asyncio.get_running_loop().create_task(self._restart_it(instance))
        self._restarting.add(task)
        task.add_done_callback(self._restarting.discard)

    async def _restart_it(self, instance: Instance) -> None:
        try:
            await self._restart(instance.name)
        except EverwakeError as error:
            text = f"The module {instance.name} could not be restarted and is out of service: {error}."
            self._tell(instance, f"{text} `module restart {instance.name}` tries again.")

    def _take_out(self, instance: Instance, why: str, state: CheckState) -> None:
        self._registry.take_out(instance, self._now(), f"is unhealthy and out of service: {why}")
        for text in self._registry.news():
            self._post(Announced(text, "admin"))

    def _tell(self, instance: Instance, text: str) -> None:
        instance.life.log.warning("%s", text)
        self._post(Announced(text, "admin"))


#: What follows from each policy: in words, and in deeds.
FOLLOWS: dict[HealthPolicy, str] = {
    "warn": "It stays in service.",
    "restart": "It is restarted after {} in a row.",
    "out of service": "It is taken out of service after {} in a row.",
}
ACTS: dict[HealthPolicy, Callable[[ModuleHealth, Instance, str, CheckState], None]] = {
    "warn": ModuleHealth._warn,
    "restart": ModuleHealth._begin_restart,
    "out of service": ModuleHealth._take_out,
}
