"""Normal forms for look-up: two spellings of the same e-mail, phone or customer
number look up the same.

``FORMAT.md`` states the rules; changing one means rebuilding the blind indexes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

from aboveboard.kinds import email_addresses, national_ids, phones
from aboveboard.kinds.kind import KindMismatch

KINDS = ("email", "phone", "customer_number", "national_id")

PHONE_DIGITS = 6
"""Fewest digits of a phone number: shorter ones are extensions or slips, and
would find strangers."""

_NO_DIGIT = re.compile(r"[^0-9]+")
_LONE: Final = re.compile("[\ud800-\udfff]")
_INSTEAD: Final = "\N{REPLACEMENT CHARACTER}"


def email(value: str) -> str | None:
    """Return the normal form of an address (:func:`email_addresses.read`); None if it has none."""
    try:
        return email_addresses.read(value)
    except KindMismatch:
        return None


def phone(value: str, region: str | None) -> str | None:
    """Return E.164 when the number is possible in ``region`` (ISO 3166), else ``#`` and its digits.

    Real files hold numbers that no region explains; keeping their digits means that the same
    misspelling in a leaked file still finds its owner. An extension is no part of E.164, so those
    who share a switchboard share its normal form. Letters stand for no digits. None when there are
    fewer than six digits.
    """
    return next(iter(_phones(value, (region,))), None)


def _phones(value: str, regions: Iterable[str | None]) -> list[str]:
    """Return the same for each region."""
    text = _nfkc(value)
    dialled = digits(text)
    if len(dialled) < PHONE_DIGITS:
        return []
    unexplained = "#" + dialled
    if text.startswith("#"):  # it is such a form already, or nothing that any country dials
        return [unexplained]
    return [form or unexplained for form in phones.e164(text, dialled, regions)]


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


def normal_forms(kind: str, value: str, regions: Iterable[str | None] = (None,)) -> list[str]:
    """Return every normal form that ``value`` is filed under, most likely first.

    ``kind``: one of ``KINDS``, a national number with its format (``national_id:gb.nino``).
    ``regions`` matters for phones alone: a number without its country code is tried in each.
    """
    name, _, form = kind.partition(":")
    normal: Sequence[str | None]
    if kind == "email":
        normal = [email(value)]
    elif kind == "phone":
        normal = _phones(value, regions)
    elif kind == "customer_number":
        normal = [customer_number(value)]
    elif name == "national_id" and form:
        normal = [national_ids.normal_form(value, form)]
    else:
        raise ValueError(f"there is no look-up of kind {kind!r}; there are {', '.join(KINDS)}")
    return list(dict.fromkeys(form for form in normal if form is not None))


def search_forms(kind: str, value: str, regions: Iterable[str | None] = (None,)) -> list[str]:
    """Return every normal form that somebody with this ``value`` may be filed under: those of
    :func:`normal_forms`, and that of an earlier version's rule, until the index key is rotated.

    For finding, never for writing to: who is found by it has to be asked for what they hold.
    """
    # The rule of today first: the earlier one finds only those that nothing else would.
    normal = normal_forms(kind, value, regions)
    earlier = email_addresses.legacy_form(value) if kind == "email" else None
    return normal if earlier is None or earlier in normal else [*normal, earlier]


def replace_surrogates(text: str) -> str:
    """Return the text with every lone surrogate replaced.

    JSON may write half of a character (``\\ud800``), and Python's reader gives it back as it is. No
    encoding can write it (RFC 3629, section 3; RFC 8259, section 8.2), so it breaks the first page,
    file or database that it comes to. Replaced and not refused: the rest of the line is somebody's.
    """
    return text if text.isascii() else _LONE.sub(_INSTEAD, text)
