"""How likely two records are of one person, from what they share and in what they differ. Pure.

The weights are ours: how often, among records that share just this, somebody who looks finds one
person. They order a list for people to work through, and merge nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from math import prod
from typing import Final


class SharedTrait(StrEnum):
    """What two records share."""

    EMAIL = "email"
    PHONE = "phone"
    CUSTOMER_NUMBER = "customer_number"
    NATIONAL_ID = "national_id"
    NAME_BIRTH = "name_birth"
    NAME_POSTCODE = "name_postcode"
    NAME_CITY = "name_city"
    ADDRESS = "address"


class Opposing(StrEnum):
    """In what two records differ that one person has once."""

    BIRTH = "birth_differs"
    NATIONAL_ID = "national_id_differs"


class Likelihood(StrEnum):
    """A score in a word."""

    HIGH = "very likely"
    MEDIUM = "likely"
    LOW = "possible"


SHARE_WORDS: Final[Mapping[SharedTrait, str]] = {
    SharedTrait.EMAIL: "the same e-mail address",
    SharedTrait.PHONE: "the same phone number",
    SharedTrait.CUSTOMER_NUMBER: "the same customer number",
    SharedTrait.NATIONAL_ID: "the same national number",
    SharedTrait.NAME_BIRTH: "the same name and date of birth",
    SharedTrait.NAME_POSTCODE: "the same name and postcode",
    SharedTrait.NAME_CITY: "the same name and town",
    SharedTrait.ADDRESS: "the same street and postcode",
}
OPPOSING_WORDS: Final[Mapping[Opposing, str]] = {
    Opposing.BIRTH: "but different dates of birth",
    Opposing.NATIONAL_ID: "but different national numbers",
}

_WEIGHTS: Final[Mapping[SharedTrait, float]] = {
    SharedTrait.NATIONAL_ID: 0.9,
    SharedTrait.CUSTOMER_NUMBER: 0.8,
    SharedTrait.NAME_BIRTH: 0.7,
    SharedTrait.EMAIL: 0.6,
    SharedTrait.NAME_POSTCODE: 0.55,
    SharedTrait.NAME_CITY: 0.4,
    SharedTrait.PHONE: 0.35,
    SharedTrait.ADDRESS: 0.25,
}
_AGAINST: Final[Mapping[Opposing, float]] = {Opposing.BIRTH: 0.3, Opposing.NATIONAL_ID: 0.1}


def score_pair(shared: Collection[SharedTrait], opposing: Collection[Opposing]) -> int:
    """Return how likely two records are of one person, 0 to 100: each thing shared leaves less
    doubt, each that differs takes most of it back."""
    doubt = prod(1 - _WEIGHTS[trait] for trait in shared)
    return round(100 * (1 - doubt) * prod(_AGAINST[each] for each in opposing))


def likelihood(score: int) -> Likelihood:
    """Return a score in a word."""
    if score >= 70:
        return Likelihood.HIGH
    return Likelihood.MEDIUM if score >= 50 else Likelihood.LOW


def reasons_in_words(codes: Collection[str]) -> list[str]:
    """Return the reasons of a pair, what speaks against it last."""
    shared = [words for trait, words in SHARE_WORDS.items() if trait in codes]
    return [*shared, *(words for each, words in OPPOSING_WORDS.items() if each in codes)]
