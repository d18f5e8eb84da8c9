"""Bans: who is put out, who is not let in, for how long; kept over copyovers, and by the real store."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from mud.core import events as e
from mud.core.session import Session
from mud.core.text.words import seconds_in
from mud.core.world.area import WorldDef
from mud.core.world.bans import Ban, covers
from mud.core.world.world import World
from mud.store import rows
from mud.store.store import Store
from mud.testing import Kit, Player
from mud.testing.fixtures import kit_of
from tests.play.worlds import SMALL

kit = kit_of(world=SMALL)


@pytest.fixture
def boss(kit: Kit, boss: Player) -> Player:
    """An admin at an address of their own."""
    kit.game.sessions.by_id[boss.session].address = "198.51.100.1"
    return boss


def knock(kit: Kit, name: str) -> str:
    """Somebody gives a name and the right password: what they read."""
    number = max(kit.players) + 1
    player = kit.players[number] = Player(kit, number, name)
    kit.post(e.Opened(Session(id=number, address="192.0.2.1", stack=[], connected_at=0.0, last_input=0.0)))
    kit.post(e.Line(number, f"connect {name} secret-secret"))
    player.read()
    account = kit.game.world.accounts[name.casefold()]
    kit.post(e.LoggedIn(number, name, account, kit.game.world.known(name)))
    return player.read()


def test_a_banned_player_is_put_out_and_not_let_in(kit: Kit, boss: Player, ada: Player) -> None:
    assert boss.do("ban ada for 2 hours because spam").endswith("Ada is banned for another 2 hours.")
    assert "You are banned for another 2 hours: spam" in ada.read() and e.Close(ada.session) in kit.effects
    assert kit.game.world.player("Ada") is None
    kit.wait(1800)
    assert knock(kit, "Ada") == "You are banned for another 1 hour 30 minutes: spam"
    assert kit.game.world.player("Ada") is None and isinstance(kit.effects[-2], e.Close)
    boss.read()
    assert boss.do("bans") == "Banned are:\n  ada for another 1 hour 30 minutes, by Boss: spam"
    kit.wait(5400)
    assert "Welcome, Ada." in knock(kit, "Ada") and boss.do("bans").endswith("Nobody is banned.")
    logged = [x.text for x in kit.effects if isinstance(x, e.LogLine)]
    assert "Boss: ban ada for 2 hours because spam" in logged
    assert "refused name=Ada from=192.0.2.1 reason=banned" in logged


def test_a_ban_lasts_over_a_copyover_until_it_is_lifted(kit: Kit, boss: Player, ada: Player) -> None:
    boss.do("ban ada because spam")
    kit.copyover(seconds=3.0)
    assert knock(kit, "Ada") == "You are banned for good: spam"
    assert boss.do("unban ada").endswith("ada is banned no more.")
    assert "Welcome, Ada." in knock(kit, "Ada")
    boss.read()
    assert boss.do("unban ada") == "'ada' is not banned. `bans` lists all."


def test_somebody_away_or_link_dead_is_banned_too(kit: Kit, boss: Player, ada: Player) -> None:
    bob = kit.player("Bob")
    bob.do("quit")
    kit.evict()
    kit.post(e.Lost(ada.session, "test"))
    boss.read()
    assert boss.do("ban bob because spam") == "Bob is banned for good."
    assert boss.do("ban ada because spam") == "Ada leaves the world.\nAda is banned for good."


def test_a_banned_network_is_left_and_not_entered(kit: Kit, boss: Player, ada: Player) -> None:
    kit.players[77] = Player(kit, 77, "nobody")
    kit.post(e.Opened(Session(id=77, address="192.0.2.9", stack=[], connected_at=0.0, last_input=0.0)))
    text = boss.do("ban 192.0.2.77/24 because a flood")
    assert text.endswith("192.0.2.0/24 is banned for good. Connections put out: 2.")
    assert "Your address is banned for good: a flood" in ada.read()
    assert "Your address is banned" in kit.players[77].read() and e.Close(77) in kit.effects
    bans, now = kit.game.world.bans, kit.wall
    assert bans.refusal("192.0.2.200", now) == "Your address is banned for good: a flood"
    assert bans.refusal("192.0.3.1", now) is None
    assert knock(kit, "Ada") == "Your address is banned for good: a flood"
    assert boss.do("unban 192.0.2.0/24") == "192.0.2.0/24 is banned no more."
    assert bans.refusal("192.0.2.200", now) is None


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("ban", "Write: ban NAME"),
        ("ban ada", "Write: ban NAME"),
        ("ban ada for ever because spam", "'ever' is no time"),
        ("ban 192.0.2.300 because x", "'192.0.2.300' is neither"),
        ("ban ad because x", "Nobody is called 'ad'. If you mean Ada"),
        ("ban zed because x", "Nobody called 'zed'"),
        ("ban boss because x", "Not to yourself."),
        ("ban root because x", "Root is an owner"),
        ("ban 198.51.100.0/24 because x", "You are there yourself."),
        ("ban 203.0.113.5 because x", "Root plays from there"),
        ("ban 0.0.0.0/0 because x", "That is too much"),
        ("ban ::/8 because x", "That is too much"),
        ("ban 127.0.0.0/8 because x", "That is this machine itself"),
        ("ban ::1 because x", "That is this machine itself"),
        ("unban", "Unban whom?"),
    ],
)
def test_what_can_not_be_banned(kit: Kit, boss: Player, ada: Player, command: str, answer: str) -> None:
    root = kit.player("Root", "owner")
    kit.game.sessions.by_id[root.session].address = "203.0.113.5"
    boss.read()
    assert boss.do(command).startswith(answer)
    assert kit.game.world.bans.all() == [] and ada.character.name == "Ada"


@pytest.mark.parametrize(
    ("what", "address", "inside"),
    [
        ("192.0.2.7", "192.0.2.7", True),
        ("192.0.2.7", "192.0.2.8", False),
        ("2001:db8::/32", "2001:db8:1::5", True),
        ("2001:db8::/32", "2001:db9::5", False),
        ("fe80::/16", "fe80::1%eth0", True),
        ("192.0.2.0/24", "::1", False),
        ("192.0.2.0/24", "somewhere", False),
    ],
)
def test_addresses_in_networks(what: str, address: str, inside: bool) -> None:
    assert covers(what, address) is inside


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30 minutes", 1800),
        ("2h30m", 9000),
        ("1 day and 12 hours", 129600),
        ("5", 300),
        ("soon", None),
        ("", None),
        ("3 months", None),
        ("2 days maybe", None),
    ],
)
def test_times_in_words(text: str, seconds: float | None) -> None:
    assert seconds_in(text) == seconds


def test_bans_that_are_over_are_forgotten_with_the_next_one(kit: Kit, boss: Player, ada: Player) -> None:
    boss.do("ban 192.0.2.50 for 1 minute because x")
    kit.wait(61)
    boss.do("ban 192.0.2.51 because x")
    assert [b.what for b in kit.game.world.bans.all()] == ["192.0.2.51"]


def test_the_real_store_keeps_bans(tmp_path: Path) -> None:
    path = tmp_path / "everwake.db"
    defs = WorldDef.of([])
    ada = Ban(what="ada", because="spam", by="Boss", since=5.0, until=99.5)
    there = Ban(what="192.0.2.0/24", because="a flood", by="Boss", since=6.0)

    def written(world: World) -> rows.Cut:
        world.journal.commit()
        return rows.Cut(world, lambda number: None, rows.meta(world, 1.0, 1))

    async def flush(world: World) -> list[Ban]:
        store = await Store.open(path)
        try:
            await store.flush(written(world).batch)
            return rows.state(await store.load_active())[0].bans
        finally:
            await store.close()

    world = World(defs)
    world.bans.put(ada)
    world.bans.put(there)
    assert asyncio.run(flush(world)) == [ada, there]
    assert asyncio.run(flush(World(defs))) == [ada, there]  # a flush of other things leaves them
    world.bans.lift("ada")
    assert asyncio.run(flush(world)) == [there]
