"""The command line: `run.py` and what can be asked of it. A running server is asked through its control socket."""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from mud import config as configuration
from mud.cli.client import DONE, FAILED, ask, say
from mud.config import Config
from mud.core.errors import EverwakeError

#: Commands with a file of their own, `NAME_cli.py`, in the order of the help.
PARTS = ("copyover", "world", "module", "worker", "snapshot")


def main(argv: list[str]) -> int:
    """Run a command line without its program name. Gives the exit code: 0 done, 1 failed, 2 wrong usage."""
    # `run.py --port 0` is short for `run.py serve --port 0`.
    if not argv or (argv[0].startswith("-") and argv[0] not in ("-h", "--help", "--version")):
        argv = ["serve", *argv]
    if argv[0] != "serve":
        gc.enable()  # run.py disabled it; a server enables it when it runs
    try:
        options = parser(argv[0]).parse_args(argv)
    except SystemExit as end:
        return int(end.code or 0)
    run: Callable[[argparse.Namespace, Config], int] = options.run
    try:
        return run(options, configure(options))
    except (EverwakeError, OSError) as error:
        print(f"run.py: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return FAILED


def parser(command: str) -> argparse.ArgumentParser:
    """What can be written. Of the commands in PARTS only `command` where it is known: it neither waits for the others'
    imports nor fails for them (`copyover rollback` gets one out of code that does not import)."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--data", metavar="DIR", help="the data folder (data)")
    common.add_argument("--world", metavar="DIR", help="the folder of the world's files (world)")
    common.add_argument("--config", metavar="FILE", type=Path, help="the operator's configuration")
    common.add_argument("--json", action="store_true", help="answer in JSON")
    top = argparse.ArgumentParser(
        prog="run.py", description="Everwake, a MUD server that never makes its players reconnect."
    )
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    def add(group: Any, name: str, run: Callable[..., int], help_: str) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = group.add_parser(name, parents=[common], help=help_, description=help_)
        made.set_defaults(run=run)
        return made

    serve_ = add(commands, "serve", serve, "run the server (the default)")
    serve_.add_argument("--host", help='address to listen on; "localhost" and "*" mean IPv4 and IPv6 (127.0.0.1)')
    serve_.add_argument("--port", type=int, help="port to listen on; 0 finds a free one (4000)")
    serve_.add_argument("--dev", action="store_true", help="take what is saved of code and world into the game")

    account = commands.add_parser("account", help="make and change accounts").add_subparsers(
        required=True, metavar="WHAT"
    )
    roles = "player, builder, admin or owner"
    create = add(account, "create", account_create, "make an account")
    create.add_argument("name")
    create.add_argument("--role", default="player", help=roles)
    reset = add(account, "reset", account_reset, "set an account's password")
    reset.add_argument("name")
    for each in (create, reset):
        each.add_argument(
            "--password-stdin", action="store_true", required=True, help="read the password from the input"
        )
    role = add(account, "role", account_role, "change an account's role; it acts at once")
    role.add_argument("name")
    role.add_argument("role", help=roles)
    add(account, "list", account_list, "list all accounts")

    add(commands, "backup", backup, "copy the database while the game plays on").add_argument(
        "file", nargs="?", type=Path
    )
    add(commands, "restore", restore, "put a backup in the database's place").add_argument("file", type=Path)

    known = command in commands.choices
    for name in [command] if command in PARTS else [] if known else PARTS:
        import_module(f"mud.cli.{name}").register(commands, add)
    return top


def configure(options: argparse.Namespace) -> Config:
    """The configuration file, with the command line's options over it."""
    config = configuration.load(options.config)
    for name in ("host", "port", "data", "world"):
        value = getattr(options, name, None)
        if value is not None:
            setattr(config.server, name, value)
    config.dev.watch = config.dev.watch or getattr(options, "dev", False)
    return config


def serve(options: argparse.Namespace, config: Config) -> int:
    """`run.py serve`"""
    from mud.cli.launch import launched

    with launched(config):
        from mud.server.main import serve as run

        return run(config)


# Accounts


def account_create(options: argparse.Namespace, config: Config) -> int:
    """`run.py account create`"""
    answer = ask(config, "account.create", name=options.name, role=options.role, password=read_password())
    return say(options, answer, "made {account}, {role}")


def account_reset(options: argparse.Namespace, config: Config) -> int:
    """`run.py account reset`"""
    answer = ask(config, "account.reset", name=options.name, password=read_password())
    return say(options, answer, "{account} has a new password")


def account_role(options: argparse.Namespace, config: Config) -> int:
    """`run.py account role`"""
    return say(options, ask(config, "account.role", name=options.name, role=options.role), "{account} is {role} now")


def account_list(options: argparse.Namespace, config: Config) -> int:
    """`run.py account list`"""
    answer = ask(config, "account.list")
    if options.json or not answer["ok"]:
        return say(options, answer, "")
    for name, role in answer["accounts"]:
        print(f"{name:20} {role}")
    return DONE


def read_password() -> str:
    """The first line of the input."""
    return sys.stdin.readline().rstrip("\r\n")


# Backups


def backup(options: argparse.Namespace, config: Config) -> int:
    """`run.py backup`"""
    import time

    file = options.file or config.data / "backups" / time.strftime("everwake-%Y%m%d-%H%M%S.db")
    file.absolute().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return say(options, ask(config, "backup", file=str(file.absolute())), "backed up to {file}")


def restore(options: argparse.Namespace, config: Config) -> int:
    """`run.py restore`"""
    from mud.store.lock import Lock
    from mud.store.store import restore as put_back

    lock = Lock.acquire(config.run / "lock")
    try:
        aside = put_back(options.file, config.database)
    finally:
        lock.release()
    kept = f"; the old database is kept as {aside}" if aside else ""
    return say(options, {"ok": True, "file": str(options.file), "aside": str(aside or "")}, f"restored {{file}}{kept}")
