"""How much proof a request needs, and whether there is enough: pure.

Proof is in proportion to what is asked (GDPR Art. 12(6), recital 64; EDPB Guidelines 01/2022,
paragraphs 58 to 79): who only wants to be left alone proves nothing; who changes or learns nothing
about others proves little; who would take or destroy everything proves as much as somebody who
signs in; where what is disclosed is sensitive, more than that. Each kind of evidence counts once,
so that a second code proves no more than the first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from aboveboard.rights.requests.terms import Asker, ProofEvidence, RequestKind

STRENGTH: Final = {
    ProofEvidence.SIGNED_IN: 2,
    ProofEvidence.CONTACT_CODE: 2,
    ProofEvidence.SHARED_CONTACT_CODE: 1,
    ProofEvidence.KNOWLEDGE: 1,
    ProofEvidence.DOCUMENT: 3,
    ProofEvidence.COUNTER_CODE: 3,
    ProofEvidence.AUTHORITY: 0,
}
"""What each adds. Signing in here is itself a code by mail, so the two are as strong, and both
prove the same thing: only the stronger of them counts."""

NEEDED: Final = {
    RequestKind.STOP_ASKING: 0,
    RequestKind.OBJECTION: 1,
    RequestKind.RESTRICTION: 1,
    RequestKind.HUMAN_REVIEW: 1,
    RequestKind.CORRECTION: 2,
    RequestKind.ACCESS: 2,
    RequestKind.PORTABILITY: 2,
    RequestKind.ERASURE: 2,
}
DISCLOSING: Final = frozenset({RequestKind.ACCESS, RequestKind.PORTABILITY})

_OF_ONE_MAILBOX: Final = frozenset(
    {ProofEvidence.SIGNED_IN, ProofEvidence.CONTACT_CODE, ProofEvidence.SHARED_CONTACT_CODE}
)


@dataclass(frozen=True, slots=True)
class ProofState:
    """How far the proof is. ``missing``: what somebody still has to bring, codes of ours; empty
    where it is enough."""

    strength: int
    needed: int
    missing: tuple[str, ...]

    @property
    def enough(self) -> bool:
        """Whether the request may go on."""
        return not self.missing


def judge_proof(
    kind: RequestKind, asker: Asker, evidence: Iterable[ProofEvidence], *, sensitive: bool = False
) -> ProofState:
    """Say how far the evidence reaches.

    ``sensitive``: special categories are held of the person (GDPR Art. 9), so that disclosing them
    to somebody else would do more harm.
    """
    brought = set(evidence)
    needed = NEEDED[kind] + (1 if sensitive and kind in DISCLOSING else 0)
    mailbox = [STRENGTH[each] for each in brought & _OF_ONE_MAILBOX]
    strength = max(mailbox, default=0) + sum(STRENGTH[each] for each in brought - _OF_ONE_MAILBOX)
    missing = []
    # The dead prove nothing themselves: an executor's papers and own proof stand for them.
    if strength < needed:
        missing.append("identity")
    if asker is not Asker.SELF and ProofEvidence.AUTHORITY not in brought:
        missing.append("authority")
    return ProofState(strength, needed, tuple(missing))
