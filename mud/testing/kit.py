"""A game with modules and nothing around it: no sockets, no process, no waiting. Tests move its clocks."""

from __future__ import annotations

import asyncio
import copy
import functools
import inspect
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import msgspec

from mud.areas.load import load
from mud.core import events as e
from mud.core.clock import Clock
from mud.core.context import CoreContext
from mud.core.errors import FrameworkError
from mud.core.ledger import MINT
from mud.core.session import Session
from mud.core.signals import Request, Signal
from mud.core.veto import Veto
from mud.core.world.area import WorldDef
from mud.core.world.model import Account, Character, Item, Role
from mud.core.world.world import World, WorldState
from mud.framework.instance import Instance, shape_of
from mud.framework.lifecycle import ModuleState
from mud.framework.loader import ModuleConfig
from mud.framework.manager import ModuleManager
from mud.framework.options import ModuleOptions
from mud.framework.registry import Registry
from mud.framework.work import ModuleWork
from mud.game import Game
from mud.play import zones
from mud.sdk.bases import State
from mud.sdk.context import plain, tag_of
from mud.sdk.module import Module
from mud.snapshot import files, participants
from mud.snapshot.envelope import Metadata, Snapshot, pack, unpack
from mud.snapshot.form import Form
from mud.snapshot.shape import export, import_
from mud.testing.audit import audit
from mud.testing.bypasses import Bypasses
from mud.testing.hand_over import HandOver
from mud.testing.loader import KitLoader
from mud.testing.player import Seat
from mud.testing.small import SMALL
from mud.testing.tables import Tables

T = TypeVar("T")
#: How many seconds a job or an asynchronous method may take in a test.
MAX_SECONDS = 10.0
#: Times closer than this are the same moment: sums of floats are not exact.
GRAIN = 1e-6
#: How many timers may fall due at one moment.
MAX_AT_ONCE = 10_000
_NO_DATA = Path("/nonexistent")


class Player(Seat):
    """A player in play, in a kit."""

    kit: Kit


class Kit:
    """A small game with `modules`, started, with every permission that they declare.

    `world` is a WorldDef or a folder of area files; `settings` and `environment` are as an operator gives them. Where
    there are thousands of things, `watched=False` saves the search for changes past the journal, which looks at all of
    them at each event. Raises FrameworkError when a module can't start.
    """

    def __init__(
        self,
        *modules: Module[Any],
        world: WorldDef | Path | None = None,
        settings: Mapping[str, dict[str, Any]] | None = None,
        environment: Mapping[str, str] | None = None,
        permissions: Mapping[str, list[str]] | None = None,
        data: Path = _NO_DATA,
        seed: int = 0,
        watched: bool = True,
    ) -> None:
        self.now = 1000.0  # the source of the game's clock, in seconds
        self.wall = 2_000_000.0  # wall-clock seconds
        self.players: dict[int, Player] = {}
        self._stored: dict[str, tuple[Account, Character, tuple[Item, ...]]] = {}  # away, and no longer in memory
        self.effects: list[e.Effect] = []  # effects that the kit does not carry out
        self.migrated: list[Snapshot] = []  # what modules had before their steps
        self._disk: Any = None  # the instant of the last flush
        self._defs = load(world) if isinstance(world, Path) else world or SMALL
        self._grants_all = permissions is None
        self._granted = dict(permissions or {})
        self._given = ModuleConfig(ModuleOptions(), settings or {}, self._granted, environment or {})
        self.modules = modules
        self._data, self._random, self._watched = data, Random(seed), watched
        self._tables = Tables(self.post)
        self._build(None, {}, {})
        self.game.populate()

    # Playing

    def player(self, name: str, role: Role = "player", gold: int = 0) -> Player:
        """A character in play: a new one in the world's first room, or the one with that name who was away."""
        number = max(self.players, default=0) + 1
        new = (Account(name=name, password="x", created=0.0), None, ())
        account, character, items = self._stored.pop(name, new)
        account.role = role
        player = self.players[number] = Player(self, number, name)
        session = Session(id=number, address="192.0.2.1", stack=[], connected_at=self.wall, last_input=self.wall)
        self.post(e.Opened(session))
        self.post(e.Line(number, f"connect {name} secret-secret"))
        self.post(e.LoggedIn(number, name, account, character, items))
        self.act(lambda ctx: ctx.pay(MINT, player.character.owner_key, gold, "the kit"))
        player.welcome = player.read()
        return player

    def evict(self) -> None:
        """Forget characters who are away, as a flush does; they must be looked up from then on."""
        world = self.game.world
        for character in world.away():
            account = world.accounts.pop(character.name.casefold())
            self._stored[character.name] = (account, character, tuple(world.all_inside(character.owner_key)))
            world.forget(character)

    def _find(self, effect: e.FindPlayer) -> None:
        account, character, items = self._stored.pop(effect.name, (None, None, ()))
        self.post(e.PlayerFound(effect.session, account, character, items))

    def post(self, event: e.Event) -> None:
        """Handle an event, and carry out its effects."""
        self._carry_out(self._bypasses.play(self.game.handle, event))

    def wait(self, seconds: float) -> None:
        """Let time pass on both clocks. What falls due happens, each thing at its time.

        Raises AssertionError when timers set each other endlessly at one moment.
        """
        end, moment, count = self.now + seconds, self.now, 0
        while (left := self.game.world.timers.next_in(self.game.clock)) is not None and self.now + left <= end + GRAIN:
            self._pass(left)
            if (due := self.game.due()) is not None:
                moment, count = (moment, count + 1) if moment == self.now else (self.now, 0)
                assert count < MAX_AT_ONCE, f"timers without end at one moment, the last {due.timer}"
                self.post(due)
            else:
                self._pass(GRAIN)
        self._pass(max(0.0, end - self.now))

    def _pass(self, seconds: float) -> None:
        self.now += seconds
        self.wall += seconds

    def sleep(self, seconds: float) -> None:
        """The server is down for a while: the wall clock goes on, the game's does not."""
        self.wall += seconds
        self.wait(0.0)

    def act(self, do: Callable[[CoreContext], T]) -> T:
        """Change something in an event of its own. Raises what `do` raises, with its changes undone."""
        found, effects = self._bypasses.play(self.game.perform, do)
        self._carry_out(effects)
        return found

    def make_item(self, kind: str, owner: Character | None = None) -> Item:
        """An item, in somebody's hands or on the first room's ground."""
        key = owner.owner_key if owner is not None else f"room:{self._defs.start}"
        return self.act(lambda ctx: ctx.world.add_item(Item(id=ctx.world.new_id("i"), kind=kind, owner=key)))

    def make_mob(self, kind: str, room: str) -> Character:
        """A mob, in a room."""
        return self.act(lambda ctx: zones.make_mob(ctx, kind, room))

    # Modules

    def instance(self, name: str = "") -> Instance:
        """A running module; without a name the first one."""
        return self.registry.get(name or self.modules[0].name)

    @property
    def state(self) -> Any:
        """The first module's state."""
        return self.instance().state

    def emit(self, signal: Signal) -> None:
        """Emit a signal, as another module would."""
        self.act(lambda ctx: ctx.signals.append(signal))

    def call(self, request: Request) -> Any:
        """Send a module a request, as another would; also to asynchronous methods."""
        instance, method = self.registry.method(tag_of(request))
        if not inspect.iscoroutinefunction(method.handler):
            return self.act(lambda ctx: self.registry.call(ctx, request))
        handler: Any = method.handler
        asked = msgspec.convert(plain(request, "request"), method.kind)
        return self._bypasses.work(asyncio.wait_for(handler(self._work(instance), asked), MAX_SECONDS), instance.name)

    def request(self, verb: str, path: str, data: Any = None, module: str = "") -> Any:
        """What an endpoint answers to `data`. Raises LookupError when there is no such endpoint."""
        instance = self.instance(module)
        endpoint = next((p for p in instance.module.endpoints if (p.verb, p.path) == (verb, path)), None)
        if endpoint is None:
            raise LookupError(f"{instance.name} has no endpoint {verb} {path}")
        return self.act(lambda ctx: instance.run(endpoint.handler, ctx, data))

    def job(self, name: str, module: str = "") -> None:
        """Run a job to its end, which must come within ten seconds. Raises what it raises."""
        instance = self.instance(module)
        job = next(job for job in instance.module.jobs if job.name == name)
        self._bypasses.work(asyncio.wait_for(job.run(self._work(instance)), MAX_SECONDS), instance.name)

    def health(self, module: str = "") -> dict[str, str]:
        """Run each health check of a module once: what each complains of, "" for nothing."""
        return self._bypasses.work(self.manager.examine(module or self.modules[0].name))

    def vetoes(self) -> list[Veto]:
        """The vetoes against a copyover now."""
        return [veto for veto in self._hook("veto") if veto is not None]

    def _hook(self, name: str) -> list[Any]:
        instances = list(self.registry.instances.values())
        return [self.act(functools.partial(Instance.hook, instance, name)) for instance in instances]

    def manage(self, do: str, name: str = "") -> str:
        """Does what `module restart NAME` and the like do. Raises FrameworkError."""
        return self._bypasses.work(self.manager.manage(do, name or self.modules[0].name))

    def reload(self, module: Module[Any] | None = None) -> str:
        """A hot reload of the first module; or of the one with the name of `module`, into that code, newer or older.

        Raises FrameworkError, with the old one in service as before.
        """
        before = self.modules
        if module is not None:
            names = [m.name for m in before]
            at = names.index(module.name) if module.name in names else len(names)
            self.modules = (*before[:at], module, *before[at + 1 :])
        self._grant(self.modules)
        try:
            return self.manage("reload", module.name if module is not None else "")
        except BaseException:
            self.modules = before
            raise

    def stop(self) -> None:
        """The end of the server, as far as modules notice it."""
        self._bypasses.work(self.manager.stop_all())

    def copyover(self, *modules: Module[Any], seconds: float = 0.0) -> None:
        """A copyover that takes `seconds`, into the same modules or others.

        Everything is saved to bytes, and a new game is built from them. Raises SnapshotError or FrameworkError, with
        the old game playing on.
        """
        self._hand_over(modules, seconds, {})

    def rollback(self, *modules: Module[Any], seconds: float = 0.0) -> None:
        """A copyover back into older code: states go back by the steps' `back`. Raises as `copyover` does."""
        self._hand_over(modules, seconds, {module.name: shape_of(module).form for module in modules})

    def _hand_over(self, modules: tuple[Module[Any], ...], seconds: float, readers: Mapping[str, Form]) -> None:
        """A copyover into code that has the modules' states as `readers` say."""
        old = vars(self).copy()
        self._hook("prepare")
        self.game.clock.stop()
        try:
            self._take_over(modules, seconds, readers)
        except BaseException:
            now, wall = self.now, self.wall
            vars(self).update(old | {"now": now, "wall": wall})
            self.game.clock.go()
            self._hook("cleanup")
            raise
        self._hook("cleanup")
        self.wait(0.0)

    def _take_over(self, modules: tuple[Module[Any], ...], seconds: float, readers: Mapping[str, Form]) -> None:
        loaded, game = self.registry.instances, self.game
        saved = {name: self._saved(instance, "copyover", readers.get(name)) for name, instance in loaded.items()}
        codes = {name: instance.module for name, instance in loaded.items()}
        world, talking = game.world.state(game.clock.game), game.sessions.by_id.values()
        handed = HandOver.of(world, talking, saved, codes, self.wall)
        accounts = self.game.world.accounts
        self.now += seconds
        self.wall += seconds
        self.modules = modules or self.modules
        world, sessions = handed.state(self.wall)
        self._build(world, {n: (data, n) for n, data in handed.modules.items()}, self.manager.schemas)
        self.game.world.accounts = accounts
        for session in sessions:
            self.game.sessions.by_id[session.id] = session
            if session.character is not None:
                self.game.sessions.by_character[session.character] = session
        self.game.reopen([])

    def flush(self) -> None:
        """A flush: everything as of one instant is on the disk. Characters who are away are forgotten in memory."""
        self.evict()
        self._disk = (*self._instant(), copy.deepcopy((self.game.world.accounts, self._stored)))

    def crash(self, seconds: float = 0.0) -> None:
        """`kill -9`, and `seconds` later a new start from the last `flush`.

        Nobody is connected then, and players in the world are link-dead; `player(NAME)` brings them back.
        """
        world, states, kept = self._disk
        self.wall += seconds
        self.players = {}
        self._stored = copy.deepcopy(kept[1])
        state = import_(participants.WORLD, unpack(world, "world"), self.wall, "world").state
        self._build(state, states, self.manager.schemas, accounts=copy.deepcopy(kept[0]))
        self.wait(0.0)

    def audit(self) -> list[str]:
        """What is wrong with gold and items, a line each: the ledger sums to zero, nobody but the mint owes, and every
        item has one owner who is there."""
        return audit(self.game.world, [item for _, _, items in self._stored.values() for item in items])

    def cycle(self, folder: Path, name: str = "") -> State:
        """Save, look for the file, restore into a new instance, compare, see the file gone (S0.17). Returns the state.

        Raises AssertionError if something differs.
        """
        instance = self.instance(name)
        path = files.path_of(folder, instance.name)
        files.write(folder, self._saved(instance, "export"))
        assert path.exists(), f"{path} was not written"
        found = files.read(folder, instance.name)
        assert found is not None
        fresh = self._loader.instance(instance.module)
        self.act(lambda ctx: fresh.restore_state(ctx, found, str(path)))
        assert fresh.state == instance.state, f"{fresh.state!r} is not {instance.state!r}"
        files.use_up(folder, [instance.name])  # as a server does after GO: it is not ours to delete
        assert not path.exists(), f"{path} is still there"
        return fresh.state

    # Inside

    def _build(
        self,
        state: WorldState | None,
        states: dict[str, tuple[Snapshot | bytes, str]],
        schemas: dict[str, int],
        accounts: dict[str, Account] | None = None,
    ) -> None:
        clock = Clock(lambda: self.now, lambda: self.wall, state.game_time if state is not None else 0.0)
        self.game = Game(World(self._defs, state), clock, self._random)
        self.registry = Registry(self.game.commands, self.game.spells)
        self.registry.context = self.game.context
        self.game.modules = self.registry
        self._bypasses = Bypasses(self.game.world, self.registry.states, self._watched)
        if self._watched:
            self.game.watch = self._bypasses
        self.manager = ModuleManager(self.registry, self._given, self._data, _Host(self))
        self._loader = KitLoader(self.registry, self._given, lambda: self.wall, lambda: self.modules)
        self.manager.loader = self._loader
        self.manager.states, self.manager.schemas = dict(states), dict(schemas)
        self._grant(self.modules)
        if twice := [n for n, count in Counter(m.name for m in self.modules).items() if count > 1]:
            raise FrameworkError(f"two modules are called {twice[0]!r}")
        self._loader.place_all([self._loader.instance(module) for module in self.modules])
        self.manager.restore_all()
        if accounts is not None:
            self.game.world.accounts = accounts
            self.game.reopen([])
        self._bypasses.work(self.manager.start_all())
        self._tables.write(self.game.world.writes)
        for instance in self.registry.instances.values():
            if instance.life.state is ModuleState.FAILED:
                raise FrameworkError(instance.figures.last_error)

    def _grant(self, modules: Iterable[Module[Any]]) -> None:
        if self._grants_all:
            self._granted.update({module.name: list(module.permissions) for module in modules})

    def _instant(self) -> tuple[bytes, dict[str, tuple[Snapshot | bytes, str]]]:
        """The world and the modules' states as bytes."""
        states: dict[str, tuple[Snapshot | bytes, str]]
        states = {n: (pack(self._saved(i, "flush")), n) for n, i in self.registry.instances.items()}
        return pack(export(participants.WORLD, self.game.world.state(self.game.clock.game), taken=self.wall)), states

    def _saved(self, instance: Instance, reason: Any, reader: Form | None = None) -> Snapshot:
        return self.act(lambda ctx: instance.save_state(ctx, Metadata(reason=reason), 0, reader))

    def _work(self, instance: Instance) -> ModuleWork:
        return ModuleWork(instance, self.post, self._data, lambda: {})

    def _carry_out(self, effects: list[e.Effect]) -> None:
        for effect in effects:
            if isinstance(effect, e.Output):
                self.players[effect.session].heard += effect.text
                self.players[effect.session].prompt = effect.prompt
            elif isinstance(effect, e.FindPlayer):
                self._find(effect)
            elif isinstance(effect, e.ReadKinds):
                list(self.game.world.words.fill(self.game.world.defs))
                self.post(e.KindsRead(effect.session))
            elif isinstance(effect, e.QueryModule):
                self._tables.query(effect, self.game.world.writes)
            elif isinstance(effect, e.AskModule):
                self._bypasses.work(self.manager.calls.answer(effect), effect.module)
            else:
                self.effects.append(effect)
        self._tables.write(self.game.world.writes)

    def close(self) -> None:
        """Close the tables' database. (Python does that too, eventually.)"""
        self._tables.close()


class _Host:
    """What the manager asks of a server."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self.post = kit.post
        self.perform = kit.act
        self.keep = kit.migrated.append

    def now(self) -> float:
        return self._kit.wall

    def configuration(self) -> dict[str, Any]:
        return {}

    def given(self) -> ModuleConfig:
        return self._kit._given
