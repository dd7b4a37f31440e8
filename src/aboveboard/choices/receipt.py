"""The receipt of a choice: ISO/IEC TS 27560 fields as JSON-LD with DPV terms, with
the ledger proof inside.

Pure: the caller gathers what goes in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aboveboard.basics.canonical import Json
from aboveboard.basics.clock import to_text
from aboveboard.choices.state import Answer

_CONTEXT: Json = {
    "dpv": "https://w3id.org/dpv#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "dct": "http://purl.org/dc/terms/",
    "ab": "https://w3id.org/dpv/schema/consent-27560#",
}
_STATUS = {
    ("consent", Answer.YES): "dpv:ConsentGiven",
    ("consent", Answer.NO): "dpv:ConsentWithdrawn",
    ("legitimate_interests", Answer.YES): "dpv:ObjectionWithdrawn",
    ("legitimate_interests", Answer.NO): "dpv:ObjectionLodged",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What a receipt says: the choice, the purpose it is about, and who promised."""

    choice_id: int
    person: str
    answer: Answer
    channel: str
    evidence: str
    at: datetime
    purpose: str
    title: str
    what: str
    why: str
    basis: str
    categories: tuple[str, ...]
    recipients: tuple[str, ...]
    kept: str
    promise_serial: int
    promise_digest: str
    controller: str
    contact: str
    proof: str | None


def receipt(facts: Facts) -> dict[str, Json]:
    """Return the receipt as JSON-LD.

    ``person`` is the ledger handle, so that the receipt can be matched to its proof without a
    name. ``proof`` is C2SP tlog-proof text, or None while the entry waits (a second at most) to
    be sequenced.
    """
    return {
        "@context": _CONTEXT,
        "@type": "dpv:ConsentRecord",
        "ab:schema_version": "ISO/IEC TS 27560:2023",
        "dct:identifier": f"choice/{facts.choice_id}",
        "dpv:hasDataSubject": facts.person,
        "dpv:hasDataController": {"dct:title": facts.controller, "dpv:hasContact": facts.contact},
        "dpv:hasProcess": {
            "dpv:hasPurpose": {
                "dct:identifier": facts.purpose,
                "dct:title": facts.title,
                "dct:description": f"{facts.what} {facts.why}",
            },
            "dpv:hasLegalBasis": facts.basis,
            "dpv:hasPersonalData": list(facts.categories),
            "dpv:hasRecipient": list(facts.recipients),
            "dpv:hasStorageCondition": facts.kept,
        },
        "dpv:hasNotice": {
            "dct:identifier": f"promise/{facts.promise_serial}",
            "ab:sha256": facts.promise_digest,
        },
        "ab:event": {
            "dpv:hasConsentStatus": _STATUS.get((facts.basis, facts.answer), "dpv:ObjectionLodged"),
            "dct:date": to_text(facts.at),
            "ab:method": facts.channel,
            "ab:evidence": facts.evidence,
        },
        "ab:proof": facts.proof,
    }
