"""Calls of modules' methods that come from beside the game, or are answered there."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Coroutine
from typing import Any

import msgspec

from mud.core.errors import Conflict, Invalid, Rejected
from mud.core.events import AskModule, Event, ModuleAnswered
from mud.framework.instance import Instance
from mud.framework.registry import Registry
from mud.framework.work import ModuleWork, WatchedAwaitable

log = logging.getLogger("mud.modules")


class Calls:
    """Answers them. `work` gives what asynchronous methods receive; `failed` is told of one that raised."""

    def __init__(
        self,
        registry: Registry,
        work: Callable[[Instance], ModuleWork],
        failed: Callable[[Instance, Exception], None],
        post: Callable[[Event], None],
    ) -> None:
        self._registry = registry
        self._work = work
        self._failed = failed
        self._post = post

    async def answer(self, asked: AskModule) -> None:
        """Run an asynchronous method and send the caller its result or its error."""
        error, value = "", None
        try:
            tag = asked.request["request"]
            instance, method = self._registry.method(tag)
            if not inspect.iscoroutinefunction(method.handler):
                raise Invalid(f"{tag} is not asynchronous: ctx.call it")
            if not self._registry.active(instance.name):
                raise Conflict(f"the {instance.name} module is out of service just now ({instance.standing})")
            request = msgspec.convert(asked.request["data"], method.kind)
            value = await self._reply(
                instance, f"{instance.name}: {tag}", method.handler(self._work(instance), request)
            )
        except Exception as failure:
            error = str(failure) or type(failure).__name__
            log.warning("%s asked %s: %s", asked.module, asked.request.get("request"), error)
        self._post(ModuleAnswered(asked.module, asked.id, value, error))

    async def _reply(self, instance: Instance, what: str, method: Coroutine[Any, Any, Any]) -> Any:
        """The result of an asynchronous method as plain data. A failure, but no refusal, counts against its module."""
        try:
            return msgspec.to_builtins(await WatchedAwaitable(method, what))
        except Rejected:
            raise
        except Exception as error:
            self._failed(instance, error)
            raise
