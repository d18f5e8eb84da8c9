"""Checks what a package needs where it is installed: Python distributions, a server version, other modules."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from importlib import metadata

from mud.core.errors import Invalid
from mud.framework.packages import archive
from mud.framework.packages.archive import BOUND, nearest, parse_version
from mud.framework.packages.manifest import PackageManifest


def check_needs(manifest: PackageManifest, own_version: str, services: Callable[[], Collection[str]] | None) -> None:
    """Raises Invalid, naming what is missing and what to do. `services` returns what the present modules provide."""
    what = f"{manifest.name} {manifest.version}"
    lacking = unmet(manifest.dependencies)
    if lacking:
        text = f"{what} needs {', '.join(lacking)}; install that with pip first"
        raise Invalid(text, package=manifest.name, missing=lacking)
    if manifest.everwake and parse_version(own_version) < parse_version(manifest.everwake):
        text = f"{what} needs Everwake {manifest.everwake}, this is {own_version}; upgrade the server first"
        raise Invalid(text, package=manifest.name)
    wanted = manifest.needed
    if wanted and services is not None:
        there = services()
        missing = [name for name in wanted if name not in there]
        if missing:
            hints = "; ".join(f"{name}: {nearest(name, sorted(there))}" for name in missing)
            text = f"{what} requires {', '.join(missing)}, which no module here provides: it could not be loaded"
            raise Invalid(
                f"{text}. Install that first, or use --force ({hints})", package=manifest.name, missing=missing
            )


def unmet(dependencies: tuple[str, ...]) -> list[str]:
    """The dependencies that this Python does not meet, each with the version that is installed instead."""
    lacking = []
    for text in dependencies:
        try:
            has = metadata.version(re.split(r"[\s<>=]", text, maxsplit=1)[0])
        except metadata.PackageNotFoundError:
            lacking.append(f"{text} (it is not installed)")
        else:
            if not all(archive.fits(has, sign, bound) for sign, bound in re.findall(BOUND, text)):
                lacking.append(f"{text} ({has} is installed)")
    return lacking
