"""The pure core: the game as values. No asyncio, no sockets, no files, no clock of its own."""
