"""`run.py world map`: an area as a picture."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from mud.areas.load import load
from mud.areas.picture import BOX, PITCH, draw
from mud.areas.plan import plan
from mud.cli.main import main
from mud.core.text.markup import parse
from mud.core.world.area import AreaDef, ExitDef, RoomDef, WorldDef

ROOT = Path(__file__).parent.parent.parent
WORLD = load(ROOT / "world")
SVG = "{http://www.w3.org/2000/svg}"


def area(rooms: dict[str, dict[str, ExitDef | str]], **names: str) -> AreaDef:
    """An area of rooms with exits; one that is but a room's id leads there plainly."""
    made = {i: {d: ExitDef(to=w) if isinstance(w, str) else w for d, w in ways.items()} for i, ways in rooms.items()}
    return AreaDef(
        id="x", name="X", rooms=tuple(RoomDef(id=i, name=names.get(i, i.title()), exits=w) for i, w in made.items())
    )


def texts(svg: str) -> list[str]:
    """All that is written in a picture."""
    return ["".join(each.itertext()) for each in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def count(svg: str, what: str) -> int:
    """How often something is in a picture, its legend aside."""
    return len(re.findall(what, svg[: svg.index('class="note"', svg.index("<g>"))]))


def test_the_picture_in_the_docs_is_what_the_command_draws(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["world", "map", "harbour", "--svg", "-", "--world", str(ROOT / "world")]) == 0
    committed = (ROOT / "docs" / "pictures" / "harbour.svg").read_text("utf-8")
    assert capsys.readouterr().out == committed, "run.py world map harbour --svg docs/pictures/harbour.svg"


@pytest.mark.parametrize("name", sorted(WORLD.areas))
def test_every_room_is_there_once_and_no_box_lies_on_another(name: str) -> None:
    svg = draw(WORLD.areas[name], WORLD)
    ids = [room.id for room in WORLD.areas[name].rooms]
    assert [text for text in texts(svg) if text in ids] == ids
    laid = plan(WORLD.areas[name], WORLD)
    cells = [*laid.rooms.values(), *laid.outside.values()]
    assert len(cells) == len(set(cells)) and BOX < PITCH


@pytest.mark.parametrize("name", sorted(WORLD.areas))
def test_every_exit_is_drawn_once(name: str) -> None:
    drawn: set[tuple[str, str]] = set()
    for link in plan(WORLD.areas[name], WORLD).links:
        ways = {(link.origin, link.direction)} | ({(link.target, _back(link.direction))} if link.back else set())
        assert not drawn & ways
        drawn |= ways
    rooms = WORLD.areas[name].rooms
    assert {(room.id, d) for room in rooms for d, way in room.exits.items() if way.to} <= drawn


def _back(direction: str) -> str:
    from mud.core.world.area import DIRECTIONS

    return DIRECTIONS[direction]


def test_rooms_of_other_areas_are_named_with_their_area() -> None:
    written = texts(draw(WORLD.areas["harbour"], WORLD))
    assert "The Causeway" in written and "→ The Light" in written and "The Marsh Gate" in written


def test_what_is_written_is_escaped_and_without_colours() -> None:
    nasty = parse('{red}<b> & "Co"{/} ]]>') + "\x07"
    made = area({"a": {}}, a=nasty)
    svg = draw(made, WorldDef.of([made]))
    assert '<b> & "Co" ]]>' in texts(svg) and "<b>" not in svg and "\x01" not in svg and "\x07" not in svg


def test_doors_locks_hidden_and_one_way() -> None:
    rooms: dict[str, dict[str, ExitDef | str]] = {
        "a": {"east": ExitDef(to="b", door=True, state="closed"), "south": "c"},
        "b": {"west": ExitDef(to="a", door=True, state="closed"), "east": ExitDef(to="d", hidden=True)},
        "c": {},
        "d": {"west": "b", "up": ExitDef(to="e", door=True, state="locked", key="k")},
        "e": {"down": ExitDef(to="d", door=True, state="locked"), "west": "e"},
    }
    made = area(rooms)
    svg = draw(made, WorldDef.of([made]))
    assert count(svg, 'width="10" height="10" fill="#ffffff"') == 1  # the closed door
    assert count(svg, 'width="10" height="10" fill="#8a4b1f"') == 1  # the locked one
    assert count(svg, r'Z" fill=') == 1 and "a south → c, one way" in svg
    assert count(svg, 'stroke-dasharray="2 4"') == 1 and "d up → e, door, locked, key k" in svg
    assert {"up", "down", "hidden", "locked", "door", "one way only", "e ↻ west"} <= set(texts(svg))


def test_what_is_not_there_is_not_in_the_legend() -> None:
    made = area({"a": {"east": "b"}, "b": {"west": "a"}})
    written = texts(draw(made, WorldDef.of([made])))
    assert "way" in written and not {"door", "locked", "hidden", "one way only", "another area"} & set(written)


def test_a_room_that_does_not_fit_stands_aside_and_its_way_is_bent_and_labelled() -> None:
    made = area(
        {
            "a": {"east": "b", "south": "c"},
            "b": {"west": "a", "south": "d"},
            "c": {"north": "a", "east": "bent"},
            "d": {"north": "b"},
            "bent": {"west": "c"},
        }
    )
    world = WorldDef.of([made])
    laid = plan(made, world)
    assert len(set(laid.rooms.values())) == 5
    (link,) = [link for link in laid.links if not link.straight]
    written = texts(draw(made, world))
    # Either room may be the one that stands aside.
    assert {link.origin, link.target} in ({"c", "bent"}, {"b", "d"}) and "bent way" in written


def test_rooms_that_nothing_joins_are_drawn_too() -> None:
    made = area({"a": {}, "b": {"east": "c"}, "c": {"west": "b"}, "far": {}})
    laid = plan(made, WorldDef.of([made]))
    assert set(laid.rooms) == {"a", "b", "c", "far"} and len(set(laid.rooms.values())) == 4


def test_an_area_without_rooms_is_a_title(tmp_path: Path) -> None:
    made = AreaDef(id="x", name="Nothing Yet")
    assert texts(draw(made, WorldDef.of([made]))) == ["Nothing Yet", "x · 0 rooms"]


def test_the_command_says_what_it_drew_and_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "map.svg"
    assert main(["world", "map", "light", "--svg", str(file), "--world", str(ROOT / "world")]) == 0
    assert capsys.readouterr().out == f"drew 13 rooms: {file}\n" and file.read_text("utf-8").startswith("<svg ")
    assert main(["world", "map", "lihgt", "--svg", str(file), "--world", str(ROOT / "world")]) == 1
    assert "there is no area 'lihgt'; did you mean 'light'?" in capsys.readouterr().err
    assert main(["world", "map", "light", "--svg", str(tmp_path), "--world", str(ROOT / "world")]) == 1
