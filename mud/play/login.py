"""From a connection to a character in the world, and out of it again."""

from __future__ import annotations

from collections.abc import Iterable

from mud.core import dialogs as d
from mud.core import events as e
from mud.core.context import CoreContext
from mud.core.errors import Rejected
from mud.core.ledger import MINT
from mud.core.session import Session
from mud.core.signals import LinkBack, LinkLost, PlayerEntered, PlayerLeft
from mud.core.targets import split_first
from mud.core.text.markup import tag
from mud.core.timers import LinkDeadEnds
from mud.core.world.model import Account, Character, Item
from mud.core.world.world import World
from mud.play import bodies, drafts, mobs, password, positions, rooms
from mud.play.describe import frozen_words
from mud.play.names import check_name, proper
from mud.play.staff import snoop

#: Failed logins that one connection may have.
MAX_FAILURES = 5
#: Game seconds that a character stays in the world without a connection.
LINK_DEAD_SECONDS = 600.0

BANNER = """
  E V E R W A K E

  The lamp is lit, and nobody puts it out.

  Type your name, or a new one to begin.
  Clients may send:  connect NAME PASSWORD   or   create NAME PASSWORD
"""


def opened(ctx: CoreContext, event: e.Opened) -> None:
    """Greet a new connection."""
    session = event.new
    ctx.open_session(session)
    session.stack.append(d.AskName())
    ctx.write(session, tag("title", BANNER))


def terminal_told(ctx: CoreContext, event: e.TerminalTold) -> None:
    """The client told more about its screen."""
    ctx.edit_session(ctx.session)
    ctx.session.terminal = event.terminal


# Name and password


def answer_name(ctx: CoreContext, dialog: d.AskName, text: str) -> None:
    """A name; or all in one line, as clients' scripts send it."""
    verb, rest = split_first(text)
    verb = verb.casefold()
    name, rest = split_first(rest)
    if not verb:
        return
    if verb == "quit" and not name:
        ctx.send("Until another day.")
        ctx.do(e.Close(ctx.session.id))
    elif verb in ("connect", "create") and not rest:
        ctx.send(f"Write: {verb} NAME PASSWORD. Or type just your name.")
    elif verb == "connect":
        work(ctx, e.LogIn(ctx.session.id, proper(name), unquoted(rest), ctx.session.address))
    elif verb == "create":
        name = check_name(name, ctx.commands)
        password.check(unquoted(rest), name)
        work(ctx, e.Register(ctx.session.id, name, unquoted(rest)))
    else:
        work(ctx, e.CheckName(ctx.session.id, check_name(text, ctx.commands)))


def unquoted(text: str) -> str:
    """A password behind a name: all of the line, spaces too, or what stands in quotes."""
    quoted = len(text) > 1 and text[0] in "'\"" and text[-1] == text[0]
    return text[1:-1] if quoted else text


def name_checked(ctx: CoreContext, event: e.NameChecked) -> None:
    """The name is known, or new."""
    ctx.pop()
    known = event.exists or event.name.casefold() in ctx.world.accounts
    ctx.replace(d.AskPassword(event.name) if known else d.ConfirmNew(event.name))
    ctx.outputs.setdefault(ctx.session.id, [])


def answer_password(ctx: CoreContext, dialog: d.AskPassword, text: str) -> None:
    """The password of a known name; an empty line asks for the name again."""
    if text:
        work(ctx, e.LogIn(ctx.session.id, dialog.name, text, ctx.session.address))
    else:
        ctx.replace(d.AskName())


def logged_in(ctx: CoreContext, event: e.LoggedIn) -> None:
    """Name and password were right, or not."""
    ctx.pop()
    session = ctx.session
    if event.account is None:
        failed(ctx)
        return
    if refused(ctx, event.account.name):
        return
    key = event.account.name.casefold()
    account = ctx.world.accounts.get(key) or event.account
    ctx.world.add_account(account)
    ctx.do(e.LogLine("mud.login", f"login name={account.name} from={session.address}"))
    character = ctx.world.known(account.name) or event.character
    if character is None:
        begin(ctx, account, new_character(ctx, account))
        return
    if character.id not in ctx.world.characters:
        ctx.world.add_character(character, event.items)
    enter(ctx, account, character)


def refused(ctx: CoreContext, name: str) -> bool:
    """Whether a ban stands against who gave the right password: then they are told, and the connection is closed."""
    session, now, bans = ctx.session, ctx.clock.wall, ctx.world.bans
    ban = bans.of_name(name, now) or bans.of_address(session.address, now)
    if ban is None:
        return False
    ctx.send(tag("error", ban.words(now)))
    ctx.do(e.Close(session.id))
    ctx.do(e.LogLine("mud.login", f"refused name={name} from={session.address} reason=banned"))
    return True


def failed(ctx: CoreContext) -> None:
    """A failed login. It was logged and charged to its address when it failed; only this answer comes late."""
    session = ctx.session
    ctx.edit_session(session)
    session.failures += 1
    ctx.send(tag("error", "That name and password do not belong together."))
    if session.failures >= MAX_FAILURES:
        ctx.send("Too many tries.")
        ctx.do(e.Close(session.id))
    elif type(session.stack[-1]) is d.AskPassword:
        ctx.replace(d.AskName())


def work_failed(ctx: CoreContext, event: e.JobFailed) -> None:
    """The database or a worker could not answer."""
    ctx.pop()
    if type(ctx.session.stack[-1]) is d.Seeking:
        ctx.pop()
    ctx.send(tag("error", "That can't be done just now. It has been logged; please try again in a moment."))


def player_found(ctx: CoreContext, event: e.PlayerFound) -> None:
    """Who was looked up is in memory now, if there is anybody; the line that named them is taken again."""
    taken_again(ctx, event)
    account, character = event.account, event.character
    if ctx.again is None or account is None or character is None:
        return
    if account.name.casefold() not in ctx.world.accounts:
        ctx.world.add_account(account)
    if ctx.world.known(character.name) is None:
        ctx.world.add_character(character, event.items)


def taken_again(ctx: CoreContext, event: e.PlayerFound | e.KindsRead) -> None:
    """What a line waited for is there: it is taken again."""
    seeking = ctx.session.stack[-2] if len(ctx.session.stack) > 1 else None
    if isinstance(seeking, d.Seeking):  # else whoever asked was put out meanwhile
        ctx.pop()
        ctx.pop()
        ctx.again = seeking


# Creation


def answer_new(ctx: CoreContext, dialog: d.ConfirmNew, text: str) -> None:
    """Is the new name meant?"""
    word = text.strip().casefold()
    if word in ("y", "yes"):
        ctx.replace(d.NewPassword(dialog.name))
    elif word in ("n", "no"):
        ctx.replace(d.AskName())
    else:
        ctx.send("Please answer yes or no.")


def registered(ctx: CoreContext, event: e.Registered) -> None:
    """`create NAME PASSWORD`: the name was free and the password is hashed, or the name is taken."""
    ctx.pop()
    if event.hash is None:
        ctx.send(tag("error", f"The name {event.name} is taken."))
    else:
        create(ctx, event.name, event.hash, "they")


def hashed(ctx: CoreContext, event: e.Hashed) -> None:
    """A password to be was hashed."""
    ctx.pop()
    password.hashed(ctx, event.hash)
    ctx.outputs.setdefault(ctx.session.id, [])


def verified(ctx: CoreContext, event: e.Verified) -> None:
    """A password was compared."""
    ctx.pop()
    password.verified(ctx, event.ok)
    ctx.outputs.setdefault(ctx.session.id, [])


def answer_pronouns(ctx: CoreContext, dialog: d.AskPronouns, text: str) -> None:
    """The last question of creation."""
    word = text.strip().casefold()
    if word not in ("he", "she", "they"):
        ctx.send("Please answer he, she or they. (`set pronouns` changes it later.)")
        return
    create(ctx, dialog.name, dialog.hash, word)


def create(ctx: CoreContext, name: str, hash_: str, pronouns: str) -> None:
    """A new account and its character, unless somebody took the name meanwhile."""
    key = name.casefold()
    if key in ctx.world.accounts or ctx.world.known(name) is not None:
        ctx.send(tag("error", f"The name {name} has just been taken. Choose another."))
        ctx.replace(d.AskName())
        return
    account = Account(name=name, password=hash_, created=ctx.clock.wall)
    ctx.world.add_account(account)
    ctx.do(e.AddressDid(ctx.session.address, "creation"))
    ctx.do(e.LogLine("mud.login", f"created name={name} from={ctx.session.address}"))
    character = new_character(ctx, account, pronouns)
    begin(ctx, account, character)


def new_character(ctx: CoreContext, account: Account, pronouns: str = "they") -> Character:
    """A character for an account that has none."""
    world = ctx.world
    character = Character(
        id=world.new_id("p"),
        name=account.name,
        room=world.defs.start,
        account=account.name,
        pronouns=pronouns,
        created=ctx.clock.wall,
        away=True,
    )
    world.edit(account)
    account.character = character.id
    return world.add_character(character)


def begin(ctx: CoreContext, account: Account, character: Character) -> None:
    """A new character wakes for the first time, with what its area has for newcomers, and is told where to begin."""
    world, start = ctx.world, ctx.world.defs.start
    area = world.defs.areas[world.defs.area_of[start]] if start in world.defs.area_of else None
    if area is not None:
        for kind in area.newcomer_items:
            world.add_item(Item(id=world.new_id("i"), kind=kind, owner=character.owner_key))
        ctx.pay(MINT, character.owner_key, area.newcomer_gold, "a newcomer's purse")
    enter(ctx, account, character)
    ctx.send(tag("system", (area.newcomer_hint if area is not None else "") or "New here? `help start` is for you."))


# Coming and going


def enter(ctx: CoreContext, account: Account, character: Character) -> None:
    """A session takes its character: into the world, out of link-death, or over from another session."""
    session, world = ctx.session, ctx.world
    other = ctx.sessions.of(character)
    resumed = character.link_dead or other is not None
    if other is not None:
        leave_session(ctx, other)
        ctx.write(other, tag("system", f"Somebody logged in from {session.address} and plays on in your place."))
        ctx.do(e.Close(other.id))
    world.edit(character)
    cancel_link_death(ctx, character)
    if character.link_dead:
        ctx.emit(LinkBack(character.id))
    character.link_dead = False
    if character.away:
        if character.room not in world.defs.rooms:
            character.room = world.defs.start
        world.enter(character)
        character.entered = ctx.clock.game
        bodies.measure(ctx, character)
        bodies.mending(ctx, character)
        mobs.awaken(ctx)
        positions.affected(ctx, character, asleep=False)  # to leave is no way to wake from magic
        ctx.emit(PlayerEntered(character.id))
    drafts.put_aside(world, character)  # what a program that was killed had in hand
    ctx.edit_session(session)
    session.account, session.character = account.name, character.id
    session.snoopers = ()
    session.stack[:] = [d.Play()]
    ctx.play_session(session, character)
    how = "You are back where you were." if resumed else f"Welcome, {character.name}."
    ctx.send(tag("system", how))
    ctx.others(f"{tag('player', character.name)} {'wakes again' if resumed else 'arrives'}.")
    rooms.look_room(ctx)
    drafts.offer(ctx)
    if character.frozen is not None:
        ctx.send(tag("system", frozen_words(character)))


def leave_session(ctx: CoreContext, session: Session) -> None:
    """A session lets go of its character."""
    snoop.end(ctx, session)
    if session.character is not None:
        drafts.remember(ctx.world, session)
        drafts.put_aside(ctx.world, ctx.world.characters[session.character])
    ctx.free_session(session)
    ctx.edit_session(session)
    session.account = session.character = None
    session.queued = ()
    session.stack[:] = [d.AskName()]


def leave_world(ctx: CoreContext, character: Character) -> None:
    """A player's character goes; what it holds goes with it."""
    cancel_link_death(ctx, character)
    ctx.room_says(character.room, f"{tag('player', character.name)} leaves the world.", but=(character,))
    ctx.world.leave(character)
    ctx.emit(PlayerLeft(character.id))
    character.played += ctx.clock.game - character.entered
    character.link_dead = False
    character.position = "standing"
    character.seen, character.afk = ctx.clock.wall, None


def quit_(ctx: CoreContext, args: str) -> None:
    """Leave the game."""
    session, character = ctx.session, ctx.player
    if character.fighting is not None:
        raise Rejected("Not while you fight for your life! (`flee` first.)")
    ctx.send("Until another day.")
    leave_world(ctx, character)
    leave_session(ctx, session)
    ctx.do(e.Close(session.id))


def kick(ctx: CoreContext, session: Session, why: str) -> None:
    """Put a session out, and its character with it."""
    character = ctx.world.characters.get(session.character or "")
    ctx.write(session, tag("system", why))
    if character is not None:
        leave_world(ctx, character)
    leave_session(ctx, session)
    ctx.do(e.Close(session.id))


def lost(ctx: CoreContext, event: e.Lost) -> None:
    """A connection ended. A character in play stays a while, link-dead."""
    session = ctx.session
    ctx.close_session(session)
    character = ctx.world.characters.get(session.character or "")
    if character is None:
        return
    leave_session(ctx, session)
    make_link_dead(ctx, character)
    ctx.do(e.LogLine("mud.login", f"link-dead name={character.name} from={session.address} reason={event.reason}"))


def make_link_dead(ctx: CoreContext, character: Character) -> None:
    """A character in the world has no connection any more."""
    ctx.world.edit(character)
    character.link_dead = True
    ctx.emit(LinkLost(character.id))
    if ctx.world.timers.find(LinkDeadEnds(character.id)) is None:
        ctx.after(LINK_DEAD_SECONDS, LinkDeadEnds(character.id))
    ctx.room_says(character.room, f"{tag('player', character.name)} stares into nothing.", but=(character,))


def cancel_link_death(ctx: CoreContext, character: Character) -> None:
    """It has a connection again, or leaves for good."""
    if not character.link_dead:
        return
    timer = ctx.world.timers.find(LinkDeadEnds(character.id))
    left = max(0.0, timer.due - ctx.clock.game) if timer is not None else 0.0
    ctx.world.edit(character)
    character.played -= LINK_DEAD_SECONDS - left  # to be without a connection is not to play
    if timer is not None:
        ctx.world.timers.cancel(timer.id)


def link_death_ends(ctx: CoreContext, payload: LinkDeadEnds) -> None:
    """Nobody came back for it."""
    character = ctx.world.characters.get(payload.character)
    if character is not None and character.link_dead:
        leave_world(ctx, character)


# Memory


def names_sought(sessions: Iterable[Session]) -> set[str]:
    """Names (casefolded) that were looked up for lines that wait for one more."""
    return {name for s in sessions for x in s.stack if isinstance(x, d.Seeking) for name in x.names}


def names_in_creation(sessions: Iterable[Session]) -> set[str]:
    """Names (casefolded) that somebody is in the middle of choosing."""
    making = d.ConfirmNew | d.NewPassword | d.RepeatPassword | d.AskPronouns
    return {x.name.casefold() for s in sessions for x in s.stack if isinstance(x, making) and x.name is not None}


def evict(world: World, pinned: set[str]) -> None:
    """Forget who is away and written, but for the names in `pinned`."""
    for character in world.away():
        if character.name.casefold() not in pinned and ("characters", character.id) not in world.dirty:
            world.forget(character)
    for key, account in list(world.accounts.items()):
        if key not in pinned and world.known(account.name) is None and ("accounts", key) not in world.dirty:
            world.forget_account(key)


def work(ctx: CoreContext, job: e.Job | e.Question | e.CopyoverRequest, closes: bool = False) -> None:
    """Have something done outside of the game; the session's next lines wait for its answer.

    With `closes` the dialog that asks for it ends when it is saved.
    """
    ctx.push(d.Working(closes))
    ctx.do(job)
