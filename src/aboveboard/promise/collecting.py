"""Where data comes from, and what a person is told at that moment: points of collection, other
sources, whether they must give it. Pure and frozen."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from aboveboard.promise.text import TranslatedText


class ProvisionGround(StrEnum):
    """Whether a person must give what a purpose uses (GDPR Art. 13(2)(e))."""

    LAW = "law"
    CONTRACT = "contract"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class DataProvision:
    """Whether a person must give what a purpose uses, and what follows if they do not: a sentence
    to them (GDPR Art. 13(2)(e))."""

    ground: ProvisionGround
    otherwise: TranslatedText


@dataclass(frozen=True, slots=True)
class CollectionPoint:
    """A moment at which people give data: ``title`` reads "When you order". ``purposes``: keys of
    those that it is collected for there."""

    key: str
    title: TranslatedText
    purposes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DataSource:
    """Where data comes from that people do not give themselves (GDPR Art. 14(2)(f)): ``title``
    reads after "from": "a credit agency". ``fields``: keys. ``is_public``: anybody may read it
    there."""

    key: str
    title: TranslatedText
    fields: tuple[str, ...]
    is_public: bool
