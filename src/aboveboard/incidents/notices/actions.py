"""Preparing notices, approving them by a second person, stopping and resuming.

The procedure, numbered as in the code and in ``tests/incidents/notices/test_actions.py``:

1. The lead prepares: for a count, from a severity band up, with what was done in plain words.
2. Another person reads the texts (``review``) and approves them for this count; their digest is in
   the batch. Not while a colleague asks for changes (``changes``).
3. In the same transaction the batch is opened with ``delivery`` and the queueing enqueued as a job.
4. The job queues everyone in the exposure set; a person is queued once however often it runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from aboveboard.basics import clock
from aboveboard.basics.actor import Actor, ActorKind
from aboveboard.basics.errors import Conflict, Invalid, NotFound, Refused
from aboveboard.basics.facts import Code, Digest
from aboveboard.basics.plainness import long_sentences
from aboveboard.delivery import actions as delivery
from aboveboard.delivery.templates import LANGUAGES
from aboveboard.incidents import lifecycle
from aboveboard.incidents.case.freezing import refuse_frozen
from aboveboard.incidents.entries import IncidentChanged, NoticesApproved, NoticeStep
from aboveboard.incidents.events import RELEASED
from aboveboard.incidents.exposure import merging
from aboveboard.incidents.exposure.counts import current_count, summary_cells
from aboveboard.incidents.models import Exposure, Incident
from aboveboard.incidents.notices import changes, queries, queueing, recipients
from aboveboard.incidents.notices.models import BatchRecord, NoticeBatch
from aboveboard.incidents.notices.queries import APPROVERS, BatchView, step_of
from aboveboard.incidents.notices.rendering import TEXTS
from aboveboard.incidents.terms import BatchStep
from aboveboard.keys.rows import RowNotAuthentic
from aboveboard.outbox import jobs
from aboveboard.outbox.events import announce
from aboveboard.outbox.reference import Reference

KIND = "incident.notice"
"""The kind of batch in ``delivery``."""

JOB = "incident.queue_notices"


class SecondPersonNeeded(Conflict):
    """The notices were prepared by the same person who wants to approve them."""

    code = "second_person_needed"
    next_step = "Ask a colleague to read and approve them."


class NotPlain(Invalid):
    """A sentence has more than 25 words, in {language}."""

    code = "not_plain"
    next_step = "Make two sentences of the one that begins: {begins}"


def prepare(
    number: int,
    *,
    measures: Mapping[str, str] | None = None,
    least_severity: int = 1,
    by: Actor,
    at: datetime,
) -> BatchView:
    """Prepare notices for everyone counted, from a severity band up; they wait for a second person.

    ``measures``: what was done, by language (en, fr, de). A language left out goes without.

    Raises:
        NotFound: there is no such incident. NotPlain: a sentence is too long.
        Conflict: nobody was counted, or a batch for this count waits or is approved already.
    """
    words = _plain_words(measures or {})
    # Before the incident is held, since it may write a file for minutes; what is counted after it
    # is asked again below.
    merging.apply_merges(number, by=by, at=at)
    with transaction.atomic():
        incident = lifecycle.find(number, lock=True)
        _refuse_part(incident)
        counted = current_count(incident)
        people = (
            sum(cell.people for cell in summary_cells(counted) if cell.severity >= least_severity)
            if counted
            else 0
        )
        if counted is None or not people:
            raise Conflict(why="nobody was counted who would be told")
        for earlier in NoticeBatch.objects.filter(incident=incident):
            if step_of(earlier) != BatchStep.SENT_BACK:
                raise Conflict(why=f"notices for {incident.reference} are prepared already")
        batch = _store(  # 1
            incident, counted, {"measures": words}, people, least_severity, by=by, at=at
        )
    return queries.batch(batch.pk)


def _refuse_part(incident: Incident) -> None:
    if incident.part_of is not None:
        raise Conflict(
            why=f"{incident.reference} is part of {incident.part_of.reference}: its notices are "
            "prepared there"
        )


def prepare_new(
    number: int,
    news: recipients.NoticeNews,
    *,
    measures: Mapping[str, str] | None = None,
    least_severity: int = 1,
    by: Actor,
    at: datetime,
) -> BatchView:
    """Prepare notices for those alone to whom something is new since others were approved. They
    wait for a second person.

    Raises:
        NotFound: there is no such incident. NotPlain: a sentence is too long.
        Conflict: nobody was told yet, a batch waits, or nothing is new to anybody.
    """
    words = _plain_words(measures or {})
    merging.apply_merges(number, by=by, at=at)
    with transaction.atomic():
        # Held until it is stored: what an approval meanwhile tells must not be told again.
        incident = lifecycle.find(number, lock=True)
        _refuse_part(incident)
        counted = current_count(incident)
        if counted is None or not recipients.approved_batches(number):
            raise Conflict(why="no notices were approved yet: prepare them for everyone")
        for earlier in NoticeBatch.objects.filter(incident=incident):
            if step_of(earlier) is None:
                raise Conflict(why=f"notices for {incident.reference} wait for approval already")
        made = recipients.write_new(counted, news, least=least_severity)
        if not made.people:
            raise Conflict(why="nothing is new to anybody")
        details = {"measures": words, "new": made.details}
        batch = _store(incident, counted, details, made.people, least_severity, by=by, at=at)
    return queries.batch(batch.pk)


def _plain_words(measures: Mapping[str, str]) -> dict[str, str]:
    words = {language: text.strip() for language, text in measures.items() if text.strip()}
    for language, text in words.items():
        if language not in LANGUAGES:
            raise NotFound(what=f"language of notices {language}")
        if (sentence := next(long_sentences(text), None)) is not None:
            raise NotPlain(language=language, begins=" ".join(sentence.split()[:6]))
    return words


def _store(
    incident: Incident,
    counted: Exposure,
    details: dict[str, Any],
    people: int,
    least_severity: int,
    *,
    by: Actor,
    at: datetime,
) -> NoticeBatch:
    batch: NoticeBatch = NoticeBatch.objects.create(
        incident=incident,
        exposure=counted,
        texts=TEXTS.digest(),
        least_severity=least_severity,
        people=people,
        details=details,
        prepared_at=at,
        prepared_by=by.as_json(),
    )
    lifecycle.add_timeline_event(
        incident,
        "notices.prepared",
        f"Notices for {people:,} people are waiting for a second approval.",
        by=by,
        at=at,
    )
    step = NoticeStep(batch.pk, Code("prepared"), people, Digest(batch.texts))
    batch.entry_id = _record(batch, step, by, at)
    batch.save(update_fields=["entry_id"])
    return batch


def approve(batch_pk: int, *, note: str = "", by: Actor, at: datetime) -> BatchView:
    """Approve a batch as the second person; from here on it is sent. The incident becomes public.

    Raises:
        NotFound: there is no such batch. SecondPersonNeeded: the same person prepared it.
        Refused: not a member of staff who leads incidents, privacy or the instance.
        Conflict: it is decided already, the count changed since, or the texts did.
        ChangesOpen: a colleague asked for changes, and nobody has answered.
        CommunicationsFrozen: nothing about the incident may go out.
        RowNotAuthentic: it was written, or changed, past this program.
    """
    if by.kind is not ActorKind.STAFF or by.role not in APPROVERS:
        raise Refused(
            why="notices are approved by someone who leads incidents, privacy or the instance"
        )
    with transaction.atomic():
        batch = _locked(batch_pk)
        # Held as well, as whoever writes a count holds it: what is approved is the count that
        # stands when it is approved.
        # The batch before the incident. Nobody who holds an incident waits for a batch, so the two
        # orders cannot meet.
        incident = lifecycle.find(batch.incident.number, lock=True)
        refuse_frozen(incident)
        _check_may_be_approved(batch, by)
        # 2.
        decision = BatchRecord.objects.create(
            batch=batch, step=BatchStep.APPROVED, at=at, by=by.as_json(), note=note.strip()
        )
        batch.delivery_batch = delivery.open_batch(  # 3
            KIND, {"batch": batch.pk}, at=at, channels=queueing.notice_channels()
        )
        jobs.enqueue(JOB, {"batch": batch.pk})
        lifecycle.add_timeline_event(
            batch.incident,
            "notices.approved",
            f"Notices to {batch.people:,} people were approved and are being sent.",
            by=by,
            at=at,
            public=True,
        )
        entry = NoticesApproved(
            incident=lifecycle.reference_of(batch.incident),
            batch=batch.pk,
            people=batch.people,
            texts=Digest(batch.texts),
        )
        batch.approved_entry_id = lifecycle.append_entry(entry, by=by, at=at)
        announce(RELEASED, entry=batch.approved_entry_id)
        batch.save(update_fields=["delivery_batch", "approved_entry_id"])
        decision.entry_id = batch.approved_entry_id
        decision.save(update_fields=["entry_id"])
        # As it is now that it is held: somebody may have published it meanwhile.
        if incident.published_at is None:
            lifecycle.publish(incident, by=by, at=at)
    return queries.batch(batch.pk)


def _check_may_be_approved(batch: NoticeBatch, by: Actor) -> None:
    if not batch.authentic:
        # Before the second person is told that it may be approved, or is asked by somebody who
        # wrote into the row that it was another who prepared it.
        raise RowNotAuthentic(table=NoticeBatch._meta.label)
    if step_of(batch) is not None:
        raise Conflict(why="this batch is decided already")
    if (batch.prepared_by["kind"], batch.prepared_by["id"]) == (by.kind.value, by.id):
        raise SecondPersonNeeded
    changes.check_none_open(batch)
    recipients.check_recipients(batch)
    counted = current_count(batch.incident)
    if batch.texts != TEXTS.digest() or counted is None or counted.pk != batch.exposure_id:
        raise Conflict(
            why=(
                "the texts or the count changed since these notices were prepared; send them "
                "back and prepare anew"
            )
        )


def send_back(batch_pk: int, *, note: str, by: Actor, at: datetime) -> None:
    """Refuse a batch that waits; the lead prepares another.

    Raises:
        NotFound: there is no such batch. Conflict: it is decided already.
    """
    with transaction.atomic():
        batch = _locked(batch_pk)
        if step_of(batch) is not None:
            raise Conflict(why="this batch is decided already")
        lifecycle.add_timeline_event(
            batch.incident,
            "notices.sent_back",
            "The notices were sent back to be prepared anew.",
            by=by,
            at=at,
        )
        _decide(batch, BatchStep.SENT_BACK, note, by=by, at=at)


def stop(batch_pk: int, *, note: str = "", by: Actor, at: datetime) -> None:
    """Stop a batch that is leaving; what is in the mail server's hands cannot be called back.

    Raises:
        NotFound: there is no such batch. Conflict: it is not leaving.
    """
    with transaction.atomic():
        batch = _locked(batch_pk)
        if (
            step_of(batch) not in (BatchStep.APPROVED, BatchStep.RESUMED)
            or batch.delivery_batch is None
        ):
            raise Conflict(why="this batch is not leaving")
        # In the transaction of the decision: a batch that is called stopped is one from which
        # nothing more is taken.
        delivery.pause(batch.delivery_batch, by=by, at=at)
        lifecycle.add_timeline_event(
            batch.incident, "notices.stopped", "Sending was stopped.", by=by, at=at
        )
        _decide(batch, BatchStep.STOPPED, note, by=by, at=at)


def resume(batch_pk: int, *, note: str = "", by: Actor, at: datetime) -> None:
    """Let a stopped batch go on.

    Raises:
        NotFound: there is no such batch. Conflict: it is not stopped.
        RowNotAuthentic: a decision about it was written, or changed, past this program.
        CommunicationsFrozen: nothing about the incident may go out.
    """
    with transaction.atomic():
        batch = _locked(batch_pk)
        if step_of(batch) != BatchStep.STOPPED or batch.delivery_batch is None:
            raise Conflict(why="this batch is not stopped")
        if not all(row.authentic for row in batch.records.all()):
            raise RowNotAuthentic(table=BatchRecord._meta.label)
        refuse_frozen(lifecycle.find(batch.incident.number, lock=True))
        delivery.resume(batch.delivery_batch, by=by, at=at)
        lifecycle.add_timeline_event(
            batch.incident, "notices.resumed", "Sending goes on.", by=by, at=at
        )
        _decide(batch, BatchStep.RESUMED, note, by=by, at=at)


def run_job(ref: Reference) -> None:
    """Do the job ``incident.queue_notices``: queue everyone of an approved batch."""
    queue_everyone(int(str(ref["batch"])), at=clock.now())


def queue_everyone(batch_pk: int, *, at: datetime) -> int:
    """Queue everyone whom a batch tells; return how many rows that added.
    Running it again adds none.

    Raises:
        NotFound: there is no such batch. Conflict: it is not approved.
    """
    batch = (
        NoticeBatch.objects.select_related("incident", "exposure__incident")
        .filter(pk=batch_pk)
        .first()
    )
    if batch is None:
        raise NotFound(what="batch of notices")
    # Asked again by the job: between approval and queueing the row may have been changed past the
    # program.
    if batch.delivery_batch is None or not batch.authentic:
        raise Conflict(why="this batch is not approved")
    return delivery.queue(batch.delivery_batch, queueing.batch_recipients(batch), at=at)  # 4


def _locked(batch_pk: int) -> NoticeBatch:
    batch: NoticeBatch | None = (
        NoticeBatch.objects.select_for_update(of=("self",))
        .select_related("incident")
        .filter(pk=batch_pk)
        .first()
    )
    if batch is None:
        raise NotFound(what="batch of notices")
    return batch


def _decide(batch: NoticeBatch, step: BatchStep, note: str, *, by: Actor, at: datetime) -> None:
    BatchRecord.objects.create(
        batch=batch,
        step=step,
        at=at,
        by=by.as_json(),
        note=note.strip(),
        entry_id=_record(batch, NoticeStep(batch.pk, Code(step.value)), by, at),
    )


def _record(batch: NoticeBatch, step: NoticeStep, by: Actor, at: datetime) -> int:
    entry = IncidentChanged(incident=lifecycle.reference_of(batch.incident), notices=step)
    return lifecycle.append_entry(entry, by=by, at=at)
