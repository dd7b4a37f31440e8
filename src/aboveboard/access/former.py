"""Opening addresses for messages that we owe somebody whatever the promise says.

No purpose of the promise is asked: telling the person at the old address and the new one that it
was changed is a duty of security (GDPR Art. 32), and so are answering them (Art. 12(3)), telling
them what a changed promise does (Art. 13(3)), having an address confirmed that they said yes to be
written to at, telling that somebody whom they keep out opened their record, and that a third party
whom they let in may look, or may no more. Each has its entry all the same, and the address is
opened after that is durable.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from aboveboard.access.entries import (
    AddressChangeNotified,
    AnswerNotified,
    ChangeNotified,
    ConfirmationSent,
    CorrespondentOpened,
    EmergencyNotified,
    RequestOpened,
    ThirdPartyNotified,
)
from aboveboard.access.release import make_grant
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.facts import Facts, Word
from aboveboard.basics.personal import Personal
from aboveboard.keys.actions import entry_subject, entry_subjects
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


def open_for_answer(
    person_id: int, field: str, raised: int, *, at: datetime
) -> Personal[str] | None:
    """Open somebody's own e-mail address, to tell them that the concern of entry ``raised`` is
    answered; None when they are no longer held, or have none."""
    record = vault.fetch([person_id]).get(person_id)
    with transaction.atomic():
        subject = entry_subject(person_id)
        if record is None or subject is None:
            return None
        entry_id = append(AnswerNotified(raised), by=SYSTEM, handle=subject.handle, at=at)
    return vault.open_record(make_grant(record, {field}, entry_id), record).get(field)


def open_for_emergency(
    person_id: int, fields: Collection[str], used: int, *, at: datetime
) -> Personal[str] | None:
    """Open the first of some e-mail addresses of somebody, to tell them of the emergency use of
    entry ``used``; None when they are no longer held, or have none."""
    return _open_first(person_id, fields, EmergencyNotified(used), at=at)


def open_for_third_party(
    person_id: int, fields: Collection[str], choice: int, *, at: datetime
) -> Personal[str] | None:
    """Open the first of some e-mail addresses of somebody, to write to them of a third party that
    they let in with the choice of entry ``choice``; None when they are no longer held, or have
    none."""
    return _open_first(person_id, fields, ThirdPartyNotified(choice), at=at)


def _open_first(
    person_id: int, fields: Collection[str], entry: Facts, *, at: datetime
) -> Personal[str] | None:
    record = vault.fetch([person_id]).get(person_id)
    held = record.provenance() if record is not None else {}
    field = next((each for each in fields if each in held), None)
    with transaction.atomic():
        subject = entry_subject(person_id)
        if record is None or subject is None or field is None:
            return None
        entry_id = append(entry, by=SYSTEM, handle=subject.handle, at=at)
    return vault.open_record(make_grant(record, {field}, entry_id), record).get(field)


def open_for_confirmation(
    person_id: int, field: str, asked: int, *, at: datetime
) -> Personal[str] | None:
    """Open somebody's own e-mail address, to have it confirmed as entry ``asked`` says; None when
    they are no longer held, or have none."""
    record = vault.fetch([person_id]).get(person_id)
    with transaction.atomic():
        subject = entry_subject(person_id)
        if record is None or subject is None or field not in record.provenance():
            return None
        entry_id = append(ConfirmationSent(asked), by=SYSTEM, handle=subject.handle, at=at)
    return vault.open_record(make_grant(record, {field}, entry_id), record).get(field)


def open_for_change(
    person_ids: Collection[int], fields: Collection[str], serial: int, *, at: datetime
) -> dict[int, dict[str, Personal[str]]]:
    """Open the e-mail address and the name of people, to tell them what version ``serial`` of the
    promise changes for them; whoever is no longer held is left out."""
    records = vault.fetch(person_ids)
    with transaction.atomic():
        subjects = entry_subjects([record.person_id for record in records.values()])
        entry_ids = {
            person_id: append(
                ChangeNotified(serial), by=SYSTEM, handle=subjects[record.person_id].handle, at=at
            )
            for person_id, record in records.items()
            if record.person_id in subjects
        }
    opened = {}
    for person_id, entry_id in entry_ids.items():
        record = records[person_id]
        held = frozenset(record.provenance()) & frozenset(fields)
        values = vault.open_record(make_grant(record, held, entry_id), record)
        opened[person_id] = {name: each for name, each in values.items() if each is not None}
    return opened


def open_for_request(
    person_id: int, request: int, fields: Collection[str] | None = None, *, at: datetime
) -> dict[str, Personal[str]]:
    """Open what is held of somebody to answer their own request of entry ``request``: all of it, or
    some fields. Nothing where they are no longer held. The caller has had them proved (GDPR Art.
    12(6)); what they are given they may be given on any purpose's behalf (Art. 15)."""
    record = vault.fetch([person_id]).get(person_id)
    held = frozenset() if record is None else frozenset(record.provenance())
    wanted = sorted(held if fields is None else held & set(fields))
    with transaction.atomic():
        subject = entry_subject(person_id)
        if record is None or subject is None or not wanted:
            return {}
        entry = RequestOpened(request, tuple(map(Word, wanted)))
        entry_id = append(entry, by=SYSTEM, handle=subject.handle, at=at)
    values = vault.open_record(make_grant(record, wanted, entry_id), record)
    return {name: value for name, value in values.items() if value is not None}
