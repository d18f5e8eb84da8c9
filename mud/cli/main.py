"""The command line: `run.py` and what can be asked of it. A running server is asked through its control socket."""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from mud import __version__
from mud import config as configuration
from mud.cli.client import FAILED
from mud.cli.output import write_what_can_be
from mud.cli.words import Parser, in_order, in_words, whole
from mud.config import LAST_PORT, Config
from mud.copyover import environment
from mud.core.errors import EverwakeError

#: Commands with their own file, in the order of the help; and all commands.
PARTS = ("account", "copyover", "world", "module", "worker", "snapshot", "backup")
COMMANDS = ("serve", *PARTS, "restore", "metrics")
EXAMPLES = """used most:
  run.py                                    the server, on 127.0.0.1 port 4000 (make run sets up and does the same)
  run.py --port 5000 --data DIR             the same on another port, with another data folder
  run.py account create NAME --role owner   an account that may do everything; it asks for the password
  run.py copyover                           new code into the running game, and nobody is disconnected
  run.py world check                        lists every problem in the world's files
  run.py backup                             a copy of the database, while the game plays on
`run.py COMMAND --help` has the rest; --data, --world, --config and --json go with every command."""


def main(argv: list[str]) -> int:
    """Run a command line without its program name. Returns the exit code: 0 done, 1 failed, 2 wrong usage."""
    write_what_can_be()
    argv = in_order(argv, COMMANDS)  # `run.py --port 0` is short for `run.py serve --port 0`
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
        print(f"run.py: {in_words(error) if isinstance(error, OSError) else error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return FAILED


def parser(command: str) -> argparse.ArgumentParser:
    """The parser. Of the commands in PARTS it has only `command`, if that is known, so that it neither waits for the
    others' imports nor fails with them (`copyover rollback` has to work with code that can't be imported)."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--data", metavar="DIR", help="the data folder (data)")
    common.add_argument("--world", metavar="DIR", help="the folder of the world's files (world)")
    common.add_argument("--config", metavar="FILE", type=Path, help="the operator's configuration")
    common.add_argument("--json", action="store_true", help="answer in JSON")
    top = Parser(
        prog="run.py",
        description="Everwake, a MUD server that never makes its players reconnect.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"Everwake {__version__}")
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    def add(group: Any, name: str, run: Callable[..., int], help_: str) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = group.add_parser(name, parents=[common], help=help_, description=help_)
        made.set_defaults(run=run)
        return made

    serve_ = add(commands, "serve", serve, "run the server (the default)")
    serve_.add_argument("--host", help='address to listen on; "localhost" and "*" mean IPv4 and IPv6 (127.0.0.1)')
    serve_.add_argument("--port", type=whole(0, LAST_PORT), help="port to listen on; 0 finds a free one (4000)")
    serve_.add_argument(
        "--dev", action="store_true", help="bring code and world files into the game when they are saved"
    )

    known = command in commands.choices
    for name in [command] if command in PARTS else [] if known else PARTS:
        import_module(f"mud.cli.{name}").register(commands, add)
    return top


def configure(options: argparse.Namespace) -> Config:
    """The configuration file, overridden by the command line's options."""
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

    if not environment.takes_over() and not environment.is_rehearsal():
        from mud.cli.account import offer_owner

        offer_owner(config)
    with launched(config):
        from mud.server.main import serve as run

        return run(config)
