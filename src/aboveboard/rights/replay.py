"""Putting requests back into a restored database from their entries, so that no date is lost and
what other systems had erased is erased there again. No entry is written: it is there."""

from __future__ import annotations

from typing import Final

from django.db import transaction

from aboveboard.basics.canonical import Json
from aboveboard.basics.package import NotHeld, RecordedEntry
from aboveboard.outbox import jobs
from aboveboard.rights.entries import RequestAdvanced, RequestReceived
from aboveboard.rights.models import RequestEventRow, RequestStep, RightsRequest
from aboveboard.rights.requests import sealing
from aboveboard.rights.requests.locking import (
    read_state,
)
from aboveboard.rights.requests.recording import (
    RUN,
    NewEvent,
    keep_events,
    refresh,
)
from aboveboard.rights.requests.terms import RequestEventKind, StepVerb

_RECEIVED: Final = NewEvent(kind=RequestEventKind.RECEIVED)


def repeat_received(entry: RecordedEntry[RequestReceived]) -> None:
    """Make the request again, if it is not there: open, without what was sealed of it."""
    facts = entry.facts
    with transaction.atomic():
        if RightsRequest.objects.filter(entry_id=entry.id).exists():
            return
        row = RightsRequest.objects.create(
            kind=facts.asked,
            person_id=entry.person_id,
            asker=facts.asker,
            channel=facts.channel,
            jurisdiction=facts.jurisdiction,
            sensitive=facts.sensitive,
            received_at=facts.received,
            entry_id=entry.id,
            actor=entry.by.as_json(),
            key_of=entry.person_id,
            stage="proving",
            due_at=facts.received,
        )
        sealing.new_key(row)
        row.save(update_fields=["key"])
        keep_events(row, [(_RECEIVED, entry.id)], by=entry.by, at=facts.received)
        events, state = read_state(row)
        refresh(row, events, state, at=entry.at)


def repeat_advanced(entry: RecordedEntry[RequestAdvanced]) -> None:
    """Write the event that the entry says, if that is not done. Steps that erased are asked of
    their systems again: those may have been restored with this database.

    Raises:
        NotHeld: the request is not in what was restored.
    """
    facts = entry.facts
    with transaction.atomic():
        row = RightsRequest.objects.filter(entry_id=facts.request).first()
        if row is None:
            raise NotHeld(what="request")
        if not RequestEventRow.objects.filter(entry_id=entry.id).exists():
            steps: list[Json] = [list(step.rsplit(":", 1)) for step in facts.steps]
            counts: dict[str, Json] = {"records": facts.records}
            event = NewEvent(
                kind=RequestEventKind(facts.event),
                code=facts.code,
                system=facts.system,
                verb=facts.verb,
                until=facts.until,
                facts={"steps": steps} if steps else counts,
            )
            keep_events(row, [(event, entry.id)], by=entry.by, at=entry.at)
        if (facts.event, facts.verb) == (RequestEventKind.STEP_DONE.value, StepVerb.ERASE.value):
            _erase_again(row, facts.system)
        events, state = read_state(row)
        refresh(row, events, state, at=entry.at)


def _erase_again(row: RightsRequest, system: str) -> None:
    """Have a system asked again to erase what it had erased."""
    # The person's own erasure is repeated after this one, and would take the key with it.
    if row.key and row.key_of is not None:
        sealing.wrap_key(row, sealing.request_key(row), None)
        row.save(update_fields=["key", "key_of"])
    step, _ = RequestStep.objects.get_or_create(
        request=row, system=system, verb=StepVerb.ERASE.value
    )
    step.done_at = None
    step.save(update_fields=["done_at"])
    jobs.enqueue(RUN, {"request": row.pk, "again": True})
