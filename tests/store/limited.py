"""A child whose files may not grow for a while. `python -m tests.store.limited DATABASE`

Nothing tells a program so bluntly that the disk has an end as RLIMIT_FSIZE, and no privilege is needed for it.
"""

from __future__ import annotations

import asyncio
import resource
import sys
import threading
from pathlib import Path

from mud.core.errors import StoreError
from tests.store.instants import instant, only_instant, opened


def limit(size: int) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))


async def main(path: Path) -> None:
    async with opened(path) as store:
        await store.flush(instant(1))
        limit(path.with_name(path.name + "-wal").stat().st_size + 20_000)
        for _ in range(3):
            try:
                await store.flush(instant(2, weight=5_000))
            except StoreError as error:
                print("refused", error)
            print("holds", await only_instant(store), "threads", threading.active_count())
        limit(resource.RLIM_INFINITY)
        await store.flush(instant(2, weight=5_000))
        print("holds", await only_instant(store))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
