"""What is said of a generation that is not confirmed yet."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from mud.config import Config, ServerConfig
from mud.copyover.code import Code
from mud.copyover.confirmation import Confirmation


def test_doubt_says_what_it_means_and_that_the_copyover_is_safe(tmp_path: Path) -> None:
    host: Any = SimpleNamespace(config=Config(server=ServerConfig(data=str(tmp_path))), generation=1)
    watched = Confirmation(host, Code())
    assert "generation 1" in watched.doubt() and "run well for 0 s, and 60 s are needed" in watched.doubt()
    assert "This copyover is safe" in watched.doubt() and "copyover rollback" in watched.doubt()
    watched.confirmed = True
    assert watched.doubt() == ""
