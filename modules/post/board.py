"""Notice boards: those that hang in a room, and elsewhere the town's, which everybody reads wherever they are."""

from __future__ import annotations

from modules.post.state import Notice, Post, PostSettings, Published, bounded, is_number, row
from mud.api import Character, Context, Dialog, LookedAt, Rejected, ago, room_key, split_first, tag

#: The kind of things that are notice boards.
BOARD = "board"


class Posting(Dialog):
    """Somebody is writing a notice."""

    title: str
    board: str = ""


def board(ctx: Context[Post], args: str) -> None:
    """board | board N | board write TITLE | board remove N -- the notice board: list, read, write, remove
    board 3 shows notice 3. In a room with a board, `board` means that one; elsewhere it means the town's.
    You may remove your own notices.
    For builders: board remove takes any notice away."""
    word, rest = split_first(args)
    act = ACTS.get(word.casefold())
    if act is not None:
        act(ctx, rest)
    elif is_number(word):
        read(ctx, word)
    else:
        raise Rejected("Write: board, board N, board write TITLE or board remove N.")


def list_(ctx: Context[Post], args: str) -> None:
    """All notices of the board."""
    ctx.page(list_text(ctx, here(ctx)))


def list_text(ctx: Context[Post], board: str) -> str:
    """The notices on a board, a line each."""
    rows = [row(x.number, "", x.title, x.name, ago(ctx.clock.wall - x.at)) for x in on(ctx, board)]
    return "\n".join(["On the board:", *rows]) if rows else "The board is empty: board write TITLE."


def read(ctx: Context[Post], args: str) -> None:
    """One notice."""
    notice = find(ctx, args)
    head = f"{notice.title}, from {notice.name}, {ago(ctx.clock.wall - notice.at)}"
    ctx.page(f"{tag('bold', head)}\n{notice.text}")


def write(ctx: Context[Post], args: str) -> None:
    """Open the editor on a new notice."""
    if not args:
        raise Rejected("Write: board write TITLE. The text follows, line by line.")
    title = bounded(args, ctx.settings(PostSettings).subject_length, "A title")
    where = here(ctx)
    refuse(ctx, where)
    ctx.edit_text(Posting(title, where))


def remove(ctx: Context[Post], args: str) -> None:
    """Remove a notice: its writer may, and builders."""
    notice = find(ctx, args)
    if notice.writer != ctx.player.id and not ctx.may("builder"):
        raise Rejected(f"Only {notice.name} or a builder may remove that notice.")
    ctx.state.board.remove(notice)
    if notice.writer != ctx.player.id:
        ctx.log.info("%s took down notice %d of %s: %s", ctx.player.name, notice.number, notice.name, notice.title)
    ctx.send(f"Notice {notice.number} is removed.")


def ask(ctx: Context[Post], posting: Posting) -> str:
    """Never shown: the editor is on top."""
    return "(a notice) "


def written(ctx: Context[Post], posting: Posting, text: str) -> None:
    """The notice is written: put it on the board, or leave the writer in the editor."""
    bounded(text, ctx.settings(PostSettings).letter_length, "A notice")
    refuse(ctx, posting.board)
    ctx.state.notices += 1
    number, me = ctx.state.notices, ctx.player
    ctx.state.board.append(Notice(number, me.id, me.name, ctx.clock.wall, posting.title, text, posting.board))
    ctx.pop()
    ctx.send(f"Notice {ctx.state.notices} is on the board.")


def published(ctx: Context[Post], request: None) -> tuple[Published, ...]:
    """The notices on the town's board, which everybody may read, oldest first."""
    return tuple(Published(x.number, x.name, x.at, x.title, x.text) for x in on(ctx, ""))


def announce(ctx: Context[Post], who: Character) -> None:
    """Tell a player who enters what is new on the town's board since they left."""
    count = sum(x.at > who.seen and x.writer != who.id for x in on(ctx, ""))
    if count:
        notices = "is a new notice" if count == 1 else f"are {count} new notices"
        ctx.tell(who, tag("system", f"There {notices} on the board: `board`."))


def looked_at(ctx: Context[Post], signal: LookedAt) -> None:
    """Show the notices to a character who looks at a board."""
    item, who = ctx.world.items.get(signal.item), ctx.world.characters.get(signal.character)
    if item is not None and who is not None and ctx.world.item_def(item).kind == BOARD:
        ctx.tell(who, list_text(ctx, item.kind))


def here(ctx: Context[Post]) -> str:
    """The kind of the board in the player's room; "" for the town's."""
    things = ctx.world.held(room_key(ctx.player.room))
    return next((item.kind for item in things if ctx.world.item_def(item).kind == BOARD), "")


def on(ctx: Context[Post], board: str) -> list[Notice]:
    """The notices on a board."""
    return [notice for notice in ctx.peek().board if notice.board == board]


def refuse(ctx: Context[Post], board: str) -> None:
    """Raise Rejected if there is no room for another notice."""
    bounds, notices = ctx.settings(PostSettings), on(ctx, board)
    if len(notices) >= bounds.notices:
        raise Rejected(f"The board is full: it has {bounds.notices} notices. Ask a builder to take some down.")
    if sum(x.writer == ctx.player.id for x in notices) >= bounds.notices_each:
        raise Rejected(f"You have {bounds.notices_each} notices on the board already: take one down first.")


def find(ctx: Context[Post], args: str) -> Notice:
    """The notice with a number. Raises Rejected."""
    found = next((x for x in on(ctx, here(ctx)) if str(x.number) == args), None)
    if found is None:
        raise Rejected("There is no notice with that number. `board` lists them.")
    return found


ACTS = {"": list_, "list": list_, "read": read, "write": write, "remove": remove}
