"""Encodings with two bytes and more a letter, told by the letters that are frequent in texts of their languages.

Almost any bytes are letters in one of them, but seldom those that people use.
"""

from __future__ import annotations

from collections.abc import Iterable

#: The share of the frequent letters in a text from which on it is one; the share of errors that is forgiven.
SHARE, ERRORS = 0.25, 0.01
#: Fewer letters than this say nothing.
LEAST = 4
#: How many bytes of all files are judged.
ENOUGH = 200_000

_SIMPLIFIED = """
的一是不在了有人这中大来上个国我以要他时说们到生子那地出道也你会得下自之年过发后作里用行所然家种事成方多经么去法学如都同现
当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已使情明性知全三又关点正外将
两高间由问很最重并物手向战头文体相见被东西南北风水火山石木林树花草河湖海桥路街门房屋城村庄墙楼店灯光黑白红青老安静旧着片座
站边条坐巷"""
_TRADITIONAL = """
的一是不在了有人這中大來上個國我以要他時說們到生子那地出道也你會得下自之年過發後作裡用行所然家種事成方多經麼去法學如都同現
當沒動面起看定天分還進好小部其些主樣理心她本前開但因只從想實日軍者意無力它與長把機十民第公此已使情明性知全三又關點正外將
兩高間由問很最重並物手向戰頭文體相見被東西南北風水火山石木林樹花草河湖海橋路街門房屋城村莊牆樓店燈光黑白紅青老安靜舊著片座
站邊條坐巷裏"""
_HANGUL = """
이다는에가의을를고하지은로한도있사어나자기들그리으여아서시해대인수일것보라정과게만부마스제주전상장원입니습광조용북남동쪽오래된
당길문집산강물나무돌성벽방안밖위아래큰작은검은흰불빛바람하늘땅마을"""
_KANA = """
のにはをたがでてとしれさいるなからこもそうまりあけくきどちよつめわせすえおねみむぶべだばじげアイウエオカキクケコサシスセソタチツテト
ナニヌネノハヒフヘホマミムメモヤユヨラリルレロワンー"""
_COMMON = {
    "gb18030": frozenset(_SIMPLIFIED),
    "big5": frozenset(_TRADITIONAL),
    "euc-kr": frozenset(_HANGUL),
    "shift_jis": frozenset(_KANA),
    "euc-jp": frozenset(_KANA),
}
#: Their punctuation, and the half-width kana that stray bytes become, are no letters.
_NO_LETTERS = (("\u2000", "\u303f"), ("\uff00", "\uffef"))


def guess_wide(contents: Iterable[bytes]) -> str | None:
    """The one of these encodings that the contents are in; None when they are in none of them."""
    joined = b"\n".join(content[:ENOUGH] for content in contents)[:ENOUGH]
    shares = {name: _share(joined, name) for name in _COMMON}
    best = max(shares, key=lambda name: shares[name])
    return best if shares[best] >= SHARE else None


def readable(content: bytes) -> list[str]:
    """Those in which the content is text without an error, whatever it says."""
    return [name for name in _COMMON if "\ufffd" not in content.decode(name, "replace")]


def _share(content: bytes, encoding: str) -> float:
    """The part of the letters beyond ASCII that are frequent ones; 0 for what is no text in that encoding."""
    text = content.decode(encoding, "replace")
    letters = [c for c in text if c > "\x7f" and not any(low <= c <= high for low, high in _NO_LETTERS)]
    errors = text.count("\ufffd") + sum("\uff61" <= c <= "\uff9f" for c in text)
    if len(letters) < LEAST or errors > ERRORS * len(letters):
        return 0.0
    return sum(c in _COMMON[encoding] for c in letters) / len(letters)
