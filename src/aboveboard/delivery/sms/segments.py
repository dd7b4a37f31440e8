"""How many parts a text message has: each is paid for by itself. Pure.

3GPP TS 23.038, 6.2.1: the GSM 7-bit default alphabet, and its extension, of which a sign takes two
places. What is outside goes as UCS-2. 3GPP TS 23.040, 9.2.3.24.1: a message of several parts gives
7 places of each (6 bytes) to the header that joins them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION: Final = frozenset("\f^{}\\[~]|€")


class SmsEncoding(StrEnum):
    """How a text travels."""

    GSM7 = "gsm-7"
    UCS2 = "ucs-2"


_ALONE: Final = {SmsEncoding.GSM7: 160, SmsEncoding.UCS2: 70}
_JOINED: Final = {SmsEncoding.GSM7: 153, SmsEncoding.UCS2: 67}


@dataclass(frozen=True, slots=True)
class SmsSize:
    """How a text travels, how many places it takes, and in how many parts."""

    encoding: SmsEncoding
    places: int
    parts: int


_PLAIN: Final = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "\u00a0": " "})


def plain(text: str) -> str:
    """Return a text with the marks of the alphabet in the place of printers' ones: a single one of
    those would more than double the parts."""
    return text.translate(_PLAIN)


def size_of(text: str) -> SmsSize:
    """Return the size of a text message."""
    gsm = all(sign in _BASIC or sign in _EXTENSION for sign in text)
    encoding = SmsEncoding.GSM7 if gsm else SmsEncoding.UCS2
    widths = [_width(sign, encoding) for sign in text]
    places = sum(widths)
    if places <= _ALONE[encoding]:
        return SmsSize(encoding, places, 1)
    parts, left = 1, _JOINED[encoding]
    for width in widths:
        # Neither an escape and its sign nor a surrogate pair is cut in two.
        if width > left:
            parts, left = parts + 1, _JOINED[encoding]
        left -= width
    return SmsSize(encoding, places, parts)


def _width(sign: str, encoding: SmsEncoding) -> int:
    if encoding is SmsEncoding.GSM7:
        return 2 if sign in _EXTENSION else 1
    return len(sign.encode("utf-16-be")) // 2
