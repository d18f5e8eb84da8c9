"""What tests assert, read from their code: what can't fail, what is left open, what is missing."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

Function = ast.FunctionDef | ast.AsyncFunctionDef

#: Functions whose first texts are patterns of what is expected.
PATTERNS = {"expect", "search", "match", "fullmatch", "raises", "warns"}
#: What asserts by itself: pytest's, the clients' (each of them fails where the text does not come), the kit's.
ASSERTING = {"raises", "warns", "fail", "expect", "expect_end", "cycle"}
#: A branch that is not in brackets: what stands in brackets is part of one outcome.
_BRACKETS = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|\((?:\\.|[^()\\])*\)")


@functools.lru_cache(maxsize=1)
def nodes(source: str) -> list[ast.AST]:
    """All nodes of a source."""
    return list(ast.walk(ast.parse(source)))


def called(node: ast.AST) -> Iterator[tuple[str, bool]]:
    """The names that are called below a node, and whether they are methods."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call):
            if isinstance(call.func, ast.Attribute):
                yield call.func.attr, True
            elif isinstance(call.func, ast.Name):
                yield call.func.id, False


# Assertions that can't fail


def always_true(test: ast.expr) -> bool:
    """Whether the value of an expression is known before it runs, or holds its own answer."""
    match test:
        case ast.Constant() | ast.Lambda() | ast.JoinedStr():
            return True
        case ast.Tuple(elts=elements) | ast.List(elts=elements) | ast.Set(elts=elements):
            return bool(elements)
        case ast.Dict(keys=keys):
            return bool(keys)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return always_true(operand)
        case ast.BoolOp(op=ast.Or(), values=values):
            return any(always_true(value) for value in values)
        case ast.BoolOp(op=ast.And(), values=values):
            return any(always_true(value) for value in values)  # a part that says nothing
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return _compares_itself(left, op, right)
    return False


def _compares_itself(left: ast.expr, op: ast.cmpop, right: ast.expr) -> bool:
    if isinstance(left, ast.Constant) and isinstance(right, ast.Constant):
        return True
    if isinstance(op, ast.Eq) and _default_of(left) == ast.unparse(right):
        return True  # `found or WANTED` is WANTED where nothing was found
    if ast.unparse(left) == ast.unparse(right):
        return not any(called(left))  # two calls are two runs, which are compared
    return isinstance(op, ast.In) and isinstance(left, ast.Constant) and _adds(right, left.value)


def _adds(node: ast.expr, text: object) -> bool:
    """Whether a sum has a constant part that holds `text`."""
    if isinstance(node, ast.BinOp):
        return _adds(node.left, text) or _adds(node.right, text)
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and str(text) in node.value


def _default_of(node: ast.expr) -> str | None:
    """What an expression, or the last argument of its call, falls back to."""
    if isinstance(node, ast.Call) and node.args:
        node = node.args[-1]
    return ast.unparse(node.values[-1]) if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or) else None


def vain(source: str) -> Iterator[str]:
    """Where a source asserts what can't fail, or adds `or True` to what could."""
    for node in nodes(source):
        if isinstance(node, ast.Assert) and always_true(node.test):
            yield f"{node.lineno}: asserts what can't fail: {ast.unparse(node.test)}"
        elif isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or) and any(map(_is_true, node.values)):
            yield f"{node.lineno}: or True"


def _is_true(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is True


# Outcomes left open


def open_outcomes(source: str) -> Iterator[str]:
    """Where a source accepts one outcome or another and no comment, there or in the line above, says why."""
    lines = source.splitlines()
    for node in nodes(source):
        if isinstance(node, ast.Assert):
            found: Iterable[str] = _alternatives(node.test)
        elif isinstance(node, ast.Call):
            found = _branches(node)
        else:
            continue
        reasons = lines[max(0, node.lineno - 2) : node.end_lineno]
        if not any(re.search(r"# (?!type:|noqa|fmt:)", line) for line in reasons):
            yield from (f"{node.lineno}: one outcome or another, without a reason: {what}" for what in found)


def _alternatives(test: ast.expr) -> Iterator[str]:
    match test:
        case ast.BoolOp(op=ast.Or()):
            yield ast.unparse(test)
        case ast.BoolOp(values=values):
            for value in values:
                yield from _alternatives(value)
        case ast.Compare(ops=[ast.In()], comparators=[ast.Tuple(elts=several) | ast.Set(elts=several)]):
            if len(several) > 1 and not any(isinstance(each, ast.Starred) for each in several):
                yield ast.unparse(test)


def _branches(call: ast.Call) -> Iterator[str]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name not in PATTERNS:
        return
    for argument in [*call.args[:2], *(k.value for k in call.keywords if k.arg == "match")]:
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str) and branched(argument.value):
            yield argument.value


def branched(pattern: str) -> bool:
    """Whether a pattern is one thing or another as a whole."""
    while (shorter := _BRACKETS.sub("", pattern)) != pattern:
        pattern = shorter
    return "|" in pattern


# Tests that assert nothing


class Helpers:
    """The functions and methods of a set of files that assert, themselves or through others.

    A call of a method counts when every method of that name asserts: whose it is can't be read from the call.
    """

    def __init__(self, sources: dict[Path, str]) -> None:
        self._asserting: set[tuple[Path, str]] = set()  # functions
        self._calls: dict[tuple[Path, str], set[tuple[str, bool]]] = {}
        self._imports: dict[Path, dict[str, tuple[Path, str]]] = {}
        methods: dict[str, list[bool]] = {}
        for path, source in sources.items():
            tree = ast.parse(source)
            self._imports[path] = imported_names(tree)
            for node in tree.body:
                if isinstance(node, Function):
                    self._calls[path, node.name] = set(called(node))
                    if _asserts(node):
                        self._asserting.add((path, node.name))
                elif isinstance(node, ast.ClassDef):
                    for method in node.body:
                        if isinstance(method, Function):
                            methods.setdefault(method.name, []).append(_asserts(method))
        self._methods = {name for name, found in methods.items() if all(found)}
        while more := {function for function in self._calls.keys() - self._asserting if self._asserts_by(function)}:
            self._asserting |= more

    def _asserts_by(self, function: tuple[Path, str]) -> bool:
        """Whether a function asserts through what it calls."""
        path, _ = function
        return any(
            name in self._methods if method else self._imports[path].get(name, (path, name)) in self._asserting
            for name, method in self._calls[function]
        )

    def idle_tests(self) -> Iterator[str]:
        """The tests that assert nothing, by file and name."""
        for path, name in self._calls.keys() - self._asserting:
            if name.startswith("test_"):
                yield f"{path}::{name}"


def imported_names(tree: ast.Module) -> dict[str, tuple[Path, str]]:
    """Where the functions come from that a file imports by their names."""
    return {
        alias.asname or alias.name: (Path(node.module.replace(".", "/") + ".py"), alias.name)
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }


def _asserts(function: Function) -> bool:
    helper = not function.name.startswith("test_")
    for node in ast.walk(function):
        if isinstance(node, ast.Assert) and not (helper and _narrows(node.test)):
            return True
        if isinstance(node, ast.Raise) and node.exc is not None and "AssertionError" in ast.unparse(node.exc):
            return True
    return any(name in ASSERTING for name, _ in called(function))


def _narrows(test: ast.expr) -> bool:
    """Whether an assertion of a helper only tells mypy what is there."""
    match test:
        case ast.BoolOp(values=values):
            return all(_narrows(value) for value in values)
        case ast.Compare(ops=[ast.IsNot()], comparators=[ast.Constant(value=None)]):
            return True
        case ast.Call(func=ast.Name(id="isinstance")):
            return True
    return False


# Tests that skip themselves


def skips(source: str) -> Iterator[str]:
    """Where a source skips a test without `tests.tools.missing`, which fails it in CI."""
    for node in nodes(source):
        if isinstance(node, ast.Attribute) and ast.unparse(node) in (
            *("pytest.skip", "pytest.importorskip", "pytest.mark.skip", "pytest.mark.skipif", "pytest.mark.xfail"),
        ):
            yield f"{node.lineno}: {ast.unparse(node)}"
