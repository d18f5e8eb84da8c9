"""Errors, and whose fault they are.

EverwakeError
├── Rejected        the player asked for what the game's rules refuse: shown to the player, nothing changed
├── WorldError      world files are wrong: every problem with file, line and what to do
├── StoreError      the database can't be read or written now
├── SnapshotError   a snapshot or hand-over can't be used: names file and reason
├── ConfigError     the operator's configuration is wrong
├── ModuleFault     a module's handler failed, and what it did is undone
├── Unopened        something was changed that the event had not opened: it would be neither undone nor written
├── CopyoverError   a copyover can't happen or was given up: the game plays on
└── FrameworkError  a module, worker or package can't be used as asked
"""

from __future__ import annotations


class EverwakeError(Exception):
    """Base of all errors that Everwake raises on purpose. Its str() is fit to be shown to people."""


class Rejected(EverwakeError):
    """The game refuses what a player asked for. The text is shown; all changes of the event are undone."""


class Absent(Rejected):
    """No player called `name` is in memory: the kernel looks in the database and runs the line again."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Nobody called {name!r} is here or anywhere else.")
        self.name = name


class Unread(Rejected):
    """A search of the whole world met many areas that are still packed: they are read between events, and the line is
    run again."""

    def __init__(self) -> None:
        super().__init__("The world is still being read. Please try again in a moment.")


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


class ModuleFault(EverwakeError):
    """A module's handler failed; its cause is what it raised, and `why` says it in one line, with file and line.

    All that it did is undone. `doing` is the name of the hook, if it was one.
    """

    def __init__(self, module: str, why: str = "", doing: str = "") -> None:
        super().__init__(f"{module}{doing and f': {doing}'} failed{why and f': {why}'}")
        self.module = module
        self.why = why or str(self)


class Unopened(EverwakeError):
    """An event changed, or tried to change, something without opening it in the journal. Names thing and field."""


class FrameworkError(EverwakeError):
    """A module, worker or package can't be used as asked. `details` say more, for programs.

    FrameworkError
    ├── Invalid     something is not as it has to be: a name, a setting, a manifest, a contract
    ├── Conflict    something of that name is there already, or is in a state that forbids it
    ├── NotFound    there is nothing of that name
    ├── Refused     the operator did not grant it
    ├── TimedOut    it took longer than it may
    └── Failed      it was tried and failed
    """

    code = "failed"

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(message)
        self.details = details


class Invalid(FrameworkError):
    """Something is not as it has to be."""

    code = "invalid"


class Conflict(FrameworkError):
    """Something of that name is there already, or is in a state that forbids what was asked."""

    code = "conflict"


class NotFound(FrameworkError):
    """There is nothing of that name."""

    code = "not_found"


class Refused(FrameworkError):
    """A permission is missing. The message names who wanted which."""

    code = "refused"


class TimedOut(FrameworkError):
    """It took longer than it may."""

    code = "timed_out"


class Failed(FrameworkError):
    """It was tried and failed; the message says how."""

    code = "failed"
