"""The running server as `--dev` sees it: implements `mud.dev.reloader.ReloaderHost`."""

from __future__ import annotations

from collections.abc import Callable

from mud.copyover.confirmation import Confirmation
from mud.copyover.orders import Copyovers
from mud.core import events as e
from mud.core.veto import Veto
from mud.framework.manager import ModuleManager
from mud.server.area_jobs import AreaJobs
from mud.server.dispatcher import Dispatcher
from mud.store.threads import in_thread


class DevHost:
    """Brings saved files into play."""

    def __init__(
        self,
        events: Dispatcher,
        areas: AreaJobs,
        manager: ModuleManager,
        copyovers: Callable[[], Copyovers],
        confirmation: Confirmation,
        generation: Callable[[], int],
    ) -> None:
        self._events = events
        self._areas = areas
        self._manager = manager
        self._copyovers = copyovers
        self._confirmation = confirmation
        self.generation = generation

    def is_confirmed(self) -> bool:
        """Whether the running generation is confirmed."""
        return self._confirmation.confirmed

    def vetoes(self) -> list[tuple[str, Veto]]:
        """The vetoes against a copyover now, and whose they are."""
        return self._copyovers().vetoes()

    def copyover_by(self) -> str:
        """Who ordered the copyover that is under way; "" if there is none."""
        attempt = self._copyovers().attempt
        return attempt.order.by if attempt is not None else ""

    async def read_areas(self) -> e.Built:
        """Read the areas' files again. Returns the outcome."""
        answer = await self._areas.run(e.ReadAreas(0), in_thread)
        assert isinstance(answer, e.Built)
        return answer

    async def reload_module(self, name: str) -> str:
        """Put a module's new code into the game. Returns the message. Raises EverwakeError."""
        return await self._manager.manage("reload", name)

    def order_copyover(self, order: e.CopyoverRequest) -> None:
        """Order a copyover."""
        self._events.carry_out([order])

    def announce(self, text: str) -> None:
        """Send a line to the admins in the game."""
        self._events.post(e.Announced(text, "admin"))
