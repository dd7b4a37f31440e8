"""One change between two promises, and which way it goes. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ChangeDirection(StrEnum):
    """More is done with data, or less protects it; less is done, or more protects it; or
    only the words differ."""

    WIDENED = "widened"
    NARROWED = "narrowed"
    REWORDED = "reworded"


@dataclass(frozen=True, slots=True)
class PromiseChange:
    """One change: ``subject`` is the key of the purpose, field, recipient or loss promise;
    ``sentence`` says it."""

    direction: ChangeDirection
    subject: str
    sentence: str
