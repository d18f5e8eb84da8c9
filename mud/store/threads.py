"""Waiting for threads: disk work that has begun is completed, and no thread is left behind.

Threads survive neither fork nor exec, so a copyover must be sure that there is none. The loop's own executor, whose
threads stay, is not used here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from mud.threads import take_no_signals

P = ParamSpec("P")
T = TypeVar("T")


async def seen_through(work: Awaitable[T]) -> T:
    """Wait for `work` to end, even when cancelled: the caller must know whether it was done.

    The cancellation is not lost: it reaches the caller when it next waits for something. (Call `heard` before `work` is
    made; otherwise a caller that does one such thing after the other would put it off for ever.)
    """
    task = asyncio.ensure_future(work)
    cancelled = False
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            cancelled = True
    caller = asyncio.current_task()
    if cancelled and caller is not None:
        caller.uncancel()  # the same request again, not another one: asyncio.timeout counts them
        caller.cancel()
    return task.result()


async def heard() -> None:
    """Let a pending cancellation arrive now, before anything begins."""
    await asyncio.sleep(0)


async def in_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a function that waits for the disk in a thread of its own, which has ended afterwards."""
    await heard()
    with ThreadPoolExecutor(1, thread_name_prefix="store", initializer=take_no_signals) as pool:
        loop = asyncio.get_running_loop()
        return await seen_through(loop.run_in_executor(pool, lambda: function(*args, **kwargs)))
