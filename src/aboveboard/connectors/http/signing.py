"""Proving to an API who asks, in the ways that APIs have. Times are seconds since 1970.

A secret is a value of the scope that only this module fills in: a template of any other part of a
declaration that names one is refused when the declaration is read.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode, urlsplit

import msgspec
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from aboveboard.basics.personal import Personal
from aboveboard.connectors.contract import (
    SystemAnswerUnreadable,
    SystemRefused,
    SystemUnavailable,
)
from aboveboard.connectors.http.placeholders import Scope
from aboveboard.connectors.http.shape import AuthKind, DeclaredAuth
from aboveboard.connectors.outgoing.client import OutgoingCall, OutgoingClient

_EARLY: Final = 60
"""Seconds before its end at which a token is no longer used."""
_TOKEN_LIFE: Final = 300
"""Seconds for which a token is used that does not say how long it is good."""
_ASSERTION_LIFE: Final = 300
"""Seconds for which our own token is good (RFC 7523, 3; an hour is the most that Google takes)."""
_FORM: Final = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class CallProof:
    """What is added to a call: headers, and parameters of the query."""

    headers: Mapping[str, str]
    query: Mapping[str, str]


class _Tokens:
    """The access tokens of this process, by what they were given for. Each ends by itself."""

    def __init__(self) -> None:
        self._held: dict[bytes, tuple[str, float]] = {}
        self._lock = threading.Lock()

    def get(self, name: bytes, now: float) -> str | None:
        with self._lock:
            token, until = self._held.get(name, ("", 0.0))
        return token if now < until else None

    def put(self, name: bytes, token: str, until: float, now: float) -> None:
        with self._lock:
            self._held = {key: held for key, held in self._held.items() if held[1] > now}
            self._held[name] = (token, until)

    def drop(self, name: bytes) -> None:
        with self._lock:
            self._held.pop(name, None)


_tokens: Final = _Tokens()


class Prover:
    """Proves who asks, for one system."""

    def __init__(
        self, system: str, auth: DeclaredAuth, scope: Scope, client: OutgoingClient
    ) -> None:
        self._system, self._auth, self._client = system, auth, client
        self._texts = {name: text.filled(scope) for name, text in auth.texts.items()}
        self._headers = {name: text.filled(scope) for name, text in auth.headers.items()}
        self._query = {name: text.filled(scope) for name, text in auth.query.items()}
        self._more = {name: text.filled(scope) for name, text in auth.more.items()}

    def proof(self, method: str, address: str, body: bytes | None, *, now: float) -> CallProof:
        """Return what a call needs; a token is fetched where there is none.

        Raises:
            SystemUnavailable, SystemRefused, SystemAnswerUnreadable: no token was given.
        """
        match self._auth.kind:
            case AuthKind.BASIC:
                return CallProof(self._basic("user", "password"), {})
            case AuthKind.BEARER:
                return CallProof(self._bearer(self._texts["token"]), {})
            case AuthKind.SIGNED:
                return CallProof(self._signature(method, address, body or b"", now), {})
            case AuthKind.NONE | AuthKind.HEADER | AuthKind.QUERY:
                return CallProof(self._headers, self._query)
            case _:
                return CallProof({**self._headers, **self._bearer(self._token(now))}, {})

    def forget(self) -> bool:
        """Drop a token that was refused; whether there was one, so that another try is worth it."""
        if self._auth.kind not in _GRANTS:
            return False
        _tokens.drop(self._name())
        return True

    def _basic(self, user: str, password: str) -> dict[str, str]:
        pair = f"{self._texts[user]}:{self._texts.get(password, '')}"
        return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}

    def _bearer(self, token: str) -> dict[str, str]:
        if not token.isascii() or not token.isprintable() or " " in token:
            raise SystemRefused(system=self._system, reason="its token is none: it has no text")
        return {"Authorization": f"Bearer {token}"}

    def _signature(self, method: str, address: str, body: bytes, now: float) -> dict[str, str]:
        parts = urlsplit(address)
        moment = str(int(now))
        pieces = {
            "method": method.encode(),
            "path": (parts.path + (f"?{parts.query}" if parts.query else "")).encode(),
            "time": moment.encode(),
            "body": body,
        }
        signed = b"\n".join(pieces[name] for name in self._auth.over)
        key = self._texts["secret"].encode()
        headers = {self._texts["header"]: hmac.new(key, signed, hashlib.sha256).hexdigest()}
        if "time_header" in self._texts:
            headers[self._texts["time_header"]] = moment
        return {**self._headers, **headers}

    def _name(self) -> bytes:
        """What a token is kept under: changed secrets ask for a new one."""
        whole = [
            self._system,
            *sorted(f"{n}={v}" for n, v in {**self._texts, **self._more}.items()),
        ]
        return hashlib.sha256("\0".join(whole).encode()).digest()

    def _token(self, now: float) -> str:
        name = self._name()
        token = _tokens.get(name, now)
        if token is None:
            token, life = self._asked_for(now)
            _tokens.put(name, token, now + max(life - _EARLY, 1), now)
        return token

    def _asked_for(self, now: float) -> tuple[str, float]:
        """Ask for an access token and return it with its life in seconds (RFC 6749, 5.1)."""
        form, headers = self._grant(now), {"Content-Type": _FORM, "Accept": "application/json"}
        credentials: dict[str, str] = {}
        if "client" in self._texts:
            if self._auth.in_form:
                form["client_id"] = self._texts["client"]
                form["client_secret"] = self._texts.get("secret", "")
            else:
                # RFC 6749, 2.3.1: encoded as a form before they are joined.
                pair = ":".join(
                    quote(self._texts.get(part, ""), safe="") for part in ("client", "secret")
                )
                encoded = base64.b64encode(pair.encode()).decode()
                credentials["Authorization"] = f"Basic {encoded}"
        answer = self._client.send(
            OutgoingCall(
                "POST",
                Personal(self._texts["token_address"]),
                headers,
                credentials,
                urlencode({**form, **self._more}).encode(),
                # A refresh token may be good for one use only.
                repeatable=self._auth.kind is not AuthKind.REFRESH_TOKEN,
            )
        )
        if answer.status >= 500:
            raise SystemUnavailable(system=self._system)
        if answer.status >= 300:
            raise SystemRefused(
                system=self._system, reason=f"it gives no token, and answers {answer.status}"
            )
        try:
            given = msgspec.json.decode(answer.body)
            token, life = given["access_token"], float(given.get("expires_in") or _TOKEN_LIFE)
        except (msgspec.DecodeError, KeyError, TypeError, ValueError, AttributeError):
            token, life = None, 0.0
        if not isinstance(token, str) or not token:
            raise SystemAnswerUnreadable(system=self._system, where="the answer with a token")
        return token, life

    def _grant(self, now: float) -> dict[str, str]:
        scope = {"scope": self._texts["scope"]} if self._texts.get("scope") else {}
        if self._auth.kind is AuthKind.CLIENT_CREDENTIALS:
            return {"grant_type": "client_credentials", **scope}
        if self._auth.kind is AuthKind.REFRESH_TOKEN:
            return {"grant_type": "refresh_token", "refresh_token": self._texts["refresh"], **scope}
        return {
            "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
            "assertion": self._assertion(now),
        }

    def _assertion(self, now: float) -> str:
        """Return a token of our own, signed with RS256 (RFC 7523, 3; RFC 7515)."""
        claims = {
            "iss": self._texts["issuer"],
            "aud": self._texts.get("audience") or self._texts["token_address"],
            "iat": int(now),
            "exp": int(now) + _ASSERTION_LIFE,
        }
        claims |= {
            claim: self._texts[name]
            for claim, name in (("scope", "scope"), ("sub", "subject"))
            if self._texts.get(name)
        }
        # A key from a variable of the environment often has its line breaks written as \n.
        pem = self._texts["key"].replace("\\n", "\n").encode()
        try:
            key = load_pem_private_key(pem, password=None)
        except (ValueError, TypeError):
            key = None
        if not isinstance(key, RSAPrivateKey):
            raise SystemRefused(system=self._system, reason="its key is no RSA key in PEM")
        signed = b".".join(
            _base64url(msgspec.json.encode(part))
            for part in ({"alg": "RS256", "typ": "JWT"}, claims)
        )
        return (signed + b"." + _base64url(key.sign(signed, PKCS1v15(), SHA256()))).decode()


_GRANTS: Final = (
    AuthKind.CLIENT_CREDENTIALS,
    AuthKind.REFRESH_TOKEN,
    AuthKind.SERVICE_ACCOUNT,
)


def _base64url(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
