"""Acknowledging a parcel that the print house has, and withdrawing one that it never got."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Conflict, Invalid, NotFound
from aboveboard.delivery.entries import ParcelAcknowledged, ParcelWithdrawn
from aboveboard.delivery.post import queries, states
from aboveboard.delivery.post.models import PrintLetter, PrintParcel
from aboveboard.delivery.post.parcels import parcel_path
from aboveboard.delivery.terms import LetterState
from aboveboard.ledger.actions import append


class OtherParcel(Invalid):
    """The digest is not that of parcel {number}: the print house has another file, or a part."""

    code = "other_parcel"
    next_step = "Ask it for the SHA-256 of the file that it got, and send the parcel again."


def acknowledge(number: int, sha256: str, *, by: Actor, at: datetime) -> queries.ParcelRow:
    """Record that the print house has a parcel, whole, and remove the copy here. Again changes
    nothing.

    Raises:
        NotFound: no such parcel. OtherParcel: the digest is of another file.
    """
    row = queries.parcel(number)
    if sha256.strip().lower() != row.sha256:
        raise OtherParcel(number=number)
    with transaction.atomic():
        parcel = _locked(number)
        if parcel.acknowledged_at is None:
            parcel.acknowledged_at, parcel.acknowledged_by = at, by.as_json()
            parcel.save(update_fields=["acknowledged_at", "acknowledged_by"])
            entry = ParcelAcknowledged(number, row.export, row.letters)
            append(entry, by=by, handle=None, at=at)
    # After the commit: the print house has it, and nobody else needs it.
    parcel_path(number).unlink(missing_ok=True)
    return queries.parcel(number)


def withdraw(number: int, *, by: Actor, at: datetime) -> int:
    """Have the letters of a parcel that the print house never got printed anew, in another; return
    how many. What became of the file is custody's matter: if it is lost, report it as a loss.

    Raises:
        NotFound: no such parcel. Conflict: the print house has it.
    """
    row = queries.parcel(number)
    with transaction.atomic():
        parcel = _locked(number)
        if parcel.acknowledged_at is not None:
            raise Conflict(why="the print house has this parcel: it says what becomes of it")
        letters = list(
            PrintLetter.objects.select_for_update().filter(
                parcel_id=number, state__in=states.FROM[LetterState.SPOILED]
            )
        )
        moves = [
            states.LetterMove(each, LetterState.SPOILED, at.date(), "parcel-withdrawn")
            for each in letters
        ]
        states.move(moves, by=by, at=at)
        append(ParcelWithdrawn(number, row.export, len(moves)), by=by, handle=None, at=at)
    parcel_path(number).unlink(missing_ok=True)
    return len(moves)


def _locked(number: int) -> PrintParcel:
    row = PrintParcel.objects.select_for_update().filter(pk=number).first()
    if row is None:
        raise NotFound(what="parcel of letters")
    return row
