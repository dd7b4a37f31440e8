"""Reading the index of a person's uses, and bringing it up to the ledger.

What is kept of it is ``12 bytes nonce | AES-256-GCM(index)`` under the person's key, bound to their
number. It holds nothing that the ledger does not: whatever cannot be read is made again.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction

from aboveboard.access.entries import UseSealed
from aboveboard.access.limits import EXPLANATION_SETTLED, USE_INDEX_TAIL
from aboveboard.access.models import QuietRefusal, UseIndex
from aboveboard.access.sealed_uses import shown_hidden
from aboveboard.access.use_index import columns
from aboveboard.access.use_index.columns import IndexedUses
from aboveboard.basics import clock
from aboveboard.basics.errors import NotFound
from aboveboard.keys import queries as keys
from aboveboard.keys.handles import LATE, PersonHandles, handles_of
from aboveboard.ledger import queries as ledger
from aboveboard.vault.locking import lock_person

_AAD: Final = b"aboveboard/use-index/v1/"
_NONCE_BYTES: Final = 12
_STEP: Final = 500
"""Handles that one statement asks for."""


def indexed_uses(person_id: int, kinds: Collection[str]) -> IndexedUses | None:
    """Return every use of a person's data whose entry is of these kinds; None once they are erased:
    nobody can tie the entries to them any more.

    The order is what makes it whole:

    1. The key and the count of entries are read in one statement.
    2. What is kept is opened; if it does not belong to the person as they are, it counts as none.
    3. The entries with the handles since are read. A number is taken in the transaction that
       writes its entry, so each number below the count that was read has its entry by now.
    4. Two kinds of entry take no number, and are looked for apart: look-ups that ended in nothing,
       and who asked why a use came out as it did, under that use's handle.
    5. If many were read, the index is kept again.
    """
    # 1.
    data_key = keys.data_keys([person_id]).get(person_id)
    if data_key is None:
        return None
    person = handles_of(person_id, data_key.key, data_key.handles, data_key.entries)
    # 2.
    kept = _read(person_id, AESGCM(data_key.key))
    if kept is None or not kept.belongs_to(person):
        kept = IndexedUses()
    # 3.
    handles = list(_handles_since(kept, person))
    entries = [
        entry
        for start in range(0, len(handles), _STEP)
        for entry in ledger.entries_about(handles[start : start + _STEP])
        if entry.kind in kinds
    ]
    # 4.
    quiet = QuietRefusal.objects.filter(person_id=person_id).values_list("entry_id", flat=True)
    if apart := set(quiet):
        apart.difference_update(kept.entry_ids)
        entries += [
            entry
            for entry in ledger.entries(apart)
            # A look-up that a law forbids to tell of is not told of because it found nobody.
            if entry.kind in kinds and entry.kind != UseSealed.kind
        ]
    entries += shown_hidden(person, clock.now())
    asked = ledger.explanations(after=kept.explained)
    entries += ledger.entries(_explanations_of(kept, person, asked))
    settled = clock.now() - EXPLANATION_SETTLED
    explained = max((entry_id for entry_id, _, at in asked if at < settled), default=kept.explained)
    counted = {secret.handle(0): secret.count for secret in person.secrets}
    if not entries and (counted, explained) == (kept.counted, kept.explained):
        return kept
    uses = kept.extended(entries, counted=counted, lasting=person.lasting, explained=explained)
    # 5.
    if len(handles) + len(apart) + len(asked) >= USE_INDEX_TAIL:
        _keep(person_id, data_key.key, uses)
    return uses


def re_encrypt(person_id: int, old: AESGCM, new: AESGCM) -> None:
    """Seal the index of a person under their new key, in the transaction that gives it to them."""
    uses = _read(person_id, old)
    if uses is not None:
        _write(person_id, new, uses)


def _handles_since(kept: IndexedUses, person: PersonHandles) -> Iterator[str]:
    """Yield the handles that entries may have which the index does not know yet."""
    for secret in person.secrets:
        begin = kept.counted.get(secret.handle(0), 0)
        # A use that was decided before a merge may write its entry after it.
        if secret is not person.secret:
            begin = min(begin, max(secret.count - LATE, 0))
        yield from map(secret.handle, range(begin, secret.count))
    yield from (handle for handle in person.lasting if handle not in kept.lasting)


def _explanations_of(
    kept: IndexedUses, person: PersonHandles, asked: Sequence[tuple[int, str, datetime]]
) -> list[int]:
    """Return which of these entries are about a use that the index knows, and are not in it."""
    known = set(kept.entry_ids)
    unknown = [(entry_id, handle) for entry_id, handle, _ in asked if entry_id not in known]
    if not unknown:
        return []
    # Computed only now: there are as many as the person has entries.
    own = {
        secret.handle(number)
        for secret in person.secrets
        for number in range(kept.counted.get(secret.handle(0), 0))
    }.union(kept.lasting)
    return [entry_id for entry_id, handle in unknown if handle in own]


def _read(person_id: int, cipher: AESGCM) -> IndexedUses | None:
    blob = UseIndex.objects.filter(person_id=person_id).values_list("sealed", flat=True).first()
    if blob is None:
        return None
    blob = bytes(blob)
    try:
        plain = cipher.decrypt(blob[:_NONCE_BYTES], blob[_NONCE_BYTES:], _associated(person_id))
    except (InvalidTag, ValueError):
        return None
    return columns.decode(plain)


@transaction.atomic
def _keep(person_id: int, key: bytes, uses: IndexedUses) -> None:
    # Under the lock that a merge, a rotation and an erasure hold as well: the person's key must not
    # be replaced between here and the commit. Where it was, the next one who asks makes the index.
    try:
        if lock_person(person_id) != person_id or keys.person_key(person_id) != key:
            return
    except NotFound:
        return
    _write(person_id, AESGCM(key), uses)


def _write(person_id: int, cipher: AESGCM, uses: IndexedUses) -> None:
    nonce = os.urandom(_NONCE_BYTES)
    box = cipher.encrypt(nonce, columns.encode(uses), _associated(person_id))
    UseIndex.objects.update_or_create(person_id=person_id, defaults={"sealed": nonce + box})


def _associated(person_id: int) -> bytes:
    return _AAD + person_id.to_bytes(8, "big")
