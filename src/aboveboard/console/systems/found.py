"""Personal data found: looking at the connected systems, what is proposed, what a person decides,
and how it compares with the promise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aboveboard.accounts.gate import actor_of, allow
from aboveboard.basics import clock
from aboveboard.basics.errors import AboveboardError, http_status
from aboveboard.basics.ids import parse_id
from aboveboard.connectors import registry
from aboveboard.console.systems.pages import READERS
from aboveboard.console.systems.words import STATES
from aboveboard.discovery import scans
from aboveboard.discovery.against_promise import compare
from aboveboard.discovery.decisions import ColumnAnswer, ColumnDecision, decide
from aboveboard.discovery.scans import SystemFindings
from aboveboard.discovery.survey import ColumnFinding, ColumnState
from aboveboard.law import categories
from aboveboard.promise.queries import in_force

_OFFERED: Final = {
    ColumnState.NEW: (ColumnAnswer.PERSONAL, ColumnAnswer.NOT_PERSONAL),
    ColumnState.CHANGED: (ColumnAnswer.PERSONAL, ColumnAnswer.KEEP, ColumnAnswer.NOT_PERSONAL),
    ColumnState.GONE: (ColumnAnswer.TAKE_OUT,),
}
"""What can be answered to what waits for somebody."""


@allow(*READERS)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """List the systems with what was found in each, beside the promise."""
    systems = scans.findings(at=clock.now())
    return render(request, "console/systems/found.html", _overview(systems))


@allow(*READERS)
@require_POST
def scan(request: HttpRequest) -> HttpResponse:
    """Have the worker look at every system, or at the one that is named."""
    key = request.POST.get("system", "")
    asked = scans.begin([key] if key else [], at=clock.now())
    if asked:
        messages.success(request, "It is being looked at. This page shows how far it is.")
    else:
        messages.success(request, "It is being looked at already.")
    return HttpResponseRedirect(
        reverse("console:found_in", args=[key]) if key else reverse("console:found")
    )


@allow(*READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def system(request: HttpRequest, key: str) -> HttpResponse:
    """Show what was found in one system, and take what a person decides of it."""
    if request.method != "POST":
        return _page(request, key)
    decisions = _decisions(request.POST)
    version = parse_id(request.POST.get("version", ""))
    if not decisions or version is None:
        return _page(request, key, nothing=True, status=422)
    try:
        decide(key, decisions, version=version, by=actor_of(request), at=clock.now())
    except AboveboardError as problem:
        if http_status(problem) >= 500:
            raise
        return _page(request, key, problem=problem, status=http_status(problem))
    count = len(decisions)
    messages.success(request, f"Decided: {count} column{'' if count == 1 else 's'}.")
    return HttpResponseRedirect(reverse("console:found_in", args=[key]))


def _overview(systems: Sequence[SystemFindings]) -> dict[str, Any]:
    surveys = [each.survey for each in systems if each.survey and not each.survey.problem]
    comparison = compare(
        in_force().promise, (each for survey in surveys for each in survey.proposals)
    )
    unseen = [each.name for each in systems if each.survey is None or each.survey.problem]
    return {
        "rows": [_row(each) for each in systems],
        "waiting": sum(len(survey.undecided) for survey in surveys),
        "running": any(each.asked_at and not each.overdue for each in systems),
        "without_purpose": [
            {
                "where": f"{each.collection}.{each.path}",
                "key": survey.system,
                "what": categories.get(each.category).noun,
            }
            for survey in surveys
            for each in survey.proposals
            if each in comparison.without_purpose
        ],
        "not_found": [categories.get(key).noun for key in comparison.not_found],
        "unseen": unseen,
        "scanned": bool(surveys),
    }


def _row(each: SystemFindings) -> dict[str, Any]:
    survey = each.survey
    return {
        "system": each,
        "problem": survey.problem if survey else "",
        "waiting": len(survey.undecided) if survey else 0,
        "personal": _count(survey.findings, ColumnState.CONFIRMED) if survey else 0,
        "owner": survey.owner if survey else registry.declaration(each.key).owner,
    }


def _page(
    request: HttpRequest,
    key: str,
    *,
    problem: AboveboardError | None = None,
    nothing: bool = False,
    status: int = 200,
) -> HttpResponse:
    known = scans.findings_of(key, at=clock.now())
    findings = known.survey.findings if known.survey else ()
    waiting = [each for each in findings if each.state in _OFFERED]
    declared = registry.declaration(key).collections
    context = _row(known) | {
        "waits": [
            _finding(each, declared=each.collection in declared, place=place)
            for place, each in enumerate(waiting)
        ],
        "decided": [
            _finding(each, declared=True, place=0)
            for each in findings
            if each.state not in _OFFERED
        ],
        "refusal": problem,
        "nothing": nothing,
        "running": known.asked_at is not None and not known.overdue,
    }
    return render(request, "console/systems/found_in.html", context, status=status)


def _finding(finding: ColumnFinding, *, declared: bool, place: int) -> dict[str, Any]:
    words, tone = STATES[finding.state]
    category = finding.category or finding.decided
    return {
        "finding": finding,
        "where": f"{finding.collection}.{finding.path}",
        "what": categories.get(category).noun if category else "",
        "before": categories.get(finding.decided).noun
        if finding.state is ColumnState.CHANGED
        else "",
        "state": words,
        "tone": tone,
        "sure": f"{finding.confidence:.0%}" if finding.evidence else "",
        "evidence": "; ".join(finding.evidence),
        "offered": [answer.value for answer in _OFFERED.get(finding.state, ())],
        "declared": declared,
        "place": place,
    }


def _decisions(posted: QueryDict) -> list[ColumnDecision]:
    """Return what was answered. Each column is three fields of the form, by its place in it."""
    decisions = []
    for place, answer in _answers(posted):
        given = [posted.get(f"{name}_{place}", "") for name in ("collection", "path", "category")]
        decisions.append(ColumnDecision(given[0], given[1], ColumnAnswer(answer), given[2]))
    return decisions


def _answers(posted: QueryDict) -> Iterable[tuple[str, str]]:
    known = {answer.value for answer in ColumnAnswer}
    for name, answer in posted.items():
        before, _, place = name.partition("_")
        if before == "answer" and answer in known:
            yield place, str(answer)


def _count(findings: Iterable[ColumnFinding], state: ColumnState) -> int:
    return sum(each.state is state for each in findings)
