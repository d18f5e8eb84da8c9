"""The OpenAPI description (version 3.1, https://spec.openapis.org/oas/v3.1.0) of modules' endpoints."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from mud.sdk.module import Endpoint, Module

PREFIX = "/api/v1"


def describe(modules: Iterable[Module[Any]], version: str) -> dict[str, Any]:
    """The description of all endpoints of `modules`, each under /api/v1/MODULE (S4.6)."""
    modules = list(modules)
    types: list[Any] = []
    for endpoint in (endpoint for module in modules for endpoint in module.endpoints):
        types += [kind for kind in (endpoint.request, endpoint.reply) if kind is not None]
    schemas, components = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    found = iter(schemas)
    paths: dict[str, dict[str, Any]] = {}
    for module in modules:
        for endpoint in module.endpoints:
            path = f"{PREFIX}/{module.name}{endpoint.path}"
            request = next(found) if endpoint.request is not None else None
            reply = next(found) if endpoint.reply is not None else None
            paths.setdefault(path, {})[endpoint.verb.lower()] = _operation(module, endpoint, request, reply)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Everwake", "version": version},
        "paths": paths,
        "components": {"schemas": components},
    }


def _operation(module: Module[Any], endpoint: Endpoint[Any], request: Any, reply: Any) -> dict[str, Any]:
    lines = (endpoint.help or endpoint.handler.__doc__ or "").strip().splitlines()
    content = {"application/json": {"schema": reply}} if reply is not None else None
    operation: dict[str, Any] = {
        "tags": [module.name],
        "operationId": f"{module.name}_{endpoint.verb.lower()}_{endpoint.path.strip('/').replace('/', '_') or 'root'}",
        "summary": lines[0] if lines else "",
        "responses": {"200": {"description": "done", **({"content": content} if content else {})}},
    }
    if request is not None:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": request}}}
    return operation
