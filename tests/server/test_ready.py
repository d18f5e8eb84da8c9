"""ready.json, where the disk does not let it be."""

from __future__ import annotations

from pathlib import Path

from mud.config import Config, ServerConfig
from mud.server import ready


def test_ready_json_is_written_in_place_where_nothing_new_can_be_made(tmp_path: Path) -> None:
    config = Config(server=ServerConfig(data=str(tmp_path)))
    config.run.mkdir()
    ready.write(config, config.server.port, 100)
    (config.run / "ready.tmp").mkdir()  # nothing can be written under that name
    ready.write(config, config.server.port, 7)
    found = ready.read(config)
    assert found is not None and found["generation"] == 7
