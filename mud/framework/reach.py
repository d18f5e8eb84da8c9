"""Checks how far a module's code reaches: what it uses of its context and of the world, and that it sets none of it.

The code is read, not run, and the check looks at one expression at a time. A change by way of a variable is refused
when it happens (mud.core.guard), but for those that go around every guard: these are refused wherever they stand.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mud.core.clock import ClockView
from mud.core.containers import CHANGING
from mud.core.ledger import Balances
from mud.core.world import view
from mud.core.world.model import Account, Character, Item
from mud.sdk import context, game_context

Found = tuple[int, str]  # a line's number, and what is wrong there

#: The methods that change the container they are called on.
CHANGES = frozenset[str]().union(*CHANGING.values())
#: The same by the name of the type.
CHANGES_OF = {kind.__name__: names for kind, names in CHANGING.items()}
#: The attributes of a context that belong to the module, which may change them.
OWN = frozenset({"state", "noted"})
OF_CONTEXT = frozenset(n for n in dir(context.Context) if n[0] != "_")
OF_WORLD = frozenset(n for n in (*dir(view.WorldView), *view.WorldView.__annotations__) if n[0] != "_")
OF_LEDGER = frozenset(n for n in dir(Balances) if n[0] != "_")
OF_CLOCK = frozenset(n for n in dir(ClockView) if n[0] != "_")
CHANGED_BY = {
    **Account.changed_by,
    **Item.changed_by,
    **Character.changed_by,
    "balances": "ctx.pay(debit, credit, amount, reason)",
}

#: Names of the interpreter's own by which code goes around what refuses to be changed.
FORCING = {name for name in CHANGES if name[0] == "_"} | {
    *("__setattr__", "__delattr__", "__getattribute__", "__dict__", "__self__", "__globals__", "__closure__"),
    "force_setattr",
}


def check(tree: ast.AST) -> Iterator[Found]:
    """The places in a file that reach too far."""
    contexts = {arg.arg for arg in ast.walk(tree) if isinstance(arg, ast.arg) and _is_context(arg)}
    own = _own(tree)
    inner: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Subscript | ast.Call) and node not in inner:
            names = _chain(node, inner)
            if names and names[0] in contexts:
                yield from ((node.lineno, text) for text in _reached(node, names))
        if isinstance(node, ast.Call):
            yield from ((node.lineno, text) for text in _by_builtin(node, contexts))
        elif isinstance(node, ast.Attribute):
            yield from ((node.lineno, text) for text in _around(node, own, contexts))
        elif isinstance(node, ast.Name | ast.alias) and "force_setattr" in vars(node).values():
            yield node.lineno, _forces("force_setattr")


def _own(tree: ast.AST) -> set[str]:
    """The private names that the file gives to its own objects: methods, and fields that are set on `self` or `cls`."""
    methods = {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)}
    fields = {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute) and _on_itself(n)}
    return methods | fields


def _on_itself(node: ast.Attribute) -> bool:
    """Whether it is an attribute of `self`, `cls` or `super()`."""
    value = node.value.func if isinstance(node.value, ast.Call) else node.value
    return getattr(value, "id", "") in ("self", "cls", "super")


def _around(node: ast.Attribute, own: set[str], contexts: set[str]) -> Iterator[str]:
    """What is wrong with using an attribute, of whatever it is."""
    name, value = node.attr, node.value
    if _on_itself(node):
        return
    if name in FORCING or (isinstance(value, ast.Name) and name in CHANGES_OF.get(value.id, ())):
        yield _forces(name)
    elif _private(name) and (name not in own or contexts.intersection(_chain(node, set())[:1])):
        yield f"{ast.unparse(node)}: {name} is private, and no module's"


def _by_builtin(node: ast.Call, contexts: set[str]) -> Iterator[str]:
    """What is wrong with setattr, delattr, getattr or vars of something."""
    does = getattr(node.func, "id", "")
    if does not in ("setattr", "delattr", "getattr", "vars") or not node.args:
        return
    thing, *rest = node.args
    name = rest[0].value if rest and isinstance(rest[0], ast.Constant) else None
    names = _chain(thing, set())
    if isinstance(name, str) and (_private(name) or name in FORCING):
        yield f"{ast.unparse(node)}: {name} is private, and no module's"
    elif does != "getattr" and names and names[0] in contexts and names[1:2] not in ([own] for own in OWN):
        field = str(name or "field")
        yield f"{ast.unparse(node)}: {'.'.join(names)} is only to be read: write {_way(''.join(names[1:2]), field)}"


def _private(name: str) -> bool:
    return name.startswith("_") and not name.endswith("__")


def _forces(name: str) -> str:
    return f"{name} goes around the journal: write ctx.change(thing, field=value)"


def _is_context(arg: ast.arg) -> bool:
    kind = arg.annotation.value if isinstance(arg.annotation, ast.Subscript) else arg.annotation
    return arg.arg == "ctx" or getattr(kind, "id", getattr(kind, "attr", "")) == "Context"


def _chain(node: ast.AST, inner: set[ast.AST]) -> list[str]:
    """The names on the path to a value: ctx, world, items, owner for `ctx.world.items[i].owner`; [] if there are none.

    Adds the nodes on the path to `inner`.
    """
    names: list[str] = []
    while not isinstance(node, ast.Name):
        if isinstance(node, ast.Attribute):
            names.append(node.attr)
        elif not isinstance(node, ast.Subscript | ast.Call):
            return []
        node = node.func if isinstance(node, ast.Call) else node.value
        inner.add(node)
    return [node.id, *reversed(names)]


def _reached(node: ast.Attribute | ast.Subscript | ast.Call, names: list[str]) -> Iterator[str]:
    """What is wrong with reaching the path `names`."""
    path = ".".join(names)
    of_context = names[1] if len(names) > 1 else ""
    if any(name[0] == "_" for name in names):
        return  # see `_around`
    if of_context and of_context not in OF_CONTEXT:
        yield f"ctx.{of_context} {_instead(game_context.INSTEAD, of_context)}"
    elif of_context == "world" and len(names) > 2 and names[2] not in OF_WORLD:
        yield f"ctx.world.{names[2]} {_instead(view.INSTEAD, names[2])}"
    elif names[1:3] == ["world", "ledger"] and len(names) > 3 and names[3] not in OF_LEDGER:
        yield f"ctx.world.ledger.{names[3]} {_instead(view.INSTEAD, names[3])}"
    elif of_context == "clock" and len(names) > 2 and names[2] not in OF_CLOCK:
        yield f"ctx.clock.{names[2]} is nothing that modules have: they read ctx.clock.game and ctx.clock.wall"
    elif names[1:3] in (["random", "seed"], ["random", "setstate"]):
        yield f"{path}: the game's chance is the same for all, and is set by nobody"
    elif of_context not in OWN and len(names) > 2 and _changes(node, names):
        field = names[-2] if isinstance(node, ast.Call) else names[-1]
        yield f"{path} is only to be read: write {_way(of_context, field)}"


def _way(of_context: str, field: str) -> str:
    """The right way to change a field that can't be set."""
    if of_context == "peek":
        return f"ctx.state.{field}"
    return CHANGED_BY.get(field, f"ctx.change(thing, {field}=...)")


def _instead(table: dict[str, str], name: str) -> str:
    return f"is not for modules: write {table[name]}" if name in table else "is nothing that modules have"


def _changes(node: ast.Attribute | ast.Subscript | ast.Call, names: list[str]) -> bool:
    """Whether a node sets, deletes or changes what it reaches; a list that a method returned does not count."""
    if isinstance(node, ast.Call):
        func = node.func
        return isinstance(func, ast.Attribute) and func.attr in CHANGES and not isinstance(func.value, ast.Call)
    return isinstance(node.ctx, ast.Store | ast.Del)
