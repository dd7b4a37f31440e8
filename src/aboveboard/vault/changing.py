"""Comparing what is held of many people with what a file says, and taking over what changed. No
value leaves: the answer is which fields differ."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction

from aboveboard.basics import clock
from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import NotFound
from aboveboard.basics.personal import Personal
from aboveboard.keys.actions import subjects_in_order
from aboveboard.keys.queries import data_keys, handle_secrets
from aboveboard.kinds import normalise
from aboveboard.kinds.kind import FieldKind
from aboveboard.ledger.actions import append
from aboveboard.promise.queries import in_force
from aboveboard.promise.words import known_word
from aboveboard.vault import blind, filing, record_format, sealed
from aboveboard.vault.entries import CorrectionMade
from aboveboard.vault.grant import Grant, GrantRefused
from aboveboard.vault.locking import lock_person
from aboveboard.vault.models import Person, SealedRecord
from aboveboard.vault.origin import ValueOrigin

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Residence:
    """Where a person lives and which language they are written to in: what is in the clear."""

    jurisdiction: str
    language: str


def compare_values(
    texts: Mapping[int, Texts], kinds: Mapping[str, str]
) -> dict[int, dict[str, ValueOrigin | None]]:
    """Return, of each person, the fields whose value is another than in ``texts``, with where the
    held value comes from; None where none is held.

    ``texts``: person to field to the value as it would be sealed; an empty one is not compared.
    Two spellings of one phone number are the same value. Whoever is not held is absent.
    """
    keys = data_keys(list(texts))
    rows = SealedRecord.objects.filter(person_id__in=texts).values_list(
        "person_id", "boxes", "person__jurisdiction"
    )
    differing_fields: dict[int, dict[str, ValueOrigin | None]] = {}
    for person_id, record, jurisdiction in rows:
        key = keys.get(person_id)
        if key is None:
            continue
        cipher = AESGCM(key.key)
        boxes = record_format.open_record(cipher, person_id, bytes(record))
        differences: dict[str, ValueOrigin | None] = {}
        for field, text in texts[person_id].items():
            box = boxes.get(field)
            if not text:
                continue
            if box is None:
                differences[field] = None
            elif not _is_same_value(
                kinds[field], sealed.unseal(cipher, person_id, field, box), text, jurisdiction[:2]
            ):
                differences[field] = box.origin
        differing_fields[person_id] = differences
    return differing_fields


def replace(
    person_id: int,
    values: Texts,
    *,
    kinds: Mapping[str, str],
    origins: Mapping[str, ValueOrigin],
    home: Residence | None = None,
    by: Actor,
    at: datetime,
) -> dict[str, bytes]:
    """Replace some fields of one person, and what they are filed under; write an entry for each.

    Return the e-mail addresses that were replaced, still sealed under the person's key, by field:
    somebody must be told there (``open_former``).

    ``values``: as they are sealed, already read by their kinds. ``home``: where they live from now
    on, which decides whose law protects them; None leaves it.

    Raises:
        NotFound: nobody with that id is held.
        FieldTooLong, TooManyOrigins: the record cannot hold it.
    """
    with transaction.atomic():
        person_id = lock_person(person_id)
        row = SealedRecord.objects.filter(person_id=person_id).first()
        key = data_keys([person_id]).get(person_id)
        if row is None or key is None:
            raise NotFound(what="person")
        cipher = AESGCM(key.key)
        before = record_format.open_record(cipher, person_id, bytes(row.boxes))
        after = before | {
            field: sealed.seal(cipher, person_id, field, origins[field], value)
            for field, value in values.items()
        }
        record = record_format.seal_record(cipher, person_id, after)
        SealedRecord.objects.filter(person_id=person_id).update(boxes=record)
        homes = filing.homes(person_id)
        old = filing.look_ups_of_values(
            person_id, before, cipher, kinds, regions=homes.values(), digests=blind.search_digests
        )
        if home is not None:
            Person.objects.filter(id=person_id).update(
                jurisdiction=home.jurisdiction, language=home.language
            )
        # What is filed is worked out on both sides and compared, so that one that stays is never
        # gone for a moment.
        now = filing.homes(person_id)
        stays = filing.look_ups_of_values(person_id, after, cipher, kinds, regions=now.values())
        changed = after if now != homes else {field: after[field] for field in values}
        new = filing.look_ups_of_values(person_id, changed, cipher, kinds)
        filing.refile(person_id, gone=old - stays, new=new)
        _write_entries(person_id, sorted(values), origins, by=by, at=at)
    return {
        field: sealed.encode({field: before[field]})
        for field in values
        if field in before and kinds[field] == FieldKind.EMAIL
    }


def _write_entries(
    person_id: int,
    fields: Sequence[str],
    origins: Mapping[str, ValueOrigin],
    *,
    by: Actor,
    at: datetime,
) -> None:
    promised = in_force().promise
    subjects = subjects_in_order([person_id] * len(fields), handle_secrets([person_id]))
    for field, subject in zip(fields, subjects, strict=True):
        origin = origins[field]
        entry = CorrectionMade(
            field=known_word(field, promised.fields),
            promise=origin.promise_serial,
            # What a file was mapped to say, which nobody held against the promise.
            channel=known_word(origin.channel, promised.channels),
            purpose=known_word(origin.purpose, promised.purposes),
        )
        append(entry, by=by, handle=subject.handle if subject else None, at=at)


def seal_copy(person_id: int, field: str, value: str, origin: ValueOrigin) -> bytes:
    """Return a value sealed under the person's key, for a package that keeps it beside the record;
    :func:`open_former` opens it.

    Raises:
        NotFound: the person was erased.
    """
    key = data_keys([person_id]).get(person_id)
    if key is None:
        raise NotFound(what="person")
    box = sealed.seal(AESGCM(key.key), person_id, field, origin, value)
    return sealed.encode({field: box})


def says_same(person_id: int, field: str, copy: bytes, value: str) -> bool:
    """Whether a value that :func:`seal_copy` sealed is this one; it does not leave.

    Raises:
        NotFound: the person was erased.
        RecordDamaged: the box does not open.
    """
    key = data_keys([person_id]).get(person_id)
    if key is None:
        raise NotFound(what="person")
    box = sealed.decode(copy)[field]
    return hmac.compare_digest(
        sealed.unseal(AESGCM(key.key), person_id, field, box).encode(), value.encode()
    )


def open_former(grant: Grant, field: str, copy: bytes) -> Personal[str]:
    """Open a value that was replaced, which :func:`replace` returned.

    Raises:
        GrantRefused: the grant is not for this field, or its minute has passed.
        NotFound: the person was erased.
        RecordDamaged: the box does not open.
    """
    # Here too and not in ``access`` alone: whatever opens a value asks the grant itself.
    if field not in grant.fields or clock.now() > grant.expires_at:
        raise GrantRefused(why="it is for something else, or its time has passed")
    key = data_keys([grant.person_id]).get(grant.person_id)
    if key is None:
        raise NotFound(what="person")
    box = sealed.decode(copy)[field]
    return Personal(sealed.unseal(AESGCM(key.key), grant.person_id, field, box))


def reseal_former(person_id: int, copy: bytes, old: AESGCM, new: AESGCM) -> bytes:
    """Return such a value sealed under the person's new key."""
    return sealed.encode(
        {
            field: sealed.seal(
                new, person_id, field, box.origin, sealed.unseal(old, person_id, field, box)
            )
            for field, box in sealed.decode(copy).items()
        }
    )


def move_former(copy: bytes, *, of: int, to: int) -> bytes:
    """Return such a value sealed for another number and under its key: two records became one, or
    are two again.

    Raises:
        NotFound: one of the two has no key.
    """
    both = data_keys([of, to])
    if not {of, to} <= both.keys():
        raise NotFound(what="person")
    old, new = AESGCM(both[of].key), AESGCM(both[to].key)
    return sealed.encode(
        {
            field: sealed.seal(new, to, field, box.origin, sealed.unseal(old, of, field, box))
            for field, box in sealed.decode(copy).items()
        }
    )


def _is_same_value(kind: str, held: str, text: str, region: str) -> bool:
    if held == text:
        return True
    # Only what can be looked up has a normal form by which two spellings are one.
    if blind.number_of(kind) is None:
        return False
    return normalise.normal_forms(kind, held, (region,)) == normalise.normal_forms(
        kind, text, (region,)
    )
