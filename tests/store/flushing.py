"""A child that flushes one instant after the other. `python -m tests.store.flushing DATABASE LAST [TRIES]`

It goes on from where the database is, says "done N" or "refused TEXT" after each try, and tries again.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from mud.core.errors import StoreError
from tests.store.instants import instant, only_instant, opened


async def main(path: Path, last: int, tries: int) -> None:
    async with opened(path) as store:
        n = await only_instant(store)
        print("begin", n, flush=True)
        while n < last and tries:
            tries -= 1
            try:
                await store.flush(instant(n + 1))
            except StoreError as error:
                print("refused", error, flush=True)
            else:
                n += 1
                print("done", n, flush=True)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else -1))
