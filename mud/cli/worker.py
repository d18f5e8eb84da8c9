"""`run.py worker ...`: the workers of the running server, modules and processes alike."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from mud.cli.client import FAILED, Add, ask_running, not_running, say, show
from mud.cli.output import as_json
from mud.config import Config
from mud.core.text.table import table

#: The operations on one worker.
VERBS = {
    "start": "start a worker",
    "stop": "stop a worker; it stays stopped until it is started",
    "remove": "remove a stopped process worker",
}


def register(commands: Any, add: Add) -> None:
    """Add the commands."""
    group = commands.add_parser("worker", help="manage workers").add_subparsers(required=True, metavar="WHAT")
    add(group, "list", list_, "list all workers and their states")
    who = add(group, "who", who_, "list the workers that give a capability, such as mail")
    who.add_argument("capability")
    add(group, "show", show_, "describe one worker in full").add_argument("id")
    add(group, "add", add_, "add a process by its manifest").add_argument("manifest", type=Path)
    restart = add(group, "restart", manage, "stop and start a worker")
    restart.add_argument("id")
    restart.add_argument("--force", action="store_true", help="kill it without asking it to end first")
    restart.set_defaults(verb="restart")
    for verb, help_ in VERBS.items():
        made = add(group, verb, manage, help_)
        made.add_argument("id")
        made.set_defaults(verb=verb, force=False)


def list_(options: argparse.Namespace, config: Config) -> int:
    """`run.py worker list`"""
    return listed(options, ask_running(config, "worker.list") or not_running(config))


def who_(options: argparse.Namespace, config: Config) -> int:
    """`run.py worker who`"""
    return listed(options, ask_running(config, "worker.who", capability=options.capability) or not_running(config))


def listed(options: argparse.Namespace, answer: dict[str, Any]) -> int:
    """Print the workers of an answer."""
    if not answer["ok"]:
        return say(options, answer, "")
    parts = ("id", "type", "state", "health", "pid", "last_error")
    rows = [[worker[part] or "-" for part in parts] for worker in answer["workers"]]
    text = table(("ID", "TYPE", "STATE", "HEALTH", "PROCESS", "LAST ERROR"), rows) if rows else "there are no workers"
    return show(options, answer["workers"], text)


def show_(options: argparse.Namespace, config: Config) -> int:
    """`run.py worker show`"""
    answer = ask_running(config, "worker.show", id=options.id) or not_running(config)
    if not answer["ok"]:
        return say(options, answer, "")
    return show(options, answer["worker"], as_json(answer["worker"], 2))


def add_(options: argparse.Namespace, config: Config) -> int:
    """`run.py worker add`"""
    if not options.manifest.is_file():
        return say(options, {"ok": False, "error": f"{options.manifest}: there is no such file"}, "") or FAILED
    answer = ask_running(config, "worker.add", manifest=str(options.manifest.absolute())) or not_running(config)
    return say(options, answer, "{text}")


def manage(options: argparse.Namespace, config: Config) -> int:
    """`run.py worker start|stop|restart|remove`"""
    answer = ask_running(config, f"worker.{options.verb}", id=options.id, force=options.force) or not_running(config)
    return say(options, answer, "{text}")
