"""What `run.py` writes, on outputs that can show more or less."""

from __future__ import annotations

import io
import json
import sys

import pytest

from mud.cli.output import as_json, write_what_can_be

LETTERS = 'naïve žluť 名 \udcff "quoted"'


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
def test_no_letter_is_too_much_for_an_output(monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr(sys, "stdout", out)
    write_what_can_be()
    print(LETTERS)
    print(as_json({"text": LETTERS}))
    out.seek(0)
    text, data = out.read().splitlines()
    assert '"quoted"' in text
    assert json.loads(data) == {"text": LETTERS}
