"""`run.py account ...`: accounts; and the owner's account, which a first start offers to create."""

from __future__ import annotations

import argparse
import getpass
import sys
from typing import Any

from mud.cli.client import DONE, Add, ask, say
from mud.config import Config
from mud.core.errors import EverwakeError, Rejected
from mud.core.text.table import table

ROLES = "player, builder, admin or owner"


def register(commands: Any, add: Add) -> None:
    """Add the commands."""
    group = commands.add_parser("account", help="make and change accounts, the owner's first").add_subparsers(
        required=True, metavar="WHAT"
    )
    create = add(group, "create", create_, "make an account; it asks for the password")
    create.add_argument("name")
    create.add_argument("--role", default="player", help=f"{ROLES} (player)")
    reset = add(group, "reset", reset_, "set an account's password; it asks for it")
    reset.add_argument("name")
    for each in (create, reset):
        each.add_argument("--password-stdin", action="store_true", help="read the password from the input: for scripts")
    role = add(group, "role", role_, "change an account's role; it acts at once")
    role.add_argument("name")
    role.add_argument("role", help=ROLES)
    add(group, "list", list_, "list all accounts")


def create_(options: argparse.Namespace, config: Config) -> int:
    """`run.py account create`"""
    from mud.play import accounts

    accounts.check_role(options.role)
    accounts.proper_name(options.name)  # checked before anybody types a password for nothing
    answer = ask(config, "account.create", name=options.name, role=options.role, password=password(options))
    return say(options, answer, "made {account}, {role}")


def reset_(options: argparse.Namespace, config: Config) -> int:
    """`run.py account reset`"""
    answer = ask(config, "account.reset", name=options.name, password=password(options))
    return say(options, answer, "{account} has a new password")


def role_(options: argparse.Namespace, config: Config) -> int:
    """`run.py account role`"""
    return say(options, ask(config, "account.role", name=options.name, role=options.role), "{account} is {role} now")


def list_(options: argparse.Namespace, config: Config) -> int:
    """`run.py account list`"""
    answer = ask(config, "account.list")
    if options.json or not answer["ok"]:
        return say(options, answer, "")
    print(table(("NAME", "ROLE"), answer["accounts"]) if answer["accounts"] else "there are no accounts")
    return DONE


# Passwords


def password(options: argparse.Namespace) -> str:
    """The new password: from standard input if that was asked for, otherwise from the terminal.

    Raises EverwakeError if there is no terminal.
    """
    if options.password_stdin:
        return first_line()
    if not sys.stdin.isatty():
        raise EverwakeError("there is no terminal to ask for the password: write --password-stdin, and give it there")
    return asked()


def first_line() -> str:
    """The first line of standard input, which has to be UTF-8 as in the game. Raises EverwakeError."""
    try:
        return sys.stdin.buffer.readline().decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise EverwakeError("the password on the input is not UTF-8 text") from error


def asked() -> str:
    """A password, typed twice without echo. Raises EverwakeError if the two differ."""
    try:
        first = getpass.getpass("Password: ")
        second = getpass.getpass("The password again: ")
    except EOFError as error:
        raise EverwakeError("no password was typed; nothing was changed") from error
    if first != second:
        raise EverwakeError("the two passwords differ; nothing was changed")
    return first


# The first start


def offer_owner(config: Config) -> None:
    """If there is no database yet and somebody is at the terminal, offer to create the owner's account."""
    if config.database.exists() or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return
    print("This is the first start, and nobody owns the game yet. The owner may do everything in it.")
    while name := ask_line("Name of the owner (Enter alone: later): "):
        try:
            return make_owner(config, name)
        except EverwakeError as error:
            print(error)


def ask_line(question: str) -> str:
    """Ask a question; "" at the end of the input."""
    try:
        return input(question).strip()
    except EOFError:
        print()
        return ""


def make_owner(config: Config, name: str) -> None:
    """Create the account. Raises EverwakeError for a name or a password that is not allowed."""
    from mud.play import accounts

    accounts.proper_name(name)
    answer = ask(config, "account.create", name=name, role="owner", password=asked())
    if not answer["ok"]:
        raise Rejected(answer["error"])
    print(f"{answer['account']} is the owner. Log in with that name and password when the game is ready.")
