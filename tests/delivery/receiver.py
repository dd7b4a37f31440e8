"""A system that is notified: a real HTTP server that verifies what it is sent as any receiver
would, by the library of Standard Webhooks."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER, Actor, ActorKind, Role
from aboveboard.choices.actions import choose
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.delivery.terms import FailureReason, WebhookState
from aboveboard.delivery.webhooks import actions, queries, sending

ADMINISTRATOR = Actor(ActorKind.STAFF, "1", Role.ADMINISTRATOR)
OWN = ["127.0.0.0/8"]
CHOICES = ("choice.given", "choice.withdrawn", "person.erased")


class Receiver:
    """Answers each call with the next of ``statuses``, the last one for all that follow.

    ``verified``: what was verified by a secret of ``secrets``, in the order in which it came;
    ``refused``: how many calls were not; ``ids``: the header ``webhook-id`` of every call.
    """

    def __init__(self) -> None:
        self.statuses: list[int] = [204]
        self.headers: dict[str, str] = {}
        self.silent = 0.0
        self.secrets: list[str] = []
        self.verified: list[dict[str, Any]] = []
        self.refused = 0
        self.ids: list[str] = []
        self.stamps: list[int] = []
        self.port = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/hooks"

    def take(self, body: bytes, headers: dict[str, str]) -> int:
        """Verify a call, and return the status that it is answered with."""
        self.ids.append(headers["webhook-id"])
        self.stamps.append(int(headers["webhook-timestamp"]))
        for secret in self.secrets:
            try:
                self.verified.append(Webhook(secret).verify(body, headers))
                break
            except WebhookVerificationError:
                continue
        else:
            self.refused += 1
        time.sleep(self.silent)
        return self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Run a receiver."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status = receiver.take(body, headers)
            self.send_response(status)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()


def add_endpoint(receiver: Receiver, name: str = "CRM", events: tuple[str, ...] = CHOICES) -> str:
    _, secret = actions.add(
        name,
        receiver.url,
        events,
        networks=OWN,
        plain_http=True,
        by=ADMINISTRATOR,
        at=clock.now(),
    )
    receiver.secrets.append(secret)
    return secret


def say(person: int, answer: ChoiceAnswer = ChoiceAnswer.NO) -> None:
    choose(
        person,
        "personal-offers",
        answer,
        channel="portal",
        evidence=f"test:{answer}",
        by=CUSTOMER,
        at=clock.now(),
    )


def send(after: timedelta = timedelta(0)) -> int:
    """Do the worker's part as though ``after`` had passed."""
    return sending.send_due(worker="w", at=clock.now() + after, clock=lambda: clock.now() + after)


def newest_state() -> tuple[WebhookState, FailureReason | None]:
    """Return how the newest message stands."""
    newest = queries.deliveries()[0]
    return newest.state, newest.reason
