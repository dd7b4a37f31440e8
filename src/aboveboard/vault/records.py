"""The sealed record of one person: fetching it, and opening what a grant covers.

Plaintext leaves the vault here and in :mod:`aboveboard.vault.documents.queries` alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aboveboard.basics import clock
from aboveboard.basics.combined import Select
from aboveboard.basics.personal import Personal
from aboveboard.keys import queries as keys
from aboveboard.keys.handles import HandleSecret, secret_of
from aboveboard.vault import aliases, prepared, record_format, sealed
from aboveboard.vault.documents import descriptor
from aboveboard.vault.documents.descriptor import DocumentDescriptor
from aboveboard.vault.grant import Grant, GrantRefused
from aboveboard.vault.holds import is_open, read_dates
from aboveboard.vault.models import SealedRecord
from aboveboard.vault.origin import ValueOrigin


@dataclass(frozen=True, slots=True)
class SealedPerson:
    """One person's record, still sealed: what may be known of it without a grant."""

    person_id: int
    jurisdiction: str
    language: str
    collected_at: datetime
    last_active_at: datetime
    held_until: datetime | None
    restricted_since: datetime | None
    restricted_until: datetime | None
    dates_proven: bool
    handle_secret: HandleSecret = field(repr=False)
    _record: bytes = field(repr=False)
    _key: bytes = field(repr=False)

    def provenance(self) -> dict[str, ValueOrigin]:
        """Return where the value of each field held comes from, without opening any.

        Raises:
            RecordDamaged: the record does not open.
        """
        return _origins(self.person_id, self._key, self._record)

    def held_by_law(self, at: datetime) -> bool:
        """Whether a legal hold is open: then nothing is erased."""
        return is_open(self.held_until, at)

    def restricted(self, at: datetime) -> bool:
        """Whether processing is restricted (GDPR Art. 18): then the data is stored,
        and all but not used."""
        return is_open(self.restricted_until, at)


def fetch(person_ids: Collection[int]) -> dict[int, SealedPerson]:
    """Return the sealed records of those who are held; erased and unknown people are absent.

    A number that leads to somebody since a merge has their record, which says whose it is now.
    """
    if not person_ids:
        return {}
    return read_fetched(prepared.ask(FETCH.sql, person_ids, person_ids))


def read_fetched(rows: Iterable[tuple[Any, ...]]) -> dict[int, SealedPerson]:
    """Return what the rows of :data:`FETCH` say."""
    records = {}
    for (
        asked,
        person_id,
        jurisdiction,
        language,
        collected_at,
        last_active_at,
        held_until,
        restricted_since,
        restricted_until,
        open_mac,
        boxes,
        wrapped,
        sealed_handles,
        entries,
        led_since,
        alias_mac,
    ) in rows:
        if asked != person_id and not aliases.is_authentic_alias(
            asked, person_id, led_since, alias_mac
        ):
            continue
        key = keys.unwrap_person_key(person_id, bytes(wrapped))
        kept = None if sealed_handles is None else bytes(sealed_handles)
        dates = read_dates(
            person_id,
            held_until and clock.from_database(held_until),
            restricted_since and clock.from_database(restricted_since),
            restricted_until and clock.from_database(restricted_until),
            open_mac,
        )
        records[asked] = SealedPerson(
            person_id,
            jurisdiction,
            language,
            clock.from_database(collected_at),
            clock.from_database(last_active_at),
            dates.held_until,
            dates.restricted_since,
            dates.restricted_until,
            dates.proven,
            secret_of(person_id, key, kept, entries),
            bytes(boxes),
            key,
        )
    return records


_COLUMNS = """
    person.id, person.jurisdiction, person.language, person.collected_at, person.last_active_at,
    person.held_until, person.restricted_since, person.restricted_until, person.open_mac,
    record.boxes, wrapped.wrapped, wrapped.handles, wrapped.entries
"""
_JOINED = f"""
    JOIN {prepared.SEALED_RECORD} AS record ON record.person_id = person.id
    JOIN {keys.PERSON_KEY_TABLE} AS wrapped ON wrapped.person_id = person.id
"""
# One statement by hand: this is on the path of every use, where two of the ORM's took most of the
# time. It is the same whether all are there or not, so that how long it takes does not tell.
_FETCH = f"""
    SELECT person.id, {_COLUMNS}, NULL, NULL FROM {prepared.PERSON} AS person {_JOINED}
    WHERE person.id {{some}}
    UNION ALL
    SELECT alias.merged_id, {_COLUMNS}, alias.at, alias.mac FROM {prepared.ALIAS} AS alias
    JOIN {prepared.PERSON} AS person ON person.id = alias.person_id {_JOINED}
    WHERE alias.merged_id {{some}}
"""  # noqa: S608 - the tables are our own; ids are parameters
FETCH: Final = Select(_FETCH, "iittmmmmmbbbbimb")
"""The records of people, for statements that read more of them: their ids, twice."""


def open_record(grant: Grant, record: SealedPerson) -> dict[str, Personal[str] | None]:
    """Open the fields that the grant covers. A field the person does not have is None; of a
    document this is its title.

    Raises:
        GrantRefused: the grant is for someone else, or its minute has passed.
        RecordDamaged: a box does not open.
    """
    opened: dict[str, Personal[str] | None] = dict.fromkeys(sorted(grant.fields))
    for name, text in _texts(grant, record, grant.fields):
        document = _descriptor(name, text) if text.startswith(descriptor.MARK) else None
        opened[name] = Personal(document.title if document else text)
    return opened


def open_descriptor(grant: Grant, record: SealedPerson, field: str) -> DocumentDescriptor | None:
    """Open what the record holds of the document in one field:
    :mod:`aboveboard.vault.documents.queries` opens the rest.

    Raises:
        GrantRefused, RecordDamaged: as for :func:`open_record`.
    """
    for name, text in _texts(grant, record, grant.fields & {field}):
        return _descriptor(name, text)
    return None


def _texts(
    grant: Grant, record: SealedPerson, fields: Collection[str]
) -> Iterator[tuple[str, str]]:
    if grant.person_id != record.person_id:
        raise GrantRefused(why="it is for another person")
    if clock.now() > grant.expires_at:
        raise GrantRefused(why="its time has passed; ask again")
    cipher = AESGCM(record._key)
    for name, box in record_format.pick_boxes(
        cipher, record.person_id, record._record, fields
    ).items():
        yield name, sealed.unseal(cipher, record.person_id, name, box)


def _descriptor(field: str, text: str) -> DocumentDescriptor | None:
    try:
        return descriptor.read(text)
    except ValueError:
        raise sealed.RecordDamaged(
            why=f"what {field} says of its document cannot be read"
        ) from None


def unreadable(person_ids: Collection[int]) -> list[int]:
    """Return those whose record does not open with their key: it was sealed with one they had
    before. Only in a restored backup."""
    damaged = []
    for person_id, record in fetch(person_ids).items():
        try:
            cipher = AESGCM(record._key)
            boxes = record_format.open_record(cipher, person_id, record._record)
            # A record of an earlier format has no cover that would not open: try one value.
            name, box = next(iter(boxes.items()), ("", None))
            if box is not None:
                sealed.unseal(cipher, person_id, name, box)
        except sealed.RecordDamaged:
            damaged.append(person_id)
    return damaged


def held_fields(person_id: int) -> frozenset[str]:
    """Return the names of the fields held about a person, without opening any."""
    return frozenset(provenance(person_id))


def provenance(person_id: int) -> dict[str, ValueOrigin]:
    """Return where the value of each field held about a person comes from, without opening any;
    nothing when they have no key.

    Raises:
        RecordDamaged: the record does not open.
    """
    row = SealedRecord.objects.filter(person_id=person_id).values_list("boxes", flat=True).first()
    key = keys.person_key(person_id)
    return {} if row is None or key is None else _origins(person_id, key, bytes(row))


def _origins(person_id: int, key: bytes, record: bytes) -> dict[str, ValueOrigin]:
    boxes = record_format.open_record(AESGCM(key), person_id, record)
    return {name: box.origin for name, box in boxes.items()}
