"""Values that are nobody's: what is typed where a form insists and there is nothing to say. Pure.

By their form alone. What a crowd shares is a placeholder too, whatever its form; that is for
whoever counts.
"""

from __future__ import annotations

import re
from typing import Final

_LOCAL_PARTS: Final = frozenset(
    {"donotreply", "dontreply", "noreply", "noemail", "nomail", "no", "nobody", "none", "nil"}
    | {"null", "nada", "keine", "unknown", "unbekannt", "fake", "test", "xx", "xxx"}
)
"""Names of mailboxes that nobody reads, without dots, dashes and digits. Our choice, from files of
customers."""

_FICTIONAL: Final = re.compile(r"55501\d\d$")
"""Ends of the numbers that the North American plan keeps for films: 555-0100 to 555-0199 (ATIS,
Central Office Code Assignment Guidelines, 4.5)."""

_COUNTING: Final = ("0123456789", "1234567890", "9876543210")
_LEAST: Final = 6
"""Digits of a phone that are told from an extension."""


def is_placeholder(kind: str, value: str) -> bool:
    """Whether a value of a kind has the form of one that is nobody's."""
    if kind == "email":
        local = value.strip().lower().partition("@")[0]
        return re.sub(r"[^a-z]", "", local) in _LOCAL_PARTS and not local[:1].isdigit()
    if kind == "phone":
        return _is_placeholder_phone("".join(mark for mark in value if mark.isdecimal()))
    return False


def _is_placeholder_phone(digits: str) -> bool:
    if len(digits) < _LEAST:
        return False
    # With or without a country code: the last six decide.
    ending = digits[-_LEAST:]
    return (
        len(set(ending)) == 1
        or any(ending in counting for counting in _COUNTING)
        or _FICTIONAL.search(digits) is not None
    )
