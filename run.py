"""Everwake's one program: reads the arguments and hands over to mud.ops.cli."""

import sys

from mud.ops.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
