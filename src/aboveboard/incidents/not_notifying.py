"""Deciding not to notify: a duty that does not bind, that counsel answered, or that the lead does
not fulfil, with the reason, the person and where the evidence is (GDPR Art. 33(5)).

The decision is a row of its own beside the duty, which stays in the list. What was written is
sealed, and no part of the log: ``12 bytes nonce | AES-256-GCM(canonical JSON)`` under a key of this
instance, bound to the entry of the decision.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.db import transaction

from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Conflict, Invalid, NotFound
from aboveboard.basics.facts import Code
from aboveboard.incidents import lifecycle
from aboveboard.incidents.assessment.times import check_order
from aboveboard.incidents.entries import IncidentChanged, NotNotifiedDecided
from aboveboard.incidents.limits import REASON_WORDS
from aboveboard.incidents.models import DutyDone, DutyRecord, NotNotified
from aboveboard.incidents.open_duties import who
from aboveboard.incidents.terms import IncidentState
from aboveboard.keys.queries import instance_secret

_KEY_NAME: Final = "decisions"
_AAD: Final = b"aboveboard/not-notified/v1/"
_NONCE_BYTES: Final = 12


class ReasonRefused(Invalid):
    """The reason is empty, or it or the evidence is longer than {limit:,} characters."""

    code = "reason_refused"
    next_step = "Say in a few sentences why nobody is notified, and where the evidence is."


@dataclass(frozen=True, slots=True)
class NotNotifiedView:
    """A decision that whoever a duty names is not notified. ``by``: the actor, as JSON; ``reason``
    and ``evidence``: None where they cannot be read."""

    at: datetime
    by: dict[str, str]
    reason: str | None
    evidence: str | None


def decide_not_to_notify(
    duty_pk: int,
    *,
    reason: str,
    evidence: str = "",
    decided_at: datetime | None = None,
    by: Actor,
    at: datetime,
) -> NotNotifiedView:
    """Record that whoever a duty names is not notified.

    ``evidence``: where the grounds can be read, such as counsel's letter. A duty that binds may be
    decided on too: closing the incident then names it.

    Raises:
        NotFound: there is no such duty. Conflict: it is done, or that is decided already.
            ReasonRefused: there is no reason. Invalid: it lies in the future.
    """
    reason, evidence = reason.strip(), evidence.strip()
    if not reason or max(len(reason), len(evidence)) > REASON_WORDS:
        raise ReasonRefused(limit=REASON_WORDS)
    check_order(occurred_at=decided_at, at=at)
    with transaction.atomic():
        duty = _lock_duty(duty_pk)
        if DutyDone.objects.filter(duty=duty).exists():
            raise Conflict(why="this duty is already marked as done")
        if decision_on(duty_pk) is not None:
            raise Conflict(why="that is decided already; take it back to decide again")
        entry_id = _record(duty, by=by, at=at)
        row = NotNotified.objects.create(
            duty=duty,
            at=decided_at or at,
            recorded_at=at,
            by=by.as_json(),
            words=_seal(entry_id, reason, evidence),
            entry_id=entry_id,
        )
        lifecycle.add_timeline_event(
            duty.incident,
            "duty.not_notified",
            f"Decided not to notify: {who(duty)}.",
            by=by,
            at=row.at,
            recorded_at=at,
        )
    return _view(row)


def take_back_decision(duty_pk: int, *, by: Actor, at: datetime) -> None:
    """Take back that somebody is not notified: the duty is open again. The decision stays on
    record.

    Raises:
        NotFound: there is no such decision.
        Conflict: the duty binds, and the incident is called notified or closed.
    """
    with transaction.atomic():
        duty = _lock_duty(duty_pk)
        row = NotNotified.objects.filter(duty=duty, withdrawn_at=None).first()
        if row is None:
            raise NotFound(what="decision not to notify")
        state = lifecycle.current_state(duty.incident)
        if duty.required == "yes" and state in (IncidentState.NOTIFIED, IncidentState.CLOSED):
            raise Conflict(
                why=f"{duty.incident.reference} has the status “{state.label.lower()}”; take that "
                "back first"
            )
        _record(duty, withdrawn=True, by=by, at=at)
        row.withdrawn_at = at
        row.save(update_fields=["withdrawn_at"])
        lifecycle.add_timeline_event(
            duty.incident,
            "duty.not_notified.taken_back",
            f"Taken back: it is not decided whether to notify {who(duty)}.",
            by=by,
            at=at,
        )


def decision_on(duty_pk: int) -> NotNotifiedView | None:
    """Return the decision on a duty that holds, or None."""
    row = NotNotified.objects.filter(duty_id=duty_pk, withdrawn_at=None).first()
    return _view(row) if row else None


def decisions(number: int) -> dict[int, NotNotifiedView]:
    """Return the decisions on an incident's duties that hold: number of the duty to decision."""
    rows = NotNotified.objects.filter(duty__incident__number=number, withdrawn_at=None)
    return {row.duty_id: _view(row) for row in rows}


def _lock_duty(duty_pk: int) -> DutyRecord:
    duty = DutyRecord.objects.filter(pk=duty_pk).select_related("incident").first()
    if duty is None:
        raise NotFound(what="duty")
    # The incident before the duty, as whoever works out duties anew does.
    lifecycle.find(duty.incident.number, lock=True)
    return (
        DutyRecord.objects.select_for_update(of=("self",))
        .select_related("incident")
        .get(pk=duty_pk)
    )


def _record(duty: DutyRecord, *, withdrawn: bool = False, by: Actor, at: datetime) -> int:
    facts = NotNotifiedDecided(
        duty=Code(duty.duty_id),
        jurisdiction=Code(duty.jurisdiction),
        required=Code(duty.required.replace(" ", "_")),
        withdrawn=withdrawn,
    )
    entry = IncidentChanged(incident=lifecycle.reference_of(duty.incident), not_notified=facts)
    return lifecycle.append_entry(entry, by=by, at=at)


def _view(row: NotNotified) -> NotNotifiedView:
    words = _read(row.entry_id, row.words)
    return NotNotifiedView(
        at=row.at,
        by=row.by,
        reason=words["reason"] if words else None,
        evidence=words["evidence"] if words else None,
    )


def _seal(entry_id: int, reason: str, evidence: str) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    text = json.dumps({"reason": reason, "evidence": evidence}).encode()
    return nonce + _cipher(instance_secret(_KEY_NAME)).encrypt(nonce, text, _bound_to(entry_id))


def _read(entry_id: int, sealed: bytes | memoryview) -> dict[str, str] | None:
    box = bytes(sealed)
    cipher = _cipher(instance_secret(_KEY_NAME))
    try:
        text = cipher.decrypt(box[:_NONCE_BYTES], box[_NONCE_BYTES:], _bound_to(entry_id))
        words: dict[str, str] = json.loads(text)
    except (InvalidTag, ValueError):
        return None
    return words


@cache
def _cipher(secret: bytes) -> AESGCM:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=_AAD + b"words")
    return AESGCM(derived.derive(secret))


def _bound_to(entry_id: int) -> bytes:
    return _AAD + entry_id.to_bytes(8, "big")
