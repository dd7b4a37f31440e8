"""Sending requests: a token that is renewed, retries under one Idempotency-Key, and problems as
typed errors. The standard library alone."""

from __future__ import annotations

import base64
import json
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

TRIES = 4
"""How often a request is sent before its failure is the caller's."""
LONGEST_WAIT = 60.0
"""Seconds that are waited at most before the next try."""
_EARLY = 30.0
_AGAIN = {408, 429, 502, 503, 504}
_RUNNING = "idempotency_running"


class ApiProblem(Exception):
    """An answer that is a problem (RFC 9457). ``code`` is never reworded; ``reasons`` and ``entry``
    come with a refused use, ``errors`` with a body that does not have the form described."""

    def __init__(self, status: int, body: Mapping[str, Any], retry_after: float | None) -> None:
        super().__init__(f"{status} {body.get('code', '')}: {body.get('title', '')}")
        self.status = status
        self.code = str(body.get("code", ""))
        self.title = str(body.get("title", ""))
        self.detail: str | None = body.get("detail")
        self.reasons: list[dict[str, Any]] = body.get("reasons") or []
        self.errors: list[dict[str, str]] = body.get("errors") or []
        self.entry: int | None = body.get("entry")
        self.retry_after = retry_after


class UseRefused(ApiProblem):
    """The promise does not allow this use; ``reasons`` has every reason (403)."""


class NoOneFound(ApiProblem):
    """No customer that you may see matches (404)."""


class SeveralFound(ApiProblem):
    """More than one customer matches (409)."""


class BadRequest(ApiProblem):
    """The body does not have the form described; ``errors`` says where (400, 422)."""


class SignInNeeded(ApiProblem):
    """The id, the secret or the token is wrong, too old or revoked (401)."""


class RateLimited(ApiProblem):
    """Too often; ``retry_after`` says how many seconds to wait (429)."""


class Unavailable(ApiProblem):
    """Nothing was released and nothing changed: ask again later (503)."""


PROBLEMS: dict[str, type[ApiProblem]] = {
    "use_refused": UseRefused,
    "no_one_found": NoOneFound,
    "several_found": SeveralFound,
    "bad_request": BadRequest,
    "sign_in_needed": SignInNeeded,
    "invalid_client": SignInNeeded,
    "rate_limited": RateLimited,
    "unavailable": Unavailable,
}
"""The class of each code; of any other it is ``ApiProblem``."""


class Transport:
    """Sends requests to one instance as one client. Threads may share it."""

    def __init__(
        self,
        address: str,
        client_id: str,
        client_secret: str,
        *,
        scope: str = "",
        timeout: float = 30.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if not address.startswith(("https://", "http://")):
            raise ValueError("the address begins with https://")
        self._address = address.rstrip("/")
        self._credentials = base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()
        self._scope, self._timeout, self._sleep = scope, timeout, sleep
        self._lock = threading.Lock()
        self._token, self._ends = "", 0.0

    def send(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        query: Mapping[str, Any] | None = None,
        idempotency_key: str | None = None,
    ) -> Any:
        """Send a request, again under the same key where it may be, and return what is answered.

        Raises:
            ApiProblem: one of its classes, by the code.
            OSError: the instance cannot be reached.
        """
        data = None if body is None else json.dumps(body).encode()
        with self._open(method, path, data, "application/json", query, idempotency_key) as answer:
            return json.load(answer)

    def stream(
        self, path: str, lines: Iterable[Mapping[str, Any]], *, idempotency_key: str | None = None
    ) -> Iterator[dict[str, Any]]:
        """Send lines of JSON and yield the lines that are answered.

        Raises:
            ApiProblem, OSError: as :meth:`send`.
        """
        data = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
        form = "application/x-ndjson"
        with self._open("POST", path, data, form, None, idempotency_key) as answer:
            for line in answer:
                yield json.loads(line)

    def _open(
        self,
        method: str,
        path: str,
        data: bytes | None,
        form: str,
        query: Mapping[str, Any] | None,
        key: str | None,
    ) -> Any:
        known = {name: value for name, value in (query or {}).items() if value is not None}
        address = f"{self._address}{path}" + (f"?{urlencode(known)}" if known else "")
        headers = {"Accept": "application/json"}
        if data is not None:
            headers |= {"Content-Type": form, "Idempotency-Key": key or str(uuid.uuid4())}
        renewed = False
        for number in range(1, TRIES + 1):
            headers["Authorization"] = f"Bearer {self._bearer()}"
            try:
                request = urllib.request.Request(address, data, headers, method=method)  # noqa: S310
                return self._ask(request)
            except ApiProblem as problem:
                if problem.status == 401 and not renewed:
                    renewed = True
                    self._forget_token()
                    continue
                again = problem.status in _AGAIN or problem.code == _RUNNING
                if not again or number == TRIES:
                    raise
                self._sleep(min(problem.retry_after or 2.0 ** (number - 1), LONGEST_WAIT))
            except OSError:
                if number == TRIES:
                    raise
                self._sleep(min(2.0 ** (number - 1), LONGEST_WAIT))
        raise AssertionError("the last try returns or raises")

    def _ask(self, request: urllib.request.Request) -> Any:
        try:
            # Its scheme was looked at when the address was given.
            return urllib.request.urlopen(request, timeout=self._timeout)  # noqa: S310
        except urllib.error.HTTPError as error:
            with error:
                raise _problem(error) from None

    def _bearer(self) -> str:
        with self._lock:
            if time.monotonic() >= self._ends:
                form = {"grant_type": "client_credentials"}
                if self._scope:
                    form["scope"] = self._scope
                headers = {"Authorization": f"Basic {self._credentials}"}
                address, data = f"{self._address}/oauth/token", urlencode(form).encode()
                asked = urllib.request.Request(address, data, headers)  # noqa: S310
                with self._ask(asked) as answer:
                    given = json.load(answer)
                self._token = str(given["access_token"])
                self._ends = time.monotonic() + float(given["expires_in"]) - _EARLY
            return self._token

    def _forget_token(self) -> None:
        with self._lock:
            self._ends = 0.0


def _problem(error: urllib.error.HTTPError) -> ApiProblem:
    try:
        body = json.loads(error.read() or b"{}")
    except ValueError:
        body = {}
    if not isinstance(body, dict):
        body = {}
    if "code" not in body and isinstance(body.get("error"), str):  # as OAuth has its errors
        body["code"] = body["error"]
    waits = error.headers.get("Retry-After", "")
    kind = PROBLEMS.get(str(body.get("code", "")), ApiProblem)
    return kind(error.code, body, float(waits) if waits.isdigit() else None)
