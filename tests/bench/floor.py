"""The floor: a bare server that splits lines and echoes them, run as a program of its own, of one of two kinds: as an
asyncio.Protocol, or as a reader that the loop calls (`add_reader`), which is cheaper.
"""

from __future__ import annotations

import asyncio
import socket
import sys

#: Bytes that one read takes at most, as the game's do.
READ_BYTES = 65536
KINDS = ("protocol", "reader")


class Echo(asyncio.Protocol):
    """Gives every line back."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.rest = b""

    def data_received(self, data: bytes) -> None:
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            self.transport.write(line + b"\n")


class EchoReader:
    """The same for a socket that the loop watches."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.rest = b""

    def read(self) -> None:
        """Take what there is, and give back each line of it."""
        data = self.sock.recv(READ_BYTES)
        if not data:
            asyncio.get_running_loop().remove_reader(self.sock)
            self.sock.close()
            return
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            self.sock.send(line + b"\n")


async def serve(kind: str) -> None:
    """Serve on a free port, and say which."""
    loop, listener = asyncio.get_running_loop(), socket.create_server(("127.0.0.1", 0), backlog=1024)
    print(listener.getsockname()[1], flush=True)
    if kind == "protocol":
        server = await loop.create_server(Echo, sock=listener)
        await server.serve_forever()
    listener.setblocking(False)
    while True:
        sock, _ = await loop.sock_accept(listener)
        sock.setblocking(False)
        loop.add_reader(sock, EchoReader(sock).read)


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1]))
