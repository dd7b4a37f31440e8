"""Errors are of a family that says what the caller can do, and the reference explains each."""

from __future__ import annotations

from collections.abc import Iterator

from aboveboard.basics.errors import (
    AboveboardError,
    Damaged,
    Invalid,
    Misconfigured,
    NotFound,
    RateLimited,
    Refused,
    Unavailable,
)
from scripts import reference
from tests.house import not_yet, source

FAMILIES = {Invalid, NotFound, Refused, RateLimited, Unavailable, Damaged, Misconfigured}


def errors_without_family() -> Iterator[str]:
    """Yield the errors that hang on the base class, so that nobody knows what to answer."""
    reference.import_everything()
    for error in AboveboardError.__subclasses__():
        if error not in FAMILIES and error.__module__.startswith("aboveboard."):
            yield f"{error.__module__.split('.')[1]}.{error.__qualname__}"


def test_every_error_is_of_a_family() -> None:
    not_yet.check("errors_without_family", errors_without_family(), "give it a family:")


def test_every_error_code_is_documented() -> None:
    page = source.text(source.ROOT / "docs" / "reference" / "errors.md")
    reference.import_everything()
    missing = [
        error.code
        for error in reference._all_errors(AboveboardError)
        if error is not AboveboardError and f"`{error.code}`" not in page
    ]
    assert not missing, f"run: make reference\n{missing}"
