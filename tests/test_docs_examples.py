"""Every example in docs/modules.md is run: its module keeps the contract and starts, its tests pass."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
BLOCK = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
#: What the page takes for granted, in front of each example.
BEFORE = """\
from typing import Annotated, Any
from mud.api import Database, Each, Meta, Module, Settings, Signal, State, Step, Struct
from modules.raffle import MODULE
"""
#: What is asked of each, whatever it is.
AFTER = """

def test_the_example_is_right(tmp_path):
    from mud.framework.contract import check
    from mud.testing import Kit

    kinds = [kind for kind in globals().values() if isinstance(kind, type) and kind.__module__ == __name__]
    states = [kind for kind in kinds if issubclass(kind, State)]
    assert all(check(Module(name="x", version="1.0.0", state=state)).is_valid for state in states)
    assert check(MODULE).reasons() == ""
    Kit(MODULE).cycle(tmp_path)
"""


def test_every_example_is_right(tmp_path: Path) -> None:
    examples = BLOCK.findall((ROOT / "docs" / "modules.md").read_text("utf-8"))
    assert len(examples) >= 8
    for number, example in enumerate(examples):
        (tmp_path / f"test_example_{number}.py").write_text(BEFORE + example + AFTER)
    options = ["-q", "-p", "no:cacheprovider", "-p", "mud.testing.fixtures", f"--rootdir={tmp_path}"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    named = sum(example.count("\ndef test_") for example in examples)
    assert named >= 2 and f"{len(examples) + named} passed" in done.stdout
