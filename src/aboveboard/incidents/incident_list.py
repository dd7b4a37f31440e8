"""Incidents as a list that is searched, filtered and ordered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db.models import F, Min, OuterRef, Q, QuerySet, Subquery

from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.incidents.models import Assessment, Incident, StateRecord
from aboveboard.incidents.queries import row_of
from aboveboard.incidents.terms import LOSSES, IncidentState
from aboveboard.incidents.views import IncidentRow

ORDERS: Final = {"title": "title", "number": "number", "known": "aware_at", "due": "due"}
"""By what incidents are ordered: their title, their number, since when we know, when the next duty
is due."""


def incident_page(
    *,
    search: str = "",
    state: str = "",
    loss: str = "",
    risk: str = "",
    order: str = "-number",
    start: int = 0,
    limit: int = PAGE_SIZE,
    at: datetime,
) -> tuple[Sequence[IncidentRow], int]:
    """Return ``limit`` incidents from the one at place ``start`` on, and how many there are.

    ``search``: part of the title or of the reference; ``state``: of :class:`IncidentState`;
    ``loss``: of :class:`LossKind`; ``risk``: of the judgement that stands, ``none`` where there is
    none; ``order``: one of :data:`ORDERS`, with ``-`` where the greatest is first.
    """
    rows = _annotated()
    rows = rows.filter(stands=state) if state else rows
    if loss:
        # An earlier version wrote down the kind alone.
        kinds = [kind for kind, implied in LOSSES.items() if implied == loss]
        rows = rows.filter(Q(loss=loss) | Q(loss="", kind__in=kinds))
    if risk == "none":
        rows = rows.filter(Q(judged=None) | Q(judged=""))
    elif risk:
        rows = rows.filter(judged=risk)
    if search:
        rows = rows.filter(pk__in=_matching(search))
    by = F(ORDERS[order.removeprefix("-")])
    # What has no date comes last in either order: it is no early one and no late one.
    rising = by.desc(nulls_last=True) if order.startswith("-") else by.asc(nulls_last=True)
    page = rows.order_by(rising, "-number")[start : start + limit]
    return [row_of(row, IncidentState(row.stands), at=at) for row in page], rows.count()


def _annotated() -> QuerySet[Any]:
    newest = StateRecord.objects.filter(incident=OuterRef("pk")).order_by("-id")
    judged = Assessment.objects.filter(incident=OuterRef("pk")).order_by("-id")
    binding = Q(duties__dropped_at=None, duties__required="yes", duties__done=None)
    return Incident.objects.select_related("device").annotate(
        stands=Subquery(newest.values("state")[:1]),
        judged=Subquery(judged.values("risk")[:1]),
        due=Min("duties__due_at", filter=binding),
    )


def _matching(search: str) -> list[int]:
    # Compared here and not by the database: SQLite takes É and é for two letters.
    wanted = search.strip().casefold()
    return [
        row.pk
        for row in Incident.objects.only("pk", "number", "title")
        if wanted in row.title.casefold() or wanted in row.reference.casefold()
    ]
