"""Colour codes of several patches become markup; what only looks like one stays."""

from __future__ import annotations

import pytest

from mud.areas.circle.colours import Colours
from mud.core.text.markup import strip, unparse


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("&gQuay&n, &RWet&n stones & more", "{green}Quay{/}, {red}Wet{/} stones & more"),
        ("&rA&gB&n && C", "{red}A{/}{green}B{/} & C"),
        ("&1Red&0 and &2green&0", "{red}Red{/} and {green}green{/}"),
        ("@RA@n @[F500]B@n bob@@mail", "{red}A{/} {196}B{/} bob@mail"),
        ("{rBlood{x and {{", "{red}Blood{/} and {{"),
        ("^BSky^n", "{blue}Sky{/}"),
        (r"\c01Red\c00, /c12blue/c00", "{red}Red{/}, {blue}blue{/}"),
        ("$c0009Red$c0007.", "{red}Red{/}."),
        ("\x1b[1;31mRed\x1b[0m \x1b[38;5;99mV\x1b[m", "{red}Red{/} {99}V{/}"),
        ("&RNever ended&n &Yhere", "{red}Never ended{/} {yellow}here{/}"),
    ],
)
def test_codes_are_markup(text: str, meant: str) -> None:
    assert unparse(Colours([text]).read(text)[0]) == meant


@pytest.mark.parametrize(
    "text",
    [
        "Smith & Sons, R&R, B&B, salt &c.",
        "{CLASS_A, 1}, {CLASS_B, 2}, {CLASS_M, 3}, {CLASS_W, 4}",
        "write to bob@nowhere.org or rod@blaze.edu",
        "2^n is {n}",
        "50% off /c",
        "@",
    ],
)
def test_what_only_looks_like_a_code_stays(text: str) -> None:
    assert Colours([text]).read(text) == (text, 0) and Colours([text]).names == []


def test_a_code_in_one_text_tells_how_the_others_are_written() -> None:
    colours = Colours(["&gQuay&n", "Wet &rstones"])
    assert strip(colours.read("Wet &rstones")[0]) == "Wet stones" and colours.names == ["&x"]


def test_backgrounds_go_and_are_counted() -> None:
    assert Colours(["&r&n"]).read("&1&uA&n") == ("A", 2)
