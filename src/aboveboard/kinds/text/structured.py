"""Values whose form tells them: addresses of mail, web, machines and accounts, and card numbers."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from typing import Final

from stdnum import iban, luhn

from aboveboard.kinds.text.span import TextKind, TextSpan, span

_EMAIL: Final = re.compile(
    r"(?<![\w.+-])[\w.!#$%&'*+/=?^`{|}~-]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,8}[^\W\d_]{2,24}"
    r"(?![\w-])"
)
_URL: Final = re.compile(r"(?<![\w@])(?:https?|ftps?|sftp)://[^\s<>\"'|]{3,2000}", re.IGNORECASE)
_HOST: Final = re.compile(
    r"(?<![\w@.-])(?:www\.[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,6}"
    r"|(?:[a-z0-9-]{1,63}\.){1,5}(?:com|org|net|edu|gov|info|biz|io|dev|app|eu|(?:co|org|ac|gov)\.uk"
    r"|uk|de|fr|it|es|nl|be|at|ch|se|no|dk|fi|pl|cz|pt|ie|ca|us|au|nz|in|jp|br|mx|ru))"
    r"(?![\w@-])(?:/[^\s<>\"']{0,2000})?",
    re.IGNORECASE,
)
_V4: Final = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w]|\.\d)", re.ASCII)
_V6: Final = re.compile(r"(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![\w:])", re.ASCII)
_VERSION: Final = re.compile(
    r"\b(?:v|ver|version|release|section|chapter|§)\W{0,2}$", re.IGNORECASE
)
_MAC: Final = re.compile(
    r"(?<![\w:-])(?:[0-9A-F]{2}([:-]))(?:[0-9A-F]{2}\1){4}[0-9A-F]{2}(?![\w:-])", re.IGNORECASE
)
_IBAN: Final = re.compile(
    r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,30}(?![A-Za-z0-9])",
    re.IGNORECASE | re.ASCII,
)
_CARD: Final = re.compile(r"(?<![\w.+-])\d(?:[ -]?\d){11,18}(?![\w-]|\.\d)", re.ASCII)
_ISSUED: Final = re.compile(
    # ISO/IEC 7812-1: who gives out numbers that begin so, and how long they are.
    r"4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2(?:2[2-9]|[3-6]\d|7[01])\d{13}|27\d{14}"
    r"|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11,16}|(?:6011|64[4-9]\d|65\d\d)\d{12,15}"
    r"|35(?:2[89]|[3-8]\d)\d{12,15}|62\d{14,17}|220[0-4]\d{12,15}|(?:50|5[6-9]|6\d)\d{10,17}"
    r"|(?:2131|1800)\d{11}",
    re.ASCII,
)
_CARD_WORD: Final = re.compile(
    r"\b(?:cards?|cc|visa|mastercard|amex|maestro|carte|karte\w*|kreditkarte\w*|tarjeta|carta)\b",
    re.IGNORECASE,
)
_CRYPTO: Final = re.compile(
    r"(?<![\w])(?:bc1[ac-hj-np-z02-9]{11,71}|[13][1-9A-HJ-NP-Za-km-z]{25,34}|0x[0-9a-fA-F]{40})(?!\w)"
)
_ENDS: Final = ".,;:!?)]}'\"»”’"


def spans(text: str) -> Iterator[TextSpan]:
    """Yield them, the longest forms first."""
    if "://" in text:
        for match in _URL.finditer(text):
            end = match.start() + len(match[0].rstrip(_ENDS))
            yield span(match.start(), end, TextKind.URL, 0.99, "a web address")
    if "@" in text:
        for match in _EMAIL.finditer(text):
            start = match.start() + (len(match[0]) - len(match[0].lstrip("'")))
            yield span(start, match.end(), TextKind.EMAIL, 0.99, "the form of an e-mail address")
    if "." in text:
        yield from _addresses_v4(text)
        yield from _hosts(text)
    if text.count(":") > 1 or text.count("-") > 4:
        yield from _machine_addresses(text)
    yield from _accounts(text)


def _hosts(text: str) -> Iterator[TextSpan]:
    for match in _HOST.finditer(text):
        label = match[0].rpartition(".")[0]
        # "e.g. the end.In the" is no host: a name of a host has no capital in the middle of text.
        if match[0].lower().startswith("www.") or (len(label) > 2 and match[0].islower()):
            end = match.start() + len(match[0].rstrip(_ENDS))
            yield span(match.start(), end, TextKind.URL, 0.8, "the form of a domain name")


def _addresses_v4(text: str) -> Iterator[TextSpan]:
    for match in _V4.finditer(text):
        if all(int(part) < 256 for part in match[0].split(".")) and not _VERSION.search(
            text[max(0, match.start() - 12) : match.start()]
        ):
            yield span(*match.span(), TextKind.IP_ADDRESS, 0.97, "four numbers below 256")


def _machine_addresses(text: str) -> Iterator[TextSpan]:
    for match in _MAC.finditer(text):
        yield span(*match.span(), TextKind.MAC_ADDRESS, 0.97, "the form of a MAC address")
    for match in _V6.finditer(text):
        try:
            address = ipaddress.IPv6Address(match[0])
        except ValueError:
            continue
        if len(match[0]) > 4 and int(address):
            yield span(*match.span(), TextKind.IP_ADDRESS, 0.97, "the form of an IPv6 address")


def _accounts(text: str) -> Iterator[TextSpan]:
    for match in _IBAN.finditer(text):
        if end := _iban_end(match[0]):
            at = match.start()
            yield span(at, at + end, TextKind.IBAN, 0.99, "check digits of an IBAN (ISO 13616)")
    for match in _CARD.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        issued = _ISSUED.fullmatch(digits) is not None
        worded = _CARD_WORD.search(text[max(0, match.start() - 40) : match.start()]) is not None
        if luhn.is_valid(digits) and (issued or worded):
            why = "check digit of a card (ISO/IEC 7812-1)" + (", behind the word" if worded else "")
            yield span(*match.span(), TextKind.CARD_NUMBER, 0.99 if issued else 0.9, why)
        elif issued and worded and len(digits) > 14:
            why = "behind the word card; its check digit does not fit"
            yield span(*match.span(), TextKind.CARD_NUMBER, 0.6, why)
    for match in _CRYPTO.finditer(text):
        if match[0][0] in "b0" or (re.search(r"\d", match[0][1:]) and not match[0].isdigit()):
            yield span(
                *match.span(), TextKind.CRYPTO_ADDRESS, 0.9, "the form of a wallet's address"
            )


def _iban_end(written: str) -> int:
    """Return how many characters of it are an IBAN; 0 for none. Words may follow it."""
    ends = [len(written), *(m.start() for m in reversed(list(re.finditer(r"[ -]", written))))]
    for end in ends:
        compact = re.sub(r"[ -]", "", written[:end]).upper()
        if len(compact) < 15:
            return 0
        if iban.is_valid(compact, check_country=False):
            return end
    return 0
