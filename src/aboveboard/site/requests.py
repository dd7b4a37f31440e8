"""One line in the log for each request: an id, the route, the status, the time; never
the address or a body."""

from __future__ import annotations

import logging
import secrets
import sys
from collections.abc import Callable
from time import perf_counter
from typing import Any

from django.core.signals import got_request_exception
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from aboveboard.basics.logs import REQUEST_ID

log = logging.getLogger("aboveboard.requests")
_LETTERS = "abcdefghijkmnpqrstuvwxyz"  # without those that are read for one another


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
            response = self.get_response(request)
            if not request.path.startswith(("/static/", "/healthz")):
                facts = {
                    "status": response.status_code,
                    "ms": round((perf_counter() - began) * 1000, 1),
                }
                log.info("%s %s", request.method, route_of(request), extra=facts)
        finally:
            REQUEST_ID.reset(token)
        response["X-Request-Id"] = request_id
        return response


def _new_id() -> str:
    # Letters alone: the log masks long runs of digits, and what is masked cannot be found again.
    return "".join(secrets.choice(_LETTERS) for _ in range(12))


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
