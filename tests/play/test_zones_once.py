"""Steps of a reset that are taken only once: what is taken then never comes back."""

from __future__ import annotations

from pathlib import Path

from mud.testing import Kit

VAULT = """
[area]
id = "vault"
name = "Vault"
lifespan = 10
reset_when = "always"

[[room]]
id = "room"
name = "A Vault"
flags = ["start"]

[[item]]
id = "chest"
keywords = ["chest"]
short = "a chest"
kind = "container"
values = { capacity = 50 }

[[item]]
id = "coins"
keywords = ["coins"]
short = "coins"
kind = "money"
values = { amount = 40 }

[[item]]
id = "ring"
keywords = ["ring"]
short = "a ring"
wear = ["take"]

[[item]]
id = "apple"
keywords = ["apple"]
short = "an apple"
wear = ["take"]

[[reset]]
do = "item"
id = "chest"
room = "room"

[[reset]]
do = "put"
id = "coins"
into = "chest"
once = true

# Only after the coins, and so only once as well.
[[reset]]
do = "put"
id = "ring"
into = "chest"

[[reset]]
do = "put"
id = "apple"
into = "chest"
if_last = false
"""


def test_what_is_put_once_does_not_come_back_and_costs_the_mint_once(tmp_path: Path) -> None:
    (tmp_path / "vault.toml").write_text(VAULT, "utf-8")
    kit = Kit(world=tmp_path)
    ada = kit.player("Ada")
    assert "40 gold coins" in ada.do("get all chest") and ada.gold == 40
    ada.do("drop all")
    kit.act(lambda ctx: [ctx.destroy(item) for item in ctx.world.held("room:room") if item.kind != "chest"])
    kit.wait(601)
    assert ada.do("look in chest") == "In a chest:\n  an apple"
    kit.copyover()
    kit.wait(1200)
    assert ada.do("look in chest") == "In a chest:\n  an apple"
    assert kit.game.world.ledger.balance("mint") == -40
