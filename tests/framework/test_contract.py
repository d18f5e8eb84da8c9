"""The contract: what is wrong with a module is found before it runs, and said with what to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, NamedTuple, TypedDict

import pytest
from msgspec import UNSET, UnsetType

from mud.api import (
    Command,
    Context,
    Database,
    Dialog,
    Endpoint,
    HealthCheck,
    Job,
    Meta,
    Method,
    Module,
    On,
    Request,
    Settings,
    Signal,
    State,
    Step,
    Struct,
    Talk,
    Timer,
    Work,
    field,
)
from mud.framework.contract import ContractReport, check
from mud.framework.sources import GUARDED, Finding
from mud.store import guard


class Frozen(Struct, frozen=True):
    text: str = ""


class Lamp(State):
    """Every kind of field that there may be."""

    lit: bool = False
    oil: int = 0
    kind: Frozen = Frozen()
    names: list[str] = []
    notes: dict[str, Frozen] = {}
    marks: set[str] = set()
    pairs: list[tuple[int, Frozen]] = []
    maybe: list[str] | None = None


class Tuned(Settings):
    size: Annotated[int, Meta(ge=1)] = 2


class Tick(Timer):
    pass


class Sure(Dialog):
    pass


class Lit(Signal, tag="lamp.lit"):
    pass


class Light(Request, tag="lamp.light"):
    pass


def command(ctx: Context[Lamp], args: str) -> None:
    """lamp -- light it"""


def tick(ctx: Context[Lamp], timer: Tick) -> None: ...


def ask(ctx: Context[Lamp], dialog: Sure) -> str:
    return ""


def answer(ctx: Context[Lamp], dialog: Sure, text: str) -> None: ...


def light(ctx: Context[Lamp], request: Light) -> None:
    """Light it."""


async def wait_for_light(work: Work, request: Light) -> None:
    """Light it, in time."""


def page(ctx: Context[Lamp], request: None) -> str:
    """The lamp."""
    return ""


async def burn(work: Work) -> None: ...


def look(work: Work) -> None: ...


def lamp(**more: Any) -> Module[Any]:
    given: dict[str, Any] = {
        "name": "lamp",
        "version": "1.0.0",
        "description": "a lamp",
        "author": "Everwake",
        "state": Lamp,
        "settings": Tuned,
        "permissions": ("database",),
        "commands": [Command("lamp", command)],
        "on": [On(Tick, tick)],
        "talks": [Talk(Sure, ask, answer)],
        "methods": [Method(Light, light)],
        "emits": (Lit,),
        "endpoints": [Endpoint(path="/lamp", handler=page)],
        "database": Database(steps=(("CREATE TABLE lamp_log (id INTEGER)",),)),
        "jobs": (Job("burn", burn),),
        "health": (HealthCheck("look", look),),
    }
    return Module(**(given | more))


def found(report: ContractReport) -> list[tuple[str, str, str]]:
    return [(f.severity, f.category, f.message) for f in report.findings]


def test_a_good_module_has_a_hundred() -> None:  # S2.7
    report = check(lamp())
    assert found(report) == []
    assert (report.module, report.score, report.is_valid, report.reasons()) == ("lamp", 100, True, "")


def test_a_name_and_a_version_are_enough_to_be_valid() -> None:  # S2.1, S4.10
    report = check(Module(name="bare", version="0.1.0"))
    assert report.is_valid and report.violations == []
    assert {f.category for f in report.warnings} == {"documentation"}


def test_errors_cost_more_than_warnings_and_nothing_costs_more_than_all() -> None:  # S2.7
    error, warning = Finding("error", "interface", "x"), Finding("warning", "api", "y")
    assert ContractReport("m", [warning]).score == 95 and ContractReport("m", [warning]).is_valid
    assert ContractReport("m", [error]).score == 75 and not ContractReport("m", [error]).is_valid
    assert ContractReport("m", [error, warning]).score == 70
    assert ContractReport("m", [error] * 5).score == 0
    both = ContractReport("m", [error, warning, error])
    assert both.violations == [error, error] and both.warnings == [warning]
    assert both.reasons() == "interface: x; interface: x"


# State


class NoDefault(State):
    oil: int


class Live(State):
    thing: Any = Context


class ListOfLists(State):
    deep: list[list[int]] = []


class DictOfSets(State):
    deep: dict[str, set[str]] = {}


class Soft(Struct):
    text: str = ""


class ListOfSoft(State):
    deep: list[Soft] = []


class OneSoft(State):
    deep: Soft = field(default_factory=Soft)


class TupleOfLists(State):
    deep: tuple[list[int], ...] = ()


class PairWithList(State):
    deep: list[tuple[int, list[int]]] = []


class HardWithList(Struct, frozen=True):
    inside: list[int] = []


class FrozenWithList(State):
    deep: HardWithList = HardWithList()


class Bytes(State):
    deep: bytearray = field(default_factory=bytearray)


class ListOfBytes(State):
    deep: list[bytearray] = []


@dataclass
class Plain:
    text: str = ""


class OneDataclass(State):
    deep: Plain = field(default_factory=Plain)


class Pair(NamedTuple):
    one: int
    many: list[int]


class ListOfPairs(State):
    deep: list[Pair] = []


class Row(TypedDict):
    one: int


class ListOfRows(State):
    deep: list[Row] = []


class MaybeListOfDicts(State):
    deep: list[dict[str, int]] | None = None


class Titled(State):
    deep: Annotated[list[list[int]], Meta(title="Lists")] = []


class ListOfAny(State):
    deep: list[Any] = []


class UnionInDict(State):
    deep: dict[str, int | list[int]] = {}


class Big(State):
    text: str = "x" * (1 << 20)


NESTED = [
    (ListOfLists, "a list"),
    (DictOfSets, "a set"),
    (ListOfSoft, "Soft, which is not frozen"),
    (OneSoft, "Soft, which is not frozen"),
    (TupleOfLists, "a list"),
    (PairWithList, "a list"),
    (FrozenWithList, "a list"),
    (MaybeListOfDicts, "a dict"),
    (UnionInDict, "a list"),
    (Titled, "a list"),
    (ListOfPairs, "a list"),
    (ListOfRows, "a dict"),
    (ListOfAny, "Any, which may be anything"),
]
#: Other ways to hold what can change: it is named, in whatever words.
ALSO_NESTED = [Bytes, ListOfBytes, OneDataclass]


@pytest.mark.parametrize(("state", "what"), NESTED, ids=lambda x: getattr(x, "__name__", None))
def test_a_state_with_something_changeable_inside_of_a_container_is_refused(
    state: type[State], what: str
) -> None:  # S2.7, S0.9
    assert found(check(lamp(state=state))) == [
        (
            "error",
            "interface",
            f"state field 'deep' holds {what} inside of another container: what a failing handler did to it could not "
            "be undone. Use a tuple or a frozen Struct",
        )
    ]


@pytest.mark.parametrize("state", ALSO_NESTED)
def test_what_else_can_change_in_a_state_is_refused_as_well(state: type[State]) -> None:  # S2.7, S0.9
    report = check(lamp(state=state))
    assert [f.category for f in report.violations] == ["interface"]
    assert "'deep'" in report.violations[0].message


class Branch(Struct, frozen=True):
    twigs: tuple[Branch, ...] = ()


class SoftBranch(Struct, frozen=True):
    twigs: tuple[SoftBranch, ...] = ()
    leaves: list[int] = []


class Tree(State):
    root: Branch = Branch()
    deep: list[Branch] = []


class SoftTree(State):
    deep: list[SoftBranch] = []


def test_a_struct_may_hold_others_of_its_kind() -> None:  # S0.9
    assert found(check(lamp(state=Tree))) == []
    ((_, _, message),) = found(check(lamp(state=SoftTree)))
    assert message.startswith("state field 'deep' holds a list inside")


# Interface, signatures, configuration, performance, api, documentation


class Unbound(Settings):
    size: Annotated[int, Meta(ge=5)] = 1


class NoSchema(Settings):
    size: Callable[[], None] | None = None


class NeedsKey(Settings):
    key: str


class Foreign(Request, tag="other.light"):
    pass


class ForeignSignal(Signal, tag="other.lit"):
    pass


def untold(ctx: Context[Any], thing: Any) -> None: ...


def twice(**more: Any) -> Command[Any]:
    return Command("lamp", command, **more)


def forward(values: dict[str, Any]) -> None: ...


ERRORS: list[tuple[dict[str, Any], str, str]] = [
    ({"state": NoDefault}, "interface", "every field of the state needs a default"),
    ({"state": Live}, "interface", "its state is not plain data (S0.9)"),
    ({"state_version": 2}, "interface", "state_version is 2, but there is no Step to it: declare steps=(Step(2, ...)"),
    ({"state_version": 3, "steps": (Step(2, forward),)}, "interface", "steps lead to [2], but have to lead up to"),
    ({"steps": (Step(2, forward),)}, "interface", "steps lead to [2], but have to lead up to state_version 1"),
    ({"commands": [twice(), twice()]}, "interface", "two commands are called 'lamp'"),
    ({"commands": [twice(aliases=("lamp",))]}, "interface", "two commands are called 'lamp'"),
    ({"settings": Unbound}, "configuration", "a default of its settings is out of its own bounds: Expected `int` >= 5"),
    ({"settings": NoSchema}, "configuration", "its settings have no JSON Schema"),
    (
        {"methods": [Method(Foreign, light)]},  # type: ignore[arg-type]
        "api",
        "method Foreign: its tag has to be lamp.SOMETHING, not 'other.light'",
    ),
    ({"emits": (ForeignSignal,)}, "api", "signal ForeignSignal: its tag has to be lamp.SOMETHING, not 'other.lit'"),
    ({"talks": [Talk(Sure, ask, answer)] * 2}, "api", "Talk Sure is declared twice"),
    ({"methods": [Method(Light, light)] * 2}, "api", "method lamp.light is declared twice"),
    ({"endpoints": [Endpoint(path="/lamp", handler=page)] * 2}, "api", "endpoint GET /lamp is declared twice"),
    ({"jobs": (Job("burn", burn), Job("burn", burn))}, "api", "job burn is declared twice"),
    ({"health": (HealthCheck("look", look),) * 2}, "api", "health check look is declared twice"),
    ({"optional": frozenset({"nams"})}, "interface", "optional names 'nams', which is no field of its state: names?"),
    ({"commands": [twice(role="owner")]}, "security", "command 'lamp' is for role owner: add permissions=(\"admin\",)"),
    ({"permissions": ()}, "security", 'it declares a database: add permissions=("database",)'),
]


@pytest.mark.parametrize(("more", "category", "says"), ERRORS, ids=[f"{e[1]}: {e[2][:40]!a}" for e in ERRORS])
def test_what_breaks_the_contract_is_an_error_that_says_what_to_do(
    more: dict[str, Any], category: str, says: str
) -> None:  # S2.7, S2.1, S2.4
    report = check(lamp(**more))
    assert not report.is_valid and report.score <= 75
    assert [f for f in report.violations if f.category == category and says in f.message], found(report)


WARNINGS: list[tuple[dict[str, Any], str, str]] = [
    ({"state": Big}, "performance", "its state has 1048587 bytes before anything has happened"),
    ({"health": (HealthCheck("look", look, 0.5),)}, "performance", "health check look runs every 0.5 s"),
    ({"on": [On(Tick, tick), On(Tick, tick)]}, "api", "2 handlers for Tick"),
    ({"description": ""}, "documentation", 'it has no description: add description="..."'),
    ({"author": ""}, "documentation", 'it has no author: add author="..."'),
    ({"commands": [Command("x", lambda ctx, args: None)]}, "documentation", "command x has no help page"),
    ({"methods": [Method(Light, lambda ctx, request: None)]}, "documentation", "method lamp.light has no docstring"),
    ({"endpoints": [Endpoint(path="/x", handler=tick)]}, "documentation", "endpoint /x has no docstring"),
]


@pytest.mark.parametrize(("more", "category", "says"), WARNINGS, ids=[f"{e[1]}: {e[2][:40]!a}" for e in WARNINGS])
def test_what_should_be_better_is_a_warning_and_the_module_runs(
    more: dict[str, Any], category: str, says: str
) -> None:  # S2.7
    report = check(lamp(**more))
    assert report.is_valid and report.score == 95
    ((severity, of, message),) = found(report)
    assert (severity, of) == ("warning", category) and message.startswith(says)


def test_a_setting_that_the_operator_has_to_give_is_no_mistake() -> None:  # S2.4
    assert check(lamp(settings=NeedsKey)).score == 100


def test_steps_may_begin_late_when_no_older_state_is_about() -> None:  # S2.7
    assert check(lamp(state_version=3, steps=(Step(3, forward),))).is_valid
    assert check(lamp(state_version=3, steps=(Step(2, forward), Step(3, forward)))).is_valid


def test_an_asynchronous_method_is_none_the_worse() -> None:  # S2.5
    assert check(lamp(methods=[Method(Light, wait_for_light)])).score == 100


def test_a_commands_help_may_stand_beside_it() -> None:  # S2.7
    assert check(lamp(commands=[Command("x", lambda ctx, args: None, help="x -- nothing")])).score == 100


def test_a_service_that_it_provides_may_stand_in_its_tags() -> None:  # S2.5
    assert check(lamp(provides=("other",), methods=[Method(Foreign, untold)], emits=(ForeignSignal,))).is_valid


def unlit() -> str:
    raise RuntimeError("no light")


class Unlit(State):
    text: str = field(default_factory=unlit)


def test_a_check_that_fails_itself_is_a_finding_and_no_crash() -> None:  # S2.7
    report = check(lamp(state=Unlit))
    assert found(report) == [("error", "interface", "the declaration can't be read: RuntimeError: no light")]


class Odd(State):
    odd: int | UnsetType = UNSET


@pytest.mark.parametrize("state", [Odd, State])
def test_a_state_that_leaves_out_what_is_not_set_is_plain_data(state: type[State]) -> None:  # S0.9
    assert check(lamp(state=state)).score == 100


# Tables


LOG = "CREATE TABLE lamp_log (id INTEGER PRIMARY KEY, text TEXT UNIQUE)"


def made(*sql: str) -> list[tuple[str, str, str]]:
    """What is found in a module whose first step makes a table, and the second does `sql`."""
    return found(check(lamp(database=Database(steps=((LOG,), sql)))))


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE log (id INTEGER)",
        "create table if not exists accounts (id INTEGER)",
        'CREATE TABLE "accounts" (id INTEGER)',
        "CREATE TABLE lamps_log (id INTEGER)",
        "DROP TABLE accounts",
        "DROP TABLE IF EXISTS accounts",
        "CREATE UNIQUE INDEX log ON lamp_log (id)",
        "CREATE INDEX lamp_by_name ON accounts (name)",
        "UPDATE accounts SET name = 'x'",
        "INSERT INTO accounts VALUES (1, 2, 3)",
        "INSERT INTO lamp_log (id) SELECT role FROM accounts",
        "INSERT INTO lamp_log (id) SELECT lamp_log.id FROM lamp_log, accounts",
        "DELETE FROM lamp_log WHERE id IN (SELECT name FROM accounts)",
        "WITH x AS (SELECT name FROM accounts) INSERT INTO lamp_log (text) SELECT name FROM x",
        "DELETE FROM accounts",
        "ALTER TABLE accounts ADD COLUMN lamp INTEGER",
        "ALTER TABLE lamp_log RENAME TO bank_log",
        "CREATE VIEW lamp_view AS SELECT * FROM accounts",
        "CREATE TRIGGER lamp_t AFTER INSERT ON lamp_log BEGIN DELETE FROM accounts; END",
        "CREATE TEMP TABLE lamp_x (id INTEGER)",
        "ATTACH DATABASE ':memory:' AS lamp_other",
        "PRAGMA synchronous = OFF",
        "COMMIT",
        "ROLLBACK",
        "CREATE TABLE lamp_x (id INTEGER); DROP TABLE accounts",
    ],
)
def test_tables_that_are_not_its_own_are_refused(sql: str) -> None:  # S2.6, S4.5
    ((severity, category, message),) = made(sql)
    assert (severity, category) == ("error", "security")
    assert message.startswith("its tables can't be made: schema 2: ") and sql[:80] in message
    assert message.endswith("Tables and indexes have to be called lamp_something")


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("CREATE TABEL lamp_x (id INTEGER)", "syntax error"),
        ("INSERT INTO lamp_lag (id) VALUES (1)", "no such table: lamp_lag"),
        ("ALTER TABLE lamp_log DROP COLUMN gone", "no such column"),
    ],
)
def test_tables_that_could_not_be_made_are_noticed_before_anything_runs(sql: str, says: str) -> None:  # S2.7, S4.5
    ((_, _, message),) = made(sql)
    assert says in message and sql[:80] in message


def test_tables_that_take_for_ever_to_make_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:  # S2.7
    monkeypatch.setattr(guard, "WRITE_SECONDS", 0.05)
    ((_, _, message),) = made(
        "INSERT INTO lamp_log (id) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
    )
    assert "interrupted" in message


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE IF NOT EXISTS lamp_log (id INTEGER PRIMARY KEY ON CONFLICT REPLACE, x INTEGER DEFAULT 0)",
        "CREATE TABLE lamp_oil (id INTEGER REFERENCES lamp_log ON DELETE CASCADE ON UPDATE SET NULL)",
        'CREATE UNIQUE INDEX "lamp_by_id" ON "lamp_log" (id)',
        "CREATE TABLE lamp_w (id TEXT UNIQUE, other TEXT UNIQUE, PRIMARY KEY (id, other)) WITHOUT ROWID",
        "CREATE TABLE lamp_a (id INTEGER PRIMARY KEY AUTOINCREMENT)",
        "INSERT INTO lamp_log (text) SELECT 'again: ' || text FROM lamp_log WHERE text NOT IN (SELECT 'accounts')",
        "INSERT INTO lamp_log (id) VALUES (1) ON CONFLICT DO NOTHING",
        "ALTER TABLE lamp_log RENAME TO lamp_old",
        "ALTER TABLE lamp_log RENAME COLUMN text TO words",
        "DROP TABLE lamp_log",
    ],
)
def test_tables_that_are_its_own_are_not(sql: str) -> None:  # S4.5
    assert made(sql) == []


def test_what_one_step_makes_the_next_may_use() -> None:  # S4.5
    index = "CREATE INDEX lamp_by_id ON lamp_log (id)"
    assert made(index, "CREATE TABLE lamp_oil AS SELECT * FROM lamp_log", "DROP INDEX lamp_by_id") == []


# Sources


def sources(folder: Path, text: str, **more: Any) -> list[tuple[str, str, str]]:
    (folder / "__init__.py").write_text(text, "utf-8")
    return found(check(lamp(**more), folder))


IMPORTS = [
    *((f"import {name}", permission) for name, permission in sorted(GUARDED.items())),
    ("import os.path", "files"),
    ("from os import path", "files"),
    ("from os.path import join", "files"),
    ("import os as system", "files"),
    ("import json, os", "files"),
    ("from urllib import request", "external"),
    ("from urllib.request import urlopen", "external"),
    ("from http import client", "external"),
    ("from pathlib import Path", "files"),
    ("def f():\n    import socket", "network"),
    ("try:\n    import sqlite3\nexcept ImportError:\n    pass", "database"),
    ("if False:\n    from subprocess import run", None),
    ("from importlib import import_module", None),
]


@pytest.mark.parametrize(("line", "permission"), IMPORTS, ids=lambda x: x and x.replace("\n", " "))
def test_a_guarded_import_needs_its_permission(tmp_path: Path, line: str, permission: str | None) -> None:  # S2.6
    number = next(n for n, text in enumerate(line.splitlines(), 2) if "import " in text)
    all_others = tuple(p for p in ("database", "network", "external", "files", "admin", "user_data") if p != permission)
    database = {"database": None} if permission == "database" else {}
    without = sources(tmp_path, f'"""A lamp."""\n{line}\n', permissions=all_others, **database)
    assert without and {(s, c) for s, c, _ in without} == {("error", "security")}
    says = f'needs permissions=("{permission}",)' if permission else "is not for modules"
    assert all(m.startswith(f"__init__.py:{number}: ") and m.endswith(says) for _, _, m in without)
    if permission is not None:
        assert sources(tmp_path, f'"""A lamp."""\n{line}\n', permissions=(*all_others, permission)) == []


@pytest.mark.parametrize(
    "line",
    [
        "import json",
        "import urllib.parse",
        "from urllib.parse import quote",
        "import asyncio",
        "import ossify",
        "from . import os",
        "from .socket import thing",
        "import modules",
        "from modules.lamp.oil import thing",
        "import mud.api",
        "from mud import api",
        "from mud.api import Module",
        "from mud.testing import Kit",
        "import time\ntime.time()",
        "import re\nre.compile('x')",
    ],
)
def test_a_harmless_line_is_left_alone(tmp_path: Path, line: str) -> None:  # S2.6
    assert sources(tmp_path, f'"""A lamp."""\n{line}\n') == []


@pytest.mark.parametrize("name", ["eval", "exec", "compile", "__import__", "globals", "breakpoint", "input"])
def test_what_runs_anything_or_waits_for_a_keyboard_is_not_for_modules(tmp_path: Path, name: str) -> None:  # S2.6
    expected = [("error", "security", f"__init__.py:2: {name} is not for modules")]
    assert sources(tmp_path, f'"""A lamp."""\n{name}("x")\n') == expected
    assert sources(tmp_path, f'"""A lamp."""\nhidden = {name}\n') == expected


def test_open_needs_files(tmp_path: Path) -> None:  # S2.6
    text = '"""A lamp."""\n\ndef f():\n    return open("x")\n'
    says = '__init__.py:4: open needs permissions=("files",)'
    assert sources(tmp_path, text) == [("error", "security", says)]
    assert sources(tmp_path, text, permissions=("database", "files")) == []


@pytest.mark.parametrize(
    "line",
    ["import mud.core.world.model", "from mud.core import world", "from mud import core", "import mud.game as g"],
)
def test_a_module_imports_nothing_else_of_mud(tmp_path: Path, line: str) -> None:  # S2.7
    wrong = sources(tmp_path, f'"""A lamp."""\n{line}\n')
    assert wrong and {(s, c) for s, c, _ in wrong} == {("error", "security")}
    assert all("a module imports mud.api and nothing else of mud, not mud." in message for _, _, message in wrong)


@pytest.mark.parametrize(
    "code",
    [
        "import time\ntime.sleep(1)",
        "import time as t\nt.sleep(1)",
        "from time import sleep\nsleep(1)",
        "from time import sleep as rest\nrest(1)",
        "def f():\n    import time; time.sleep(1)",
        "import time\nasync def job(work): time.sleep(1)",
    ],
)
def test_to_sleep_by_any_name_is_to_stop_the_game(tmp_path: Path, code: str) -> None:  # S2.7
    says = "__init__.py:3: time.sleep stops the whole game: set a timer"
    assert sources(tmp_path, f'"""A lamp."""\n{code}\n') == [("error", "performance", says)]


def test_what_is_not_awaited_does_not_happen(tmp_path: Path) -> None:  # S2.7
    code = "import asyncio as a\ndef handler(ctx, args):\n    a.sleep(1)\nasync def job(work):\n    await a.sleep(1)\n"
    says = "__init__.py:4: asyncio.sleep is not awaited, so nothing happens: set a timer, or await it in a Job"
    assert sources(tmp_path, f'"""A lamp."""\n{code}') == [("error", "performance", says)]
    code = "import asyncio\ndef handler(ctx, args):\n    asyncio.run(ctx)\n"
    says = "__init__.py:4: asyncio.run stops the whole game: use a Job, or an asynchronous method"
    assert sources(tmp_path, f'"""A lamp."""\n{code}') == [("error", "performance", says)]


@pytest.mark.parametrize(
    ("line", "other"),
    [
        ("import modules.auction", "modules.auction"),
        ("from modules import auction", "modules.auction"),
        ("from modules.auction.lots import Lot", "modules.auction"),
        ("from modules.lamps import Lamp", "modules.lamps"),
        ("from .. import auction", ".."),
        ("from ..auction import Lot", "..auction"),
    ],
)
def test_a_module_imports_no_other_module(tmp_path: Path, line: str, other: str) -> None:  # S2.5, S2.7
    says = f"__init__.py:2: a module imports no other module ({other}): tell it by a signal, ask it by a request"
    assert sources(tmp_path, f'"""A lamp."""\n{line}\n') == [("error", "api", says)]


def test_what_lies_deeper_may_import_its_own_package(tmp_path: Path) -> None:  # S2.7
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "deep.py").write_text('"""Deep."""\nfrom .. import wick\n', "utf-8")
    assert sources(tmp_path, '"""A lamp."""\n') == []


USES = {
    "import asyncio\nasync def f(): await asyncio.open_connection('x', 1)": "network",
    "from asyncio import open_connection as o\no": "network",
    "import urllib\nurllib.request.urlopen('x')": "external",
    "import asyncio\nasyncio.create_subprocess_exec('x')": None,
}


@pytest.mark.parametrize("code", USES)
def test_what_is_reached_through_a_harmless_import_needs_its_permission_too(tmp_path: Path, code: str) -> None:  # S2.6
    permission = USES[code]
    ((severity, category, message),) = sources(tmp_path, f'"""A lamp."""\n{code}\n')
    assert (severity, category) == ("error", "security")
    assert (f'needs permissions=("{permission}",)' if permission else "is not for modules") in message
    if permission:
        assert sources(tmp_path, f'"""A lamp."""\n{code}\n', permissions=("database", permission)) == []


def test_a_module_may_call_its_own_things_as_it_likes(tmp_path: Path) -> None:  # S2.7
    code = "def open(ctx, args): ...\nopen\ndef f(input, time):\n    time.sleep(input)\n"
    assert sources(tmp_path, f'"""A lamp."""\n{code}') == []


def test_every_file_is_read_but_tests_and_each_is_named(tmp_path: Path) -> None:  # S2.7
    (tmp_path / "inner").mkdir()
    (tmp_path / "tests").mkdir()
    (tmp_path / "inner" / "deep.py").write_text('"""Deep."""\nimport socket\n', "utf-8")
    (tmp_path / "tests" / "test_lamp.py").write_text("import socket\n", "utf-8")
    assert sources(tmp_path, '"""A lamp."""\n') == [
        ("error", "security", 'inner/deep.py:2: socket needs permissions=("network",)')
    ]


def test_what_an_editor_leaves_beside_a_file_is_none_of_its_files(tmp_path: Path) -> None:  # S2.7
    (tmp_path / ".#bid.py").symlink_to("you@here.1234")  # an Emacs lock leads nowhere
    (tmp_path / "#bid.py").write_text("def half(", "utf-8")
    assert sources(tmp_path, '"""Lamp."""\n') == []


def test_a_file_without_a_docstring_is_a_warning(tmp_path: Path) -> None:  # S2.7
    assert sources(tmp_path, "x = 1\n") == [("warning", "documentation", "__init__.py has no docstring")]


@pytest.mark.parametrize("content", [b"def broken(:\n", b'"\xff\xfe"\n'])
def test_a_file_that_can_not_be_read_is_an_error(tmp_path: Path, content: bytes) -> None:  # S2.7
    (tmp_path / "__init__.py").write_bytes(content)
    ((severity, category, message),) = found(check(lamp(), tmp_path))
    assert (severity, category) == ("error", "interface") and message.startswith("__init__.py: ")
