"""Looking for people in a text whatever its form: e-mail addresses, customer numbers, phones.

A file's form is a guess, and lines that do not fit it name people all the same. What is found here
beyond an address is weaker than what a column says, so it counts only where nothing else of the
line leads to anybody (:data:`SEARCHED`).
"""

from __future__ import annotations

import binascii
import html
import re
import unicodedata
from base64 import b64decode
from collections.abc import Iterator, Sequence
from contextlib import suppress
from quopri import decodestring
from typing import Final
from urllib.parse import unquote

from aboveboard.engines.leak import SEARCHED
from aboveboard.incidents import limits
from aboveboard.incidents.leaks.keyed import IndexKeys, LeakKey

_ADDRESS: Final = re.compile(
    r"[^\s\x00-\x1f\x7f@:;,|\"<>()\[\]\\]+@(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W_][\w-]*[^\W_]"
)
_BETWEEN: Final = re.compile(r"[\s\x00-\x1f\x7f:;,|\"<>()\[\]\\]+")
"""What no address has in it."""
_AT_DOMAIN: Final = re.compile(r"@(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W_][\w-]*[^\W_]")
_JOINED: Final = re.compile(r"[=/&|'`‘“«{}*!?#$%^~+]+")
"""Signs that an address may hold by RFC 5321 and that mostly stand before one: both are tried."""
_ENCODED_AT: Final = re.compile(
    r"%(?:25)*40|=40|\\u0040|\\x40|&#0*64;?|&#x0*40;?|&commat;|\s@\s|[(\[{]\s*(?:at|@)\s*[)\]}]",
    re.IGNORECASE,
)
_AT_WORD: Final = re.compile(r"(?<!\s)\s+at\s+(?=[\w-]+(?:\s+dot\s+[\w-]+)+)", re.IGNORECASE)
_DOT_WORD: Final = re.compile(r"(?<!\s)\s+dot\s+", re.IGNORECASE)
_ENCODED_WORD: Final = re.compile(r"=\?[\w-]{2,40}\?([bq])\?([^?\s]{1,400})\?=", re.IGNORECASE)
_WORD_ENCODED: Final = re.compile(r"[A-Za-z0-9+/_-]{16,4096}={0,2}")
_SPACE: Final = r"(?:(?<!\s)\s+)?"
"""Blanks from the first one on: tried from each, a line of blanks would take hours."""
_AROUND: Final = re.compile(
    rf"{_SPACE}[(\[{{]\s*(?:at|@)\s*[)\]}}]\s*|(?<!\s)\s+@\s+", re.IGNORECASE
)
_DOT: Final = re.compile(rf"{_SPACE}[(\[{{]\s*(?:dot|\.)\s*[)\]}}]\s*", re.IGNORECASE)
_ESCAPED: Final = re.compile(r"\\(?:u00|x)([2-7][0-9a-f])", re.IGNORECASE)
_QUOTED_PRINTABLE: Final = re.compile(r"=([2-7][0-9A-F])(?![0-9A-F])")
_BASIC: Final = re.compile(r"\bbasic\s+([a-z0-9+/_-]{8,4096}={0,2})", re.IGNORECASE)
"""How a log has a name and a password that were sent with a request (RFC 7617)."""
_MESSENGER: Final = re.compile(
    r"(?<![\w.])([1-9][0-9]{6,14})(?:[.:][0-9]{1,6}){0,3}@(?:s\.whatsapp\.net|c\.us)"
)
"""A phone as WhatsApp writes whose a message is: with its country code, without a plus."""
_DOMAIN: Final = re.compile(r"@?((?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_]{2,})")
_LOCAL: Final = re.compile(r"[^\s\x00-\x1f\x7f@:;,|\"<>()\[\]\\]{1,64}")
_WORD: Final = re.compile(r"[^\W_][\w-]{3,38}[^\W_]")
_PHONE: Final = re.compile(r"(?<![\w.@-])\+?\(?[0-9][0-9 ()./-]{6,22}[0-9](?![\w@-])")
_DAY: Final = re.compile(r"(?:19|20)\d\d-?\d\d-?\d\d|\d\d?[./-]\d\d?[./-](?:19|20)\d\d")
_PLACE: Final = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
_CLEAN: Final = re.compile(
    r"[a-z0-9._-]+@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9][a-z0-9-]*[a-z0-9]",
    re.ASCII | re.IGNORECASE,
)
"""Most addresses: nothing else can stand in such a cell, but a phone of a messenger."""
_SIGN: Final = re.compile(r"[@%=\\&(\[{]|asic|\sdot\s", re.IGNORECASE)
"""What a text in ASCII has at least, if there is an address in it, written in whichever way."""
_NUMBER_DIGITS: Final = 6
"""Fewest signs of a customer number of digits alone: shorter ones are years, ages and houses."""


def may_contain_more(value: str) -> bool:
    """Whether a cell that reads as one address may be one with something around it, which an
    earlier version's rule took for a part of it."""
    if "@" not in value:
        return False
    if _CLEAN.fullmatch(value) and "@c.us" not in value and "whatsapp" not in value:
        return False
    return (
        _ADDRESS.fullmatch(value) is None
        or _JOINED.search(value) is not None
        or _MESSENGER.search(value) is not None
    )


def find_addresses(text: str, index: IndexKeys) -> set[LeakKey]:
    """Return the keys of every e-mail address in a text, and of every phone that is written as an
    address."""
    keys: set[LeakKey] = set()
    if text.isascii() and _SIGN.search(text) is None:
        return keys
    # Both as it stands and decoded: what looks like an escape may be part of an address.
    for plain in {text, _decoded(text), *_credentials(text)}:
        if "@" in plain:
            for value in _spellings(plain):
                keys |= index.find_address(value)
            for match in _MESSENGER.finditer(plain):
                keys |= index.find("phone", f"+{match[1]}", (None,))
    return keys


def find_encoded(cells: Sequence[str], index: IndexKeys) -> set[LeakKey]:
    """Return the keys of every address in cells that hold words of base64."""
    keys: set[LeakKey] = set()
    for cell in cells:
        for word in _WORD_ENCODED.findall(cell) if len(cell) > 15 else ():
            encoded = word.rstrip("=").replace("-", "+").replace("_", "/")
            with suppress(binascii.Error):
                plain = b64decode(encoded + "=" * (-len(encoded) % 4))
                if b"@" in plain and plain.isascii():
                    keys |= find_addresses(plain.decode(), index)
    return keys


def find_parted(cells: Sequence[str], index: IndexKeys) -> set[LeakKey]:
    """Return the keys of addresses whose name and domain stand in cells beside each other, marked
    as found by searching: ``jon,example.org`` may also be two other things."""
    keys: set[LeakKey] = set()
    domains = [
        (place, match[1])
        for place, cell in enumerate(cells)
        # Only at its start may there be an @: looked for first, for most are addresses.
        if "." in cell
        and cell.strip().rfind("@") < 1
        and (match := _DOMAIN.fullmatch(cell.strip())) is not None
    ]
    for place, domain in domains[: limits.LEAK_SEARCHED]:
        for beside in (place - 1, place + 1):
            local = cells[beside].strip() if 0 <= beside < len(cells) else ""
            if _LOCAL.fullmatch(local):
                keys |= index.find("email", f"{local}@{domain}", (None,), SEARCHED)
    return keys


def _credentials(text: str) -> Iterator[str]:
    """Yield what stands behind each ``Authorization: Basic`` of a text."""
    if "asic" not in text and "ASIC" not in text:
        return
    for match in _BASIC.finditer(text):
        encoded = match[1].rstrip("=").replace("-", "+").replace("_", "/")
        with suppress(binascii.Error):  # a word that is not encoded at all
            yield b64decode(encoded + "=" * (-len(encoded) % 4)).decode("utf-8", "replace")


def _decoded(text: str) -> str:
    """Return a text with its escapes undone, if the sign of an address is among them: links and
    forms that were sent (RFC 3986), pages, messages (RFC 2045) and programs each have their own,
    and people write ``name [at] example [dot] org``."""
    if not text.isascii():
        # A full-width sign is the same sign, and what does not print is none.
        text = "".join(
            sign
            for sign in unicodedata.normalize("NFKC", text)
            if unicodedata.category(sign) != "Cf"
        )
    if "=?" in text:  # a header of a message (RFC 2047)
        text = _ENCODED_WORD.sub(_decoded_word, text)
    if " dot " in text.lower() and _AT_WORD.search(text) is not None:
        text = _DOT_WORD.sub(".", _AT_WORD.sub("@", text))
    if _ENCODED_AT.search(text) is None:
        return text
    while "%25" in text:  # a link within a link
        text = text.replace("%25", "%")
    plain = _ESCAPED.sub(lambda escape: chr(int(escape[1], 16)), html.unescape(text))
    plain = unquote(_QUOTED_PRINTABLE.sub(lambda octet: chr(int(octet[1], 16)), plain))
    return _AROUND.sub("@", _DOT.sub(".", plain))


def _decoded_word(match: re.Match[str]) -> str:
    encoded = match[2].encode()
    try:
        plain = b64decode(encoded) if match[1] in "bB" else decodestring(encoded)
    except binascii.Error:
        return match[0]
    return plain.decode("utf-8", "replace")


def _spellings(text: str) -> Iterator[str]:
    for value in _addresses(text):
        yield value
        local, _, domain = value.rpartition("@")
        last = _JOINED.split(local)[-1]
        if last and last != local:
            yield f"{last}@{domain}"


def _addresses(text: str) -> Iterator[str]:
    """Yield what ``_ADDRESS`` finds. By the sign in the middle: from every letter on, each word of
    a megabyte without one would be looked through a million times."""
    for word in _BETWEEN.split(text):
        begin = 0
        while (sign := word.find("@", begin)) >= 0:
            domain = _AT_DOMAIN.match(word, sign) if sign > begin else None
            if domain is not None:
                yield word[begin : domain.end()]
            begin = sign + 1 if domain is None else domain.end()


def find_numbers(text: str, regions: Sequence[str], index: IndexKeys) -> set[LeakKey]:
    """Return the keys of every word of a text that may be a customer number, and of every phone,
    marked as found by searching."""
    keys: set[LeakKey] = set()
    text = "\n".join((text, *_credentials(text)))
    # The name of a scan has more in one word than the number (``invoice_AW001_2026.pdf``).
    spaced = f"{text} {text.replace('_', ' ')}" if "_" in text else text
    words = [word for word in _WORD.findall(spaced) if _may_be_number(word)]
    # Each word costs an HMAC for each key: a line without an end would otherwise hold up the whole
    # count.
    for word in words[: limits.LEAK_SEARCHED]:
        keys |= index.find("customer_number", word, (None,), SEARCHED)
    dialled = [value for value in _PHONE.findall(text) if not _is_day_or_place(value)]
    for value in dialled[: limits.LEAK_SEARCHED]:
        keys |= index.find("phone", value, regions, SEARCHED)
    return keys


def _may_be_number(word: str) -> bool:
    digits = sum(map(str.isdigit, word))
    if not digits or _DAY.fullmatch(word):
        return False
    return digits < len(word) or digits >= _NUMBER_DIGITS


def _is_day_or_place(value: str) -> bool:
    return bool(_DAY.match(value.strip()) or _PLACE.fullmatch(value.strip()))
