"""Reviewing an emergency use: reading why it was asked, and was it justified? By somebody other
than who asked, and written down."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from aboveboard.access.emergency.actions import notify_kept_out
from aboveboard.access.emergency.notes import open_note
from aboveboard.access.emergency.queries import EmergencyRecord, record_of
from aboveboard.access.emergency.reasons import PURPOSE, EmergencyGround, ReviewVerdict
from aboveboard.access.entries import EmergencyNoteRead, EmergencyReviewed
from aboveboard.access.models import EmergencyUse
from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Conflict, NotFound, Refused
from aboveboard.basics.facts import Code
from aboveboard.basics.package import NotHeld, RecordedEntry
from aboveboard.basics.personal import Personal
from aboveboard.keys.actions import entry_subject
from aboveboard.keys.rows import RowNotAuthentic
from aboveboard.ledger import queries as ledger
from aboveboard.ledger.actions import append
from aboveboard.vault.locking import lock_people


class ReviewedAlready(Conflict):
    """This emergency use has been reviewed already."""

    code = "reviewed_already"
    next_step = "Read the verdict; it cannot be changed."


def read_note(number: int, *, by: Actor, at: datetime) -> Personal[str] | None:
    """Open what the asker wrote for the reviewers; None where that was nothing, or cannot be read
    any more. It is about the person, so the opening is a use that they see beside the others, and
    its entry is durable before a word leaves.

    Raises:
        NotFound: there is no such use.
        Refused: it is the reader's own; its words are for others.
        RowNotAuthentic: it was written, or changed, past this program.
    """
    with transaction.atomic(durable=True):
        # The person before the row, as an erasure takes them.
        seen = EmergencyUse.objects.filter(pk=number).values_list("person_id", flat=True).first()
        if seen is not None:
            lock_people([seen])
        row = _reviewable(number, by)
        # Merged or split between the two reads, it may be about somebody who is not locked.
        if row.person_id != seen:
            raise NotFound(what="emergency use")
        subject = entry_subject(seen) if row.words and seen is not None else None
        if subject is None:
            return None
        read = EmergencyNoteRead(PURPOSE, row.entry_id)
        append(read, by=by, handle=subject.handle, at=at)
    return open_note(row)


def review(number: int, verdict: ReviewVerdict, *, by: Actor, at: datetime) -> EmergencyRecord:
    """Write down whether an emergency use was justified, in the ledger too; the person sees it
    beside the use.

    Raises:
        NotFound: there is no such use.
        Refused: it is the reviewer's own.
        ReviewedAlready: it was reviewed before.
        RowNotAuthentic: it was written, or changed, past this program.
    """
    with transaction.atomic():
        row = _reviewable(number, by)
        if row.reviewed_at is not None:
            raise ReviewedAlready(why="its verdict stands")
        # The handle is that of the use's entry: the person may be erased by now, and the verdict
        # belongs beside the use.
        handle = ledger.entry(row.entry_id).handle
        reviewed = EmergencyReviewed(row.entry_id, Code(verdict.value))
        append(reviewed, by=by, handle=handle, at=at)
        _close(row, verdict.value, by=by, at=at)
        if row.why == EmergencyGround.VULNERABLE_PERSON:
            notify_kept_out(row)
    return record_of(row)


def repeat(entry: RecordedEntry[EmergencyReviewed]) -> None:
    """Let a use have its verdict in a restored database. No entry is written: it is there.

    Raises:
        NotHeld: the use is not in what was restored.
    """
    with transaction.atomic():
        row = EmergencyUse.objects.filter(entry_id=entry.facts.about).first()
        if row is None:
            raise NotHeld(what="emergency use")
        _close(row, entry.facts.verdict, by=entry.by, at=entry.at)


def _close(row: EmergencyUse, verdict: str, *, by: Actor, at: datetime) -> None:
    row.reviewed_at, row.reviewed_by, row.verdict = at, by.as_json(), verdict
    row.save(update_fields=["reviewed_at", "reviewed_by", "verdict"])


def _reviewable(number: int, by: Actor) -> EmergencyUse:
    """Return a use that this member of staff may review, locked."""
    row: EmergencyUse | None = EmergencyUse.objects.select_for_update().filter(pk=number).first()
    if row is None:
        raise NotFound(what="emergency use")
    if not row.authentic:
        # Whoever asked may have written that it was somebody else.
        raise RowNotAuthentic(table=EmergencyUse._meta.label)
    if (by.kind.value, by.id) == (row.actor["kind"], row.actor["id"]):
        raise Refused(why="nobody reviews their own emergency use")
    return row
