"""What a letter's state says of the notice that it carries: both move in one transaction, with the
entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from django.db import transaction

from aboveboard.basics.actor import Actor
from aboveboard.basics.facts import Code
from aboveboard.basics.package import NotHeld, RecordedEntry
from aboveboard.delivery import fallback, tallies
from aboveboard.delivery.entries import LetterReported
from aboveboard.delivery.models import Batch, Dispatch
from aboveboard.delivery.post.models import PrintLetter
from aboveboard.delivery.terms import Channel, DispatchState, LetterState
from aboveboard.keys.actions import subjects_in_order
from aboveboard.keys.queries import handle_secrets
from aboveboard.ledger import actions as ledger
from aboveboard.ledger.actions import new_entry
from aboveboard.promise.queries import in_force

# A letter that was spoiled is printed again: its notice waits once more. One that came back does
# not: where the person lives has to be found first.
_NOTICE: Final = {
    LetterState.PRINTED: (DispatchState.SENT, "printed"),
    LetterState.POSTED: (DispatchState.SENT, "posted"),
    LetterState.RETURNED: (DispatchState.FAILED, "letter-returned"),
    LetterState.SPOILED: (DispatchState.QUEUED, "letter-spoiled"),
}

_UNREACHED: Final = frozenset({LetterState.RETURNED})

# From which states each may come: post that was never said to be printed was, and so on.
FROM: Final = {
    LetterState.PRINTED: {LetterState.SEALED},
    LetterState.POSTED: {LetterState.SEALED, LetterState.PRINTED},
    LetterState.SPOILED: {LetterState.SEALED, LetterState.PRINTED},
    LetterState.RETURNED: {LetterState.SEALED, LetterState.PRINTED, LetterState.POSTED},
}


@dataclass(frozen=True, slots=True)
class LetterMove:
    """A letter goes to a state, on the day that the print house names, for a reason as a code."""

    letter: PrintLetter
    state: LetterState
    day: date
    reason: str = ""


def move(moves: Sequence[LetterMove], *, by: Actor, at: datetime) -> None:
    """Let letters, and their notices, go to their next states. Called in a transaction, with the
    letters locked."""
    notices = {
        row.pk: row
        for row in Dispatch.objects.select_for_update().filter(
            pk__in=[each.letter.dispatch_id for each in moves]
        )
    }
    changes: dict[tallies.TallyKey, int] = {}
    posted_at: datetime | None = None
    for each in moves:
        each.letter.state, each.letter.on, each.letter.reason = each.state, each.day, each.reason
        notice = notices[each.letter.dispatch_id]
        before = tallies.key_of(notice)
        notice.state, notice.reason = _NOTICE[each.state]
        if each.state is LetterState.SPOILED:
            notice.due_at, notice.attempts = at, 0
        if each.state is LetterState.POSTED:
            # Until then "sent" was when it was sealed for the print house.
            notice.sent_at = max(notice.sent_at or at, _begin_of(each.day))
            posted_at = max(posted_at or notice.sent_at, notice.sent_at)
        after = tallies.key_of(notice)
        changes[before] = changes.get(before, 0) - 1
        changes[after] = changes.get(after, 0) + 1
    letters = [each.letter for each in moves]
    PrintLetter.objects.bulk_update(letters, ["state", "on", "reason"], batch_size=500)
    Dispatch.objects.bulk_update(
        notices.values(), ["state", "reason", "due_at", "attempts", "sent_at"], batch_size=500
    )
    people = [notices[each.letter.dispatch_id].person_id for each in moves]
    subjects = subjects_in_order(people, handle_secrets(set(people)))
    ledger.append_many(
        [
            new_entry(
                _entry(each, notices[each.letter.dispatch_id].batch_id),
                by=by,
                handle=subject.handle if subject else None,
                at=at,
            )
            for each, subject in zip(moves, subjects, strict=True)
        ]
    )
    tallies.add(changes, sent_at=posted_at)
    back = [notices[each.letter.dispatch_id] for each in moves if each.state in _UNREACHED]
    for batch in Batch.objects.filter(pk__in={row.batch_id for row in back}).order_by("pk"):
        unreached = [fallback.Unreached.of(row) for row in back if row.batch_id == batch.pk]
        fallback.follow(batch, Channel.POST, unreached, at)


def repeat_reported(recorded: RecordedEntry[LetterReported]) -> None:
    """Let a notice of a restored database stand where the ledger says that its letter is. A parcel
    that was made since the backup is not in the database: lists of its letters find none.

    Raises:
        NotHeld: the notice was queued after the backup.
    """
    state, number = LetterState(recorded.facts.state), int(recorded.facts.dispatch)
    with transaction.atomic():
        notice = Dispatch.objects.select_for_update().filter(pk=number).first()
        if notice is None:
            raise NotHeld(what="notice")
        before = tallies.key_of(notice)
        notice.state, notice.reason = _NOTICE[state]
        if state is LetterState.SPOILED:
            notice.due_at, notice.attempts = recorded.at, 0
        notice.save(update_fields=["state", "reason", "due_at", "attempts"])
        letter = PrintLetter.objects.filter(dispatch=notice).order_by("-pk").first()
        if letter is not None:
            letter.state, letter.on = state, date.fromisoformat(recorded.facts.day)
            letter.save(update_fields=["state", "on"])
        tallies.add({before: -1, tallies.key_of(notice): 1})


def _begin_of(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=in_force().promise.organisation.zone)


def _entry(move: LetterMove, batch_id: int) -> LetterReported:
    return LetterReported(
        Code(str(batch_id)),
        Code(str(move.letter.dispatch_id)),
        Code(move.state.value),
        Code(move.day.isoformat()),
    )
