"""Work on the disk that has begun is seen through, and the cancellation that came meanwhile is not lost."""

from __future__ import annotations

import asyncio
import threading

import pytest

from mud.store.threads import heard, in_thread, seen_through


async def after(go: asyncio.Event, done: list[str], error: Exception | None = None) -> str:
    await go.wait()
    done.append("done")
    if error is not None:
        raise error
    return "result"


@pytest.mark.parametrize("error", [None, ValueError("no")])
def test_cancelled_meanwhile_it_is_done_then_the_caller_is_cancelled(error: Exception | None) -> None:
    done: list[str] = []

    async def caller(go: asyncio.Event) -> None:
        try:
            done.append(await seen_through(after(go, done, error)))
        except ValueError:
            done.append("failed")
        await asyncio.sleep(0)
        done.append("went on")

    async def story() -> None:
        go = asyncio.Event()
        task = asyncio.create_task(caller(go))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.sleep(0)
        assert not task.done() and done == []
        go.set()
        await asyncio.wait({task})
        assert task.cancelled()

    asyncio.run(story())
    assert done == ["done", "failed" if error else "result"]


def test_one_after_the_other_does_not_put_a_cancellation_off_for_ever() -> None:
    begun = []

    async def one(number: int) -> None:
        begun.append(number)
        await asyncio.sleep(0)

    async def caller() -> None:
        for number in range(1_000):
            await heard()
            await seen_through(one(number))

    async def story() -> None:
        task = asyncio.create_task(caller())
        while not begun:
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait({task})
        assert task.cancelled()

    asyncio.run(story())
    assert begun == [0]


def test_a_time_limit_is_still_told_as_such() -> None:
    async def story() -> None:
        go, done = asyncio.Event(), list[str]()
        loop = asyncio.get_running_loop()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(None) as limit:
                loop.call_soon(lambda: limit.reschedule(0))
                loop.call_later(0.02, go.set)
                await seen_through(after(go, done))
                await asyncio.sleep(0)
                done.append("went on")
        assert done == ["done"]

    asyncio.run(story())


def test_a_thread_of_its_own_is_gone_afterwards() -> None:
    before = threading.enumerate()

    def fail() -> None:
        raise ValueError(threading.current_thread().name)

    async def story() -> None:
        assert await in_thread(threading.get_ident) != threading.get_ident()
        with pytest.raises(ValueError, match="store"):
            await in_thread(fail)
        assert threading.enumerate() == before

    asyncio.run(story())
