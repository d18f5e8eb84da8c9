"""Which timers and conversations a module's code begins, as far as its functions name them: each needs who handles it.

Functions are looked at and not called, from the handlers on, as deep as they call each other within the module's
package. What goes by way of a variable is refused when it is begun.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from types import CodeType, FunctionType, ModuleType
from typing import Any

from mud.core.origin import written_at
from mud.sdk.bases import Dialog, Timer
from mud.sdk.context import tag_of
from mud.sdk.module import HOOKS, Module

#: How timers and conversations are begun. (An older version's are only ever cancelled: those need no handler.)
BEGUN_BY: dict[type, frozenset[str]] = {
    Timer: frozenset({"set_timer", "set_timer_at"}),
    Dialog: frozenset({"begin", "go_on", "edit_text"}),
}


def unhandled(module: Module[Any]) -> Iterator[str]:
    """The timers and conversations that nothing in a module's declaration handles, in words."""
    heard = {tag_of(on.kind) for on in module.on}
    led = {tag_of(talk.kind) for talk in module.talks}
    for kind, function in _named(_handlers(module)).items():
        is_timer = issubclass(kind, Timer)
        if tag_of(kind) not in (heard if is_timer else led) and not kind.__subclasses__():
            name = kind.__name__
            missing = f"on=[On({name}, handler)]" if is_timer else f"talks=[Talk({name}, ask, answer)]"
            yield f"{written_at(function)}: {function.__name__} begins {name}, which nothing handles: add {missing}"


def _handlers(module: Module[Any]) -> Iterator[Any]:
    for declared in (module.commands, module.spells, module.on, module.methods, module.endpoints):
        yield from (thing.handler for thing in declared)
    yield from (handler for talk in module.talks for handler in (talk.ask, talk.answer))
    yield from filter(None, (getattr(module, name) for name in HOOKS))


def _named(handlers: Iterable[Any]) -> dict[type[Any], Callable[..., Any]]:
    """The classes of timers and conversations that functions name, each with the first function that does."""
    found: dict[type[Any], Callable[..., Any]] = {}
    left, seen = [_plain(handler) for handler in handlers], set[Any]()
    while left:
        function = left.pop(0)
        if type(function) is not FunctionType or function in seen:
            continue
        seen.add(function)
        names = set(_names(function.__code__))
        for thing in _things(function, names):
            if _package(thing) != _package(function):
                continue
            if isinstance(thing, type) and any(issubclass(thing, base) and names & by for base, by in BEGUN_BY.items()):
                found.setdefault(thing, function)
            elif isinstance(thing, FunctionType):
                left.append(thing)
    return found


def _things(function: FunctionType, names: set[str]) -> Iterator[Any]:
    """What the global names in a function's code stand for, `file.Name` of the package's other files too."""
    for name in names & function.__globals__.keys():
        thing = function.__globals__[name]
        yield thing
        if isinstance(thing, ModuleType):
            yield from (vars(thing)[inner] for inner in names & vars(thing).keys())


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _plain(handler: Any) -> Any:
    """The function in a partial or a method."""
    while isinstance(handler, partial):
        handler = handler.func
    return getattr(handler, "__func__", handler)


def _package(thing: Any) -> str:
    """The package of a module: `modules.raffle`; that of `mud.api`'s own is none of a module's."""
    return ".".join((getattr(thing, "__module__", None) or "").split(".")[:2])
