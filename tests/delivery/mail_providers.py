"""Servers that behave as Postmark's and Mailgun's sending APIs do, and what these tell of a message
later. From their documentation, not from our code."""

from __future__ import annotations

import base64
import email
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN, SIGNING, DOMAIN = "server-token", "user:a-long-pass", "adventure.example"
REFUSED, LATER, DROPPED = "refused@x.example", "later@x.example", "drop@x.example"


@dataclass
class MailProviderServer:
    """What arrived at one provider: reference and address of each message."""

    port: int = 0
    taken: list[tuple[str, str]] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    throttled: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server

    def log_message(self, *_: object) -> None: ...

    def say(self, status: int, body: dict[str, Any], **headers: str) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def read(self) -> bytes:
        return self.rfile.read(int(self.headers["Content-Length"]))

    def drops(self, to: str) -> bool:
        if to == DROPPED:
            self.close_connection = True
            self.connection.close()
            return True
        if self.server.state.throttled:
            self.server.state.throttled -= 1
            self.say(429, {"message": "Too many requests"}, Retry_After="7")
            return True
        return False

    def take(self, reference: str, to: str, body: dict[str, Any]) -> None:
        self.server.state.taken.append((reference, to))
        self.server.state.bodies.append(body)


class _Postmark(_Handler):
    def _is_let_in(self) -> bool:
        if self.headers.get("X-Postmark-Server-Token") == TOKEN:
            return True
        self.say(401, {"ErrorCode": 10, "Message": "No Account or Server API tokens were supplied"})
        return False

    def do_GET(self) -> None:
        if self._is_let_in():
            self.say(200 if self.path == "/server" else 404, {"Name": "Adventure"})

    def do_POST(self) -> None:
        body = json.loads(self.read())
        to = body.get("To", "")
        if not self._is_let_in() or self.drops(to):
            return
        if to == REFUSED:
            words = (
                "You tried to send to recipient(s) that have been marked as inactive. "
                f"Found inactive addresses: {to}. Inactive recipients are ones that have "
                "generated a hard bounce, a spam complaint, or a manual suppression."
            )
            self.say(422, {"ErrorCode": 406, "Message": words})
        elif to == LATER:
            self.say(503, {"ErrorCode": 100, "Message": "Maintenance"})
        else:
            self.take(body["Metadata"]["reference"], to, body)
            self.say(200, {"ErrorCode": 0, "Message": "OK", "MessageID": "b7bc2f4a", "To": to})


class _Mailgun(_Handler):
    def _is_let_in(self) -> bool:
        wanted = base64.b64encode(f"api:{TOKEN}".encode()).decode()
        if self.headers.get("Authorization") == f"Basic {wanted}":
            return True
        self.say(401, {"message": "Forbidden"})
        return False

    def do_GET(self) -> None:
        if self._is_let_in():
            self.say(200 if self.path == f"/domains/{DOMAIN}" else 404, {"domain": {}})

    def do_POST(self) -> None:
        form = _form(self.headers["Content-Type"], self.read())
        to = form.get("to", "")
        if not self._is_let_in() or self.drops(to):
            return
        if to == REFUSED:
            self.say(400, {"message": "to parameter is not a valid address. please check"})
        elif to == LATER:
            self.say(500, {"message": "Internal Server Error"})
        else:
            self.take(form["v:reference"], to, form)
            self.say(200, {"id": "<2026@adventure.example>", "message": "Queued. Thank you."})


def _form(kind: str, body: bytes) -> dict[str, str]:
    """A form as the standard library reads it, url-encoded or in parts."""
    if kind.startswith("multipart/"):
        whole = email.message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
        return {
            str(part.get_param("name", header="content-disposition")): part.get_payload(
                decode=True
            ).decode()  # type: ignore[union-attr]
            for part in whole.get_payload()  # type: ignore[union-attr]
        }
    from urllib.parse import parse_qsl

    return dict(parse_qsl(body.decode(), True))


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    state: MailProviderServer


_HANDLERS: dict[str, type[_Handler]] = {"postmark": _Postmark, "mailgun": _Mailgun}


@contextmanager
def serving(provider: str) -> Iterator[MailProviderServer]:
    """Serve a provider's API on a port of this machine."""
    server = _Server(("127.0.0.1", 0), _HANDLERS[provider])
    server.state = MailProviderServer(port=server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server.state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass(frozen=True)
class ProviderReport:
    """What a provider tells of a message: the body, and its headers."""

    body: bytes
    headers: dict[str, str]


def report_of(provider: str, reference: str, what: str, *, key: str = SIGNING) -> ProviderReport:
    """Return what a provider tells: ``what`` is delivered, bounced or complained."""
    if provider == "postmark":
        common = {
            "MessageID": "b7bc2f4a",
            "Recipient": "p1@x.example",
            "Metadata": {"reference": reference},
        }
        kind = {
            "delivered": {"RecordType": "Delivery", "DeliveredAt": "2026-03-01T09:31:00Z"},
            "bounced": {
                "RecordType": "Bounce",
                "Type": "HardBounce",
                "TypeCode": 1,
                "ID": 42,
                "BouncedAt": "2026-03-01T09:31:00Z",
                "Email": "p1@x.example",
            },
            "complained": {
                "RecordType": "SpamComplaint",
                "Type": "SpamComplaint",
                "TypeCode": 512,
                "ID": 43,
                "BouncedAt": "2026-03-01T09:31:00Z",
                "Email": "p1@x.example",
            },
        }[what]
        token = base64.b64encode(key.encode()).decode()
        return ProviderReport(
            json.dumps({**common, **kind}).encode(), {"Authorization": f"Basic {token}"}
        )
    event = {"delivered": "delivered", "bounced": "failed", "complained": "complained"}[what]
    data: dict[str, Any] = {
        "event": event,
        "id": "CPgfbmQMTCKtHW6uIWtuVe",
        "timestamp": 1_772_357_460.0,
        "recipient": "p1@x.example",
        "user-variables": {"reference": reference},
        "message": {"headers": {"message-id": "2026@adventure.example"}},
    }
    if event == "failed":
        data["severity"] = "permanent"
    timestamp, token = "1772357460", "a" * 50
    signature = hmac.new(key.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
    signed = {"timestamp": timestamp, "token": token, "signature": signature}
    return ProviderReport(json.dumps({"signature": signed, "event-data": data}).encode(), {})
