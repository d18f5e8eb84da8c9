"""A module's source code, read and not run: what it imports or calls and may not (S2.6, S2.7).

In-process Python is no sandbox: this finds mistakes, not malice.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from msgspec import Struct

from mud.core.module import Permission

Severity = Literal["error", "warning"]
Category = Literal["interface", "signatures", "security", "configuration", "performance", "api", "documentation"]

#: What must not be imported without a permission.
GUARDED: dict[str, Permission | None] = {
    **dict.fromkeys(("socket", "ssl", "socketserver", "selectors", "telnetlib3", "smtplib", "ftplib"), "network"),
    **dict.fromkeys(("urllib.request", "http.client", "http", "xmlrpc", "aiohttp", "httpx", "requests"), "external"),
    **dict.fromkeys(("sqlite3", "aiosqlite", "dbm"), "database"),
    **dict.fromkeys(("os", "pathlib", "shutil", "tempfile", "io", "glob", "fileinput"), "files"),
    **dict.fromkeys(("subprocess", "multiprocessing", "signal", "ctypes", "threading", "sys", "importlib"), None),
    **dict.fromkeys(("pickle", "marshal", "shelve", "dill", "code", "runpy"), None),
}
FORBIDDEN_CALLS = frozenset({"eval", "exec", "compile", "__import__", "globals", "breakpoint", "input"})


class Finding(Struct, frozen=True):
    """One thing that is not as it should be."""

    severity: Severity
    category: Category
    message: str


def check_source(path: Path, permissions: frozenset[str]) -> Iterator[Finding]:
    """What a file of a module's imports or calls and may not."""
    try:
        tree = ast.parse(path.read_text("utf-8"))
    except (SyntaxError, UnicodeDecodeError, OSError) as error:
        yield Finding("error", "interface", f"{path.name}: {error}")
        return
    if not ast.get_docstring(tree):
        yield Finding("warning", "documentation", f"{path.name} has no docstring")
    for node in ast.walk(tree):
        for name in _imported(node):
            yield from _import(path, getattr(node, "lineno", 0), name, permissions)
        if isinstance(node, ast.Name) and node.id in FORBIDDEN_CALLS:
            yield Finding("error", "security", f"{path.name}:{node.lineno}: {node.id} is not for modules")
        if isinstance(node, ast.Name) and node.id == "open" and "files" not in permissions:
            yield Finding("error", "security", f'{path.name}:{node.lineno}: open needs permissions=("files",)')
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "time.sleep":
            yield Finding(
                "error", "performance", f"{path.name}:{node.lineno}: time.sleep stops the whole game: set a timer"
            )


def _imported(node: ast.AST) -> list[str]:
    """The dotted names that a node imports, and every package on the way to them."""
    names: list[str] = []
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
        names = [f"{node.module}.{alias.name}" for alias in node.names]
    parts = [name.split(".") for name in names]
    return sorted({".".join(p[:n]) for p in parts for n in range(1, len(p) + 1)})


def _import(path: Path, line: int, name: str, permissions: frozenset[str]) -> Iterator[Finding]:
    where = f"{path.name}:{line}"
    if name.split(".")[0] == "mud" and not name.startswith(("mud.api", "mud.testing")) and name != "mud":
        yield Finding("error", "security", f"{where}: a module imports mud.api and nothing else of mud, not {name}")
    if name in GUARDED:
        permission = GUARDED[name]
        if permission is None:
            yield Finding("error", "security", f"{where}: {name} is not for modules")
        elif permission not in permissions:
            yield Finding("error", "security", f'{where}: {name} needs permissions=("{permission}",)')
