"""requirements.py run|dev: what pyproject.toml asks for, one requirement a line, as pip reads it."""

from __future__ import annotations

import sys
import tomllib

with open("pyproject.toml", "rb") as file:
    project = tomllib.load(file)["project"]
extras = project["optional-dependencies"]["dev"] if sys.argv[1] == "dev" else []
print(*project["dependencies"], *extras, sep="\n")
