"""The main program of a server: a plain `while`. Run the loop; hand over; if that fails, run the loop again."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import resource
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from mud import __version__
from mud.areas.cache import load_cached
from mud.config import Config
from mud.copyover import handover
from mud.copyover.adopt import adopt, modules_of, read_state
from mud.copyover.attempt import Copyover
from mud.copyover.carriers import channel, guardian
from mud.copyover.carriers.guardian import Failure, cross, limit
from mud.copyover.freeze import Handing
from mud.copyover.handover import Handover
from mud.copyover.phases import Phase
from mud.copyover.rehearsal import process
from mud.copyover.rehearsal.trial import forget, rehearse
from mud.core import events as e
from mud.core.clock import Clock
from mud.core.world.world import World
from mud.framework.watchdog import WATCH
from mud.game import Game
from mud.net.telnet import warm_up
from mud.server import logs, ready
from mud.server.server import Server
from mud.snapshot import files
from mud.store import rows
from mud.store.lock import Lock
from mud.store.store import Store

log = logging.getLogger("mud.server")

#: Blocked across exec, which resets handlers; unblocked when the new program's handlers stand.
ENDS = {signal.SIGTERM, signal.SIGINT}
SIGNALS = ENDS | {signal.SIGUSR1}
#: Turns of the loop after which what came during the silence is answered: one thaws, one sees which sockets have
#: something, one reads them.
ANSWERED = 3


def serve(config: Config) -> int:
    """Run a server until it is told to stop. Gives the exit code. Raises EverwakeError when it can't start."""
    inherited = os.environ.pop(handover.VARIABLE, None)
    needed = os.environ.pop(process.VARIABLE, None)
    os.environ.pop(guardian.FAULTHANDLER, None)
    if needed is not None:
        return rehearse(config, [name for name in needed.split(",") if name])
    config.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    logs.set_up(config.data / "logs", config.log)
    raise_descriptor_limit()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})  # it would kill us before its handler stands
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        server, lock = begin(config, loop) if inherited is None else take_over(config, loop, inherited)
        return run(server, lock)
    finally:
        WATCH.disarm()  # an alarm that rings while Python ends would end it in another way
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
        logs.close()


def begin(config: Config, loop: asyncio.AbstractEventLoop) -> tuple[Server, Lock]:
    """A start from the database, which holds the last flush whatever became of the program before."""
    gc.disable()  # as run.py did: nothing of what is made now is garbage; `run` goes on collecting
    lock = Lock.acquire(config.run / "lock")
    try:
        mend_packages(config)
        clear_away(config)
        server = loop.run_until_complete(from_database(config, loop))
    except BaseException:
        lock.release()
        raise
    return server, lock


def mend_packages(config: Config) -> None:
    """Clear away what an installation that was killed left."""
    if config.packages.is_dir():
        from mud.framework.packages.packages import Packages

        Packages(config.packages, __version__).mend()


def clear_away(config: Config) -> None:
    """Clear away what a copyover left in which the server was killed: its snapshots are read by nobody any more."""
    try:
        for path in files.clear_away(config.snapshot_folder):
            log.warning("the server was killed in a copyover; the database has all of it, its snapshot is now %s", path)
        forget(config)
    except OSError as error:
        log.error("what a copyover left can't be cleared away: %s", error)


async def from_database(config: Config, loop: asyncio.AbstractEventLoop) -> Server:
    """The server as the last flush left it."""
    defs = load_cached(config.world, config.cache)
    store = await Store.open(config.database)
    try:
        loaded = await store.load_active()
        state, generation = rows.state(loaded)
        modules, schemas = modules_of(loaded.modules, loaded.module_schemas)
        game = Game(World(defs, state), Clock(time.monotonic, time.time, state.game_time))
        server = Server(config, loop, game, max(1, generation))
        server.storage.store = store
        game.reopen([row[0] for row in loaded.sessions])
        server.orders.began()
        server.modules.manager.load(modules, schemas)
        await server.modules.manager.start_all()
        game.populate()
        if not any(role == "owner" for _, role in await store.accounts()):
            ready.say_how_to_own(config)
        server.connections.listen()
    except BaseException:
        await store.close()
        raise
    return server


def take_over(config: Config, loop: asyncio.AbstractEventLoop, inherited: str) -> tuple[Server, Lock]:
    """A start from a hand-over: everything is built, then HEALTHY is said; from GO on the game is ours.

    Whatever is raised before that gives the game back to the guardian.
    """
    gc.disable()  # a collection in the middle of this would double it
    entered = time.monotonic()
    fd, before = guardian.parse(inherited)
    given = handover.read(fd)
    channel.inheritable(given.descriptors(), False)
    server, lock = adopt(config, loop, given, read_state(config, given))
    if not guardian.ask_to_go(given):
        log.error("the old program plays on; this one ends")
        os._exit(1)
    server.orders.took_over(given, entered)
    if given.left:
        server.confirmation.went_back(given.left)
        for name in server.modules.manager.restored:  # as this code has it, and not as the other one left it there
            server.game.world.mark_module(name)
    server.game.populate()
    for participant in given.files:
        if participant in ("world", "sessions") or participant in server.modules.manager.restored:
            files.remove(config.snapshot_folder, participant)
        else:  # its module could not take it
            files.set_aside(config.snapshot_folder, participant, "corrupt")
    loop.run_until_complete(server.modules.start_in_silence())
    after_turns(loop, ANSWERED, lambda: announce(server, given))
    guardian.reap(loop, before)
    return server, lock


def after_turns(loop: asyncio.AbstractEventLoop, turns: int, do: Callable[[], None]) -> None:
    """Do something after the loop has turned so many times."""
    if turns:
        loop.call_soon(after_turns, loop, turns - 1, do)
    else:
        do()


def announce(server: Server, given: Handover) -> None:
    """The game is on: one line to everyone, the figures to the admins and the log."""
    gc.enable()
    silence = time.time() - given.began if given.frozen is None else time.monotonic() - given.frozen
    log.warning(
        "generation %d took over: by %s (%s), %d sessions, %.0f ms of silence",
        given.generation,
        given.by,
        given.reason or "no reason given",
        len(given.wires),
        silence * 1000,
    )
    server.post(e.Announced("The world blinks, and goes on."))
    for text in server.modules.anew:
        log.error("%s", text)
        server.post(e.Announced(f"After the copyover: {text}.", "admin"))
    server.loop.call_soon(server.orders.recorder.done)


def run(server: Server, lock: Lock) -> int:
    """Run the loop until the end; a hand-over that fails is no end."""
    loop, handing = server.loop, Handing(server, lock)
    server.copyover, server.orders.trials = Copyover(handing), handing
    for number in ENDS:
        loop.add_signal_handler(number, server.terminate)
    loop.add_signal_handler(signal.SIGUSR1, server.orders.signalled)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    ready.write(server.config, server.connections.port, server.generation)
    gc.freeze()
    gc.enable()
    warming = threading.Thread(target=warm_up, name="warm-up", daemon=True)
    warming.start()
    while True:
        loop.run_until_complete(server.run())
        warming.join()  # signals are blocked for this thread alone: another one would swallow them
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        loop.run_until_complete(asyncio.sleep(0))  # what was signalled up to now is heard
        if server.leaving is None or server.ending:
            break
        failure = hand_over(server, handing, server.leaving)
        server.leaving = None
        if failure.guardian:
            take_back(server, lock, failure)
        loop.run_until_complete(given_up(server, failure))
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    saved = loop.run_until_complete(server.close())
    ready.remove(server.config)
    lock.release()
    return 0 if saved else 1


def hand_over(server: Server, handing: Handing, leaving: Handover) -> Failure:
    """Become the new program. Comes back only when that failed, in the process that plays on, signals blocked."""
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    WATCH.disarm()
    gc.disable()  # it would copy what the two programs share
    logging.shutdown()
    try:
        return cross(
            leaving,
            handing.target.command(),
            handing.target.environment(),
            limit(server.config.copyover.start_seconds, handing.rehearsed),
            ready.notify_main_pid,
        )
    except Exception as error:  # whatever it is, the game goes on
        return Failure(f"the new program can't be executed: {getattr(error, 'strerror', None) or error}")
    finally:
        gc.enable()


def take_back(server: Server, lock: Lock, failure: Failure) -> None:
    """The game is the guardian's: under another process id, and without the threads that there may have been."""
    logs.set_up(server.config.data / "logs", server.config.log)
    server.loop.set_default_executor(ThreadPoolExecutor(thread_name_prefix="asyncio"))
    server.copyover.machine.go(Phase.RECOVERING)
    lock.sign()
    ready.write(server.config, server.connections.port, server.generation)
    for number in failure.signals & SIGNALS:
        os.kill(os.getpid(), number)  # heard when they are unblocked


async def given_up(server: Server, failure: Failure) -> None:
    """The old program plays on."""
    await server.copyover.give_up()
    log.error("no copyover: %s", failure)
    server.orders.failed(str(failure))


def raise_descriptor_limit() -> None:
    """As many connections as the system allows."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
