"""Texts of any encoding are the text that was meant, and it is said which was taken."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from mud.areas.circle import import_world, report_text
from mud.areas.circle.encoding import decode_all, guess, known
from mud.areas.circle.wide import guess_wide

RUSSIAN = "Улица\nВы стоите на тихой улице. Справа виднеется старый дом, а за ним - церковь Святого Луки.\n"
UKRAINIAN = "Площа\nЇхній дім стоїть біля річки, і є в ньому ґанок.\n"
FRENCH = "L'Été à la Forêt\nUne clairière où, l'été, les fées dansent ; ça sent la bruyère.\n"
GERMAN = "Das Gäßchen\nÜber den Dächern hängt Nebel, die Tür ist verschlossen.\n"
POLISH = "Źródło\nŁąka za młynem; ścieżka prowadzi w górę, gdzie żyją dzięcioły.\n"
GREEK = "Η πλατεία\nΣτέκεσαι σε μια ήσυχη πλατεία, και η θάλασσα ακούγεται από μακριά.\n"
CHINESE = "安静的广场\n你站在一个安静的广场上。北边可以看见一座古老的教堂，南边是一条小路，通向河边的码头。\n"
TRADITIONAL = "安靜的廣場\n你站在一個安靜的廣場上。北邊可以看見一座古老的教堂，南邊是一條小路，通向河邊的碼頭。\n"
JAPANESE = "静かな広場\nあなたは静かな広場に立っている。北には古い教会が見える。\n"
KOREAN = "광장\n조용한 광장에 서 있습니다. 북쪽으로는 오래된 성당이 보입니다.\n"
ENGLISH = "The quay\n\u201cDon\u2019t,\u201d he says \u2013 and waits\u2026\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (RUSSIAN, "koi8-r"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "cp866"),
        ("Улица", "koi8-r"),
        ("ТИХО. Вы здесь.", "cp1251"),
        (UKRAINIAN, "koi8-u"),
        (UKRAINIAN, "cp1251"),
        (FRENCH, "cp1252"),
        (FRENCH, "cp437"),
        (GERMAN, "cp1252"),
        (GERMAN, "cp437"),
        (GREEK, "iso8859-7"),
        (POLISH, "iso8859-2"),
        (POLISH, "cp1250"),
        (ENGLISH, "cp1252"),
        ("Smørrebrød og øl på åen", "cp1252"),
        ("El niño bebió café", "cp1252"),
        ("5² bushels, 3 £", "cp1252"),
    ],
)
def test_an_encoding_is_told_by_the_words_that_it_makes(text: str, encoding: str) -> None:
    content = text.encode(encoding)
    assert content.decode(guess([content])) == text


@pytest.mark.parametrize("text", [RUSSIAN, FRENCH, POLISH, ENGLISH, "숲 — 森"])
@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
def test_utf_8_shows_by_itself(text: str, mark: bytes) -> None:
    (found,) = decode_all({"a": mark + text.encode()}).values()
    assert (found.text, found.encoding, found.strays, found.bad) == (text, "utf-8", 0, 0)


def test_utf_16_shows_by_its_mark() -> None:
    assert decode_all({"a": RUSSIAN.encode("utf-16")})["a"].text == RUSSIAN


def test_a_stray_byte_in_utf_8_costs_nothing() -> None:
    found = decode_all({"a": RUSSIAN.encode() + b"caf\xe9"})["a"]
    assert (found.text, found.encoding, found.strays) == (f"{RUSSIAN}café", "utf-8", 1)


def test_a_short_file_is_read_as_the_others_are() -> None:
    found = decode_all({"long": RUSSIAN.encode("koi8-r"), "short": "Ну".encode("koi8-r"), "utf": FRENCH.encode()})
    assert [each.text for each in found.values()] == [RUSSIAN, "Ну", FRENCH]


def test_only_text_encodings_are_known() -> None:
    assert known("koi8-r") and known("UTF-8") and known("cp1252")
    assert not known("martian") and not known("base64") and not known("undefined")


def lay(folder: Path, content: bytes) -> Path:
    """A world of one room, whose name and description are given."""
    (folder / "wld").mkdir()
    (folder / "wld" / "1.wld").write_bytes(b"#1\n" + content.replace(b"\n", b"~\n", 1) + b"~\n0 0 0\nS\n$~\n")
    return folder


@pytest.mark.parametrize(("encoding", "text"), [("koi8-r", RUSSIAN), ("utf-8", FRENCH), ("cp1252", ENGLISH)])
def test_an_import_says_what_it_took(tmp_path: Path, encoding: str, text: str) -> None:
    found = import_world(lay(tmp_path, text.encode(encoding)))
    room = found.areas[0].rooms[0]
    assert [room.name, room.description] == text.rstrip("\n").split("\n")
    assert f"encoding: {encoding.upper()} in 1 file" in report_text(found) and found.whole


def test_an_encoding_can_be_said(tmp_path: Path) -> None:
    found = import_world(lay(tmp_path, "Ода\nИз".encode("mac-cyrillic")), "mac-cyrillic")
    assert found.areas[0].rooms[0].name == "Ода" and found.whole
    wrong = import_world(tmp_path, "utf-8")
    assert wrong.lost == ["letters that are none in UTF-8: 5 (first: wld/1.wld)"] and not wrong.whole


WIDE = [
    (CHINESE, "gb18030"),
    ("码头\n船工们在这里休息。\n", "gb18030"),
    (TRADITIONAL, "big5"),
    ("碼頭\n船工們在這裡休息。\n", "big5"),
    (KOREAN, "euc-kr"),
    ("부두\n어부들이 쉬고 있다.\n", "euc-kr"),
    (JAPANESE, "shift_jis"),
    (JAPANESE, "euc-jp"),
    ("港\n波止場に船が並ぶ。\n", "shift_jis"),
]


@pytest.mark.parametrize(("text", "encoding"), WIDE)
def test_more_than_one_byte_a_letter_is_told_by_frequent_letters(tmp_path: Path, text: str, encoding: str) -> None:
    found = import_world(lay(tmp_path, text.encode(encoding)))
    room = found.areas[0].rooms[0]
    assert [room.name, room.description] == text.rstrip("\n").split("\n")
    assert f"encoding: {encoding.upper()} in 1 file" in report_text(found) and found.whole


@pytest.mark.parametrize("text", [RUSSIAN, UKRAINIAN])
@pytest.mark.parametrize("encoding", ["koi8-u", "cp1251", "iso8859-5"])
def test_cyrillic_is_never_taken_for_chinese(text: str, encoding: str) -> None:
    assert guess_wide([text.encode(encoding, "replace")]) is None


def test_letters_that_make_no_words_are_said_to_be_a_guess_with_what_else_can_be_said(tmp_path: Path) -> None:
    """Rare letters: nothing tells which of these it is."""
    found = import_world(lay(tmp_path, "鬱籲驪鸞\n饕餮魑魅魍魎。躑躅徬徨,氤氳氛氲".encode("gb18030")))
    assert not found.whole and any("say --encoding (gb18030" in row for row in found.lost), found.lost
    said = import_world(tmp_path, "gb18030")
    assert said.areas[0].rooms[0].name == "鬱籲驪鸞" and said.whole
