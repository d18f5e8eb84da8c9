"""Checks how far a module's code reaches: what it uses of its context and of the world, and that it sets none of it.

The code is read, not run, and the check looks at one expression at a time. An access by way of a variable is refused
when it happens (mud.core.guard).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mud.core.ledger import Balances
from mud.core.world import view
from mud.core.world.model import Account, Character, Item
from mud.sdk import context, game_context

Found = tuple[int, str]  # a line's number, and what is wrong there

#: The methods that change the container they are called on.
CHANGING = frozenset("append extend insert remove pop popitem clear update setdefault add discard sort reverse".split())
#: The attributes of a context that belong to the module, which may change them.
OWN = frozenset({"state", "noted"})
OF_CONTEXT = frozenset(n for n in dir(context.Context) if n[0] != "_")
OF_WORLD = frozenset(n for n in (*dir(view.WorldView), *view.WorldView.__annotations__) if n[0] != "_") - {"view"}
OF_LEDGER = frozenset(n for n in dir(Balances) if n[0] != "_") | {"balances"}
CHANGED_BY = {
    **Account.changed_by,
    **Item.changed_by,
    **Character.changed_by,
    "balances": "ctx.pay(debit, credit, amount, reason)",
}


def check(tree: ast.AST) -> Iterator[Found]:
    """The places in a file that reach too far."""
    contexts = {arg.arg for arg in ast.walk(tree) if isinstance(arg, ast.arg) and _is_context(arg)}
    inner: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Subscript | ast.Call) and node not in inner:
            names = _chain(node, inner)
            if names and names[0] in contexts:
                yield from ((node.lineno, text) for text in _reached(node, names))
        if isinstance(node, ast.Attribute) and _forces(node):
            yield node.lineno, f"{node.attr} goes around the journal: write ctx.change(thing, field=value)"


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
    private = next((name for name in names if name.startswith("_")), None)
    if private is not None:
        yield f"{path}: {private} is private, and no module's"
    elif of_context and of_context not in OF_CONTEXT:
        yield f"ctx.{of_context} {_instead(game_context.INSTEAD, of_context)}"
    elif of_context == "world" and len(names) > 2 and names[2] not in OF_WORLD:
        yield f"ctx.world.{names[2]} {_instead(view.INSTEAD, names[2])}"
    elif names[1:3] == ["world", "ledger"] and len(names) > 3 and names[3] not in OF_LEDGER:
        yield f"ctx.world.ledger.{names[3]} {_instead(view.INSTEAD, names[3])}"
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
        return isinstance(func, ast.Attribute) and func.attr in CHANGING and not isinstance(func.value, ast.Call)
    return isinstance(node.ctx, ast.Store | ast.Del)


def _forces(node: ast.Attribute) -> bool:
    """Whether it is `object.__setattr__`, `Struct.__setattr__` or `msgspec.structs.force_setattr`."""
    return node.attr == "force_setattr" or (node.attr == "__setattr__" and isinstance(node.value, ast.Name))
