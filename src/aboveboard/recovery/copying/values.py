"""What a column holds, whichever database it is in."""

from __future__ import annotations

from enum import Enum, auto
from typing import Any, Final

from django.db.models import Field


class Kind(Enum):
    """What both databases can hold, each in its own way."""

    INTEGER = auto()
    FLOAT = auto()
    BOOLEAN = auto()
    TEXT = auto()
    BYTES = auto()
    MOMENT = auto()
    DAY = auto()
    JSON = auto()
    """As text: a null inside JSON is not the database's own."""


_KINDS: Final = {
    "AutoField": Kind.INTEGER,
    "BigAutoField": Kind.INTEGER,
    "BigIntegerField": Kind.INTEGER,
    "BinaryField": Kind.BYTES,
    "BooleanField": Kind.BOOLEAN,
    "CharField": Kind.TEXT,
    "DateField": Kind.DAY,
    "DateTimeField": Kind.MOMENT,
    "FloatField": Kind.FLOAT,
    "IntegerField": Kind.INTEGER,
    "JSONField": Kind.JSON,
    "PositiveBigIntegerField": Kind.INTEGER,
    "PositiveIntegerField": Kind.INTEGER,
    "PositiveSmallIntegerField": Kind.INTEGER,
    "SlugField": Kind.TEXT,
    "SmallAutoField": Kind.INTEGER,
    "SmallIntegerField": Kind.INTEGER,
    "TextField": Kind.TEXT,
}


def kind_of(field: Field[Any, Any]) -> Kind | None:
    """Return what the column of a field holds; None where nobody said how it is moved."""
    while field.remote_field is not None:
        field = field.target_field  # type: ignore[attr-defined]  # of a reference to another row
    return _KINDS.get(field.get_internal_type())
