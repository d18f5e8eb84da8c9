"""In a real server: a module that goes around the journal is refused or fails by name, and nothing of it stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.harness import Game, copyover, wait_for
from tests.e2e.test_modules import Modded

pytestmark = pytest.mark.e2e

#: What the contract can't see, as it goes by way of variables: each way, and what the log says of it.
WAYS = {
    "level": ("me.level += 5", "'level' can't be set like this: write ctx.change(thing, level=...)"),
    "role": ("me.room = 'nowhere'", "'room' can't be set like this: write ctx.move(character, room)"),
    "setting": ("settings = me.settings; settings['pager'] = 'off'", "what is only shown is changed by ctx.change("),
    "alias": ("aliases = me.aliases; aliases.update(k='kill')", "what is only shown is changed by ctx.change("),
    "grudge": (
        "grudges = me.remembers; grudges.append('p9')",
        "this list is not open in this event: what is only shown",
    ),
    "note": ("notes = me.notes; notes['rogue'] = b'x'", "what is only shown is changed by ctx.change("),
    "gold": ("gold = world.ledger; gold.balances[me.owner_key] = 99", "or in ctx.state"),
    "transfer": ("gold = world.ledger; gold.transfer('mint', me.owner_key, 9, '', 0.0)", "gold is moved by ctx.pay("),
    "forget": ("world.forget(me)", "ctx.world has no 'forget'"),
    "edit": ("world.edit(me)", "write ctx.change(thing, field=value)"),
    "vanish": ("there = world.characters; del there[me.id]", "what is only shown is changed by ctx.change("),
    "door": ("doors = world.doors; doors['x north'] = 'locked'", "what is only shown is changed by ctx.change("),
    "timer": ("world.timers.cancel('t1')", "ctx.cancel(Kind or what ctx.set_timer gave)"),
    "peek": ("state = ctx.peek(); state.count += 1", "'count' can't be set like this: write ctx.state.count"),
    "peeked": ("names = ctx.peek().names; names['ada'] = 1", "what is only shown is changed by ctx.change("),
    "exits": ("exits = world.room(me.room).exits; exits.clear()", "this dict is read-only"),
    "clock": ("clock = ctx.clock; clock.stop()", "'ClockView' object has no attribute 'stop'"),
    "doors": ("world.doors = {}", "ctx.world is read-only: 'doors' can't be set"),
    "balances": ("gold = world.ledger; gold.balances = {}", "gold is moved by ctx.pay("),
    "commit": ("world.journal.commit()", "ctx.world has no 'journal'"),
}


def rogue(bodies: dict[str, str]) -> str:
    """The code of a module with a command for each body."""
    code = (
        '"""Goes around."""\n\n'
        "from mud.api import Command, Context, Module, Rejected, State\n\n\n"
        "class Rogue(State):\n    count: int = 0\n    names: dict[str, int] = {}\n\n\n"
        "def count(ctx: Context[Rogue], args: str) -> None:\n"
        "    ctx.state.count += 1\n    ctx.change(ctx.player, title='the Counted')\n"
        "    ctx.send(f'COUNT {ctx.state.count} LEVEL {ctx.player.level}')\n\n\n"
    )
    for name, body in bodies.items():
        code += f"def {name}(ctx: Context[Rogue], args: str) -> None:\n"
        code += f"    me, world = ctx.player, ctx.world\n    {body}\n\n\n"
    code += "KEPT = []\n\n\ndef keep(ctx, args):\n    KEPT.append(ctx.state.names)\n    ctx.send('KEPT')\n\n\n"
    code += "def misuse(ctx, args):\n    KEPT[0]['x'] = 1\n    ctx.send('USED')\n\n\n"
    own = ['Command("count", count)', 'Command("keep", keep)', 'Command("misuse", misuse)']
    commands = ", ".join([*own, *(f'Command("go_{name}", {name})' for name in bodies)])
    return code + f'MODULE = Module(name="rogue", version="1.0.0", state=Rogue, commands=[{commands}])\n'


@pytest.fixture
def modded(stopped: Game, tmp_path: Path) -> Modded:
    (tmp_path / "mods").mkdir()
    made = Modded(stopped, tmp_path / "mods")
    made.option("errors = 1000")
    return made


def test_no_way_around_leaves_anything_and_each_is_named_in_the_log(modded: Modded) -> None:
    modded.write(rogue({name: body for name, (body, _) in WAYS.items()}), "rogue")
    (modded.folder / "counter" / "__init__.py").unlink()
    game = modded.game.start()
    admin, ada = game.admin(), game.player("Ada")
    assert "COUNT 1 LEVEL 1" in ada.command("count")
    for name, (_, says) in WAYS.items():
        assert "Nothing was changed" in ada.command(f"go_{name}")
        wait_for(lambda says=says: says in game.errors(), f"{says!r} in the error log")  # type: ignore[misc]
    assert game.errors().count('"mud.module.rogue"') >= len(WAYS)
    assert "COUNT 2 LEVEL 1" in ada.command("count")
    assert "KEPT" in ada.command("keep") and "Nothing was changed" in ada.command("misuse")
    wait_for(lambda: "this dict is not open in this event" in game.errors(), "what was kept is refused")
    copyover(admin)
    assert "COUNT 3 LEVEL 1" in ada.command("count")
    admin.command("save")
    game.kill()
    game.start()
    ada = game.player("Ada", new=False)
    assert "COUNT 4 LEVEL 1" in ada.command("count") and "the Counted" in ada.command("who")
    assert "Gold: 99" not in ada.command("score") and game.stop() == 0


DIRECT = {
    "level": ("ctx.player.level += 5", "ctx.player.level is only to be read: write ctx.change(thing, level=...)"),
    "gold": ("ctx.world.ledger.balances['x'] = 5", "ctx.world.ledger.balances is only to be read: write ctx.pay("),
    "edit": ("ctx.world.edit(me)", "ctx.world.edit is not for modules: write ctx.change("),
    "core": ("ctx._core.world.serial = 1", "_core is private"),
    "held": ("world._held.clear()", "_held is private"),
    "clock": ("ctx.clock.stop()", "ctx.clock.stop is nothing that modules have"),
    "set": ("setattr(ctx.player, 'level', 6)", "ctx.player is only to be read: write ctx.change(thing, level=...)"),
    "force": ("object.__setattr__(me, 'level', 6)", "__setattr__ goes around the journal"),
}


def test_what_a_line_says_by_itself_is_refused_before_it_runs(modded: Modded) -> None:
    modded.write(rogue({name: body for name, (body, _) in DIRECT.items()}), "rogue")
    checked = modded.run("module", "check", "rogue")
    assert checked.returncode != 0
    said = " ".join((checked.stdout + checked.stderr).split())
    for _, says in DIRECT.values():
        assert says in said
    game = modded.game.start()
    ada = game.player("Ada")
    assert "no command 'go_level'" in ada.command("go_level")
    assert game.stop() == 0
