"""The HTTP client for OpenBao and Vault: one request and one answer over TLS, with a short timeout
and a limit on the answer; and the token, read from its file each time and renewed at half its life.

The HTTP API of both (``/v1/...``, ``X-Vault-Token``, ``X-Vault-Namespace``). No redirect is
followed, so that the token goes to the address in the setting and nowhere else.
"""

from __future__ import annotations

import http.client
import json
import logging
import os
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from urllib.parse import parse_qs, quote, unquote, urlsplit

from aboveboard.keys.limits import KEY_PROVIDER_ANSWER_BYTES, KEY_PROVIDER_PATIENCE

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
log = logging.getLogger("aboveboard.keys")
VARIABLES = ("BAO_TOKEN", "VAULT_TOKEN")


class NoAnswer(Exception):
    """No whole answer came; the message says why."""


@dataclass(frozen=True, slots=True)
class TransitAnswer:
    """What was answered: the HTTP status, the ``errors`` list and the JSON object (empty
    where there is none)."""

    status: int
    errors: tuple[str, ...]
    body: Mapping[str, object]

    def part(self, name: str) -> Mapping[str, object]:
        """Return an object within the answer, empty when it is none."""
        part = self.body.get(name)
        return part if isinstance(part, dict) else {}


@dataclass(frozen=True, slots=True)
class TransitAddress:
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


def parse_address(url: str) -> TransitAddress:
    """Take ``vault:https://HOST:PORT/MOUNT/KEY?namespace=NS&ca=FILE`` apart. Any text is taken;
    see ``TransitAddress.problem``."""
    try:
        parts = urlsplit(url.partition(":")[2])
        host, port = parts.hostname or "", parts.port or 8200
        given = parse_qs(parts.query, strict_parsing=True) if parts.query else {}
    except ValueError:
        return TransitAddress(
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
    # The token opens the root key: in the clear it goes to this machine alone.
    elif not secure and host not in _LOOPBACK:
        problem = "https: (http: only to this machine itself, where an agent listens)"
    elif parts.username or parts.password:
        problem = "no login in the address; the token comes from keys.token_file"
    elif given.keys() - {"namespace", "ca"}:
        problem = "nothing but namespace= and ca= after the ?"
    return TransitAddress(
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
    address: TransitAddress,
    ca: Path | None,
    method: str,
    path: str,
    token: str,
    body: Mapping[str, object] | None = None,
) -> TransitAnswer:
    """Send one request and return its answer, whatever its status.

    Raises:
        NoAnswer: nothing listens, TLS fails, it takes too long, or what comes is
            not HTTP or is too long.
    """
    headers = {
        "X-Vault-Token": token,
        # An agent may ask for it (``require_request_header``): it tells our requests from those
        # that somebody made a server send.
        "X-Vault-Request": "true",
        "Content-Type": "application/json",
    }
    if address.namespace:
        headers["X-Vault-Namespace"] = address.namespace
    timeout = KEY_PROVIDER_PATIENCE.total_seconds()
    try:
        connection: http.client.HTTPConnection
        if address.secure:
            context = ssl.create_default_context(cafile=str(ca) if ca else None)
            connection = http.client.HTTPSConnection(
                address.host, address.port, timeout=timeout, context=context
            )
        else:
            connection = http.client.HTTPConnection(address.host, address.port, timeout=timeout)
        try:
            connection.request(
                method, "/v1/" + quote(path), None if body is None else json.dumps(body), headers
            )
            answer = connection.getresponse()
            # One more than is allowed, so that too long can be told from just long enough.
            raw = answer.read(KEY_PROVIDER_ANSWER_BYTES + 1)
        finally:
            connection.close()
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NoAnswer(_plain(error)) from None
    if len(raw) > KEY_PROVIDER_ANSWER_BYTES:
        raise NoAnswer("its answer is longer than any it should give")
    return read(answer.status, raw)


def read(status: int, raw: bytes) -> TransitAnswer:
    """Read an answer's bytes; what is not as it should be is left out."""
    try:
        body = json.loads(raw) if raw else {}
    except (ValueError, RecursionError):
        body = {}
    if not isinstance(body, dict):
        body = {}
    errors = body.get("errors")
    return TransitAnswer(
        status,
        tuple(error for error in errors if isinstance(error, str))
        if isinstance(errors, list)
        else (),
        body,
    )


def _plain(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return "its TLS certificate is not trusted"
    if isinstance(error, TimeoutError):
        return f"no answer within {KEY_PROVIDER_PATIENCE.total_seconds():.0f} seconds"
    if isinstance(error, ConnectionRefusedError):
        return "nothing listens there"
    return type(error).__name__


class NoToken(Exception):
    """There is no token; the message says where it was looked for."""


class TransitToken:
    """A token and when it is to be renewed. ``ask(method, path, token)`` sends a request."""

    def __init__(self, file: Path | None, ask: Callable[[str, str, str], TransitAnswer]) -> None:
        self._file = file
        self._ask = ask
        self._known = ""
        self._renew_at: float | None = None

    def current(self) -> str:
        """Return the token, renewing it first when half its life is over.

        Raises:
            NoToken: neither the file nor the environment has one.
            NoAnswer: the server does not answer.
        """
        token = self._read()
        if token != self._known:
            self._known, self._renew_at = token, None
            self._plan(self._ask("GET", "auth/token/lookup-self", token).part("data"), "ttl")
        elif self._renew_at is not None and monotonic() >= self._renew_at:
            answer = self._ask("POST", "auth/token/renew-self", token)
            if answer.status == 200:
                self._plan(answer.part("auth"), "lease_duration")
            else:
                # It has reached its longest life; its issuer must give another.
                self._renew_at = None
                log.warning(
                    (
                        "the token for the key provider was not renewed (status %s): give it a new "
                        "one in time"
                    ),
                    answer.status,
                )
        return token

    def _read(self) -> str:
        if self._file is not None:
            try:
                token = self._file.read_text("ascii").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise NoToken(f"keys.token_file cannot be read ({type(error).__name__})") from None
        else:
            token = next((os.environ[name] for name in VARIABLES if os.environ.get(name)), "")
        if not token or not token.isascii() or not token.isprintable():
            raise NoToken("there is no token in keys.token_file, " + " or ".join(VARIABLES))
        return token

    def _plan(self, about: object, life: str) -> None:
        if isinstance(about, dict) and about.get("renewable") is True:
            seconds = about.get(life)
            if isinstance(seconds, int) and seconds > 0:
                self._renew_at = monotonic() + seconds / 2
