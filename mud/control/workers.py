"""The control socket's requests about workers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec

from mud.control.control_socket import Action, Actions, Answer
from mud.framework import metrics
from mud.framework.workers.controller import Controller
from mud.framework.workers.registry import WorkerRegistry


def worker_actions(workers: WorkerRegistry, wall: Callable[[], float]) -> Actions:
    """The table of requests. `wall` returns the time by the wall clock."""

    async def list_workers(request: dict[str, Any]) -> Answer:
        return {"workers": [msgspec.to_builtins(w.diagnostics()) for w in workers.all()]}

    async def who_gives(request: dict[str, Any]) -> Answer:
        return {"workers": [msgspec.to_builtins(w.diagnostics()) for w in workers.giving(request["capability"])]}

    async def show_worker(request: dict[str, Any]) -> Answer:
        return {"worker": msgspec.to_builtins(workers.get(request["id"]).diagnostics())}

    async def add_worker(request: dict[str, Any]) -> Answer:
        worker = await workers.add(Path(request["manifest"]))
        return {"text": f"{worker.id} is {worker.state.value}"}

    async def remove_worker(request: dict[str, Any]) -> Answer:
        workers.remove(request["id"])
        return {"text": f"{request['id']} is removed"}

    def told(do: Callable[[Controller, bool], Awaitable[None]]) -> Action:
        async def action(request: dict[str, Any]) -> Answer:
            worker = workers.get(request["id"])
            await do(worker, bool(request.get("force")))
            return {"text": f"{worker.id} is {worker.state.value}"}

        return action

    async def show_metrics(request: dict[str, Any]) -> Answer:
        return {"text": metrics.text([w.diagnostics() for w in workers.all()], wall())}

    return {
        "worker.list": list_workers,
        "worker.show": show_worker,
        "worker.who": who_gives,
        "worker.add": add_worker,
        "worker.remove": remove_worker,
        "worker.start": told(lambda worker, force: worker.start()),
        "worker.stop": told(lambda worker, force: worker.stop()),
        "worker.restart": told(lambda worker, force: worker.restart(force)),
        "metrics": show_metrics,
    }
