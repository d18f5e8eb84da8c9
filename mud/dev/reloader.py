"""`run.py --dev`: brings saved files into the running game, or says why that fails while the game plays on.

Saved code starts a copyover, or a hot reload if only one module changed. A saved world file reloads its area. Failures
are reported on the console and to admins in the game; nobody else notices them.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from functools import partial
from typing import Protocol

import msgspec
from msgspec import Struct

from mud.config import Config
from mud.copyover import compiled, vetoes
from mud.copyover.locations import CODE, TREE, known
from mud.copyover.observer import CopyoverObserver
from mud.copyover.phases import Phase
from mud.core import events as e
from mud.core.copyover_words import CopyoverWords
from mud.core.errors import CopyoverError, EverwakeError
from mud.core.veto import Veto
from mud.dev import changes
from mud.dev.changes import Files, NeededActions, Trees
from mud.dev.errors import ErrorListener
from mud.dev.watcher import Burst, Watcher
from mud.store.threads import in_thread

log = logging.getLogger("mud.dev")

#: The name under which these copyovers are ordered, in logs and reports.
BY = "run.py --dev"
#: How many seconds a burst of saves may last, and seconds between two requests for vetoes.
MAX_BURST, LOOK_AGAIN = 2.0, 0.5
#: How many seconds an unconfirmed generation runs at least before the next automatic copyover.
SETTLED = 2.0
#: How many failures in a row stop automatic copyovers, and how often one is retried after a last-moment veto.
MAX_FAILURES, MAX_RETRIES = 3, 3
HEALS = "The game plays on; the next good save heals it."


class SavedAttempt(Struct, kw_only=True):
    """A copyover because of saved `files` (in words), with the wall-clock times at which they were saved and noticed,
    the copyover was ordered, and the code was rehearsed."""

    files: str
    saved: float
    noticed: float
    ordered: float
    rehearsed: float = 0.0

    def parts(self, now: float) -> str:
        """The parts of the time from save to play, in words."""
        waited = self.ordered - self.noticed
        return (
            f"{now - self.saved:.2f} s after the save: noticed {self.noticed - self.saved:.2f}, "
            + (f"waited {waited:.2f}, " if waited >= 0.1 else "")
            + f"rehearsed {self.rehearsed - self.ordered:.2f}, silence {now - self.rehearsed:.2f}"
        )


class Note(Struct, kw_only=True):
    """What one program leaves for the next: the files as it last saw them, and the attempt if there was one."""

    generation: int
    files: Files
    attempt: SavedAttempt | None = None


class Streak:
    """Failures in a row. A failed rehearsal disturbs nobody, so every save may be rehearsed. After failures that came
    further, automatic copyovers stop until an admin's copyover succeeds."""

    def __init__(self) -> None:
        self.count = 0
        self._harmless = True

    def failed(self, harmless: bool) -> None:
        """Count a failure."""
        self.count += 1
        self._harmless = self._harmless and harmless

    @property
    def stops(self) -> bool:
        """Whether automatic copyovers are stopped."""
        return self.count >= MAX_FAILURES and not self._harmless

    def told(self) -> str:
        """The remark after a failure."""
        if self.count < MAX_FAILURES:
            return HEALS
        if self._harmless:
            return f"That is {self.count} in a row: no automatic copyover until a save passes its rehearsal."
        return f"That is {self.count} in a row: automatic copyovers stop until an admin's `copyover` succeeds."


class ReloaderHost(Protocol):
    """What the reloader needs of the running server."""

    def generation(self) -> int:
        """The number of the program that runs."""

    def is_confirmed(self) -> bool:
        """Whether that program has run well for long enough."""

    def copyover_by(self) -> str:
        """Who ordered the copyover that is under way, or ""."""

    def vetoes(self) -> list[tuple[str, Veto]]:
        """The vetoes against a copyover now, and whose they are."""

    async def read_areas(self) -> e.Built:
        """Read the areas' files again. Returns the outcome."""

    async def reload_module(self, name: str) -> str:
        """Put a module's new code into the game. Returns the message. Raises EverwakeError."""

    def order_copyover(self, order: e.CopyoverRequest) -> None:
        """Begin a copyover. If it fails, `Reloader.failed` is called."""

    def announce(self, text: str) -> None:
        """Send a line to the admins in the game."""


class Reloader(CopyoverObserver):
    """Watches files while the server runs, and brings saved ones into play."""

    def __init__(self, config: Config, loop: asyncio.AbstractEventLoop, host: ReloaderHost) -> None:
        self._config = config.dev
        self._loop = loop
        self._host = host
        folders = (TREE / "modules", *map(known, config.modules.folders))
        self._trees = Trees(
            core=TREE / "mud",
            modules=tuple(path for path in folders if path.is_dir()),
            world=config.world.absolute(),
            data=config.data.absolute(),
            off=frozenset(config.modules.off),
        )
        self._note = config.run / "saves.json"
        self._played: Files | None = None  # the files in play
        self._seen: Files = {}
        self._todo = False  # saves that nothing has been done about yet
        self._noticed = 0.0  # when they were noticed
        self._attempt: SavedAttempt | None = None  # the copyover under way
        self._tried: Files = {}  # the files that it rehearses
        self._outrun = False  # the files have changed since
        self._retries = 0  # retries with the same files, after last-moment vetoes
        self._streak = Streak()
        self._trouble = False  # the last save failed
        self._began = 0.0  # when the game began or went on in this program
        self._errors = ErrorListener(lambda error: loop.call_soon_threadsafe(self._raised, error))
        self._raised_before: set[str] = set()  # the errors that were told since the last save
        self._watcher: Watcher | None = None
        self._task: asyncio.Task[None] | None = None
        self._rung = asyncio.Event()
        self._burst = Burst(config.dev.quiet_seconds, MAX_BURST)

    # With the server's workers

    def begin(self) -> None:
        """Begin to watch, or watch again. Files saved in the meantime are found."""
        self._began = self._began or time.time()
        self._errors.listen()
        if self._watcher is None:
            call = self._loop.call_soon_threadsafe
            self._watcher = Watcher(
                self._trees.roots(),
                self._trees.concerns,
                partial(call, self._ring),
                lambda error: call(self._blind, error),
            )
            self._watcher.start()
        if self._task is None or self._task.done():
            self._rung = asyncio.Event()  # an event belongs to one loop, and the loop may have changed
            self._task = self._loop.create_task(self._work())

    async def pause(self) -> None:
        """Before a copyover's silence: leave no thread, and a note for the next program.

        Raises CopyoverError if the files are no longer those that were rehearsed.
        """
        if self._played is None:
            return
        await self.end()
        now = await in_thread(changes.scan, self._trees, self._seen)
        if self._attempt is not None:
            self._attempt.rehearsed = time.time()
            if other := changes.changed(self._tried, now):
                self._outrun = True
                raise CopyoverError(f"{self._trees.shown(sorted(other))} was saved meanwhile")
        else:  # somebody else's copyover: make sure that files saved just now are compiled again
            wanted = self._trees.sort(changes.changed(self._played, now))
            await in_thread(compiled.forget, wanted.code)
        note = Note(generation=self._host.generation() + 1, files=now, attempt=self._attempt)
        try:
            await in_thread(self._note.write_bytes, msgspec.json.encode(note))
        except OSError as error:
            log.warning("what is saved from now until the next program watches may go unnoticed: %s", error)

    async def end(self) -> None:
        """Stop everything, and leave no thread."""
        self._errors.stop()
        watcher, self._watcher = self._watcher, None
        if watcher is not None:
            await in_thread(watcher.stop)
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait({task})

    def warned(self, by: str, warnings: list[str]) -> bool:
        """The rehearsal of what was saved has found something: it is told, and the copyover goes on."""
        if by == BY:
            for text in warnings:
                self._tell(f"beware: {text}")
        return by == BY

    def failed(self, by: str, error: str) -> bool:
        """A copyover has failed."""
        if by != BY or self._attempt is None:
            return False
        attempt, self._attempt = self._attempt, None
        vetoed = error.startswith(f"while {Phase.VETOING.value}")
        outrun = self._todo or self._outrun or bool(self._host.copyover_by())  # other files, or another copyover
        if outrun or (vetoed and self._retries < MAX_RETRIES):
            self._retries += vetoed
            self._todo = True
            self._ring()
            return True
        harmless = error.startswith(f"while {Phase.REHEARSING.value}")
        self._streak.failed(harmless)
        self._trouble = True
        where = changes.headline(self._trees, error)
        self._tell(f"no copyover for {attempt.files}: {where}\n{self._streak.told()}")
        return True

    def _raised(self, error: str) -> None:
        """Code in play has raised an exception: the admins in the game are told. The console has it from the log."""
        if error not in self._raised_before:
            self._raised_before.add(error)
            self._announce(f"{changes.headline(self._trees, error)}\nWhat it did is undone. The log has more.")

    # What was saved

    def _ring(self) -> None:
        self._burst.ring(self._loop.time())
        self._rung.set()

    def _blind(self, error: Exception) -> None:
        self._tell(f"files can't be watched: {error}. Saves go unnoticed until the server is started again.")

    async def _work(self) -> None:
        """Wait for saves, and bring them into play."""
        if self._played is None:
            await self._first_look()
        while True:
            await self._rung.wait()
            while (left := self._burst.left(self._loop.time())) > 0:
                await asyncio.sleep(left)
            self._rung.clear()
            self._burst.over()
            try:
                await self._look()
            except Exception as error:
                log.exception("what was saved could not be looked at")
                self._tell(f"{type(error).__name__}: {error}. {HEALS}")

    async def _first_look(self) -> None:
        """Find what is in play: what the previous program noted, otherwise the files as they are."""
        note = await in_thread(self._take_note)
        self._played = note.files if note is not None else await in_thread(changes.scan, self._trees)
        self._seen = self._played
        if note is None:
            way = "; one module alone is reloaded" if self._config.modules == "reload" else ""
            folders = ", ".join(map(str, self._trees.roots()))
            self._print(f"watching {folders}: what you save there comes into play a moment later{way}")
        elif note.attempt is not None:
            self._tell(f"{note.attempt.files} is in play {note.attempt.parts(self._began)}")

    def _take_note(self) -> Note | None:
        try:
            note = msgspec.json.decode(self._note.read_bytes(), type=Note)
        except (OSError, msgspec.DecodeError):
            return None
        self._note.unlink(missing_ok=True)
        return note if note.generation == self._host.generation() else None

    async def _look(self) -> None:
        """Look at what was saved."""
        now = await in_thread(changes.scan, self._trees, self._seen)
        if changes.touched(self._seen, now):
            self._todo, self._retries, self._noticed = True, 0, time.time()
            self._raised_before.clear()
        self._seen = now
        if self._todo and self._attempt is None:
            self._todo = not await self._act(now)

    async def _act(self, now: Files) -> bool:
        """Bring into play what is not. Returns False if the files have to be read again first."""
        assert self._played is not None
        wanted = self._trees.sort(changes.changed(self._played, now))
        found = await in_thread(changes.problems, self._trees, wanted.code)
        if found:
            self._refuse(found)
            return True
        if wanted.world and not await self._read_world(wanted, now):
            return True
        if not wanted.code:
            self._healed()
            return True
        if wanted.alone and self._config.modules == "reload" and CODE == TREE:  # a copy's code stays
            await self._reload(wanted, now)
            return True
        return await self._copy_over(wanted, now)

    def _refuse(self, found: list[str]) -> None:
        self._trouble = True
        more = f"\nand {len(found) - 1} more" if len(found) > 1 else ""
        for problem in found[1:]:
            self._print(problem)
        self._tell(f"{found[0]}{more}\n{HEALS}")

    def _healed(self) -> None:
        if self._trouble:
            self._trouble = False
            self._tell("All is well again.")

    # Into play

    def _take(self, paths: tuple[str, ...], now: Files) -> None:
        """These files are in play as they are `now`."""
        assert self._played is not None
        rest = {path: file for path, file in self._played.items() if path not in paths}
        self._played = rest | {path: now[path] for path in paths if path in now}

    async def _read_world(self, wanted: NeededActions, now: Files) -> bool:
        """Read the areas again. Returns whether that succeeded."""
        saved, answer = _saved(wanted.world, now), await self._host.read_areas()
        files = self._trees.shown(wanted.world)
        if not answer.done:
            self._trouble = True
            self._tell(f"{files}: {answer.text}\nThe next good save heals it.")
            return False
        self._take(wanted.world, now)
        took = time.time() - saved
        self._print(f"{answer.text} ({took:.2f} s after the save: noticed {self._noticed - saved:.2f}) {files}")
        return True

    async def _reload(self, wanted: NeededActions, now: Files) -> None:
        """Put the new code of one module into the game."""
        files, saved = self._trees.shown(wanted.code), _saved(wanted.code, now)
        try:
            text = await self._host.reload_module(wanted.alone)
        except EverwakeError as error:
            self._trouble = True
            log.info("%s", error)
            self._tell(f"{changes.headline(self._trees, str(error))}\n{HEALS}")
            return
        self._take(wanted.code, now)
        self._trouble = False
        took = f"{time.time() - saved:.2f} s after the save: noticed {self._noticed - saved:.2f}"
        self._tell(f"{text} {files} is in play {took}, reloaded {time.time() - self._noticed:.2f}")

    async def _copy_over(self, wanted: NeededActions, now: Files) -> bool:
        """Order a copyover. If it fails, `failed` is called; otherwise the next program continues from here."""
        files = self._trees.shown(wanted.code)
        if self._streak.stops:
            self._tell(f"{files} is saved, but automatic copyovers have stopped: `copyover` tries it.")
            return True
        if why := self._against():
            return not await self._cleared(why, files)
        if (left := self._young()) > 0:
            await asyncio.sleep(left)
            self._ring()
            return False
        await in_thread(compiled.forget, wanted.code)
        self._attempt = SavedAttempt(
            files=files, saved=_saved(wanted.code, now), noticed=self._noticed, ordered=time.time()
        )
        self._tried, self._outrun = now, False
        self._print(f"{files} was saved: rehearsing")
        self._host.order_copyover(e.CopyoverRequest(0, BY, CopyoverWords("now", f"{files} was saved"), planned=True))
        return True

    async def _cleared(self, why: str, files: str) -> bool:
        """Wait until there is no veto against a copyover. False if that took too long; a save also ends the wait."""
        self._tell(f"{files} waits: {why}")
        end = self._loop.time() + self._config.wait_seconds
        while self._loop.time() < end:
            await asyncio.sleep(LOOK_AGAIN)
            why = self._against()
            if not why or self._rung.is_set():
                self._ring()
                return True
        self._tell(f"no copyover for {files}: {why}. Save again, or order one with `copyover`.")
        return False

    def _young(self) -> float:
        """How many seconds an unconfirmed generation still has to run."""
        return 0.0 if self._host.is_confirmed() else self._began + SETTLED - time.time()

    def _against(self) -> str:
        """The reason against a copyover now, or ""."""
        if by := self._host.copyover_by():
            return f"a copyover by {by} is under way"
        return "; ".join(vetoes.worded(name, veto) for name, veto in self._host.vetoes())

    # Words

    def _tell(self, text: str) -> None:
        """Tell the console, and admins in the game."""
        self._print(text)
        self._announce(text)

    def _announce(self, text: str) -> None:
        plain = "\n".join("".join(c if c.isprintable() else " " for c in line) for line in text.splitlines())
        self._host.announce(plain)

    def _print(self, text: str) -> None:
        for line in text.splitlines():
            log.info("%s", line)
        with contextlib.suppress(OSError, ValueError):  # the console is gone; the game is not
            print(f"dev: {text}", flush=True)


def _saved(paths: tuple[str, ...], now: Files) -> float:
    """When the last of these was saved (wall clock); the present, if all are gone."""
    return max((now[path].changed / 1e9 for path in paths if path in now), default=time.time())
