"""Changes to one person's record. Loading many is :mod:`aboveboard.intake.load`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction

from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Invalid, NotFound
from aboveboard.basics.facts import Word
from aboveboard.basics.package import NotNeeded, gathered, personal_data
from aboveboard.keys import actions as keys
from aboveboard.keys.actions import entry_subject
from aboveboard.keys.queries import data_keys, handles, people_with_keys
from aboveboard.kinds import values
from aboveboard.kinds.kind import KindMismatch
from aboveboard.ledger import queries as ledger
from aboveboard.ledger.actions import append
from aboveboard.outbox.events import announce
from aboveboard.promise.queries import in_force
from aboveboard.promise.words import check_origin
from aboveboard.vault import aliases, blind, filing, record_format, sealed
from aboveboard.vault.entries import ERASED, CorrectionMade, ErasureDone, erasure_reason
from aboveboard.vault.holds import OpenDates, dates_mac
from aboveboard.vault.locking import lock_person, refuse_if_held
from aboveboard.vault.models import Alias, Person, SealedRecord
from aboveboard.vault.origin import ValueOrigin


class BadValue(Invalid):
    """What was given for {field} is not {expected}."""

    code = "bad_value"
    next_step = "Give it as expected; docs/reference/promise-file.md lists the kinds."


def correct(
    person_id: int,
    field: str,
    value: str,
    *,
    kinds: Mapping[str, str],
    origin: ValueOrigin,
    by: Actor,
    at: datetime,
) -> None:
    """Replace one field of one person, and its look-up.

    ``kinds``: field to the kind the promise gives it, with its format (``Field.kind_and_format``).
    ``origin``: where the new value comes from.

    Raises:
        NotInPromise: the promise in force has no such field, or channel or purpose of the origin.
        BadValue: the value does not fit the kind.
        NotFound: nobody with that id is held.
        FieldTooLong: the value is too long.
    """
    promised = in_force().promise
    # Before anything is opened: these words go into the public entry, and must be of the promise.
    check_origin(promised, field=field, channel=origin.channel, purpose=origin.purpose)
    try:
        value = values.read(kinds[field], value)
    except KindMismatch as misfit:
        raise BadValue(field=field, expected=misfit.expected) from None
    with transaction.atomic():
        person_id = lock_person(person_id)
        row = SealedRecord.objects.filter(person_id=person_id).first()
        key, subject = data_keys([person_id]).get(person_id), entry_subject(person_id)
        if row is None or key is None or subject is None:
            raise NotFound(what="person")
        cipher = AESGCM(key.key)
        boxes = record_format.open_record(cipher, person_id, bytes(row.boxes))
        before = {field: boxes[field]} if field in boxes else {}
        boxes[field] = sealed.seal(cipher, person_id, field, origin, value)
        record = record_format.seal_record(cipher, person_id, boxes)
        SealedRecord.objects.filter(person_id=person_id).update(boxes=record)
        _refile(person_id, field, before, boxes, cipher, kinds)
        entry = CorrectionMade(
            field=Word(field),
            promise=origin.promise_serial,
            channel=Word(origin.channel),
            purpose=Word(origin.purpose),
        )
        append(entry, by=by, handle=subject.handle, at=at)


def _refile(
    person_id: int,
    field: str,
    before: Mapping[str, sealed.SealedField],
    boxes: Mapping[str, sealed.SealedField],
    cipher: AESGCM,
    kinds: Mapping[str, str],
) -> None:
    """File a person under the new value of a field, and no longer under the one ``before``."""
    number = blind.number_of(kinds[field])
    if number is None:
        return
    # Every field of the kind: two of them may hold the same value, and then its look-up must stay.
    alike = {
        name: box for name, box in boxes.items() if blind.number_of(kinds.get(name, "")) == number
    }
    regions = filing.homes(person_id).values()
    # Opened for one thing only: to take away the look-ups that the old value stood for.
    was = filing.look_ups_of_values(
        person_id, before, cipher, kinds, regions=regions, digests=blind.search_digests
    )
    stays = filing.look_ups_of_values(person_id, alike, cipher, kinds, regions=regions)
    new = filing.look_ups_of_values(person_id, {field: boxes[field]}, cipher, kinds)
    filing.refile(person_id, gone=was - stays, new=new)


def erase(person_id: int, *, reason: str, by: Actor, at: datetime) -> int:
    """Erase one person, and return the number of the entry that says so.

    The key goes first, then everything that it made useless or that ties them to their handle.

    ``reason`` is a code such as ``asked`` or ``retention``. The ledger entry carries the handle,
    computed one last time; afterwards nobody can tie it to the person.

    Raises:
        ErasureReasonUnknown: there is no such reason.
        NotFound: nobody with that id is held.
        HeldByLaw: a legal hold is open on them (GDPR Art. 17(3)).
    """
    code = erasure_reason(reason)
    with transaction.atomic():
        person_id = lock_person(person_id)
        refuse_if_held(person_id, at)
        known_as = handles([person_id]).get(person_id)
        subject = entry_subject(person_id)
        if known_as is None or subject is None:
            raise NotFound(what="person")
        notify_before_erasure(person_id, reason=reason, at=at)
        # The handles are computed before the key goes: afterwards nobody can.
        older = list(known_as.fallback_handles())
        lasting = ledger.used_handles(known_as.lasting)
        delete_person(person_id)
        entry_id = append(ErasureDone(code), by=by, handle=subject.handle, at=at)
        announce(ERASED, entry=entry_id, person=person_id)
        # A backup from before a merge, or from before each entry had a handle of its own, knows
        # them so. A lasting handle that no entry has is one that no backup needs.
        for handle in older:
            if handle not in known_as.lasting or handle in lasting:
                append(ErasureDone(code), by=by, handle=handle, at=at)
    return entry_id


def notify_before_erasure(person_id: int, *, reason: str, at: datetime) -> None:
    """Let every package keep what it must of somebody who is being erased, in the transaction that
    erases them. Before :func:`delete_person`: afterwards nothing opens their record. Somebody who
    is not held any more leaves nothing to keep."""
    numbers = aliases.numbers_of(person_id)
    for package in gathered():
        if package.before_erasure is not None:
            package.before_erasure(numbers, reason, at)


def delete_person(person_id: int) -> None:
    """Do what an erasure does to the database, without its ledger entry: a restored backup repeats
    erasures with this.

    The keys go, and what every package declares that it holds of the person. Running it again
    changes nothing.
    """
    with transaction.atomic():
        # Before anything else: erasing the aliases would hide the other numbers from those that
        # are asked after the vault.
        numbers = aliases.numbers_of(person_id)
        for number in numbers:
            # Of every number of theirs: the key of a merged record still opens what undoes the
            # merge.
            keys.destroy_person_key(number)
        for _, data in personal_data():
            if not isinstance(data.erase, NotNeeded):
                data.erase(numbers)


def write_retention_dates(
    person_id: int,
    *,
    held_until: datetime | None,
    restricted_since: datetime | None,
    restricted_until: datetime | None,
) -> None:
    """Write on a person what holds and restrictions are open. Only ``retention`` calls this, in the
    transaction that changed them."""
    dates = OpenDates(held_until, restricted_since, restricted_until)
    Person.objects.filter(id=person_id).update(
        held_until=held_until,
        restricted_since=restricted_since,
        restricted_until=restricted_until,
        open_mac=dates_mac(person_id, dates),
    )


def destroy_keys_without_record() -> int:
    """Destroy keys that open nothing: in a restored database, those of people who came after the
    backup. Return how many.

    The key of a record that was merged into another stays: it opens the undo data.
    """
    with transaction.atomic():
        spare = list(
            people_with_keys()
            .exclude(person_id__in=Person.objects.values("id"))
            .exclude(person_id__in=Alias.objects.values("merged_id"))
        )
        for person_id in spare:
            keys.destroy_person_key(person_id)
    return len(spare)
