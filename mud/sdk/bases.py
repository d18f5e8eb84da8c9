"""The base classes for module authors, all of them data: state, settings, timers, conversations."""

from __future__ import annotations

from typing import ClassVar, Literal, NoReturn, TypeVar

from msgspec import Struct

from mud.core.clock import ClockName
from mud.core.declaration import Based
from mud.core.guard import Guarded


class State(Guarded, kw_only=True, metaclass=Based):
    """Base of a module's state: plain data, every field with a default (S0.9). Each field is a section of its snapshot.

    A field is an immutable value (str, int, tuple, a frozen Struct ...), or one list, dict or set of such values.
    """

    def instead(self, name: str) -> str:
        """How a handler sets a field."""
        return f"ctx.state.{name} = ..."


class Settings(Struct, kw_only=True, forbid_unknown_fields=True, metaclass=Based):
    """Base of a module's settings. Bounds are written as `Annotated[int, Meta(ge=1, le=60)] = 5` (S2.4)."""

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{name!r} can't be set: settings are the operator's. Keep it in ctx.state")


class Timer(Struct, tag_field="timer", tag=True, metaclass=Based):
    """Base of a module's timers that use the game's clock, which stands still while the server does.

    A kind's tag is its class's name, unless it has a `tag=`.
    """

    clock: ClassVar[ClockName] = "game"


class WallTimer(Timer):
    """Base of timers that use the wall clock, which never stands still."""

    clock: ClassVar[ClockName] = "wall"


class Dialog(Struct, tag_field="dialog", tag=True, metaclass=Based):
    """Base of a module's conversations: what a session is in the middle of, as data."""


S = TypeVar("S", bound=State)

#: What a module may only do if it declares it and the operator grants it (S2.6).
Permission = Literal["database", "network", "external", "files", "admin", "user_data", "configuration"]
