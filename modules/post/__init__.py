"""The post office: mail to who is here or away, and a notice board."""

from modules.post import board, mail
from modules.post.state import Bounds, Post
from mud.api import Command, Method, Module, On, PlayerEntered, Talk, ToldAway

MODULE = Module(
    name="post",
    version="1.0.0",
    description="mail and a notice board",
    author="Everwake",
    state=Post,
    settings=Bounds,
    commands=[Command("mail", mail.mail, topic="talking"), Command("board", board.board, topic="talking")],
    on=[On(ToldAway, mail.told_away), On(PlayerEntered, mail.entered)],
    talks=[Talk(mail.Writing, mail.ask, mail.sent), Talk(board.Posting, board.ask, board.written)],
    methods=[Method(mail.Waiting, mail.waiting, reply=int)],
)
