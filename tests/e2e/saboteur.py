"""A module that does in each of its hooks what a file says, and a program that does so when it takes over.

Never in a rehearsal: what is proven here is what happens when it went well.
"""

from __future__ import annotations

import json
from pathlib import Path

from tests.e2e.harness import ROOT, Game

#: Read by every program of the server before its own code. What a file says is run; "taking over" is a moment too.
SITE = f"""
import builtins, os, pathlib, sys
FOLDER = pathlib.Path(os.environ["TROUBLE"])
REHEARSAL = "EVERWAKE_REHEARSAL" in os.environ

def called():
    frame, names = sys._getframe(), set()
    while frame is not None:
        names.add(frame.f_code.co_qualname)
        frame = frame.f_back
    return names

def trouble(moment):
    if REHEARSAL:
        return None
    path = FOLDER / moment
    if not path.exists():
        only = next(iter(FOLDER.glob(moment + "@*")), None)
        if only is None or only.name.partition("@")[2] not in called():
            return None
        path = only
    names = {{}}
    exec(compile(path.read_text(), str(path), "exec"), names)
    return names.get("wait")

builtins.trouble = trouble
if "EVERWAKE_HANDOVER" in os.environ:
    sys.path.insert(0, {str(ROOT)!r})
    trouble("taking over")
"""

CODE = '''"""Saboteur: counts what it is told to, and has trouble wherever it can."""
import inspect

from mud.api import Command, Context, HealthCheck, InService, Job, Module, On, State, Timer, Veto, WallTimer, Work


class Count(State):
    count: int = 0
    prepared: int = 0
    rung: tuple[str, ...] = ()


class Early(WallTimer):
    name: str


class Bomb(WallTimer):
    pass


def count(ctx: Context[Count], args: str) -> None:
    """count -- count one up"""
    ctx.state.count += 1
    ctx.send(f"VERSION {ctx.state.count} {' '.join(ctx.state.rung)}.")


def show(ctx: Context[Count], args: str) -> None:
    """show -- what it is"""
    ctx.send(f"VERSION {ctx.state.count} {' '.join(ctx.state.rung)}.")


def arm(ctx: Context[Count], args: str) -> None:
    """arm SECONDS -- have three timers due at once, of which the second has trouble"""
    ctx.set_timer(float(args), Early("one"))
    ctx.set_timer(float(args), Bomb())
    ctx.set_timer(float(args), Early("two"))
    ctx.send("Armed.")


def ring(ctx: Context[Count], timer: Early) -> None:
    ctx.state.rung += (timer.name,)


def explode(ctx: Context[Count], timer: Bomb) -> None:
    ctx.state.count += 1000
    trouble("timer")
    ctx.state.count -= 1000


def served(ctx: Context[Count], signal: InService) -> None:
    ctx.state.count += 1000
    trouble("in service")
    ctx.state.count -= 1000


def veto(ctx: Context[Count]) -> Veto | None:
    trouble("veto")
    return None


def prepare(ctx: Context[Count]) -> None:
    ctx.state.prepared += 1
    ctx.state.count += 1000
    trouble("prepare")
    ctx.state.count -= 1000


def cleanup(ctx: Context[Count]) -> None:
    ctx.state.count += 1000
    trouble("cleanup")
    ctx.state.count -= 1000


def save_state(ctx: Context[Count]) -> Count:
    trouble("save_state")
    return ctx.state


def restore_state(ctx: Context[Count], state: Count) -> Count:
    trouble("restore_state")
    return state


async def may_wait(moment: str) -> None:
    wait = trouble(moment)
    if wait is not None:
        await wait()


def initialize(work: Work) -> None:
    trouble("initialize")


async def start(work: Work) -> None:
    await may_wait("start")


async def stop(work: Work) -> None:
    await may_wait("stop")


def shutdown(work: Work) -> None:
    trouble("shutdown")


async def job(work: Work) -> None:
    await may_wait("job")


async def check(work: Work) -> None:
    await may_wait("check")


MODULE = Module(
    name="saboteur", version="1.0.0", state=Count,
    commands=[Command("count", count), Command("arm", arm), Command("showcount", show)],
    on=[On(Early, ring), On(Bomb, explode), On(InService, served)],
    jobs=(Job("job", job),), health=(HealthCheck("check", check, 0.1),),
    veto=veto, prepare=prepare, cleanup=cleanup, save_state=save_state, restore_state=restore_state,
    initialize=initialize, start=start, stop=stop, shutdown=shutdown,
)
'''


class Saboteur:
    """A server that has the module, and the folder that says what happens."""

    def __init__(self, game: Game, folder: Path, more: str = "", modules: str = "") -> None:
        self.game = game
        self.folder = folder / "trouble"
        self.module = folder / "mods" / "saboteur" / "__init__.py"
        site = folder / "site"
        for path in (self.folder, self.module.parent, site):
            path.mkdir(parents=True)
        (site / "sitecustomize.py").write_text(SITE)
        self.module.write_text(CODE)
        config = folder / "everwake.toml"
        limits = "errors = 50\ninitialize_seconds = 0.5\nstart_seconds = 0.5\nstop_seconds = 0.5\n"
        config.write_text(f"[modules]\nfolders = {json.dumps([str(folder / 'mods')])}\n{limits}{modules}\n{more}")
        game.environment |= {"PYTHONPATH": str(site), "TROUBLE": str(self.folder)}
        game.arguments = ("--config", str(config), *game.arguments)

    def at(self, moment: str, does: str) -> None:
        """From now on this happens at a moment; with "@NAME" only within a function of that qualified name."""
        (self.folder / moment).write_text(does)

    def peace(self) -> None:
        """Nothing happens any more."""
        for path in self.folder.iterdir():
            path.unlink()
