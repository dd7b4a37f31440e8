"""Asking in an emergency: decide, write the entry, tell who must know, then open. The
order is that of every use.

The procedure, numbered as in the code and in ``tests/access/test_emergency.py``:

1. The account's asking is counted, granted or not, in a transaction of its own that locks
   the account's others out.
2. The person is found, and it is decided (``deciding.emergency``).
3. One transaction writes the entry, the row for review, and the message to the privacy lead. It
   commits, or nothing follows.
4. The fields are opened with a grant that names the entry.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction

from aboveboard.access import lookup
from aboveboard.access.actions import Opened, UseRefused, open_granted
from aboveboard.access.decision import emergency as deciding
from aboveboard.access.emergency.notes import seal
from aboveboard.access.emergency.reasons import Emergency
from aboveboard.access.limits import EMERGENCY_LIFE, EMERGENCY_REVIEW
from aboveboard.access.lookup import Sought
from aboveboard.access.models import EmergencyAsked, EmergencyLook
from aboveboard.access.reasons import Code, Reason, reason
from aboveboard.accounts.queries import lock_staff_member
from aboveboard.basics.actor import Actor, ActorKind
from aboveboard.basics.canonical import Json
from aboveboard.basics.errors import Invalid, NotFound
from aboveboard.keys.queries import person_key
from aboveboard.ledger.actions import append
from aboveboard.outbox.actions import post
from aboveboard.promise import queries as promise
from aboveboard.promise.queries import Adopted
from aboveboard.vault import queries as vault
from aboveboard.vault.locking import lock_people

USED, REFUSED, OPENED = "use.emergency", "emergency.refused", "emergency.opened"
"""Kinds of the two entries, and of the message that tells the privacy lead."""
PURPOSE = "emergency"
"""What stands in an entry where a purpose would."""
CHANNEL = "console"
"""What stands where a channel of the promise would: it is asked nowhere else."""
_REFERENCE = re.compile(r"[A-Za-z0-9:._/-]{0,80}")


class EmergencyReference(Invalid):
    """The reference of an emergency is a number or code: letters, digits and : . _ / - only."""

    code = "emergency_reference"
    next_step = (
        "Give the number of the call or case; what happened belongs into the words for the "
        "reviewers."
    )


@dataclass(frozen=True, slots=True)
class EmergencyAsk:
    """What is asked: by whom, why, which fields; ``words`` for the
    reviewers, who alone read them."""

    actor: Actor
    why: Emergency
    fields: tuple[str, ...]
    reference: str = ""
    words: str = field(default="", repr=False)


def break_glass(ask: EmergencyAsk, sought: Sought, *, at: datetime) -> Opened | UseRefused:
    """Open named fields of the one person known by what was said, because somebody's
    life or safety is at stake.

    Raises:
        EmergencyReference: the reference is a sentence.
        NoOneFound, SeveralFound: there is not exactly one. That is told: whoever may act may know.
        NoPromise, Unavailable: as :func:`aboveboard.access.actions.use`.
    """
    if not _REFERENCE.fullmatch(ask.reference):
        raise EmergencyReference()
    adopted = promise.in_force()
    with transaction.atomic(durable=True):  # 1
        asked_today = _count(ask.actor, at)
    with transaction.atomic(durable=True):
        # 2.
        against = deciding.against(
            adopted.promise, ask.actor, ask.fields, held=True, asked_today=asked_today
        )
        found = [] if against else lookup.find(adopted.promise, sought)
        record = vault.fetch(found).get(found[0]) if len(found) == 1 else None
        if against or record is None:
            missed = against or (
                reason(Code.SEVERAL_TO_SHOW if len(found) > 1 else Code.PERSON_UNKNOWN),
            )
            entry_id = _write(REFUSED, adopted, ask, None, at, reasons=missed)  # 3
        else:
            entry_id = _write(USED, adopted, ask, record.handle, at)
            look = _keep(ask, record.person_id, entry_id, at)
            post(OPENED, {"emergency": look.pk})
    if against:
        return UseRefused(against, entry_id)
    if record is None:
        raise lookup.missing(found)
    return open_granted(record, ask.fields, entry_id)  # 4


def show_again(look_id: int, *, by: Actor, at: datetime) -> Opened | UseRefused:
    """Open the same fields once more, for the one who asked and while its time lasts; each
    showing is an entry of its own.

    Raises:
        NotFound: there is no such look of theirs.
    """
    look = EmergencyLook.objects.filter(pk=look_id, account_id=_number(by)).first()
    if look is None:
        raise NotFound(what="emergency look")
    adopted = promise.in_force()
    ask = EmergencyAsk(by, Emergency(look.why), tuple(look.fields), look.reference)
    with transaction.atomic(durable=True):
        record = (
            None if look.person_id is None else vault.fetch([look.person_id]).get(look.person_id)
        )
        against = deciding.against(
            adopted.promise, by, ask.fields, held=record is not None, asked_today=0
        )
        if at > look.until:
            against = (*against, reason(Code.EMERGENCY_OVER))
        handle = record.handle if record else None
        entry_id = _write(
            REFUSED if against else USED,
            adopted,
            ask,
            handle,
            at,
            reasons=against,
            of=look.entry_id,
        )
    if against or record is None:
        return UseRefused(against, entry_id)
    return open_granted(record, ask.fields, entry_id)


def _count(by: Actor, at: datetime) -> int:
    """Count this asking, and return how many the account had asked before it in 24 hours. A program
    is not counted: it is refused."""
    if by.kind is not ActorKind.STAFF:
        return 0
    lock_staff_member(_number(by))
    before = EmergencyAsked.objects.filter(
        account_id=_number(by), at__gt=at - timedelta(days=1)
    ).count()
    EmergencyAsked.objects.create(account_id=_number(by), at=at)
    return before


def _write(
    kind: str,
    adopted: Adopted,
    ask: EmergencyAsk,
    handle: str | None,
    at: datetime,
    *,
    reasons: tuple[Reason, ...] = (),
    of: int = 0,
) -> int:
    known = adopted.promise.fields
    facts: dict[str, Json] = {
        "purpose": PURPOSE,
        "why": ask.why.value,
        "channel": CHANNEL,
        "fields": sorted(name if name in known else "unknown" for name in set(ask.fields)),
        "promise": adopted.serial,
    }
    if ask.reference:
        facts["reference"] = hashlib.sha256(ask.reference.encode()).hexdigest()
    if reasons:
        facts["reasons"] = sorted({one.code.value for one in reasons})
    if of:
        facts["of"] = of
    return append(kind, by=ask.actor, handle=handle, facts=facts, at=at)


def _keep(ask: EmergencyAsk, person_id: int, entry_id: int, at: datetime) -> EmergencyLook:
    lock_people([person_id])  # a new key given to them meanwhile would leave these words behind
    key = person_key(person_id)
    words = seal(AESGCM(key), entry_id, ask.words) if key is not None and ask.words else b""
    return EmergencyLook.objects.create(
        entry_id=entry_id,
        person_id=person_id,
        actor=ask.actor.as_json(),
        account_id=_number(ask.actor),
        why=ask.why.value,
        fields=sorted(set(ask.fields)),
        reference=ask.reference,
        words=words,
        at=at,
        until=at + EMERGENCY_LIFE,
        review_due=at + EMERGENCY_REVIEW,
    )


def _number(by: Actor) -> int:
    return int(by.id) if by.id.isdigit() else 0
