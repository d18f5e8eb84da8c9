"""What the machine has left, for the core's vetoes."""

from __future__ import annotations

import os
import resource
from typing import TYPE_CHECKING

import msgspec

from mud.copyover.vetoes import Bounds, Figures
from mud.framework.lifecycle import ModuleState

if TYPE_CHECKING:
    from mud.ops.config import Config
    from mud.server import Server


def figures(server: Server) -> Figures:
    """How things are now."""
    instances = server.hosting.registry.instances.values()
    game, disk = server.game, os.statvfs(server.config.data)
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return Figures(
        errors={i.name: i.figures.last_error for i in instances if i.life.state is ModuleState.ERROR},
        state=len(msgspec.msgpack.encode(game.world.state(game.clock.game))),
        descriptors_left=limit - len(os.listdir("/proc/self/fd")),
        disk_left=disk.f_bavail * disk.f_frsize,
    )


def bounds(config: Config) -> Bounds:
    """How they have to be."""
    given = config.copyover
    return Bounds(state=given.state_bytes, descriptors=given.spare_descriptors, disk=given.disk_bytes)
