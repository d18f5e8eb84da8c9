"""A module's state changes its schema in the field, with auctions running: there and back, by reload and copyover."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.harness import Client, Game, copyover
from tests.e2e.test_economy import audit, outfit

pytestmark = pytest.mark.e2e

#: From schema 1 to 2: a lot's `price` is called `first_bid`, and it has an `origin`. File: old text, new text.
CHANGES = {
    "state.py": (
        ("    price: int  # of the first bid\n", "    first_bid: int\n    origin: str\n"),
        ("return lot.price", "return lot.first_bid"),
    ),
    "sales.py": (
        ("        price=price,\n        reserve", '        first_bid=price,\n        origin="new",\n        reserve'),
    ),
    "display.py": (("lot.price:,", "lot.first_bid:,"), ("put up by", "put up ({lot.origin}) by")),
    "__init__.py": (
        ("On, PlayerEntered, Rejected, Veto", "On, PlayerEntered, Rejected, Step, Veto"),
        ('version="1.0.0"', 'version="1.1.0"'),
        ("    state=Auction,\n", "    state=Auction,\n    state_version=2,\n    steps=(Step(2, forward, back),),\n"),
        (
            "\nMODULE = ",
            """
def forward(state):
    for lot in state["lots"].values():
        lot["first_bid"], lot["origin"] = lot.pop("price"), "old"


def back(state):
    for lot in state["lots"].values():
        lot["price"] = lot.pop("first_bid")
        del lot["origin"]


MODULE = """,
        ),
    ),
}


class Field:
    """A server on code of its own, whose auction can be of either schema; Ada sells and Ben bids."""

    def __init__(self, game: Game, folder: Path) -> None:
        self.game = game
        self.auction = game.own_code(folder) / "modules" / "auction"
        self.first = {name: (self.auction / name).read_text() for name in CHANGES}

    def write(self, schema: int) -> None:
        """Have the code of a schema on the disk."""
        for name, text in self.first.items():
            for old, new in CHANGES[name] if schema == 2 else ():
                assert text.count(old) == 1, old
                text = text.replace(old, new)
            (self.auction / name).write_text(text)

    def begin(self) -> tuple[Client, Client, Client]:
        """Ada has put up a sword, on which Ben has bid."""
        self.game.start()
        root, ada, ben = self.game.admin(), self.game.player("Ada"), self.game.player("Ben")
        root.command("set width 500")
        outfit(root)
        ada.command("auction sell sword 100 1h")
        assert "You bid 120" in ben.command("auction bid 1 120")
        ada.command("auction mute")
        return root, ada, ben

    def reload(self, root: Client, says: str) -> None:
        """`module reload auction`."""
        root.send("module reload auction")
        root.expect(says)


def kept(game: Game) -> Path:
    """What was kept of the auction before it was migrated."""
    return game.data / "snapshots" / "migrations" / "auction-1.dat"


@pytest.fixture
def field(stopped: Game, tmp_path: Path) -> Field:
    return Field(stopped, tmp_path)


def test_up_and_back_by_the_reverse_step_in_hot_reloads(field: Field) -> None:
    root, ada, ben = field.begin()
    field.write(2)
    field.reload(root, r"auction is reloaded: 1\.0\.0 -> 1\.1\.0, with its state")
    assert "put up (old) by Ada" in ben.command("auction show 1")
    shown = json.loads(field.game.run("snapshot", "show", str(kept(field.game))).stdout)
    assert shown["metadata"]["reason"] == "migration" and shown["schema"] == 1  # S1.3
    assert "price" in shown["sections"]["lots"]["data"]["1"] and ".timers" in shown["sections"]
    assert "You bid 140" in ben.command("auction bid 1 140")
    root.command("load item sword")
    root.command("auction sell sword 30 1h")
    assert "put up (new) by Root" in ben.command("auction show 2") and "from 30" in ben.command("auction list")
    assert "In escrow of auction: 2 items and 140 gold, for 3 characters." in audit(root)
    field.write(1)
    field.reload(root, r"auction is reloaded: 1\.1\.0 -> 1\.0\.0, with its state")
    assert "put up by Ada" in ben.command("auction show 1") and "from 30" in ben.command("auction list")
    assert "You bid 160" in ben.command("auction bid 1 160") and "You hear" in ada.command("auction mute")
    root.command("auction cancel 1")
    assert "500 gold coins" in ben.command("inventory") and "sword" in ada.command("inventory")
    audit(root)
    assert field.game.stop() == 0 and field.game.errors() == ""


def test_up_in_a_copyover_and_back_by_the_reverse_step_of_a_reload_before_a_copyover_into_the_old_code(
    field: Field,
) -> None:
    root, _, ben = field.begin()
    field.write(2)
    copyover(root)
    assert "put up (old) by Ada" in ben.command("auction show 1")
    assert "You bid 140" in ben.command("auction bid 1 140")
    audit(root)
    field.game.kill()
    field.game.start()
    root, ben = field.game.admin(), field.game.player("Ben", new=False)
    assert "put up (old) by Ada" in ben.command("auction show 1")
    field.write(1)
    field.reload(root, r"auction is reloaded: 1\.1\.0 -> 1\.0\.0")
    copyover(root)
    assert "put up by Ada" in ben.command("auction show 1")
    assert "You bid 160" in ben.command("auction bid 1 160")
    root.command("auction cancel 1")
    assert "500 gold coins" in ben.command("inventory")
    audit(root)
    assert field.game.stop() == 0 and field.game.errors() == ""


def test_a_copyover_into_code_of_an_older_schema_is_refused_in_its_rehearsal_and_the_lots_run_on(field: Field) -> None:
    field.write(2)
    root, _, ben = field.begin()
    field.write(1)
    root.send("copyover")
    root.expect("No copyover while rehearsing.*auction.*The game plays on")
    assert "put up (new) by Ada" in ben.command("auction show 1")
    field.write(2)
    copyover(root)
    assert "put up (new) by Ada" in ben.command("auction show 1")
    assert "You bid 140" in ben.command("auction bid 1 140")
    audit(root)
    assert field.game.stop() == 0


def test_a_reload_into_an_older_schema_without_a_way_back_is_refused(field: Field) -> None:
    field.write(2)
    path = field.auction / "__init__.py"
    path.write_text(path.read_text().replace("Step(2, forward, back)", "Step(2, forward)"))
    root, _, ben = field.begin()
    field.write(1)
    field.reload(root, "auction is not reloaded, the old one goes on: .*no way back from schema 2 to 1")
    assert "put up (new) by Ada" in ben.command("auction show 1")
    assert "You bid 140" in ben.command("auction bid 1 140")
    audit(root)
    assert field.game.stop() == 0
