"""Card numbers: what is sealed is the last four digits and nothing else of the number.

PCI DSS 4.0.1, requirement 3.5.1, asks that a stored number be unreadable; the surest way is not to
store it. A number that comes cut already (``************1234``) is taken as it is. Why no digest of
the whole is kept: ``docs/decisions/0013-only-the-last-four-of-a-card.md``.
"""

from __future__ import annotations

import re
import unicodedata

from stdnum import luhn

from aboveboard.kinds.kind import KindMismatch
from aboveboard.kinds.limits import CARD_DIGITS, RECOGNISED_CARD_DIGITS

UNCHECKED = "unchecked"
"""The format of a shop's own card, whose numbers carry no check digit."""

_BETWEEN = re.compile(r"[\s.\-]")
_CUT = re.compile(r"[0-9]{0,8}[*xX\u2022\u00b7#]+([0-9]{4})|([0-9]{4})", re.ASCII)


def is_number(text: str) -> bool:
    """Return whether a text nobody described is most likely a whole card number."""
    plain = _compact(text)
    return (
        plain.isascii()
        and plain.isdigit()
        and RECOGNISED_CARD_DIGITS[0] <= len(plain) <= RECOGNISED_CARD_DIGITS[1]
        and luhn.is_valid(plain)
    )


def read(text: str, form: str) -> str:
    """Return the last four digits, masked: ``•••• 1234``.

    Raises:
        KindMismatch: no card number, or its last digit does not check the others.
    """
    plain = _compact(text)
    cut = _CUT.fullmatch(plain)
    if cut:
        return f"•••• {cut[1] or cut[2]}"
    if not (plain.isascii() and plain.isdigit() and CARD_DIGITS[0] <= len(plain) <= CARD_DIGITS[1]):
        raise KindMismatch(
            "not_card", f"a card number of {CARD_DIGITS[0]} to {CARD_DIGITS[1]} digits"
        )
    if form != UNCHECKED and not luhn.is_valid(plain):
        raise KindMismatch("not_card", "a card number: its last digit does not fit the others")
    return f"•••• {plain[-4:]}"


def _compact(text: str) -> str:
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", text))
