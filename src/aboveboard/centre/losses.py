"""When things went wrong: each published incident, beside what was promised for such a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from babel.numbers import format_decimal, format_percent
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext_noop, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from aboveboard.accounts.gate import public
from aboveboard.basics import clock
from aboveboard.basics.errors import NotFound
from aboveboard.incidents import public as incidents
from aboveboard.incidents.public import PromiseResult, PublicIncident
from aboveboard.incidents.terms import IncidentKind
from aboveboard.promise.explain import join_words
from aboveboard.promise.model import LossPromise


@dataclass(frozen=True, slots=True)
class PromiseOutcome:
    """One promise over all incidents: its text, and in ``words`` how it went; counts add up to the
    incidents."""

    promise: str
    words: str
    kept: int
    late: int
    open: int


@public("anyone may read how losses were handled")
@require_safe
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
        return _minutes(minutes)
    if days < 3:
        return _hours(hours)
    rest = [_hours(hours - days * 24)] if hours > days * 24 else []
    return join_words([_days(days), *rest], get_language())


def _minutes(count: int) -> str:
    return ngettext("%(count)d minute", "%(count)d minutes", count) % {"count": count}


def _hours(count: int) -> str:
    return ngettext("%(count)d hour", "%(count)d hours", count) % {"count": count}


def _days(count: int) -> str:
    return ngettext("%(count)d day", "%(count)d days", count) % {"count": count}


def result_in_words(kept: PromiseResult) -> str:
    """Return what was measured, or why there is nothing yet."""
    if kept.took is not None:
        return duration_in_words(kept.took)
    if kept.share is not None:
        return format_percent(kept.share / 100, "#,##0.#%", locale=get_language())
    return _("not done in time") if kept.kept is False else _("not yet")


def _outcome(row: Sequence[PromiseResult]) -> PromiseOutcome:
    # What is still open is counted apart: it is neither kept nor broken.
    done = [result_in_words(kept) for kept in row if kept.kept is not None]
    waiting = len(row) - len(done)
    parts = []
    if done:
        incidents = ngettext("%(count)d incident", "%(count)d incidents", len(row)) % {
            "count": len(row)
        }
        parts.append(
            _("%(incidents)s: %(results)s")
            % {"incidents": incidents, "results": join_words(done, get_language())}
        )
    if waiting:
        parts.append(
            ngettext("%(count)d incident still open", "%(count)d incidents still open", waiting)
            % {"count": waiting}
        )
    return PromiseOutcome(
        promise=_text(row[0].promise),
        words="; ".join(parts),
        kept=sum(kept.kept is True for kept in row),
        late=sum(kept.kept is False for kept in row),
        open=sum(kept.kept is None for kept in row),
    )


def _text(promise: LossPromise) -> str:
    return promise.text.say(get_language())


_KINDS = {
    IncidentKind.LOST_DEVICE: gettext_noop("A lost device"),
    IncidentKind.LEAKED_FILE: gettext_noop("A leaked file"),
    IncidentKind.OTHER: gettext_noop("Something else"),
}


def _incident_context(incident: PublicIncident) -> dict[str, object]:
    return {
        "incident": incident,
        "kind": _(_KINDS[incident.kind]),
        "affected": _affected_in_words(incident),
        "kept": [(_text(item.promise), item.kept, result_in_words(item)) for item in incident.kept],
        "broken": sum(item.kept is False for item in incident.kept),
    }


def _affected_in_words(incident: PublicIncident) -> str:
    if incident.people is None:
        return _("We are counting who is affected.")
    words = (
        ngettext(
            "%(people)s customer affected, %(notified)s told so far.",
            "%(people)s customers affected, %(notified)s told so far.",
            incident.people,
        )
        if incident.exact
        else ngettext(
            "About %(people)s customer affected, %(notified)s told so far.",
            "About %(people)s customers affected, %(notified)s told so far.",
            incident.people,
        )
    )
    people, notified = (
        format_decimal(number, locale=get_language())
        for number in (incident.people, incident.notified)
    )
    return words % {"people": people, "notified": notified}
