"""Normal forms for look-up: two spellings of the same e-mail, phone or customer
number look up the same.

``FORMAT.md`` states the rules; changing one means rebuilding the blind indexes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

import idna
import phonenumbers

from aboveboard.kinds import national_ids

KINDS = ("email", "phone", "customer_number", "national_id")

PHONE_DIGITS = 6
"""Fewest digits of a phone number: shorter ones are extensions or slips, and
would find strangers."""

_NO_DIGIT = re.compile(r"[^0-9]+")
_PLAIN_DOMAIN = re.compile(r"(?!.*xn--)[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?", re.ASCII)
_LONGEST_EMAIL, _LONGEST_LOCAL = 254, 64  # octets: RFC 5321, 4.5.3.1, and erratum 1690 of RFC 3696


def email(value: str) -> str | None:
    """Return NFKC, trimmed, lower case, with the domain as IDNA 2008 writes it;
    None if it is no address.

    The local part is case-folded although RFC 5321 lets it matter: no provider keeps two
    people apart by case, and people do not remember which they typed. IDNA 2008 (RFC 5891,
    with the mapping of UTS 46) and not 2003, because 2003 sends ``straße.de`` to
    ``strasse.de``, which is somebody else.
    """
    text = _nfkc(_nfkc(value).strip().lower())
    local, at, domain = text.rpartition("@")
    if not (at and local and domain) or not text.isprintable() or text.split() != [text]:
        return None
    if not _PLAIN_DOMAIN.fullmatch(domain):
        try:
            domain = idna.encode(domain, uts46=True).decode("ascii")
        except UnicodeError:  # idna.IDNAError is one
            return None
    if (
        ".." in domain
        or len(local.encode()) > _LONGEST_LOCAL
        or len(local.encode()) + len(domain) + 1 > _LONGEST_EMAIL
    ):
        return None
    return f"{local}@{domain}"


def phone(value: str, region: str | None) -> str | None:
    """Return E.164 when the number is possible in ``region`` (ISO 3166), else ``#`` and its digits.

    Real files hold numbers that no region explains; keeping their digits means that the same
    misspelling in a leaked file still finds its owner. An extension is no part of E.164, so those
    who share a switchboard share its normal form. None when there are fewer than six digits.
    """
    text = _nfkc(value)
    found = digits(text)
    if len(found) < PHONE_DIGITS:
        return None
    if text.startswith("#"):  # it is such a form already, or nothing that any country dials
        return "#" + found
    try:
        parsed = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return "#" + found
    if phonenumbers.is_possible_number(parsed):
        return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return "#" + found


def digits(text: str) -> str:
    """Return the digits of a text as 0 to 9, in whichever script they were written."""
    if text.isascii():
        return _NO_DIGIT.sub("", text)
    return "".join(str(unicodedata.decimal(mark)) for mark in _nfkc(text) if mark.isdecimal())


def customer_number(value: str) -> str | None:
    """Return NFKC, upper case, without spaces or dashes; None when nothing is left."""
    text = _nfkc(value).upper()
    return _nfkc("".join(text.split()).replace("-", "")) or None


def _nfkc(text: str) -> str:
    """Composed and compatible; done again after a change of case, which can take letters apart."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def forms(kind: str, value: str, regions: Iterable[str | None] = (None,)) -> list[str]:
    """Return every normal form that ``value`` may have been filed under, most likely first.

    ``kind``: one of ``KINDS``, a national number with its format (``national_id:gb.nino``).
    ``regions`` matters for phones alone: a number without its country code is tried in each.
    """
    name, _, form = kind.partition(":")
    if kind == "email":
        found = [email(value)]
    elif kind == "phone":
        found = [phone(value, region) for region in regions]
    elif kind == "customer_number":
        found = [customer_number(value)]
    elif name == "national_id" and form:
        found = [national_ids.normal(value, form)]
    else:
        raise ValueError(f"there is no look-up of kind {kind!r}; there are {', '.join(KINDS)}")
    return list(dict.fromkeys(form for form in found if form is not None))
