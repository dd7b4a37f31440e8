"""What two lists of people can be compared by though neither says who they are: digests of e-mail
addresses, and names with a date of birth.

Nobody is filed under these forms. They are made of both sides for one comparison.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final

from aboveboard.kinds import email_addresses

_HEX: Final = re.compile(
    r"(?:0x|\\x|\$?(?:md5|sha-?1|sha-?256)[:$=]\s*)?([0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})",
    re.IGNORECASE | re.ASCII,
)
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]{22}(?:[A-Za-z0-9+/_-]{5}|[A-Za-z0-9+/_-]{21})?={0,2}")
_DIGEST_BYTES: Final = frozenset({16, 20, 32})
_DIGESTS: Final = (hashlib.md5, hashlib.sha1, hashlib.sha256)
_GMAIL: Final = frozenset({"gmail.com", "googlemail.com"})

_NUMBERS: Final = re.compile(r"(\d{1,4})[-./ ](\d{1,2})[-./ ](\d{1,4})(?:[T ].*)?", re.DOTALL)
_RUN: Final = re.compile(r"(\d{4})(\d\d)(\d\d)")
_WORDS: Final = re.compile(
    r"(?:(\d{1,2})(?:st|nd|rd|th|\.)?[ -])?([^\W\d_]{3,9})\.?[ -]"
    r"(?:(\d{1,2})(?:st|nd|rd|th)?,? )?(\d{4})"
)
_MONTHS: Final = (
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
)
_SERIAL: Final = re.compile(r"\d{4,5}")
_EPOCH: Final = date(1899, 12, 30)
"""Day 0 of a spreadsheet (ECMA-376, 18.17.4.1, with the leap day of 1900 that never was)."""
_OLDEST: Final = 1890


def email_digest(text: str) -> str | None:
    """Return a digest of MD5, SHA-1 or SHA-256 as small hex digits, however it was written: hex or
    base64; None where it is none."""
    if match := _HEX.fullmatch(text):
        return match[1].lower()
    if not _BASE64.fullmatch(text) or text.isalpha():
        return None
    plain = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        raw = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except binascii.Error:
        return None
    return raw.hex() if len(raw) in _DIGEST_BYTES else None


def email_digests(address: str) -> set[str]:
    """Return the digests under which an address may be met: as it was given, in small and in
    capital letters, as the mailbox that it reaches, each by MD5, SHA-1 and SHA-256."""
    given = address.strip()
    forms = {given, given.lower(), given.upper()}
    try:
        normal = email_addresses.read(given)
    except ValueError:
        normal = given.lower()
    forms |= {normal, email_addresses.display(normal), *mailboxes(normal)}
    return {make(form.encode()).hexdigest() for form in forms for make in _DIGESTS}


def mailboxes(normal: str) -> set[str]:
    """Return other addresses that reach the same mailbox as a normal form: without what stands
    behind a plus (RFC 5233), and at Gmail without dots, under both of its names."""
    local, _, domain = normal.rpartition("@")
    base = local.partition("+")[0] or local
    reached = {f"{base}@{domain}"}
    if domain in _GMAIL:
        reached |= {f"{name}@{each}" for name in (base, base.replace(".", "")) for each in _GMAIL}
    return {address for address in reached if address != normal}


def names_with_birth(names: Iterable[str], born: str) -> set[str]:
    """Return the forms under which a name and a date of birth are compared, one for each reading of
    the date: without case, accents and order; all names, and the first with the last.

    ``names``: first and last name in this order, or one full name, ``Last, First`` too.
    """
    words: list[str] = []
    for name in names:
        last, comma, first = name.partition(",")
        words += _words(f"{first} {last}" if comma else name)
    days = birth_dates(born) if len(words) > 1 else ()
    spelled = {" ".join(sorted(words)), " ".join(sorted((words[0], words[-1])))} if days else ()
    return {f"{spelling}\0{day.isoformat()}" for spelling in spelled for day in days}


def _words(name: str) -> list[str]:
    apart = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(" " if sign in "-_." else sign for sign in apart)
    words = ("".join(filter(str.isalpha, word)) for word in letters.split())
    return [word for word in words if word]


def birth_dates(text: str) -> Sequence[date]:
    """Return every day that a date of birth may mean: ``04/05/1980`` is two, and a number of five
    digits is a day of a spreadsheet."""
    plain = text.strip()
    if match := _NUMBERS.fullmatch(plain):
        first, middle, last = (int(part) for part in match.groups())
        if len(match[1]) > 2:
            read = [(first, middle, last)]
        else:
            years = [last] if len(match[3]) > 2 else [1900 + last, 2000 + last]
            read = [
                each for year in years for each in ((year, middle, first), (year, first, middle))
            ]
    elif match := _RUN.fullmatch(plain):
        read = [(int(match[1]), int(match[2]), int(match[3]))]
    elif match := _WORDS.fullmatch(plain):
        month = match[2].lower()[:3]
        day = match[1] or match[3]
        read = (
            [(int(match[4]), _MONTHS.index(month) + 1, int(day))]
            if month in _MONTHS and day
            else []
        )
    elif _SERIAL.fullmatch(plain):
        serial = _EPOCH + timedelta(int(plain))
        read = [(serial.year, serial.month, serial.day)]
    else:
        read = []
    days = (_day(*each) for each in read)
    return list(dict.fromkeys(day for day in days if day is not None))


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if year >= _OLDEST else None
    except ValueError:
        return None
