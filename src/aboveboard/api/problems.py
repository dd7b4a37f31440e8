"""Errors as programs read them: RFC 9457 problem details with our stable ``code``."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from aboveboard.access.reasons import Reason
from aboveboard.basics.errors import AboveboardError, TooMany, http_status

log = logging.getLogger(__name__)


def problem(status: int, code: str, title: str, **more: object) -> JsonResponse:
    """Return a problem: ``type`` is a URN of the code, ``title`` a plain sentence, ``more`` extension members."""
    body = {"type": f"urn:aboveboard:{code}", "title": title, "status": status, "code": code, **more}
    return JsonResponse(body, status=status, content_type="application/problem+json")


def refused(reasons: Sequence[Reason], entry_id: int) -> JsonResponse:
    """Return a refused use: every reason, and the ledger entry that proves that it was asked."""
    listed = [{"code": reason.code.value, "field": reason.field or None, "sentence": reason.sentence} for reason in reasons]
    return problem(403, "use_refused", "The promise does not allow this use.", reasons=listed, entry=entry_id)


def install(api: NinjaAPI) -> None:
    """Teach the API to answer every error as a problem."""
    api.add_exception_handler(AboveboardError, _ours)
    api.add_exception_handler(ValidationError, _invalid)
    api.add_exception_handler(HttpError, _http)


def _ours(request: HttpRequest, error: AboveboardError | type[AboveboardError]) -> HttpResponse:
    if isinstance(error, type):
        raise error
    status = http_status(error)
    if status == 500:
        log.error("a fault of ours: %s", error.code)
    step = error.next_step.format(**error.details)
    answer = problem(status, error.code, error.message, detail=step or None)
    if isinstance(error, TooMany):
        answer["Retry-After"] = str(error.details["seconds"])
    return answer


def _invalid(request: HttpRequest, error: ValidationError | type[ValidationError]) -> HttpResponse:
    """422, naming where and what; never what was sent, for it may be personal data."""
    found: list[dict[str, Any]] = getattr(error, "errors", [])
    listed = [{"at": ".".join(str(part) for part in item["loc"]), "expected": item["msg"]} for item in found]
    return problem(422, "bad_request", "The request does not have the form that the API describes.", errors=listed)


def _http(request: HttpRequest, error: HttpError | type[HttpError]) -> HttpResponse:
    status = getattr(error, "status_code", 400)
    return problem(status, "bad_request", "The request could not be read.")
