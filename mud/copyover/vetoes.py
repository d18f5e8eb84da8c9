"""The core's own vetoes, from figures that `mud.copyover.resources` measures; and vetoes in words."""

from __future__ import annotations

from msgspec import Struct

from mud.core.errors import CopyoverError
from mud.core.veto import Veto

#: The name of each objector, with its veto.
Vetoes = list[tuple[str, Veto]]
CORE = "the core"
#: Seconds until `when-clear` asks again if no veto says when it clears; and at least.
LOOK_AGAIN, MIN_SECONDS = 5.0, 0.5


class Resources(Struct, kw_only=True):
    """The resources at one moment. Sizes are in bytes."""

    errors: dict[str, str]  # modules out of service, with their last errors
    state: int  # the size of the whole encoded state
    descriptors_left: int
    disk_left: int
    database: str = ""  # why it can't be opened


class ResourceBounds(Struct, kw_only=True):
    """The limits: at most `state`, at least the others. Sizes are in bytes."""

    state: int
    descriptors: int
    disk: int


class Vetoed(CopyoverError):
    """A copyover was refused by `vetoes`."""

    def __init__(self, vetoes: Vetoes) -> None:
        super().__init__("; ".join(worded(name, veto) for name, veto in vetoes) + hint(vetoes))
        self.vetoes = vetoes

    @property
    def hard(self) -> bool:
        """Whether one of them can't be overridden."""
        return any(veto.hard for _, veto in self.vetoes)


def of_core(now: Resources, bounds: ResourceBounds) -> Vetoes:
    """The core's vetoes against a copyover now."""
    found = [Veto.soft(f"the module {name} is out of service ({why})") for name, why in sorted(now.errors.items())]
    if now.database:
        found.append(Veto.firm(f"the database can't be opened, so changes would be lost: {now.database}"))
    if now.state > bounds.state:
        found.append(Veto.soft(f"the state takes {size(now.state)}, and the limit is {size(bounds.state)}"))
    if now.descriptors_left < bounds.descriptors:
        found.append(
            Veto.firm(f"{max(0, now.descriptors_left)} descriptors are left, and {bounds.descriptors} are needed")
        )
    needed = max(bounds.disk, 2 * now.state)
    if now.disk_left < needed:
        found.append(Veto.firm(f"{size(now.disk_left)} are left on the disk, and {size(needed)} are needed"))
    return [(CORE, veto) for veto in found]


def sift(found: Vetoes, force: bool) -> list[str]:
    """Override soft vetoes with `force`; returns those overridden, in words. Raises Vetoed if any are left."""
    stopping = [(name, veto) for name, veto in found if veto.hard or not force]
    if stopping:
        raise Vetoed(stopping)
    return [worded(name, veto) for name, veto in found]


def clears_in(vetoes: Vetoes) -> float:
    """Seconds until it is worth asking again."""
    return max(MIN_SECONDS, min(veto.clears_in if veto.clears_in is not None else LOOK_AGAIN for _, veto in vetoes))


def worded(name: str, veto: Veto) -> str:
    """A veto in words."""
    clears = f" (clears in {veto.clears_in:.0f} s)" if veto.clears_in is not None else ""
    return f"{name}{' (hard veto)' if veto.hard else ''}: {veto.reason}{clears}"


def hint(vetoes: Vetoes) -> str:
    """What an admin can do about these vetoes."""
    if any(veto.hard for _, veto in vetoes):
        return ""
    return ". `copyover force` overrides this, `copyover when-clear` waits"


def size(count: int) -> str:
    """A size in words."""
    return f"{count / (1 << 20):.1f} MiB" if count >= 1 << 20 else f"{count / 1024:.1f} KiB"
