"""What becomes due by itself: a pause that ends, a reminder, a job that was lost, and what was
collected for an answer whose time is over. The worker looks now and then; it reads only what is
due."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from aboveboard.basics.actor import SYSTEM
from aboveboard.rights.models import RequestStep, RightsRequest
from aboveboard.rights.requests import actions, files
from aboveboard.rights.requests.locking import (
    LockedRequest,
    lock_request,
    read_state,
)
from aboveboard.rights.requests.proving import delete_expired_codes
from aboveboard.rights.requests.recording import (
    NewEvent,
    enqueue_run,
    record,
    refresh,
    remind_staff,
    reminder_at,
)
from aboveboard.rights.requests.state import may_run
from aboveboard.rights.requests.terms import RequestClosed, RequestEventKind

DUE_SOON = "due_soon"
LATE = "late"
_AT_ONCE = 500
"""Requests that one look goes through: the rest comes with the next."""


def do_what_is_due(*, at: datetime) -> int:
    """Do what is due; return how many requests were looked at."""
    delete_expired_codes(at=at)
    due = RightsRequest.objects.filter(next_at__lte=at).order_by("next_at")
    numbers = list(due.values_list("pk", flat=True)[:_AT_ONCE])
    for number in numbers:
        _do_one(number, at)
    return len(numbers)


def destroy_collected(request_id: int) -> None:
    """Destroy what was collected for a request, and everything that was said in it: its key and its
    files. The record of what happened stays. Done again it changes nothing."""
    files.delete_all(request_id)
    RequestStep.objects.filter(request_id=request_id).update(matches=b"")
    for row in RightsRequest.objects.filter(pk=request_id):
        row.key, row.key_of, row.details, row.next_at = b"", None, b"", None
        row.save(update_fields=["key", "key_of", "details", "next_at"])


def _do_one(number: int, at: datetime) -> None:
    row = RightsRequest.objects.get(pk=number)
    _, state = read_state(row)
    if state.closed and not may_run(state):
        destroy_collected(number)
        return
    try:
        if state.paused is not None and state.paused.until and state.paused.until <= at:
            actions.resume(number, by=SYSTEM, at=at)
        record(number, lambda locked: _reminder(locked, at), by=SYSTEM, at=at)
    except RequestClosed:
        # By somebody else, between the two; or answered, and the copy is to be made once more.
        if not may_run(state):
            return
    with transaction.atomic():
        locked = lock_request(number)
        refresh(locked.row, locked.events, locked.state, at=at)
        enqueue_run(locked)


def _reminder(locked: LockedRequest, at: datetime) -> NewEvent | None:
    """Return the event that staff are reminded by, where it is time."""
    due = locked.row.due_at
    remind = reminder_at(locked.state, due)
    if locked.state.paused is not None or remind is None or at < remind:
        return None
    remind_staff(locked.row.pk)
    return NewEvent(kind=RequestEventKind.REMINDED, code=LATE if at >= due else DUE_SOON, until=due)
