"""The rehearsal as the new program runs it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent.parent


def test_a_server_that_was_set_up_to_run_has_no_pytest_and_is_rehearsed_all_the_same() -> None:
    without = "import sys; sys.modules['pytest'] = None; from mud.copyover.rehearsal.trial import import_all"
    said = f"{without}; import_all(); print('mud.cli.words' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", said], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.stdout == "True\n", done.stderr
