"""The post office: mail to players who are here or away, and a notice board."""

from modules.post import board, mail
from modules.post.state import Post, PostSettings, Published
from mud.api import Command, Context, Endpoint, LookedAt, Method, Module, On, PlayerEntered, Talk, ToldAway


def entered(ctx: Context[Post], entered: PlayerEntered) -> None:
    """A player who enters is told what waits for them."""
    who = ctx.world.characters[entered.character]
    mail.announce(ctx, who)
    board.announce(ctx, who)


MODULE = Module(
    name="post",
    version="1.0.0",
    description="mail and a notice board",
    author="Everwake",
    provides=("mail",),
    state=Post,
    settings=PostSettings,
    commands=[Command("mail", mail.mail, topic="talking"), Command("board", board.board, topic="talking")],
    on=[On(ToldAway, mail.told_away), On(PlayerEntered, entered), On(LookedAt, board.looked_at)],
    talks=[Talk(mail.Writing, mail.ask, mail.sent), Talk(board.Posting, board.ask, board.written)],
    endpoints=[Endpoint(path="/board", handler=board.published, reply=tuple[Published, ...])],
    methods=[Method(mail.LetterWaiting, mail.waiting, reply=int)],
)
