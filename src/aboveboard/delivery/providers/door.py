"""What django-anymail asks by ``requests``, sent by the one door outwards: the address is judged,
and the answer comes within bounds."""

from __future__ import annotations

from typing import Any

import requests
from requests.adapters import BaseAdapter
from requests.exceptions import ConnectionError
from requests.structures import CaseInsensitiveDict

from aboveboard.basics.personal import Personal
from aboveboard.connectors.contract import (
    SystemAnswerUnreadable,
    SystemRefused,
    SystemUnavailable,
)
from aboveboard.connectors.outgoing.client import OutgoingCall, OutgoingClient
from aboveboard.delivery import limits


class OutgoingAdapter(BaseAdapter):
    """Sends what a session of ``requests`` prepared."""

    def __init__(self, client: OutgoingClient) -> None:
        super().__init__()
        self._client = client

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        """Send it once.

        Raises:
            ConnectionError: it may not be spoken to, or nothing came back.
        """
        body = request.body.encode() if isinstance(request.body, str) else request.body
        if body is not None and not isinstance(body, bytes):
            raise requests.RequestException("only what is in memory is sent")
        # The length is the client's own to say, and what it takes in, too.
        left_out = {"content-length", "accept-encoding", "connection", "user-agent"}
        headers = {
            name: value if isinstance(value, str) else value.decode("latin-1")
            for name, value in request.headers.items()
            if name.lower() not in left_out
        }
        call = OutgoingCall(
            request.method or "GET",
            Personal(request.url or ""),
            credentials=headers,
            body=body,
            repeatable=False,
        )
        try:
            answer = self._client.ask_once(call, most=limits.SMS_ANSWER)
        except (SystemUnavailable, SystemRefused, SystemAnswerUnreadable):
            # Without its cause: the address may hold what names a person.
            raise ConnectionError from None
        made = requests.Response()
        made.status_code = answer.status
        made.headers = CaseInsensitiveDict(answer.headers)
        made._content = answer.body
        made.request = request
        made.url = ""
        made.encoding = "utf-8"
        return made

    def close(self) -> None:
        """Let go of every connection."""
        self._client.close()
