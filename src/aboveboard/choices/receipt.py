"""The receipt of a choice: ISO/IEC TS 27560 fields as JSON-LD with DPV terms, with the ledger proof
inside. Pure: ``queries.receipt_of`` gathers what goes in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aboveboard.basics.canonical import Json
from aboveboard.basics.clock import to_text
from aboveboard.basics.errors import Damaged
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.promise.model import LawfulBasis

_CONTEXT: Json = {
    "dpv": "https://w3id.org/dpv#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "dct": "http://purl.org/dc/terms/",
    "ab": "https://w3id.org/dpv/schema/consent-27560#",
}
_STATUS = {
    (LawfulBasis.CONSENT, ChoiceAnswer.YES): "dpv:ConsentGiven",
    (LawfulBasis.CONSENT, ChoiceAnswer.NO): "dpv:ConsentWithdrawn",
    # The two bases that a person may object to (GDPR Art. 21(1)).
    (LawfulBasis.LEGITIMATE_INTERESTS, ChoiceAnswer.YES): "dpv:ObjectionWithdrawn",
    (LawfulBasis.LEGITIMATE_INTERESTS, ChoiceAnswer.NO): "dpv:ObjectionLodged",
    (LawfulBasis.PUBLIC_TASK, ChoiceAnswer.YES): "dpv:ObjectionWithdrawn",
    (LawfulBasis.PUBLIC_TASK, ChoiceAnswer.NO): "dpv:ObjectionLodged",
}


class ReceiptNotPossible(Damaged):
    """No receipt of {what} can be written: the promise it names leaves no such choice."""

    code = "receipt_not_possible"


@dataclass(frozen=True, slots=True)
class AddressProof:
    """The address that a yes needs confirmed: its ``field``, and when the person confirmed it, with
    the ledger ``proof``; None where they have not, or the proof is not sealed yet."""

    field: str
    at: datetime | None
    proof: str | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a receipt says: the choice, the purpose it is about, and who promised."""

    choice_id: int
    person: str
    answer: ChoiceAnswer
    channel: str
    evidence: str
    evidence_key: str
    at: datetime
    purpose: str
    title: str
    what: str
    why: str
    basis: LawfulBasis
    categories: tuple[str, ...]
    recipients: tuple[str, ...]
    kept: str
    promise_serial: int
    promise_digest: str
    controller: str
    contact: str
    proof: str | None
    waits: bool = False
    way: str = ""
    """The way of contact that it is about, or empty: the purpose as a whole."""
    confirmation: AddressProof | None = None
    """Of a yes to e-mail under double opt-in: whether the address is confirmed."""
    earlier: frozenset[ChoiceAnswer] = frozenset()
    """What the person had answered about the same before, as far as it counted."""


def as_json_ld(receipt: Receipt) -> dict[str, Json]:
    """Return the receipt as JSON-LD.

    ``person`` is the handle of the entry, so that the receipt can be matched to its proof without a
    name. ``evidence_key`` (hex) checks the evidence against the sealed one in the proof
    (``basics.sealing``); empty for an entry from before evidence was sealed. ``proof`` is C2SP
    tlog-proof text, or None while the entry waits (a second at most) to be sequenced.
    ``addressConfirmation``: under double opt-in, whether the address is confirmed by now."""
    confirmed = receipt.confirmation
    return {
        "@context": _CONTEXT,
        "@type": "dpv:ConsentRecord",
        "ab:schema_version": "ISO/IEC TS 27560:2023",
        "dct:identifier": f"choice/{receipt.choice_id}",
        # Their handle: whoever finds the file learns no name from it.
        "dpv:hasDataSubject": receipt.person,
        "dpv:hasDataController": {
            "dct:title": receipt.controller,
            "dpv:hasContact": receipt.contact,
        },
        "dpv:hasProcess": {
            "dpv:hasPurpose": {
                "dct:identifier": receipt.purpose,
                "dct:title": receipt.title,
                "dct:description": f"{receipt.what} {receipt.why}",
            },
            "dpv:hasLegalBasis": receipt.basis.value,
            "dpv:hasPersonalData": list(receipt.categories),
            "dpv:hasRecipient": list(receipt.recipients),
            "dpv:hasStorageCondition": receipt.kept,
        },
        "dpv:hasNotice": {
            "dct:identifier": f"promise/{receipt.promise_serial}",
            "ab:sha256": receipt.promise_digest,
        },
        "ab:event": {
            "dpv:hasConsentStatus": _status(receipt),
            "dct:date": to_text(receipt.at),
            "ab:method": receipt.channel,
            **({"ab:contact": receipt.way} if receipt.way else {}),
            "ab:evidence": receipt.evidence,
            "ab:evidenceKey": receipt.evidence_key,
        },
        **({"ab:addressConfirmation": _confirmation(confirmed)} if confirmed else {}),
        "ab:proof": receipt.proof,
    }


def _confirmation(confirmed: AddressProof) -> dict[str, Json]:
    return {
        "ab:field": confirmed.field,
        "ab:confirmed": confirmed.at is not None,
        "dct:date": to_text(confirmed.at) if confirmed.at else None,
        "ab:proof": confirmed.proof,
    }


def _status(receipt: Receipt) -> str | None:
    """Return DPV's word for what holds after this choice, or None where it has none. A yes that
    waits gives nothing: consent is asked for, and an objection stands. Nothing is withdrawn that
    was never there."""
    consent = receipt.basis is LawfulBasis.CONSENT
    if receipt.waits:
        return "dpv:ConsentRequested" if consent else _STATUS[receipt.basis, ChoiceAnswer.NO]
    status = _STATUS[receipt.basis, receipt.answer]
    if consent and receipt.answer is ChoiceAnswer.NO and ChoiceAnswer.YES not in receipt.earlier:
        return "dpv:ConsentRefused"
    if (
        not consent
        and receipt.answer is ChoiceAnswer.YES
        and ChoiceAnswer.NO not in receipt.earlier
    ):
        return None
    return status
