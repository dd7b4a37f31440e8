"""How far a batch of notices is, what a person was told, and samples to read before approving."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Min

from aboveboard.basics import limits
from aboveboard.basics.errors import NotFound
from aboveboard.delivery import queries as delivery
from aboveboard.delivery.models import Dispatch, State
from aboveboard.engines import listing
from aboveboard.incidents.exposure.counts import cells_of
from aboveboard.incidents.exposure.folders import exposure_file
from aboveboard.incidents.models import BatchRecord, BatchStep, Incident, NoticeBatch
from aboveboard.incidents.notices import texts
from aboveboard.incidents.notices.losses import loss_of
from aboveboard.incidents.notices.rendering import Exposure, Notice, layout_of, render


@dataclass(frozen=True, slots=True)
class BatchView:
    """A batch as a page shows it. ``step`` is None while it waits; ``sent`` + ``waiting`` +
    ``failed`` + ``skipped`` = ``queued``."""

    batch: NoticeBatch
    step: BatchStep | None
    records: tuple[BatchRecord, ...]
    languages: dict[str, int]
    without_measures: tuple[str, ...]
    queued: int
    sent: int
    waiting: int
    failed: int
    skipped: int
    lines: tuple[delivery.Line, ...]
    first_sent_at: datetime | None
    last_sent_at: datetime | None

    @property
    def waits_for_approval(self) -> bool:
        """Whether a second person must read it."""
        return self.step is None

    @property
    def is_over(self) -> bool:
        """Whether everyone was sent to, or stands as a row with the reason why not."""
        return self.queued >= self.batch.people and self.waiting == 0


@dataclass(frozen=True, slots=True)
class Sample:
    """One of the different notices of a batch, and how many people get just this."""

    people: int
    jurisdiction: str
    language: str
    notice: Notice


@dataclass(frozen=True, slots=True)
class Told:
    """What one person was, or is being, told. ``state`` and ``reason`` are delivery's;
    ``sent_at`` None until it left."""

    incident: Incident
    notice: Notice
    severity: int
    state: str
    reason: str
    channel: str
    sent_at: datetime | None
    approved_at: datetime


def batch(batch_pk: int) -> BatchView:
    """Return how far a batch is.

    Raises:
        NotFound: there is no such batch.
    """
    found = (
        NoticeBatch.objects.select_related("incident__device", "exposure__incident")
        .filter(pk=batch_pk)
        .first()
    )
    if found is None:
        raise NotFound(what="batch of notices")
    records = tuple(found.records.order_by("id"))
    languages = _languages(found)
    progress = delivery.progress(found.delivery_batch) if found.delivery_batch else None
    times = (
        Dispatch.objects.filter(batch_id=found.delivery_batch).aggregate(
            first=Min("sent_at"), last=Max("sent_at")
        )
        if found.delivery_batch
        else {"first": None, "last": None}
    )
    counts = dict.fromkeys(State, 0)
    for line in progress.lines if progress else ():
        counts[line.state] += line.count
    return BatchView(
        batch=found,
        step=BatchStep(records[-1].step) if records else None,
        records=records,
        languages=languages,
        without_measures=tuple(
            language for language in languages if language not in found.details.get("measures", {})
        ),
        queued=sum(counts.values()),
        sent=counts[State.SENT],
        waiting=counts[State.QUEUED] + counts[State.SENDING],
        failed=counts[State.FAILED],
        skipped=counts[State.SKIPPED],
        lines=progress.lines if progress else (),
        first_sent_at=times["first"],
        last_sent_at=times["last"],
    )


def newest_batch(number: int) -> BatchView | None:
    """Return the newest batch of an incident, or None."""
    found = (
        NoticeBatch.objects.filter(incident__number=number)
        .order_by("-id")
        .values_list("pk", flat=True)
        .first()
    )
    return batch(found) if found else None


def samples(batch_pk: int, *, limit: int = limits.PAGE_SIZE) -> Sequence[Sample]:
    """Return the different notices of a batch, those that most people get first, for
    the second person to read.

    Together they are everything that is sent, when there are no more than ``limit``.

    Raises:
        NotFound: there is no such batch.
    """
    found = batch(batch_pk).batch
    loss = loss_of(found)
    people: dict[Notice, tuple[int, str, str]] = {}
    for cell in cells_of(found.exposure):
        if cell.severity < found.least_severity:
            continue
        notice = render(
            loss,
            Exposure(
                cell.categories, cell.protected, cell.jurisdiction, texts.language_of(cell.language)
            ),
        )
        count, place, language = people.get(notice, (0, cell.jurisdiction, notice.language))
        people[notice] = (count + cell.people, place, language)
    ordered = sorted(people.items(), key=lambda item: -item[1][0])
    return [
        Sample(count, place, language, notice)
        for notice, (count, place, language) in ordered[:limit]
    ]


def dispatches(
    batch_pk: int,
    state: str | None = None,
    *,
    reason: str | None = None,
    after: int = 0,
    limit: int = limits.PAGE_SIZE,
) -> Sequence[delivery.Row]:
    """Return a page of those a batch tells, by state and reason, so that
    each number opens as a list.

    Raises:
        NotFound: there is no such batch.
    """
    found = batch(batch_pk).batch
    if found.delivery_batch is None:
        return []
    wanted = State(state) if state else None
    return delivery.dispatches(
        found.delivery_batch, wanted, reason=reason, after=after, limit=limit
    )


def for_person(person_id: int) -> Sequence[Told]:
    """Return what a customer is shown of the losses they were in, newest first: only what a
    second person approved."""
    rows = {row.batch_id: row for row in delivery.for_person(person_id)}
    found = []
    approved = NoticeBatch.objects.filter(delivery_batch__in=list(rows)).select_related(
        "incident__device", "exposure__incident"
    )
    for each in approved.order_by("-id"):
        row = rows[each.delivery_batch or 0]
        exposed = listing.person(exposure_file(each.exposure), person_id)
        if exposed is None:
            continue
        approval = each.records.filter(step=BatchStep.APPROVED).first()
        notice = render(
            loss_of(each),
            Exposure(exposed.categories, exposed.protected, exposed.jurisdiction, row.language),
        )
        found.append(
            Told(
                incident=each.incident,
                notice=notice,
                severity=exposed.severity,
                state=row.state.value,
                reason=row.reason,
                channel=row.channel,
                sent_at=row.sent_at,
                approved_at=approval.at if approval else each.prepared_at,
            )
        )
    return found


def layouts(batch_pk: int) -> dict[str, int]:
    """Return how many people get which form of notice (``texts/layouts.yaml``)."""
    found = batch(batch_pk).batch
    counts: dict[str, int] = {}
    for cell in cells_of(found.exposure):
        if cell.severity >= found.least_severity:
            counts[layout_of(cell.jurisdiction)] = (
                counts.get(layout_of(cell.jurisdiction), 0) + cell.people
            )
    return counts


def _languages(found: NoticeBatch) -> dict[str, int]:
    counts: dict[str, int] = {}
    for cell in cells_of(found.exposure):
        if cell.severity >= found.least_severity:
            language = texts.language_of(cell.language)
            counts[language] = counts.get(language, 0) + cell.people
    return dict(sorted(counts.items(), key=lambda item: -item[1]))
