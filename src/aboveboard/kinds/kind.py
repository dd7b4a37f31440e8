"""The kinds of value that a field may have, the formats that a kind may ask for, and what is
raised where a value does not fit its kind.

``formats.yaml`` lists the formats: which national number, which sort of card.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path

from aboveboard.basics import shipped


class FieldKind(StrEnum):
    """How a field's value is read, normalised, recognised and shown."""

    TEXT = "text"
    EMAIL = "email"
    PHONE = "phone"
    CUSTOMER_NUMBER = "customer_number"
    DATE = "date"
    CARD_NUMBER = "card_number"
    COUNTRY = "country"
    REGION = "region"
    POSTCODE = "postcode"
    POSTAL_ADDRESS = "postal_address"
    NATIONAL_ID = "national_id"
    DOCUMENT = "document"


class KindMismatch(ValueError):
    """A value does not fit its kind: what was expected, never what was written.

    ``code`` is stable; ``expected`` follows "is not": "a date written as 1984-05-31".
    """

    def __init__(self, code: str, expected: str) -> None:
        super().__init__(expected)
        self.code = code
        self.expected = expected


@cache
def formats_of(kind: str) -> Mapping[str, str]:
    """Return the formats of a kind, each with what it is; empty for a kind that has none."""
    known: dict[str, dict[str, str]] = shipped.load(Path(__file__).with_name("formats.yaml"))
    return known.get(kind, {})


def needs_format(kind: str) -> bool:
    """Whether a field of the kind must say its format: nobody can check a national number
    without knowing which."""
    return kind == FieldKind.NATIONAL_ID
