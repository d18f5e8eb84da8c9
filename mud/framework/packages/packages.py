"""Packages: modules that an operator installs from a folder, a wheel or a repository's folder (S3.9).

This file handles files only: it imports and runs no code of a package. A package's folder holds `module.toml`, which
describes it (`PackageManifest`), and a Python package. Installed packages lie in DATA/modules:

    NAME/                 what is installed
    .kept/NAME-VERSION/   what was replaced or uninstalled: the last three of each package
    .staging-XXXX/        what is being installed; the next run clears away what a killed run left
    .lock                 the lock that a run holds while it changes something
"""

from __future__ import annotations

import builtins
import contextlib
import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from mud.core.errors import Conflict, FrameworkError, Invalid, NotFound
from mud.framework.packages import archive
from mud.framework.packages.archive import (
    MANIFEST,
    Deadline,
    checksum,
    in_words,
    nearest,
    parse_version,
)
from mud.framework.packages.manifest import PackageManifest, read_manifest
from mud.framework.packages.needs import check_needs, unmet
from mud.framework.packages.trust import Trust
from mud.framework.packages.trust import check as check_signature
from mud.framework.workers.manifest import read_manifest as read_worker

log = logging.getLogger("mud.packages")

#: The number of replaced versions that are kept of each package.
MAX_KEPT = 3
#: The folder into which a wheel is unpacked; no package's name begins with a dot.
UNPACKED = ".unpacked"
STAGING = ".staging-"
#: Stands for the version of a kept package whose manifest can't be read.
UNKNOWN = "unknown"


#: The manifest of the process worker that a package of type "process" brings.
WORKER = "worker.toml"
ANYBODY = Trust()


class Installed(Struct, frozen=True, kw_only=True):
    """An installed package. `problem` says what is wrong with it; `manifest` is None if it can't be read."""

    name: str
    version: str
    folder: Path
    manifest: PackageManifest | None = None
    problem: str = ""


def verify(
    folder: Path, force: bool = False, shown: str = "", deadline: Deadline | None = None, trust: Trust = ANYBODY
) -> PackageManifest:
    """Check that a folder is a complete package whose files match its checksum, and return its manifest.

    `force` accepts a missing checksum, never a wrong one. Errors name the folder as `shown`. Raises NotFound without a
    manifest, Invalid for anything wrong, Failed if it can't be read, TimedOut.
    """
    shown = shown or str(folder)
    manifest = read_manifest(folder, shown)
    for kind in manifest.types:
        PARTS[kind](folder, manifest, shown)
    found = checksum(folder, deadline)
    if not manifest.checksum and not force:
        text = f'{shown}: it has no checksum; its author has to add checksum = "{found}" to {MANIFEST}, or use --force'
        raise Invalid(text, package=manifest.name, found=found)
    if manifest.checksum and manifest.checksum.lower() != found:
        text = f"{shown}: its checksum is wrong: {MANIFEST} says {manifest.checksum}, its files make {found}"
        raise Invalid(f"{text}; it was changed after it was made: get it again", package=manifest.name, found=found)
    check_signature(folder, manifest, trust, shown)
    return manifest


def _check_module(folder: Path, manifest: PackageManifest, shown: str) -> None:
    """Raises Invalid if there is no Python package, or not the part of it that is the entry."""
    part = manifest.entry.partition(":")[0].removeprefix(manifest.name).removeprefix(".")
    if not (folder / "__init__.py").is_file():
        raise Invalid(f"{shown}: there is no __init__.py; a package is a Python package", package=manifest.name)
    if part and not any((folder / way).is_file() for way in (f"{part}.py", f"{part}/__init__.py")):
        raise Invalid(f"{shown}: entry is {manifest.entry}, but there is no {part}.py", package=manifest.name)


def _check_process(folder: Path, manifest: PackageManifest, shown: str) -> None:
    """Raises Invalid or NotFound if there is no worker's manifest of the right name."""
    worker = read_worker(folder / WORKER)
    both = "module" in manifest.types
    if not both and (folder / "__init__.py").exists():
        text = f'{shown}: types is ["process"], but it has an __init__.py: add "module", or rename that'
        raise Invalid(text, package=manifest.name)
    if both and not worker.name.startswith(f"{manifest.name}-"):
        text = f"{shown}/{WORKER}: name: {worker.name} has to begin with {manifest.name}-, as the module has that name"
        raise Invalid(text, package=manifest.name)
    if not both and worker.name != manifest.name:
        text = f"{shown}/{WORKER}: name: it has to be the package's, {manifest.name}, not {worker.name}"
        raise Invalid(text, package=manifest.name)
    if worker.command and worker.folder is None:
        raise Invalid(f'{shown}/{WORKER}: folder: add folder = ".", the package\'s own', package=manifest.name)


#: What a package of each type has to hold.
PARTS: dict[str, Callable[[Path, PackageManifest, str], None]] = {"module": _check_module, "process": _check_process}


@contextlib.contextmanager
def open_package(
    source: Path,
    name: str | None = None,
    *,
    force: bool = False,
    staging: Path | None = None,
    deadline: Deadline | None = None,
    trust: Trust = ANYBODY,
) -> Iterator[Path]:
    """A context manager: a verified copy of a package, in a folder of its name.

    `source` is the package's folder, a folder with packages below it (`name` chooses one of several), or a wheel or zip
    file of either. The copy is made in `staging`, which the caller clears, or in a temporary folder. Raises NotFound
    if there is no such package, Invalid for anything wrong with it, Failed, TimedOut.
    """
    deadline = deadline or Deadline(60.0, f"opening {source}")
    with contextlib.ExitStack() as stack:
        with in_words(f"{source} can't be opened"):
            room = staging or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="everwake-")))
            staged = _stage(source, name, room, force, deadline, trust)
        yield staged


def _stage(source: Path, name: str | None, room: Path, force: bool, deadline: Deadline, trust: Trust) -> Path:
    root = archive.root_of(source, room / UNPACKED, deadline)
    found = archive.choose(source, root, name, deadline)
    shown = str(source) if found == root else f"{source}: {found.relative_to(root).as_posix()}"
    staged = room / ".package"
    archive.copy(found, staged, deadline, shown)
    manifest = verify(staged, force, shown, deadline, trust)
    for wanted in (name, archive.called(found) if found.name != UNPACKED else None):
        if wanted not in (None, manifest.name):
            text = f"{shown}: {MANIFEST} calls it {manifest.name}, not {wanted}; give folder and package the same name"
            raise Invalid(text, package=manifest.name)
    return staged.rename(room / manifest.name)


class Packages:
    """The packages in one folder (DATA/modules), which need not exist yet. `own_version` is the server's; `services`
    returns the present modules and what they provide; without it, what a package requires of others is not checked.

    All methods block: a running server calls them in a thread. Whatever happens, kill -9 included, a package is either
    as it was or as it was to become. Beside the errors of `open_package`, methods raise TimedOut if somebody else holds
    the lock for longer than `seconds`, and Failed if the disk refuses.
    """

    def __init__(
        self,
        folder: Path,
        own_version: str,
        services: Callable[[], Collection[str]] | None = None,
        trust: Trust = ANYBODY,
        pip: Callable[[Sequence[str], float], None] | None = None,
    ) -> None:
        self.folder = folder
        self._trust = trust
        self._pip = pip
        self._services = services
        self.own_version = own_version
        self._kept = folder / ".kept"

    def install(self, source: Path, name: str | None = None, force: bool = False, seconds: float = 60.0) -> Installed:
        """Install a new package. Raises Conflict if it is installed already, and what `open_package` raises."""
        deadline = Deadline(seconds, f"installing {source}")
        with self._staged(source, name, force, deadline) as (staged, manifest):
            live = self.folder / manifest.name
            if os.path.lexists(live):
                is_package = manifest.name in self._names()
                what = "is installed already; use upgrade" if is_package else "is no installed package; move it away"
                raise Conflict(f"{live} {what}", package=manifest.name)
            deadline.check()
            staged.rename(live)
            archive.sync(self.folder)
        return self._look(manifest.name)

    def install_all(
        self, source: Path, name: str | None = None, force: bool = False, seconds: float = 60.0
    ) -> builtins.list[Installed]:
        """Install a package, and before it those that it requires, are not there yet, and `source` holds as well.

        All of them, or none. Raises as `install`.
        """
        done: builtins.list[Installed] = []
        try:
            for each in self._needed_first(source, name, Deadline(seconds, f"looking into {source}")):
                done.append(self.install(source, each, force, seconds))
        except FrameworkError:
            for installed in reversed(done):
                self.uninstall(installed.name, seconds)
            raise
        return done

    def _needed_first(self, source: Path, name: str | None, deadline: Deadline) -> builtins.list[str | None]:
        """The packages of `source` to install, in their order; the one that is wanted is the last."""
        with in_words(f"{source} can't be opened"), tempfile.TemporaryDirectory(prefix="everwake-") as room:
            root = archive.root_of(source, Path(room) / UNPACKED, deadline)
            wanted = archive.choose(source, root, name, deadline)
            if wanted == root:
                return [name]
            held = {manifest.name: manifest for manifest in map(read_manifest, archive.packages_in(root, deadline))}
            first = read_manifest(wanted).name
        there = {*self._names(), *(self._services() if self._services is not None else ())}
        order: builtins.list[str | None] = []

        def add(each: str, way: tuple[str, ...]) -> None:
            for need in held[each].needed:
                if need in held and need not in (*there, *order, *way):
                    add(need, (*way, each))
            order.append(each)

        add(first, (first,))
        return order

    def upgrade(self, source: Path, name: str | None = None, force: bool = False, seconds: float = 60.0) -> Installed:
        """Replace a package by a higher version.

        Raises NotFound if it isn't installed; Conflict if the version isn't higher or, without `force`, if its state's
        schema is lower and can't be reached; and what `open_package` raises.
        """
        return self._replace(source, name, force, Deadline(seconds, f"upgrading to {source}"), up=True)

    def downgrade(self, source: Path, name: str | None = None, force: bool = False, seconds: float = 60.0) -> Installed:
        """Replace a package by a lower version; a path from `kept` may be the source.

        Raises NotFound if it isn't installed; Conflict if the version isn't lower or, without `force`, if its state's
        schema differs and the installed version's reverse steps don't reach it; and what `open_package` raises.
        """
        return self._replace(source, name, force, Deadline(seconds, f"downgrading to {source}"), up=False)

    def uninstall(self, name: str, seconds: float = 60.0) -> Path:
        """Uninstall a package and return the path where it is kept. Raises NotFound, with the nearest name."""
        with self._work(Deadline(seconds, f"uninstalling {name}")) as staging:
            self._check_installed(name)
            version = self._version(self.folder / name) or UNKNOWN
            return self._keep(self.folder / name, f"{name}-{version}", staging)

    def kept(self, name: str) -> tuple[Path, ...]:
        """The paths of a package's replaced versions, the most recent first."""
        if not self._kept.is_dir():
            return ()
        found = [path for path in self._kept.iterdir() if path.name.partition("-")[0] == name]
        return tuple(sorted(found, key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True))

    def mend(self, seconds: float = 60.0) -> None:
        """Clear away what a killed run left. Every change does this first, and so does the server's start."""
        if self.folder.is_dir():
            with self._work(Deadline(seconds, f"mending {self.folder}")):
                pass

    def list(self) -> builtins.list[Installed]:
        """All installed packages by name, each with its problem if any. Takes no lock and changes nothing."""
        with in_words(f"{self.folder} can't be read"):
            return [self._look(name) for name in self._names()]

    def _replace(self, source: Path, name: str | None, force: bool, deadline: Deadline, up: bool) -> Installed:
        with self._staged(source, name, force, deadline) as (staged, manifest):
            self._check_installed(manifest.name)
            live = self.folder / manifest.name
            before = self._readable(live)
            _check_versions(before, manifest, up)
            if not force:
                _check_state(before, manifest, up)
            aside = staged.parent.parent / "swap" / f"{before.name}-{before.version}"
            aside.parent.mkdir(mode=0o700)
            self._kept.mkdir(mode=0o700, exist_ok=True)
            deadline.check()
            archive.put(staged, live, aside)
            archive.sync(self.folder)
        return self._look(manifest.name)

    @contextlib.contextmanager
    def _staged(
        self, source: Path, name: str | None, force: bool, deadline: Deadline
    ) -> Iterator[tuple[Path, PackageManifest]]:
        """Hold the lock, with a copy of the package in a folder of ours; yields the folder and the manifest."""
        with self._work(deadline) as staging:
            room = staging / "room"
            room.mkdir(mode=0o700)
            with open_package(source, name, force=force, staging=room, deadline=deadline, trust=self._trust) as folder:
                manifest = read_manifest(folder)
                lacking = unmet(manifest.dependencies)
                if lacking and self._pip is not None:
                    self._pip(manifest.dependencies, deadline.seconds)
                check_needs(manifest, self.own_version, None if force else self._services)
                yield folder, manifest

    @contextlib.contextmanager
    def _work(self, deadline: Deadline) -> Iterator[Path]:
        """Hold the lock, with an empty staging folder that is removed at the end; first clear away what others left."""
        with in_words(deadline.what), contextlib.ExitStack() as stack:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            stack.enter_context(archive.locked(self.folder / ".lock", deadline))
            for left in self.folder.glob(f"{STAGING}*"):
                self._clear(left)
            staging = Path(tempfile.mkdtemp(prefix=STAGING, dir=self.folder))
            try:
                yield staging
            finally:
                try:
                    self._clear(staging)
                except OSError as error:  # the operation itself is done, or failed with its own error
                    log.warning("%s can't be cleared away: %s; the next run will try again", staging, error)

    def _clear(self, staging: Path) -> None:
        """Remove a staging folder. A replaced version in it is kept, or put back if nothing has taken its place."""
        for folder in (staging / "swap").glob("*-*"):
            name, _, version = folder.name.partition("-")
            if self._version(folder) != version:
                continue  # it is the new version, which was never swapped in
            if os.path.lexists(self.folder / name):
                self._keep(folder, folder.name, staging)
            else:
                folder.rename(self.folder / name)
        shutil.rmtree(staging)

    def _keep(self, folder: Path, called: str, staging: Path) -> Path:
        """Move a version to the kept ones; surplus ones go to `staging`, to be removed with it."""
        self._kept.mkdir(mode=0o700, exist_ok=True)
        target = self._kept / called
        if os.path.lexists(target):
            target.rename(staging / "same")
        os.utime(folder)
        folder.rename(target)
        for number, old in enumerate(self.kept(called.partition("-")[0])[MAX_KEPT:]):
            old.rename(staging / f"old-{number}")
        return target

    def _names(self) -> builtins.list[str]:
        if not self.folder.is_dir():
            return []
        inside = [path for path in self.folder.iterdir() if not path.name.startswith(".") and not path.is_symlink()]
        return sorted(path.name for path in inside if (path / MANIFEST).is_file())

    def _look(self, name: str) -> Installed:
        """The present state of an installed package. Reads again if it was replaced meanwhile."""
        folder = self.folder / name
        for _ in range(3):
            before = _inode(folder)
            manifest, problem = None, ""
            try:
                manifest = self._readable(folder)
                verify(folder, force=True, trust=self._trust)
            except FrameworkError as error:
                problem = str(error)
            if before == _inode(folder):
                break
        version = manifest.version if manifest else UNKNOWN
        return Installed(name=name, version=version, folder=folder, manifest=manifest, problem=problem)

    def _readable(self, folder: Path) -> PackageManifest:
        """The manifest of an installed package. Raises Invalid if it could not be installed as it is now."""
        manifest = read_manifest(folder)
        if manifest.name != folder.name:
            text = f"{folder}/{MANIFEST}: it names {manifest.name}; uninstall {folder.name} and install it afresh"
            raise Invalid(text, package=folder.name)
        return manifest

    def _version(self, folder: Path) -> str:
        try:
            return read_manifest(folder).version
        except FrameworkError:
            return ""

    def _check_installed(self, name: str) -> None:
        names = self._names()
        if name not in names:
            text = f"no package {name} is installed in {self.folder}; {nearest(name, names)}"
            raise NotFound(text, package=name, known=names)


def _check_versions(before: PackageManifest, after: PackageManifest, up: bool) -> None:
    old, new = parse_version(before.version), parse_version(after.version)
    if new > old if up else new < old:
        return
    if new == old:
        what = "which is the same version; uninstall it first to install it afresh"
    else:
        what = "which is lower; use downgrade" if up else "which is higher; use upgrade"
    text = f"{after.name} {before.version} is installed and the package is {after.version}, {what}"
    raise Conflict(text, package=after.name, installed=before.version, version=after.version)


def _check_state(before: PackageManifest, after: PackageManifest, up: bool) -> None:
    reached = before.reverse is not None and before.reverse <= after.state
    if after.state == before.state or reached or (up and after.state > before.state):
        return
    steps = f"lead back to {before.reverse} only" if before.reverse else "it has none"
    text = f"{after.name} {after.version} has state schema {after.state}, the installed {before.version} {before.state}"
    what = f"and its reverse steps don't reach that ({steps}); --force does it, and may lose the module's state"
    raise Conflict(f"{text}, {what}", package=after.name, installed=before.state, state=after.state)


def _inode(path: Path) -> int:
    """The inode of a folder, which distinguishes it from a later one of the same name; 0 if there is none."""
    try:
        return path.stat().st_ino
    except OSError:
        return 0
