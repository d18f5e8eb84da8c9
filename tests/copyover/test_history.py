"""Records of copyovers: written, read back, reckoned up, said in words and drawn."""

from __future__ import annotations

import re
import stat
import tracemalloc
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest

from mud.copyover import history as h
from mud.copyover import picture, report_text

RECORD = h.CopyoverRecord(
    number=7,
    outcome="done",
    by="Root",
    reason="new <quests> & more",
    ordered=1_700_000_000.0,
    generation_from=3,
    generation_to=4,
    code_from="a" * 32,
    code_to="b" * 32,
    changed=[f"~ mud/x{n}.py" for n in range(10)],
    phases=[
        h.Span(name="rehearsing", began=0.0, seconds=1.5),
        h.Span(name="state_transferring", began=1.5, seconds=0.01),
        h.Span(name="recovering", began=1.51, seconds=0.1),
        h.Span(name="going_on", began=1.61, seconds=0.005),
    ],
    silence=h.Silence(p50=110.0, p99=114.0, longest=115.2),
    kept={"in play": 2, "editor": 1},
    dropped={"hung up": 1},
    vetoes=["raffle: it draws"],
    warnings=["the state of bank is large"],
    late=[0.05, 0.11],
)
FAILED = h.CopyoverRecord(
    number=8,
    outcome="failed",
    by="Root",
    ordered=1.0,
    generation_from=4,
    generation_to=5,
    error="while\n rehearsing: x",
)


def test_what_is_written_is_read_back_and_only_the_owner_may(tmp_path: Path) -> None:
    book = h.History(tmp_path / "copyovers.jsonl")
    assert (book.last(5), book.next_number(), book.find(7)) == ([], 1, None)
    book.add(RECORD)
    book.add(FAILED)
    assert book.last(5) == [RECORD, FAILED] and book.last(1) == [FAILED]
    assert (book.next_number(), book.find(7)) == (9, RECORD)
    assert stat.S_IMODE((tmp_path / "copyovers.jsonl").stat().st_mode) == 0o600


def test_half_a_line_costs_nothing_but_itself(tmp_path: Path) -> None:
    path = tmp_path / "copyovers.jsonl"
    book = h.History(path)
    book.add(RECORD)
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:40] + b"\n")
    book.add(FAILED)
    assert book.last(5) == [RECORD, FAILED]


def test_a_line_that_was_cut_off_swallows_no_other_and_its_number_is_not_given_again(tmp_path: Path) -> None:
    path = tmp_path / "copyovers.jsonl"
    book = h.History(path)
    book.add(RECORD)
    book.add(FAILED)
    path.write_bytes(path.read_bytes()[:-20])
    assert (RECORD.number, book.next_number()) == (7, 9)
    third = msgspec.structs.replace(RECORD, number=9)
    book.add(third)
    assert book.last(5) == [RECORD, third] and book.next_number() == 10


def test_a_long_history_goes_on_in_a_new_file_with_its_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(h, "MAX_BYTES", 100)
    book = h.History(tmp_path / "copyovers.jsonl")
    book.add(RECORD)
    book.add(FAILED)
    assert len((tmp_path / "copyovers.jsonl").read_bytes().splitlines()) == 1
    assert book.last(5) == [RECORD, FAILED] and book.next_number() == 9 and book.find(7) == RECORD


@pytest.mark.parametrize("block", [1, 100, 1000, 1 << 20])
def test_the_last_ones_are_found_however_much_is_read_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr(h, "BLOCK", block)
    book = h.History(tmp_path / "copyovers.jsonl")
    for number in range(1, 6):
        book.add(msgspec.structs.replace(RECORD, number=number, reason="x" * 70 * number))
    for count in range(1, 8):
        assert [record.number for record in book.last(count)] == [1, 2, 3, 4, 5][-count:]
    assert book.last(0) == [] and book.next_number() == 6


def test_of_a_long_history_only_the_end_is_read(tmp_path: Path) -> None:
    path = tmp_path / "copyovers.jsonl"
    path.write_bytes((b"x" * 999 + b"\n") * 2000)
    book = h.History(path)
    book.add(RECORD)
    tracemalloc.start()
    try:
        assert book.last(1) == [RECORD]
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_silence_is_that_of_the_middle_one_of_nearly_all_and_of_the_last() -> None:
    assert h.Silence.of([]) is None
    found = h.Silence.of([n / 1000 for n in range(200, 0, -1)])
    assert found == h.Silence(p50=101.0, p99=198.0, longest=200.0)
    assert h.Silence.of([0.25]) == h.Silence(p50=250.0, p99=250.0, longest=250.0)


def test_phases_are_the_time_between_marks_and_begin_with_the_first() -> None:
    draft = h.Draft(record=RECORD, marks=[("rehearsing", 100.0), ("preparing", 101.5), ("vetoing", 101.75)])
    assert draft.spans(102.0) == [
        h.Span(name="rehearsing", began=0.0, seconds=1.5),
        h.Span(name="preparing", began=1.5, seconds=0.25),
        h.Span(name="vetoing", began=1.75, seconds=0.25),
    ]
    assert draft.began("preparing") == 101.5 and draft.began("recovering") is None
    assert h.Draft(record=RECORD).spans(5.0) == []


def test_the_report_says_all_that_there_is_to_know() -> None:
    text = report_text.told(RECORD)
    for words in (
        "Copyover done: generation 4, 3 connections kept, 115 ms of silence.",
        "by Root because new <quests> & more; code aaaaaaaaaaaa to bbbbbbbbbbbb",
        "~ mud/x7.py and 2 more",
        "rehearsing 1.50 s, state_transferring 10 ms",
        "p50 110 ms, p99 114 ms, longest 115 ms",
        "kept: 1 editor, 2 in play",
        "dropped: 1 hung up",
        "overridden by force: raffle: it draws",
        "warning: the state of bank is large",
        "late timers: 2, by at most 110 ms",
    ):
        assert words in text, words


def test_the_history_has_a_line_for_each() -> None:
    assert re.fullmatch(
        r"#7 \d{4}-\d\d-\d\d \d\d:\d\d:\d\d Root: 3 to 4, 3 kept, 115 ms because new <quests> & more",
        report_text.line(RECORD),
    )
    assert report_text.line(FAILED).endswith("Root: failed: while rehearsing: x")
    assert "error: while" in report_text.whole(FAILED)


def bars(svg: str) -> list[float]:
    """The widths of the bars, those of the key left out."""
    return [float(w) for w in re.findall(r'width="([\d.]+)" height="16', svg)]


def test_the_picture_is_to_scale_and_has_the_silence_twice() -> None:
    svg = picture.draw(RECORD)
    ElementTree.fromstring(svg)  # it is XML, whatever the reason says
    all_, silence = bars(svg)[:4], bars(svg)[4:]
    assert all_[0] == pytest.approx(15 * all_[2], rel=0.01)
    assert len(silence) == 3 and silence[1] == pytest.approx(10 * silence[0], rel=0.01)
    assert svg.count(">GO<") == 2 and "new &lt;quests&gt; &amp; more" in svg
    right = [float(x) + float(w) for x, w in re.findall(r'<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)"', svg)]
    assert max(right) <= picture.WIDTH


def test_one_that_came_to_no_phase_is_drawn_too() -> None:
    svg = picture.draw(FAILED)
    ElementTree.fromstring(svg)
    assert "while rehearsing: x" in svg and bars(svg) == []


@pytest.mark.parametrize("length", [1e-5, 0.003, 0.1, 1.0, 1.4, 9.9, 61.0, 700.0])
def test_a_line_of_time_has_four_to_eleven_round_marks(length: float) -> None:
    found = picture.ticks(length)
    assert 4 <= len(found) <= 11 and found[0] == 0 and found[-1] <= length * 1.0001


def test_doubt_of_the_code_before_is_no_part_of_what_admins_read_when_it_is_done() -> None:
    record = msgspec.structs.replace(RECORD, doubt="It is not confirmed yet.")
    assert "not confirmed" not in report_text.told(record)  # whoever ordered it has read it
    assert report_text.whole(record).count("not confirmed") == 1


def test_go_is_drawn_through_no_label() -> None:
    spans = (("handing_over", 0.05), ("recovering", 0.002), ("going_on", 0.1))
    begun = (0.0, 0.05, 0.052)
    phases = [h.Span(name=name, began=at, seconds=s) for at, (name, s) in zip(begun, spans, strict=True)]
    svg = picture.draw(msgspec.structs.replace(RECORD, phases=phases))
    (go,) = {float(x) for x in re.findall(r'<line x1="([\d.]+)"[^>]* stroke-dasharray', svg)}
    labels = re.findall(r'<text x="([\d.]+)" y="[\d.]+" class="value">([^<]*)<', svg)
    assert len(labels) == 6
    for x, text in labels:
        assert not float(x) <= go <= float(x) + picture.LETTER * len(text), text


def test_a_phase_that_was_entered_again_began_the_last_time() -> None:
    draft = h.Draft(record=RECORD, marks=[("rehearsing", 1.0), ("preparing", 2.0), ("rehearsing", 3.0)])
    assert (draft.began("rehearsing"), draft.began("vetoing")) == (3.0, None)
