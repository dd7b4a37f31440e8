"""One line in the log for each request for a page, and for each of a program that failed or was
slow: an id, the route, the status, the time; never the address or a body.

What a program did is in the ledger: thousands of lines a second that say it went well would bury
the one that matters, and writing them took a twentieth of a use.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from http import HTTPStatus
from time import perf_counter
from typing import Any, Final

from django.core.signals import got_request_exception
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from aboveboard.basics.logs import REQUEST_ID
from aboveboard.basics.tracing import Measured, measure
from aboveboard.site.limits import SLOW_ANSWER

log = logging.getLogger("aboveboard.requests")
_ID_LETTERS: Final = 12
# Letters alone, since the log masks long runs of digits, and what is masked cannot be found again;
# and without those that are read for one another. A byte gives one of 24: some a little more often
# than others, which a number to quote may be.
_AS_LETTER: Final = bytes(b"abcdefghijkmnpqrstuvwxyz"[byte % 24] for byte in range(256))


class RequestLog:
    """Names each request with a fresh id (header ``X-Request-Id`` of the
    response) and logs its end."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request between two looks at the clock."""
        request_id = _new_id()
        token = REQUEST_ID.set(request_id)
        began = perf_counter()
        try:
            with measure("request") as work:
                response = self.get_response(request)
                self._tell(work, request, response.status_code)
            self._log(request, response.status_code, perf_counter() - began)
        finally:
            REQUEST_ID.reset(token)
        response["X-Request-Id"] = request_id
        return response

    @staticmethod
    def _tell(work: Measured, request: HttpRequest, status: int) -> None:
        route, method = route_of(request), str(request.method)
        work.tell(
            f"{method} {route}",
            http__request__method=method,
            http__route=route,
            http__response__status_code=status,
        )
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            work.fail()

    @staticmethod
    def _log(request: HttpRequest, status: int, seconds: float) -> None:
        if request.path.startswith(("/static/", "/healthz", "/metrics")):
            return
        uneventful = request.path.startswith("/api/") and status < 400 and seconds < SLOW_ANSWER
        level = logging.DEBUG if uneventful else logging.INFO
        if log.isEnabledFor(level):
            facts = {"status": status, "ms": round(seconds * 1000, 1)}
            log.log(level, "%s %s", request.method, route_of(request), extra=facts)


def _new_id() -> str:
    return os.urandom(_ID_LETTERS).translate(_AS_LETTER).decode()


def route_of(request: HttpRequest) -> str:
    """Return the template of the address, such as ``/console/people/<int:person_id>``; what
    was typed is not logged."""
    match = request.resolver_match
    return f"/{match.route}" if match is not None else "(no such page)"


def log_exception(sender: object, request: HttpRequest | None = None, **_: Any) -> None:
    """Log an exception that became an error page; connected to Django's signal
    when the site starts."""
    where = route_of(request) if request is not None else "?"
    log.error("failed: %s", where, exc_info=sys.exc_info())


got_request_exception.connect(log_exception, dispatch_uid="aboveboard.requests")
