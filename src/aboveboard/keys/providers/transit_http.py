"""Speaking with OpenBao or Vault: one request, one answer, over TLS, with a short patience and
nothing believed unread.

The HTTP API of both (``/v1/...``, ``X-Vault-Token``, ``X-Vault-Namespace``); no redirect is
followed, so that the token goes to the address in the setting and nowhere else.
"""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit

from aboveboard.keys.limits import KEY_PROVIDER_ANSWER_BYTES, KEY_PROVIDER_PATIENCE

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class NoAnswer(Exception):
    """No whole answer came; the message says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered: the HTTP status, the ``errors`` list and the JSON object (empty
    where there is none)."""

    status: int
    errors: tuple[str, ...]
    said: Mapping[str, object]

    def part(self, name: str) -> Mapping[str, object]:
        """Return an object within the answer, empty when it is none."""
        found = self.said.get(name)
        return found if isinstance(found, dict) else {}


@dataclass(frozen=True, slots=True)
class Place:
    """An address taken apart. ``problem`` says what is wrong with it, or is empty."""

    secure: bool
    host: str
    port: int
    mount: str
    key: str
    namespace: str
    ca: str
    problem: str = ""

    @property
    def name(self) -> str:
        """The address without what only this machine knows."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        shown = (
            f"vault:http{'s' if self.secure else ''}://{host}:{self.port}/{self.mount}/{self.key}"
        )
        return shown + (f"?namespace={self.namespace}" if self.namespace else "")


def place(url: str) -> Place:
    """Take ``vault:https://HOST:PORT/MOUNT/KEY?namespace=NS&ca=FILE`` apart. Any text is taken;
    see ``Place.problem``."""
    try:
        parts = urlsplit(url.partition(":")[2])
        host, port = parts.hostname or "", parts.port or 8200
        given = parse_qs(parts.query, strict_parsing=True) if parts.query else {}
    except ValueError:
        return Place(
            False,
            "",
            0,
            "",
            "",
            "",
            "",
            "an address such as vault:https://vault.example.org:8200/transit/aboveboard",
        )
    mount, _, key = unquote(parts.path).strip("/").rpartition("/")
    secure = parts.scheme == "https"
    problem = ""
    if parts.scheme not in ("http", "https") or not (host and mount and key):
        problem = "an address such as vault:https://vault.example.org:8200/transit/aboveboard"
    elif not secure and host not in _LOOPBACK:
        problem = "https: (http: only to this machine itself, where an agent listens)"
    elif parts.username or parts.password:
        problem = "no login in the address; the token comes from keys.token_file"
    elif given.keys() - {"namespace", "ca"}:
        problem = "nothing but namespace= and ca= after the ?"
    return Place(
        secure,
        host,
        port,
        mount,
        key,
        given.get("namespace", [""])[0],
        given.get("ca", [""])[0],
        problem,
    )


def ask(
    at: Place,
    ca: Path | None,
    method: str,
    path: str,
    token: str,
    body: Mapping[str, object] | None = None,
) -> Answer:
    """Send one request and return its answer, whatever its status.

    Raises:
        NoAnswer: nothing listens, TLS fails, it takes too long, or what comes is
            not HTTP or is too long.
    """
    headers = {
        "X-Vault-Token": token,
        "X-Vault-Request": "true",
        "Content-Type": "application/json",
    }
    if at.namespace:
        headers["X-Vault-Namespace"] = at.namespace
    patience = KEY_PROVIDER_PATIENCE.total_seconds()
    try:
        line: http.client.HTTPConnection
        if at.secure:
            context = ssl.create_default_context(cafile=str(ca) if ca else None)
            line = http.client.HTTPSConnection(at.host, at.port, timeout=patience, context=context)
        else:
            line = http.client.HTTPConnection(at.host, at.port, timeout=patience)
        try:
            line.request(
                method, "/v1/" + quote(path), None if body is None else json.dumps(body), headers
            )
            answer = line.getresponse()
            raw = answer.read(KEY_PROVIDER_ANSWER_BYTES + 1)
        finally:
            line.close()
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NoAnswer(_plain(error)) from None
    if len(raw) > KEY_PROVIDER_ANSWER_BYTES:
        raise NoAnswer("its answer is longer than any it should give")
    return read(answer.status, raw)


def read(status: int, raw: bytes) -> Answer:
    """Read an answer's bytes; what is not as it should be is left out."""
    try:
        said = json.loads(raw) if raw else {}
    except (ValueError, RecursionError):
        said = {}
    if not isinstance(said, dict):
        said = {}
    errors = said.get("errors")
    return Answer(
        status,
        tuple(one for one in errors if isinstance(one, str)) if isinstance(errors, list) else (),
        said,
    )


def _plain(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return "its TLS certificate is not trusted"
    if isinstance(error, TimeoutError):
        return f"no answer within {KEY_PROVIDER_PATIENCE.total_seconds():.0f} seconds"
    if isinstance(error, ConnectionRefusedError):
        return "nothing listens there"
    return type(error).__name__
