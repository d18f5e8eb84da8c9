"""The main program of a server, a plain `while`: run the loop; hand over; if that fails, run the loop again."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from mud import __version__
from mud.areas.cache import load_cached
from mud.config import Config
from mud.copyover import environment
from mud.copyover.adopt import modules_of, read_state
from mud.copyover.attempt import Attempt
from mud.copyover.carriers import table as carriers
from mud.copyover.carriers.carrier import Carrier, Failure, patience
from mud.copyover.confirmation import numbered
from mud.copyover.environment import HandedOver
from mud.copyover.handover import Handover
from mud.copyover.locations import CODE
from mud.copyover.phases import Phase
from mud.copyover.rehearsal.rehearsal import forget
from mud.copyover.rehearsal.trial import rehearse
from mud.copyover.target import look
from mud.core import events as e
from mud.core.clock import Clock
from mud.core.world.world import World
from mud.framework.watchdog import WATCH
from mud.game import Game
from mud.net.telnet import warm_up
from mud.server import logs, passwords, ready
from mud.server.adopt import adopt
from mud.server.origin import Origin
from mud.server.server import Server
from mud.snapshot import files
from mud.store import rows
from mud.store.lock import Lock
from mud.store.store import Store
from mud.threads import ENDS, SIGNALS, take_no_signals

log = logging.getLogger("mud.server")

#: The turns of the loop after which input from the silence is answered: one to thaw, one to see which sockets have
#: input, one to read it.
ANSWERED = 3
#: Seconds after which a thread that computes lets the loop's thread go on. The loop gives way to other threads with
#: each byte that it sends or receives; with Python's own 5 ms, fifty of these made a quarter of a second.
SWITCH_SECONDS = 0.0005


def serve(config: Config) -> int:
    """Run a server until it is told to stop. Returns the exit code. Raises EverwakeError if it can't start."""
    inherited, needed = environment.take_handover(), environment.take_needed()
    if needed is not None:
        passwords.warm_up()
        return rehearse(config, needed)
    config.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    logs.set_up(config.data / "logs", config.log)
    raise_descriptor_limit()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})  # it would kill us before its handler is set
    loop = asyncio.new_event_loop()
    loop.set_default_executor(executor())
    asyncio.set_event_loop(loop)
    try:
        return run(begin(config, loop) if inherited is None else take_over(config, loop, inherited))
    finally:
        WATCH.disarm()  # an alarm during Python's exit would change how it ends
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
        logs.close()


def begin(config: Config, loop: asyncio.AbstractEventLoop) -> Server:
    """Start from the database, which holds the last flush, however the previous program ended."""
    gc.disable()  # as in run.py: nothing created now is garbage; `run` enables it again
    lock = Lock.acquire(config.run / "lock")
    try:
        mend_packages(config)
        clear_away(config)
        return loop.run_until_complete(from_database(config, loop, lock))
    except BaseException:
        lock.release()
        raise


def mend_packages(config: Config) -> None:
    """Clear away what a killed installation left."""
    if config.packages.is_dir():
        from mud.framework.packages.packages import Packages

        Packages(config.packages, __version__).mend()


def clear_away(config: Config) -> None:
    """Set aside the snapshots of a copyover in which the server was killed: nobody will read them."""
    try:
        for path in files.clear_away(config.snapshot_folder):
            log.warning("the server was killed in a copyover; the database has all of it, its snapshot is now %s", path)
        forget(config)
    except OSError as error:
        log.error("what a copyover left can't be cleared away: %s", error)


async def from_database(config: Config, loop: asyncio.AbstractEventLoop, lock: Lock) -> Server:
    """The server as the last flush left it."""
    defs = load_cached(config.world, config.cache)
    store = await Store.open(config.database)
    try:
        loaded = await store.load_active()
        state, generation = rows.state(loaded)
        modules, schemas = modules_of(loaded.modules, loaded.module_schemas)
        game = Game(World(defs, state), Clock(time.monotonic, time.time, state.game_time))
        code = look(config, CODE)
        number = numbered(config, code, max(1, generation))
        server = Server(config, loop, game, lock, Origin(generation=number, code=code, store=store))
        game.reopen([row[0] for row in loaded.sessions])
        server.copyovers.began()
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


def take_over(config: Config, loop: asyncio.AbstractEventLoop, inherited: HandedOver) -> Server:
    """Start from a hand-over: build everything, then say HEALTHY; from GO on the game is ours.

    Any exception before GO gives the game back to the old program.
    """
    gc.disable()  # a collection now would double the time
    entered = time.monotonic()
    delivery = carriers.delivery(inherited)
    given = delivery.handover
    server = adopt(config, loop, given, read_state(config, given))
    anew = server.modules.all_there(given.modules, config.modules.optional)
    if not delivery.ask_to_go():
        log.error("the old program plays on; this one ends")
        os._exit(1)
    have_game(server, given, entered)
    loop.run_until_complete(server.modules.start_in_silence())
    after_turns(loop, ANSWERED, lambda: announce(server, given, anew))
    delivery.settle(loop)
    return server


def have_game(server: Server, given: Handover, entered: float) -> None:
    """After GO: consume what was handed over."""
    folder, restored = server.config.snapshot_folder, server.modules.manager.restored
    lost = set(given.files) - {"world", "sessions"} - restored
    server.copyovers.took_over(given, entered, sorted(lost), server.modules.end_lost_talks())
    if given.rejected:
        server.modules.rewrite(restored)
    server.game.world.mark(given.unwritable)
    server.game.populate()
    files.use_up(folder, given.files, lost)


def after_turns(loop: asyncio.AbstractEventLoop, turns: int, do: Callable[[], None]) -> None:
    """Call `do` after the loop has turned `turns` times."""
    if turns:
        loop.call_soon(after_turns, loop, turns - 1, do)
    else:
        do()


def announce(server: Server, given: Handover, anew: list[str]) -> None:
    """Announce that the game goes on: one line to everyone, the figures to the log.

    `anew` tells the admins of modules that lost their state.
    """
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
    for text in anew:
        log.error("%s", text)
        server.post(e.Announced(f"After the copyover: {text}.", "admin"))
    server.loop.call_soon(server.copyovers.done)


def run(server: Server) -> int:
    """Run the loop until the end; after a failed hand-over it continues."""
    loop, carrier = server.loop, carriers.carrier()
    hear_signals(server)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    ready.write(server.config, server.connections.port, server.generation)
    gc.freeze()
    gc.enable()
    sys.setswitchinterval(SWITCH_SECONDS)
    warming = threading.Thread(target=warm, name="warm-up", daemon=True)
    warming.start()
    while True:
        loop.run_until_complete(server.run())
        warming.join()  # it would not live through exec
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)  # over exec, until the new handlers are set
        loop.run_until_complete(asyncio.sleep(0))  # handle the signals that have arrived
        attempt = server.copyovers.leaving
        if attempt is None or server.ending:
            break
        failure = hand_over(server, carrier, attempt)
        if failure.began:
            attempt.phases.go(Phase.RECOVERING)
        if failure.moved:
            take_back(server)
        log.error("no copyover: %s", failure)
        loop.run_until_complete(server.copyovers.give_up(attempt, str(failure)))
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    saved = loop.run_until_complete(server.close())
    ready.remove(server.config)
    server.lock.release()
    return 0 if saved else 1


def executor() -> ThreadPoolExecutor:
    """The loop's own threads."""
    return ThreadPoolExecutor(thread_name_prefix="asyncio", initializer=take_no_signals)


def warm() -> None:
    """Import what the first players will need, beside the game."""
    take_no_signals()
    warm_up()


def hear_signals(server: Server) -> None:
    """Have the loop told of signals. Since Python 3.12 a fork takes that from the child (asyncio.events.on_fork)."""
    for number in ENDS:
        server.loop.add_signal_handler(number, server.terminate)
    server.loop.add_signal_handler(signal.SIGUSR1, server.copyovers.signalled)


def hand_over(server: Server, carrier: Carrier, attempt: Attempt) -> Failure:
    """Give the game to the new program. Returns only on failure, in the process that plays on."""
    assert attempt.handover is not None
    WATCH.disarm()
    logging.shutdown()
    seconds = patience(server.config.copyover.start_seconds, attempt.report.start)
    try:
        return carrier.carry(attempt.handover, attempt.target, seconds, ready.notify_main_pid)
    except Exception as error:  # whatever it is, the game goes on
        return Failure(f"the new program can't be started: {getattr(error, 'strerror', None) or error}")


def take_back(server: Server) -> None:
    """Play on in another process than before: under another id, and without the threads of the old process."""
    logs.set_up(server.config.data / "logs", server.config.log)
    server.loop.set_default_executor(executor())
    asyncio.set_event_loop(server.loop)
    hear_signals(server)
    server.lock.sign()
    ready.write(server.config, server.connections.port, server.generation)


def raise_descriptor_limit() -> None:
    """Raise the limit of descriptors as far as the system allows."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
