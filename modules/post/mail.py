"""Letters: written in the line editor, kept until they are deleted, announced on arrival and on entering."""

from __future__ import annotations

from modules.post.state import Letter, Post, PostSettings, bounded, is_number, numbered, put, row
from mud.api import (
    Character,
    Context,
    Dialog,
    Rejected,
    Request,
    ToldAway,
    ago,
    split_first,
    tag,
)

#: The subject of a letter without one.
NO_SUBJECT = "no subject"


class Writing(Dialog):
    """Somebody is writing a letter."""

    to: str  # the name
    subject: str


class LetterWaiting(Request, tag="post.waiting"):
    """How many unread letters a character has."""

    character: str


def mail(ctx: Context[Post], args: str) -> None:
    """mail | mail N | mail NAME [SUBJECT] | mail delete N | mail reply N -- read, write and delete letters
    mail 3 shows letter 3. A letter is written line by line. It also reaches players who are away.
    `mail delete all` empties your mailbox."""
    word, rest = split_first(args)
    act = ACTS.get(word.casefold())
    if act is not None:
        act(ctx, rest)
    elif is_number(word):
        read(ctx, word)
    else:
        begin(ctx, ctx.find_player(word), subject_of(ctx, rest))


def write(ctx: Context[Post], args: str) -> None:
    """Begin a letter: `mail write NAME`, the long form of `mail NAME`."""
    name, subject = split_first(args)
    if not name:
        raise Rejected("Write: mail write NAME SUBJECT.")
    begin(ctx, ctx.find_player(name), subject_of(ctx, subject))


def subject_of(ctx: Context[Post], text: str) -> str:
    """A subject as it was typed, or none. Raises Rejected if it is too long."""
    return bounded(text, ctx.settings(PostSettings).subject_length, "A subject") if text else NO_SUBJECT


def list_(ctx: Context[Post], args: str) -> None:
    """All letters."""
    letters = box(ctx)
    rows = [
        row(n, "" if x.read else "*", x.subject or "something told", x.sender, ago(ctx.clock.wall - x.at))
        for n, x in enumerate(letters, 1)
    ]
    ctx.page("\n".join(["Your letters (* is unread):", *rows]) if rows else "There are no letters for you.")


def read(ctx: Context[Post], args: str) -> None:
    """One letter."""
    letters = box(ctx)
    number = numbered(args, len(letters), "letter")
    letter = letters[number - 1]
    seen = Letter(letter.sender, letter.at, letter.subject, letter.text, read=True)
    put(ctx, ctx.player.id, (*letters[: number - 1], seen, *letters[number:]))
    head = f"{letter.subject or 'something told'}, from {letter.sender}, {ago(ctx.clock.wall - letter.at)}"
    ctx.page(f"{tag('bold', head)}\n{letter.text}")


def delete(ctx: Context[Post], args: str) -> None:
    """Delete one letter, or all of them."""
    letters = box(ctx)
    if args.casefold() == "all" and letters:
        put(ctx, ctx.player.id, ())
        ctx.send(f"Your mailbox is empty. Letters thrown away: {len(letters)}.")
        return
    number = numbered(args, len(letters), "letter")
    put(ctx, ctx.player.id, (*letters[: number - 1], *letters[number:]))
    ctx.send(f"Letter {number} is deleted.")


def reply(ctx: Context[Post], args: str) -> None:
    """Begin an answer to the writer of a letter."""
    letters = box(ctx)
    letter = letters[numbered(args, len(letters), "letter") - 1]
    subject = letter.subject or "what you told me"
    begin(ctx, ctx.find_player(letter.sender), subject if subject.startswith("Re: ") else f"Re: {subject}")


def begin(ctx: Context[Post], to: Character, subject: str) -> None:
    """Open the editor on a new letter, if it can be delivered."""
    ctx.need_hearing(to)
    refuse(ctx, ctx.player, to)
    ctx.send(f"A letter to {to.name}: {subject}.")
    ctx.edit_text(Writing(to.name, subject))


def ask(ctx: Context[Post], writing: Writing) -> str:
    """The prompt after a letter could not be delivered; not shown in the editor."""
    return f"(a letter to {writing.to}) "


def sent(ctx: Context[Post], writing: Writing, text: str) -> None:
    """The letter is written: send it, or leave the writer in the editor."""
    bounded(text, ctx.settings(PostSettings).letter_length, "A letter")
    to = ctx.find_player(writing.to)
    ctx.need_hearing(to)
    refuse(ctx, ctx.player, to)
    keep(ctx, to, Letter(ctx.player.name, ctx.clock.wall, writing.subject, text))
    ctx.pop()
    ctx.send(f"Your letter to {to.name} is on its way.")


def keep(ctx: Context[Post], to: Character, letter: Letter) -> None:
    """Put a letter into somebody's mailbox, and tell them if they are here."""
    put(ctx, to.id, (*ctx.state.boxes.get(to.id, ()), letter))
    ctx.tell(to, tag("system", f"A letter from {letter.sender} has come: `mail`."))


def refuse(ctx: Context[Post], sender: Character, to: Character) -> None:
    """Raise Rejected if a letter can't be delivered."""
    bounds, letters = ctx.settings(PostSettings), ctx.peek().boxes.get(to.id, ())
    if not ctx.hears(to, sender.name):
        raise Rejected(f"{to.name} does not want to hear from you.")
    if len(letters) >= bounds.letters:
        raise Rejected(f"The mailbox of {to.name} is full.")
    if sum(x.sender == sender.name and not x.read for x in letters) >= bounds.from_one:
        raise Rejected(f"{to.name} has not read your last {bounds.from_one} letters yet. Wait until they are read.")


def told_away(ctx: Context[Post], told: ToldAway) -> None:
    """Keep what was told to somebody who could not hear it, and tell the sender whether it was kept."""
    sender, to = ctx.world.characters[told.sender], ctx.world.characters[told.character]
    try:
        refuse(ctx, sender, to)
    except Rejected as refusal:
        ctx.tell(sender, tag("error", f"It is not kept: {refusal}"))
        return
    text = told.text[: ctx.settings(PostSettings).letter_length]
    keep(ctx, to, Letter(sender.name, ctx.clock.wall, "", text))
    ctx.tell(sender, tag("tell", f'It is kept as mail for {to.name}: "{text}"'))


def announce(ctx: Context[Post], who: Character) -> None:
    """Tell a player who enters of new letters."""
    count = waiting(ctx, LetterWaiting(who.id))
    if count:
        letters = "a new letter" if count == 1 else f"{count} new letters"
        ctx.tell(who, tag("system", f"You have {letters}: `mail`."))


def waiting(ctx: Context[Post], asked: LetterWaiting) -> int:
    """How many unread letters a character has, except from ignored players."""
    letters = ctx.peek().boxes.get(asked.character, ())
    who = ctx.world.characters.get(asked.character)
    return sum(not x.read and (who is None or ctx.hears(who, x.sender)) for x in letters)


def box(ctx: Context[Post]) -> tuple[Letter, ...]:
    """The player's letters."""
    return ctx.peek().boxes.get(ctx.player.id, ())


ACTS = {"": list_, "list": list_, "read": read, "write": write, "delete": delete, "reply": reply}
