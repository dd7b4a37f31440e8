"""Nobody is answered by a database that came out of a backup before the erasures since then are
repeated.

``serve`` and ``worker`` refuse to start. This holds for every other way to run the application, and
for a process that began before. Once a process has seen a finished database it asks no more: a
restoration refuses to begin while anything is connected.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase

from aboveboard.basics import problems
from aboveboard.basics.logs import REQUEST_ID
from aboveboard.recovery import queries

_SENTENCE = "We are restoring this service from a backup. Try again later.\n"


class RestoredFirst:
    """Answers 503 to everything until the restoration is finished."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self._finished = False

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on, or not."""
        # Asked until the answer is yes, and never again: one read of an attribute on each request.
        if not self._finished:
            try:
                self._finished = queries.check_finished()
            except queries.RestoreUnfinished:
                return _unavailable(request)
            except DatabaseError:
                self._finished = False  # it does not answer: the next to read it says so
        return self.get_response(request)


def _unavailable(request: HttpRequest) -> HttpResponse:
    if request.path.startswith("/api/"):
        answer: HttpResponse = JsonResponse(
            problems.problem_from_status(503, request_id=REQUEST_ID.get()),
            status=503,
            content_type=problems.MEDIA_TYPE,
        )
    else:
        answer = HttpResponse(_SENTENCE, status=503, content_type="text/plain; charset=utf-8")
    answer["Retry-After"] = "60"
    return answer
