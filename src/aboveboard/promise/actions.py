"""The one change in this room: a promise is put in force.

The ledger is a room beside this one, so ``access.actions.adopt_promise`` wraps this and writes the
entry in the same transaction; nothing else should call it.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from aboveboard.basics.actor import Actor
from aboveboard.promise.loading import load
from aboveboard.promise.models import PromiseVersion
from aboveboard.promise.queries import Adopted, digest_of


def adopt(source: str, *, name: str, by: Actor, at: datetime) -> Adopted:
    """Put a promise in force, and return it. The text that is in force already
    stays the version that it is.

    The same text after another one was in force is a new version: it was decided again. So is the
    text of a version that was changed in the database, which is how that is mended.

    Raises:
        PromiseRefused: the promise has problems; the one in force stays.
    """
    promise = load(source, name=name)
    digest = digest_of(source)
    with transaction.atomic():
        last = PromiseVersion.objects.order_by("-serial").first()
        if last is not None and (last.source, last.digest) == (source, digest):
            return Adopted(promise, last.serial, digest, last.adopted_at)
        row = PromiseVersion.objects.create(
            digest=digest, name=name[:200], source=source, adopted_at=at, adopted_by=by.as_json()
        )
    return Adopted(promise, row.serial, digest, at)
