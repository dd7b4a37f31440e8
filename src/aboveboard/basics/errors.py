"""One family of errors, read by three readers.

A program reads ``code`` (stable, never reworded). A person reads the message: the first
paragraph of the class's docstring, on one line and filled with the error's details, then
``next_step``. An operator reads ``details``. The family is mapped to HTTP in :func:`http_status`
and to exit codes in ``aboveboard.commands.exits``; nowhere else.

No detail may hold personal data: errors reach logs (design, invariant 4).
"""

from __future__ import annotations

from typing import ClassVar


def first_paragraph(kind: type) -> str:
    """Return what a class's docstring says first, on one line, wherever it is wrapped."""
    return " ".join((kind.__doc__ or "").strip().split("\n\n")[0].split())


class AboveboardError(Exception):
    """Something went wrong."""

    code: ClassVar[str] = "error"
    next_step: ClassVar[str] = ""

    def __init__(self, **details: object) -> None:
        self.details = details
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """The plain sentence for the person, with this error's details filled in."""
        return first_paragraph(type(self)).format(**self.details)

    def __str__(self) -> str:
        step = self.next_step.format(**self.details)
        return f"{self.message} {step}".strip()


class BadInput(AboveboardError):
    """What was given cannot be used: {found}."""

    code = "bad_input"
    next_step = "{fix}"


class NotFound(AboveboardError):
    """There is no such {what}."""

    code = "not_found"


class NotAllowed(AboveboardError):
    """You may not do this: {why}."""

    code = "not_allowed"


class Conflict(AboveboardError):
    """This cannot be done now: {why}."""

    code = "conflict"


class TooMany(AboveboardError):
    """Too many tries. Wait {seconds} seconds and try again."""

    code = "too_many"


class Unavailable(AboveboardError):
    """{what} cannot be reached, so nothing was released or changed."""

    code = "unavailable"
    next_step = "{fix}"


_HTTP: dict[type[AboveboardError], int] = {
    BadInput: 400,
    NotAllowed: 403,
    NotFound: 404,
    Conflict: 409,
    TooMany: 429,
    Unavailable: 503,
}


def http_status(error: BaseException) -> int:
    """Return the HTTP status of an error: that of its family, or 500 for
    what is a fault of ours."""
    return next((status for kind, status in _HTTP.items() if isinstance(error, kind)), 500)
