"""Loads all modules without a server: to inspect them, and to know which command names are taken."""

from __future__ import annotations

import time

from mud.config import Config
from mud.core.commands import CommandTable
from mud.core.spells import SpellTable
from mud.framework.loader import Loader
from mud.framework.registry import Registry
from mud.play.commands import COMMANDS
from mud.play.spells import SPELLS


def loaded(config: Config) -> Registry:
    """All modules, loaded and checked in this process; nothing runs."""
    registry = Registry(CommandTable(COMMANDS), SpellTable(SPELLS))
    Loader(registry, config.given(), time.time).load_all()
    return registry
