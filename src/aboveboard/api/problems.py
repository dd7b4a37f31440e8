"""Every error that comes up in the API, answered as a problem of ``basics.problems``."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from aboveboard.access.reasons import Reason
from aboveboard.basics import problems
from aboveboard.basics.errors import AboveboardError, http_status
from aboveboard.basics.logs import REQUEST_ID

log = logging.getLogger(__name__)
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


def problem(status: int, code: str, title: str, **more: object) -> JsonResponse:
    """Return a problem with our ``code``; ``more`` are extension members
    (:func:`aboveboard.basics.problems.problem`)."""
    return _answer(
        problems.problem(status, code, title, request_id=REQUEST_ID.get(), **more), status
    )


def refused(reasons: Sequence[Reason], entry_id: int) -> JsonResponse:
    """Return a refused use: every reason, and the ledger entry that proves that it was asked."""
    listed = [
        {"code": reason.code.value, "field": reason.field or None, "sentence": reason.sentence}
        for reason in reasons
    ]
    return problem(
        403, "use_refused", "The promise does not allow this use.", reasons=listed, entry=entry_id
    )


def install(api: NinjaAPI) -> None:
    """Teach the API to answer every error as a problem."""
    api.add_exception_handler(AboveboardError, _ours)
    api.add_exception_handler(ValidationError, _invalid)
    api.add_exception_handler(HttpError, _http)
    api.add_exception_handler(RequestDataTooBig, _too_big)
    api.add_exception_handler(UnreadablePostError, _unread)


def _ours(request: HttpRequest, error: AboveboardError | type[AboveboardError]) -> HttpResponse:
    if isinstance(error, type):
        raise error
    status = http_status(error)
    if status == 500:
        log.error("a fault of ours: %s", error.code)
    step = error.next_step.format(**error.details)
    answer = problem(status, error.code, error.message, detail=step or None)
    if "seconds" in error.details:
        answer["Retry-After"] = str(error.details["seconds"])
    return answer


def _invalid(request: HttpRequest, error: ValidationError | type[ValidationError]) -> HttpResponse:
    """422, naming where and what; never what was sent, for it may be personal data."""
    found: list[dict[str, Any]] = getattr(error, "errors", [])
    listed = [{"at": _place(item["loc"]), "expected": item["msg"]} for item in found]
    return problem(
        422,
        "bad_request",
        "The request does not have the form that the API describes.",
        errors=listed,
    )


def _place(where: Sequence[str | int]) -> str:
    """Return where in the body, such as ``person.kind``. A member that is no plain name is not
    repeated: it may be anything."""
    inside = [
        part if isinstance(part, int) or _NAME.fullmatch(part) else "(a member)"
        for part in where[2:]
    ]
    return ".".join(map(str, inside)) or "(the body)"


def _http(request: HttpRequest, error: HttpError | type[HttpError]) -> HttpResponse:
    return _plain(getattr(error, "status_code", 400))


def _too_big(
    request: HttpRequest, error: RequestDataTooBig | type[RequestDataTooBig]
) -> HttpResponse:
    return _plain(413)


def _unread(
    request: HttpRequest, error: UnreadablePostError | type[UnreadablePostError]
) -> HttpResponse:
    """400: whoever asked went away, or sent less than announced."""
    return _plain(400)


def _plain(status: int) -> JsonResponse:
    return _answer(problems.plain(status, request_id=REQUEST_ID.get()), status)


def _answer(body: dict[str, object], status: int) -> JsonResponse:
    return JsonResponse(body, status=status, content_type=problems.MEDIA_TYPE)
