"""Calls of modules' methods from beside the game, and of methods that are answered there (S2.5)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from typing import Any, Protocol, TypeVar

import msgspec

from mud.core.context import CoreContext
from mud.core.errors import Conflict, FrameworkError, Invalid, ModuleFault, Rejected
from mud.core.events import AskModule, Event, ModuleAnswered
from mud.core.origin import explain
from mud.framework.instance import Instance
from mud.framework.methods import is_async, replied, request_of
from mud.framework.registry import Registry
from mud.framework.work import ModuleWork, WatchedAwaitable
from mud.sdk.context import tag_of
from mud.sdk.module import Answerer

log = logging.getLogger("mud.modules")
T = TypeVar("T")


class CallsHost(Protocol):
    """The game, as calls need it."""

    def post(self, event: Event) -> None:
        """Handle an event soon."""

    def perform(self, do: Callable[[CoreContext], T]) -> T:
        """Have `do` happen as an event of its own. Raises what it raises, with all that it did undone."""


class Calls:
    """Makes and answers them. `work` gives what asynchronous methods receive; `failed` is told of one that raised, and
    `worn` of a module whose failure was counted."""

    def __init__(
        self,
        registry: Registry,
        work: Callable[[Instance], ModuleWork],
        failed: Callable[[Instance, Exception], None],
        worn: Callable[[Instance], None],
        host: CallsHost,
    ) -> None:
        self._registry = registry
        self._work = work
        self._failed = failed
        self._worn = worn
        self._host = host

    async def call(self, name: str, data: Any = None, needs: str = "") -> Any:
        """Call a method by its name, as in "auction.price", with plain data; returns its reply as plain data.

        `needs` is the version of the API that the caller knows, "" for any. Raises EverwakeError: NotFound, Conflict,
        Invalid, a refusal, or what the method failed of.
        """
        instance, method = self._registry.method(name, needs)
        if is_async(method):
            return msgspec.to_builtins(await self._run(instance, method, data))
        try:
            return self._host.perform(lambda ctx: self._registry.call_method(ctx, name, data, needs))
        except ModuleFault as fault:
            log.error("%s failed when it was called from outside", name, exc_info=fault.__cause__)
            self._worn(instance)
            raise

    async def answer(self, asked: AskModule) -> None:
        """Run an asynchronous method and send the caller its result or its error."""
        error, value = "", None
        try:
            name = asked.request["request"]
            instance, method = self._registry.method(name, self._registry.needs(asked.module, name))
            if not is_async(method):
                raise Invalid(f"{name} is not asynchronous: ctx.call it")
            value = msgspec.to_builtins(await self._run(instance, method, asked.request["data"]))
        except Exception as failure:
            error = explain(failure)
            log.warning("%s asked %s: %s", asked.module, asked.request.get("request"), error)
        self._host.post(ModuleAnswered(asked.module, asked.id, value, error))

    async def _run(self, instance: Instance, method: Answerer[Any], data: Any) -> Any:
        """The reply of an asynchronous method. A failure, but no refusal, counts against its module."""
        if not self._registry.active(instance.name):
            raise Conflict(f"the {instance.name} module is out of service just now ({instance.standing})")
        asked = request_of(instance, method, data)
        what = f"{instance.name}: {tag_of(method.kind)}"
        work: Coroutine[Any, Any, Any] = method.handler(self._work(instance), asked)
        try:
            return replied(instance, method, await WatchedAwaitable(work, what))
        except Rejected:
            raise
        except Exception as error:
            self._failed(instance, error)
            if isinstance(error, FrameworkError):
                raise
            raise ModuleFault(instance.name) from error
