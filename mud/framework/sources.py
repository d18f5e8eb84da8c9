"""Reads a module's source code, without running it, for imports and calls that it may not make (S2.6, S2.7).

In-process Python is no sandbox: this finds mistakes, not malice.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

from mud.framework import reach
from mud.sdk.bases import Permission

Severity = Literal["error", "warning"]
Category = Literal[
    "interface", "signatures", "security", "configuration", "performance", "api", "documentation", "running game"
]

#: The permission that an import or a name needs; None: no permission allows it.
GUARDED: dict[str, Permission | None] = {
    **dict.fromkeys(("socket", "ssl", "socketserver", "selectors", "telnetlib3", "smtplib", "ftplib"), "network"),
    **dict.fromkeys(("urllib.request", "http.client", "http", "xmlrpc", "aiohttp", "httpx", "requests"), "external"),
    **dict.fromkeys(("sqlite3", "aiosqlite", "dbm"), "database"),
    **dict.fromkeys(("os", "pathlib", "shutil", "tempfile", "io", "glob", "fileinput"), "files"),
    **dict.fromkeys(("subprocess", "multiprocessing", "signal", "ctypes", "threading", "sys", "importlib"), None),
    **dict.fromkeys(("pickle", "marshal", "shelve", "dill", "code", "runpy"), None),
    **dict.fromkeys(("concurrent.futures", "_thread", "builtins", "pty", "gc"), None),
    **dict.fromkeys(("asyncio.open_connection", "asyncio.start_server"), "network"),
    **dict.fromkeys(("asyncio.open_unix_connection", "asyncio.start_unix_server"), "network"),
    **dict.fromkeys(("asyncio.create_subprocess_exec", "asyncio.create_subprocess_shell", "asyncio.subprocess"), None),
}
FORBIDDEN_CALLS = frozenset({"eval", "exec", "compile", "__import__", "globals", "breakpoint", "input"})

#: Calls that block the whole game, and what to do instead.
BLOCKING = {
    "time.sleep": "stops the whole game: set a timer",
    "asyncio.run": "stops the whole game: use a Job, or an asynchronous method",
}
#: Functions that do nothing unless they are awaited.
WAITING = frozenset({"asyncio.sleep", "asyncio.wait", "asyncio.wait_for", "asyncio.gather"})

NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
#: The kinds of syntax nodes that the checks look at.
LOOKED_AT = (ast.Import, ast.ImportFrom, ast.Name, ast.Attribute, ast.Call, ast.Expr, ast.arg, *NAMED)


class Finding(Struct, frozen=True):
    """One violation or warning of the contract."""

    severity: Severity
    category: Category
    message: str


def check_source(path: Path, inside: Path, module: str, permissions: frozenset[str]) -> Iterator[Finding]:
    """The forbidden imports and calls in a module's file. `inside` is its path in the module's folder."""
    try:
        tree = ast.parse(path.read_text("utf-8"))
    except (SyntaxError, UnicodeDecodeError, OSError) as error:
        yield Finding("error", "interface", f"{inside}: {error}")
        return
    for line, text in reach.check(tree):
        yield Finding("error", "security", f"{inside}:{line}: {text}")
    if not ast.get_docstring(tree):
        yield Finding("warning", "documentation", f"{inside} has no docstring")
    nodes = [node for node in ast.walk(tree) if isinstance(node, LOOKED_AT)]
    names = _bound(nodes)
    imported: set[str] = set()
    for node in nodes:
        where = f"{inside}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Import | ast.ImportFrom):
            these = _imported(node)
            imported.update(these)
            for name in these:
                yield from _import(where, name, permissions)
            yield from _neighbours(where, node, these, module, len(inside.parts))
        elif isinstance(node, ast.Name):
            if not names.get(node.id):
                yield from _builtin(where, node.id, permissions)
        elif isinstance(node, ast.Call | ast.Expr):
            yield from _waiting(where, node, names)
    for node in nodes:
        if isinstance(node, ast.Attribute) and (used := _dotted(node, names)) and used not in imported:
            yield from _import(f"{inside}:{node.lineno}", used, permissions)


def _bound(nodes: list[Any]) -> dict[str, str]:
    """The meaning of names in a file: the dotted name that was imported, or "own" for one that the file defines."""
    names: dict[str, str] = {}
    for node in nodes:
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Store):
                names[node.id] = "own"
        elif isinstance(node, NAMED):
            names[node.name] = "own"
        elif isinstance(node, ast.arg):
            names[node.arg] = "own"
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.split(".")[0]
                names[alias.asname or first] = alias.name if alias.asname else first
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return names


def _dotted(node: ast.AST, names: dict[str, str]) -> str:
    """The full name of an imported thing: `time.sleep` for `t.sleep` after `import time as t`; "" if not imported."""
    if isinstance(node, ast.Name):
        return names.get(node.id, "")
    if isinstance(node, ast.Attribute):
        origin = _dotted(node.value, names)
        return f"{origin}.{node.attr}" if origin else ""
    return ""


def _builtin(where: str, name: str, permissions: frozenset[str]) -> Iterator[Finding]:
    if name in FORBIDDEN_CALLS:
        yield Finding("error", "security", f"{where}: {name} is not for modules")
    elif name == "open" and "files" not in permissions:
        yield Finding("error", "security", f'{where}: open needs permissions=("files",)')


def _waiting(where: str, node: ast.AST, names: dict[str, str]) -> Iterator[Finding]:
    if isinstance(node, ast.Call) and (name := _dotted(node.func, names)) in BLOCKING:
        yield Finding("error", "performance", f"{where}: {name} {BLOCKING[name]}")
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        name = _dotted(node.value.func, names)
        if name in WAITING:
            text = f"{where}: {name} is not awaited, so nothing happens: set a timer, or await it in a Job"
            yield Finding("error", "performance", text)


def _imported(node: ast.AST) -> list[str]:
    """The dotted names that a node imports, and every package that contains them."""
    names: list[str] = []
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
        names = [f"{node.module}.{alias.name}" for alias in node.names]
    parts = [name.split(".") for name in names]
    return sorted({".".join(p[:n]) for p in parts for n in range(1, len(p) + 1)})


def _neighbours(where: str, node: ast.AST, names: list[str], module: str, depth: int) -> Iterator[Finding]:
    """Imports of other modules: by their name, or by a relative import with more dots than its folders are deep."""
    others = {".".join(name.split(".")[:2]) for name in names if name.startswith("modules.")} - {f"modules.{module}"}
    if isinstance(node, ast.ImportFrom) and node.level > depth:
        others = {f"{'.' * node.level}{node.module or ''}"}
    for other in sorted(others):
        text = f"{where}: a module imports no other module ({other}): tell it by a signal, ask it by a request"
        yield Finding("error", "api", text)


def _import(where: str, name: str, permissions: frozenset[str]) -> Iterator[Finding]:
    if name.split(".")[0] == "mud" and not name.startswith(("mud.api", "mud.testing")) and name != "mud":
        yield Finding("error", "security", f"{where}: a module imports mud.api and nothing else of mud, not {name}")
    if name in GUARDED:
        permission = GUARDED[name]
        if permission is None:
            yield Finding("error", "security", f"{where}: {name} is not for modules")
        elif permission not in permissions:
            yield Finding("error", "security", f'{where}: {name} needs permissions=("{permission}",)')
