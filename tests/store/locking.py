"""A child that takes the lock and passes it on. `python -m tests.store.locking LOCK exec|fork|adopt [FD]`

It lets go when its standard input ends.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from mud.store.lock import Lock


def through_exec(lock: Lock, path: str) -> None:
    os.set_inheritable(lock.fd, True)
    os.execv(sys.executable, [sys.executable, "-m", "tests.store.locking", path, "adopt", str(lock.fd)])


def through_fork(lock: Lock) -> None:
    child = os.fork()
    if child == 0:
        sys.stdin.read()
        os._exit(0)
    lock.release()
    print("the parent let go", flush=True)
    os.waitpid(child, 0)


def main(path: str, way: str, *rest: str) -> None:
    if way == "adopt":
        lock = Lock.adopt(int(rest[0]))
        assert not os.get_inheritable(lock.fd)
        print("adopted", os.getpid(), flush=True)
        sys.stdin.read()
        return
    lock = Lock.acquire(Path(path))
    print("took", os.getpid(), flush=True)
    if way == "exec":
        through_exec(lock, path)
    else:
        through_fork(lock)


if __name__ == "__main__":
    main(*sys.argv[1:])
