"""One server a data folder: the lock, and how it survives fork and exec."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from mud.core.errors import StoreError
from mud.store.lock import Lock
from tests.store.instants import child, python


def place(tmp_path: Path) -> Path:
    return tmp_path / "data" / "run" / "lock"


def test_second_one_is_told_who_has_it_since_when(tmp_path: Path) -> None:
    lock = Lock.acquire(place(tmp_path))
    with pytest.raises(StoreError) as refused:
        Lock.acquire(place(tmp_path))
    said = str(refused.value)
    assert f"{tmp_path / 'data'} is in use by process {os.getpid()}, since 20" in said
    lock.release()
    Lock.acquire(place(tmp_path)).release()


def test_folder_and_file_are_for_the_owner_only(tmp_path: Path) -> None:
    lock = Lock.acquire(place(tmp_path))
    assert place(tmp_path).stat().st_mode & 0o777 == 0o600
    assert place(tmp_path).parent.stat().st_mode & 0o777 == 0o700
    lock.release()


def test_who_holds_it_is_all_that_it_says(tmp_path: Path) -> None:
    place(tmp_path).parent.mkdir(parents=True)
    place(tmp_path).write_text("process 4000000000, since the beginning of all things\nand more\n")
    lock = Lock.acquire(place(tmp_path))
    assert re.fullmatch(rf"process {os.getpid()}, since [-0-9]{{10}} [:0-9]{{8}}\n", place(tmp_path).read_text())
    lock.release()


def test_release_twice_is_once(tmp_path: Path) -> None:
    lock = Lock.acquire(place(tmp_path))
    lock.release()
    other = os.open(os.devnull, os.O_RDONLY)  # may well get the number that became free
    lock.release()
    assert stat.S_ISCHR(os.fstat(other).st_mode)  # still open
    os.close(other)


def test_a_place_that_cannot_be_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="file/lock: File exists"):
        Lock.acquire(tmp_path / "file" / "lock")


def test_it_is_not_inherited_unless_somebody_says_so(tmp_path: Path) -> None:
    lock = Lock.acquire(place(tmp_path))
    assert not os.get_inheritable(lock.fd)
    waiting = [sys.executable, "-c", "import sys; print('here', flush=True); sys.stdin.read()"]
    with subprocess.Popen(waiting, stdin=-1, stdout=-1, close_fds=False) as other:
        assert other.stdout is not None
        other.stdout.readline()
        lock.release()
        Lock.acquire(place(tmp_path)).release()
        other.communicate(timeout=30)


def test_it_survives_exec_under_the_same_process_id(tmp_path: Path) -> None:
    with child(python("tests.store.locking", place(tmp_path), "exec")) as holder:
        assert holder.stdout is not None
        assert [holder.stdout.readline() for _ in range(2)] == [f"took {holder.pid}\n", f"adopted {holder.pid}\n"]
        with pytest.raises(StoreError, match=f"in use by process {holder.pid}, "):
            Lock.acquire(place(tmp_path))
        holder.communicate(timeout=30)
    Lock.acquire(place(tmp_path)).release()


def test_a_fork_that_holds_on_keeps_it_when_the_parent_lets_go(tmp_path: Path) -> None:
    with child(python("tests.store.locking", place(tmp_path), "fork")) as holder:
        assert holder.stdout is not None
        assert [holder.stdout.readline() for _ in range(2)] == [f"took {holder.pid}\n", "the parent let go\n"]
        with pytest.raises(StoreError, match=f"in use by process {holder.pid}, "):
            Lock.acquire(place(tmp_path))
        holder.communicate(timeout=30)
    Lock.acquire(place(tmp_path)).release()


def test_adopting_what_does_not_hold_it_is_refused(tmp_path: Path) -> None:
    lock = Lock.acquire(place(tmp_path))
    stranger = os.open(place(tmp_path), os.O_RDWR)
    with pytest.raises(StoreError, match=f"descriptor {stranger}"):
        Lock.adopt(stranger)
    os.close(stranger)
    with pytest.raises(StoreError, match="Bad file descriptor"):
        Lock.adopt(stranger)
    assert Lock.adopt(lock.fd).fd == lock.fd
    lock.release()


def test_killed_holder_leaves_it_free(tmp_path: Path) -> None:
    with child(python("tests.store.locking", place(tmp_path), "exec")) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        holder.kill()
        holder.wait(timeout=30)
    Lock.acquire(place(tmp_path)).release()
