"""Putting concerns back into a restored database from their ledger entries. What was written is not
in the log, so it stays lost: of a concern its own words, of an answer all but its kind."""

from __future__ import annotations

from django.db import transaction

from aboveboard.access.entries import ConcernAnswered, ConcernAssigned, ConcernRaised
from aboveboard.access.models import RaisedConcern
from aboveboard.basics.package import NotHeld, RecordedEntry


def repeat_raised(entry: RecordedEntry[ConcernRaised]) -> None:
    """Put a concern into the queue, if it is not there.

    Raises:
        NotHeld: the person is not in what was restored.
    """
    if entry.person_id is None:
        raise NotHeld(what="person")
    if entry.facts.due is None:
        return  # from before there was a queue
    # By entry, so that a replay that was stopped and runs again puts nothing there twice.
    RaisedConcern.objects.get_or_create(
        entry_id=entry.id,
        defaults={
            "person_id": entry.person_id,
            "about": entry.facts.about,
            "concern": entry.facts.concern,
            "words": b"",
            "at": entry.at,
            "due_at": entry.facts.due,
        },
    )


def repeat_assigned(entry: RecordedEntry[ConcernAssigned]) -> None:
    """Let the concern have its owner.

    Raises:
        NotHeld: the concern is not in what was restored.
    """
    with transaction.atomic():
        row = _row(entry.facts.raised)
        row.owner_id, row.assigned_entry_id = entry.facts.owner, entry.id
        row.save(update_fields=["owner_id", "assigned_entry_id"])


def repeat_answered(entry: RecordedEntry[ConcernAnswered]) -> None:
    """Let the concern be answered.

    Raises:
        NotHeld: the concern is not in what was restored.
    """
    with transaction.atomic():
        row = _row(entry.facts.raised)
        row.answered_at, row.answered_by = entry.at, entry.by.as_json()
        row.verdict, row.answer_entry_id = entry.facts.verdict, entry.id
        row.save(update_fields=["answered_at", "answered_by", "verdict", "answer_entry_id"])


def _row(entry_id: int) -> RaisedConcern:
    row: RaisedConcern | None = RaisedConcern.objects.filter(entry_id=entry_id).first()
    if row is None:
        raise NotHeld(what="concern")
    return row
