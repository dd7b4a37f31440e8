"""The one change that this package makes: a promise is put in force."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from aboveboard.basics.actor import Actor
from aboveboard.basics.facts import Digest
from aboveboard.ledger.actions import append
from aboveboard.promise import queries
from aboveboard.promise.entries import PromiseAdopted
from aboveboard.promise.loading import load
from aboveboard.promise.models import PromiseVersion
from aboveboard.promise.queries import AdoptedPromise, digest_of


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
        # By what the log adopted last, not by the rows alone. The text is compared as well as its
        # digest: a version whose stored text was changed still has the digest it was adopted with.
        last = queries.adopted_last()
        if last is not None and (last.source, last.digest) == (source, digest):
            return AdoptedPromise(promise, last.serial, digest, last.adopted_at)
        row = PromiseVersion.objects.create(
            digest=digest, name=name[:200], source=source, adopted_at=at, adopted_by=by.as_json()
        )
        # In the same transaction: a version without its entry would be in force and unprovable.
        row.entry_id = append(PromiseAdopted(row.serial, Digest(digest)), by=by, handle=None, at=at)
        row.save(update_fields=["entry_id"])
    return AdoptedPromise(promise, row.serial, digest, at)
