"""Errors, and whose fault they are.

EverwakeError
├── Rejected        the player asked for what the game's rules refuse: shown to the player, nothing changed
├── WorldError      world files are wrong: every problem with file, line and what to do
├── StoreError      the database can't be read or written now
├── SnapshotError   a snapshot or hand-over can't be used: names file and reason
├── ConfigError     the operator's configuration is wrong
└── CopyoverError   a copyover can't happen or was given up: the game plays on
"""

from __future__ import annotations


class EverwakeError(Exception):
    """Base of all errors that Everwake raises on purpose. str() of it is fit for people."""


class Rejected(EverwakeError):
    """The game refuses what a player asked for. The text is shown; all changes of the event are undone."""


class WorldError(EverwakeError):
    """World files are wrong. `problems` holds one line each: "file:line: what; what to do"."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class StoreError(EverwakeError):
    """The database refused: full, read-only, newer than this program, or broken."""


class SnapshotError(EverwakeError):
    """A snapshot or hand-over that can't be used."""


class ConfigError(EverwakeError):
    """The configuration file or environment is wrong."""


class CopyoverError(EverwakeError):
    """A copyover was refused or given up before its point of no return."""
