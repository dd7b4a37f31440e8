"""What a column holds, whichever database it is in."""

from __future__ import annotations

from enum import Enum, auto
from typing import Any, Final

from django.db.models import Field


class ValueKind(Enum):
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
    "AutoField": ValueKind.INTEGER,
    "BigAutoField": ValueKind.INTEGER,
    "BigIntegerField": ValueKind.INTEGER,
    "BinaryField": ValueKind.BYTES,
    "BooleanField": ValueKind.BOOLEAN,
    "CharField": ValueKind.TEXT,
    "DateField": ValueKind.DAY,
    "DateTimeField": ValueKind.MOMENT,
    "FloatField": ValueKind.FLOAT,
    "IntegerField": ValueKind.INTEGER,
    "JSONField": ValueKind.JSON,
    "PositiveBigIntegerField": ValueKind.INTEGER,
    "PositiveIntegerField": ValueKind.INTEGER,
    "PositiveSmallIntegerField": ValueKind.INTEGER,
    "SlugField": ValueKind.TEXT,
    "SmallAutoField": ValueKind.INTEGER,
    "SmallIntegerField": ValueKind.INTEGER,
    "TextField": ValueKind.TEXT,
}


def kind_of(field: Field[Any, Any]) -> ValueKind | None:
    """Return what the column of a field holds; None where nobody said how it is moved."""
    while field.remote_field is not None:
        field = field.target_field  # type: ignore[attr-defined]  # of a reference to another row
    return _KINDS.get(field.get_internal_type())
