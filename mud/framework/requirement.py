"""What a module requires of others: a service, perhaps from a version of its API on, perhaps only if it is there."""

from __future__ import annotations

import re
from typing import Any

from msgspec import Struct

from mud.core.errors import Invalid
from mud.sdk.module import Module

API_VERSION = re.compile(r"(\d{1,6})\.(\d{1,6})")
PATTERN = re.compile(rf"([a-z][a-z0-9_]{{0,31}})(?:>=({API_VERSION.pattern}))?(\??)")


class Requirement(Struct, frozen=True):
    """One of `Module.requires`, as in "auction", "auction>=1.2" or "auction>=1.2?"."""

    service: str
    version: str = ""  # of the API, "" for any
    optional: bool = False

    @classmethod
    def read(cls, text: str) -> Requirement:
        """Raises Invalid if the text is none."""
        found = PATTERN.fullmatch(text)
        if found is None:
            raise Invalid(f"requires {text!r}: write NAME, NAME>=MAJOR.MINOR, and a ? at the end if you can do without")
        return cls(found[1], found[2] or "", bool(found[5]))

    def met_by(self, api_version: str) -> bool:
        """Whether a provider with this version of its API will do."""
        return compatible(api_version, self.version)


def requirements(module: Module[Any]) -> list[Requirement]:
    """Everything that a module requires. Raises Invalid."""
    return [Requirement.read(text) for text in module.requires]


def compatible(has: str, needs: str) -> bool:
    """Whether an API of version `has` serves a caller that needs `needs`: the same major, and no lower minor version.

    Raises Invalid if either is no version.
    """
    if not needs:
        return True
    (major, minor), (needed_major, needed_minor) = _numbers(has), _numbers(needs)
    return major == needed_major and minor >= needed_minor


def _numbers(text: str) -> tuple[int, int]:
    found = API_VERSION.fullmatch(text)
    if found is None:
        raise Invalid(f"{text!r} is no version of an API: write MAJOR.MINOR, as 1.2")
    return int(found[1]), int(found[2])
