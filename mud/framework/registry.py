"""All modules of a game, and which of them has which command, method, timer, dialog and signal: the kernel's side."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from difflib import get_close_matches
from typing import Any

import msgspec

from mud.core.commands import CommandTable
from mud.core.context import CoreContext
from mud.core.dialogs import ModuleDialog
from mud.core.errors import Conflict, Invalid, ModuleFault, NotFound, SnapshotError
from mud.core.origin import explain
from mud.core.session import Session
from mud.core.signals import Answered, Companions, Request, Signal
from mud.core.spells import SpellTable
from mud.core.timers import AskEnds, ModuleTimer, PendingTimer
from mud.framework.instance import Instance
from mud.framework.lifecycle import ModuleState
from mud.framework.methods import is_async, replied, request_of
from mud.framework.order import provided, start_order, unmet
from mud.framework.pending import can_lead, misfits, talk_of, timer_of
from mud.framework.report import describe
from mud.framework.requirement import compatible, requirements
from mud.framework.steps import Gone
from mud.sdk.bases import State
from mud.sdk.context import Context, plain, tag_of
from mud.sdk.module import Answerer, SignalListener
from mud.snapshot.belongings import Belongings, take_out
from mud.snapshot.envelope import Metadata, pack

log = logging.getLogger("mud.modules")

M = ModuleState
ILL = (M.ERROR, M.FAILED)
Row = tuple[Any, ...]


class Registry:
    """The modules by name, in their starting order."""

    def __init__(self, commands: CommandTable[CoreContext], spells: SpellTable[CoreContext] | None = None) -> None:
        self.instances: dict[str, Instance] = {}
        self.commands = commands
        self.spells = spells or SpellTable()
        self.context: Callable[[], CoreContext]  # makes a new context, in which states are saved and restored
        self.unmade: dict[str, int] = {}  # the schema version of modules whose tables could not be migrated
        self._services: dict[str, Instance] = {}
        self._listeners: dict[str, list[tuple[Instance, SignalListener[Any]]]] = {}
        self._news: list[str] = []
        self._writing: dict[str, bytes] = {}
        self._written: dict[str, bytes] = {}
        self._parting: dict[str, Row] = {}  # the last rows of modules that were unloaded

    # Coming and going

    def add(self, instance: Instance) -> None:
        """Register a loaded module. Raises Conflict, naming what is taken, and then nothing has changed."""
        for service in provided(instance.module):
            if service in self._services:
                other = self._services[service].name
                raise Conflict(f"{instance.name} and {other} both provide {service!r}", module=instance.name)
        for other in self.instances:
            longer, shorter = sorted((other, instance.name), key=len, reverse=True)
            if longer.startswith(f"{shorter}_"):
                raise Conflict(f"{instance.name} and {other} could not tell their tables apart: rename one")
        try:
            self.spells.add(instance.spells)
            self.commands.add(instance.commands)
        except Conflict as error:
            self.spells.remove(instance.spells)
            whose = self._whose(error.details["other"], instance)
            raise Conflict(f"{instance.name}: {error}: {whose}", module=instance.name) from error
        self.instances[instance.name] = instance
        self._services.update(dict.fromkeys(provided(instance.module), instance))
        for on in instance.module.on:
            if issubclass(on.kind, Signal):
                self._listeners.setdefault(tag_of(on.kind), []).append((instance, on))

    def _whose(self, other: object, new: Instance) -> str:
        """Whose the command or spell is that a `new` module has as well, and what to do."""
        if any(other is own for own in (*new.commands, *new.spells)):
            return "both are its own: rename one"
        owners = (i.name for i in self.instances.values() if any(other is x for x in (*i.commands, *i.spells)))
        return f"the other one belongs to {next(owners, 'the core')}: give yours another name"

    def remove(self, instance: Instance) -> None:
        """Unregister a module."""
        self.commands.remove(instance.commands)
        self.spells.remove(instance.spells)
        if self.instances.get(instance.name) is instance:
            del self.instances[instance.name]
        self._services = {s: i for s, i in self._services.items() if i is not instance}
        for listening in self._listeners.values():
            listening[:] = [pair for pair in listening if pair[0] is not instance]

    def states(self) -> dict[str, State]:
        """The modules' states, by name."""
        return {name: instance.state for name, instance in self.instances.items()}

    def swap(self, old: Instance, new: Instance) -> None:
        """Replace `old` by `new` at once. Raises Conflict if `new` clashes with another; then nothing has changed."""
        place = list(self.instances)
        self.remove(old)
        try:
            self.add(new)
        except Conflict:
            self.add(old)
            raise
        finally:
            self.instances = {name: self.instances[name] for name in place if name in self.instances}
            self.arrange()  # also after a clash: the old one hears signals in its turn again

    def arrange(self) -> None:
        """Put the modules into their starting order, whenever each was added: so which of them hears a signal first,
        and which is listed first, is the same after a reload as after the next copyover."""
        order, _ = start_order(i.module for i in self.instances.values())
        known = {name: self.instances[name] for name in order if name in self.instances}
        self.instances = known | {name: i for name, i in self.instances.items() if name not in known}
        place = {name: number for number, name in enumerate(self.instances)}
        for listening in self._listeners.values():
            listening.sort(key=lambda pair: place[pair[0].name])
        self.commands.move_last(command for instance in self.instances.values() for command in instance.commands)

    def get(self, name: str) -> Instance:
        """A module by its name. Raises NotFound, with the nearest name."""
        found = self.instances.get(name)
        if found is None:
            near = get_close_matches(name, self.instances, 1)
            raise NotFound(f"There is no module {name!r}." + (f" Did you mean {near[0]}?" if near else ""))
        return found

    # What the kernel asks

    def due(self, ctx: CoreContext, timer: PendingTimer) -> None:
        """Deliver a module's due timer; it waits while its module is out of service."""
        payload = timer.payload
        assert isinstance(payload, ModuleTimer | AskEnds)
        instance = self.instances.get(payload.module)
        if instance is None or instance.life.state is not M.ACTIVE:
            ctx.world.timers.park(timer)
        elif isinstance(payload, AskEnds):
            self.hear(ctx, payload.module, Answered(payload.about, error="there was no answer: ask again"))
        else:
            try:
                on, fallen = timer_of(instance.module, payload)
            except Gone:
                return  # a step says that it is to be no more
            except Invalid as error:
                raise _fault(instance, error) from error
            self.run(ctx, instance, on.handler, fallen)

    def ask(self, ctx: CoreContext, session: Session, dialog: ModuleDialog) -> str:
        """The prompt of a conversation with a module."""
        instance = self.instances.get(dialog.module)
        asking = self.context()  # a new one: a prompt must not change anything
        asking.of(session)
        try:
            if instance is not None:
                talk, asked = talk_of(instance.module, dialog)
                with ctx.world.looking():
                    return str(self.run(asking, instance, talk.ask, asked))
        except Exception as error:
            log.warning("the prompt of %s %s failed: %s", dialog.module, dialog.kind, _why(error))
            self.failed(dialog.module, ctx.clock.wall)
        return f"({dialog.module} is out of service; press Enter) "

    def active(self, module: str) -> bool:
        """Whether a module is loaded and in service."""
        instance = self.instances.get(module)
        return instance is not None and instance.life.state is M.ACTIVE

    def leads(self, dialog: ModuleDialog) -> bool:
        """Whether a conversation's module is in service and can continue it."""
        return self.active(dialog.module) and self.could_lead(dialog)

    def could_lead(self, dialog: ModuleDialog) -> bool:
        """Whether a conversation can be continued once its module is in service, which it may still come to be."""
        instance = self.instances.get(dialog.module)
        return instance is not None and instance.life.state is not M.FAILED and can_lead(instance.module, dialog)

    def answer(self, ctx: CoreContext, dialog: ModuleDialog, text: str) -> None:
        """Pass a line to a conversation's module; the conversation ends if no module can continue it."""
        instance = self.instances.get(dialog.module)
        if instance is None or instance.life.state is not M.ACTIVE:
            ctx.pop()
            ctx.send(f"The {dialog.module} module is out of service just now.")
            return
        try:
            talk, asked = talk_of(instance.module, dialog)
        except Invalid as error:
            _fault(instance, error)
            log.error("%s", error)
            ctx.pop()
            ctx.send(f"The {dialog.module} module does not know how to go on with this: it is over.")
            return
        self.run(ctx, instance, lambda acting, line: talk.answer(acting, asked, line), text)

    def listeners(self, signal: Signal) -> list[str]:
        """The names of the modules that listen to a signal."""
        listening = self._listeners.get(tag_of(signal), ())
        return list(dict.fromkeys(i.name for i, _ in listening if i.life.state is M.ACTIVE))

    def hear(self, ctx: CoreContext, module: str, signal: Signal) -> None:
        """Deliver a signal to a module, as the class that the module declared for it."""
        tag = tag_of(signal)
        for instance, on in self._listeners.get(tag, ()):
            if instance.name == module and instance.life.state is M.ACTIVE:
                try:
                    heard = signal if type(signal) is on.kind else _converted(signal, on.kind, "signal", instance)
                except Invalid as error:
                    raise _fault(instance, error) from error
                self.run(ctx, instance, on.handler, heard)

    def run(self, ctx: CoreContext, instance: Instance, handler: Callable[[Context[Any], Any], Any], about: Any) -> Any:
        """Run a module's handler. A module whose handlers fail too often is taken out of service."""
        return instance.run(handler, ctx, about)

    def blame(self, module: str, error: Exception) -> None:
        """Count an error that is a module's but that its handler did not raise."""
        instance = self.instances.get(module)
        if instance is not None:
            instance.fault(error)

    def failed(self, module: str, at: float) -> None:
        """After a handler's failure was rolled back: take its module out of service if it fails too often."""
        instance = self.instances.get(module)
        if instance is not None and instance.worn_out and instance.life.state is M.ACTIVE:
            self.take_out(instance, at, f"keeps failing and is out of service: {instance.figures.last_error}")

    def take_out(self, instance: Instance, at: float, text: str) -> None:
        """Take a module in service out of it; `text` tells the admins why."""
        instance.life.go(M.ERROR, at, text)
        name = instance.name
        self._news.append(f"The module {name} {text}. `module {name}` shows more, `module restart {name}` tries again.")

    def news(self) -> list[str]:
        """Messages for the admins since the last call."""
        news, self._news = self._news, []
        return news

    def table(self) -> list[tuple[str, str, str, str]]:
        """Every module's name, version, state, and description or last error."""
        return [
            (
                i.name,
                i.module.version,
                i.standing,
                i.figures.last_error if i.life.state in ILL else i.module.description,
            )
            for i in self.instances.values()
        ]

    def describe(self, module: str) -> str:
        """A description of one module in full. Raises NotFound."""
        return describe(self.get(module), len(self.timers_of(module)))

    def belongings(self, modules: Collection[str]) -> dict[str, Belongings]:
        """Everything that these modules have besides their states, at this instant."""
        ctx = self.context()
        return take_out(ctx.world.state(ctx.clock.game), ctx.sessions.by_id.values(), modules)[2]

    def misfits(self, instance: Instance, theirs: Belongings | None = None) -> list[str]:
        """The pending things that a module's code can't continue, a line each: see `mud.framework.pending`."""
        found = misfits(instance.module, self.belongings((instance.name,))[instance.name] if theirs is None else theirs)
        return [text for texts in found.values() for text in texts]

    def timers_of(self, module: str) -> list[PendingTimer]:
        """A module's pending timers."""
        pending = self.context().world.timers.pending.values()
        return [t for t in pending if getattr(t.payload, "module", None) == module]

    # Between modules

    def call(self, ctx: CoreContext, request: Request, caller: str = "") -> Any:
        """Call a method of the module that provides a service, within the same event (S2.5)."""
        tag = tag_of(request)
        instance, method = self.method(tag, self.needs(caller, tag))
        fits = type(request) is method.kind
        asked = request if fits else _converted(request, method.kind, "request", instance)
        return self._answered(ctx, instance, method, asked)

    def call_method(self, ctx: CoreContext, name: str, data: Any, needs: str = "") -> Any:
        """Call a method by its name with plain data, within the same event; returns its reply as plain data."""
        instance, method = self.method(name, needs)
        return msgspec.to_builtins(self._answered(ctx, instance, method, request_of(instance, method, data)))

    def _answered(self, ctx: CoreContext, instance: Instance, method: Answerer[Any], asked: Any) -> Any:
        if is_async(method):
            tag = tag_of(method.kind)
            raise Invalid(f"{tag} is asynchronous: ctx.ask(...) it, and On(Answered, ...) hears what came of it")
        found = self.run(ctx, instance, method.handler, asked)
        try:
            return replied(instance, method, found)
        except Invalid as error:
            raise _fault(instance, error) from error

    def needs(self, caller: str, tag: str) -> str:
        """The version of an API that a module says it needs of the service in `tag`; "" for any."""
        asking = self.instances.get(caller)
        service = tag.partition(".")[0]
        found = (r.version for r in requirements(asking.module) if r.service == service) if asking else iter(())
        return next(found, "")

    def method(self, tag: str, needs: str = "") -> tuple[Instance, Answerer[Any]]:
        """The module that answers a request, and its method. Raises NotFound, or Conflict if it does not have the
        version of the API that the caller `needs`."""
        service = tag.partition(".")[0]
        instance = self._services.get(service)
        if instance is None:
            near = get_close_matches(service, self._services, 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            text = f"no module provides {service!r}{hint}; add it to `requires`, with a ? if you can do without"
            raise NotFound(text)
        if not compatible(instance.module.api_version, needs):
            text = f"{service} {needs} is needed, and {instance.name} has version {instance.module.api_version} of it"
            raise Conflict(text, module=instance.name)
        for method in instance.module.methods:
            if tag_of(method.kind) == tag or tag_of(method.kind).partition(".")[2] == tag.partition(".")[2]:
                return instance, method
        known = ", ".join(tag_of(m.kind) for m in instance.module.methods) or "none"
        raise NotFound(f"{service} has no method {tag!r}; it has {known}")

    def provides(self, service: str) -> bool:
        return any(service in provided(i.module) and i.life.state is M.ACTIVE for i in self.instances.values())

    def need_unneeded(self, instance: Instance, verb: str) -> None:
        """Raises Conflict when modules in service can't be without what this one provides."""
        for service in provided(instance.module):
            if needed := self.needing(service):
                raise Conflict(f"{', '.join(needed)} requires {service}: {verb} that first.")

    def need_compatible(self, new: Instance) -> None:
        """Raises Conflict if a module in service needs another version of what `new` provides."""
        for other in self.instances.values():
            for need in requirements(other.module) if other.up else ():
                needed = not need.optional and need.service in provided(new.module)
                if needed and not need.met_by(new.module.api_version):
                    raise Conflict(unmet(other.name, need, new.module))

    def needing(self, service: str) -> list[str]:
        """The modules in service that require `service`."""
        up = [i for i in self.instances.values() if i.up]
        return [i.name for i in up if any(r.service == service and not r.optional for r in requirements(i.module))]

    def companions(self, ctx: CoreContext, character_id: str) -> list[str]:
        """The characters who share a character's gains, by the first module in service with a Method for that."""
        tag = tag_of(Companions)
        for instance in self.instances.values():
            for method in instance.module.methods:
                if tag_of(method.kind) == tag and instance.life.state is M.ACTIVE:
                    found = self._companions(ctx, instance, method, character_id)
                    others = [c for c in dict.fromkeys(found) if c != character_id and c in ctx.world.characters]
                    return [character_id, *others]
        return [character_id]

    def _companions(self, ctx: CoreContext, instance: Instance, method: Answerer[Any], character_id: str) -> list[str]:
        asked = Companions(character_id)
        try:
            heard = asked if method.kind is Companions else _converted(asked, method.kind, "request", instance)
            return msgspec.convert(self.run(ctx, instance, method.handler, heard), list[str])
        except Exception as error:
            cause = error.__cause__ if isinstance(error.__cause__, Exception) else error
            log.error("%s could not say who shares with %s", instance.name, character_id, exc_info=cause)
            self.failed(instance.name, ctx.clock.wall)
            return []

    # States

    def row(self, module: str) -> Row | None:
        """A module's row for the next flush; None if it is unchanged since it was last written."""
        instance = self.instances.get(module)
        if module in self._parting:
            self._writing[module] = b""
            return self._parting[module]
        if instance is None:
            return None
        ctx = self.context()
        try:
            with ctx.world.looking():  # a hook may look at the state
                snapshot = instance.save_state(ctx, Metadata(reason="flush"))
        except (ModuleFault, SnapshotError) as error:
            self._unwritable(instance, ctx, error)
            return None
        digest = pack(msgspec.structs.replace(snapshot, id="", taken=0.0), compress=False)[-32:]
        if self._written.get(module) == digest:
            return None
        self._writing[module] = digest
        return (module, snapshot.version, pack(snapshot, compress=False))

    def _unwritable(self, instance: Instance, ctx: CoreContext, error: Exception) -> None:
        """Reset a state that can't be written to the last good one, so that all others can be written."""
        instance.fault(error)
        good = instance.good or instance.taken
        if good is not None:
            instance.restore_state(ctx, good, f"the last good state of {instance.name}")
        else:
            instance.state = instance.module.state()
        if instance.life.state is M.ACTIVE:
            instance.life.go(M.ERROR, ctx.clock.wall, _why(error))
        self._news.append(
            f"The state of the module {instance.name} could not be written and is as it was before: "
            f"{_why(error)}. It is out of service; `module restart {instance.name}` tries again."
        )

    def refused(self, module: str, schema: int, error: str) -> None:
        """Take a module out of service because the migration of its own tables to `schema` was refused."""
        self.unmade.setdefault(module, schema - 1)
        instance = self.instances.get(module)
        if instance is not None and instance.life.state is M.ACTIVE:
            instance.fault(Invalid(f"its tables could not be brought to schema {schema}: {error}"))
            instance.life.go(M.ERROR, self.context().clock.wall, instance.figures.last_error)
            self._news.append(f"The module {module} is out of service: {instance.figures.last_error}")

    def written(self) -> None:
        """Note that the rows returned since the last call are in the database."""
        for module in self._writing:
            self._parting.pop(module, None)
        self._written.update(self._writing)
        self._writing = {}

    def part(self, instance: Instance, packed: bytes) -> None:
        """Keep the last state of a module that is about to be unloaded for the next flush."""
        self._parting[instance.name] = (instance.name, instance.module.version, packed)


def _fault(instance: Instance, error: Invalid) -> ModuleFault:
    """The ModuleFault for a module whose declaration does not fit the data it is given."""
    return ModuleFault(instance.name, instance.fault(error))


def _why(error: Exception) -> str:
    return error.why if isinstance(error, ModuleFault) else explain(error)


def _converted(thing: Any, kind: type[Any], tag_field: str, instance: Instance) -> Any:
    """A signal or request as the class that `instance` declared for its tag. Raises Invalid if it does not fit."""
    try:
        return msgspec.convert(plain(thing, tag_field) | {tag_field: tag_of(kind)}, kind)
    except msgspec.ValidationError as error:
        raise Invalid(f"{instance.name} can't take {tag_of(thing)} as its {kind.__name__}: {error}") from error
