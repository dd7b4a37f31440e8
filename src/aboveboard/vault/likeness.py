"""What tells that two records may be of one person, without a value leaving the vault: digests
under a key that the caller draws for one comparison and throws away.

A name with a date of birth, or with a postcode, is filed in no index: it would be one more way to
find people for good. Compared once, under a key that nobody keeps, it finds those who are alike and
nothing afterwards.
"""

from __future__ import annotations

import hmac
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction

from aboveboard.keys.queries import data_keys
from aboveboard.kinds import compared
from aboveboard.kinds.normalise import KINDS, normal_forms
from aboveboard.kinds.placeholders import is_placeholder
from aboveboard.vault import blind, record_format, sealed
from aboveboard.vault.locking import lock_people
from aboveboard.vault.models import Person, SealedRecord

_BATCH: Final = 1_000
"""People whose records are held at a time."""
DIGEST_BYTES = 8
"""Of each digest as much is kept: among a billion values one pair in thirty runs is alike by
chance, and somebody looks at it."""


@dataclass(frozen=True, slots=True)
class LikenessKey:
    """What is compared: fields of the record, all of which must be held. ``kind``: how a single
    field is read (``email``, ``phone``, a national number with its format); "" for words, which are
    compared without case, accents, spaces and marks."""

    name: str
    fields: tuple[str, ...]
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Likeness:
    """One person has a value under a key. ``digest``: signed 64 bits. ``placeholder``: the value
    has the form of one that is nobody's."""

    person_id: int
    key: str
    digest: int
    placeholder: bool


def likenesses(
    person_ids: Collection[int], keys: Sequence[LikenessKey], secret: bytes
) -> Iterator[Likeness]:
    """Yield what these people have under each key; who has no record or no key is left out.

    Raises:
        RecordDamaged: a box does not open.
    """
    homes = dict(Person.objects.filter(id__in=person_ids).values_list("id", "jurisdiction"))
    wanted = frozenset(field for key in keys for field in key.fields)
    for person_id, values in _values(list(homes), wanted):
        for key in keys:
            yield from _of_key(person_id, key, values, homes[person_id][:2], secret)


@dataclass(frozen=True, slots=True)
class ComparedFields:
    """Fields of the record by which somebody can be found in a file that names nobody.

    ``emails``: those that hold an address. ``names``: first and last name, or the full one.
    ``born``: the date of birth, or "".
    """

    emails: tuple[str, ...]
    names: tuple[str, ...]
    born: str


def compared_digests(
    numbers: Collection[int], fields: ComparedFields
) -> Iterator[tuple[int, bytes, int]]:
    """Yield the number of each kind of ``blind.COMPARED_NUMBERS`` that is among ``numbers``, a
    digest, and who has it, of everybody held. No value leaves the vault.

    Raises:
        RecordDamaged: a box does not open.
    """
    keys = {
        number: blind.key(kind)
        for kind, number in blind.COMPARED_NUMBERS.items()
        if number in numbers
    }
    wanted = frozenset((*fields.emails, *fields.names, fields.born))
    held = Person.objects.order_by("id").values_list("id", flat=True).iterator()
    while batch := list(islice(held, _BATCH)):
        for person_id, values in _values(batch, wanted):
            for number, form in _compared_forms(values, fields):
                if number in keys:
                    yield number, hmac.digest(keys[number], form.encode(), "sha256"), person_id


def _compared_forms(values: Mapping[str, str], fields: ComparedFields) -> Iterator[tuple[int, str]]:
    numbers = blind.COMPARED_NUMBERS
    for field in fields.emails:
        for form in compared.email_digests(values.get(field, "")) if values.get(field) else ():
            yield numbers["email_digest"], form
    names = [values[field] for field in fields.names if values.get(field)]
    for form in compared.names_with_birth(names, values.get(fields.born, "")):
        yield numbers["name_birth"], form


def _values(
    person_ids: Sequence[int], wanted: Collection[str]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each person with the fields ``wanted``; who has no record or no key is left out."""
    ciphers = data_keys(person_ids)
    rows = SealedRecord.objects.filter(person_id__in=list(ciphers))
    for person_id, record in rows.values_list("person_id", "boxes").iterator():
        try:
            values = _open(person_id, ciphers[person_id].key, bytes(record), wanted)
        except sealed.RecordDamaged:
            # Their key was replaced between the two statements: read together again, else damaged.
            values = _open_again(person_id, wanted)
        yield person_id, values


def _open(
    person_id: int, data_key: bytes, record: bytes, wanted: Collection[str]
) -> dict[str, str]:
    cipher = AESGCM(data_key)
    return {
        field: sealed.unseal(cipher, person_id, field, box)
        for field, box in record_format.open_record(cipher, person_id, record).items()
        if field in wanted
    }


@transaction.atomic
def _open_again(person_id: int, wanted: Collection[str]) -> dict[str, str]:
    # Locked as a rotation locks them; erased meanwhile, they have nothing.
    if not lock_people([person_id]):
        return {}
    key = data_keys([person_id])[person_id].key
    record = SealedRecord.objects.values_list("boxes", flat=True).get(person_id=person_id)
    return _open(person_id, key, bytes(record), wanted)


def _of_key(
    person_id: int, key: LikenessKey, values: Mapping[str, str], region: str, secret: bytes
) -> Iterator[Likeness]:
    held = [values[field] for field in key.fields if values.get(field)]
    if len(held) < len(key.fields):
        return
    name = key.kind.partition(":")[0]
    if name in KINDS:
        forms = normal_forms(key.kind, held[0], (region,))
        placeholder = is_placeholder(name, held[0])
    else:
        words = [_folded(value) for value in held]
        forms, placeholder = ["\0".join(words)] if all(words) else [], False
    for form in forms:
        whole = hmac.digest(secret, f"{key.name}\0{form}".encode(), "sha256")
        digest = int.from_bytes(whole[:DIGEST_BYTES], "big", signed=True)
        yield Likeness(person_id, key.name, digest, placeholder)


def _folded(value: str) -> str:
    """Return a text without case, accents, spaces and marks."""
    apart = unicodedata.normalize("NFKD", value.casefold())
    return "".join(mark for mark in apart if mark.isalnum())
