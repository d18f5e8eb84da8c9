"""Imports point one way (docs/architecture.md). This reads the code; it runs none of it."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

CORE = {"mud.core", "mud.core.text", "mud.core.world"}
#: What the game is made of where it runs, without its network.
GAME = {*CORE, "mud.game", "mud.areas", "mud.framework", "mud.play", "mud.snapshot", "mud.store"}

#: What says where code lies, and what one program tells the next: everything at a start needs it.
PLACES = {"mud.copyover.environment", "mud.copyover.locations"}

#: Package of ours, or a file that has a place of its own: what of ours it may import besides itself.
ALLOWED: dict[str, set[str]] = {
    "mud": set(),
    "mud.threads": set(),
    "mud.core": {"mud.core.text", "mud.core.world"},
    "mud.core.text": set(),
    "mud.core.world": {"mud.core", "mud.core.text"},
    "mud.sdk": CORE,
    "mud.api": {*CORE, "mud.sdk"},
    "mud.play": {*CORE, "mud.play.staff", "mud.play.olc"},
    "mud.play.staff": {*CORE, "mud.play", "mud.play.olc"},
    "mud.play.olc": {*CORE, "mud.play", "mud.play.staff"},
    "mud.game": {*CORE, "mud.play", "mud.play.staff"},
    "mud.net": {"mud.core", "mud.core.text"},
    "mud.areas": CORE,
    "mud.areas.circle": {"mud.core.text", "mud.core.world", "mud.areas"},
    "mud.store": {"mud.core", "mud.core.world", "mud.threads"},
    "mud.snapshot": {"mud.core", "mud.core.world"},
    "mud.framework": {*CORE, "mud.framework.workers.controller", "mud.sdk", "mud.snapshot"},
    "mud.framework.workers.controller": {"mud.core"},
    "mud.framework.workers": {"mud.core", "mud.framework", "mud.framework.workers.controller"},
    "mud.framework.packages": {"mud.core", "mud.framework.workers", "mud.snapshot"},
    "mud.testing": {*GAME, "mud.sdk"},
    "mud.config": {"mud.core", "mud.copyover.locations", "mud.framework", "mud.net", "mud.snapshot"},
    "mud.copyover.environment": set(),
    "mud.copyover.locations": {"mud.core", "mud.copyover.environment"},
    "mud.copyover": {*GAME, *PLACES, "mud.config", "mud.copyover.rehearsal.report", "mud.net", "mud.play.staff"},
    "mud.copyover.carriers": {"mud.copyover", "mud.copyover.environment", "mud.core"},
    "mud.copyover.rehearsal.report": set(),
    "mud.copyover.rehearsal": {
        *(*PLACES, "mud", "mud.areas", "mud.config", "mud.copyover", "mud.copyover.rehearsal.report", "mud.core"),
        *("mud.core.world", "mud.framework", "mud.framework.workers", "mud.game", "mud.snapshot", "mud.store"),
    },
    "mud.control": {
        *("mud.copyover", "mud.core", "mud.core.world", "mud.framework", "mud.framework.workers"),
        *("mud.framework.workers.controller", "mud.play", "mud.play.staff", "mud.snapshot", "mud.store"),
    },
    "mud.dev": {
        *("mud.config", "mud.copyover", "mud.copyover.locations", "mud.core", "mud.framework"),
        *("mud.framework.workers.controller", "mud.net", "mud.store", "mud.threads"),
    },
    "mud.server": {
        *(*GAME, "mud.config", "mud.copyover", "mud.copyover.locations", "mud.copyover.rehearsal"),
        *("mud.framework.workers", "mud.net", "mud.play.staff", "mud.threads"),
    },
    "mud.cli": {
        *(*CORE, *PLACES, "mud.areas", "mud.areas.circle", "mud.config", "mud.control", "mud.copyover"),
        *("mud.copyover.rehearsal", "mud.framework", "mud.framework.packages", "mud.framework.workers"),
        *("mud.play", "mud.play.staff", "mud.server", "mud.snapshot", "mud.store"),
    },
    "modules": {"mud.api"},
    "run": {"mud.cli"},
}

#: Rows that import each other in a circle, and why they may. One that is none any more is an error too.
CIRCLES: dict[tuple[str, ...], str] = {
    ("mud.core", "mud.core.world"): "one layer in two folders: events and the journal name what is in the world",
    ("mud.play", "mud.play.olc", "mud.play.staff"): (
        "one layer in three folders: the tables of commands and dialogs name all of them, and all look and walk "
        "by the same functions"
    ),
}

#: The composition root: the files that may import all of ours, and that nobody but each other and mud.cli imports.
ROOTS = {"mud.server.server", "mud.server.main", "mud.server.adopt"}

#: So many lines it has at the most.
MAX_ROOT_LINES = 600

#: (package, what it imports): why. An exception that nothing needs any more is an error too.
EXCEPTIONS: dict[tuple[str, str], str] = {
    ("mud.framework", "mud.store"): "the contract tries a module's tables by the rules that the flush has",
    ("mud.play.olc", "mud.areas"): "builders type the vocabulary of area files (names.py), which is plain data",
}

#: What the core may use of the standard library: no clock, no I/O, no concurrency, no chance of its own.
PURE = frozenset(
    """__future__ abc base64 binascii bisect collections contextlib copy dataclasses decimal difflib enum fractions
    functools graphlib hashlib heapq ipaddress itertools keyword logging math numbers operator re string struct textwrap
    types typing unicodedata zlib""".split()
)

#: A source of chance is passed in, so the core may name its type. To read where an error comes from changes nothing.
PURE_NAMES = {
    *("random.Random", "sys._getframe", "sysconfig.get_path", "traceback.walk_tb", "pathlib.PurePath"),
    *("inspect.iscoroutinefunction", "inspect.signature"),
}


def package(module: str) -> str:
    """The package of ours that a module belongs to: `mud.core.world.area` is in `mud.core`."""
    return ".".join(module.split(".")[:2])


def row(module: str) -> str:
    """Whose row of ALLOWED a module goes by: `mud.core.world.area` by that of `mud.core.world`."""
    name = module.removesuffix(".__init__")
    while name not in ALLOWED and name.count(".") > 1:
        name = name.rpartition(".")[0]
    return name


def kind(package: str) -> str:
    """The row of ALLOWED for a package: all gameplay modules share one."""
    return "modules" if package.startswith("modules") else package


def absolute(node: ast.ImportFrom, module: str) -> str:
    """What a `from` names; `module` is a package where its source is an `__init__.py` (ends in `.__init__`)."""
    if not node.level:
        return node.module or ""
    base = module.split(".")[: -node.level]
    return ".".join([*base, node.module] if node.module else base)


@cache
def imports(module: str, source: str) -> tuple[str, ...]:
    """The dotted names that a source imports, inside of functions too; `from a import b` is `a.b`."""
    found: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            origin = absolute(node, module)
            found += [f"{origin}.{alias.name}" for alias in node.names]
    return tuple(found)


def depends(code: dict[str, str]) -> dict[str, set[str]]:
    """Which files import which, whatever for: in a function and for a type checker it is an import all the same."""
    files = {module.removesuffix(".__init__"): module for module in code}

    def file(name: str) -> str:
        while name and name not in files:
            name = name.rpartition(".")[0]
        return files.get(name, "")

    return {module: {file(name) for name in imports(module, code[module])} - {module, ""} for module in code}


def needs(code: dict[str, str]) -> dict[str, set[str]]:
    """Which rows of ALLOWED import which: what the composition root imports is nobody's need."""
    found: dict[str, set[str]] = {kind(row(module)): set() for module in code}
    for module, source in code.items():
        own = kind(row(module))
        if module not in ROOTS:
            names = [name for name in imports(module, source) if is_ours(name) and name != "mud.__version__"]
            found[own] |= {kind(row(name)) for name in names} - {own}
    return found


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """The groups of files each of which leads to all others of its group (Tarjan's strongly connected components)."""
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    path: list[str] = []
    found: list[list[str]] = []

    def visit(file: str) -> None:
        order[file] = lowest[file] = len(order)
        path.append(file)
        for other in graph[file]:
            if other not in order:
                visit(other)
            if other in path:
                lowest[file] = min(lowest[file], lowest[other])
        if lowest[file] == order[file]:
            at = path.index(file)
            found.append(sorted(path[at:]))
            del path[at:]

    for file in graph:
        if file not in order:
            visit(file)
    return [group for group in found if len(group) > 1]


def is_ours(name: str) -> bool:
    return name.split(".")[0] in ("mud", "modules", "run")


def impure(name: str) -> bool:
    """Whether the core may not import this from outside."""
    return name.split(".")[0] not in PURE | {"msgspec"} and name not in PURE_NAMES


def may(module: str, name: str) -> bool:
    """Whether a module may import a name."""
    own, other = row(module), row(name)
    if not is_ours(name):
        return package(module) != "mud.core" or not impure(name)
    if module in ROOTS or name == "mud.__version__":
        return True
    if any(name == root or name.startswith(f"{root}.") for root in ROOTS):
        return own == "mud.cli"
    return other == own or other in ALLOWED.get(kind(own), ())


def wrong(module: str, source: str, used: set[tuple[str, str]]) -> list[str]:
    """What a module imports and may not. Exceptions that were needed are added to `used`."""
    found = []
    for name in imports(module, source):
        if may(module, name):
            continue
        exception = (row(module), row(name))
        if exception in EXCEPTIONS:
            used.add(exception)
        else:
            found.append(f"{module} imports {name}")
    return found


def third_party(module: str, source: str) -> set[str]:
    """The packages of others that a module imports, but for msgspec, which is everybody's."""
    outside = {name.split(".")[0] for name in imports(module, source) if not is_ours(name)}
    return outside - sys.stdlib_module_names - {"msgspec"}


def homes(code: dict[str, str]) -> dict[str, set[str]]:
    """Package of others: the packages of ours that import it."""
    found: dict[str, set[str]] = {}
    for module, source in code.items():
        for name in third_party(module, source):
            found.setdefault(name, set()).add(package(module))
    return found


def astray(found: dict[str, set[str]]) -> list[str]:
    """Packages of others that more than one of ours imports, or a gameplay module does."""
    return [
        f"{name} is imported in {', '.join(sorted(where))}"
        for name, where in found.items()
        if len(where) > 1 or any(kind(own) == "modules" for own in where)
    ]


@cache
def code() -> dict[str, str]:
    """Module name: its source, for run.py and all of mud/ and modules/ but the modules' tests."""
    paths = [ROOT / "run.py", *(ROOT / "mud").rglob("*.py"), *(ROOT / "modules").rglob("*.py")]
    relative = [path.relative_to(ROOT) for path in paths]
    return {
        ".".join(p.with_suffix("").parts): (ROOT / p).read_text("utf-8") for p in relative if "tests" not in p.parts
    }


def test_imports_point_one_way() -> None:
    used: set[tuple[str, str]] = set()
    found = [line for module, source in code().items() for line in wrong(module, source, used)]
    assert not found, "\n".join(found)
    assert used == set(EXCEPTIONS), f"exceptions that nothing needs: {set(EXCEPTIONS) - used}"
    assert all(EXCEPTIONS.values())


def test_every_row_allows_only_what_somebody_needs() -> None:
    needed = needs(code())
    stale = {own: allowed - needed.get(own, set()) for own, allowed in ALLOWED.items()}
    assert not any(stale.values()), {own: others for own, others in stale.items() if others}


def test_no_files_import_each_other_in_a_circle() -> None:
    assert circles(depends(code())) == []


def test_no_packages_import_each_other_in_a_circle_but_those_with_a_reason() -> None:
    assert {tuple(group) for group in circles(needs(code()))} == set(CIRCLES)
    assert all(CIRCLES.values())


def test_every_package_of_ours_has_its_row() -> None:
    rows = {kind(row(module)) for module in code()}
    assert rows == set(ALLOWED)


def test_the_composition_root_is_small() -> None:
    """What may import everything can hide everything."""
    lines = sum(code()[root].count("\n") for root in ROOTS)
    assert lines <= MAX_ROOT_LINES, f"{lines} lines: move what is not wiring to where it belongs"


def test_each_third_party_package_is_imported_in_one_package_of_ours() -> None:
    found = homes(code())
    assert astray(found) == []
    assert found["telnetlib3"] == {"mud.net"} and found["aiosqlite"] == {"mud.store"}


def test_what_is_imported_is_declared() -> None:
    """`make run` installs only what pyproject.toml lists, so what works here by way of a dev tool would fail there.

    Nothing that `make run` runs imports the pytest plugin in mud.testing.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    declared = {re.split(r"[^\w.-]", requirement, maxsplit=1)[0] for requirement in project["dependencies"]}
    known = packages_distributions()
    undeclared = {name: where for name, where in homes(code()).items() if not declared & set(known.get(name, ()))}
    assert undeclared == {"pytest": {"mud.testing"}}


ALLOWED_SNIPPETS = [
    ("mud.core.x", "import msgspec, heapq\nfrom collections.abc import Callable\nfrom mud.core import model"),
    ("mud.core.x", "import logging\nfrom random import Random"),
    ("mud.net.x", "import asyncio, telnetlib3\nfrom mud.core.errors import Rejected\nfrom . import wire"),
    ("mud.net.__init__", "from . import wire\nfrom .wire import Wire"),
    ("mud.game", "from mud.play import login\nfrom mud import __version__"),
    ("mud.server.server", "from mud.net import x\nfrom mud.store import y\nimport mud.dev.reloader"),
    ("mud.server.main", "from mud.server.server import Server"),
    ("mud.core.x", "from mud.core.world.area import AreaDef"),
    ("mud.config", "from mud.copyover.locations import here"),
    ("mud.server.jobs", "from mud.server import passwords"),
    ("mud.cli.x", "from mud.server.main import serve"),
    ("modules.auction.x", "from modules.auction.bid import x\nfrom mud.api import Module\nfrom . import bid"),
    ("modules.auction.__init__", "from mud.api import Module\nfrom .bid import x"),
    ("run", "import sys\nfrom mud.cli.main import main"),
]

FORBIDDEN_SNIPPETS = [
    ("mud.core.x", "import asyncio"),
    ("mud.core.x", "from time import monotonic"),
    ("mud.core.x", "import os.path"),
    ("mud.core.x", "from random import random"),
    ("mud.core.x", "import random"),
    ("mud.core.x", "import telnetlib3"),
    ("mud.core.x", "from mud.net.render import render"),
    ("mud.core.__init__", "from ..play import login"),
    ("mud.play.x", "def f():\n    from mud.store import store"),
    ("mud.play.x", "from mud.game import Game"),
    ("mud.net.x", "from mud import store"),
    ("mud.net.x", "from ..store import store"),
    ("mud.net.x", "from .. import store"),
    ("mud.net.x", "import mud"),
    ("mud.net.x", "import modules.auction"),
    ("mud.store.x", "if TYPE_CHECKING:\n    from mud.server import Server"),
    ("mud.server.x", "if TYPE_CHECKING:\n    from mud.server.server import Server"),
    ("mud.control.x", "from mud.server.server import Server"),
    ("mud.server.x", "from mud.dev.reloader import Reloader"),
    ("mud.core.text.x", "from mud.core.world.model import Item"),
    ("mud.areas.load", "from mud.areas.circle import import_world"),
    ("mud.config", "from mud.copyover.target import Target"),
    ("mud.framework.packages.x", "from mud.framework.loader import Loader"),
    ("mud.unheard_of", "from mud.core import model"),
    ("modules.auction.x", "from mud.core import model"),
    ("modules.auction.__init__", "from mud import core"),
    ("modules.auction.x", "from modules.trading import x"),
    ("modules.auction.x", "from modules import trading"),
    ("modules.auction.x", "from ..trading import x"),
    ("run", "from mud.server import serve"),
]


@pytest.mark.parametrize(("module", "source"), ALLOWED_SNIPPETS)
def test_the_rule_lets_pass(module: str, source: str) -> None:
    assert wrong(module, source, set()) == []


@pytest.mark.parametrize(("module", "source"), FORBIDDEN_SNIPPETS)
def test_the_rule_finds(module: str, source: str) -> None:
    assert len(wrong(module, source, set())) == 1


def test_an_exception_is_noted_as_used() -> None:
    used: set[tuple[str, str]] = set()
    assert wrong("mud.play.olc.x", "from mud.areas.names import SLOTS", used) == []
    assert used == {("mud.play.olc", "mud.areas")}


def test_third_party_packages_that_went_astray_are_found() -> None:
    assert third_party("mud.net.x", "import os, telnetlib3.stream_writer, msgspec\nfrom . import y") == {"telnetlib3"}
    assert (
        astray(homes({"mud.net.x": "import colorama", "mud.net.y": "import colorama", "mud.cli.z": "import os"})) == []
    )
    assert len(astray(homes({"mud.net.x": "import colorama", "mud.cli.x": "from colorama import Fore"}))) == 1
    assert len(astray(homes({"modules.auction.x": "import colorama"}))) == 1


def test_a_circle_is_found_wherever_its_imports_stand() -> None:
    planted = {
        "mud.a.x": "from mud.a import y",
        "mud.a.y": "if TYPE_CHECKING:\n    from mud.b.z import Z",
        "mud.b.z": "def f():\n    from mud.a.x import g\nimport mud.b.leaf",
        "mud.b.leaf": "import os",
        "mud.b.__init__": "from . import leaf",
        "mud.c.one": "from .two import Two",
        "mud.c.two": "import mud.c.one",
        "mud.a.user": "from mud.a.x import g\nfrom mud.b import nothing",
    }
    assert sorted(circles(depends(planted))) == [["mud.a.x", "mud.a.y", "mud.b.z"], ["mud.c.one", "mud.c.two"]]


def test_what_two_files_lead_to_is_no_circle() -> None:
    graph = depends({"mud.a": "import mud.b, mud.c", "mud.b": "import mud.d", "mud.c": "import mud.d", "mud.d": ""})
    assert graph["mud.a"] == {"mud.b", "mud.c"}
    assert circles(graph) == []
