"""The table of kinds: how a value of each is read where it comes in, and how it is shown.

A kind is named as ``promise.model.Field.kind_and_format`` names it: ``date``,
``national_id:gb.nino``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TypeAlias

from aboveboard.kinds import (
    addresses,
    cards,
    codes,
    days,
    email_addresses,
    national_ids,
    normalise,
)
from aboveboard.kinds.kind import FieldKind, KindMismatch

Reader: TypeAlias = "Callable[[str], str]"


def reader(kind: str, *, dates: str = days.ISO) -> Reader:
    """Return what reads a trimmed text of the kind: it returns what is to be sealed,
    or raises :class:`KindMismatch`.

    ``dates``: the form in which days are written, one of ``days.PATTERNS``.
    """
    name, _, form = kind.partition(":")
    # A kind that is not here takes any text: nothing of it is looked up by or acted on.
    readers: dict[str, Reader] = {
        FieldKind.EMAIL: email_addresses.read,
        FieldKind.PHONE: _phone,
        FieldKind.CUSTOMER_NUMBER: _customer_number,
        FieldKind.DATE: lambda text: days.read(text, dates),
        FieldKind.CARD_NUMBER: lambda text: cards.read(text, form),
        FieldKind.COUNTRY: _country,
        FieldKind.POSTAL_ADDRESS: addresses.read,
        FieldKind.NATIONAL_ID: lambda text: national_ids.read(text, form),
        FieldKind.DOCUMENT: _document,
    }
    return readers.get(name, str)


def read(kind: str, text: str) -> str:
    """Return what is to be sealed of a text that somebody typed.

    Raises:
        KindMismatch: it does not fit the kind.
    """
    if "\x00" in text:  # a box of a document starts with it, and no text needs it
        raise KindMismatch("not_text", "text")
    return _reader(kind)(text.strip())


def display(kind: str, value: str) -> str:
    """Return a sealed value as a screen shows it: of a card the last four digits, a national
    number in its groups, an e-mail address with its domain in its own script."""
    name, _, form = kind.partition(":")
    if name == FieldKind.EMAIL:
        return email_addresses.display(value)
    if name == FieldKind.CARD_NUMBER:
        return f"•••• {value[-4:]}"
    if name == FieldKind.NATIONAL_ID:
        return national_ids.display(value, form)
    return value


@cache
def _reader(kind: str) -> Reader:
    return reader(kind)


def _phone(text: str) -> str:
    # The look-up reads it fully, with the person's country; here it is enough that it
    # can be looked up at all.
    if len(normalise.digits(text)) < normalise.PHONE_DIGITS:
        raise KindMismatch(
            "not_phone", f"a phone number of at least {normalise.PHONE_DIGITS} digits"
        )
    return text


def _customer_number(text: str) -> str:
    if normalise.customer_number(text) is None:
        raise KindMismatch("not_customer_number", "a customer number: it has no letter or digit")
    return text


def _country(text: str) -> str:
    code = text.upper()
    if code not in codes.countries():
        raise KindMismatch("not_country", "a country as ISO 3166 writes it, such as GB")
    return code


def _document(text: str) -> str:
    raise KindMismatch("not_document", "a document: those are added one by one, each a file")
