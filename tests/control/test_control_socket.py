"""The control socket, where the disk does not let it be."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from mud.control import control_socket
from mud.control.control_socket import Control, ask


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
