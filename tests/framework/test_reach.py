"""What a module's code reaches for that is no module's is named before it runs, with what to write instead."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest

from mud.core.context import CoreContext
from mud.core.world import view
from mud.core.world.model import Account, Character, Item
from mud.core.world.world import World
from mud.framework import reach
from mud.framework.sources import check_source
from mud.sdk import context, game_context


def found(line: str, signature: str = "def f(ctx: Context[S], args: str) -> None:") -> list[str]:
    """What is wrong with a line of a handler."""
    return [text for _, text in reach.check(ast.parse(f"{signature}\n    {line}\n"))]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("ctx.player.level += 5", "write ctx.change(thing, level=...)"),
        ("ctx.player.level = 5", "ctx.player.level is only to be read"),
        ("del ctx.player.aliases['k']", "write ctx.change(thing, aliases=...)"),
        ("ctx.player.settings['pager'] = 'off'", "write ctx.change(thing, settings=...)"),
        ("ctx.player.settings.update(pager='off')", "write ctx.change(thing, settings=...)"),
        ("ctx.world.characters[args].remembers.append('p9')", "write ctx.change(thing, remembers=...)"),
        ("ctx.find_player('ada').room = 'hall'", "write ctx.move(character, room)"),
        ("ctx.world.items['i1'].owner = 'room:hall'", "write ctx.move_item(item, owner_key)"),
        ("ctx.world.ledger.balances['k'] = 5", "write ctx.pay(debit, credit, amount, reason)"),
        ("ctx.world.ledger.transfer('a', 'b', 1, 'c', 0)", "write ctx.pay(debit, credit, amount, reason)"),
        ("ctx.world.edit(ctx.player)", "write ctx.change(thing, field=value)"),
        ("ctx.world.timers.cancel('t1')", "ctx.cancel(Kind or what ctx.set_timer gave)"),
        ("ctx.world.journal.commit()", "ctx.world.journal is nothing that modules have"),
        ("ctx._core.world", "_core is private, and no module's"),
        ("ctx.world._held['k']", "_held is private, and no module's"),
        ("ctx.sessions.of(ctx.player)", "write ctx.connected(character), ctx.session_of(character)"),
        ("ctx.modules.companions(ctx, 'p1')", "write ctx.companions(character.id)"),
        ("ctx.peek().count += 1", "write ctx.state.count"),
        ("ctx.peek().names.clear()", "write ctx.state.names"),
        ("ctx.nonsense()", "ctx.nonsense is nothing that modules have"),
        ("object.__setattr__(x, 'level', 6)", "__setattr__ goes around the journal"),
        ("msgspec.structs.force_setattr(x, 'level', 6)", "force_setattr goes around the journal"),
        ("from msgspec.structs import force_setattr", "force_setattr goes around the journal"),
        ("from msgspec.structs import force_setattr as put", "force_setattr goes around the journal"),
        ("force_setattr(x, 'level', 6)", "force_setattr goes around the journal"),
        ("Struct.__setattr__(x, 'level', 6)", "__setattr__ goes around the journal"),
        ("msgspec.Struct.__setattr__(x, 'level', 6)", "__setattr__ goes around the journal"),
        ("type(ctx.player).__setattr__(x, 'level', 6)", "__setattr__ goes around the journal"),
        ("put = x.__setattr__", "__setattr__ goes around the journal"),
        ("ctx.player.__setattr__('level', 6)", "__setattr__ goes around the journal"),
        ("ctx.player.settings.__setitem__('pager', 'off')", "__setitem__ goes around the journal"),
        ("dict.__setitem__(x, 'pager', 'off')", "__setitem__ goes around the journal"),
        ("dict.update(x, pager='off')", "update goes around the journal"),
        ("put = list.append", "append goes around the journal"),
        ("set.discard(x, 1)", "discard goes around the journal"),
        ("x.__dict__['doors'] = {}", "__dict__ goes around the journal"),
        ("setattr(ctx.player, 'level', 5)", "ctx.player is only to be read: write ctx.change(thing, level=...)"),
        ("setattr(ctx.world.items['i1'], 'owner', 'room:hall')", "write ctx.move_item(item, owner_key)"),
        ("setattr(ctx.player, args, 5)", "ctx.player is only to be read: write ctx.change(thing, field=...)"),
        ("delattr(ctx.player, 'level')", "ctx.player is only to be read"),
        ("setattr(ctx.peek(), 'count', 5)", "write ctx.state.count"),
        ("vars(ctx.world)['doors'] = {}", "ctx.world is only to be read"),
        ("getattr(ctx, '_core').world", "_core is private, and no module's"),
        ("core = getattr(x, '_core')", "_core is private, and no module's"),
        ("w = ctx.world; w._held.clear()", "_held is private, and no module's"),
        ("self._core = 1; ctx._core.world", "_core is private, and no module's"),
        ("clock = ctx.clock; clock._clock.stop()", "_clock is private, and no module's"),
        ("ctx.clock.stop()", "ctx.clock.stop is nothing that modules have: they read ctx.clock.game"),
        ("ctx.clock.go()", "ctx.clock.go is nothing that modules have"),
        ("ctx.random.seed(1)", "the game's chance is the same for all"),
    ],
)
def test_what_reaches_too_far_is_named_once_with_what_to_write(line: str, says: str) -> None:
    (text,) = found(line)
    assert says in text


@pytest.mark.parametrize(
    "line",
    [
        "ctx.state.count += 1",
        "ctx.state.names['ada'] = 1",
        "ctx.state.order.append(1)",
        "del ctx.state.names['ada']",
        "ctx.pop()",
        "ctx.world.held(ctx.player.owner_key).sort()",
        "ctx.world.ledger.balance(ctx.player.owner_key)",
        "ctx.change(ctx.player, level=ctx.player.level + 1)",
        "ctx.player.settings.get('pager')",
        "ctx.world.defs.rooms['hall']",
        "ctx.settings(S).seconds",
        "ctx.log.info('x')",
        "ctx.random.choice([1])",
        "world = args; world.journal.commit()",
        "setattr(ctx.state, args, 1)",
        "getattr(ctx.player, args)",
        "vars(args)",
        "ctx.clock.ago('game', 3.0)",
        "super().__setattr__('level', 6)",
        "self._level = 1; args._level += self._level",
        "type(args).__name__",
        "x = dict(a=1); x.update(b=2)",
        "ctx.random.shuffle([1])",
    ],
)
def test_what_a_module_may_do_is_left_alone(line: str) -> None:
    assert found(line) == []


def test_a_context_is_known_by_its_type_too() -> None:
    assert len(found("who.player.level = 1", "def f(who: Context[S], args: str) -> None:")) == 1
    assert len(found("who.player.level = 1", "def f(who: api.Context, args: str) -> None:")) == 1
    assert found("who.player.level = 1", "def f(who: Other, args: str) -> None:") == []


@pytest.mark.parametrize(
    "line",
    ["import mud.core.opened", "from mud.core.opened import RUNNING", "from mud.core import guard", "import gc"],
)
def test_what_says_what_is_open_is_not_for_modules(line: str, tmp_path: Path) -> None:
    path = tmp_path / "__init__.py"
    path.write_text(f'"""x"""\n\n{line}\n', "utf-8")
    assert any(f.severity == "error" for f in check_source(path, Path("__init__.py"), "lamp", frozenset()))


def test_a_finding_names_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "__init__.py"
    path.write_text('"""x"""\n\n\ndef f(ctx, args):\n    ctx.player.level += 5\n', "utf-8")
    (finding,) = check_source(path, Path("__init__.py"), "lamp", frozenset())
    assert finding.severity == "error" and finding.message.startswith("__init__.py:5: ctx.player.level is only")


def test_all_that_the_kernel_has_and_modules_have_not_is_told_or_is_no_word_of_theirs() -> None:
    """Names of the kernel's contexts that a module might try, from what it was once given."""
    public = {n for n in vars(CoreContext(*[None] * 6)) if n[0] != "_"}  # type: ignore[arg-type]
    told = set(game_context.INSTEAD) | reach.OF_CONTEXT | {"world"}
    assert public - told == {"commands", "spells", "sought", "again", "may_wait", "acted"}


def test_no_table_tells_of_what_is_there_or_of_what_is_not() -> None:
    assert not set(game_context.INSTEAD) & reach.OF_CONTEXT and not set(view.INSTEAD) & reach.OF_WORLD
    assert {n for n in view.INSTEAD if not hasattr(World, n)} == {"timers", "accounts", "transfer", "writes"}
    for kind in (Account, Character, Item):
        assert set(kind.changed_by) <= set(kind.__struct_fields__)


@pytest.mark.parametrize("text", [*game_context.INSTEAD.values(), *view.INSTEAD.values(), *reach.CHANGED_BY.values()])
def test_what_is_said_to_be_written_is_there(text: str) -> None:
    for node in ast.walk(ast.parse(f"f({text!r})")):
        assert not isinstance(node, ast.Attribute)
    for part in text.split("ctx.")[1:]:
        name = "".join(c if c.isalnum() or c == "_" else " " for c in part).split()[0]
        assert name in reach.OF_CONTEXT, f"{text}: there is no ctx.{name}"


def test_every_method_of_a_context_says_what_it_does() -> None:
    assert all(inspect.getdoc(getattr(context.Context, name)) for name in reach.OF_CONTEXT - {"world"})
