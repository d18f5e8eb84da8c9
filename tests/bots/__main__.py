"""`python -m tests.bots --port 4000`: bots on a server that runs already."""

from __future__ import annotations

import argparse
import asyncio
import sys

from tests.bots.swarm import Swarm


async def play(options: argparse.Namespace) -> int:
    """Play, and say what became of it."""
    swarm = Swarm(options.port, options.bots, options.seed, new=not options.again)
    report = await swarm.run(options.seconds)
    await swarm.close()
    print(report.text())
    return 1 if report.failures or report.wrong else 0


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bots")
    parser.add_argument("--port", type=int, default=4000)
    parser.add_argument("--bots", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--again", action="store_true", help="their accounts are there already")
    return asyncio.run(play(parser.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
