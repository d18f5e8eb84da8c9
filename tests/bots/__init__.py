"""Players that are programs: they know the game only by what it prints. `python -m tests.bots` plays on any server."""
