"""A reference: the number of a case, letter, call or other record. It goes into the ledger, so it
must not be a sentence, and so cannot hold a name or an address.
"""

from __future__ import annotations

import re
from typing import Final

from aboveboard.basics.errors import Invalid
from aboveboard.basics.facts import REFERENCE_PATTERN, Reference

_FORM: Final = re.compile(REFERENCE_PATTERN)


class ReferenceRefused(Invalid):
    """A reference is a number or code, not a sentence: letters, digits and : . _ / - only."""

    code = "reference_refused"
    next_step = (
        "Give the number of the case, letter or call. Names and addresses do not belong here."
    )


def reference(text: str) -> Reference:
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
