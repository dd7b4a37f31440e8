"""One family of errors, read by three readers.

A program reads ``code`` (stable, never reworded). A person reads the message: the first
paragraph of the class's docstring, on one line and filled with the error's details, then
``next_step``. An operator reads ``details``. The family is mapped to HTTP in :func:`http_status`
and to exit codes in ``aboveboard.commands.exits``; nowhere else.

No detail may hold personal data: errors reach logs (design, invariant 4).
"""

from __future__ import annotations

from typing import ClassVar, Final

from aboveboard.basics.redaction import redact


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
        """The plain sentence for the person, with this error's details filled in and
        without any secret."""
        return redact(first_paragraph(type(self)).format(**self.details))

    @property
    def step(self) -> str:
        """What to do about it, filled in likewise."""
        return redact(self.next_step.format(**self.details))

    def __str__(self) -> str:
        return f"{self.message} {self.step}".strip()


class Invalid(AboveboardError):
    """Invalid input: {found}."""

    code = "invalid"
    next_step = "{fix}"


class NotFound(AboveboardError):
    """There is no such {what}."""

    code = "not_found"


class Refused(AboveboardError):
    """You do not have permission to do this: {why}."""

    code = "refused"


class Conflict(Refused):
    """This cannot be done now: {why}."""

    code = "conflict"


class RateLimited(AboveboardError):
    """Too many tries. Wait {seconds} seconds and try again."""

    code = "rate_limited"


class Unavailable(AboveboardError):
    """{what} cannot be reached, so nothing was released or changed."""

    code = "unavailable"
    next_step = "{fix}"


class Damaged(AboveboardError):
    """What was stored cannot be read as it was written: {what}."""

    code = "damaged"
    next_step = "Run: aboveboard doctor. Restore from a backup what it names."


class Misconfigured(AboveboardError):
    """This installation is not set up as it must be: {what}."""

    code = "misconfigured"
    next_step = "{fix}"


_HTTP: Final[dict[type[AboveboardError], int]] = {
    Invalid: 422,
    NotFound: 404,
    Conflict: 409,  # before Refused, whose case it is
    Refused: 403,
    RateLimited: 429,
    Unavailable: 503,
    Damaged: 500,
    Misconfigured: 500,
}


def http_status(error: BaseException) -> int:
    """Return the HTTP status of an error: that of its family, or 500 for
    what is a fault of ours."""
    return next((status for kind, status in _HTTP.items() if isinstance(error, kind)), 500)
