"""A reference: the number of a case, letter, call or other record, as somebody typed it.

It must not be a sentence, but it may still be a name, a phone number or a date of birth, so the
ledger holds it as a sealed fact alone (:mod:`aboveboard.basics.sealing`).
"""

from __future__ import annotations

import re
from typing import Final, NewType

from aboveboard.basics.errors import Invalid
from aboveboard.basics.sealing import is_sealed

Reference = NewType("Reference", str)
"""The number of a case, letter, call or other record, checked by :func:`parse_reference`."""

_FORM: Final = re.compile(r"[A-Za-z0-9:._/-]{1,80}")


class ReferenceRefused(Invalid):
    """A reference is a number or code, not a sentence: letters, digits and : . _ / - only."""

    code = "reference_refused"
    next_step = (
        "Give the number of the case, letter or call. Names and addresses do not belong here."
    )


def parse_reference(text: str) -> Reference:
    """Return what somebody typed as a reference.

    Raises:
        ReferenceRefused: it is not one.
    """
    if not is_reference(text):
        raise ReferenceRefused()
    return Reference(text)


def is_reference(text: str) -> bool:
    """Whether a text is a reference: 1 to 80 characters of its form."""
    return _FORM.fullmatch(text) is not None


def restored_reference(fact: str, entry_id: int) -> str:
    """Return the reference of a row that a restored database makes again from its entry.

    A sealed fact does not say what was written, so the row names the entry instead: unlike any
    other, and enough to find the paper by its date.
    """
    return f"entry:{entry_id}" if is_sealed(fact) else fact
