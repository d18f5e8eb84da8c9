"""How a declaration says early what is wrong with it: what, in which file and line, and what to write instead.

The types of what it was given are compared with the annotations of its fields. Then it looks at itself.
"""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from functools import lru_cache, partial
from inspect import iscoroutinefunction, signature
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from msgspec import NODEFAULT, Struct, StructMeta

from mud.core.errors import Invalid
from mud.core.origin import caller, written_at

_ARGUMENT = re.compile(r"(Unexpected keyword|Missing required) argument '(\w+)'")
#: How the types that are no classes of ours are called.
_WORDS: dict[Any, str] = {str: "text", int: "a whole number", float: "a number", bool: "True or False"}
_WORDS |= {type(None): "None", tuple: "a tuple", list: "a list", frozenset: "a set"}
#: What may be given where a container of a kind is asked for.
_TAKES: dict[Any, tuple[type, ...]] = {tuple: (tuple, list), list: (list, tuple), frozenset: (frozenset, set)}
#: One thing in a container of a kind, as it is written.
_AS_ONE: dict[Any, str] = {tuple: "({},)", list: "[{}]", frozenset: "frozenset({{{}}})"}
#: What a class that is data only may have besides its fields by mistake alone.
_PLAIN = frozenset({str, int, float, bool, tuple, list, dict, set, frozenset})
_COLLECTS_ARGUMENTS = 0x04  # CO_VARARGS


class Declaring(StructMeta):
    """Says in words which argument a declaration does not take, or lacks."""

    if not TYPE_CHECKING:  # a type checker is to look at the fields

        def __call__(cls, *given: Any, **named: Any) -> Any:
            try:
                return super().__call__(*given, **named)
            except TypeError as error:
                raise Invalid(f"{_here()}{cls.__name__}: {_argument(cls, str(error))}") from error


class Based(StructMeta):
    """Says in words which field of an author's class is none, or has a default that it can't have."""

    def __new__(mcls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **config: Any) -> Based:
        try:
            made = super().__new__(mcls, name, bases, namespace, **config)
        except TypeError as error:
            for field, value in namespace.items():
                if isinstance(value, list | dict | set) and value and not field.startswith("_"):
                    what = f"its field {field!r} has a {type(value).__name__} that is not empty as its default"
                    instead = f"write a tuple, or field(default_factory=lambda: {value!r})"
                    raise Invalid(f"{_here()}{name}: {what}, which all would share: {instead}") from error
            raise
        for field, value in namespace.items():
            if type(value) in _PLAIN and not _is_known(made, field):
                what = f"{field!r} has no type, so it is no field"
                raise Invalid(f"{_here()}{name}: {what}: write {field}: {type(value).__name__} = {value!r}")
        return made


def _is_known(made: Any, name: str) -> bool:
    """Whether a name in a class is a field, Python's, private, a constant in capitals, or set in place of a base's."""
    if name in made.__struct_fields__ or name.startswith("_") or name.isupper():
        return True
    return any(hasattr(base, name) for base in made.__bases__) or name in made.__annotations__


class Declaration(Struct, frozen=True, metaclass=Declaring):
    """Base of what a module declares. Raises Invalid when it is made of what does not fit."""

    #: What its author writes to make one, if that is not the name of its class.
    made_by: ClassVar[str] = ""

    def __post_init__(self) -> None:
        for text in self._unfit():
            raise Invalid(f"{_here()}{self.title()}: {text}")
        for text in filter(None, self.wrong()):
            raise Invalid(f"{_here()}{self.title()}: {text}")

    def title(self) -> str:
        """The declaration for people: `Command('look')`, `On(Draw)`."""
        first = getattr(self, self.__struct_fields__[0])
        return f"{self.made_by or type(self).__name__}({getattr(first, '__name__', None) or repr(first):.40})"

    def wrong(self) -> Iterator[str]:
        """What is wrong with it, and what to do, if all types are right; "" is nothing."""
        yield from ()

    def _unfit(self) -> Iterator[str]:
        for name, kind, default, usual in _fields(type(self)):
            value = getattr(self, name)
            if value is not default and type(value) is not usual and (why := misfit(value, kind)):
                yield f"{name}{'' if why.startswith(',') else ' '}{why}{_instead(name, value, kind)}"


@lru_cache
def _fields(of: type[Any]) -> list[tuple[str, Any, Any, Any]]:
    """The fields of a kind of declaration: name, type, default; and the class that fits for sure, to be quick."""
    hints, names = get_type_hints(of), of.__struct_fields__
    defaults = (*(NODEFAULT,) * (len(names) - len(of.__struct_defaults__)), *of.__struct_defaults__)
    return [(name, hints[name], default, _usual(hints[name])) for name, default in zip(names, defaults, strict=True)]


def _usual(kind: Any) -> Any:
    return types.FunctionType if get_origin(kind) is Callable else kind


def misfit(value: Any, kind: Any) -> str:
    """What `value` has to be to be of a type, and is not; "" if it is."""
    origin = get_origin(kind)
    if kind is Any or isinstance(kind, TypeVar):
        return ""
    if origin is Literal:
        return _misfit_choice(value, get_args(kind))
    if origin in _TAKES:
        return _misfit_container(value, origin, get_args(kind)[0])
    if origin is type:
        base = _base(get_args(kind)[0])
        fits = isinstance(value, type) and issubclass(value, base)
        return "" if fits else f"has to be a subclass of {_class_name(base)}{_not(value)}"
    if origin in (Union, types.UnionType):
        fits = any(not misfit(value, part) for part in get_args(kind))
        return "" if fits else f"has to be {' or '.join(map(_named, get_args(kind)))}{_not(value)}"
    fits = callable(value) if origin is Callable else _is_a(value, origin or kind)
    return "" if fits else f"has to be {_named(kind)}{_not(value)}"


def _base(kind: Any) -> Any:
    """The class that all classes of a field like `type[S]` derive from."""
    if isinstance(kind, TypeVar):
        return kind.__bound__ or object
    return object if kind is Any else kind


def _is_a(value: Any, kind: Any) -> bool:
    if kind is None:
        return value is None
    if kind in (int, float):
        return isinstance(value, (int, float) if kind is float else int) and not isinstance(value, bool)
    return isinstance(value, kind)


def _misfit_choice(value: Any, choices: tuple[Any, ...]) -> str:
    if value in choices:
        return ""
    near = get_close_matches(str(value), choices, 1)
    hint = f": did you mean {near[0]!r}?" if near else ""
    return f"has to be one of {', '.join(map(repr, choices))}{_not(value)}{hint}"


def _misfit_container(value: Any, origin: Any, inner: Any) -> str:
    takes: Any = _TAKES[origin]
    if not isinstance(value, takes):
        return f"has to be {_WORDS[origin]}{_not(value)}"
    found = ((number, misfit(each, inner)) for number, each in enumerate(value, 1))
    return next((f", item {number}, {why}" for number, why in found if why), "")


def _instead(name: str, value: Any, kind: Any) -> str:
    """What to write: for one thing where a container of such things is asked for, or one of a class for the class."""
    origin = get_origin(kind)
    if origin in _TAKES and not isinstance(value, _TAKES[origin]) and not misfit(value, get_args(kind)[0]):
        shown = repr(value) if isinstance(value, str) else "..."
        return (
            f": write {name}="
            + {tuple: f"({shown},)", list: f"[{shown}]", frozenset: f"frozenset({{{shown}}})"}[origin]
        )
    if origin is type and not misfit(type(value), kind):
        return f": write {name}={type(value).__name__}, the class itself"
    return ""


def _named(kind: Any) -> str:
    kind = get_origin(kind) or kind
    if kind is Callable:
        return "a function"
    return _WORDS.get(kind) or (getattr(kind, "made_by", "") and f"{kind.made_by}(...)") or f"a {_class_name(kind)}"


def _class_name(kind: Any) -> str:
    return str(kind.__name__) if isinstance(kind, type) else " or ".join(map(_class_name, get_args(kind)))


def _not(value: Any) -> str:
    return f", and not {value.__name__ if isinstance(value, type) else repr(value):.60}"


def _here() -> str:
    where = caller()
    return where and f"{where}: "


def _argument(cls: Any, text: str) -> str:
    found = _ARGUMENT.fullmatch(text)
    if found is None:
        takes = ", ".join(cls.__struct_fields__)
        return f"it takes at most {len(cls.__struct_fields__)} arguments: {takes}" if text.startswith("Extra") else text
    name = found[2]
    if found[1].startswith("Missing"):
        return f"{name} is missing: write {name}=..., there is no default for it"
    near = get_close_matches(name, cls.__struct_fields__, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(cls.__struct_fields__)}"
    return f"there is no {name!r}: {hint}"


# Handlers


def uncallable(handler: Any, count: int, may_wait: bool = False) -> str:
    """Why a handler can't be called with so many arguments, or should not wait and does; "" for nothing."""
    if iscoroutinefunction(handler) and not may_wait:
        return f"{_at(handler)}: a handler never waits (rule 1): write `def`, not `async def`"
    if _takes(handler, count):
        return ""
    try:
        if type(handler) is partial:
            _bind(handler.func, count + len(handler.args), tuple(handler.keywords))
        else:
            _bind(handler, count)
    except TypeError as error:
        return f"{_at(handler)} is called with {count} argument{'s' * (count > 1)}: {error}"
    except ValueError:
        pass  # a builtin without a signature
    return ""


@lru_cache  # a table of spells, say, has many partials of one function
def _bind(function: Any, count: int, named: tuple[str, ...] = ()) -> None:
    signature(function).bind(*range(count), **dict.fromkeys(named))


def _takes(handler: Any, count: int) -> bool:
    """Whether a plain function takes so many arguments for sure: `inspect` is slow, and this is part of a start."""
    if type(handler) is not types.FunctionType:
        return False
    code, defaults = handler.__code__, len(handler.__defaults__ or ())
    enough = count <= code.co_argcount or bool(code.co_flags & _COLLECTS_ARGUMENTS)
    named = code.co_kwonlyargcount - len(handler.__kwdefaults__ or ())
    return enough and code.co_argcount - defaults <= count and not named


def _at(handler: Any) -> str:
    name, where = getattr(handler, "__name__", repr(handler)), written_at(handler)
    return f"{name} ({where})" if where else str(name)
