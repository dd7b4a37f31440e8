"""Why data is kept although it could go, or rests although it could be used: a code, and
the law it stands on."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from aboveboard.vault.entries import ErasureReason


class HoldReason(StrEnum):
    """Why data must not be erased for now (GDPR Art. 17(3))."""

    CLAIM = "claim"
    LEGAL_DUTY = "legal_duty"
    AUTHORITY = "authority"


class RestrictionReason(StrEnum):
    """Why data may only be stored for now: the four cases of GDPR Art. 18(1)."""

    ACCURACY_CONTESTED = "accuracy_contested"
    UNLAWFUL = "unlawful"
    NEEDED_FOR_CLAIM = "needed_for_claim"
    OBJECTION_PENDING = "objection_pending"


HOLD_WORDS: Final = {
    HoldReason.CLAIM: "A legal claim is made, exercised or defended",
    HoldReason.LEGAL_DUTY: "A law obliges us to keep it",
    HoldReason.AUTHORITY: "A court or an authority has told us to keep it",
}
HOLD_LAW: Final = {
    HoldReason.CLAIM: "GDPR Art. 17(3)(e)",
    HoldReason.LEGAL_DUTY: "GDPR Art. 17(3)(b)",
    HoldReason.AUTHORITY: "GDPR Art. 17(3)(b)",
}
ON_REQUEST: Final = tuple(reason for reason in ErasureReason if reason != ErasureReason.RETENTION)
"""Why one person is erased, of those that a sweep does not give."""
ERASURE_WORDS: Final = {
    ErasureReason.ASKED: "They asked, or said no to its use",
    ErasureReason.NO_LONGER_NEEDED: "We no longer need it",
    ErasureReason.OBJECTED: "They objected, and no reason of ours is stronger",
    ErasureReason.UNLAWFUL: "We were wrong to use it",
    ErasureReason.LEGAL_DUTY: "A law obliges us to erase it",
    ErasureReason.CHILD: "It was collected from a child, online",
}
ERASURE_LAW: Final = {
    ErasureReason.ASKED: "GDPR Art. 17(1)(b)",
    ErasureReason.NO_LONGER_NEEDED: "GDPR Art. 17(1)(a)",
    ErasureReason.OBJECTED: "GDPR Art. 17(1)(c)",
    ErasureReason.UNLAWFUL: "GDPR Art. 17(1)(d)",
    ErasureReason.LEGAL_DUTY: "GDPR Art. 17(1)(e)",
    ErasureReason.CHILD: "GDPR Art. 17(1)(f)",
}
RESTRICTION_WORDS: Final = {
    RestrictionReason.ACCURACY_CONTESTED: "They say it is wrong, and we are checking",
    RestrictionReason.UNLAWFUL: "We were wrong to use it, and they want it kept rather than erased",
    RestrictionReason.NEEDED_FOR_CLAIM: "We no longer need it, but they need it for a legal claim",
    RestrictionReason.OBJECTION_PENDING: (
        "They objected, and we are weighing whose reasons are stronger"
    ),
}
RESTRICTION_LAW: Final = {
    RestrictionReason.ACCURACY_CONTESTED: "GDPR Art. 18(1)(a)",
    RestrictionReason.UNLAWFUL: "GDPR Art. 18(1)(b)",
    RestrictionReason.NEEDED_FOR_CLAIM: "GDPR Art. 18(1)(c)",
    RestrictionReason.OBJECTION_PENDING: "GDPR Art. 18(1)(d)",
}
"""Words and law of each code, as staff read them. What the customer reads is the
portal's, in their language."""
