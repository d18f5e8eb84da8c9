"""The main program, a part at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

from mud.config import Config, ServerConfig
from mud.copyover.handover import CarriedJobs, Handover
from mud.server import main
from mud.testing import Kit


def handover(**fields: Any) -> Handover:
    known: dict[str, Any] = {
        **{"generation": 2, "version": "1", "by": "Root", "reason": "", "session": 0, "began": 0.0, "files": {}},
        **{"modules": [], "listeners": [], "wires": [], "addresses": {}, "next_session": 1, "lock": 3},
    }
    return Handover(**known, jobs=CarriedJobs(), **fields)


def test_rows_that_the_old_program_could_not_make_are_written_by_the_new_one(tmp_path: Path) -> None:
    server, world = MagicMock(), Kit().game.world
    server.game.world, server.config = world, Config(server=ServerConfig(data=str(tmp_path)))
    server.modules.manager.restored = set()
    world.take_unwritten()
    main.have_game(server, handover(unwritable=[("items", "i7")]), 0.0)
    world.journal.commit()  # as the next event does
    assert world.dirty == {("items", "i7")}
