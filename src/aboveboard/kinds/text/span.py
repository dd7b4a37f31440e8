"""A piece of a text that is personal data; its kinds; which of two that overlap stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class TextKind(StrEnum):
    """What a span is."""

    PERSON = "person"
    TITLE = "title"
    ORGANISATION = "organisation"
    NATIONALITY = "nationality"
    PLACE = "place"
    ADDRESS = "address"
    POSTCODE = "postcode"
    EMAIL = "email"
    PHONE = "phone"
    URL = "url"
    IP_ADDRESS = "ip_address"
    MAC_ADDRESS = "mac_address"
    CARD_NUMBER = "card_number"
    IBAN = "iban"
    BANK_ACCOUNT = "bank_account"
    CRYPTO_ADDRESS = "crypto_address"
    US_SSN = "us_ssn"
    US_ITIN = "us_itin"
    NATIONAL_ID = "national_id"
    PASSPORT = "passport"
    DRIVING_LICENCE = "driving_licence"
    VEHICLE_REGISTRATION = "vehicle_registration"
    CUSTOMER_NUMBER = "customer_number"
    DATE_OF_BIRTH = "date_of_birth"
    DATE = "date"
    AGE = "age"


_NATIONAL: Final = "user.government_id.national_identification_number"
CATEGORIES: Final[Mapping[TextKind, str]] = MappingProxyType(
    {
        TextKind.PERSON: "user.name",
        TextKind.TITLE: "user.name",
        TextKind.ORGANISATION: "user.professional_information",
        # Art. 9 does not name nationality, but it tells of ethnic origin: the worse reading.
        TextKind.NATIONALITY: "user.demographic.race_ethnicity",
        TextKind.PLACE: "user.location.coarse",
        TextKind.ADDRESS: "user.contact.address.street",
        TextKind.POSTCODE: "user.contact.address.postal_code",
        TextKind.EMAIL: "user.contact.email",
        TextKind.PHONE: "user.contact.phone_number",
        TextKind.URL: "user.behavior.browsing_history",
        TextKind.IP_ADDRESS: "user.device.ip_address",
        TextKind.MAC_ADDRESS: "user.device.device_id",
        TextKind.CARD_NUMBER: "user.financial.credit_card",
        TextKind.IBAN: "user.financial.bank_account",
        TextKind.BANK_ACCOUNT: "user.financial.bank_account",
        TextKind.CRYPTO_ADDRESS: "user.financial.bank_account",
        TextKind.US_SSN: _NATIONAL,
        TextKind.US_ITIN: _NATIONAL,
        TextKind.NATIONAL_ID: _NATIONAL,
        TextKind.PASSPORT: "user.government_id.passport_number",
        TextKind.DRIVING_LICENCE: "user.government_id.drivers_license_number",
        TextKind.VEHICLE_REGISTRATION: "user.government_id.vehicle_registration",
        TextKind.CUSTOMER_NUMBER: "user.unique_id",
        TextKind.DATE_OF_BIRTH: "user.demographic.date_of_birth",
        TextKind.DATE: "",
        TextKind.AGE: "user.demographic.age_range",
    }
)
"""The fideslang category of each kind. A date by itself tells nothing of anybody: it has none."""


@dataclass(frozen=True, slots=True, order=True)
class TextSpan:
    """A piece of a text.

    Attributes:
        start, end: characters of the text, as a slice takes them.
        kind: what it is.
        category: fideslang key, or "" where the kind alone says nothing of a person.
        confidence: above 0 and at most 1: 0.9 and more by check digits or a form that nothing else
            has; 0.5 and less is a guess from the place of a word.
        evidence: why, without the value: "check digits", "behind the word passport".
    """

    start: int
    end: int
    kind: TextKind
    category: str
    confidence: float
    evidence: str


def span(
    start: int, end: int, kind: TextKind, confidence: float, evidence: str, category: str = ""
) -> TextSpan:
    """Return a span, with the category of its kind if none is given."""
    return TextSpan(start, end, kind, category or CATEGORIES[kind], confidence, evidence)


class Claims:
    """The spans of a text so far: what came first keeps its place, so the surest go first."""

    def __init__(self, length: int) -> None:
        self._taken = bytearray(length)
        self.spans: list[TextSpan] = []

    def is_free(self, start: int, end: int) -> bool:
        """Whether no character of it is taken."""
        return not any(self._taken[start:end])

    def claim(self, spans: Iterable[TextSpan]) -> None:
        """Take those whose characters are free."""
        for each in spans:
            if each.start < each.end and self.is_free(each.start, each.end):
                self._taken[each.start : each.end] = b"\x01" * (each.end - each.start)
                self.spans.append(each)
