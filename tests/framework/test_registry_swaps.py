"""Modules that come, go and are swapped: whole or not at all, in their order, and nothing of them stays behind."""

from __future__ import annotations

from typing import Any

import pytest

from mud.api import Command, Context, Module, On, Signal, Spell, State
from mud.core.commands import CommandEntry
from mud.core.errors import Conflict
from mud.testing import Kit


class Struck(Signal, tag="clock.struck"):
    pass


def nothing(ctx: Context[State], about: Any) -> None:
    """word -- nothing"""


def module(name: str, *words: str, priority: int = 0) -> Module[State]:
    commands = [Command(word, nothing) for word in words]
    return Module(name=name, version="1.0.0", commands=commands, on=[On(Struck, nothing)], priority=priority)


def test_a_swap_that_clashes_leaves_the_old_one_in_its_place() -> None:
    kit = Kit(module("bank", "bow"), module("pub", "cheer"))
    bank, other = kit.instance("bank"), Kit(module("bank", "cheer")).instance()
    with pytest.raises(Conflict):
        kit.registry.swap(bank, other)
    assert kit.registry.instances == {"bank": bank, "pub": kit.instance("pub")}
    assert kit.registry.listeners(Struck()) == ["bank", "pub"]
    assert kit.registry.commands.find("bow", "player").name == "bow"


def test_whoever_is_removed_hears_no_more() -> None:
    kit = Kit(module("bank"), module("pub"))
    kit.registry.remove(kit.instance("bank"))
    assert kit.registry.listeners(Struck()) == ["pub"]


def test_who_was_swapped_hears_in_its_turn() -> None:
    kit = Kit(module("bank", priority=1), module("pub", priority=2))
    bank = kit.instance("bank")
    again = Kit(module("bank", priority=1)).instance()
    kit.registry.swap(bank, again)
    assert kit.registry.listeners(Struck()) == list(kit.registry.instances) == ["bank", "pub"]
    last = Kit(module("bank", priority=3)).instance()
    kit.registry.swap(again, last)
    assert kit.registry.listeners(Struck()) == list(kit.registry.instances) == ["pub", "bank"]


def test_the_admins_are_told_once() -> None:
    kit = Kit(module("bank"))
    kit.registry.take_out(kit.instance(), 1.0, "keeps failing")
    (text,) = kit.registry.news()
    assert "keeps failing" in text and kit.registry.news() == []


def test_of_one_whose_command_is_taken_no_spell_stays_either() -> None:
    kit = Kit(module("bank", "bow"))
    spell = Spell("charm of coins", nothing)
    clashing = Module(name="pub", version="1.0.0", commands=[Command("bow", nothing)], spells=[spell])
    fine = Module(name="inn", version="1.0.0", spells=[spell])
    with pytest.raises(Conflict, match="two commands are called 'bow'"):
        kit.registry.add(other(clashing))
    kit.registry.add(other(fine))
    assert "inn" in kit.registry.instances and "pub" not in kit.registry.instances


def other(declared: Module[State]) -> Any:
    """A module as it is loaded elsewhere."""
    free = Kit(Module(name=declared.name, version="1.0.0", spells=declared.spells))
    instance = free.instance()
    instance.commands = [CommandEntry(c.name, lambda ctx, args: None, "x", "x") for c in declared.commands]
    return instance
