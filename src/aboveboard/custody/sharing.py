"""The register of agreements to share data: take a file in, read it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import NotFound
from aboveboard.basics.facts import Digest
from aboveboard.custody.agreement import (
    RegisterRefused,
    SharingAgreement,
    read_register,
    write_register,
)
from aboveboard.custody.entries import SharingRegisterChanged
from aboveboard.custody.models import SharedUnder
from aboveboard.ledger.actions import append

__all__ = ["RegisterRefused", "agreement", "agreements", "as_csv", "take_in"]


def take_in(source: bytes, *, by: Actor, at: datetime) -> int:
    """Make a CSV file the register: agreements with a number that is there already are replaced,
    those that it lacks go. Return how many there are. The register that is there already changes
    nothing, and nothing is written.

    Raises:
        RegisterRefused: with every problem of the file; the register stays as it is.
    """
    wanted = {each.number: dict(each.values) for each in read_register(source)}
    with transaction.atomic():
        rows = {row.number: row.values for row in SharedUnder.objects.select_for_update()}
        if rows == wanted:
            return len(wanted)
        SharedUnder.objects.exclude(number__in=wanted).delete()
        for number, values in wanted.items():
            SharedUnder.objects.update_or_create(number=number, defaults={"values": values})
        digest = hashlib.sha256(as_csv().encode()).hexdigest()
        entry = SharingRegisterChanged(len(wanted), Digest(digest))
        append(entry, by=by, handle=None, at=at)
    return len(wanted)


def agreements() -> Sequence[SharingAgreement]:
    """Return every agreement, by number."""
    return [
        SharingAgreement(row.number, row.values) for row in SharedUnder.objects.order_by("number")
    ]


def agreement(number: int) -> SharingAgreement:
    """Return one agreement.

    Raises:
        NotFound: the register has none with that number.
    """
    row = SharedUnder.objects.filter(number=number).first()
    if row is None:
        raise NotFound(what="agreement")
    return SharingAgreement(row.number, row.values)


def as_csv() -> str:
    """Return the whole register as CSV."""
    return write_register(agreements())
