"""What a start counts as a crash."""

from __future__ import annotations

from pathlib import Path

import pytest

from mud.cli.launch import launched
from mud.config import Config
from mud.copyover import environment
from mud.copyover.target import generations
from mud.core.errors import ConfigError
from mud.store.lock import Lock


def config(folder: Path) -> Config:
    made = Config()
    made.server.data = str(folder / "data")
    return made


@pytest.mark.parametrize("error", [ConfigError("a port is taken"), PermissionError("closed"), KeyboardInterrupt()])
def test_a_clear_error_is_no_crash(tmp_path: Path, error: BaseException) -> None:
    where = config(tmp_path)
    with pytest.raises(type(error)), launched(where):
        assert generations(where).unconfirmed() is not None
        raise error
    assert generations(where).unconfirmed() is None


def test_an_error_that_nobody_foresaw_is_one(tmp_path: Path) -> None:
    where = config(tmp_path)
    with pytest.raises(ZeroDivisionError), launched(where):
        raise ZeroDivisionError
    assert generations(where).unconfirmed() is not None


def test_who_does_not_have_the_game_leaves_the_count_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    where = config(tmp_path)
    kept = generations(where)
    kept.starts("code")
    lock = Lock.acquire(where.run / "lock")
    with pytest.raises(ConfigError), launched(where):  # a second server
        raise ConfigError("in use")
    lock.release()
    monkeypatch.setenv(environment.HANDOVER, "3:4")
    with pytest.raises(ConfigError), launched(where):  # new code that fails before GO
        raise ConfigError("it can't take over")
    monkeypatch.setenv(environment.REHEARSAL, "")
    with launched(where):
        pass
    unsure = kept.unconfirmed()
    assert unsure is not None and (unsure.digest, unsure.starts) == ("code", 1)
    monkeypatch.delenv(environment.REHEARSAL)
    with launched(where):  # it took over, and ended well
        pass
    assert kept.unconfirmed() is None
