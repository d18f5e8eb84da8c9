"""Work that a session waits for, done beside the game and answered in words: saving, audits, checks, reading logs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from mud.core import escrow
from mud.core import events as e
from mud.core.errors import EverwakeError, StoreError
from mud.core.text.markup import tag
from mud.server import log_reader
from mud.server.world_check import check_world

if TYPE_CHECKING:
    from mud.server.server import Server

log = logging.getLogger("mud.server")


async def answer(server: Server, effect: Any) -> None:
    """Do what `effect`, one of ANSWERS, asks for, and tell its session what came of it."""
    session: int = effect.session
    try:
        await server.open_store()
        server.answer(e.Told(session, await REQUEST_HANDLERS[type(effect)](server, effect), answer=True))
    except StoreError as error:
        text = f"The database can't be used just now: {error}. Nothing is lost; the server keeps trying."
        server.answer(e.Told(session, text, answer=True))
    except EverwakeError as error:
        server.answer(e.Told(session, tag("error", str(error)), answer=True))
    except asyncio.CancelledError:  # a copyover; if it fails, the session hears that its work was not done
        server.work_lost.append(session)
        raise
    except Exception:
        log.exception("work for session %d failed", session)
        server.answer(e.JobFailed(session))


async def flush(server: Server, effect: e.Flush) -> str:
    """All that changed is written."""
    await server.flusher.flush()
    return "Everything is saved."


async def audit(server: Server, effect: e.Audit) -> str:
    """The whole economy, memory and database."""
    store = await server.open_store()
    await server.flusher.flush()
    problems = await store.audit()
    found = "\n".join(f"  {problem}" for problem in problems) or "Every item has exactly one owner."
    registry = server.hosting.registry
    serving = {name for name in registry.instances if registry.active(name)}
    held = "".join(f"\n{line}" for line in escrow.summary(server.game.world, serving))
    return f"The ledger sums to {server.game.world.ledger.total()}.\n{found}{held}"


async def check(server: Server, effect: e.CheckWorld) -> str:
    """What is wrong with the world's files."""
    return await check_world(server.config, effect.area)


async def read_log(server: Server, effect: e.ReadLog) -> str:
    """The last records of the log."""
    return await log_reader.read_log(server.config.data / "logs" / "everwake.log", effect)


async def list_staff(server: Server, effect: e.ListStaff) -> str:
    """Who is more than a player."""
    return await log_reader.list_staff(server.open_store)


async def manage(server: Server, effect: e.ManageModule) -> str:
    """A module restarted, reloaded, paused ..."""
    return await server.hosting.master.manage(effect.do, effect.module)


#: Who does what a session waits for.
REQUEST_HANDLERS: dict[type, Callable[[Server, Any], Coroutine[Any, Any, str]]] = {
    e.Flush: flush,
    e.Audit: audit,
    e.CheckWorld: check,
    e.ReadLog: read_log,
    e.ListStaff: list_staff,
    e.ManageModule: manage,
}
