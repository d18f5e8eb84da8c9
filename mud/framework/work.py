"""A module's work beside the game: what hooks, checks and jobs are given, and how a hanging one is interrupted."""

from __future__ import annotations

import asyncio
import inspect
import logging
import time
from collections.abc import Awaitable, Callable, Generator
from pathlib import Path
from typing import Any, TypeVar

from mud.core.errors import Failed, Invalid, TimedOut
from mud.core.events import Event, Signalled
from mud.core.signals import Signal
from mud.framework.instance import HANDLER_SECONDS, Instance
from mud.framework.lifecycle import ModuleState
from mud.framework.watchdog import WATCH, Interrupted
from mud.sdk.bases import Permission, Settings
from mud.sdk.context import need

C = TypeVar("C", bound=Settings)
#: Seconds that what was cancelled gets to end, and that a forced clean-up may take.
CANCEL_SECONDS, FORCE_SECONDS = 1.0, 0.5


class ModuleWork:
    """The `mud.sdk.work.Work` of one module."""

    def __init__(
        self, instance: Instance, post: Callable[[Event], None], data: Path, configuration: Callable[[], dict[str, Any]]
    ) -> None:
        self.module = instance.name
        self.log = logging.LoggerAdapter(logging.getLogger(f"mud.module.{instance.name}"))
        self._instance = instance
        self._post = post
        self._data = data
        self._configuration = configuration

    def settings(self, kind: type[C]) -> C:
        """The module's settings. Raises TypeError if it declared another class for them."""
        found = self._instance.settings
        if not isinstance(found, kind):
            raise TypeError(f"{self.module} declares {type(found).__name__} as its settings, not {kind.__name__}")
        return found

    def post(self, signal: Signal) -> None:
        """Send a signal to the module's own handlers; it is handled as an event of the game.

        Signals posted while the module starts are delivered as soon as it is in service.
        """
        if self._instance.life.state is ModuleState.INITIALIZING:
            self._instance.early.append(signal)
        else:
            self._post(Signalled(self.module, signal))

    def folder(self) -> str:
        """The path of the module's own folder, which is created if needed. Needs "files"."""
        self._need("files")
        folder = self._data / "files" / self.module
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return str(folder)

    async def connect(self, host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Open a TCP connection. Needs "network"."""
        self._need("network")
        return await asyncio.open_connection(host, port)

    async def fetch(self, url: str, seconds: float = 10.0, limit: int = 1 << 20) -> bytes:
        """The body of an http(s) response. Needs "external". Raises Failed, Invalid or TimedOut."""
        self._need("external")
        if not url.startswith(("http://", "https://")):
            raise Invalid(f"{self.module}: {url!r} is no http(s) address")
        try:
            return await asyncio.wait_for(asyncio.to_thread(_get, url, seconds, limit), seconds + 1)
        except TimeoutError as error:
            raise TimedOut(f"{self.module}: {url} did not answer within {seconds:g} s") from error
        except OSError as error:
            raise Failed(f"{self.module}: {url}: {error}") from error

    def configuration(self) -> dict[str, Any]:
        """The operator's whole configuration, read-only. Needs "configuration"."""
        self._need("configuration")
        return self._configuration()

    def _need(self, permission: Permission) -> None:
        need(self.module, self._instance.granted, permission)


def _get(url: str, seconds: float, limit: int) -> bytes:
    from urllib.request import urlopen  # imports ssl and more, which not every start should load

    with urlopen(url, timeout=seconds) as answer:
        data: bytes = answer.read(limit + 1)
    if len(data) > limit:
        raise OSError(f"the answer is longer than {limit} bytes")
    return data


class WatchedAwaitable:
    """An awaitable each of whose steps is watched: one that blocks the event loop is interrupted."""

    def __init__(self, waits: Awaitable[Any], what: str) -> None:
        self._waits = waits
        self._what = what

    def __await__(self) -> Generator[Any, Any, Any]:
        steps = self._waits.__await__()
        value: Any = None
        error: BaseException | None = None
        while True:
            try:
                found = self._step(steps, value, error)
            except StopIteration as end:
                return end.value
            value = error = None
            try:
                value = yield found
            except BaseException as thrown:  # such as a cancellation, which the watched code has to handle
                error = thrown

    def _step(self, steps: Generator[Any, Any, Any], value: Any, error: BaseException | None) -> Any:
        watching = WATCH.begin(HANDLER_SECONDS, time.perf_counter())
        try:
            return steps.send(value) if error is None else steps.throw(error)
        except SystemExit as error:
            raise Failed(f"{self._what} tried to end the program ({error}), which modules may not do") from error
        except Interrupted as hung:
            raise TimedOut(
                f"{self._what} kept the game waiting for {HANDLER_SECONDS:g} s and was interrupted{hung.at}"
            ) from None
        finally:
            if watching:
                WATCH.end()


async def run_hook(
    hook: Callable[[Any], Any] | None, work: ModuleWork, what: str, seconds: float, blocking: float | None = None
) -> None:
    """Run a hook, synchronous or not, within its time limit. Raises what it raises, or TimedOut.

    `blocking` is its limit as long as it does not await, and with it the game.
    """
    if hook is None:
        return
    try:
        found, _ = WATCH.call(blocking or seconds, what, lambda: hook(work))
    except SystemExit as error:
        raise Failed(f"{what} tried to end the program ({error}), which modules may not do") from error
    if inspect.isawaitable(found):
        await _within(WatchedAwaitable(found, what), what, seconds)


async def _within(waits: Awaitable[Any], what: str, seconds: float) -> None:
    """Await something for so long, and then not much longer: one that is deaf to its cancellation is left behind."""
    task = asyncio.get_running_loop().create_task(_wait(waits))
    try:
        await asyncio.wait({task}, timeout=seconds)
    except asyncio.CancelledError:
        task.cancel()
        await asyncio.wait({task})  # who cancelled us waits no longer than it wants to
        raise
    if task.done():
        task.result()  # or what it raised
        return
    task.cancel()
    await asyncio.wait({task}, timeout=CANCEL_SECONDS)
    if not task.done():
        raise TimedOut(f"{what} took longer than {seconds:g} s, is deaf to its cancellation and was left behind")
    if not task.cancelled():
        task.exception()  # it was late all the same
    raise TimedOut(f"{what} took longer than {seconds:g} s and was cancelled")


async def _wait(waits: Awaitable[Any]) -> Any:
    return await waits


def force_hook(hook: Callable[[Any], None] | None, work: ModuleWork, what: str) -> None:
    """Run a hook that can't hang: it does not wait, and is interrupted after half a second. Raises what it raises,
    Failed or TimedOut."""
    if hook is None:
        return
    try:
        WATCH.call(FORCE_SECONDS, what, lambda: hook(work))
    except SystemExit as error:
        raise Failed(f"{what} tried to end the program ({error}), which modules may not do") from error
