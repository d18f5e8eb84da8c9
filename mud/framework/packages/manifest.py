"""A package's manifest, `module.toml`: reads and validates it."""

from __future__ import annotations

import keyword
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from mud.core.errors import Invalid, NotFound
from mud.framework.packages import archive
from mud.framework.packages.archive import BOUND, MANIFEST, VERSION, nearest

NAME = r"[a-z][a-z0-9_]{0,31}"
REQUIREMENT = rf"^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:{BOUND}(?:,\s*{BOUND})*)?\Z"
#: The size limit of a manifest, which is about a page of text.
MANIFEST_BYTES = 65_536

Line = Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f-\x9f]*\Z", max_length=500)]
VersionText = Annotated[str, Meta(pattern=VERSION)]
Schema = Annotated[int, Meta(ge=1, lt=1 << 31)]
#: For error messages: what each pattern asks for, in words.
WORDS = {
    "name": "it has to be a small letter, then up to 31 small letters, digits or _",
    "version": "it has to be like 1.2.3 or 1.2.3-beta.1",
    "everwake": "it has to be like 1.2.3",
    "requires": 'it has to be a module\'s name, as in bank or bank>=1.2, with a "?" behind it if it may be missing',
    "dependencies": "it has to be like name, name>=1.2 or name>=1.2,<2 (>=, == and < are known)",
    "checksum": 'it has to be "sha256:" and 64 hexadecimal digits',
}


class PackageManifest(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """The content of `module.toml`.

    `entry` is where its Module is defined ("NAME:MODULE" by default). `requires` names other modules, with a "?" after
    those that may be missing; `dependencies` names Python distributions. `everwake` is the lowest server version that
    it runs with. `state` is the version of its state's schema, `reverse` the lowest one that its reverse steps reach.
    """

    name: Annotated[str, Meta(pattern=rf"^{NAME}\Z")]
    version: VersionText
    description: Line = ""
    author: Line = ""
    entry: str = ""
    requires: tuple[Annotated[str, Meta(pattern=rf"^{NAME}(>=\d+\.\d+)?\??\Z")], ...] = ()
    dependencies: tuple[Annotated[str, Meta(pattern=REQUIREMENT, max_length=200)], ...] = ()
    types: tuple[str, ...] = ("module",)
    everwake: VersionText | None = None
    state: Schema = 1
    reverse: Schema | None = None
    checksum: Annotated[str, Meta(pattern=r"^(sha256:[0-9a-fA-F]{64})?\Z")] = ""

    def __post_init__(self) -> None:
        if keyword.iskeyword(self.name):
            raise ValueError(f"name: {self.name!r} is a word of Python's; choose another")
        if not self.entry:
            msgspec.structs.force_setattr(self, "entry", f"{self.name}:MODULE")
        if not re.match(rf"{self.name}(\.[A-Za-z_][A-Za-z0-9_]*)?:[A-Za-z_][A-Za-z0-9_]*\Z", self.entry):
            raise ValueError(f"entry: {self.entry!r} can't be used; it has to be like {self.name}:MODULE")
        if not self.types or not {"module", "process"}.issuperset(self.types):
            raise ValueError('types: it has to hold "module", "process" or both')
        names = [re.split("[>?]", other)[0] for other in self.requires]
        if self.name in names or len(set(names)) < len(names):
            raise ValueError("requires: it names the package itself, or a module twice; remove that")
        if self.reverse is not None and self.reverse > self.state:
            raise ValueError(f"reverse: steps back can't lead to {self.reverse}, above state {self.state}")

    @property
    def needed(self) -> list[str]:
        """The names of what it requires and can't do without."""
        return [other.partition(">")[0] for other in self.requires if not other.endswith("?")]


def read_manifest(folder: Path, shown: str = "") -> PackageManifest:
    """Read a package's manifest. Errors name the folder as `shown`.

    Raises NotFound if there is none; Invalid, naming the file, the key and what was expected, and for an unknown key
    the nearest known one.
    """
    path = f"{shown or folder}/{MANIFEST}"
    try:
        with archive.open_plain(folder / MANIFEST) as file:
            text = file.read(MANIFEST_BYTES + 1)
        if len(text) > MANIFEST_BYTES:
            raise Invalid(f"{path}: it is longer than {MANIFEST_BYTES} bytes; shorten it", path=path)
        raw = tomllib.loads(text.decode("utf-8"))
    except FileNotFoundError:
        raise NotFound(f"{path}: there is no such file, so this is no package", path=path) from None
    except OSError as error:
        raise Invalid(f"{path}: it can't be read: {error.strerror}", path=path) from error
    except (ValueError, RecursionError) as error:  # ValueError: bad TOML, or a number of 5000 digits
        raise Invalid(f"{path}: it is not TOML: {error}", path=path) from error
    known = PackageManifest.__struct_fields__
    for key in raw:
        if key not in known:
            raise Invalid(f"{path}: unknown key {key!r}; {nearest(key, known)}", path=path, key=key)
    try:
        return msgspec.convert(raw, PackageManifest)
    except msgspec.ValidationError as error:
        raise _explained(path, raw, str(error)) from None


def _explained(path: str, raw: dict[str, Any], text: str) -> Invalid:
    """The error for a bad value, from msgspec's message `what - at $.key[1]`."""
    what, _, where = text.replace("`", "").partition(" - at ")
    found = re.search(r"\$\.(\w+)(\S*)$", where)
    if found is None:
        return Invalid(f"{path}: {what.replace('Object missing required field', 'missing key')}", path=path)
    key, place = found.groups()
    if "regex" in what:
        what = f"{raw[key]!r} can't be used: {WORDS.get(key, 'it has to be one line of text')}"
    return Invalid(f"{path}: {key}{place}: {what}", path=path, key=key)
