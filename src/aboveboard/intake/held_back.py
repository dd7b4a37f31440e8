"""Rows of files that may be of another person than the one who was erased: listing them, and
deciding about one.

Such a row shares one address or one phone number with somebody erased and says otherwise in
something else. It waits here, without a word of what it said: a keyed digest of everything that it
can be recognised by tells it again when the file comes the next time. A decision is about exactly
that: a row that says something else of the person is held back anew. It ends by itself after
``limits.HELD_BACK_KEPT`` (docs/decisions/0029).
"""

from __future__ import annotations

import hmac
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import transaction

from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Conflict, Invalid, NotFound
from aboveboard.basics.facts import Code
from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.basics.reference import parse_reference as checked_reference
from aboveboard.basics.sealing import new_key, seal
from aboveboard.intake.changes import HeldBackState
from aboveboard.intake.entries import HeldBackDecided
from aboveboard.intake.limits import HELD_BACK_KEPT
from aboveboard.intake.models import HeldBackRow
from aboveboard.keys.queries import instance_secret
from aboveboard.ledger.actions import append
from aboveboard.vault import blind

ANSWERS: Final = (HeldBackState.TAKE, HeldBackState.KEEP_OUT)
"""What somebody can decide."""

UNDONE: Final = "undone"
"""What the ledger says of a decision that was taken back."""

_SECRET = "intake"  # noqa: S105 - the name of a secret
_SHARED: Final = {
    blind.KIND_NUMBERS["email"]: "e-mail address",
    blind.KIND_NUMBERS["phone"]: "phone number",
}


@dataclass(frozen=True, slots=True)
class HeldBackLine:
    """A row that is held back: its digest, the erasure it may be of, the number of the kind that it
    shares, and its line."""

    digest: bytes
    erased_id: int
    kind: int
    line: int


@dataclass(frozen=True, slots=True)
class HeldBackRecord:
    """A row that was held back, as people see it; nothing of what it said.

    ``shares``: what it has in common with somebody erased, in words. ``ends_on``: the day on which
    the row, and a decision about it, is forgotten unless a file brings it again.
    """

    id: int
    run_id: int
    file_name: str
    line: int
    erasure: int
    erased_on: date
    shares: str
    state: HeldBackState
    seen_at: datetime
    ends_on: date
    decided_at: datetime | None
    decided_by: Actor | None

    @property
    def sentence(self) -> str:
        """Why it was held back, in a sentence."""
        return (
            f"It has the {self.shares} of somebody who was erased on {self.erased_on:%-d %B %Y}. "
            "Something else in it differs."
        )


@dataclass(frozen=True, slots=True)
class HeldBackCounts:
    """How many rows wait for a decision, and about how many there is one."""

    waiting: int
    decided: int


def row_digest(erased_id: int, recognised_by: Iterable[tuple[int, bytes]]) -> bytes:
    """Return what tells a row again: of the erasure, and of all that it can be recognised by.

    ``recognised_by``: number of the kind and keyed digest (``erased.digest_keys``) of each.
    """
    key = hmac.digest(instance_secret(_SECRET), b"aboveboard/held-back/v1", "sha256")
    parts = sorted(kind.to_bytes(2, "big") + digest for kind, digest in recognised_by)
    # With the erasure: a decision says that the row is not of that person, and of nobody else.
    return hmac.digest(key, erased_id.to_bytes(8, "big") + b"".join(parts), "sha256")


def decisions(digests: Collection[bytes]) -> dict[bytes, HeldBackState]:
    """Return what was decided about rows; one that somebody wrote past the program decides
    nothing."""
    rows = HeldBackRow.objects.filter(digest__in=digests) if digests else ()
    return {bytes(row.digest): HeldBackState(row.state) for row in rows if row.authentic}


def note_held_back(lines: Iterable[HeldBackLine], *, run_id: int, at: datetime) -> None:
    """Note which rows of a block were held back; in the transaction that stores the block."""
    for each in sorted(lines, key=lambda line: line.digest):  # rows are locked in this order
        row, created = HeldBackRow.objects.get_or_create(
            digest=each.digest,
            defaults={
                "erased_id": each.erased_id,
                "kind": each.kind,
                "run_id": run_id,
                "line": each.line,
                "seen_at": at,
                "ends_on": at.date() + HELD_BACK_KEPT,
            },
        )
        if created:
            continue
        HeldBackRow.objects.filter(pk=row.pk).update(run_id=run_id, line=each.line, seen_at=at)
        if row.authentic and row.ends_on != (ends_on := at.date() + HELD_BACK_KEPT):
            row.ends_on = ends_on
            row.save(update_fields=["ends_on"])


def delete_taken(digests: Collection[bytes]) -> None:
    """Forget rows whose people are loaded now; in the transaction that loads them."""
    if digests:
        HeldBackRow.objects.filter(digest__in=digests).delete()


def delete_expired(*, at: datetime) -> int:
    """Delete what has come to its end, and return how many rows that were."""
    rows = HeldBackRow.objects.filter(ends_on__lte=at.date())
    # One whose end somebody wrote past the program stays, until a person has looked.
    due = [row.pk for row in rows.iterator() if row.authentic]
    HeldBackRow.objects.filter(pk__in=due).delete()
    return len(due)


def list_held_back(
    *, run_id: int | None = None, decided: bool = False, after: int = 0, limit: int = PAGE_SIZE
) -> list[HeldBackRecord]:
    """Return a page of rows, in the order in which they were first held back, after the number
    ``after``: those that wait, or those that are decided. ``run_id``: of that import alone, the
    latest that had them."""
    rows = HeldBackRow.objects.select_related("run", "erased").filter(id__gt=after)
    waiting = HeldBackState.WAITING
    rows = rows.exclude(state=waiting) if decided else rows.filter(state=waiting)
    if run_id is not None:
        rows = rows.filter(run_id=run_id)
    return [_record(row) for row in rows.order_by("id")[:limit]]


def count_held_back(*, run_id: int | None = None) -> HeldBackCounts:
    """Return how far the decisions have come, of one import or of all."""
    rows = HeldBackRow.objects.all() if run_id is None else HeldBackRow.objects.filter(run=run_id)
    waiting = rows.filter(state=HeldBackState.WAITING).count()
    return HeldBackCounts(waiting, rows.count() - waiting)


def held_back_row(number: int) -> HeldBackRecord:
    """Return one.

    Raises:
        NotFound: there is none, or its time is over, or a file has brought the person in.
    """
    row = HeldBackRow.objects.select_related("run", "erased").filter(id=number).first()
    if row is None:
        raise NotFound(what="row")
    return _record(row)


def decide(
    number: int, state: HeldBackState, *, reference: str = "", by: Actor, at: datetime
) -> HeldBackRecord:
    """Decide about one: ``take`` it, for it is of another person, or ``keep_out``. The next import
    that has the row does it.

    ``reference``: of what shows that it is another person; needed to ``take``.

    Raises:
        NotFound: there is no such row.
        Conflict: it was decided before.
        Invalid: the answer is neither.
        ReferenceRefused: the reference is not one.
        RowNotAuthentic: somebody wrote to the row past the program.
    """
    if state not in ANSWERS:
        raise Invalid(found=f"{state} is no answer", fix="Answer take or keep-out.")
    # An erased person could come back by it: on what paper must be found again.
    case = checked_reference(reference) if state is HeldBackState.TAKE or reference else ""
    with transaction.atomic():
        row = _locked(number)
        if row.state != HeldBackState.WAITING:
            raise Conflict(why="it was decided before; undo that decision first")
        key = new_key() if case else None
        row.state, row.decided_at, row.decided_by = state, at, by.as_json()
        row.reference, row.reference_key = case, key
        row.ends_on = at.date() + HELD_BACK_KEPT
        row.save()
        sealed = seal(case, key) if key else None
        entry = HeldBackDecided(row=row.pk, answer=Code(state.value), reference=sealed)
        append(entry, by=by, handle=None, at=at)
    return held_back_row(number)


def undo(number: int, *, by: Actor, at: datetime) -> HeldBackRecord:
    """Take a decision back that no import has carried out: the row waits again.

    Raises:
        NotFound: there is no such row; a file may have brought the person in meanwhile.
        Conflict: nothing was decided.
        RowNotAuthentic: somebody wrote to the row past the program.
    """
    with transaction.atomic():
        row = _locked(number)
        if row.state == HeldBackState.WAITING:
            raise Conflict(why="nothing was decided about it, so there is nothing to undo")
        row.state, row.decided_at, row.decided_by = HeldBackState.WAITING, None, None
        row.reference, row.reference_key = "", None
        row.save()
        entry = HeldBackDecided(row=row.pk, answer=Code(UNDONE), reference=None)
        append(entry, by=by, handle=None, at=at)
    return held_back_row(number)


def _locked(number: int) -> HeldBackRow:
    row: HeldBackRow | None = HeldBackRow.objects.select_for_update().filter(id=number).first()
    if row is None:
        raise NotFound(what="row")
    return row


def _record(row: HeldBackRow) -> HeldBackRecord:
    return HeldBackRecord(
        id=row.pk,
        run_id=row.run.pk,
        file_name=row.run.file_name,
        line=row.line,
        erasure=row.erased.pk,
        erased_on=row.erased.erased_on,
        shares=_SHARED.get(row.kind, "detail"),
        # What somebody wrote past the program decides nothing, so the row still waits.
        state=HeldBackState(row.state) if row.authentic else HeldBackState.WAITING,
        seen_at=row.seen_at,
        ends_on=row.ends_on,
        decided_at=row.decided_at,
        decided_by=Actor.from_json(row.decided_by) if row.decided_by else None,
    )
