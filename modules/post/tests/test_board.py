"""The notice board."""

from __future__ import annotations

import pytest

from modules.post import MODULE
from mud.core.world import area as a
from mud.framework.openapi import describe
from mud.testing import Kit, Player
from mud.testing.fixtures import kit_of

kit = kit_of(MODULE)


def test_a_notice_is_written_read_and_taken_down(kit: Kit, ada: Player, ben: Player) -> None:
    assert ada.do("board") == "The board is empty: board write TITLE."
    assert ada.do("board write") == "Write: board write TITLE. The text follows, line by line."
    ada.do("board write Boat for sale", "It leaks a little.")
    assert ada.do(".save") == "Notice 1 is on the board." and ada.prompt == "> "
    kit.wait(3600)
    assert ben.do("board") == "On the board:\n    1   Boat for sale, from Ada, 1 hour ago"
    assert ben.do("board 1") == ben.do("board read 1") == "Boat for sale, from Ada, 1 hour ago\nIt leaks a little."
    assert ada.do("board remove 1") == "Notice 1 is removed." and kit.state.board == []


def test_the_towns_board_can_be_read_by_programs(kit: Kit, ada: Player) -> None:  # S4.6
    assert kit.request("GET", "/board") == ()
    ada.do("board write Boat for sale", "It leaks a little.", ".save")
    (notice,) = kit.request("GET", "/board")
    assert (notice.number, notice.name, notice.title, notice.text) == (1, "Ada", "Boat for sale", "It leaks a little.")
    assert notice.at == kit.wall
    described = describe([MODULE], "1.0.0")
    assert described["paths"]["/api/v1/post/board"]["get"]["summary"].startswith("The notices on the town's board")
    assert set(described["components"]["schemas"]["Published"]["properties"]) == set(notice.__struct_fields__)


def test_a_number_is_never_given_twice(kit: Kit, ada: Player) -> None:
    ada.do("board write One", "1", ".save", "board remove 1", "board write Two", "2", ".save")
    assert "  2   Two, from Ada" in ada.do("board")
    assert ada.do("board 1") == "There is no notice with that number. `board` lists them."


def test_only_its_writer_or_a_builder_takes_a_notice_down(
    kit: Kit, ada: Player, ben: Player, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    ada.do("board write One", "1", ".save")
    assert ben.do("board remove 1") == "Only Ada or a builder may remove that notice." and len(kit.state.board) == 1
    assert kit.player("Wiz", "builder").do("board remove 1") == "Notice 1 is removed."
    assert "Wiz took down notice 1 of Ada: One" in caplog.text


@pytest.mark.parametrize("line", ["board burn", "board read", "board remove x", "board 7", "board ²", "board remove"])
def test_what_is_not_there_is_refused(kit: Kit, ada: Player, line: str) -> None:
    answer = ada.do(line)
    assert answer.startswith(("There is no notice with that number.", "Write: board, ")) and ada.prompt == "> "


def test_the_board_has_its_bounds() -> None:
    bounds = {"notices": 3, "notices_each": 2, "letter_length": 20, "subject_length": 5}
    kit = Kit(MODULE, settings={"post": bounds})
    ada, ben = kit.player("Ada"), kit.player("Ben")
    ada.read()
    assert ada.do("board write sixsix") == "A title has at most 5 letters, and this one has 6."
    ada.do("board write One", "x" * 21)
    assert ada.do(".save") == "A notice has at most 20 letters, and this one has 21." and ada.prompt == "  2> "
    ada.do(".clear", "fine", ".save", "board write Two", "2", ".save")
    assert ada.do("board write Tri") == "You have 2 notices on the board already: take one down first."
    ben.do("board write One", "1")
    kit.player("Cleo").do("board write Two", "2", ".save")
    ben.read()
    assert ben.do(".save") == "The board is full: it has 3 notices. Ask a builder to take some down."
    assert ben.prompt == "  2> ", "and the text is still there"


def test_who_comes_hears_what_is_new_since_they_left(kit: Kit, ada: Player, ben: Player) -> None:
    ada.do("board write One", "1", ".save")
    ben.do("quit")
    kit.wait(1)
    assert "board" not in kit.player("Ben").welcome
    ben = kit.players[max(kit.players)]
    ben.do("quit")
    kit.wait(1)
    ada.do("board write Two", "2", ".save")
    assert "There is a new notice on the board: `board`." in kit.player("Ben").welcome
    assert "There are 2 new notices on the board: `board`." in kit.player("Cleo").welcome
    ada.do("quit")
    assert "notice" not in kit.player("Ada").welcome, "one's own are not new"


def test_a_notice_half_written_and_one_half_read_are_there_after_a_copyover(kit: Kit, ada: Player, ben: Player) -> None:
    ada.do("board write Long", *(f"line {n}" for n in range(12)), ".save", "set pager 5")
    assert "line 3" in ada.do("board 1") and ada.prompt.startswith("-- 5 of 13 lines")
    ben.do("board write Short", "half")
    kit.copyover(seconds=10)
    assert ada.do("") == "\n".join(f"line {n}" for n in range(4, 9)) and ada.prompt.startswith("-- 10 of 13 lines")
    assert ben.do("a whole", ".save") == "Notice 2 is on the board."
    assert ada.do("").endswith("line 11") and ada.prompt == "> "
    assert ben.do("board 2").endswith("half\na whole")


HALL = a.RoomDef(id="hall", name="Hall", exits={"north": a.ExitDef(to="yard")})
YARD = a.RoomDef(id="yard", name="Yard", exits={"south": a.ExitDef(to="hall")})
SLATE = a.ItemDef(
    id="slate",
    keywords=("board", "slate"),
    short="a board of slate",
    kind="board",
    extras=(a.Extra(keywords=("frame",), text="The frame is oak."),),
)
TOWN = a.WorldDef.of([a.AreaDef(id="town", name="Town", rooms=(HALL, YARD), items=(SLATE,))], "hall")


def test_a_board_in_a_room_has_notices_of_its_own() -> None:
    kit = Kit(MODULE, world=TOWN)
    kit.make_item("slate")
    ada, ben = kit.player("Ada"), kit.player("Ben")
    ada.read()
    ada.do("board write In the hall", "Here.", ".save")
    ada.do("north")
    assert ada.do("board") == "The board is empty: board write TITLE."
    ada.do("board write For all", "Everywhere.", ".save")
    assert ada.do("board 1").startswith("There is no notice with that number."), "it hangs in the hall"
    kit.copyover()
    ben.read()
    looked = ben.do("look board")
    assert looked.startswith(
        "There is nothing special about a board of slate.\nOn the board:\n    1   In the hall, from Ada"
    )
    assert "For all" not in looked and ben.do("read slate").endswith(looked.split("board of slate.")[1])
    assert "In the hall" in ben.do("look frame"), "whatever of the board one looks at"
    assert ben.do("board 1").endswith("Here.") and ada.do("board 2").endswith("Everywhere.")
    assert ben.do("board remove 1") == "Only Ada or a builder may remove that notice."
    ada.do("south")
    assert ada.do("board remove 1") == "Notice 1 is removed." and [x.title for x in kit.state.board] == ["For all"]


def test_a_notice_goes_on_the_board_where_it_was_begun() -> None:
    kit = Kit(MODULE, world=TOWN)
    kit.make_item("slate")
    ada = kit.player("Ada")
    ada.do("board write Begun", "Here.")
    kit.act(lambda ctx: ctx.move(ada.character, "yard"))
    ada.do(".save")
    assert [x.board for x in kit.state.board] == ["slate"]


def test_what_is_new_is_told_of_the_towns_board_only() -> None:
    kit = Kit(MODULE, world=TOWN)
    kit.make_item("slate")
    ada, ben = kit.player("Ada"), kit.player("Ben")
    ben.do("quit")
    kit.wait(60)
    ada.do("board write In the hall", "Here.", ".save")
    assert "notice" not in kit.player("Ben").read()
