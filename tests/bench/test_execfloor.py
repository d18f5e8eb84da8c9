"""The floor of a copyover is honest: it imports what the new program imports from others, and no more."""

from __future__ import annotations

import subprocess

import pytest

from tests.bench.execfloor import IMPORTS, OURS, command, of_others


@pytest.mark.e2e
def test_the_floor_imports_what_the_new_program_imports_from_others_and_no_more() -> None:
    def imported(line: list[str]) -> set[str]:
        return set(subprocess.run(line, capture_output=True, text=True, check=True).stdout.split()) - OURS

    tells = "import gc, os, sys; print(*sys.modules)"
    wanted = set(of_others())
    floor = imported(command(f"{IMPORTS}; os.write(1, b' '); print(*sys.modules)"))
    assert floor - {"x"} - wanted <= imported([command()[0], "-c", tells])
    assert wanted <= floor
    assert {"asyncio", "msgspec", "aiosqlite"} <= wanted
    assert not wanted & {"telnetlib3", "argon2", "watchfiles"}, "these are imported when they are needed"
