"""Erasing single fields of one person: the boxes go, every look-up that only they stood for, and
the key that opens old copies."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction

from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import NotFound
from aboveboard.basics.facts import Word
from aboveboard.basics.package import NotNeeded, personal_data
from aboveboard.keys.actions import entry_subject
from aboveboard.keys.handles import handles_of
from aboveboard.keys.queries import data_keys
from aboveboard.ledger.actions import append
from aboveboard.vault import aliases, blind, filing, generations, record_format, sealed
from aboveboard.vault.entries import FieldErased, erasure_reason
from aboveboard.vault.locking import lock_people, refuse_if_held
from aboveboard.vault.models import BlindIndex, SealedRecord
from aboveboard.vault.rekeying.records import fresh_key


def erase_fields(
    person_id: int,
    fields: Collection[str],
    *,
    kinds: Mapping[str, str],
    reason: str,
    sweep: int | None = None,
    promise: int | None = None,
    by: Actor,
    at: datetime,
) -> frozenset[str]:
    """Erase some fields of one person, and return those that were there; the entry
    ``field.erased`` names them.

    ``kinds``: field to its kind with its format, of every field held. ``reason``, and the ``sweep``
    and the version of the ``promise`` where a sweep does it, go into the entry.

    Raises:
        ErasureReasonUnknown: there is no such reason.
        NotFound: nobody with that id is held.
        HeldByLaw: a legal hold is open on them.
    """
    code = erasure_reason(reason)
    with transaction.atomic():
        lock_people([person_id])
        refuse_if_held(person_id, at)
        gone = _remove_and_rekey(person_id, fields, kinds)
        if gone and (subject := entry_subject(person_id)) is not None:
            names = tuple(Word(name) for name in sorted(gone))
            entry = FieldErased(code, names, sweep=sweep, promise=promise)
            append(entry, by=by, handle=subject.handle, at=at)
    return gone


def remove_fields(
    person_id: int, fields: Collection[str], *, kinds: Mapping[str, str]
) -> frozenset[str]:
    """Do what an erasure of fields does to the database, without its entry: a restored
    backup repeats it with this.

    Raises:
        NotFound: nobody with that id is held.
        RecordDamaged: the record is of an older key than the one that is held.
    """
    with transaction.atomic():
        lock_people([person_id])
        return _remove_and_rekey(person_id, fields, kinds)


def _remove_and_rekey(
    person_id: int, fields: Collection[str], kinds: Mapping[str, str]
) -> frozenset[str]:
    """Take the fields out, and give the person a fresh key; return those that were there."""
    row = SealedRecord.objects.filter(person_id=person_id).first()
    key = data_keys([person_id]).get(person_id)
    if row is None or key is None:
        raise NotFound(what="person")
    cipher = AESGCM(key.key)
    boxes = record_format.open_record(cipher, person_id, bytes(row.boxes))
    # Computed under the old key and sealed under the new: entries keep their handles for ever
    # (decision 0032).
    handles = handles_of(person_id, key.key, key.handles, key.entries)
    gone = frozenset(fields) & boxes.keys()
    if gone:
        left = {name: box for name, box in boxes.items() if name not in gone}
        _erase_look_ups(person_id, {kinds.get(name, "") for name in gone}, left, kinds, cipher)
        record = fresh_key(person_id, left, key.key, handles)
        SealedRecord.objects.filter(person_id=person_id).update(boxes=record)
        numbers = aliases.numbers_of(person_id)
        for _, data in personal_data():
            if not isinstance(data.erase_fields, NotNeeded):
                data.erase_fields(numbers, gone)
    return gone


def _erase_look_ups(
    person_id: int,
    touched: Collection[str],
    left: Mapping[str, sealed.SealedField],
    kinds: Mapping[str, str],
    cipher: AESGCM,
) -> None:
    """Delete the look-ups of the kinds that were touched, but for what a remaining field
    of the kind still says."""
    # Of either country: a number that was merged into theirs is still theirs.
    regions = filing.homes(person_id).values()
    written = generations.written_generations()
    for number in {number for kind in touched if (number := blind.number_of(kind)) is not None}:
        stays: set[bytes] = set()
        for name, box in left.items():
            kind = kinds.get(name, "")
            if blind.number_of(kind) == number:
                value = sealed.unseal(cipher, person_id, name, box)
                stays.update(
                    digest for _, digest in blind.filing_digests(kind, value, regions, written)
                )
        # By what stays and not by what goes: whatever an earlier rule filed for the value that is
        # gone goes with it.
        BlindIndex.objects.filter(person_id=person_id, kind=number).exclude(
            digest__in=stays
        ).delete()
