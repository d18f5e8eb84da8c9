"""A child that ends like a program in a copyover, and one that plays on. `python -m tests.store.relaxing DATABASE`

It says what comes next before it does it, so that a trace of its system calls can be told apart.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from mud.store.store import read_sessions
from tests.store.instants import instant, opened


def say(what: str) -> None:
    os.write(1, f"{what}\n".encode())


async def main(path: Path) -> None:
    async with opened(path) as store:
        say("before")
        await store.flush(instant(1))
        await store.checkpoint()
        say("relaxed")
        await store.relax()
        await store.flush(instant(2))
    assert read_sessions(path)[0][0][0] == 2
    say("closed")
    async with opened(path) as store:
        await store.flush(instant(3))
        await store.relax()
        await store.flush(instant(4))
        say("plays on")
        await store.flush(instant(5))
        say("after")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
