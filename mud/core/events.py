"""Events go into the kernel, one at a time; effects, which say what it wants done, come out of it (rule 1).

Passwords in clear text pass through here on their way to a worker thread; they are never part of the state.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from mud.core.copyover_words import CopyoverWords
from mud.core.session import Session, Terminal
from mud.core.signals import Signal
from mud.core.timers import PendingTimer
from mud.core.world.area import WorldDef
from mud.core.world.draft import Edits
from mud.core.world.model import Account, Character, Item, Role

# Events


class Opened(Struct, frozen=True):
    """A connection was made, and this is its session."""

    new: Session


class Line(Struct, frozen=True):
    """A player sent a line, already free of control characters. `expanded` says that it comes from an alias."""

    session: int
    text: str
    expanded: bool = False


class KindsRead(Struct, frozen=True):
    """Answer to ReadKinds."""

    session: int


class LineTooLong(Struct, frozen=True):
    """A player sent a line of more than `most` bytes. Nothing of it was kept."""

    session: int
    most: int


class Lost(Struct, frozen=True):
    """A connection ended. `reason` is for the log."""

    session: int
    reason: str


class TerminalTold(Struct, frozen=True):
    """A client told more about its terminal."""

    session: int
    terminal: Terminal


class Due(Struct, frozen=True):
    """A timer fell due. It is no longer among the pending ones."""

    timer: PendingTimer


class NameChecked(Struct, frozen=True):
    """Answer to CheckName."""

    session: int
    name: str
    exists: bool


class LoggedIn(Struct, frozen=True):
    """Answer to LogIn. `account` is None when name or password were wrong; `character` when it has none yet."""

    session: int
    name: str
    account: Account | None
    character: Character | None = None
    items: tuple[Item, ...] = ()


class Registered(Struct, frozen=True):
    """Answer to Register. `hash` is None when the name is taken."""

    session: int
    name: str
    hash: str | None


class Hashed(Struct, frozen=True):
    """Answer to HashPassword."""

    session: int
    hash: str


class Verified(Struct, frozen=True):
    """Answer to VerifyPassword."""

    session: int
    ok: bool


class Ordered(Struct, frozen=True):
    """A character is to run a command that its player did not type: `text`, whatever dialog is on top."""

    session: int
    character: str
    text: str


class PlayerFound(Struct, frozen=True):
    """Answer to FindPlayer. Without an account there is no player of that name."""

    session: int
    account: Account | None
    character: Character | None = None
    items: tuple[Item, ...] = ()


class WorldRead(Struct, frozen=True):
    """Area files were read or written: from now on the world is as `defs` says. `areas` are those that changed."""

    defs: WorldDef
    areas: tuple[str, ...]


class Built(Struct, frozen=True):
    """Answer to ReadAreas or SaveEdits, after WorldRead if anything changed. If not `done`, nothing was changed;
    `saved` says that the request was SaveEdits and that the files now hold the edits."""

    session: int
    done: bool
    text: str
    saved: bool = False


class JobFailed(Struct, frozen=True):
    """The work that a session waited for could not be done: the dialog below asks again."""

    session: int


class Told(Struct, frozen=True):
    """Text for a session from outside of the game; `answer` says that it is what the session waits for."""

    session: int
    text: str
    answer: bool = False


class Announced(Struct, frozen=True):
    """A line for everybody in play, or for those with at least `role`."""

    text: str
    role: Role = "player"


class AccountSet(Struct, frozen=True):
    """An account was made or changed from outside of the game. This is its new value."""

    account: Account


class Signalled(Struct, frozen=True):
    """A signal for a module from outside of the game: from the module's own hooks, jobs and checks."""

    module: str
    signal: Signal


class ModuleAnswered(Struct, frozen=True):
    """Answer to AskModule or QueryModule number `id`."""

    module: str
    id: str
    value: Any = None
    error: str = ""


Event = (
    (Opened | Line | Lost | TerminalTold | Due | NameChecked | LoggedIn | Registered | Hashed | Verified)
    | (Ordered | PlayerFound | JobFailed | Told | Announced | AccountSet | Signalled | ModuleAnswered)
    | (WorldRead | Built | LineTooLong | KindsRead)
)  # fmt: skip

# Effects


class Output(Struct, frozen=True):
    """Text for a session, followed by its prompt. With `secret`, what is typed next is not echoed."""

    session: int
    text: str
    prompt: str
    secret: bool = False


class Close(Struct, frozen=True):
    """Close a connection once all that was written to it is sent."""

    session: int


class CheckName(Struct, frozen=True):
    """Is there an account of this name?"""

    session: int
    name: str


class LogIn(Struct, frozen=True):
    """Check name and password, and load the character. A wrong password counts against `address`."""

    session: int
    name: str
    password: str
    address: str


class Register(Struct, frozen=True):
    """If the name is free, hash the password for its new account."""

    session: int
    name: str
    password: str


class FindPlayer(Struct, frozen=True):
    """Load the player of that name, who is not in memory."""

    session: int
    name: str


class ReadKinds(Struct, frozen=True):
    """Read the definitions that are still packed, one area at a time, while the game goes on in between."""

    session: int


class FoundAstray(Struct, frozen=True):
    """After a start, somebody or something was in a room that no longer exists, or is of a kind that no longer exists.
    One line each."""

    lines: tuple[str, ...]


class HashPassword(Struct, frozen=True):
    """Hash a new password."""

    session: int
    password: str


class VerifyPassword(Struct, frozen=True):
    """Does the password match the hash?"""

    session: int
    password: str
    hash: str


class ReadAreas(Struct, frozen=True):
    """Read the file of `area` again; without an area, every file that changed."""

    session: int
    area: str = ""


class SaveEdits(Struct, frozen=True):
    """Write a builder's edits into the areas' files. With `over`, overwrite what others changed meanwhile."""

    session: int
    edits: Edits
    over: bool = False


class Flush(Struct, frozen=True):
    """Write all changes to the database now, then tell the session."""

    session: int


class Audit(Struct, frozen=True):
    """Check the whole economy, memory and database, then tell the session."""

    session: int


class CheckWorld(Struct, frozen=True):
    """Look at the world's files, all or one area's, then tell the session what is wrong with them."""

    session: int
    area: str = ""


class ReadLog(Struct, frozen=True):
    """Send the session the last `count` log records of at least `level` that contain `word`.

    An empty level or word matches everything.
    """

    session: int
    count: int
    level: str
    word: str


class ListStaff(Struct, frozen=True):
    """Send the session a list of all accounts with a role above player."""

    session: int


class CopyoverRequest(Struct, frozen=True):
    """Something is asked of copyovers, in `words`; the session, 0 for none, is told what comes of it.

    A session does not wait for the answer to what is `planned`: a timer orders it. What waits for soft vetoes to clear
    is ordered again and again: it was ordered `since` and is given up at `until`, both by the wall clock.
    """

    session: int
    by: str
    words: CopyoverWords
    planned: bool = False
    since: float = 0.0
    until: float = 0.0


class Shutdown(Struct, frozen=True):
    """Take the server down."""

    by: str


class LogLine(Struct, frozen=True):
    """A line for the log, under the logger `name`."""

    name: str
    text: str


class AddressDid(Struct, frozen=True):
    """An address did something that is rate-limited: "failed_login" or "creation"."""

    address: str
    what: str


class AskModule(Struct, frozen=True):
    """Have a module's asynchronous method do something on behalf of `module`."""

    module: str
    id: str
    request: dict[str, Any]


class QueryModule(Struct, frozen=True):
    """Query the tables of `module`, once all that it has written is stored."""

    module: str
    id: str
    sql: str
    parameters: tuple[Any, ...]


class ManageModule(Struct, frozen=True):
    """Restart, reload, pause, resume or reconfigure a module; then tell the session."""

    session: int
    do: str
    module: str


#: Work on area files.
AreaJob = ReadAreas | SaveEdits
#: Work done for a session by a worker thread or the database, and answered by an event.
Job = CheckName | LogIn | Register | FindPlayer | HashPassword | VerifyPassword | AreaJob
#: Other work that a session waits for; it is answered in words (Told).
Question = Flush | Audit | CheckWorld | ReadLog | ListStaff | ManageModule
Effect = (
    (Output | Close | Job | Question | CopyoverRequest | Shutdown | LogLine | AddressDid)
    | (AskModule | QueryModule | ReadKinds | FoundAstray)
)  # fmt: skip
