"""`run.py module ...` and `run.py metrics`: modules as operators and developers see them."""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from mud import __version__
from mud.cli import package
from mud.cli.client import DONE, FAILED, Add, ask_running, not_running, say, show
from mud.cli.labels import add_labels, by, labels
from mud.cli.loaded import loaded
from mud.cli.output import as_json
from mud.cli.words import seconds
from mud.config import Config
from mud.core.commands import CommandTable
from mud.core.errors import FrameworkError, Invalid, NotFound
from mud.core.text.table import table
from mud.framework import contract, finder, openapi, settings, validation
from mud.framework.instance import Instance
from mud.framework.lifecycle import ModuleState
from mud.framework.loader import NATIVE, Loader
from mud.framework.packages.archive import MANIFEST, checksum
from mud.framework.registry import Registry
from mud.framework.report import interface_of
from mud.framework.sources import Finding
from mud.snapshot.envelope import unpack

#: A year, in seconds.
YEAR = 366 * 86400.0
#: The operations on one module that a running server offers.
MANAGE = ("load", "unload", "reload", "start", "stop", "restart", "pause", "resume", "configure")


def register(commands: Any, add: Add) -> None:
    """Add the commands."""
    group = commands.add_parser("module", help="manage modules").add_subparsers(required=True, metavar="WHAT")
    add(group, "list", list_, "list all modules and their states")
    add(group, "show", show_, "describe one module in full").add_argument("name")
    add(group, "schema", schema, "print the JSON Schemas of a module's settings and state").add_argument("name")
    add(group, "api", api, "print a module's methods, with JSON Schemas").add_argument("name")
    call_ = add(group, "call", call, "call a method of a module of the running server, and print its reply as JSON")
    call_.add_argument("name")
    call_.add_argument("method", help="as in `module api`: auction.price, or price for short")
    call_.add_argument("fields", nargs="?", default="{}", metavar="JSON", help="the fields of its request ({})")
    call_.add_argument("--api", default="", metavar="VERSION", help="the version of the API that you need, as 1.2")
    check_ = add(group, "check", check, "check modules' contracts; exits with 1 if one is broken")
    check_.add_argument("names", nargs="*", metavar="NAME")
    check_.add_argument("--all", action="store_true", help="check all modules")
    add(group, "openapi", openapi_, "print the endpoints of modules as OpenAPI").add_argument("names", nargs="*")
    new = add(group, "new", new_, "create a new module")
    new.add_argument("name")
    new.add_argument(
        "--with", dest="features", default="commands", help="any of commands,timers,settings,database,api (commands)"
    )
    new.add_argument("--in", dest="folder", type=Path, default=NATIVE, help="the folder to create it in (modules/)")
    new.add_argument("--force", action="store_true", help="overwrite the files of an existing module")
    package.register(group, add)
    out = add(group, "export", export, "write a module's state to a file, to keep it or to move it elsewhere")
    out.add_argument(
        "--expires-in", type=seconds(10 * YEAR), metavar="SECONDS", help="refuse to import it after this time"
    )
    add_labels(out)
    into = add(group, "import", import_, "give a module the state from a file: all of it, or nothing changes")
    for each in (out, into):
        each.add_argument("name")
        each.add_argument("file", type=Path)
    for verb in MANAGE:
        add(group, verb, manage(verb), f"{verb} a module of the running server").add_argument("name")
    add(commands, "metrics", metrics, "print the metrics of all workers of the running server")


# Looking


def row(instance: Instance) -> dict[str, str]:
    """A module's row in a list."""
    failed = instance.life.state is ModuleState.FAILED
    return {
        "name": instance.name,
        "version": instance.module.version,
        "state": "broken" if failed else "sound",
        "source": instance.source.kind,
        "text": instance.figures.last_error if failed else instance.module.description,
    }


def list_(options: argparse.Namespace, config: Config) -> int:
    """`run.py module list`"""
    answer = ask_running(config, "module.list")
    if answer is not None and not answer["ok"]:
        return say(options, answer, "")
    rows = answer["modules"] if answer is not None else [row(i) for i in loaded(config).instances.values()]
    header = ("NAME", "VERSION", "STATE", "SOURCE", "WHAT IT IS")
    text = table(header, ([m[part] for part in ("name", "version", "state", "source", "text")] for m in rows))
    return show(options, rows, text if rows else "there are no modules")


def show_(options: argparse.Namespace, config: Config) -> int:
    """`run.py module show`"""
    answer = ask_running(config, "module.show", name=options.name)
    if answer is not None:
        return say(options, answer, "{text}")
    registry = loaded(config)
    instance = registry.get(options.name)
    text = "\n".join(f"{name:8} {value}" for name, value in row(instance).items())
    return show(options, row(instance), text)


def schema(options: argparse.Namespace, config: Config) -> int:
    """`run.py module schema`: the schemas of the configuration and of the `.dat` file (S0.18, S2.4)."""
    module = imported(options.name, config).module
    found = {
        "module": module.name,
        "version": module.version,
        "settings": settings.schema(module.settings),
        "state": {"schema": module.state_version, "sections": settings.schema(module.state)},
    }
    print(as_json(found, 2))
    return DONE


def api(options: argparse.Namespace, config: Config) -> int:
    """`run.py module api`: what other modules, programs and operators may ask of a module (S2.5)."""
    print(as_json(interface_of(imported(options.name, config).module), 2))
    return DONE


def call(options: argparse.Namespace, config: Config) -> int:
    """`run.py module call`"""
    try:
        fields = json.loads(options.fields)
    except ValueError as error:
        raise Invalid(f"{options.fields!r} is no JSON: {error}") from error
    method = options.method if "." in options.method else f"{options.name}.{options.method}"
    if method.partition(".")[0] != options.name:
        raise Invalid(f"{method} is no method of {options.name}: its name begins with {options.name}.")
    request = {"method": method, "data": fields, "needs": options.api}
    return say(options, ask_running(config, "module.call", **request) or not_running(config), "{text}")


def imported(name: str, config: Config) -> finder.ModuleCode:
    """A module's code. Raises FrameworkError."""
    source = Loader(Registry(CommandTable(())), config.given(), time.time).source(name)
    finder.take_out(finder.package_of(source))
    return finder.load(source)


def check(options: argparse.Namespace, config: Config) -> int:
    """`run.py module check`: the contract of one, some or all (S4.9)."""
    sources = Loader(Registry(CommandTable(())), config.given(), time.time).sources()
    names = list(sources) if options.all else options.names
    if not names:
        raise NotFound("check which module? Write a name, or --all")
    results, rows = [], []
    for name in names:
        try:
            code = imported(name, config)
            report = contract.check(code.module, sources[name].folder)
            wrong = misfits(name, code, config)
            findings = [msgspec.to_builtins(finding) for finding in [*report.findings, *wrong]]
            score, valid = report.score, report.is_valid and not wrong
        except FrameworkError as error:
            findings = [{"severity": "error", "category": "interface", "message": str(error)}]
            score, valid = 0, False
        results.append({"module": name, "is_valid": valid, "score": score, "findings": findings})
        rows.append(f"{name}: {'keeps its contract' if valid else 'BREAKS its contract'}, score {score}")
        rows += [f"  {f['severity']:8} {f['category']:14} {f['message']}" for f in findings]
        if name in sources and (sources[name].folder / MANIFEST).exists():
            rows.append(f'  for its {MANIFEST}: checksum = "{checksum(sources[name].folder)}"')
    show(options, results, "\n".join(rows))
    return DONE if all(result["is_valid"] for result in results) else FAILED


def misfits(name: str, code: finder.ModuleCode, config: Config) -> list[Finding]:
    """What this code could not go on with of all that the module has in the running game, if there is one."""
    if not config.run.is_dir():
        return []
    with tempfile.TemporaryDirectory(prefix="check-", dir=config.run) as folder:
        file = Path(folder, f"{name}.dat")
        answer = ask_running(config, "module.export", name=name, file=str(file), by=by())
        if answer is None or not answer["ok"]:
            return []  # nothing runs, or not this module
        snapshot = unpack(file.read_bytes(), str(file), config.key())
    found = validation.validated(code.module, snapshot, time.time())
    lines = [*found.errors, *(text for verdict in found.sections.values() for text in verdict.errors)]
    return [Finding("error", "running game", text) for text in lines]


def openapi_(options: argparse.Namespace, config: Config) -> int:
    """`run.py module openapi`"""
    registry = loaded(config)
    names = options.names or [i.name for i in registry.instances.values() if i.life.state is not ModuleState.FAILED]
    described = openapi.describe([registry.get(name).module for name in names], __version__)
    print(as_json(described, 2))
    return DONE


# Making


def new_(options: argparse.Namespace, config: Config) -> int:
    """`run.py module new`"""
    from mud.framework.scaffold import scaffold

    features = [word for word in options.features.split(",") if word]
    made = scaffold(options.name, options.folder, features, force=options.force)
    text = "\n".join([*(f"made {path}" for path in made), f"try it: python run.py module check {options.name}"])
    return show(options, [str(path) for path in made], text)


# The running server


def manage(verb: str) -> Callable[[argparse.Namespace, Config], int]:
    """`run.py module restart`, and the other operations on one module"""

    def run(options: argparse.Namespace, config: Config) -> int:
        answer = ask_running(config, "module.manage", what=verb, name=options.name)
        return say(options, answer or not_running(config), "{text}")

    return run


def export(options: argparse.Namespace, config: Config) -> int:
    """`run.py module export`"""
    request = {"name": options.name, "file": str(options.file.absolute()), "expires_in": options.expires_in}
    answer = ask_running(config, "module.export", **request, **labels(options))
    return say(options, answer or not_running(config), "{text}")


def import_(options: argparse.Namespace, config: Config) -> int:
    """`run.py module import`"""
    request = {"name": options.name, "file": str(options.file.absolute())}
    return say(options, ask_running(config, "module.import", **request) or not_running(config), "{text}")


def metrics(options: argparse.Namespace, config: Config) -> int:
    """`run.py metrics`"""
    return say(options, ask_running(config, "metrics") or not_running(config), "{text}")
