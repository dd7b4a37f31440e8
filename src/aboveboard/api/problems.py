"""Every error that comes up in the API, answered as a problem of ``basics.problems``."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from django.http import JsonResponse

from aboveboard.access.reasons import RefusalReason
from aboveboard.basics import problems
from aboveboard.basics.errors import AboveboardError, http_status
from aboveboard.basics.logs import REQUEST_ID

log = logging.getLogger(__name__)


def problem(status: int, code: str, title: str, **more: object) -> JsonResponse:
    """Return a problem with our ``code``; ``more`` are extension members
    (:func:`aboveboard.basics.problems.problem`)."""
    return _answer(
        problems.problem(status, code, title, request_id=REQUEST_ID.get(), **more), status
    )


def problem_from_status(status: int) -> JsonResponse:
    """Return a problem of which no more is known than its HTTP status."""
    return _answer(problems.problem_from_status(status, request_id=REQUEST_ID.get()), status)


def problem_from_error(error: AboveboardError) -> JsonResponse:
    """Return one of our own errors as a problem, with its family's status; ``errors`` and
    ``seconds`` of its details are members of their own.

    Of what is broken or away on our side its code is said, and no more: files, tables, addresses
    and what to type are for the operator, who reads them in the log.
    """
    status = http_status(error)
    if status >= 500:
        log.error("%s: %s", error.code, error, extra={"status": status})
        body = problems.problem_from_status(status, code=error.code, request_id=REQUEST_ID.get())
        return _answer(body, status)
    step = error.step
    answer = problem(
        status,
        error.code,
        error.message,
        detail=step or None,
        errors=error.details.get("errors"),
    )
    if "seconds" in error.details:
        answer["Retry-After"] = str(error.details["seconds"])
    return answer


def refused_use(reasons: Sequence[RefusalReason], entry_id: int) -> JsonResponse:
    """Return a refused use: every reason, and the ledger entry that proves that it was asked."""
    listed = [reason_as_json(reason) for reason in reasons]
    return problem(
        403, "use_refused", "The promise does not allow this use.", reasons=listed, entry=entry_id
    )


def reason_as_json(reason: RefusalReason) -> dict[str, str | None]:
    """Return one reason of a refusal as a member of an answer."""
    return {
        "code": reason.code.value,
        "field": reason.field or None,
        "sentence": reason.sentence,
    }


def _answer(body: dict[str, object], status: int) -> JsonResponse:
    return JsonResponse(body, status=status, content_type=problems.MEDIA_TYPE)
