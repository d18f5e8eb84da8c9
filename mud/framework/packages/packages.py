"""Packages: modules that an operator installs from a folder, a wheel or a repository's folder (S3.9).

Only files are handled here: no code of a package is imported or run. A package's folder holds `module.toml`, which
describes it (`Manifest`), and a Python package. Installed ones lie in DATA/modules:

    NAME/                 what is installed
    .kept/NAME-VERSION/   what was replaced or uninstalled, the last three of each
    .staging-XXXX/        what is being installed; one that a killed run left is cleared away by the next
    .lock                 locked by whoever changes something
"""

from __future__ import annotations

import builtins
import contextlib
import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator
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
from mud.framework.packages.needs import check_needs

log = logging.getLogger("mud.packages")

#: How many replaced versions of a package are kept.
MAX_KEPT = 3
#: Where a wheel is unpacked; no package's name begins with a dot.
UNPACKED = ".unpacked"
STAGING = ".staging-"
#: The version that a package is kept as when its manifest can't be read.
UNKNOWN = "unknown"


class Installed(Struct, frozen=True, kw_only=True):
    """An installed package. `problem` says what is wrong with it; without a manifest it can't be read."""

    name: str
    version: str
    folder: Path
    manifest: PackageManifest | None = None
    problem: str = ""


def verify(folder: Path, force: bool = False, shown: str = "", deadline: Deadline | None = None) -> PackageManifest:
    """Check that a folder is a whole package whose files are what its checksum says; gives its manifest.

    `force` lets a missing checksum pass, never a wrong one. `shown` is what errors call the folder. Raises NotFound
    without a manifest, Invalid for all that is wrong, Failed when it can't be read, TimedOut.
    """
    shown = shown or str(folder)
    manifest = read_manifest(folder, shown)
    part = manifest.entry.partition(":")[0].removeprefix(manifest.name).removeprefix(".")
    if not (folder / "__init__.py").is_file():
        raise Invalid(f"{shown}: there is no __init__.py; a package is a Python package", package=manifest.name)
    if part and not any((folder / way).is_file() for way in (f"{part}.py", f"{part}/__init__.py")):
        raise Invalid(f"{shown}: entry is {manifest.entry}, but there is no {part}.py", package=manifest.name)
    found = checksum(folder, deadline)
    if not manifest.checksum and not force:
        text = f'{shown}: it has no checksum; its author has to add checksum = "{found}" to {MANIFEST}, or use --force'
        raise Invalid(text, package=manifest.name, found=found)
    if manifest.checksum and manifest.checksum.lower() != found:
        text = f"{shown}: its checksum is wrong: {MANIFEST} says {manifest.checksum}, its files make {found}"
        raise Invalid(f"{text}; it was changed after it was made: get it again", package=manifest.name, found=found)
    return manifest


@contextlib.contextmanager
def open_package(
    source: Path,
    name: str | None = None,
    *,
    force: bool = False,
    staging: Path | None = None,
    deadline: Deadline | None = None,
) -> Iterator[Path]:
    """A verified copy of a package, in a folder of its name, for as long as the context lasts.

    `source` is the package's folder, a folder that holds it somewhere (with others: `name` says which), or a wheel or
    zip file of either. The copy is made in `staging`, which is the caller's to clear, or in a temporary folder. Raises
    NotFound when there is no such package, Invalid for all that is wrong with it, Failed, TimedOut.
    """
    deadline = deadline or Deadline(60.0, f"opening {source}")
    with contextlib.ExitStack() as stack:
        with in_words(f"{source} can't be opened"):
            room = staging or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="everwake-")))
            staged = _stage(source, name, room, force, deadline)
        yield staged


def _stage(source: Path, name: str | None, room: Path, force: bool, deadline: Deadline) -> Path:
    root = archive.root_of(source, room / UNPACKED, deadline)
    found = archive.choose(source, root, name, deadline)
    shown = str(source) if found == root else f"{source}: {found.relative_to(root).as_posix()}"
    staged = room / ".package"
    archive.copy(found, staged, deadline, shown)
    manifest = verify(staged, force, shown, deadline)
    for wanted in (name, archive.called(found) if found.name != UNPACKED else None):
        if wanted not in (None, manifest.name):
            text = f"{shown}: {MANIFEST} calls it {manifest.name}, not {wanted}; give folder and package the same name"
            raise Invalid(text, package=manifest.name)
    return staged.rename(room / manifest.name)


class Packages:
    """The packages in one folder (DATA/modules), which need not be there yet. `own_version` is the server's, `services`
    gives the modules there are and what they provide; without it what a package requires of others is not looked at.

    All of it blocks: from a running server call it in a thread. Whatever happens, a kill -9 included, a package is
    there as it was or as it was to become. Errors besides those of `open_package`: TimedOut when somebody else holds
    the lock for longer than `seconds`; Failed when the disk refuses.
    """

    def __init__(self, folder: Path, own_version: str, services: Callable[[], Collection[str]] | None = None) -> None:
        self.folder = folder
        self._services = services
        self.own_version = own_version
        self._kept = folder / ".kept"

    def install(self, source: Path, name: str | None = None, force: bool = False, seconds: float = 60.0) -> Installed:
        """Install a package that is not there yet. Raises Conflict if it is, and as `open_package`."""
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

    def upgrade(self, source: Path, name: str | None = None, force: bool = False, seconds: float = 60.0) -> Installed:
        """Replace a package by a higher version.

        Raises NotFound when it isn't installed, Conflict when the version isn't higher or, without `force`, its state's
        schema is lower and can't be reached; and as `open_package`.
        """
        return self._replace(source, name, force, Deadline(seconds, f"upgrading to {source}"), up=True)

    def downgrade(self, source: Path, name: str | None = None, force: bool = False, seconds: float = 60.0) -> Installed:
        """Replace a package by a lower version; what `kept` gives will do as a source.

        Raises NotFound when it isn't installed, Conflict when the version isn't lower or, without `force`, its state's
        schema is another that the installed version's reverse steps don't reach; and as `open_package`.
        """
        return self._replace(source, name, force, Deadline(seconds, f"downgrading to {source}"), up=False)

    def uninstall(self, name: str, seconds: float = 60.0) -> Path:
        """Take a package out; gives where it is kept. Raises NotFound, with the nearest name."""
        with self._work(Deadline(seconds, f"uninstalling {name}")) as staging:
            self._check_installed(name)
            version = self._version(self.folder / name) or UNKNOWN
            return self._keep(self.folder / name, f"{name}-{version}", staging)

    def kept(self, name: str) -> tuple[Path, ...]:
        """Where the replaced versions of a package are, the last one first."""
        if not self._kept.is_dir():
            return ()
        found = [path for path in self._kept.iterdir() if path.name.partition("-")[0] == name]
        return tuple(sorted(found, key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True))

    def mend(self, seconds: float = 60.0) -> None:
        """Clear away what a killed run left. Everything that changes something does this first; so does a start."""
        if self.folder.is_dir():
            with self._work(Deadline(seconds, f"mending {self.folder}")):
                pass

    def list(self) -> builtins.list[Installed]:
        """All installed packages by name, with what is wrong with them. It needs no lock and changes nothing."""
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
        """A package's copy in a folder of ours, and its manifest, for as long as we hold the lock."""
        with self._work(deadline) as staging:
            room = staging / "room"
            room.mkdir(mode=0o700)
            with open_package(source, name, force=force, staging=room, deadline=deadline) as folder:
                manifest = read_manifest(folder)
                check_needs(manifest, self.own_version, None if force else self._services)
                yield folder, manifest

    @contextlib.contextmanager
    def _work(self, deadline: Deadline) -> Iterator[Path]:
        """Hold the lock, with an empty staging folder; what others left is cleared away first, and it in the end."""
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
                except OSError as error:  # what was asked for is done, or failed with an error of its own
                    log.warning("%s can't be cleared away: %s; the next run will try again", staging, error)

    def _clear(self, staging: Path) -> None:
        """Remove a staging folder. A replaced version in it is kept, or put back if nothing took its place yet."""
        for folder in (staging / "swap").glob("*-*"):
            name, _, version = folder.name.partition("-")
            if self._version(folder) != version:
                continue  # it is the new one, which did not come to be swapped
            if os.path.lexists(self.folder / name):
                self._keep(folder, folder.name, staging)
            else:
                folder.rename(self.folder / name)
        shutil.rmtree(staging)

    def _keep(self, folder: Path, called: str, staging: Path) -> Path:
        """Move a version to those that are kept; what is too much then goes to `staging`, to be removed with it."""
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
        """An installed package as it is. Looked at again when it was replaced meanwhile."""
        folder = self.folder / name
        for _ in range(3):
            before = _inode(folder)
            manifest, problem = None, ""
            try:
                manifest = self._readable(folder)
                verify(folder, force=True)
            except FrameworkError as error:
                problem = str(error)
            if before == _inode(folder):
                break
        version = manifest.version if manifest else UNKNOWN
        return Installed(name=name, version=version, folder=folder, manifest=manifest, problem=problem)

    def _readable(self, folder: Path) -> PackageManifest:
        """The manifest of what is installed. Raises Invalid when it is no more what can be installed."""
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
    """What tells a folder from another one of its name; 0 when there is none."""
    try:
        return path.stat().st_ino
    except OSError:
        return 0
