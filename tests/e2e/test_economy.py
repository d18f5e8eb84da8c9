"""Auction and trading in the real server: through a copyover and a kill -9, with a real database, then audited."""

from __future__ import annotations

import time

import pytest

from tests.e2e.harness import Client, Game, copyover, wait_for

pytestmark = pytest.mark.e2e


def audit(admin: Client) -> str:
    """What the audit says, which has to be that all is well."""
    admin.send("audit economy")
    return admin.expect(r"The ledger sums to 0\.\s+Every item has exactly one owner\..*?\n> ")


def outfit(root: Client) -> None:
    """Ada has a sword, Ben 500 gold."""
    root.command("load item sword")
    assert "You give" in root.command("give sword ada")
    root.command("grant ben 500 gold")


def test_an_auction_comes_through_a_copyover_and_ends_at_the_start_after_a_kill(stopped: Game) -> None:
    game = stopped
    game.environment["MUD_AUCTION_SNIPE"] = "0"
    game.start()
    root, ada, ben = game.admin(), game.player("Ada"), game.player("Ben")
    outfit(root)
    assert "Lot 1: " in ada.command("auction sell sword 100 15s reserve 150 buyout 400")
    ends = time.time() + 15
    assert "You bid 200 gold coins on lot 1" in ben.command("auction bid 1 200")
    copyover(root)
    assert "The highest bid is 200 gold coins, yours." in ben.command("auction show 1")
    assert "300 gold coins" in ben.command("inventory")
    assert "In escrow of auction: 1 item and 200 gold, for 2 characters." in audit(root)  # flushed with it
    game.kill()
    wait_for(lambda: time.time() > ends, "the end of the lot, with nobody there")
    game.start()
    root, ada, ben = game.admin(), game.player("Ada", new=False), game.player("Ben", new=False)
    assert "sword" in ben.command("inventory") and "190 gold coins" in ada.command("inventory")
    assert "Ada to Ben, 200 gold coins" in ada.command("auction history")
    assert "In escrow" not in audit(root)
    assert game.errors() == ""


def test_a_trade_comes_through_a_copyover_and_is_off_after_a_kill(stopped: Game) -> None:
    game = stopped
    game.start()
    root, ada, ben = game.admin(), game.player("Ada"), game.player("Ben")
    outfit(root)
    ada.command("trade ben")
    ben.command("trade ada")
    assert "version 2" in ada.command("trade offer sword")
    ben.command("trade offer 60 gold")
    ada.command("trade accept")
    root.send("copyover")  # S0.13
    root.expect(r"a\s+trade\s+is\s+about\s+to\s+be\s+closed.*The\s+game\s+plays\s+on")
    root.send("copyover force")
    root.expect(r"Copyover done.*?\n> ")
    assert "Ada has accepted it, you not yet." in ben.command("trade")
    assert "In escrow of trading: 1 item and 60 gold, for 2 characters." in audit(root)
    game.kill()
    game.start()
    root, ada, ben = game.admin(), game.player("Ada", new=False), game.player("Ben", new=False)
    assert "sword" in ada.command("inventory") and "500 gold coins" in ben.command("inventory")
    ada.command("trade ben")
    ada.command("trade offer sword")
    ben.command("trade offer 60 gold")
    ada.command("trade accept")
    assert "You trade: you give 60 gold coins and get a short sword." in ben.command("trade accept")
    assert "In escrow" not in audit(root)
    assert game.errors() == ""


def test_what_lies_in_escrow_waits_for_a_module_that_is_gone_and_for_who_is_away(stopped: Game) -> None:
    game = stopped
    game.start()
    root, ada, ben = game.admin(), game.player("Ada"), game.player("Ben")
    outfit(root)
    ada.command("auction sell sword 100 1h")
    ben.command("auction bid 1 200")
    for player in (ada, ben):
        player.send("quit")
        player.expect_end()
    root.command("module unload auction")
    assert "1 item and 200 gold, for 2 characters. The module is not in service" in audit(root).replace("\r\n", " ")
    game.kill()
    game.start()
    root = game.admin()
    assert "escrow:auction:" in root.command("where sword")
    root.command("auction cancel 1")
    ben, ada = game.player("Ben", new=False), game.player("Ada", new=False)
    assert "500 gold coins" in ben.command("inventory") and "sword" in ada.command("inventory")
    assert "In escrow" not in audit(root)
    assert game.errors() == ""
