"""Whoever changes one person's record holds that person first, so that changes to one
person follow each other.

Without it an erasure and a correction, which meet the same rows in another order, wait for each
other for ever on PostgreSQL, and a choice written beside an erasure would outlive it. Reading holds
nobody: a look that was decided before an erasure was durable may still end, and has its entry.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from aboveboard.vault.models import Person


def hold(person_ids: Collection[int]) -> frozenset[int]:
    """Hold these people until the surrounding transaction ends, and return those of
    them who are held at all.

    Always in order of their ids, so that two who want the same people do not wait for each other.
    On SQLite a transaction that writes is alone from its beginning, and this only reads.

    Raises:
        RuntimeError: there is no surrounding transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a person is held for one transaction: use transaction.atomic")
    rows = Person.objects.select_for_update().filter(id__in=person_ids).order_by("id")
    return frozenset(rows.values_list("id", flat=True))
