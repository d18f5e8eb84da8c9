"""What finds faults has to be right itself: the bots' telnet, and their count of numbers."""

from __future__ import annotations

import pytest

from tests.bots.bot import Bot
from tests.bots.client import Client
from tests.bots.tally import Tally
from tests.bots.telnet import Telnet

CAME = b"a\xff\xfb\x01b\xff\xfd\x1f\xc3\xbc\xff\xff\xff\xfa\x18\x01\xff\xf0\xff\xfd\x18\xff\xf9\xff\xfd\x18z"


@pytest.mark.parametrize("cut", range(len(CAME)))
def test_telnet_is_taken_out_of_the_text_wherever_it_is_cut(cut: int) -> None:
    telnet = Telnet((80, 24))
    assert telnet.feed(CAME[:cut]) + telnet.feed(CAME[cut:]) == "abü\ufffdz"
    naws = b"\xff\xfb\x1f\xff\xfa\x1f\x00\x50\x00\x18\xff\xf0"
    assert telnet.replies == b"\xff\xfd\x01" + naws + b"\xff\xfc\x18"


def test_numbers_in_order_are_right_however_they_are_cut() -> None:
    text = '> You think, "#1"\n> [chat] Bob: "7. x"\nYou say, "1. a"\nYou think, "#2"\n[chat] Bob: "8. x"\n'
    for cut in range(len(text)):
        tally = Tally()
        tally.feed(text[:cut])
        tally.feed(text[cut:])
        assert tally.wrong == []
        assert tally.last == {"thought": 2, "said": 1, "chatted": 0, "heard of Bob": 8}


@pytest.mark.parametrize(
    "text",
    [
        'You think, "#2"\n',
        'You think, "#1"\nYou think, "#1"\n',
        '[chat] Bob: "3. x"\n[chat] Bob: "5. x"\n',
        '[chat] Bob: "3. x"\n[chat] Bob: "3. x"\n',
        'You say, "1. x"\nYou say, "3. x"\n',
        '[chat] You: "2. x"\n',
    ],
)
def test_what_is_lost_or_doubled_is_found(text: str) -> None:
    tally = Tally()
    tally.feed(text)
    assert len(tally.wrong) == 1


def test_a_bot_sees_the_room_that_it_was_shown_last() -> None:
    bot = Bot("Ann", Client(0), 1)
    bot.see("The Quay\nExits: north (east)\nA rope lies here.\nYou flee west!\nThe Hut\nExits: east\nA hag sits here.")
    assert bot.ways == ["east"] and bot.done["fled"] == 1
    bot.see("The Quay\nExits: north (east)\nA coil of rope lies here.\nGulls wheel.\n")
    assert bot.ways == ["north", "(east)"] and bot.things == ["coil", "rope", "gulls", "wheel"]
    bot.see("The Pit\nExits: none\n")
    assert (bot.ways, bot.things) == ([], [])
