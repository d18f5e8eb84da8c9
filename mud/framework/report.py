"""Describes a module in full, for people and for programs (S2.8, S3.8)."""

from __future__ import annotations

import time
from typing import Any

import msgspec

from mud.core.signals import Signal
from mud.core.text.words import count
from mud.framework.check_state import health_of, illness_of
from mud.framework.instance import Instance
from mud.framework.lifecycle import WORKER
from mud.framework.methods import is_async
from mud.framework.order import provided
from mud.framework.workers.controller import Diagnostics
from mud.sdk.context import tag_of
from mud.sdk.module import Module


def diagnose(instance: Instance, timers: int, tasks: int = 0) -> Diagnostics:
    """A module's diagnostics as a worker."""
    module, figures = instance.module, instance.figures
    return Diagnostics(
        id=instance.name,
        type="module",
        state=WORKER[instance.life.state].value,
        health=health_of(instance.health),
        illness=illness_of(instance.health),
        health_failures=max((check.failures for check in instance.health.values()), default=0),
        capabilities=provided(module),
        endpoint=f"function:{instance.source.entry or f'modules.{instance.name}:MODULE'}",
        last_error=figures.last_error,
        errors=figures.errors,
        started=instance.life.started,
        history=list(instance.life.history),
        detail={
            "module_state": instance.life.state.value,
            "version": module.version,
            "api_version": module.api_version,
            "methods": [tag_of(method.kind) for method in module.methods],
            "source": instance.source.kind,
            "folder": str(instance.source.folder),
            "calls": figures.calls,
            "seconds": round(figures.seconds, 6),
            "slowest": round(figures.slowest, 6),
            "state_bytes": state_bytes(instance),
            "timers": timers,
            "tasks": tasks,
            "loaded": instance.loaded,
            "late": list(instance.late),
            "checks": msgspec.to_builtins(instance.health),
        },
    )


def state_bytes(instance: Instance) -> int:
    """The size of a module's encoded state in bytes; 0 if it can't be encoded."""
    try:
        return len(msgspec.msgpack.encode(instance.state))
    except (TypeError, ValueError, OverflowError):
        return 0


def api_of(instance: Instance) -> dict[str, Any]:
    """The requests that a module answers, the signals it sends and those it listens to (S2.5)."""
    module = instance.module
    return {
        "version": module.api_version,
        "services": [module.name, *module.provides],
        "methods": {tag_of(m.kind): (m.handler.__doc__ or "").strip() for m in module.methods},
        "emits": [tag_of(signal) for signal in module.emits],
        "listens": [tag_of(on.kind) for on in module.on if issubclass(on.kind, Signal)],
    }


def interface_of(module: Module[Any]) -> dict[str, Any]:
    """A module's API for programs: its methods with the JSON Schemas of their requests and replies (S2.5)."""

    def schema(kind: Any) -> Any:
        return msgspec.json.schema(kind) if kind is not None else None

    return {
        "module": module.name,
        "version": module.version,
        "api_version": module.api_version,
        "provides": list(provided(module)),
        "requires": list(module.requires),
        "methods": {
            tag_of(method.kind): {
                "help": (method.handler.__doc__ or "").strip(),
                "asynchronous": is_async(method),
                "request": schema(method.kind),
                "reply": schema(method.reply),
            }
            for method in module.methods
        },
        "emits": {tag_of(signal): schema(signal) for signal in module.emits},
    }


def describe(instance: Instance, timers: int) -> str:
    """A description of a module in full, as text for the screen."""
    known = diagnose(instance, timers)
    module, detail = instance.module, known.detail
    settings = ", ".join(f"{k} = {v!r}" for k, v in msgspec.to_builtins(instance.settings).items())
    rows = [
        ("state", f"{instance.standing}, {known.health} health"),
        ("unhealthy", known.illness),
        ("from", f"{detail['source']}, {detail['folder']}"),
        ("author", module.author),
        ("commands", ", ".join(c.name for c in module.commands)),
        ("gives", f"{', '.join(provided(module))} (API {module.api_version})"),
        ("methods", ", ".join(api_of(instance)["methods"])),
        ("tells", ", ".join(api_of(instance)["emits"])),
        ("hears", ", ".join(api_of(instance)["listens"])),
        ("requires", ", ".join(module.requires)),
        ("permissions", ", ".join(sorted(instance.granted))),
        ("settings", settings),
        ("calls", f"{detail['calls']}, {count(known.errors, 'error')}, {detail['seconds']:.3f} s in all"),
        ("state size", f"{detail['state_bytes']} bytes, {timers} timers"),
        ("last error", known.last_error),
        ("late", "; ".join(detail["late"][-3:])),
    ]
    lines = [f"{module.name} {module.version}" + (f": {module.description}" if module.description else "")]
    lines += [f"  {name:12} {value}" for name, value in rows if value]
    lines += [f"  {when(t.at)}  {t.before} -> {t.after} {t.why}".rstrip() for t in known.history[-5:]]
    return "\n".join(lines)


def when(at: float) -> str:
    """Wall-clock seconds as a time of day."""
    return time.strftime("%H:%M:%S", time.localtime(at))
