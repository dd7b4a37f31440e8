"""Every read of the vault that others need: records (:mod:`aboveboard.vault.records`), look-up
(:mod:`aboveboard.vault.finding`), and here handles and the people themselves.

What is sealed comes out only through :func:`open_record`, with a grant.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from django.db import connection
from django.db.models import Count

from aboveboard.keys import queries as keys
from aboveboard.vault import prepared
from aboveboard.vault.finding import IdentifierAsked, find, find_each
from aboveboard.vault.holds import read_dates
from aboveboard.vault.models import Person
from aboveboard.vault.records import (
    FETCH,
    SealedPerson,
    fetch,
    held_fields,
    open_descriptor,
    open_record,
    provenance,
    read_fetched,
    unreadable,
)

__all__ = [
    "FETCH",
    "IdentifierAsked",
    "PersonFacets",
    "SealedPerson",
    "by_jurisdiction",
    "fetch",
    "find",
    "find_each",
    "held_fields",
    "id_ranges",
    "ids_after",
    "iter_person_ids",
    "open_descriptor",
    "open_record",
    "people",
    "people_count",
    "people_without_key",
    "person",
    "provenance",
    "read_fetched",
    "records_to_migrate",
    "resolve_handles",
    "unreadable",
]

_STREAMED: Final = 10_000
"""Rows that a reader that streams has in memory."""


def resolve_handles(
    wanted: Collection[str], *, watch: Callable[[int, int], None] = lambda done, total: None
) -> tuple[dict[str, int], dict[int, int]]:
    """Return whom each handle stands for, by computing everybody's: what only a restored backup
    needs; and how many entries those have by now of whom the log tells more than the database
    counted. Erased people are absent.

    ``wanted`` must be every handle since the backup: those of one person follow each other, and
    are looked for from the last that is known. ``watch`` gets how many people of how many were gone
    through.
    """
    resolved: dict[str, int] = {}
    counts: dict[int, int] = {}
    wanted, done = set(wanted), 0
    if not wanted:
        return resolved, counts
    total = keys.people_with_keys().count()
    remaining = keys.people_with_keys().iterator(chunk_size=_STREAMED)
    while len(resolved) < len(wanted) and (batch := list(islice(remaining, _STREAMED))):
        for person_id, person in keys.handles(batch).items():
            matches, count = person.count_used(wanted)
            resolved.update(dict.fromkeys(matches, person_id))
            if count > person.secret.count:
                counts[person_id] = count
        done += len(batch)
        watch(done, total)
    return resolved, counts


def people_without_key() -> list[int]:
    """Return those who have a record and no key: nothing opens it any more."""
    return list(
        Person.objects.exclude(id__in=keys.people_with_keys())
        .order_by("id")
        .values_list("id", flat=True)
    )


@dataclass(frozen=True, slots=True)
class PersonFacets:
    """What is in the clear about a person. ``held_until`` and ``restricted_until`` are the ends of
    the longest open hold and restriction, None for none; ``dates_proven``: this program wrote
    them."""

    id: int
    jurisdiction: str
    language: str
    collected_at: datetime
    last_active_at: datetime
    held_until: datetime | None
    restricted_since: datetime | None
    restricted_until: datetime | None
    dates_proven: bool = True


def person(person_id: int) -> PersonFacets | None:
    """Return the person's facets, or None when nobody has that number."""
    return people([person_id]).get(person_id)


def people(person_ids: Collection[int]) -> dict[int, PersonFacets]:
    """Return the facets of those who are held, in one statement; no key is needed."""
    facets = {}
    for person in Person.objects.filter(id__in=person_ids):
        dates = read_dates(
            person.id,
            person.held_until,
            person.restricted_since,
            person.restricted_until,
            person.open_mac,
        )
        facets[person.id] = PersonFacets(
            person.id,
            person.jurisdiction,
            person.language,
            person.collected_at,
            person.last_active_at,
            dates.held_until,
            dates.restricted_since,
            dates.restricted_until,
            dates.proven,
        )
    return facets


def records_to_migrate() -> int:
    """Return how many records are of a format before the one that is written now. Only those are in
    an index, so that the answer takes no longer when everybody else is many."""
    condition = _OLD_FORMAT[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM {prepared.SEALED_RECORD} WHERE {condition}")  # noqa: S608
        (count,) = cursor.fetchone()
    return int(count)


# As the index of migration 0013 has it: another spelling would not use it.
_OLD_FORMAT: Final = {
    "postgresql": "substring(boxes from 1 for 1) <> '\\x03'::bytea",
    "sqlite": "substr(boxes, 1, 1) <> x'03'",
}


def id_ranges(size: int) -> Iterator[tuple[int, int]]:
    """Yield ranges of ids (above the first, up to the second) of ``size`` people each, the last of
    fewer, that cover everybody: for statements that go through all of them piece by piece."""
    low = -1
    while True:
        above = Person.objects.filter(id__gt=low).values_list("id", flat=True)
        high = next(iter(above.order_by("id")[size - 1 : size]), None)
        if high is None:
            last = above.order_by("-id").first()
            if last is not None:
                yield low, last
            return
        yield low, high
        low = high


def people_count() -> int:
    """Return how many people are held."""
    return Person.objects.count()


def by_jurisdiction() -> dict[str, int]:
    """Return how many people live where."""
    rows = Person.objects.values("jurisdiction").annotate(people=Count("id")).order_by("-people")
    return {row["jurisdiction"]: row["people"] for row in rows}


def iter_person_ids() -> Iterator[int]:
    """Yield every person's id, streamed in ascending order."""
    yield from Person.objects.order_by("id").values_list("id", flat=True).iterator(_STREAMED)


def ids_after(after: int, *, limit: int) -> list[int]:
    """Return the next people by id, after ``after``."""
    return list(
        Person.objects.filter(id__gt=after).order_by("id").values_list("id", flat=True)[:limit]
    )
