"""Work beside the game: it runs, and ends when the server stands still."""

from __future__ import annotations

import asyncio

from mud.core import events as e
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


def cancelled_at_once(steps: int) -> tuple[list[e.JobFailed], list[int]]:
    """What sessions hear whose work is cancelled after so many steps of it; and whose work was lost."""

    async def story() -> tuple[list[e.JobFailed], list[int]]:
        tasks, answers = Tasks(asyncio.get_running_loop()), list[e.JobFailed]()

        async def wait() -> None:
            await asyncio.Event().wait()

        async def done() -> None:
            pass

        for session in (7, 0, 8):
            tasks.start(wait(), session)
        finished = tasks.start(done(), 9)
        for _ in range(steps):
            await asyncio.sleep(0)
        await tasks.end()
        assert finished.cancelled() is (steps == 0)
        lost = list(tasks.lost)
        tasks.give_up_lost(answers.append)
        assert tasks.lost == []
        return answers, lost

    return asyncio.run(story())


def test_who_waits_for_work_that_is_cancelled_hears_that_it_was_not_done() -> None:
    answers, lost = cancelled_at_once(steps=1)
    assert sorted(lost) == [7, 8]
    assert {answer.session for answer in answers} == {7, 8} and len(answers) == 2


def test_also_work_that_is_cancelled_before_it_began() -> None:
    answers, _ = cancelled_at_once(steps=0)
    assert {answer.session for answer in answers} == {7, 8, 9} and len(answers) == 3
