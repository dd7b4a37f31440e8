"""Reading the sources of whom a loss affects: those that count, and those that were taken back."""

from __future__ import annotations

from collections.abc import Sequence

from aboveboard.basics.errors import NotFound
from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.engines import listing
from aboveboard.engines.listing import CountedLine
from aboveboard.incidents import affected, lifecycle
from aboveboard.incidents.case import sealing
from aboveboard.incidents.exposure import stated
from aboveboard.incidents.exposure.folders import folder_of
from aboveboard.incidents.logins.queries import login_of
from aboveboard.incidents.models import AffectedEstimate, AffectedList
from aboveboard.incidents.sources.views import (
    AffectedEstimateView,
    AffectedListView,
    TakenBackView,
)
from aboveboard.incidents.terms import Certainty, SourceWay
from aboveboard.law.categories import all_categories, from_bitmap


def affected_lists(number: int) -> Sequence[AffectedListView]:
    """Return the sources that count, oldest first: lists, stolen logins, systems, e-mails and
    suppliers' reports."""
    rows = AffectedList.objects.filter(incident__number=number, withdrawn_at=None).order_by("id")
    return [_list(row) for row in rows]


def affected_estimates(number: int) -> Sequence[AffectedEstimateView]:
    """Return the estimates of affected people that count, oldest first, and what is assumed where
    nobody said anything."""
    return [_estimate(row) for row in stated.estimates(lifecycle.find(number))]


def taken_back(number: int) -> Sequence[AffectedListView | AffectedEstimateView]:
    """Return the sources that somebody took back, oldest first, with the reasons."""
    lists = AffectedList.objects.filter(incident__number=number, withdrawn_at__isnull=False)
    # What was merely assumed ends by itself as soon as somebody says whom it was.
    estimates = AffectedEstimate.objects.filter(
        incident__number=number, withdrawn_at__isnull=False, assumed=False
    )
    views: list[AffectedListView | AffectedEstimateView] = [_list(row) for row in lists]
    views += [_estimate(row) for row in estimates]
    return sorted(views, key=lambda view: view.at)


def source_lines(
    number: int, list_id: int, outcome: str, *, after: int = 0, limit: int = PAGE_SIZE
) -> Sequence[CountedLine]:
    """Return a page of the lines of a supplier's report that came to an outcome: ``matched``,
    ``ambiguous`` or ``stranger``.

    Raises:
        NotFound: the incident has no such report that counts.
    """
    rows = AffectedList.objects.filter(
        incident__number=number, pk=list_id, withdrawn_at=None, way=SourceWay.SUPPLIER
    )
    row = rows.select_related("incident").first()
    if row is None:
        raise NotFound(what="supplier’s report")
    file = folder_of(row.incident) / stated.lines_file(row.file_name)
    return listing.lines(file, outcome=outcome, after=after, limit=limit)


def labels(bits: int) -> tuple[str, ...]:
    """Return the categories in a bitmap in words, as staff read them: "e-mail address"."""
    return tuple(all_categories()[key].noun for key in from_bitmap(bits))


def _list(row: AffectedList) -> AffectedListView:
    return AffectedListView(
        id=row.pk,
        at=row.at,
        people=row.people,
        exposed=labels(row.categories),
        unmatched=tuple(row.unmatched),
        shared=tuple(row.shared),
        way=SourceWay.LOGIN if row.login else SourceWay(row.way),
        certainty=Certainty(row.certainty),
        evidence=row.evidence,
        login=login_of(row.login),
        taken_back=_taken_back(row),
    )


def _estimate(row: AffectedEstimate) -> AffectedEstimateView:
    return AffectedEstimateView(
        id=row.pk,
        at=row.at,
        jurisdiction=row.jurisdiction,
        place=affected.place_in_words(row.jurisdiction),
        people=row.people,
        exposed=labels(row.categories),
        categories=from_bitmap(row.categories),
        assumed=row.assumed,
        taken_back=_taken_back(row),
    )


def _taken_back(row: AffectedList | AffectedEstimate) -> TakenBackView | None:
    if row.withdrawn_at is None:
        return None
    reason = sealing.read_words(stated.REASON, row.withdrawn_entry_id, row.withdrawn_reason)
    return TakenBackView(row.withdrawn_at, row.withdrawn_by or {}, reason)
