"""How far a batch of notices is, what a person was told, and the forms it has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from aboveboard.basics import limits
from aboveboard.basics.actor import Role
from aboveboard.basics.errors import NotFound
from aboveboard.delivery import fallback
from aboveboard.delivery import queries as delivery
from aboveboard.delivery.letters import Notice
from aboveboard.delivery.templates import language_of
from aboveboard.delivery.terms import DispatchState
from aboveboard.engines import listing
from aboveboard.incidents.notices.losses import loss_details
from aboveboard.incidents.notices.models import NoticeBatch
from aboveboard.incidents.notices.recipients import (
    NoticeNews,
    approved_batches,
    news_of,
    recipient_cells,
    recipients_file,
)
from aboveboard.incidents.notices.rendering import PersonalExposure, layout_of, render
from aboveboard.incidents.terms import BatchStep
from aboveboard.incidents.views import IncidentView
from aboveboard.vault.aliases import numbers_of

APPROVERS: Final = frozenset(
    {Role.INCIDENT_LEAD.value, Role.PRIVACY_LEAD.value, Role.ADMINISTRATOR.value}
)
"""The roles that may be the second person."""

PURPOSE: Final = "tell-you-of-a-loss"
"""The purpose of the promise under which addresses are opened for a notice."""


@dataclass(frozen=True, slots=True)
class BatchDecision:
    """Somebody decided about a batch: what, when, and who, as the actor's JSON."""

    step: BatchStep
    at: datetime
    by: dict[str, str]


@dataclass(frozen=True, slots=True)
class BatchView:
    """A batch as a page shows it. ``step`` is None while it waits; ``sent`` + ``waiting`` +
    ``failed`` + ``skipped`` = ``queued``. ``delivery_batch``: delivery's number, once approved.
    ``to_call``: who is at risk and was told by no channel that is safe for them, so that a person
    calls them; by their numbers in the batch."""

    id: int
    incident: IncidentView
    people: int
    least_severity: int
    news: NoticeNews | None
    measures: dict[str, str]
    prepared_at: datetime
    prepared_by: dict[str, str]
    delivery_batch: int | None
    step: BatchStep | None
    decisions: tuple[BatchDecision, ...]
    languages: dict[str, int]
    without_measures: tuple[str, ...]
    queued: int
    sent: int
    waiting: int
    failed: int
    skipped: int
    tallies: tuple[delivery.DispatchTally, ...]
    channels: tuple[delivery.ChannelProgress, ...]
    to_call: tuple[int, ...]
    first_sent_at: datetime | None
    last_sent_at: datetime | None

    @property
    def waits_for_approval(self) -> bool:
        """Whether a second person must read it."""
        return self.step is None

    @property
    def is_over(self) -> bool:
        """Whether everyone was sent to, or stands as a row with the reason why not."""
        return self.queued >= self.people and self.waiting == 0


@dataclass(frozen=True, slots=True)
class PersonalNotice:
    """A notice to one person. ``state`` and ``reason`` are delivery's; ``sent_at`` is None until
    it left."""

    incident: IncidentView
    notice: Notice
    severity: int
    state: DispatchState
    reason: str
    channel: str
    sent_at: datetime | None
    approved_at: datetime


def step_of(batch: NoticeBatch) -> BatchStep | None:
    """Return the last decision about a batch; None while it waits for a second person.

    A decision that this program did not write stops it, wherever it stands among the others: what
    the row said before, and when, is not known, and while a batch is stopped nothing leaves.
    """
    decisions = list(batch.records.order_by("id"))
    if not all(row.authentic for row in decisions):
        return BatchStep.STOPPED
    return BatchStep(decisions[-1].step) if decisions else None


def batch(batch_pk: int) -> BatchView:
    """Return how far a batch is.

    Raises:
        NotFound: there is no such batch.
    """
    prepared = find_batch(batch_pk)
    decisions = tuple(
        BatchDecision(BatchStep(row.step), row.at, row.by)
        for row in prepared.records.order_by("id")
        if row.authentic
    )
    measures = prepared.details.get("measures", {})
    languages = _languages(prepared)
    progress = delivery.progress(prepared.delivery_batch) if prepared.delivery_batch else None
    first, last = (
        delivery.sent_span(prepared.delivery_batch) if prepared.delivery_batch else (None, None)
    )
    counts = dict.fromkeys(DispatchState, 0)
    for tally in progress.tallies if progress else ():
        counts[tally.state] += tally.count
    return BatchView(
        id=prepared.pk,
        incident=IncidentView.of(prepared.incident),
        people=prepared.people,
        least_severity=prepared.least_severity,
        news=news_of(prepared),
        measures=measures,
        prepared_at=prepared.prepared_at,
        prepared_by=prepared.prepared_by,
        delivery_batch=prepared.delivery_batch,
        step=step_of(prepared),
        decisions=decisions,
        languages=languages,
        without_measures=tuple(language for language in languages if language not in measures),
        queued=sum(counts.values()),
        sent=counts[DispatchState.SENT],
        waiting=counts[DispatchState.QUEUED] + counts[DispatchState.SENDING],
        failed=counts[DispatchState.FAILED],
        skipped=counts[DispatchState.SKIPPED],
        tallies=progress.tallies if progress else (),
        channels=progress.channels if progress else (),
        to_call=tuple(fallback.to_call(prepared.delivery_batch) if prepared.delivery_batch else ()),
        first_sent_at=first,
        last_sent_at=last,
    )


def batch_of_delivery(delivery_batch: int) -> BatchView:
    """Return the batch of notices that a batch of ``delivery`` sends.

    Raises:
        NotFound: it is of something else.
    """
    row = NoticeBatch.objects.filter(delivery_batch=delivery_batch).first()
    if row is None:
        raise NotFound(what="batch of notices")
    return batch(row.pk)


def overall(number: int) -> BatchView | None:
    """Return the notices of an incident as one: the newest approved batch, with the people and the
    counts of all of them. Whoever was told more later is counted once; None while none was
    approved and none waits."""
    batches = [batch(row.pk) for row in approved_batches(number)]
    if not batches:
        return newest_batch(number)
    first = [each for each in batches if each.news is not NoticeNews.MORE]
    ends = [each.last_sent_at for each in batches if each.last_sent_at]
    starts = [each.first_sent_at for each in batches if each.first_sent_at]
    return replace(
        batches[-1],
        people=sum(each.people for each in first),
        queued=sum(each.queued for each in first),
        sent=sum(each.sent for each in first),
        waiting=sum(each.waiting for each in batches),
        failed=sum(each.failed for each in first),
        skipped=sum(each.skipped for each in first),
        first_sent_at=min(starts, default=None),
        last_sent_at=max(ends, default=None),
    )


def newest_batch(number: int) -> BatchView | None:
    """Return the newest batch of an incident, or None."""
    newest_pk = (
        NoticeBatch.objects.filter(incident__number=number)
        .order_by("-id")
        .values_list("pk", flat=True)
        .first()
    )
    return batch(newest_pk) if newest_pk else None


def dispatches(
    batch_pk: int,
    which: delivery.DispatchFilter | None = None,
    *,
    falling: bool = False,
    after: int = 0,
    limit: int = limits.PAGE_SIZE,
) -> Sequence[delivery.DispatchRow]:
    """Return a page of those a batch tells, so that each number opens as a list; by the number of
    the notice, ``falling`` from the greatest.

    Raises:
        NotFound: there is no such batch.
    """
    batch = find_batch(batch_pk)
    if batch.delivery_batch is None:
        return []
    return delivery.dispatches(
        batch.delivery_batch, which, falling=falling, after=after, limit=limit
    )


def count_dispatches(
    batch_pk: int, which: delivery.DispatchFilter | None = None, *, most: int | None = None
) -> int:
    """Return how many :func:`dispatches` there are in all; ``most``: enough to know.

    Raises:
        NotFound: there is no such batch.
    """
    batch = find_batch(batch_pk)
    if batch.delivery_batch is None:
        return 0
    return delivery.count_dispatches(batch.delivery_batch, which, most=most)


def for_person(person_id: int) -> Sequence[PersonalNotice]:
    """Return what a customer is shown of the losses they were in, newest first: only what a
    second person approved."""
    rows = delivery.for_person(numbers_of(person_id))
    # Only rows with their MAC: whoever writes the database must not be able to show customers a
    # notice in our name.
    approved = {
        batch.delivery_batch: batch
        for batch in NoticeBatch.objects.filter(
            delivery_batch__in={row.batch_id for row in rows}
        ).select_related("incident__device", "exposure__incident")
        if batch.authentic
    }
    notices = []
    for row in rows:
        batch = approved.get(row.batch_id)
        exposed = listing.person(recipients_file(batch), row.person_id) if batch else None
        if batch is None or exposed is None:
            continue
        approval = batch.records.filter(step=BatchStep.APPROVED).first()
        notice = render(
            loss_details(batch),
            PersonalExposure(
                exposed.categories, exposed.protected, exposed.jurisdiction, row.language
            ),
        )
        notices.append(
            PersonalNotice(
                incident=IncidentView.of(batch.incident),
                notice=notice,
                severity=exposed.severity,
                state=row.state,
                reason=row.reason,
                channel=row.channel,
                sent_at=row.sent_at,
                approved_at=approval.at if approval else batch.prepared_at,
            )
        )
    return notices


def layouts(batch_pk: int) -> dict[str, int]:
    """Return how many people get which form of notice (``texts/layouts.yaml``)."""
    batch = find_batch(batch_pk)
    counts: dict[str, int] = {}
    for cell in recipient_cells(batch):
        if cell.severity >= batch.least_severity:
            counts[layout_of(cell.jurisdiction)] = (
                counts.get(layout_of(cell.jurisdiction), 0) + cell.people
            )
    return counts


def find_batch(batch_pk: int) -> NoticeBatch:
    """Return a batch with its incident and its count.

    Raises:
        NotFound: there is none.
    """
    batch: NoticeBatch | None = (
        NoticeBatch.objects.select_related("incident__device", "exposure__incident")
        .filter(pk=batch_pk)
        .first()
    )
    if batch is None:
        raise NotFound(what="batch of notices")
    return batch


def _languages(batch: NoticeBatch) -> dict[str, int]:
    counts: dict[str, int] = {}
    for cell in recipient_cells(batch):
        if cell.severity >= batch.least_severity:
            language = language_of(cell.language)
            counts[language] = counts.get(language, 0) + cell.people
    return dict(sorted(counts.items(), key=lambda item: -item[1]))
