"""Asking in an emergency: decide, write the entry, notify who must know, then open. The order is
that of every use.

The procedure, numbered as in the code and in ``tests/access/test_emergency.py``:

1. The account's asking is counted, granted or not, in a transaction of its own that locks
   the account's others out.
2. The person is found, and it is decided (``decision.emergency``).
3. One transaction writes the entry, the row for review, and the messages to the privacy lead and
   to a person who keeps the asker out. It commits, or nothing follows.
4. The fields are opened with a grant that names the entry.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction

from aboveboard.access import lookup
from aboveboard.access.decision import emergency as deciding
from aboveboard.access.emergency.notes import seal
from aboveboard.access.emergency.reasons import CHANNEL, PURPOSE, EmergencyGround, ReviewVerdict
from aboveboard.access.entries import EmergencyRefused, EmergencyUsed, known_words
from aboveboard.access.limits import EMERGENCY_LIFE, EMERGENCY_REVIEW
from aboveboard.access.models import EmergencyAsked, EmergencyUse
from aboveboard.access.reasons import ReasonCode, RefusalReason, reason
from aboveboard.access.release import entry_subject, open_granted
from aboveboard.access.use import Subject, UseResult
from aboveboard.accounts.queries import lock_staff_member
from aboveboard.basics.actor import Actor, ActorKind
from aboveboard.basics.errors import Invalid, NotFound
from aboveboard.basics.facts import Code as FactCode
from aboveboard.choices.queries import consent_state
from aboveboard.keys.handles import EntrySubject, NamelessHandle
from aboveboard.keys.queries import person_key
from aboveboard.ledger.actions import append
from aboveboard.outbox.actions import post
from aboveboard.promise import queries as promise
from aboveboard.promise.queries import AdoptedPromise
from aboveboard.vault import queries as vault
from aboveboard.vault.locking import lock_people

OPENED = "emergency.opened"
"""Kind of the message that notifies the privacy lead."""
KEPT_OUT = "emergency.kept-out"
"""Kind of the message that notifies the person, where they keep out whoever asked."""
_REFERENCE = re.compile(r"[A-Za-z0-9:._/-]{0,80}")


class EmergencyReference(Invalid):
    """The reference of an emergency is a number or code: letters, digits and : . _ / - only."""

    code = "emergency_reference"
    next_step = (
        "Give the number of the call or case; what happened belongs into the words for the "
        "reviewers."
    )


@dataclass(frozen=True, slots=True)
class _EmergencyRequest:
    """What every entry about one emergency says: who asks, why, and for which fields."""

    actor: Actor
    why: EmergencyGround
    fields: tuple[str, ...]
    reference: str


def break_glass(
    subject: Subject,
    fields: tuple[str, ...],
    why: EmergencyGround,
    *,
    reference: str = "",
    note: str = "",
    by: Actor,
    at: datetime,
) -> UseResult:
    """Open named fields of the one person known by what was said, because somebody's life or safety
    is at stake. ``note`` is for the reviewers, who alone read it.

    Raises:
        EmergencyReference: the reference is a sentence.
        NoOneFound, SeveralFound: there is not exactly one. That is said: whoever may act may know.
        NoPromise, Unavailable: as :func:`aboveboard.access.actions.use`.
    """
    if not _REFERENCE.fullmatch(reference):
        raise EmergencyReference()
    adopted = promise.in_force()
    asked = _EmergencyRequest(by, why, fields, reference)
    # 1. Committed before anything is decided, so that an asking that fails counts too, and two at
    # once cannot both be the third of three.
    with transaction.atomic(durable=True):
        asked_today = _count(by, at)
    with transaction.atomic(durable=True):
        # 2.
        against = deciding.refusals(adopted.promise, by, fields, held=True, asked_today=asked_today)
        person_ids = [] if against else lookup.find(adopted.promise, subject)
        # Until the commit, and before an entry about them: an erasure takes the locks in this
        # order, and a key rotation meanwhile would re-encrypt every note but this one.
        lock_people(person_ids)
        record = vault.fetch(person_ids).get(person_ids[0]) if len(person_ids) == 1 else None
        # 3.
        if against or record is None:
            unknown = (
                ReasonCode.SEVERAL_TO_SHOW if len(person_ids) > 1 else ReasonCode.PERSON_UNKNOWN
            )
            refused = against or (reason(unknown),)
            entry_id = _write(adopted, asked, NamelessHandle(), at, reasons=refused)
        else:
            entry_id = _write(adopted, asked, entry_subject(record), at)
            row = _store(asked, note, record.person_id, entry_id, at)
            post(OPENED, {"emergency": row.pk})
            # Somebody who must be protected is written to after the review, which may first find
            # that they are not to be written to.
            if why is not EmergencyGround.VULNERABLE_PERSON:
                notify_kept_out(row)
    if against:
        return UseResult(entry_id, None, reasons=against)
    if record is None:
        raise lookup.no_single_match(person_ids)
    return open_granted(record, fields, entry_id)  # 4


def show_again(number: int, *, by: Actor, at: datetime) -> UseResult:
    """Open the same fields once more, for the one who asked, while its time lasts and unless it was
    found not to be justified; each showing is an entry of its own.

    Raises:
        NotFound: there is no such emergency use of theirs.
    """
    row = EmergencyUse.objects.filter(pk=number, account_id=_account_number(by)).first()
    if row is None or not row.authentic:
        raise NotFound(what="emergency use")
    adopted = promise.in_force()
    asked = _EmergencyRequest(by, EmergencyGround(row.why), tuple(row.fields), row.reference)
    with transaction.atomic(durable=True):
        record = None if row.person_id is None else vault.fetch([row.person_id]).get(row.person_id)
        against = deciding.refusals(
            adopted.promise, by, asked.fields, held=record is not None, asked_today=0
        )
        # Whoever was found to have had no ground sees nothing more, whatever time is left.
        if at > row.until or row.verdict == ReviewVerdict.NOT_JUSTIFIED:
            against = (*against, reason(ReasonCode.EMERGENCY_OVER))
        entry_id = _write(
            adopted, asked, entry_subject(record), at, reasons=against, of=row.entry_id
        )
    if against or record is None:
        return UseResult(entry_id, row.person_id, reasons=against)
    return open_granted(record, asked.fields, entry_id)


def notify_kept_out(row: EmergencyUse) -> None:
    """Post that the person is to be told, where they keep whoever asked out of their record."""
    if row.person_id is not None:
        asker = Actor.from_json(row.actor)
        if consent_state(row.person_id).keeps_out(asker):
            post(KEPT_OUT, {"emergency": row.pk})


def _count(by: Actor, at: datetime) -> int:
    """Count this asking, and return how many the account had asked before it in 24 hours. A client
    is not counted: it is refused."""
    if by.kind is not ActorKind.STAFF:
        return 0
    number = _account_number(by)
    lock_staff_member(number)
    before = EmergencyAsked.objects.filter(account_id=number, at__gt=at - timedelta(days=1)).count()
    EmergencyAsked.objects.create(account_id=number, at=at)
    return before


def _write(
    adopted: AdoptedPromise,
    asked: _EmergencyRequest,
    subject: EntrySubject | NamelessHandle,
    at: datetime,
    *,
    reasons: Sequence[RefusalReason] = (),
    of: int | None = None,
) -> int:
    """Write that it was granted, or refused for ``reasons``; ``of`` is the entry of the first
    showing."""
    why, fields = FactCode(asked.why.value), known_words(asked.fields, adopted.promise.fields)
    reference = subject.seal(asked.reference) if asked.reference else None
    facts: EmergencyUsed | EmergencyRefused
    if reasons:
        codes = tuple(sorted({FactCode(each.code.value) for each in reasons}))
        facts = EmergencyRefused(
            PURPOSE, why, CHANNEL, fields, adopted.serial, codes, reference, of
        )
    else:
        facts = EmergencyUsed(PURPOSE, why, CHANNEL, fields, adopted.serial, reference, of)
    return append(facts, by=asked.actor, handle=subject.handle, at=at)


def _store(
    asked: _EmergencyRequest, note: str, person_id: int, entry_id: int, at: datetime
) -> EmergencyUse:
    key = person_key(person_id)
    sealed = seal(AESGCM(key), entry_id, note) if key is not None and note else b""
    return EmergencyUse.objects.create(
        entry_id=entry_id,
        person_id=person_id,
        actor=asked.actor.as_json(),
        account_id=_account_number(asked.actor),
        why=asked.why.value,
        fields=sorted(set(asked.fields)),
        reference=asked.reference,
        words=sealed,
        at=at,
        until=at + EMERGENCY_LIFE,
        review_due=at + EMERGENCY_REVIEW,
    )


def _account_number(by: Actor) -> int:
    return int(by.id) if by.id.isdigit() else 0
