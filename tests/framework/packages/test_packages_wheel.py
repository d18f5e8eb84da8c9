"""A wheel with an entry point, which pip installs into the server's environment."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent.parent
#: Seconds that a command may take.
LIMIT = 120.0

BELL = """\"\"\"Rings.\"\"\"

from bell_ringer.sound import SOUND

from mud.api import Command, Context, Module, State


class Bell(State):
    rung: int = 0


def ring(ctx: Context[Bell], args: str) -> None:
    \"\"\"bell -- ring it\"\"\"
    ctx.state.rung += 1
    ctx.send(f"{SOUND} {ctx.state.rung}")


MODULE = Module(name="bell", version="VERSION", state=Bell, commands=[Command("bell", ring)])
"""


def wheel(folder: Path, version: str) -> Path:
    """A wheel with an entry point, as a build tool makes it (PEP 427)."""
    path, info = folder / f"bell_ringer-{version}-py3-none-any.whl", f"bell_ringer-{version}.dist-info"
    files = {
        "bell_ringer/__init__.py": BELL.replace("VERSION", version),
        "bell_ringer/sound.py": f'"""Its sound."""\n\nSOUND = "ding {version}"\n',
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: bell-ringer\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: by hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": "[everwake.modules]\nbell = bell_ringer:MODULE\n",
    }
    record = "".join(f"{name},,\n" for name in [*files, f"{info}/RECORD"])
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in (files | {f"{info}/RECORD": record}).items():
            archive.writestr(name, text)
    return path


class Environment:
    """A virtual environment for a server: it sees what the tests' own has, and pip installs into it alone."""

    def __init__(self, folder: Path) -> None:
        self.python = folder / "bin" / "python"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True, timeout=LIMIT)
        site = next(folder.glob("lib/python*/site-packages"))
        (site / "ours.pth").write_text(f"{sysconfig.get_path('purelib')}\n", "utf-8")

    def pip(self, *arguments: str) -> None:
        """Run pip for this environment, and with no index."""
        command = [sys.executable, "-m", "pip", "--python", str(self.python), "--disable-pip-version-check"]
        subprocess.run([*command, *arguments], check=True, capture_output=True, timeout=LIMIT)


def test_a_wheel_that_pip_installs_into_the_servers_environment(tmp_path: Path) -> None:  # S3.4, S3.9
    environment = Environment(tmp_path / "environment")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(environment.python), "run.py", "module", *arguments, "--data", str(tmp_path / "data")]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LIMIT)

    def listed() -> dict[str, tuple[str, str, str]]:
        rows = json.loads(run("list", "--json").stdout)
        return {row["name"]: (row["version"], row["state"], row["source"]) for row in rows}

    assert "bell" not in listed()
    environment.pip("install", "--no-index", "--no-deps", str(wheel(tmp_path, "1.0.0")))
    assert listed()["bell"] == ("1.0.0", "sound", "entry point")
    checked = run("check", "bell")
    assert checked.returncode == 0 and checked.stdout.startswith("bell: keeps its contract"), checked.stderr
    environment.pip("install", "--no-index", "--no-deps", "--upgrade", str(wheel(tmp_path, "1.1.0")))
    assert listed()["bell"] == ("1.1.0", "sound", "entry point")
    environment.pip("uninstall", "--yes", "bell-ringer")
    assert "bell" not in listed()
