"""A receipt that can be checked without us: signed, and held against the entry it proves. Pure.

What is signed is a C2SP signed note with two lines: the name of this format, and the SHA-256 of the
canonical JSON (RFC 8785) of the receipt without its signature. The key is that of the log, so that
whoever has the log's verifier key needs no other. A note of a receipt can never be taken for a
checkpoint: its first line is no origin of a log.

The checks of :func:`check`, numbered as in the code:

1. The signature is of a key that is trusted, over just this receipt.
2. The proof leads to a checkpoint of a key that is trusted, and carries an entry of a choice.
3. The receipt says what the entry says: whose, which purpose and way of contact, when, how, under
   which version of the promise; and a yes that waited is not shown as given.
4. The evidence opens the sealed evidence of the entry.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from aboveboard.basics.canonical import Json, digest
from aboveboard.basics.clock import to_text
from aboveboard.basics.errors import Invalid
from aboveboard.basics.sealing import verify_text
from aboveboard.ledger.format import proof as proofs
from aboveboard.ledger.format.entry import EntryBody
from aboveboard.ledger.format.note import NoteRefused, Signer, Verifier

FORMAT: Final = "aboveboard/receipt/v1"
SIGNATURE: Final = "ab:signature"
_KINDS: Final = ("choice.made", "choice.waits")
_GIVEN: Final = ("dpv:ConsentGiven", "dpv:ObjectionWithdrawn")


class ReceiptRefused(Invalid):
    """The receipt does not hold: {found}."""

    code = "receipt_refused"
    next_step = "Ask whoever gave it to you for the receipt again, and for the key of their log."


@dataclass(frozen=True, slots=True)
class CheckedReceipt:
    """What a receipt that holds says. ``proved``: it carries the proof of the log, and not the
    signature alone; ``size``: of the log under which it is proved, else 0."""

    purpose: str
    contact: str
    status: str
    at: datetime | None
    proved: bool
    size: int


def sign(receipt: Mapping[str, Json], signer: Signer) -> dict[str, Json]:
    """Return the receipt with its signature."""
    return {**receipt, SIGNATURE: signer.sign(_note_text(receipt))}


def _note_text(receipt: Mapping[str, Json]) -> str:
    unsigned = {name: value for name, value in receipt.items() if name != SIGNATURE}
    return f"{FORMAT}\n{digest(unsigned)}\n"


def check(receipt: Mapping[str, Any], trusted: Sequence[Verifier]) -> CheckedReceipt:
    """Check a receipt, with nothing but the verifier keys of the log.

    Raises:
        ReceiptRefused: a check fails, or it has not the form of a receipt.
        ProofMalformed, CheckpointRefused, ProofRefused, EntryRefused: the proof does not hold.
    """
    _check_signature(receipt, trusted)  # 1
    event, purpose = _part(receipt, "ab:event"), _part(receipt, "dpv:hasProcess", "dpv:hasPurpose")
    about = (str(purpose.get("dct:identifier")), str(event.get("ab:contact", "")))
    status = str(event.get("dpv:hasConsentStatus"))
    proof = receipt.get("ab:proof")
    if proof is None:
        return CheckedReceipt(*about, status, None, False, 0)
    entry, _, checkpoint = proofs.verify(str(proof), *trusted)  # 2
    if entry.kind not in _KINDS:
        raise ReceiptRefused(found=f"its proof is of an entry {entry.kind}, which is no choice")
    _check_stated(receipt, event, about, entry)  # 3
    if entry.kind == "choice.waits" and status in _GIVEN:
        raise ReceiptRefused(found="the yes waited to be confirmed, and is shown as given")
    if (entry.facts.get("answer") == "no") and status in _GIVEN:
        raise ReceiptRefused(found="the answer was no, and is shown as a yes")
    _check_evidence(event, entry)  # 4
    return CheckedReceipt(*about, status, entry.at, True, checkpoint.size)


def _check_signature(receipt: Mapping[str, Any], trusted: Sequence[Verifier]) -> None:
    signature = receipt.get(SIGNATURE)
    if not isinstance(signature, str):
        raise ReceiptRefused(found="it is not signed")
    for key in trusted:
        try:
            text = key.open(signature)
        except NoteRefused:
            continue
        if text != _note_text(receipt):
            raise ReceiptRefused(found="it was changed after it was signed")
        return
    raise ReceiptRefused(found="no key that is trusted signed it")


def _check_stated(
    receipt: Mapping[str, Any], event: Mapping[str, Any], about: tuple[str, str], entry: EntryBody
) -> None:
    facts = entry.facts
    pairs: dict[str, tuple[object, object]] = {
        "whose it is": (receipt.get("dpv:hasDataSubject"), entry.handle),
        "the purpose": (about[0], facts.get("purpose")),
        "the way of contact": (about[1], facts.get("contact") or ""),
        "when": (event.get("dct:date"), to_text(entry.at)),
        "how": (event.get("ab:method"), facts.get("channel")),
        "the version of the promise": (
            _part(receipt, "dpv:hasNotice").get("dct:identifier"),
            f"promise/{facts.get('promise')}",
        ),
    }
    for what, (stated, recorded) in pairs.items():
        if stated != recorded:
            raise ReceiptRefused(found=f"{what} is not as the entry of the log says")


def _check_evidence(event: Mapping[str, Any], entry: EntryBody) -> None:
    key, evidence = str(event.get("ab:evidenceKey", "")), str(event.get("ab:evidence", ""))
    if not key:
        return  # its key was lost with the database that held it: the receipt says so itself
    sealed = str(entry.facts.get("evidence", ""))
    try:
        holds = verify_text(sealed, evidence, bytes.fromhex(key))
    except ValueError:
        holds = False
    if not holds:
        raise ReceiptRefused(found="the evidence is not the one of the entry of the log")


def _part(receipt: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    part: Any = receipt
    for name in names:
        part = part.get(name) if isinstance(part, Mapping) else None
    if not isinstance(part, Mapping):
        raise ReceiptRefused(found=f"it has no {names[-1]}")
    return part
