"""Finds, lists, checksums, copies, unpacks and swaps a package's files. Nothing here imports or runs them (S3.9)."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import hashlib
import io
import os
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path
from time import monotonic, sleep
from typing import IO

from msgspec import Struct

from mud.core.errors import Failed, Invalid, NotFound, TimedOut

#: The file that describes a package; the checksum covers every file but this one.
MANIFEST = "module.toml"
#: Its signature, which covers that description.
SIGNATURE = "module.sig"
#: Limits of an unpacked package.
MAX_BYTES = 20_000_000
MAX_FILES = 2_000
MAX_NAME_LENGTH = 240  # bytes

SUFFIXES = (".whl", ".zip")
#: How many levels below a repository's folder packages are searched for.
DEPTH = 4

#: Seconds between two attempts to take a lock.
AGAIN = 0.02

#: MAJOR.MINOR.PATCH, with a suffix for a pre-release: 1.0.0-beta.1
VERSION = (
    r"^(?=.{1,64}\Z)(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})"
    r"(?:-((?:0|[1-9][0-9]{0,8}|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
    r"(?:\.(?:0|[1-9][0-9]{0,8}|[0-9]*[A-Za-z-][0-9A-Za-z-]*))*))?\Z"
)

#: The bound that the version of a Python distribution is compared with.
BOUND = r"(>=|==|<)\s*([0-9][0-9.]*)\s*"

#: Other compression methods are rare, and some take any amount of memory to unpack.
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
ENCRYPTED = 0x1
#: The exceptions that reading a damaged zip file raises.
BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, ValueError)
CHUNK = 1 << 16

#: Characters that look like others in print, or that `sha256sum` escapes in its list.
STRANGE = re.compile(r"[\x00-\x1f\x7f-\x9f\\\ud800-\udfff]")

AT_FDCWD = -100
RENAME_EXCHANGE = 2
#: The errors of a system or file system that can't swap two names.
CANT = (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP)


class Deadline:
    """The time, `seconds` from now, by which something must be done. `what` names it in errors ("installing x.whl")."""

    def __init__(self, seconds: float, what: str) -> None:
        self.seconds = seconds
        self.what = what
        self._end = monotonic() + seconds

    @property
    def passed(self) -> bool:
        """Whether the time is over."""
        return not monotonic() < self._end

    def check(self) -> None:
        """Raises TimedOut once the time is over."""
        if self.passed:
            text = f"{self.what} took longer than {self.seconds:g} s; nothing was changed"
            raise TimedOut(text, seconds=self.seconds)


@contextlib.contextmanager
def in_words(what: str) -> Iterator[None]:
    """Turn an OSError into Failed, with a message that begins with `what`."""
    try:
        yield
    except OSError as error:
        where = f" {os.fsdecode(error.filename)}:" if error.filename else ""
        text = f"{what}:{where} {error.strerror or error}; look at the file's rights and at the space on the disk"
        raise Failed(text, path=str(error.filename or "")) from error


def nearest(word: str, known: Iterable[str]) -> str:
    """The end of an error about an unknown name: the nearest known name, or all of them."""
    near = get_close_matches(word, list(known), 1)
    return f"did you mean {near[0]}?" if near else f"known are {', '.join(known) or 'none'}"


def left_out(name: str) -> bool:
    """Whether a file or folder of this name does not belong to a package: it is hidden or compiled code."""
    return name.startswith(".") or name == "__pycache__" or name.endswith(".pyc")


def files(folder: Path, deadline: Deadline) -> list[str]:
    """The sorted relative paths of a package's files, its manifest among them.

    Raises Invalid, naming the entry, for one that is neither a file nor a folder or whose name can't be listed.
    """
    found: list[str] = []
    waiting = [""]
    while waiting:
        inside = waiting.pop()
        with os.scandir(folder / inside) as entries:
            for entry in entries:
                deadline.check()
                name = inside + entry.name
                if left_out(entry.name):
                    continue
                if _is_folder(folder, name, entry):
                    waiting.append(f"{name}/")
                else:
                    found.append(name)
    return sorted(found)


def _is_folder(folder: Path, name: str, entry: os.DirEntry[str]) -> bool:
    """Whether an entry is a folder rather than a file. Raises Invalid if it is neither."""
    where = {"path": str(folder), "member": ascii(name)}
    if STRANGE.search(entry.name):
        raise Invalid(f"{folder}: {name!a}: a file's name can't hold such characters; rename it", **where)
    if entry.is_symlink():
        raise Invalid(f"{folder}: {name} is a symbolic link; put the file itself there", **where)
    if entry.is_dir(follow_symlinks=False):
        return True
    if not entry.is_file(follow_symlinks=False):
        raise Invalid(f"{folder}: {name} is neither a file nor a folder; remove it", **where)
    return False


def open_plain(path: Path) -> IO[bytes]:
    """Open a file for reading. Raises OSError for a symbolic link; never blocks on a pipe."""
    return open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NOFOLLOW | os.O_NONBLOCK))


def checksum(folder: Path, deadline: Deadline | None = None) -> str:
    """The checksum of a package: "sha256:HEX" over the names and bytes of all its files but the manifest.

    It is the checksum of what `sha256sum` prints for these files, sorted by name. Hidden files and compiled code don't
    count. Raises Invalid for symbolic links and the like, Failed if a file can't be read.
    """
    deadline = deadline or Deadline(60.0, f"summing {folder}")
    lines = hashlib.sha256()
    with in_words(f"{folder} can't be read"):
        for name in files(folder, deadline):
            if name in (MANIFEST, SIGNATURE):
                continue
            one = hashlib.sha256()
            with open_plain(folder / name) as file:
                while chunk := file.read(CHUNK):
                    deadline.check()
                    one.update(chunk)
            lines.update(f"{one.hexdigest()}  {name}\n".encode())
    return f"sha256:{lines.hexdigest()}"


class Version(Struct, frozen=True, order=True):
    """A comparable version. `final` is false for a pre-release; `suffix` orders the pre-releases of one version."""

    major: int
    minor: int
    patch: int
    final: bool = True
    suffix: tuple[tuple[bool, int, str], ...] = ()


def parse_version(text: str) -> Version:
    """Read MAJOR.MINOR.PATCH or MAJOR.MINOR.PATCH-SUFFIX, ordered as in Semantic Versioning. Raises Invalid."""
    found = re.match(VERSION, text)
    if found is None:
        raise Invalid(f"{text!r} is not a version; it has to be like 1.2.3 or 1.2.3-beta.1", version=text)
    parts = found[4].split(".") if found[4] else []
    suffix = tuple((False, int(part), "") if part.isdigit() else (True, 0, part) for part in parts)
    return Version(int(found[1]), int(found[2]), int(found[3]), not suffix, suffix)


def fits(has: str, sign: str, bound: str) -> bool:
    """Whether a version is >=, == or < a bound, compared by their numbers; a pre-release (1.0rc1) is lower than 1.0."""
    found = re.match(r"v?([0-9.]*[0-9])[._-]?(a|b|c|rc|dev|pre)?", has)
    if found is None:
        return False
    left, right = (_numbers(found[1]), found[2] is None), (_numbers(bound), True)
    return {">=": left >= right, "==": left == right, "<": left < right}[sign]


def _numbers(text: str) -> list[int]:
    """A version's numbers without trailing zeros: 1.2 and 1.2.0 are equal."""
    return [int(number) for number in re.sub(r"(\.0*)*\Z", "", text).split(".") if number]


class Measure:
    """Counts the files and bytes of a package and enforces its limits."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.files = 0
        self.bytes = 0

    def add(self, member: str, size: int, files: int = 0) -> None:
        """Count a member. Raises Invalid, naming it, once a limit is exceeded."""
        self.files += files
        self.bytes += size
        if self.files > MAX_FILES or self.bytes > MAX_BYTES:
            limit = f"a package has at most {MAX_FILES} files and {MAX_BYTES // 1_000_000} MB"
            text = f"{self.where}: {member} is too much: {limit}; leave out what isn't needed"
            raise Invalid(text, path=self.where, member=member)


def copy(source: Path, target: Path, deadline: Deadline, shown: str) -> None:
    """Copy a package's files durably into a new folder; files get mode 0600, folders 0700.

    Errors name the source as `shown`. Raises Invalid for what a package may not hold, TimedOut or OSError.
    """
    measure = Measure(shown)
    names = files(source, deadline)
    for name in names:
        measure.add(name, 0, 1)
    _make_folders(target, names)
    for name in names:
        with open_plain(source / name) as file:
            _pour(file, target / name, name, measure, deadline)
    for path in {target, *((target / name).parent for name in names)}:
        sync(path)


def _make_folders(target: Path, names: list[str]) -> None:
    """Make the folder, and every folder that its files need, with mode 0700."""
    target.mkdir(mode=0o700)
    ways = {str(parent) for name in names for parent in Path(name).parents} - {"."}
    for way in sorted(ways):  # sorted, so that a folder comes before its contents
        (target / way).mkdir(mode=0o700)


def _pour(source: IO[bytes], target: Path, name: str, measure: Measure, deadline: Deadline) -> None:
    """Copy `source` into a new file."""
    with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "wb") as file:
        while chunk := source.read(CHUNK):
            deadline.check()
            measure.add(name, len(chunk))
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())


def sync(path: Path) -> None:
    """Sync a folder, so that its entries survive a power cut."""
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def choose(source: Path, root: Path, name: str | None, deadline: Deadline) -> Path:
    """The folder of the wanted package: `root` itself or one below it. Errors name `source`.

    Raises NotFound if there is none, Invalid if there are several and `name` does not choose one.
    """
    found = [root] if (root / MANIFEST).is_file() else packages_in(root, deadline)
    if not found:
        raise NotFound(f"{source}: there is no package in it: no folder has a {MANIFEST}", path=str(source))
    names = sorted({called(path) for path in found})
    wanted = [path for path in found if name in (None, called(path)) or path == root]
    if not wanted:
        raise NotFound(f"{source}: it holds no package {name}; {nearest(name or '', names)}", path=str(source))
    if len(wanted) > 1:
        paths = ", ".join(str(path.relative_to(root)) for path in wanted)
        what = "say which by its name" if len(names) > 1 and name is None else "name the folder of one"
        raise Invalid(f"{source}: it holds {len(wanted)} packages ({paths}); {what}", path=str(source), packages=names)
    return wanted[0]


def called(folder: Path) -> str:
    """The name of the package that a folder should hold: NAME for both NAME and NAME-VERSION."""
    name, _, version = folder.name.partition("-")
    return name if re.match(VERSION, version) else folder.name


def packages_in(root: Path, deadline: Deadline) -> list[Path]:
    """All packages below a folder, sorted. Raises Invalid for one behind a symbolic link."""
    found: list[Path] = []
    waiting = [(root, 0)]
    while waiting:
        folder, depth = waiting.pop()
        with os.scandir(folder) as entries:
            inside = [Path(entry.path) for entry in entries if entry.is_dir() and not left_out(entry.name)]
        for path in inside:
            deadline.check()
            if (path / MANIFEST).is_file():
                if path.is_symlink():
                    raise Invalid(f"{path} is a symbolic link; give the folder that it leads to", path=str(path))
                found.append(path)
            elif depth + 1 < DEPTH and not path.is_symlink():
                waiting.append((path, depth + 1))
    return sorted(found)


def root_of(source: Path, unpacked: Path, deadline: Deadline) -> Path:
    """The folder of a source: a folder itself, or a new folder into which a wheel or zip file is unpacked.

    Raises NotFound if the source does not exist, Invalid if it is none of these, and what `unpack` raises.
    """
    root = Path(os.path.abspath(source))
    if root.is_dir():
        return root
    if not root.exists():
        raise NotFound(f"{source}: there is no such file or folder; check its path", path=str(source))
    if not root.is_file() or root.suffix.lower() not in SUFFIXES:
        raise Invalid(f"{source}: a package comes as a folder, a .whl or a .zip; this is none", path=str(source))
    unpack(root, unpacked, deadline)
    return unpacked


def unpack(archive: Path, target: Path, deadline: Deadline) -> None:
    """Unpack a wheel or zip file into a new folder. All names in it are checked before anything is written.

    Raises Invalid, naming the member, if the archive is damaged, too large or would write outside the folder;
    TimedOut; OSError.
    """
    with archive.open("rb") as file:
        held = file.read(2 * MAX_BYTES + 1)
    if len(held) > 2 * MAX_BYTES:
        raise Invalid(f"{archive}: it is too large: a package has at most {MAX_BYTES // 1_000_000} MB")
    name = "it"
    try:
        with zipfile.ZipFile(io.BytesIO(held)) as opened:
            members = _members(archive, opened, deadline)
            _make_folders(target, [member.filename for member in members])
            measure = Measure(str(archive))
            for member in members:
                name = member.filename
                with opened.open(member) as inside:
                    _pour(inside, target / name, name, measure, deadline)
    except BROKEN as error:
        text = f"{archive}: {name} is broken or no zip file: {error}; get it again"
        raise Invalid(text, path=str(archive), member=name) from error


def _members(archive: Path, opened: zipfile.ZipFile, deadline: Deadline) -> list[zipfile.ZipInfo]:
    """The files of an archive. Raises Invalid, naming the first member that is not allowed."""
    measure = Measure(str(archive))
    for member in opened.infolist():
        deadline.check()
        _refuse(archive, member, _suspicious(member))
        measure.add(member.filename, member.file_size, 1)
    members = [member for member in opened.infolist() if not member.is_dir()]
    plain, seen = {_key(member.filename) for member in members}, set[str]()
    for member in opened.infolist():
        key = _key(member.filename)
        _refuse(archive, member, "is in there twice" if key in seen else "")
        file = next((str(way) for way in Path(key).parents if str(way) in plain), "")
        _refuse(archive, member, f"can't lie in {file}, which is a file" if file else "")
        seen.add(key)
    return members


def _key(name: str) -> str:
    """A member's name for comparison: some file systems don't distinguish upper and lower case."""
    return name.removesuffix("/").lower()


def _refuse(archive: Path, member: zipfile.ZipInfo, why: str) -> None:
    if why:
        shown = re.sub(r"^'|'$", "", ascii(member.orig_filename)[:MAX_NAME_LENGTH])
        text = f"{archive}: {shown} {why}; have the archive made anew from the package's folder"
        raise Invalid(text, path=str(archive), member=member.orig_filename)


def _suspicious(member: zipfile.ZipInfo) -> str:
    """What is wrong with a member taken by itself; "" if nothing is."""
    name = member.orig_filename
    parts = name.removesuffix("/").split("/")
    kind = stat.S_IFMT(member.external_attr >> 16)
    if name.startswith("/"):
        return "has an absolute path"
    if "\\" in name:
        return "has a backslash in its name"
    if re.match(r"[A-Za-z]:", name):
        return "has a drive's letter"
    if ".." in parts:
        return "leads out of the folder (..)"
    if "" in parts or "." in parts or STRANGE.search(name) or len(name.encode()) > MAX_NAME_LENGTH:
        return "has a name that can't be used"
    if kind == stat.S_IFLNK:
        return "is a symbolic link"
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is neither a file nor a folder"
    if member.flag_bits & ENCRYPTED:
        return "is encrypted"
    return "" if member.compress_type in METHODS else "is packed by a method other than deflate"


def exchange(one: Path, other: Path) -> bool:
    """Swap two paths atomically; False if the system can't. Raises OSError."""
    swap = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if swap is None:
        return False
    if swap(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in CANT:
        return False
    raise OSError(code, os.strerror(code), str(other))


@contextlib.contextmanager
def locked(path: Path, deadline: Deadline) -> Iterator[None]:
    """Hold the lock on a file, creating it if needed. Raises TimedOut if others hold it until the deadline."""
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        while True:
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if deadline.passed:
                    text = f"{deadline.what}: another run has been at work for {deadline.seconds:g} s"
                    raise TimedOut(f"{text}; try again when it is done", seconds=deadline.seconds) from None
                sleep(AGAIN)
        yield
    finally:
        os.close(fd)


def put(new: Path, live: Path, aside: Path) -> None:
    """Move `live` to `aside` and `new` to `live`, atomically where the system can. Raises OSError."""
    new.rename(aside)
    if not exchange(aside, live):
        aside.rename(new)
        live.rename(aside)  # if we are killed here nothing is live, but the old folder lies aside
        new.rename(live)
