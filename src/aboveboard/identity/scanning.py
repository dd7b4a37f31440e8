"""Comparing all records once, to find those that may be of one person. The steps:

1. Every record is opened inside the vault, a batch at a time, and gives digests of what is compared
   under a key that is drawn for this comparison alone. They lie in a temporary table, which goes
   with the key.
2. A digest of more than ``limits.HANDFUL`` people, or one whose value has the form of a
   placeholder, is set apart: how many share it, and one of them. It makes no pair.
3. Whoever shares another digest is a pair, with all that the two share; what one person has once
   and they have two of speaks against it.
4. Pairs that hang together are a group. They replace those of the comparison before, in one
   transaction, in which everybody who is named is locked: who was erased meanwhile is left out.
   What somebody said are two people is decided already.

K people who share a value make K rows and never K × K.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import datetime
from itertools import groupby
from typing import Final

from django.db import transaction

from aboveboard.basics import clock
from aboveboard.identity.distinct import distinct_pairs
from aboveboard.identity.limits import HANDFUL, SCAN_BATCH
from aboveboard.identity.models import CandidatePair, DuplicateScan, SharedValue
from aboveboard.identity.scoring import Opposing, SharedTrait, score_pair
from aboveboard.kinds.kind import FieldKind
from aboveboard.outbox import jobs
from aboveboard.outbox.reference import Reference
from aboveboard.promise.model import Promise
from aboveboard.promise.queries import in_force
from aboveboard.vault import queries as vault
from aboveboard.vault.likeness import LikenessKey, likenesses
from aboveboard.vault.locking import lock_people

JOB: Final = "identity.find_duplicates"
"""The job that compares all records."""

_ONCE: Final = {"birth": Opposing.BIRTH, "national_id": Opposing.NATIONAL_ID}
"""Keys of what one person has once, and what it says where two records differ in it."""
_KINDS: Final = {
    FieldKind.EMAIL: SharedTrait.EMAIL,
    FieldKind.PHONE: SharedTrait.PHONE,
    FieldKind.CUSTOMER_NUMBER: SharedTrait.CUSTOMER_NUMBER,
    FieldKind.NATIONAL_ID: SharedTrait.NATIONAL_ID,
}
_NAME: Final = ("user.name.first", "user.name.last")
_BIRTH: Final = "user.demographic.date_of_birth"
_ADDRESS: Final = "user.contact.address."
_POSTCODE, _CITY, _STREET = (f"{_ADDRESS}{part}" for part in ("postal_code", "city", "street"))
_COMBINED: Final = {
    SharedTrait.NAME_BIRTH: (*_NAME, _BIRTH),
    SharedTrait.NAME_POSTCODE: (*_NAME, _POSTCODE),
    SharedTrait.NAME_CITY: (*_NAME, _CITY),
    SharedTrait.ADDRESS: (_STREET, _POSTCODE),
}
"""The categories of what is compared together."""
_PAIRED: Final = tuple(trait.value for trait in SharedTrait)

_SHARED: Final = """
    CREATE TABLE shared AS
    SELECT key, digest, count(DISTINCT person) AS people, max(placeholder) AS placeholder,
        min(person) AS person
    FROM seen WHERE key <> 'birth' GROUP BY key, digest HAVING count(DISTINCT person) > 1
"""
_APART: Final = """
    SELECT key, people, placeholder, person FROM shared
    WHERE people > ? OR placeholder ORDER BY people DESC, person
"""
_ALIKE: Final = """
    SELECT DISTINCT low.person, high.person, low.key
    FROM shared
    JOIN seen AS low ON low.key = shared.key AND low.digest = shared.digest
    JOIN seen AS high ON high.key = shared.key AND high.digest = shared.digest
        AND high.person > low.person
    WHERE shared.people <= ? AND NOT shared.placeholder
    ORDER BY 1, 2, 3
"""
_HELD: Final = "SELECT digest FROM seen WHERE person = ? AND key = ?"

_Alike = tuple[int, int, list[str]]
"""Two people, and the codes of the reasons."""


def enqueue_scan() -> None:
    """Let the worker compare all records."""
    with transaction.atomic():
        jobs.enqueue(JOB, {})


def run_job(ref: Reference) -> None:
    """Do the job ``identity.find_duplicates``."""
    find_duplicates(at=clock.now())


def find_duplicates(*, at: datetime, on_batch: Callable[[int], object] = lambda done: None) -> int:
    """Compare all records, and keep what may be of one person; return how many groups there are.

    Raises:
        NoPromise: nothing says what the fields are. RecordDamaged: a record does not open.
    """
    began = time.monotonic()
    # "": SQLite's own temporary file, gone when it is closed.
    with closing(sqlite3.connect("")) as table:
        people = _fill(table, likeness_keys(in_force().promise), on_batch)  # 1
        table.execute(_SHARED)
        apart = table.execute(_APART, [HANDFUL]).fetchall()  # 2
        pairs = list(_pairs(table))  # 3
    named = {person for *_, person in apart}.union(*(pair[:2] for pair in pairs))
    with transaction.atomic():  # 4
        # Before anything else is locked: an erasure holds its person, and then takes their rows.
        held = lock_people(named)
        pairs = [pair for pair in pairs if held.issuperset(pair[:2])]
        DuplicateScan.objects.all().delete()
        scan = DuplicateScan.objects.create(at=at, people=people, seconds=time.monotonic() - began)
        SharedValue.objects.bulk_create(
            (
                SharedValue(
                    scan=scan, trait=key, people=count, placeholder=bool(form), person_id=person
                )
                for key, count, form, person in apart
                if person in held
            ),
            batch_size=1_000,
        )
        distinct, groups = (
            distinct_pairs(),
            group_pairs((first, second) for first, second, _ in pairs),
        )
        CandidatePair.objects.bulk_create(
            (
                CandidatePair(
                    scan=scan,
                    group=groups[first],
                    first_id=first,
                    second_id=second,
                    score=_score(reasons),
                    reasons=reasons,
                    decided_at=distinct.get((first, second)),
                )
                for first, second, reasons in pairs
            ),
            batch_size=1_000,
        )
    return len(set(groups.values()))


def likeness_keys(promise: Promise) -> list[LikenessKey]:
    """Return what is compared, of the fields that the promise has."""
    keys = [
        LikenessKey(_KINDS[field.kind].value, (name,), field.kind_and_format)
        for name, field in promise.fields.items()
        if field.kind in _KINDS
    ]
    by_category = {field.category: name for name, field in reversed(list(promise.fields.items()))}
    keys += [
        LikenessKey(trait.value, tuple(by_category[each] for each in categories))
        for trait, categories in _COMBINED.items()
        if all(each in by_category for each in categories)
    ]
    if _BIRTH in by_category:
        keys.append(LikenessKey("birth", (by_category[_BIRTH],)))
    return keys


def group_pairs(pairs: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Return for each person the number of their group, from 1: pairs that hang together are
    one."""
    leads: dict[int, int] = {}

    def head(person: int) -> int:
        while leads[person] != person:
            leads[person] = leads[leads[person]]  # halves the way for whoever comes next
            person = leads[person]
        return person

    for first, second in pairs:
        heads = head(leads.setdefault(first, first)), head(leads.setdefault(second, second))
        leads[max(heads)] = min(heads)
    numbers: dict[int, int] = {}
    return {person: numbers.setdefault(head(person), len(numbers) + 1) for person in sorted(leads)}


def _fill(
    table: sqlite3.Connection, keys: list[LikenessKey], on_batch: Callable[[int], object]
) -> int:
    table.execute("CREATE TABLE seen (key TEXT, digest INT, person INT, placeholder INT)")
    secret, after, done = os.urandom(32), -1, 0
    while batch := vault.ids_after(after, limit=SCAN_BATCH):
        table.executemany(
            "INSERT INTO seen VALUES (?, ?, ?, ?)",
            (
                (each.key, each.digest, each.person_id, each.placeholder)
                for each in likenesses(batch, keys, secret)
            ),
        )
        after, done = batch[-1], done + len(batch)
        on_batch(done)
    table.execute("CREATE INDEX by_value ON seen (key, digest, person)")
    table.execute("CREATE INDEX by_person ON seen (person, key)")
    return done


def _pairs(table: sqlite3.Connection) -> Iterator[_Alike]:
    rows = table.execute(_ALIKE, [HANDFUL])
    for (first, second), alike in groupby(rows, key=lambda row: (row[0], row[1])):
        reasons = [key for _, _, key in alike]
        for key, opposing in _ONCE.items():
            mine, theirs = (
                {digest for (digest,) in table.execute(_HELD, [person, key])}
                for person in (first, second)
            )
            if mine and theirs and mine.isdisjoint(theirs):
                reasons.append(opposing.value)
        yield first, second, reasons


def _score(reasons: list[str]) -> int:
    shared = [SharedTrait(code) for code in reasons if code in _PAIRED]
    return score_pair(shared, [Opposing(code) for code in reasons if code not in _PAIRED])
