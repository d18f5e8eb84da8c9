"""The control socket, the log and ready.json, where the disk does not let them be."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest

from mud.config import Config, LogConfig, ServerConfig
from mud.control import control_socket
from mud.control.control_socket import Control, ask
from mud.server import logs, ready


def test_a_control_socket_that_can_not_be_made_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control_socket, "AGAIN_SECONDS", 0.01)
    path = tmp_path / "run" / "control.sock"
    path.parent.write_text("no folder")

    async def there_in_time() -> None:
        listening = Control(path, {})
        await listening.start()
        await listening.start()  # twice is once
        path.parent.unlink()
        async with asyncio.timeout(10):
            while not path.exists():
                await asyncio.sleep(0.01)
        answer = await asyncio.to_thread(ask, path, {"do": "nothing"})
        assert answer is not None and not answer["ok"]
        await listening.stop()
        assert not path.exists()

    asyncio.run(there_in_time())


def test_a_control_socket_that_is_being_tried_is_given_up_with_the_server(tmp_path: Path) -> None:
    path = tmp_path / "run" / "control.sock"
    path.parent.write_text("no folder")

    async def given_up() -> None:
        listening = Control(path, {})
        await listening.start()
        await listening.stop()
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(given_up())


def test_a_log_that_can_not_be_opened_is_opened_when_it_can_be(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(root, "level", root.level)
    monkeypatch.setattr(logging, "raiseExceptions", True)
    folder = tmp_path / "logs"
    folder.write_text("no folder")
    try:
        logs.set_up(folder, LogConfig())
        assert "the log can't be written" in capsys.readouterr().err
        folder.unlink()
        folder.mkdir()
        logging.getLogger("mud.test").info("here again")
        assert "here again" in (folder / "everwake.log").read_text()
    finally:
        logs.close()


def test_ready_json_is_written_in_place_where_nothing_new_can_be_made(tmp_path: Path) -> None:
    config = Config(server=ServerConfig(data=str(tmp_path)))
    config.run.mkdir()
    ready.write(config, None, 100)
    (config.run / "ready.tmp").mkdir()  # nothing can be written under that name
    ready.write(config, None, 7)
    found = ready.read(config)
    assert found is not None and found["generation"] == 7
