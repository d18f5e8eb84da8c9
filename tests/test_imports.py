"""Imports point one way (docs/architecture.md). This reads the code; it runs none of it."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent

#: Package of ours: the packages of ours it may import besides itself. The composition root may import all.
ALLOWED: dict[str, set[str]] = {
    "mud.core": set(),
    "mud.api": {"mud.core"},
    "mud.play": {"mud.core"},
    "mud.game": {"mud.core", "mud.play"},
    "mud.net": {"mud.core"},
    "mud.areas": {"mud.core"},
    "mud.store": {"mud.core"},
    "mud.snapshot": {"mud.core"},
    "mud.framework": {"mud.core", "mud.snapshot"},
    "mud.copyover": {"mud.core", "mud.snapshot"},
    "modules": {"mud.api"},
}
ROOTS = {"mud.server", "mud.serving", "mud.handing", "mud.ops"}

#: (package, what it imports): why. An exception that nothing needs any more is an error too.
EXCEPTIONS: dict[tuple[str, str], str] = {
    ("mud.copyover", "mud.net"): "a hand-over is typed: it holds the wires and budgets of connections, as data",
}

#: The core has no clock, no I/O, no concurrency of its own.
IMPURE = {
    "asyncio",
    "socket",
    "os",
    "pathlib",
    "time",
    "datetime",
    "sqlite3",
    "subprocess",
    "threading",
    "select",
    "io",
}


def package(module: str) -> str:
    """The package of ours that a module belongs to: `mud.core.area` is in `mud.core`."""
    parts = module.split(".")
    return "modules" if parts[0] == "modules" else ".".join(parts[:2])


def imports(source: str) -> set[str]:
    """All modules that a source imports, also inside of functions."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names if node.module in ("mud", "modules")}
    return found


def wrong(module: str, source: str, used: set[tuple[str, str]]) -> list[str]:
    """What a module imports and may not. Exceptions that were needed are added to `used`."""
    own = package(module)
    found = []
    for name in sorted(imports(source)):
        top = name.split(".")[0]
        if top in ("mud", "modules"):
            other = package(name)
            if other in ("mud", own) and not (own == "modules" and name.split(".")[:2] != module.split(".")[:2]):
                continue
            if own in ROOTS or other in ALLOWED.get(own, set()) or name == "mud.__version__":
                continue
            if (own, other) in EXCEPTIONS:
                used.add((own, other))
                continue
            found.append(f"{module} imports {name}")
        elif own == "mud.core" and top in IMPURE:
            found.append(f"{module} imports {name}: the core is pure")
    return found


def third_party(module: str, source: str) -> set[tuple[str, str]]:
    """(third-party package, package of ours) for each that a module imports."""
    tops = {name.split(".")[0] for name in imports(source)}
    ours = {"mud", "modules", "msgspec", "__future__"}
    return {(top, package(module)) for top in tops if top not in sys.stdlib_module_names and top not in ours}


def sources() -> dict[str, str]:
    """Module name: its source, for all of mud/ and modules/."""
    paths = [p for folder in ("mud", "modules") for p in (ROOT / folder).rglob("*.py") if "tests" not in p.parts]
    return {
        ".".join(p.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): p.read_text("utf-8")
        for p in paths
    }


def test_imports_point_one_way() -> None:
    used: set[tuple[str, str]] = set()
    found = [line for module, source in sources().items() for line in wrong(module, source, used)]
    assert not found, "\n".join(found)
    assert used == set(EXCEPTIONS), f"exceptions that nothing needs: {set(EXCEPTIONS) - used}"


def test_each_third_party_package_is_imported_in_one_package_of_ours() -> None:
    pairs = {pair for module, source in sources().items() for pair in third_party(module, source)}
    homes: dict[str, set[str]] = {}
    for top, own in pairs:
        homes.setdefault(top, set()).add(own)
    assert {top: own for top, own in homes.items() if len(own) > 1} == {}
    assert "telnetlib3" in homes and "aiosqlite" in homes


def test_the_rules_find_what_they_forbid() -> None:
    assert wrong("mud.core.x", "import asyncio", set())
    assert wrong("mud.core.x", "from mud.net.render import render", set())
    assert wrong("mud.play.x", "def f():\n    from mud.store import store", set())
    assert wrong("mud.net.x", "from mud import store", set())
    assert wrong("modules.auction.x", "from mud.core import model", set())
    assert wrong("modules.auction.x", "from modules.trading import x", set())
    assert not wrong("modules.auction.x", "from modules.auction.bid import x\nfrom mud.api import Module", set())
    assert not wrong("mud.server", "from mud.net import x", set())
    assert third_party("mud.net.x", "import os, telnetlib3.stream_writer, msgspec") == {("telnetlib3", "mud.net")}
