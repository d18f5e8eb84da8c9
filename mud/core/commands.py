"""Commands as a table: how a typed line finds its handler."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import Generic, TypeVar

from msgspec import Struct

from mud.core.errors import Conflict, Rejected
from mud.core.world.model import ROLES, Position, Role

#: The type of what a handler is given. A table of commands need not know it.
C = TypeVar("C")


class CommandEntry(Struct, Generic[C], frozen=True):
    """One command. `help` is its help page; the first line gives its syntax and what it does.

    `aliases` are other ways to write it: whole words, or a sign like `'` that needs no space after it.
    When an abbreviation fits several commands, one that `yields` gives way to those that don't. Players whose position
    is lower than `needs` can't use it. Help lines that begin with "For builders:" or "For admins:" are for them only.
    """

    name: str
    handler: Callable[[C, str], None]
    topic: str
    help: str
    role: Role = "player"
    aliases: tuple[str, ...] = ()
    yields: bool = False
    needs: Position = "sleeping"


def page_for(page: str, role: Role) -> str:
    """A help page as someone with `role` reads it."""
    return "\n".join(line for line in page.splitlines() if allowed(role, _reader(line)))


def _reader(line: str) -> Role:
    """The role that a line of a help page is for."""
    word = line.strip().partition(":")[0].removeprefix("For ").removesuffix("s")
    return next((role for role in ROLES if role == word and line.strip().startswith("For ")), "player")


def allowed(role: Role, needed: Role) -> bool:
    """Whether `role` includes the rights of `needed`: each role has the rights of all roles before it."""
    return ROLES.index(role) >= ROLES.index(needed)


class CommandTable(Generic[C]):
    """All commands, found by name, by alias, or by an unambiguous abbreviation."""

    def __init__(self, commands: Iterable[CommandEntry[C]]) -> None:
        self.commands: dict[str, CommandEntry[C]] = {}
        self._exact: dict[str, CommandEntry[C]] = {}
        self._signs: set[str] = set()
        self.add(commands)

    def add(self, commands: Iterable[CommandEntry[C]]) -> None:
        """Add commands: all of them or none. Raises Conflict with the `other` when a word is taken."""
        commands = list(commands)
        words: dict[str, CommandEntry[C]] = {}
        for command in commands:
            for word in (command.name, *command.aliases):
                other = self._exact.get(word) or words.get(word)
                if other is not None:
                    raise Conflict(f"two commands are called {word!r}", word=word, other=other)
                words[word] = command
        for command in commands:
            self._exact.update(dict.fromkeys((command.name, *command.aliases), command))
            self.commands[command.name] = command
        self._signs.update(word for word in words if not word[0].isalnum())

    def remove(self, commands: Iterable[CommandEntry[C]]) -> None:
        """Remove commands. Those that are not in the table are skipped."""
        for command in commands:
            if self.commands.get(command.name) is command:
                del self.commands[command.name]
                for word in (command.name, *command.aliases):
                    del self._exact[word]
        self._signs = {w for w in self._exact if not w[0].isalnum()}

    def move_last(self, commands: Iterable[CommandEntry[C]]) -> None:
        """List these after all others, in the order given. Those that are not in the table are skipped."""
        for command in commands:
            if self.commands.get(command.name) is command:
                self.commands[command.name] = self.commands.pop(command.name)

    def words(self) -> frozenset[str]:
        """Every name and alias. None of them may be used as a player's name."""
        return frozenset(self._exact)

    def split(self, line: str) -> tuple[str, str]:
        """Split a line into its verb and the rest: `'hello` into `'` and `hello`."""
        line = line.strip()
        if line[:1] in self._signs:
            return line[0], line[1:].strip()
        verb, _, rest = line.partition(" ")
        return verb.casefold(), rest.strip()

    def find(self, verb: str, role: Role) -> CommandEntry[C]:
        """The command that `verb` means for someone with `role`.

        Raises Rejected when no command fits (it names similar ones) or when several do.
        """
        exact = self._exact.get(verb)
        verb = verb[:40]
        if exact is not None and allowed(role, exact.role):
            return exact
        names = [c.name for c in self.commands.values() if allowed(role, c.role)]
        begun = [name for name in names if name.startswith(verb)]
        begun = [name for name in begun if not self.commands[name].yields] or begun
        if len(begun) == 1:
            return self.commands[begun[0]]
        if begun:
            raise Rejected(f"{verb!r} could be {either(begun)}. Which one?")
        near = get_close_matches(verb, names, 3, 0.6)
        hint = f" Did you mean {either(near)}?" if near else " Try help."
        raise Rejected(f"There is no command {verb!r}.{hint}")

    def by_topic(self, role: Role) -> dict[str, list[CommandEntry[C]]]:
        """The commands that someone with `role` may use, by topic, in the order of the table."""
        topics: dict[str, list[CommandEntry[C]]] = {}
        for command in self.commands.values():
            if allowed(role, command.role):
                topics.setdefault(command.topic, []).append(command)
        return topics


def either(words: list[str]) -> str:
    """ "a", "a or b", "a, b or c"; with more than six words, only the first six."""
    words = words[:6]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
