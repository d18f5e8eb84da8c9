"""Everwake's one program: reads the arguments and hands over to mud.cli.main."""

import gc
import sys

gc.disable()  # nothing of what is imported is garbage, and a copyover's players wait for it

from mud.cli.main import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
