"""A mail server that takes everything and keeps nothing: ``python -m bench.sink`` prints its port,
then serves until killed."""

from __future__ import annotations

import asyncio
import socket

GREETING = b"220 sink\r\n"
OFFERS = b"250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n"
FINE = b"250 ok\r\n"


class Sink(asyncio.Protocol):
    """One connection. Replies to commands that came together leave together (RFC 2920, 3.2)."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.buffer = b""
        self.in_message = False
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        transport.write(GREETING)

    def data_received(self, data: bytes) -> None:
        """Answer every complete command, and every message when its lone dot has come."""
        buffer, answer = self.buffer + data, b""
        while True:
            if self.in_message:
                end = buffer.find(b"\r\n.\r\n")
                if end < 0:
                    break
                buffer, self.in_message = buffer[end + 5 :], False
                answer += FINE
                continue
            line, found, rest = buffer.partition(b"\r\n")
            if not found:
                break
            buffer = rest
            verb = line[:4].upper()
            if verb == b"DATA":
                self.in_message = True
                answer += b"354 go on\r\n"
            elif verb == b"EHLO":
                answer += OFFERS
            elif verb == b"QUIT":
                self.transport.close()
                return
            else:
                answer += FINE
        self.buffer = buffer
        if answer:
            self.transport.write(answer)


async def main() -> None:
    """Listen on any free port."""
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
