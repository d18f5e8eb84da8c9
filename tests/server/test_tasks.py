"""Work beside the game: it runs, and ends when the server stands still."""

from __future__ import annotations

import asyncio

from mud.server.tasks import Tasks


def test_all_end_but_the_one_that_asks_for_it() -> None:
    async def story() -> tuple[list[str], bool]:
        tasks, ended, asked = Tasks(asyncio.get_running_loop()), [], asyncio.Event()

        async def wait(name: str) -> None:
            try:
                await asyncio.Event().wait()
            finally:
                ended.append(name)

        async def end_others() -> None:
            await tasks.end()
            asked.set()

        tasks.start(wait("one"))
        tasks.start(wait("two"))
        await asyncio.sleep(0)
        tasks.start(end_others())
        await asyncio.wait_for(asked.wait(), 10)
        return sorted(ended), asked.is_set()

    assert asyncio.run(story()) == (["one", "two"], True)
