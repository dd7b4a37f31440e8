"""The one change that this package makes: a promise is put in force."""

from __future__ import annotations

import zlib
from datetime import datetime
from typing import Final

from django.db import connection, transaction

from aboveboard.basics.actor import Actor
from aboveboard.basics.facts import Digest
from aboveboard.ledger.actions import append
from aboveboard.outbox.events import announce
from aboveboard.promise import queries
from aboveboard.promise.entries import ADOPTED, PromiseAdopted
from aboveboard.promise.loading import load
from aboveboard.promise.models import PromiseVersion
from aboveboard.promise.queries import AdoptedPromise, digest_of

_LOCK: Final = zlib.crc32(b"aboveboard.promise.adopting")
"""PostgreSQL advisory locks are named by numbers; this is ours."""


def adopt_promise(source: str, *, name: str, by: Actor, at: datetime) -> AdoptedPromise:
    """Put a promise in force, write that to the ledger, and return it.

    The text that is in force already stays the version that it is, and nothing is written. The
    same text after another one was in force is a new version: it was decided again. So is the text
    of a version that was changed in the database, which is how that is mended.

    Raises:
        PromiseRefused: the promise has problems; the one in force stays.
    """
    # Judged before the transaction: no lock should be held for as long as reading a file takes.
    promise = load(source, name=name)
    digest = digest_of(source)
    with transaction.atomic():
        _lock_adoption()
        # By what the log adopted last, not by the rows alone. The text is compared as well as its
        # digest: a version whose stored text was changed still has the digest it was adopted with.
        last = queries.last_adopted_row()
        if last is not None and (last.source, last.digest) == (source, digest):
            return AdoptedPromise(promise, last.serial, digest, last.adopted_at)
        row = PromiseVersion.objects.create(
            digest=digest, name=name[:200], source=source, adopted_at=at, adopted_by=by.as_json()
        )
        # In the same transaction: a version without its entry would be in force and unprovable.
        row.entry_id = append(PromiseAdopted(row.serial, Digest(digest)), by=by, handle=None, at=at)
        row.save(update_fields=["entry_id"])
        announce(ADOPTED, entry=row.entry_id)
    return AdoptedPromise(promise, row.serial, digest, at)


def _lock_adoption() -> None:
    """Wait for whoever adopts a promise this moment: of two at once, the one with the higher number
    must come later in the log too, or processes would obey different ones. SQLite has one writer
    at a time."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
