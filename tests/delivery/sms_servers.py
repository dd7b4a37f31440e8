"""Servers that behave as Twilio's and Vonage's text message APIs do: how they let somebody in, what
they answer, and how they sign what they tell us. From their documentation, not from our code."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

ACCOUNT, SECRET, SIGNING = "AC00000000000000000000000000000001", "a-token", "signing-secret"
REFUSED, LATER, DROPPED = "+447700900111", "+447700900222", "+447700900333"
STOPPED = "+447700900444"


@dataclass
class SmsServer:
    """What arrived at one provider: each message's form, as it came."""

    port: int = 0
    taken: list[dict[str, str]] = field(default_factory=list)
    calls: int = 0
    throttled: int = 0
    no_credit: bool = False
    sender_refused: bool = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server

    def log_message(self, *_: object) -> None: ...

    def do_GET(self) -> None:
        self.answer_probe()

    def do_POST(self) -> None:
        form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode(), True))
        state = self.server.state
        state.calls += 1
        number = form.get("To") or f"+{form.get('to', '')}"
        if number == DROPPED:
            self.close_connection = True
            self.connection.close()
            return
        if state.throttled:
            state.throttled -= 1
            self.throttle()
            return
        self.answer_message(form, number)

    def say(self, status: int, body: dict[str, Any], **headers: str) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def answer_probe(self) -> None:
        raise NotImplementedError

    def answer_message(self, form: dict[str, str], number: str) -> None:
        raise NotImplementedError

    def throttle(self) -> None:
        raise NotImplementedError


class _Twilio(_Handler):
    def _is_let_in(self) -> bool:
        wanted = base64.b64encode(f"{ACCOUNT}:{SECRET}".encode()).decode()
        if self.headers.get("Authorization") == f"Basic {wanted}":
            return True
        self.say(401, {"code": 20003, "message": "Authenticate", "status": 401})
        return False

    def answer_probe(self) -> None:
        if not self._is_let_in():
            return
        if self.path == f"/2010-04-01/Accounts/{ACCOUNT}.json":
            self.say(200, {"sid": ACCOUNT, "status": "active"})
        else:
            self.say(404, {"code": 20404, "status": 404})

    def throttle(self) -> None:
        self.say(429, {"code": 20429, "message": "Too Many Requests", "status": 429})

    def answer_message(self, form: dict[str, str], number: str) -> None:
        state = self.server.state
        if not self._is_let_in():
            return
        if self.path != f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json":
            self.say(404, {"code": 20404, "status": 404})
        elif state.sender_refused:
            self.say(400, {"code": 21606, "message": "not a valid, SMS-capable", "status": 400})
        elif number == REFUSED:
            self.say(400, {"code": 21211, "message": "Invalid 'To' Phone Number", "status": 400})
        elif number == STOPPED:
            self.say(400, {"code": 21610, "message": "unsubscribed recipient", "status": 400})
        elif number == LATER:
            self.say(503, {"code": 20503, "status": 503})
        elif not {"To", "Body"} <= form.keys() or not (
            "From" in form or "MessagingServiceSid" in form
        ):
            self.say(400, {"code": 21604, "status": 400})
        else:
            state.taken.append(form)
            self.say(201, {"sid": f"SM{len(state.taken):032d}", "status": "queued"})


class _Vonage(_Handler):
    def answer_probe(self) -> None:
        query = dict(parse_qsl(urlsplit(self.path).query))
        if (query.get("api_key"), query.get("api_secret")) != (ACCOUNT, SECRET):
            self.say(401, {"error-code": "401"})
        else:
            self.say(200, {"value": 0.0 if self.server.state.no_credit else 12.5})

    def throttle(self) -> None:
        self._state("1", "Throughput Rate Exceeded")

    def _state(self, status: str, text: str = "") -> None:
        message = {"status": status, **({"error-text": text} if text else {})}
        self.say(200, {"message-count": "1", "messages": [message]})

    def answer_message(self, form: dict[str, str], number: str) -> None:
        state = self.server.state
        if (form.get("api_key"), form.get("api_secret")) != (ACCOUNT, SECRET):
            self._state("4", "Bad Credentials")
        elif state.sender_refused:
            self._state("15", "Illegal Sender Address")
        elif number == REFUSED:
            self._state("33", "Number De-activated")
        elif number == STOPPED:
            self._state("7", "Number barred")
        elif number == LATER:
            self._state("5", "Internal Error")
        elif not {"from", "to", "text"} <= form.keys():
            self._state("2", "Missing Mandatory Fields")
        else:
            state.taken.append(form)
            self._state("0")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    state: SmsServer


_HANDLERS: dict[str, type[_Handler]] = {"twilio": _Twilio, "vonage": _Vonage}


@contextmanager
def serving(provider: str) -> Iterator[SmsServer]:
    """Serve a provider's API on a port of this machine."""
    server = _Server(("127.0.0.1", 0), _HANDLERS[provider])
    server.state = SmsServer(port=server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server.state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def twilio_signature(url: str, fields: dict[str, str], token: str = SECRET) -> str:
    """twilio.com/docs/usage/webhooks/webhooks-security, "Validating requests"."""
    text = url
    for name in sorted(fields):
        text += name + fields[name]
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def vonage_signed(fields: dict[str, str], secret: str = SIGNING) -> dict[str, str]:
    """developer.vonage.com, "Signing messages": SHA-256 HMAC, upper case."""
    text = ""
    for name in sorted(fields):
        text += f"&{name}={fields[name].replace('&', '_').replace('=', '_')}"
    digest = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest().upper()
    return {**fields, "sig": digest}
