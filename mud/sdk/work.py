"""What a module's hooks, health checks and jobs receive. They run beside the game and act on it by signals."""

from __future__ import annotations

from logging import LoggerAdapter
from typing import Any, Protocol, TypeVar

from mud.core.signals import Signal
from mud.sdk.bases import Settings

C = TypeVar("C", bound=Settings)


class Work(Protocol):
    """A module's access to the outside. Without the permission it raises Refused, naming module and permission."""

    module: str
    log: LoggerAdapter[Any]

    def settings(self, kind: type[C]) -> C:
        """The module's settings."""

    def post(self, signal: Signal) -> None:
        """Send the module's own handlers a signal, in an event of the game."""

    def folder(self) -> str:
        """The path of the module's own folder, made if necessary. Needs "files"."""

    async def connect(self, host: str, port: int) -> tuple[Any, Any]:
        """A stream reader and writer (asyncio's). Needs "network"."""

    async def fetch(self, url: str, seconds: float = 10.0, limit: int = 1 << 20) -> bytes:
        """The answer of an http(s) address, within a time limit and with at most `limit` bytes. Needs "external"."""

    def configuration(self) -> dict[str, Any]:
        """The operator's whole configuration, to read. Needs "configuration"."""
