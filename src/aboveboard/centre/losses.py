"""When things went wrong: each published incident, beside what was promised for such a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from aboveboard.accounts.gate import public
from aboveboard.basics import clock
from aboveboard.basics.errors import NotFound
from aboveboard.centre.page import in_english
from aboveboard.incidents import public as incidents
from aboveboard.incidents.public import PromiseResult, PublicIncident
from aboveboard.promise.explain import join_words
from aboveboard.promise.model import LossPromise


@dataclass(frozen=True, slots=True)
class PromiseOutcome:
    """One promise over all incidents: ``words`` is how it went in words; counts
    add up to the incidents."""

    promise: LossPromise
    words: str
    kept: int
    late: int
    open: int


@public("anyone may read how losses were handled")
@require_safe
@in_english
def overview(request: HttpRequest) -> HttpResponse:
    """List every published incident with how each promise went."""
    published = incidents.incidents(at=clock.now())
    return render(
        request,
        "centre/incidents.html",
        {"incidents": [_incident_context(incident) for incident in published]},
    )


@public("anyone may read how losses were handled")
@require_safe
@in_english
def incident(request: HttpRequest, number: int) -> HttpResponse:
    """Show one published incident: what was promised, what happened when."""
    try:
        published = incidents.incident(number, at=clock.now())
    # An incident that is not published and one that never was get the same answer.
    except NotFound:
        raise Http404 from None
    return render(request, "centre/incident.html", _incident_context(published))


def outcomes(published: Sequence[PublicIncident]) -> list[PromiseOutcome]:
    """Return how each promise about losses went over these incidents, in the
    order of the promise."""
    if not published:
        return []
    return [
        _outcome([incident.kept[place] for incident in published])
        for place in range(len(published[0].kept))
    ]


def duration_in_words(took: timedelta) -> str:
    """Return a time as people say it: "40 minutes", "19 hours", "3 days and 4 hours"."""
    minutes = int(took.total_seconds() // 60)
    hours, days = minutes // 60, minutes // 1440
    # Only how it is said: whether the promise was kept is decided from the exact time.
    if hours < 1:
        return _count(minutes, "minute")
    if days < 3:
        return _count(hours, "hour")
    rest = hours - days * 24
    return f"{_count(days, 'day')} and {_count(rest, 'hour')}" if rest else _count(days, "day")


def result_in_words(kept: PromiseResult) -> str:
    """Return what was measured, or why there is nothing yet."""
    if kept.took is not None:
        return duration_in_words(kept.took)
    if kept.share is not None:
        return f"{kept.share:.1f}%".replace(".0%", "%")
    return "not done in time" if kept.kept is False else "not yet"


def _outcome(row: Sequence[PromiseResult]) -> PromiseOutcome:
    # What is still open is counted apart: it is neither kept nor broken.
    done = [result_in_words(kept) for kept in row if kept.kept is not None]
    incidents, waiting = _count(len(row), "incident"), len(row) - len(done)
    rest = f"{_count(waiting, 'incident')} still open" if waiting else ""
    return PromiseOutcome(
        promise=row[0].promise,
        words="; ".join(filter(None, (f"{incidents}: {join_words(done)}" if done else "", rest))),
        kept=sum(kept.kept is True for kept in row),
        late=sum(kept.kept is False for kept in row),
        open=sum(kept.kept is None for kept in row),
    )


def _incident_context(incident: PublicIncident) -> dict[str, object]:
    kept = [(item, result_in_words(item)) for item in incident.kept]
    return {
        "incident": incident,
        "kept": kept,
        "broken": sum(item.kept is False for item in incident.kept),
    }


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun if number == 1 else noun + 's'}"
