"""Reading the vault. What is sealed comes out only through :func:`open_record`, with a grant."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db.models import Count

from aboveboard.basics import clock
from aboveboard.basics.personal import Personal
from aboveboard.keys import queries as keys
from aboveboard.keys.handles import handles_of
from aboveboard.keys.queries import SecretMissing
from aboveboard.vault import blind, generations, prepared, sealed
from aboveboard.vault.documents import descriptor
from aboveboard.vault.documents.descriptor import Descriptor
from aboveboard.vault.grant import Grant, GrantRefused
from aboveboard.vault.holds import is_open
from aboveboard.vault.models import (
    Alias,
    BlindIndex,
    LookUpGenerations,
    Person,
    SealedRecord,
)
from aboveboard.vault.origin import Origin

_STREAMED = 10_000


@dataclass(frozen=True, slots=True)
class Sealed:
    """One person's record, still sealed: what may be known of it without a grant."""

    person_id: int
    jurisdiction: str
    language: str
    collected_at: datetime
    last_active_at: datetime
    held_until: datetime | None
    restricted_since: datetime | None
    restricted_until: datetime | None
    handles: tuple[str, ...]
    _record: bytes = field(repr=False)
    _key: bytes = field(repr=False)

    @property
    def handle(self) -> str:
        """What the ledger writes instead of the person."""
        return self.handles[0]

    def provenance(self) -> dict[str, Origin]:
        """Return where the value of each field held comes from, without opening any."""
        return _origins(self._record)

    def held_by_law(self, at: datetime) -> bool:
        """Whether a legal hold stands: then nothing is erased."""
        return is_open(self.held_until, at)

    def restricted(self, at: datetime) -> bool:
        """Whether processing is restricted (GDPR Art. 18): then the data is stored,
        and all but not used."""
        return is_open(self.restricted_until, at)


def handle(person_id: int) -> str | None:
    """Return the person's handle for new entries, or None when they are erased or unknown."""
    return next(iter(all_handles(person_id)), None)


def all_handles(person_id: int) -> tuple[str, ...]:
    """Return every handle of the person, the one for new entries first; empty when they
    are erased or unknown."""
    return _handles([person_id]).get(person_id, ())


def handles(person_ids: Collection[int]) -> dict[int, str]:
    """Return the handles for new entries of those who have a key."""
    return {person_id: found[0] for person_id, found in _handles(person_ids).items()}


def _handles(person_ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    return {
        person_id: handles_of(person_id, one.key, one.handles)
        for person_id, one in keys.data_keys(person_ids).items()
    }


def behind(
    handles_: Collection[str], *, watch: Callable[[int, int], None] = lambda done, total: None
) -> dict[str, int]:
    """Return whom each handle stands for, by computing everybody's: what only a restored backup
    needs. Erased people are absent.

    ``watch`` is told how many people of how many were looked at. Stops when all are found.
    """
    wanted, found, done = set(handles_), dict[str, int](), 0
    if not wanted:
        return found
    total = keys.people_with_keys().count()
    remaining = keys.people_with_keys().iterator(chunk_size=_STREAMED)
    while len(found) < len(wanted) and (some := list(islice(remaining, _STREAMED))):
        found.update(
            {
                one: person_id
                for person_id, theirs in _handles(some).items()
                for one in theirs
                if one in wanted
            }
        )
        done += len(some)
        watch(done, total)
    return found


def keyless() -> list[int]:
    """Return those who have a record and no key: nothing opens it any more."""
    return list(
        Person.objects.exclude(id__in=keys.people_with_keys())
        .order_by("id")
        .values_list("id", flat=True)
    )


def fetch(person_ids: Collection[int]) -> dict[int, Sealed]:
    """Return the sealed records of those who are held; erased and unknown people are absent.

    A number that leads to somebody since a merge has their record, which says whose it is now.
    """
    if not person_ids:
        return {}
    # One statement by hand: this is on the path of every use, where two of the ORM's
    # took most of the time. It is the same whether all are there or not, so that how
    # long it takes does not tell.
    rows = prepared.ask(_FETCH, person_ids, person_ids)
    records = {}
    for (
        asked,
        person_id,
        jurisdiction,
        language,
        collected_at,
        last_active_at,
        held,
        since,
        rests,
        boxes,
        wrapped,
        kept,
    ) in rows:
        key = keys.unwrap_person_key(person_id, bytes(wrapped))
        known_as = handles_of(person_id, key, None if kept is None else bytes(kept))
        records[asked] = Sealed(
            person_id,
            jurisdiction,
            language,
            clock.stored(collected_at),
            clock.stored(last_active_at),
            held and clock.stored(held),
            since and clock.stored(since),
            rests and clock.stored(rests),
            known_as,
            bytes(boxes),
            key,
        )
    return records


_FIND = f"""
    SELECT digest, person_id FROM {BlindIndex._meta.db_table} WHERE kind = %s AND digest {{some}}
    UNION ALL
    SELECT NULL, searched FROM {LookUpGenerations._meta.db_table}
"""  # noqa: S608 - as below

_COLUMNS = """
    person.id, person.jurisdiction, person.language, person.collected_at, person.last_active_at,
    person.held_until, person.restricted_since, person.restricted_until, record.boxes,
    wrapped.wrapped, wrapped.handles
"""
_JOINED = f"""
    JOIN {SealedRecord._meta.db_table} AS record ON record.person_id = person.id
    JOIN {keys.PERSON_KEY_TABLE} AS wrapped ON wrapped.person_id = person.id
"""
_FETCH = f"""
    SELECT person.id, {_COLUMNS} FROM {Person._meta.db_table} AS person {_JOINED}
    WHERE person.id {{some}}
    UNION ALL
    SELECT alias.merged_id, {_COLUMNS} FROM {Alias._meta.db_table} AS alias
    JOIN {Person._meta.db_table} AS person ON person.id = alias.person_id {_JOINED}
    WHERE alias.merged_id {{some}}
"""  # noqa: S608 - the tables are our own models'; ids are parameters


def open_record(grant: Grant, record: Sealed) -> dict[str, Personal[str] | None]:
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


def open_descriptor(grant: Grant, record: Sealed, field: str) -> Descriptor | None:
    """Open what the record holds of the document in one field:
    :mod:`aboveboard.vault.documents.queries` opens the rest.

    Raises:
        GrantRefused, RecordDamaged: as for :func:`open_record`.
    """
    for name, text in _texts(grant, record, grant.fields & {field}):
        return _descriptor(name, text)
    return None


def _texts(grant: Grant, record: Sealed, fields: Collection[str]) -> Iterator[tuple[str, str]]:
    if grant.person_id != record.person_id:
        raise GrantRefused(why="it is for another person")
    if clock.now() > grant.expires_at:
        raise GrantRefused(why="its time has passed; ask again")
    cipher = AESGCM(record._key)
    for name, box in sealed.pick(record._record, fields).items():
        yield name, sealed.unseal(cipher, record.person_id, name, box)


def _descriptor(field: str, text: str) -> Descriptor | None:
    try:
        return descriptor.read(text)
    except ValueError:
        raise sealed.RecordDamaged(
            why=f"what {field} says of its document cannot be read"
        ) from None


def unreadable(person_ids: Collection[int]) -> list[int]:
    """Return those whose record does not open with their key: it was sealed with one they had
    before. Only in a restored backup."""
    found = []
    for person_id, record in fetch(person_ids).items():
        try:
            name, box = next(iter(sealed.decode(record._record).items()), ("", None))
            if box is not None:
                sealed.unseal(AESGCM(record._key), person_id, name, box)
        except sealed.RecordDamaged:
            found.append(person_id)
    return found


def find(kind: str, value: str, *, regions: Iterable[str | None] = (None,)) -> list[int]:
    """Return the people whose ``kind`` is ``value``, however it was spelled. Nothing
    in the clear is read."""
    return find_each([(kind, value, tuple(regions))])[0]


Asked = tuple[str, str, Sequence[str | None]]
"""A kind, a value as someone typed it, and the regions in which a phone is tried."""


def find_each(asked: Sequence[Asked]) -> list[list[int]]:
    """Return everyone known by each of what was asked, rising. One statement for each
    kind, however many there are.

    Each statement says, of the moment that it saw, which generation of the index key was
    whole. If it was another than was asked for, it is asked again: nobody is missed because
    the key was changed on the way.
    """
    while True:
        used = generations.guess()
        try:
            digests = [
                blind.digests(kind, value, regions, used.searched) for kind, value, regions in asked
            ]
        except SecretMissing:
            if generations.now() == used:
                raise
            continue
        found: dict[tuple[str, bytes], list[int]] = {}
        right = True
        for kind in sorted({kind for kind, _, _ in asked}):
            wanted = {
                digest
                for one, its in zip(asked, digests, strict=True)
                if one[0] == kind
                for digest in its
            }
            right = right and (not wanted or _find(kind, sorted(wanted), found) == used.searched)
        if right:
            return [
                sorted(
                    {person_id for digest in its for person_id in found.get((one[0], digest), ())}
                )
                for one, its in zip(asked, digests, strict=True)
            ]
        generations.now()


def _find(kind: str, digests: Sequence[bytes], found: dict[tuple[str, bytes], list[int]]) -> int:
    """Add who is known by each digest to ``found``; return the generation that was
    whole at that moment."""
    searched = 0
    for digest, number in prepared.ask(_FIND, blind.number_of(kind), digests):
        if digest is None:
            searched = number
        else:
            found.setdefault((kind, bytes(digest)), []).append(number)
    return searched


def held_fields(person_id: int) -> frozenset[str]:
    """Return the names of the fields held about a person, without opening any."""
    row = SealedRecord.objects.filter(person_id=person_id).values_list("boxes", flat=True).first()
    return frozenset() if row is None else frozenset(sealed.decode(bytes(row)))


def provenance(person_id: int) -> dict[str, Origin]:
    """Return where the value of each field held about a person comes from, without opening any.

    What is said here is proved when the value is opened: a box does not open under another origin.
    """
    row = SealedRecord.objects.filter(person_id=person_id).values_list("boxes", flat=True).first()
    return {} if row is None else _origins(bytes(row))


def _origins(record: bytes) -> dict[str, Origin]:
    return {name: box.origin for name, box in sealed.decode(record).items()}


def person(person_id: int) -> Person | None:
    """Return the person's facets, or None."""
    return Person.objects.filter(id=person_id).first()


def first_loaded() -> int | None:
    """Return the id of the person who was loaded first, or None."""
    return Person.objects.order_by("id").values_list("id", flat=True).first()


def people_count() -> int:
    """Return how many people are held."""
    return Person.objects.count()


def by_jurisdiction() -> dict[str, int]:
    """Return how many people live where."""
    rows = Person.objects.values("jurisdiction").annotate(people=Count("id")).order_by("-people")
    return {row["jurisdiction"]: row["people"] for row in rows}


def all_ids() -> Iterator[int]:
    """Return every person's id, rising, streamed."""
    return Person.objects.order_by("id").values_list("id", flat=True).iterator(chunk_size=10_000)


def ids_after(after: int, *, limit: int) -> list[int]:
    """Return the next people by id, behind ``after``."""
    return list(
        Person.objects.filter(id__gt=after).order_by("id").values_list("id", flat=True)[:limit]
    )
