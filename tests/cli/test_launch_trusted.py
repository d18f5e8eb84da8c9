"""What has to work for there to be a way out of code that does not: it is little, and stays little."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
#: For a start to choose other code than the tree's; and for `run.py copyover` to order a rollback.
START = {
    *("mud.cli.main", "mud.config", "mud.cli.client", "mud.cli.launch", "mud.copyover.target"),
    *("mud.copyover.code", "mud.copyover.generations", "mud.copyover.rehearsal.process", "mud.copyover.locations"),
    "mud.copyover.environment",
    *("mud.core.errors", "mud.framework.options", "mud.net.budget", "mud.store.lock"),
    *("mud.snapshot.form", "mud.snapshot.seal"),
    *("mud.cli.words", "mud.cli.output", "mud.core.bounds", "mud.core.text.words"),
}
ORDER = START | {
    *("mud.copyover.history", "mud.copyover.phases", "mud.copyover.picture", "mud.cli.copyover"),
    *("mud.core.text.markup", "mud.core.text.words", "mud.play.staff.copyover_syntax", "mud.copyover.report_text"),
    "mud.core.copyover_words",
}


@pytest.mark.parametrize(
    ("imports", "may"),
    [("mud.cli.main, mud.cli.launch", START), ("mud.cli.main, mud.cli.copyover", ORDER)],
    ids=["start", "order"],
)
def test_little_of_ours_has_to_work_to_get_out_of_code_that_does_not(imports: str, may: set[str]) -> None:
    say = f"import sys, {imports}; print(*(name for name in sys.modules if name.startswith('mud.')))"
    found = subprocess.run([sys.executable, "-c", say], cwd=ROOT, capture_output=True, text=True, check=True)
    packages = {str(parent).replace("/", ".") for name in may for parent in Path(name.replace(".", "/")).parents}
    assert set(found.stdout.split()) <= may | packages
