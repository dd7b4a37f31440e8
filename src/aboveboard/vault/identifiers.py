"""What a person can be recognised by, as digests under a key of the caller's: nothing of it leaves
in clear.

For whoever must recognise somebody whose record is gone. The digests of the blind index will not
do: its key is changed now and then, and what it was made of is gone by then.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aboveboard.basics.package import Numbers, personal_data
from aboveboard.keys.queries import data_keys
from aboveboard.kinds import normalise
from aboveboard.vault import blind, filing, record_format, sealed
from aboveboard.vault.models import Person, SealedRecord


def keyed_digests(
    numbers: Numbers, kinds: Mapping[str, str], keys: Mapping[str, bytes]
) -> frozenset[tuple[int, bytes]]:
    """Return the number of the kind and HMAC-SHA-256 of every normal form of a person's
    identifiers, also of those that stand only in copies, such as the undo data of a merge.

    ``kinds``: field to its kind with its format. ``keys``: kind without its format to a key.
    """
    # Of whichever number still is a person: a phone number without its country code is read as it
    # was filed.
    own = Person.objects.filter(id__in=numbers).values_list("id", flat=True).first()
    homes = {} if own is None else filing.homes(own)
    everywhere: list[str | None] = [*homes.values()] or [None]
    digests = set()
    for cipher, bound_to, record in _records(numbers):
        for field, box in record_format.open_record(cipher, bound_to, record).items():
            kind = kinds.get(field, "")
            number = blind.number_of(kind)
            if number is None:
                continue
            value = sealed.unseal(cipher, bound_to, field, box)
            key = keys[kind.partition(":")[0]]
            # As in the index: the person's own may be of any country, a copy is of its own.
            regions = everywhere if bound_to == own else [homes.get(bound_to)]
            for form in normalise.normal_forms(kind, value, regions):
                digests.add((number, hmac.digest(key, form.encode(), "sha256")))
    return frozenset(digests)


def _records(numbers: Numbers) -> Iterator[tuple[AESGCM, int, bytes]]:
    """Yield each record of the person, with what opens it and whose number its boxes are bound
    to."""
    rows = SealedRecord.objects.filter(person_id__in=numbers).values_list("person_id", "boxes")
    keys = data_keys(numbers)
    for person_id, record in rows:
        if person_id in keys:
            yield AESGCM(keys[person_id].key), person_id, bytes(record)
    for _, data in personal_data():
        for copy in data.sealed_copies(numbers) if data.sealed_copies else ():
            if copy.key_of in keys:
                yield AESGCM(keys[copy.key_of].key), copy.bound_to, copy.record
