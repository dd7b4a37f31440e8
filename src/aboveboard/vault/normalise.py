"""Normal forms for look-up: two spellings of the same e-mail, phone or customer number look up the same.

``FORMAT.md`` states the rules; changing one means rebuilding the blind indexes.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

import phonenumbers

KINDS = ("email", "phone", "customer_number")


def email(value: str) -> str | None:
    """Return NFKC, trimmed, lower case, with the domain in IDNA form; None if it is no address.

    The local part is case-folded although RFC 5321 lets it matter: no provider keeps two people
    apart by case, and people do not remember which they typed.
    """
    text = _nfkc(_nfkc(value).strip().lower())
    local, at, domain = text.rpartition("@")
    if not (at and local and domain) or any(mark.isspace() for mark in text):
        return None
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return None


def phone(value: str, region: str | None) -> str | None:
    """Return E.164 when the number is possible in ``region`` (ISO 3166), else ``#`` and its digits.

    Real files hold numbers that no region explains; keeping their digits means that the same
    misspelling in a leaked file still finds its owner. None when there are fewer than six digits.
    """
    text = _nfkc(value)
    digits = "".join(mark for mark in text if mark.isdigit())
    if len(digits) < 6:
        return None
    try:
        parsed = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return "#" + digits
    if phonenumbers.is_possible_number(parsed):
        return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return "#" + digits


def customer_number(value: str) -> str | None:
    """Return NFKC, upper case, without spaces or dashes; None when nothing is left."""
    text = _nfkc(value).upper()
    return _nfkc("".join(mark for mark in text if not mark.isspace() and mark != "-")) or None


def _nfkc(text: str) -> str:
    """Composed and compatible; done again after a change of case, which can take letters apart."""
    return unicodedata.normalize("NFKC", text)


def forms(kind: str, value: str, regions: Iterable[str | None] = (None,)) -> list[str]:
    """Return every normal form that ``value`` may have been filed under, most likely first.

    ``regions`` matters for phones alone: a number without its country code is tried in each.
    """
    if kind == "email":
        found = [email(value)]
    elif kind == "phone":
        found = [phone(value, region) for region in regions]
    elif kind == "customer_number":
        found = [customer_number(value)]
    else:
        raise ValueError(f"there is no look-up of kind {kind!r}; there are {', '.join(KINDS)}")
    return list(dict.fromkeys(form for form in found if form is not None))
