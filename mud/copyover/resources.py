"""Measures the machine's resources for the core's vetoes."""

from __future__ import annotations

import os
import resource
from typing import TYPE_CHECKING

import msgspec

from mud.copyover.vetoes import ResourceBounds, Resources
from mud.core.world.world import WorldState
from mud.framework.lifecycle import ModuleState

if TYPE_CHECKING:
    from mud.config import Config
    from mud.copyover.host import Host

#: The number of characters or items in the sample by which the size of all is estimated.
SAMPLE = 1000
_encode = msgspec.msgpack.Encoder().encode


def size_of(state: WorldState) -> int:
    """The encoded size of a world's state in bytes; of long lists, extrapolated from a sample.

    The sampling is needed because the game waits for this, just before the silence of a copyover.
    """
    total = 0
    for name in state.__struct_fields__:
        found = getattr(state, name)
        if isinstance(found, list) and len(found) > SAMPLE:
            sample = found[:: len(found) // SAMPLE]
            total += len(_encode(sample)) * len(found) // len(sample)
        else:
            total += len(_encode(found))
    return total


def figures(host: Host) -> Resources:
    """The resources at this moment."""
    disk = os.statvfs(host.config.data)
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return Resources(
        errors=host.modules.in_state(ModuleState.ERROR),
        state=size_of(host.play.state()),
        descriptors_left=limit - len(os.listdir("/proc/self/fd")),
        disk_left=disk.f_bavail * disk.f_frsize,
        database=host.unopened,
    )


def bounds(config: Config) -> ResourceBounds:
    """The configured limits."""
    given = config.copyover
    return ResourceBounds(state=given.state_bytes, descriptors=given.spare_descriptors, disk=given.disk_bytes)
