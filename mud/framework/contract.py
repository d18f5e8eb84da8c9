"""The contract: the rules that every module has to keep, checked whenever one is loaded (S2.7).

A check runs no code of the module except the defaults of its own Structs. The result is data; the caller decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from msgspec import inspect as types

from mud.core.errors import Invalid
from mud.core.signals import Companions
from mud.framework.mentions import unhandled
from mud.framework.requirement import API_VERSION, Requirement
from mud.framework.settings import schema
from mud.framework.sources import Finding, Severity, check_source
from mud.sdk.context import tag_of
from mud.sdk.module import NAME, TAKEN, Module

#: The core's own requests, which any module may answer.
ASKED_BY_THE_GAME = frozenset({str(tag_of(Companions))})
#: Points that a finding takes off the score of 100.
COST: dict[Severity, int] = {"error": 25, "warning": 5}
#: Bytes above which a new, still empty state draws a warning.
LARGE_STATE = 1 << 20


class ContractReport(Struct):
    """The result of a check. `score` is from 0 to 100."""

    module: str
    findings: list[Finding]

    @property
    def violations(self) -> list[Finding]:
        """The findings that keep the module from running."""
        return [f for f in self.findings if f.severity == "error"]

    @property
    def warnings(self) -> list[Finding]:
        """The findings that should be corrected but keep nothing from running."""
        return [f for f in self.findings if f.severity == "warning"]

    @property
    def is_valid(self) -> bool:
        """Whether the module may run."""
        return not self.violations

    @property
    def score(self) -> int:
        """100 less the cost of the findings, and never below 0."""
        return max(0, 100 - sum(COST[f.severity] for f in self.findings))

    def reasons(self) -> str:
        """All violations in one line."""
        return "; ".join(f"{f.category}: {f.message}" for f in self.violations)


def check(module: Module[Any], folder: Path | None = None) -> ContractReport:
    """Check a module, and its source code if `folder` (or a single file) is given."""
    findings: list[Finding] = []
    for part in CHECKS:
        try:
            findings += part(module)
        except Exception as error:  # a declaration that is not even of the right type
            findings.append(
                Finding("error", "interface", f"the declaration can't be read: {type(error).__name__}: {error}")
            )
    if folder is not None:
        for path in [folder] if folder.is_file() else sorted(folder.rglob("*.py")):
            inside = path.relative_to(folder.parent if folder.is_file() else folder)
            if "tests" not in inside.parts and not any(part[0] in ".#" for part in inside.parts):  # editors' own files
                findings += check_source(path, inside, str(module.name), frozenset(module.permissions))
    return ContractReport(module.name, findings)


def _interface(module: Module[Any]) -> Iterator[Finding]:
    def wrong(message: str) -> Finding:
        return Finding("error", "interface", message)

    state: Any = module.state
    notes: Any = module.notes
    if notes is not None and not (isinstance(notes, type) and issubclass(notes, Struct)):
        yield wrong("notes= has to be a Struct: the kind of what ctx.note(character, ...) stores")
    numbers = [step.to for step in module.steps]
    if numbers != list(range(2, module.state_version + 1))[-len(numbers) :] and numbers:
        yield wrong(f"steps lead to {numbers}, but have to lead up to state_version {module.state_version} one by one")
    if module.state_version > 1 and not module.steps:
        yield wrong(
            f"state_version is {module.state_version}, but there is no Step to it: declare steps=(Step(2, ...), ...)"
        )
    fields = getattr(state, "__struct_fields__", ())
    for name in sorted(module.optional - set(fields)):
        near = get_close_matches(name, fields, 1)
        yield wrong(f"optional names {name!r}, which is no field of its state" + (f": {near[0]}?" if near else ""))
    words = [word for command in module.commands for word in (command.name, *command.aliases)]
    for word in sorted({w for w in words if words.count(w) > 1}):
        yield wrong(f"two commands are called {word!r}")
    for command in module.commands:
        if command.role in ("admin", "owner") and "admin" not in module.permissions:
            text = f'command {command.name!r} is for role {command.role}: add permissions=("admin",)'
            yield Finding("error", "security", text)
    yield from _database(module)


def _database(module: Module[Any]) -> Iterator[Finding]:
    if module.database is None:
        return
    if "database" not in module.permissions:
        yield Finding("error", "security", 'it declares a database: add permissions=("database",)')
    from mud.store.guard import rehearse  # with sqlite3: only where there are tables

    wrong = rehearse(module.name, module.database.steps)
    if wrong:
        text = f"its tables can't be made: {wrong}. Tables and indexes have to be called {module.name}_something"
        yield Finding("error", "security", text)


def _configuration(module: Module[Any]) -> Iterator[Finding]:
    kind = module.settings
    try:
        schema(kind)
    except TypeError as error:
        yield Finding("error", "configuration", f"its settings have no JSON Schema: {error}")
        return
    try:
        msgspec.convert(msgspec.to_builtins(kind()), kind)
    except TypeError:
        pass  # a setting without a default has to be given by the operator
    except msgspec.ValidationError as error:
        yield Finding("error", "configuration", f"a default of its settings is out of its own bounds: {error}")


def _performance(module: Module[Any]) -> Iterator[Finding]:
    try:
        state = module.state()
    except TypeError as error:
        yield Finding("error", "interface", f"every field of the state needs a default: {error}")
        return
    try:
        packed = msgspec.msgpack.encode(state)
        msgspec.msgpack.decode(packed, type=module.state)
    except (TypeError, msgspec.MsgspecError) as error:
        yield Finding("error", "interface", f"its state is not plain data (S0.9): {error}")
        return
    if len(packed) > LARGE_STATE:
        yield Finding("warning", "performance", f"its state has {len(packed)} bytes before anything has happened")
    for field in types.type_info(module.state).fields:  # type: ignore[attr-defined]
        deep = _changeable_inside(field.type)
        if deep:
            yield Finding(
                "error",
                "interface",
                f"state field {field.name!r} holds {deep} inside of another container: what a failing handler did "
                "to it could not be undone. Use a tuple or a frozen Struct",
            )
    for check_ in module.health:
        if check_.seconds < 1:
            yield Finding("warning", "performance", f"health check {check_.name} runs every {check_.seconds:g} s")


#: The types whose values can change, with a name for each.
CHANGING: dict[type, str] = {
    types.ListType: "a list",
    types.SetType: "a set",
    types.DictType: "a dict",
    types.TypedDictType: "a dict",
    types.ByteArrayType: "a bytearray",
    types.DataclassType: "a dataclass",
    types.AnyType: "Any, which may be anything",
}


def _changeable_inside(kind: Any) -> str:
    """The name of the first type below the top of a state's field whose values can change; "" if there is none."""
    inner: Iterable[Any] = (kind,)
    if isinstance(kind, types.Metadata):
        return _changeable_inside(kind.type)
    if isinstance(kind, types.UnionType):
        return next((deep for part in kind.types if (deep := _changeable_inside(part))), "")
    if isinstance(kind, types.ListType | types.SetType):
        inner = (kind.item_type,)
    elif isinstance(kind, types.DictType):
        inner = (kind.key_type, kind.value_type)
    return next((deep for part in inner if (deep := _changeable(part))), "")


def _changeable(kind: Any) -> str:
    """The name of the first type, at any depth, whose values can change; "" if there is none."""
    left, seen = [kind], set()
    while left:
        part = left.pop()
        if id(part) in seen:
            continue  # a Struct that holds others of its kind
        seen.add(id(part))
        if type(part) in CHANGING:
            return CHANGING[type(part)]
        if isinstance(part, types.StructType) and not part.cls.__struct_config__.frozen:
            return f"{part.cls.__name__}, which is not frozen"
        left += _parts(part)
    return ""


def _parts(kind: Any) -> list[Any]:
    """The types that an immutable type holds."""
    if isinstance(kind, types.StructType | types.NamedTupleType):
        return [field.type for field in kind.fields]
    if isinstance(kind, types.VarTupleType):
        return [kind.item_type]
    if isinstance(kind, types.TupleType):
        return list(kind.item_types)
    if isinstance(kind, types.UnionType):
        return list(kind.types)
    return [kind.type] if isinstance(kind, types.Metadata) else []


def _api(module: Module[Any]) -> Iterator[Finding]:
    kinds: list[tuple[str, Any]] = [("method", m.kind) for m in module.methods]
    kinds += [("signal", kind) for kind in module.emits]
    services = {module.name, *module.provides}
    for what, kind in kinds:
        tag = str(tag_of(kind))
        if what == "method" and tag in ASKED_BY_THE_GAME:
            continue
        if "." not in tag or tag.partition(".")[0] not in services:
            yield Finding(
                "error", "api", f"{what} {kind.__name__}: its tag has to be {module.name}.SOMETHING, not {tag!r}"
            )
    yield from _versions(module)
    for method in module.methods:
        try:
            msgspec.json.schema(method.reply)
        except TypeError as error:
            yield Finding("error", "api", f"method {method.kind.__name__}: its reply has no JSON Schema: {error}")
    yield from (Finding("error", "api", text) for text in unhandled(module))
    yield from _twice(module)
    for on in module.on:
        kinds_alike = [o for o in module.on if tag_of(o.kind) == tag_of(on.kind)]
        if len(kinds_alike) > 1 and kinds_alike[0] is on:
            yield Finding("warning", "api", f"{len(kinds_alike)} handlers for {on.kind.__name__}")


def _versions(module: Module[Any]) -> Iterator[Finding]:
    """The version of its API, the services that it provides, and what it requires of others."""
    if not API_VERSION.fullmatch(module.api_version):
        yield Finding("error", "api", f"api_version {module.api_version!r}: write MAJOR.MINOR, as 1.0")
    for service in module.provides:
        if not NAME.fullmatch(service) or service in TAKEN:
            text = f"provides {service!r}: a service is named in small letters, digits and _, and not like the core's"
            yield Finding("error", "api", text)
    for text in module.requires:
        try:
            Requirement.read(text)
        except Invalid as error:
            yield Finding("error", "api", str(error))


def _twice(module: Module[Any]) -> Iterator[Finding]:
    """Report what is declared twice: only the first would ever be reached."""
    declared: dict[str, list[str]] = {
        "Talk": [tag_of(talk.kind) for talk in module.talks],
        "method": [tag_of(method.kind) for method in module.methods],
        "endpoint": [f"{p.verb} {p.path}" for p in module.endpoints],
        "job": [job.name for job in module.jobs],
        "health check": [check_.name for check_ in module.health],
    }
    for what, names in declared.items():
        for name in sorted({n for n in names if names.count(n) > 1}):
            yield Finding("error", "api", f"{what} {name} is declared twice")


def _documentation(module: Module[Any]) -> Iterator[Finding]:
    def poor(message: str) -> Finding:
        return Finding("warning", "documentation", message)

    if not module.description:
        yield poor('it has no description: add description="..."')
    if not module.author:
        yield poor('it has no author: add author="..."')
    for command in module.commands:
        if not _documented(command.handler, command.help):
            yield poor(f"command {command.name} has no help page: give its handler a docstring, or help=")
    for method in module.methods:
        if not _documented(method.handler):
            yield poor(f"method {tag_of(method.kind)} has no docstring")
    for endpoint in module.endpoints:
        if not _documented(endpoint.handler, endpoint.help):
            yield poor(f"endpoint {endpoint.path} has no docstring")


def _documented(handler: Callable[..., Any], text: str = "") -> bool:
    return bool(text or (getattr(handler, "__doc__", None) or "").strip())


CHECKS = (_interface, _configuration, _performance, _api, _documentation)
