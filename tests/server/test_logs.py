"""The log, when there is nothing left to write it with."""

from __future__ import annotations

import subprocess
import sys

from tests.e2e.harness import ROOT

#: A message of two lines, logged when not one more file can be opened.
PROGRAM = """
import logging, resource
from mud.server import logs
resource.setrlimit(resource.RLIMIT_NOFILE, (3, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
record = logging.makeLogRecord({"msg": "one\\ntwo"})
logs._one_line(record)
print(record.msg)
"""


def test_a_message_of_two_lines_is_logged_without_a_descriptor() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == "one\\ntwo\n", done.stderr
