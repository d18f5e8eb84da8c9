"""The core's own participants: the world and the sessions, as snapshots and back.

A section is one type; what can't be decoded as that type is refused with the name of the section (S0.6).
"""

from __future__ import annotations

from typing import Any

import msgspec

from mud import __version__
from mud.core.area import DoorState
from mud.core.errors import SnapshotError
from mud.core.model import Character, Item
from mud.core.session import Session
from mud.core.timers import Timer
from mud.core.world import WorldState
from mud.snapshot.envelope import Section, Snapshot

SCHEMA = 1


class Counters(msgspec.Struct):
    """What the world counts, and its clock."""

    ledger_seq: int
    timer_serial: int
    serial: int
    game_time: float


#: The sections of each participant, and the type of each.
SECTIONS: dict[str, dict[str, Any]] = {
    "world": {
        "characters": list[Character],
        "items": list[Item],
        "doors": dict[str, DoorState],
        "balances": dict[str, int],
        "timers": list[Timer],
        "counters": Counters,
    },
    "sessions": {"sessions": list[Session]},
}

_encode = msgspec.msgpack.Encoder().encode


def snapshot(participant: str, parts: dict[str, Any], generation: int, taken: float, reason: str) -> Snapshot:
    """A snapshot of a participant's parts, by section."""
    sections = {name: Section(SCHEMA, _encode(parts[name])) for name in SECTIONS[participant]}
    return Snapshot(participant, __version__, generation, taken, reason, sections)


def parts(found: Snapshot, source: str) -> dict[str, Any]:
    """A participant's parts out of its snapshot.

    Raises SnapshotError, naming `source` and section, for a missing section, a newer schema, or wrong data.
    """
    return {name: _part(found, name, type_, source) for name, type_ in SECTIONS[found.participant].items()}


def _part(found: Snapshot, name: str, type_: Any, source: str) -> Any:
    section = found.sections.get(name)
    if section is None:
        raise SnapshotError(f"{source}: the section {name!r} is missing")
    if section.schema > SCHEMA:
        raise SnapshotError(f"{source}: {name!r} has schema {section.schema}, this program reads up to {SCHEMA}")
    try:
        return msgspec.msgpack.decode(section.data, type=type_)
    except msgspec.DecodeError as error:
        raise SnapshotError(f"{source}: section {name!r}: {error}") from error


def world_parts(state: WorldState) -> dict[str, Any]:
    """The world's sections."""
    counters = Counters(state.ledger_seq, state.timer_serial, state.serial, state.game_time)
    return {
        "characters": state.characters,
        "items": state.items,
        "doors": state.doors,
        "balances": state.balances,
        "timers": state.timers,
        "counters": counters,
    }


def world_state(found: dict[str, Any]) -> WorldState:
    """The world out of its sections."""
    counters: Counters = found["counters"]
    return WorldState(
        characters=found["characters"],
        items=found["items"],
        doors=found["doors"],
        balances=found["balances"],
        timers=found["timers"],
        ledger_seq=counters.ledger_seq,
        timer_serial=counters.timer_serial,
        serial=counters.serial,
        game_time=counters.game_time,
    )
