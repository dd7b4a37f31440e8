"""Reports of people who do not work here: they come in sealed, and an incident lead opens an
incident from each, joins it to one, or closes it with a reason.

Nobody is told what became of a report, and none can be asked for: so nothing tells who reported
what. What was written goes when the report is ended; an incident keeps the words of the lead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from aboveboard.basics.actor import SYSTEM, Actor
from aboveboard.basics.errors import Conflict, NotFound, Unavailable
from aboveboard.basics.facts import Code
from aboveboard.basics.personal import Personal
from aboveboard.incidents import actions, lifecycle
from aboveboard.incidents.case import sealing
from aboveboard.incidents.entries import OutsideReported
from aboveboard.incidents.limits import OUTSIDE_WAITING
from aboveboard.incidents.models import Incident, OutsideReport
from aboveboard.incidents.terms import LossKind, OutsideOutcome
from aboveboard.outbox.actions import post

RECEIVED: Final = "case.outside_report"
"""The job that tells the organisation that a report came in."""
_WORDS: Final = "outside"
_CONTACT: Final = "outside contact"
_REASON: Final = "outside reason"


class TooManyReports(Unavailable):
    """We have more reports than we can read today."""

    code = "too_many_reports"
    next_step = "Please write to us or call us; the address is on the trust centre."


@dataclass(frozen=True, slots=True)
class OutsideView:
    """A report. ``words``, ``contact`` and ``reason``: None where they cannot be read, "" where
    there are none; ``number``: of the incident that it belongs to."""

    id: int
    at: datetime
    words: str | None
    contact: str | None
    outcome: str
    ended_at: datetime | None
    ended_by: dict[str, str] | None
    reason: str | None
    number: int | None

    @property
    def waits(self) -> bool:
        """Whether nobody took it up."""
        return self.ended_at is None


def receive_report(words: Personal[str], contact: Personal[str], *, at: datetime) -> None:
    """Take a report from outside.

    Raises:
        CaseWordsRefused: nothing was written, or too much. TooManyReports: too many wait.
    """
    text = sealing.checked(words.reveal())
    where = sealing.checked(contact.reveal(), needed=False)
    with transaction.atomic():
        if OutsideReport.objects.filter(ended_at=None).count() >= OUTSIDE_WAITING:
            raise TooManyReports
        entry = OutsideReported(step=Code("received"))
        entry_id = lifecycle.append_entry(entry, by=SYSTEM, at=at)
        row = OutsideReport.objects.create(
            at=at,
            words=sealing.seal_words(_WORDS, entry_id, text),
            contact=sealing.seal_words(_CONTACT, entry_id, where) if where else None,
            entry_id=entry_id,
        )
        post(RECEIVED, {"report": row.pk})


def open_from_report(
    report_id: int, *, title: str, loss: LossKind = LossKind.ODD, by: Actor, at: datetime
) -> int:
    """Open an incident from a report, and return its number. We know of it since it came in.

    Raises:
        NotFound: there is no such report. Conflict: it is ended. Invalid: there is no title.
    """
    with transaction.atomic():
        row = _open(report_id)
        opened = actions.open_other(
            title=title,
            loss=loss,
            note=sealing.read_words(_WORDS, row.entry_id, row.words) or "",
            discovered_at=row.at,
            by=by,
            at=at,
        )
        _end(row, OutsideOutcome.OPENED, lifecycle.find(opened.number), by=by, at=at)
    return opened.number


def join_report(report_id: int, number: int, *, by: Actor, at: datetime) -> None:
    """Add a report to an incident that is known.

    Raises:
        NotFound: there is no such report, or incident. Conflict: the report is ended.
    """
    with transaction.atomic():
        row = _open(report_id)
        _end(row, OutsideOutcome.JOINED, lifecycle.find(number, lock=True), by=by, at=at)


def close_report(report_id: int, reason: str, *, by: Actor, at: datetime) -> None:
    """Close a report from which no incident comes, and say why.

    Raises:
        NotFound: there is no such report. Conflict: it is ended. CaseWordsRefused: no reason.
    """
    reason = sealing.checked(reason)
    with transaction.atomic():
        row = _open(report_id)
        _end(row, OutsideOutcome.CLOSED, None, by=by, at=at)
        row.reason = sealing.seal_words(_REASON, row.ended_entry_id or 0, reason)
        row.save(update_fields=["reason"])


def outside_reports(*, waiting: bool = True) -> Sequence[OutsideView]:
    """Return the reports that wait, oldest first; or those that are ended, newest first."""
    rows = OutsideReport.objects.filter(ended_at__isnull=waiting).select_related("incident")
    return [_view(row) for row in rows.order_by("id" if waiting else "-id")[:OUTSIDE_WAITING]]


def count_waiting() -> int:
    """Return how many reports wait for a lead."""
    return OutsideReport.objects.filter(ended_at=None).count()


def outside_report(report_id: int) -> OutsideView:
    """Return one report.

    Raises:
        NotFound: there is none.
    """
    row = OutsideReport.objects.select_related("incident").filter(pk=report_id).first()
    if row is None:
        raise NotFound(what="report from outside")
    return _view(row)


def _open(report_id: int) -> OutsideReport:
    row: OutsideReport | None = (
        OutsideReport.objects.select_for_update(of=("self",)).filter(pk=report_id).first()
    )
    if row is None:
        raise NotFound(what="report from outside")
    if row.ended_at is not None:
        raise Conflict(why="this report is ended already")
    return row


def _end(
    row: OutsideReport,
    outcome: OutsideOutcome,
    incident: Incident | None,
    *,
    by: Actor,
    at: datetime,
) -> None:
    entry = OutsideReported(
        step=Code(outcome.value),
        report=row.entry_id,
        incident=lifecycle.reference_of(incident) if incident else None,
    )
    row.ended_entry_id = lifecycle.append_entry(entry, by=by, at=at)
    row.outcome, row.incident = outcome, incident
    row.ended_at, row.ended_by = at, by.as_json()
    # What it says of anybody is not needed any more, but where an answer is owed.
    row.words = None
    if outcome is OutsideOutcome.CLOSED:
        row.contact = None
    row.save()
    if incident is not None:
        lifecycle.add_timeline_event(
            incident, "outside.report", "A report from outside belongs to it.", by=by, at=at
        )


def _view(row: OutsideReport) -> OutsideView:
    return OutsideView(
        id=row.pk,
        at=row.at,
        words=sealing.read_words(_WORDS, row.entry_id, row.words),
        contact=sealing.read_words(_CONTACT, row.entry_id, row.contact),
        outcome=OutsideOutcome(row.outcome).label if row.outcome else "",
        ended_at=row.ended_at,
        ended_by=row.ended_by,
        reason=sealing.read_words(_REASON, row.ended_entry_id, row.reason),
        number=row.incident.number if row.incident else None,
    )
