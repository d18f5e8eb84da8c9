"""`run.py module install ...`: packages, and the modules and workers that they bring."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from mud import __version__
from mud.cli.client import DONE, FAILED, Add, ask_running, say, show
from mud.cli.loaded import loaded
from mud.cli.words import seconds
from mud.config import Config
from mud.core.errors import Conflict, FrameworkError, NotFound
from mud.framework.lifecycle import ModuleState
from mud.framework.order import provided
from mud.framework.packages import pip, trust
from mud.framework.packages.packages import WORKER, Installed, Packages, verify
from mud.framework.packages.trust import Trust
from mud.framework.workers.manifest import keep_manifest, read_manifest
from mud.snapshot import signature
from mud.snapshot.seal import KEY_BYTES, Key


def register(group: Any, add: Add) -> None:
    """Add the commands to those of `run.py module`."""
    for name, run, help_ in (
        ("install", install, "install a package: a folder, a wheel or a folder of packages"),
        ("upgrade", upgrade, "install a newer version"),
        ("downgrade", downgrade, "install an older version, if it can read the state"),
    ):
        made = add(group, name, run, help_)
        made.add_argument("source", type=Path)
        made.add_argument("--name", help="which one, where the source holds several")
        made.add_argument("--force", action="store_true", help="in spite of what can be passed over")
        made.add_argument("--pip", action="store_true", help="have pip install the Python packages that it lacks")
        if name == "install":
            made.add_argument("--seconds", type=seconds(3600), default=60.0, help="give up after this long (60)")
    add(group, "uninstall", uninstall, "remove an installed package; its state is kept").add_argument("name")
    add(group, "key", key, "make a key to sign packages with; prints its public half").add_argument("file", type=Path)
    sign_ = add(group, "sign", sign, "sign a package's folder")
    sign_.add_argument("folder", type=Path)
    sign_.add_argument("--key", type=Path, required=True, help="the file that `module key` made")


def packages(options: argparse.Namespace, config: Config) -> Packages:
    """What is installed."""

    def services() -> set[str]:
        return {service for i in loaded(config).instances.values() for service in provided(i.module)}

    trusted = Trust(tuple(config.packaging.keys), config.packaging.signed)
    return Packages(config.packages, __version__, services, trusted, pip.install if options.pip else None)


def install(options: argparse.Namespace, config: Config) -> int:
    """`run.py module install`"""
    done = packages(options, config).install_all(
        options.source, options.name, force=options.force, seconds=options.seconds
    )
    return max(taken_on(options, config, found, "load") for found in done)


def upgrade(options: argparse.Namespace, config: Config) -> int:
    """`run.py module upgrade`"""
    found = packages(options, config).upgrade(options.source, options.name, force=options.force)
    return taken_on(options, config, found, "reload")


def downgrade(options: argparse.Namespace, config: Config) -> int:
    """`run.py module downgrade`"""
    found = packages(options, config).downgrade(options.source, options.name, force=options.force)
    return taken_on(options, config, found, "reload")


def taken_on(options: argparse.Namespace, config: Config, found: Installed, verb: str) -> int:
    """Have the server take on what was installed, and say how that went."""
    types = found.manifest.types if found.manifest is not None else ("module",)
    said = [TAKE_ON[kind](config, found, verb) for kind in sorted(types)]
    problem = "; ".join(problem for _, problem in said if problem)
    data = {"name": found.name, "version": found.version, "problem": problem}
    text = f"it is not in service: {problem}" if problem else "; ".join(then for then, _ in said if then)
    return show(options, data, f"installed {found.name} {found.version}; {text}") or (FAILED if problem else DONE)


def _module(config: Config, found: Installed, verb: str) -> tuple[str, str]:
    """Have a running server take a module on; without one see whether a server could. What came of it, and what did
    not."""
    answer = ask_running(config, "module.manage", what=verb, name=found.name)
    if answer is not None:
        return answer.get("text", ""), answer.get("error", "")
    instance = loaded(config).instances.get(found.name)
    if instance is None:
        return "", f"the configuration has {found.name} switched off"
    failed = instance.life.state is ModuleState.FAILED
    return "it is loaded when the server starts", instance.figures.last_error if failed else ""


def _process(config: Config, found: Installed, verb: str) -> tuple[str, str]:
    """Have a running server start a package's worker; otherwise the next one does."""
    path = found.folder / WORKER
    try:
        manifest = read_manifest(path)
    except FrameworkError as error:
        return "", str(error)
    problem = forget_worker(config, manifest.name) if verb == "reload" else ""
    if problem:
        return "", problem
    answer = ask_running(config, "worker.add", manifest=str(path.absolute()))
    if answer is None:
        keep_manifest(config.data / "workers", manifest)
        return f"the worker {manifest.name} starts with the server", ""
    return answer.get("text", ""), answer.get("error", "")


#: How each part of a package is taken on.
TAKE_ON = {"module": _module, "process": _process}


def forget_worker(config: Config, name: str) -> str:
    """Stop a worker, and have no server take it on any more. Returns what went wrong."""
    for do in ("worker.stop", "worker.remove"):
        answer = ask_running(config, do, id=name)
        if answer is None:
            (config.data / "workers" / f"{name}.json").unlink(missing_ok=True)
            (config.run / "workers" / f"{name}.json").unlink(missing_ok=True)
            return ""
        if not answer["ok"] and answer.get("code") != NotFound.code:
            return str(answer["error"])
    return ""


def uninstall(options: argparse.Namespace, config: Config) -> int:
    """`run.py module uninstall`"""
    options.pip = False
    known = {found.name: found for found in packages(options, config).list()}
    found = known.get(options.name)
    types = found.manifest.types if found is not None and found.manifest is not None else ("module",)
    if "module" in types:
        answer = ask_running(config, "module.manage", what="unload", name=options.name)
        if answer is not None and not answer["ok"] and answer.get("code") != NotFound.code:
            return say(options, answer, "")
    if "process" in types and found is not None:
        problem = forget_worker(config, read_manifest(found.folder / WORKER).name)
        if problem:
            return say(options, {"ok": False, "error": problem}, "")
    packages(options, config).uninstall(options.name)
    return show(options, {"name": options.name}, f"{options.name} is uninstalled; its state is kept for its return")


# Signatures


def key(options: argparse.Namespace, config: Config) -> int:
    """`run.py module key`"""
    secret = os.urandom(KEY_BYTES)
    try:
        fd = os.open(options.file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except FileExistsError:
        raise Conflict(f"{options.file} is there already: choose another name, or move it away") from None
    with open(fd, "wb") as file:
        file.write(secret)
    public = signature.public_key(secret)
    text = f"{options.file} is a new key; keep it secret. For [packages] keys of those who trust you:\n{public}"
    return show(options, {"file": str(options.file), "public": public}, text)


def sign(options: argparse.Namespace, config: Config) -> int:
    """`run.py module sign`"""
    secret = Key.read(options.key).secret
    (options.folder / "module.sig").unlink(missing_ok=True)  # of another version, maybe
    public = trust.sign(options.folder, verify(options.folder), secret)
    return show(options, {"public": public}, f"{options.folder} is signed by {public}")
