"""Errors as programs read them: problem details (RFC 9457), made here and nowhere
else. Pure; the packages send them.

Three packages answer programs: the gate (who are you?), the site (no such address, a fault of ours)
and the API itself. All of them answer with the same members, so that a program needs to read
``code`` and nothing else.
"""

from __future__ import annotations

from typing import Final

MEDIA_TYPE: Final = "application/problem+json"

_PLAIN: Final[dict[int, tuple[str, str, str]]] = {
    400: ("bad_request", "The request could not be read.", ""),
    403: ("refused", "You may not do this.", ""),
    404: (
        "no_such_address",
        "There is nothing at this address.",
        "GET /api/v1/openapi.json lists what there is.",
    ),
    405: (
        "method_not_allowed",
        "This address does not answer that method.",
        "The header Allow names those that it answers.",
    ),
    408: (
        "too_slow",
        "The body came too slowly, or stopped.",
        "Send it again, without pauses.",
    ),
    413: (
        "too_large",
        "The body is larger than anything that is asked here.",
        "Ask for one person at a time.",
    ),
    500: (
        "fault",
        "This is a fault of ours.",
        "Give the number in instance to the operator: the log has it.",
    ),
    503: (
        "unavailable",
        "A part cannot be reached, so nothing was released.",
        "Wait, then ask again.",
    ),
}


def problem(
    status: int, code: str, title: str, *, request_id: str = "", **more: object
) -> dict[str, object]:
    """Return the body of a problem.

    ``type`` is a URN of the stable ``code``; ``title`` is a plain sentence; ``instance`` is a
    URN of the request's id, under which the log has it; ``more`` are further members, left
    out where they are None.
    """
    body = {"type": f"urn:aboveboard:{code}", "title": title, "status": status, "code": code}
    if request_id:
        body["instance"] = f"urn:aboveboard:request:{request_id}"
    return body | {name: value for name, value in more.items() if value is not None}


def problem_from_status(status: int, *, code: str = "", request_id: str = "") -> dict[str, object]:
    """Return the body of a problem of which no more is known, or may be said, than its
    HTTP status (400 to 599), or that and a ``code`` of its own."""
    plain, title, detail = _PLAIN.get(status) or _PLAIN[500 if status >= 500 else 400]
    return problem(status, code or plain, title, request_id=request_id, detail=detail or None)
