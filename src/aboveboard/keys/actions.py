"""Changes to keys. Callers write the ledger entry: this room sits beside the ledger, not above it."""

from __future__ import annotations

import os
from collections.abc import Sequence

from django.db import transaction

from aboveboard.keys.models import PersonKey
from aboveboard.keys.provider import KEY_BYTES
from aboveboard.keys.ring import person_context, provider


def make_keys(person_ids: Sequence[int]) -> list[tuple[int, bytes, bytes]]:
    """Make a fresh key for each person, without storing it: ``(person_id, key, wrapped)``.

    Bulk loads store the wrapped keys themselves, in the same transaction as the records.
    """
    root = provider()
    made = []
    for person_id in person_ids:
        key = os.urandom(KEY_BYTES)
        made.append((person_id, key, root.wrap(key, person_context(person_id))))
    return made


def destroy(person_id: int) -> bool:
    """Destroy the person's key: erasure (design, invariant 5). True if there was one.

    Must run inside the transaction that writes the ledger entry.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a key is destroyed only together with its ledger entry, in one transaction")
    deleted, _ = PersonKey.objects.filter(person_id=person_id).delete()
    return deleted > 0
