"""The order in which modules start: after the modules they require; otherwise the lower priority first (S4.3)."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from graphlib import CycleError, TopologicalSorter
from typing import Any

from mud.framework.requirement import Requirement, requirements
from mud.sdk.module import Module


def provided(module: Module[Any]) -> tuple[str, ...]:
    """The services that a module provides, its own name among them."""
    return (module.name, *module.provides)


def start_order(modules: Iterable[Module[Any]]) -> tuple[list[str], dict[str, str]]:
    """The names of the modules in starting order, and the reason for each module that can't start, by name."""
    left = {module.name: module for module in modules}
    refused: dict[str, str] = {}
    while True:
        services = {service: name for name, module in left.items() for service in provided(module)}
        bad = _missing(left, services)
        if not bad:
            try:
                return _sorted(left, services), refused
            except CycleError as error:
                circle = list(reversed(error.args[1]))
                text = f"the requirements of {' -> '.join(circle)} go in a circle: mark one of them optional (NAME?)"
                bad = dict.fromkeys(circle, text)
        refused.update(bad)
        left = {name: module for name, module in left.items() if name not in bad}


def _missing(left: dict[str, Module[Any]], services: dict[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, module in left.items():
        for need in requirements(module):
            if need.optional:
                continue
            if need.service not in services:
                near = get_close_matches(need.service, services, 1)
                hint = f"; did you mean {near[0]}?" if near else ""
                text = f"{name} requires {need.service!r}, which no module that can start provides{hint}"
                found.setdefault(name, text)
            elif not need.met_by(left[services[need.service]].api_version):
                found.setdefault(name, unmet(name, need, left[services[need.service]]))
    return found


def unmet(name: str, need: Requirement, provider: Module[Any]) -> str:
    """Why a provider's API will not do for a module."""
    has = f"{provider.name} {provider.version} has version {provider.api_version} of its API"
    return f"{name} requires {need.service} {need.version}, and {has}"


def _reaches(before: dict[str, set[str]], start: str, end: str) -> bool:
    """Whether `start` has to come after `end`, directly or by way of others."""
    seen, left = {start}, [start]
    while left:
        more = before[left.pop()] - seen
        seen |= more
        left += more
    return end in seen


def _sorted(left: dict[str, Module[Any]], services: dict[str, str]) -> list[str]:
    before: dict[str, set[str]] = {name: set() for name in left}
    for optional in (False, True):
        for name, module in left.items():
            for need in requirements(module):
                found = services.get(need.service)
                if found is None or found == name or need.optional is not optional:
                    continue
                if not optional or not _reaches(before, found, name):  # an optional one closes no circle
                    before[name].add(found)
    sorter = TopologicalSorter(before)
    sorter.prepare()
    order: list[str] = []
    waiting: set[str] = set()
    while sorter.is_active():
        waiting |= set(sorter.get_ready())
        first = min(waiting, key=lambda name: (left[name].priority, name))
        waiting.discard(first)
        sorter.done(first)
        order.append(first)
    return order
