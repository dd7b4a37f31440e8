"""Opening the e-mail address that somebody had, and the one that replaced it, to tell them at both
that it was changed.

No purpose of the promise is asked: telling the person about a change of their own sign-in address
is a duty of security (GDPR Art. 32), whatever the promise uses the address for. It has its entry
all the same, and is opened after that is durable.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from aboveboard.access.entries import AddressChangeNotified, CorrespondentOpened
from aboveboard.access.release import make_grant
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.facts import Word
from aboveboard.basics.personal import Personal
from aboveboard.keys.actions import entry_subject
from aboveboard.ledger.actions import append
from aboveboard.vault import changing
from aboveboard.vault import queries as vault


def open_former(
    person_id: int, field: str, copy: bytes, *, at: datetime
) -> tuple[Personal[str], Personal[str] | None] | None:
    """Return the address before and the one now; None when the person is no longer held.

    ``copy``: what ``vault.changing.replace`` returned of the field.
    """
    record = vault.fetch([person_id]).get(person_id)
    with transaction.atomic():
        subject = entry_subject(person_id)
        if record is None or subject is None:
            return None
        entry = AddressChangeNotified(Word(field))
        entry_id = append(entry, by=SYSTEM, handle=subject.handle, at=at)
    # After the block has committed: the entry is durable before anything is opened (design,
    # invariant 3).
    grant = make_grant(record, {field}, entry_id)
    return changing.open_former(grant, field, copy), vault.open_record(grant, record)[field]


def open_correspondent(
    person_id: int, field: str, copy: bytes, *, at: datetime
) -> Personal[str] | None:
    """Open the address of whoever is written to instead of a person, which is sealed under the
    person's key; None when they are no longer held."""
    record = vault.fetch([person_id]).get(person_id)
    with transaction.atomic():
        subject = entry_subject(person_id)
        if record is None or subject is None:
            return None
        entry_id = append(CorrespondentOpened(), by=SYSTEM, handle=subject.handle, at=at)
    return changing.open_former(make_grant(record, {field}, entry_id), field, copy)
