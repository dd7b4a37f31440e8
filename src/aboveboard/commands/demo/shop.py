"""The demonstration's shop: a made-up website on a port of its own that has the consent panel.

Its offers and its film come from other hosts, as such things do: offers.localhost and
video.localhost, which every browser takes for this machine (RFC 6761, 6.3).
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

PAGES: Final = Path(__file__).with_name("shop_pages")
"""The folder with the pages of the shop."""
_TYPES: Final = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}
HOSTS: Final = ("offers.localhost", "video.localhost")
"""The hosts that stand for others, in place of those of the sample promise."""


def promise_of_shop(source: str) -> str:
    """Return the sample promise with the hosts of the demonstration's shop, which exist."""
    return source.replace("offers.example", HOSTS[0]).replace("video.example", HOSTS[1])


class Shop:
    """The shop while it is open: ``origin`` is where."""

    def __init__(self, *, privacy: str, port: int = 0) -> None:
        """Open it on a port (0: any that is free). ``privacy``: the origin of the instance."""
        self._privacy = privacy
        shop = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                shop._answer(self)

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing: the demonstration prints what matters."""

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Answer)
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])
        self.origin = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, daemon=True, name="shop").start()

    def close(self) -> None:
        """Close it."""
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        path = request.path.partition("?")[0]
        if path == "/.well-known/gpc.json":
            self._send(request, HTTPStatus.FOUND, {"Location": f"{self._privacy}{path}"}, b"")
            return
        # By name alone, among the few files there are: nothing else can be asked for.
        files = {f"/{file.name}": file for file in PAGES.iterdir() if file.suffix in _TYPES}
        file = files.get("/index.html" if path == "/" else path)
        if file is None:
            self._send(request, HTTPStatus.NOT_FOUND, {}, b"There is no such page.\n")
            return
        text = file.read_text("utf-8")
        for name, value in self._names().items():
            text = text.replace(f"{{{name}}}", value)
        kind = f"{_TYPES[file.suffix]}; charset=utf-8"
        headers = {"Content-Type": kind, "Content-Security-Policy": self._policy()}
        self._send(request, HTTPStatus.OK, headers, text.encode())

    def _names(self) -> Mapping[str, str]:
        offers, video = (f"http://{host}:{self.port}" for host in HOSTS)
        return {"privacy": self._privacy, "offers": offers, "video": video}

    def _policy(self) -> str:
        """What a careful site says: everything has a named place, and nothing stands in a page."""
        names = self._names()
        return (
            "default-src 'none'; img-src 'self'; "
            f"script-src 'self' {names['privacy']} {names['offers']}; "
            f"style-src 'self' {names['privacy']}; connect-src {names['privacy']}; "
            f"frame-src {names['video']}; form-action {names['privacy']}; base-uri 'none'"
        )

    @staticmethod
    def _send(
        request: BaseHTTPRequestHandler, status: int, headers: Mapping[str, str], body: bytes
    ) -> None:
        request.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body)
