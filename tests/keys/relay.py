"""A line to a server that is already there, which a test can cut and join again."""

from __future__ import annotations

import contextlib
import socket
import threading


class Relay:
    """Listens on a port of this machine and passes bytes on to ``host:port``."""

    def __init__(self, host: str, port: int) -> None:
        self._to = (host, port)
        self._listener: socket.socket | None = None
        self.port = 0

    def start(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=16)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def stop(self) -> None:
        if self._listener is not None:
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):  # closed: the line is cut
            while True:
                here, _ = listener.accept()
                there = socket.create_connection(self._to)
                for source, sink in ((here, there), (there, here)):
                    threading.Thread(target=_pass_on, args=(source, sink), daemon=True).start()


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):  # either side has gone
        while block := source.recv(65536):
            sink.sendall(block)
    for one in (source, sink):
        one.close()
