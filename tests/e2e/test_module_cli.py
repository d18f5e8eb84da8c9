"""`run.py module` without a server: what developers and operators see."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mud.framework.packages.archive import checksum
from tests.e2e.harness import Game, copyover
from tests.e2e.test_modules import COUNTER, Modded, packaged

pytestmark = pytest.mark.e2e


@pytest.fixture
def modded(stopped: Game, tmp_path: Path) -> Modded:
    (tmp_path / "mods").mkdir()
    return Modded(stopped, tmp_path / "mods")


def test_check_says_what_is_wrong_and_exits_with_1(modded: Modded) -> None:  # S4.9, S2.7
    fine = modded.run("module", "check", "raffle")
    assert fine.returncode == 0 and fine.stdout == "raffle: keeps its contract, score 100\n"
    both = modded.run("module", "check", "--all", "--json")
    valid = {r["module"]: r["is_valid"] for r in json.loads(both.stdout)}
    assert {"raffle", "counter"} <= set(valid) and all(valid.values())
    modded.write(COUNTER.replace("import asyncio", "import subprocess").replace('"""count -- count one up"""', ""))
    bad = modded.run("module", "check", "counter")
    assert bad.returncode == 1 and "counter: BREAKS its contract" in bad.stdout
    assert "security" in bad.stdout and "subprocess is not for modules" in bad.stdout
    assert "command count has no help page: give its handler a docstring" in bad.stdout
    unknown = modded.run("module", "check", "countre")
    assert unknown.returncode == 1 and "no module 'countre'" in unknown.stdout + unknown.stderr
    assert "Traceback" not in bad.stderr + unknown.stderr


def test_schema_is_printed_from_the_structs(modded: Modded) -> None:  # S0.18, S2.4
    found = json.loads(modded.run("module", "schema", "counter").stdout)
    assert found["settings"]["$defs"]["Options"]["properties"]["step"] == {"type": "integer", "default": 1}
    assert found["state"]["schema"] == 1
    assert set(found["state"]["sections"]["$defs"]["Counter"]["properties"]) == {"count", "notes"}


ENDPOINT = """
class Total(Struct, frozen=True):
    count: int


def total(ctx: Context[Counter], request: None) -> Total:
    \"\"\"How far it has counted.\"\"\"
    return Total(ctx.state.count)


MODULE = Module(
    endpoints=[Endpoint(path="/total", handler=total, reply=Total)],
"""


def test_endpoints_are_described(modded: Modded) -> None:  # S4.6
    imports = "WallTimer, Work, Endpoint, Struct"
    modded.write(COUNTER.replace("MODULE = Module(\n", ENDPOINT).replace("WallTimer, Work", imports))
    found = json.loads(modded.run("module", "openapi", "counter").stdout)
    assert found["openapi"] == "3.1.0"
    operation = found["paths"]["/api/v1/counter/total"]["get"]
    assert operation["summary"] == "How far it has counted."
    reply = operation["responses"]["200"]["content"]["application/json"]["schema"]
    assert reply == {"$ref": "#/components/schemas/Total"}
    assert found["components"]["schemas"]["Total"]["properties"] == {"count": {"type": "integer"}}


def test_a_new_module_works_at_once(modded: Modded) -> None:  # S4.1
    features = "commands,timers,settings,database,api"
    made = modded.run("module", "new", "guild", "--with", features, "--in", str(modded.folder))
    assert made.returncode == 0, made.stderr
    assert "score 100" in modded.run("module", "check", "guild").stdout
    modded.config.write_text(modded.config.read_text().replace("[permissions]", '[permissions]\nguild = ["database"]'))
    game = modded.game.start()
    admin = game.admin()
    assert "guild" in admin.command("modules")
    copyover(admin)
    assert "active" in game.run("module", "list", "--data", str(game.data)).stdout
    again = modded.run("module", "new", "guild", "--in", str(modded.folder))
    assert again.returncode == 1 and "guild" in again.stderr and "Traceback" not in again.stderr
    assert game.errors() == "" and game.stop() == 0


def test_an_install_says_at_once_what_would_keep_it_from_being_loaded(modded: Modded, tmp_path: Path) -> None:  # S3.9
    bell = packaged(tmp_path, "1.0.0", "ding")
    manifest = bell / "module.toml"
    plain = manifest.read_text()
    manifest.write_text(plain + 'requires = ["countre", "guild?"]\n')
    bad = modded.run("module", "install", str(bell))
    assert bad.returncode == 1 and "requires countre, which no module here provides" in bad.stderr
    assert "did you mean counter?" in bad.stderr and not (modded.game.data / "modules" / "bell").exists()
    manifest.write_text(plain + 'requires = ["counter"]\n')
    fine = modded.run("module", "install", str(bell))
    assert fine.returncode == 0 and fine.stdout == "installed bell 1.0.0; it is loaded when the server starts\n"
    two = packaged(tmp_path, "1.1.0", "dong")
    (two / "__init__.py").write_text((two / "__init__.py").read_text().replace("from mud", "import socket\nfrom mud"))
    (two / "module.toml").write_text(f'name = "bell"\nversion = "1.1.0"\nchecksum = "{checksum(two)}"\n')
    broken = modded.run("module", "upgrade", str(two))
    assert broken.returncode == 1
    assert "installed bell 1.1.0; it is not in service: bell breaks its contract" in broken.stdout


def test_what_others_require_is_not_uninstalled_under_them(modded: Modded, tmp_path: Path) -> None:  # S3.3, S4.3
    modded.run("module", "install", str(packaged(tmp_path, "1.0.0", "ding")))
    modded.write(COUNTER.replace("state=Counter,", 'state=Counter, requires=("bell",),'))
    game = modded.game.start()
    refused = modded.run("module", "uninstall", "bell")
    assert refused.returncode == 1 and "counter requires bell: unload that first" in refused.stderr
    assert (game.data / "modules" / "bell").exists() and "ding 1" in game.admin().command("bell")
    assert game.stop() == 0


def test_errors_have_a_code_for_programs(modded: Modded) -> None:  # S3.10, S4.8
    game = modded.game.start()
    answer = json.loads(modded.run("module", "restart", "countr", "--json").stdout)
    assert answer["code"] == "not_found" and not answer["ok"]
    answer = json.loads(modded.run("module", "load", "counter", "--json").stdout)
    assert answer["code"] == "conflict"
    assert game.stop() == 0


def test_a_state_that_is_too_large_is_a_soft_veto(modded: Modded) -> None:  # S0.10
    modded.configure("[snapshots]\nwarn_bytes = 10\nlimit_bytes = 600\n")
    game = modded.game.start()
    admin = game.admin()
    copyover(admin)
    assert "more than 10" in game.log()
    modded.configure("[snapshots]\nwarn_bytes = 10\nlimit_bytes = 20\n")
    admin.send("copyover")  # the limit of this program is still the old one
    admin.expect("Copyover done")
    admin.send("copyover")
    admin.expect(r"its\s+state\s+takes\s+\d+\s+bytes,\s+more\s+than\s+20.*The game plays on")
    admin.send("copyover force")
    admin.expect("Copyover done")
    assert game.stop() == 0
