"""The report to an authority: what is still open first, then every answer, and the same as JSON."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from aboveboard.accounts.gate import allow
from aboveboard.basics import clock
from aboveboard.console.incidents.circumstances import page_key
from aboveboard.console.incidents.page import LEADS, open_questions
from aboveboard.incidents import queries, reports
from aboveboard.law.reports.ico import IcoAnswer

_GROUPS = (
    (
        "What happened",
        (
            "kind",
            "reference",
            "description",
            "cyber",
            "discovery",
            "aware_at",
            "begun_at",
            "aspects",
            "systems",
            "outage",
        ),
    ),
    ("Whose data", ("people", "subjects", "records", "data")),
    ("What it may mean for them", ("impacts", "likelihood", "subjects_notified")),
    (
        "What was done",
        (
            "staff_trained",
            "measures_before",
            "measures_taken",
            "measures_after",
            "late_reason",
            "notified_elsewhere",
        ),
    ),
    ("Who reports", ("organisation", "dpo", "reporter")),
)
"""In which group of the page a question of the form stands."""


@allow(*LEADS)
@require_safe
def authority_report(request: HttpRequest, number: int) -> HttpResponse:
    """Show the report as it stands now."""
    now = clock.now()
    report = reports.released_report(number, at=now)
    context = {
        "page": queries.page(number, at=now),
        "report": report,
        "missing": [
            {"question": each.question, "asks": each.asks, "field": each.field}
            | {"page": page_key(each.field)}
            for each in open_questions(report)
        ],
        "groups": _grouped(report.ico),
        "edpb": [(name.removeprefix("field_"), answer) for name, answer in report.edpb.items()],
    }
    return render(request, "console/incidents/report.html", context)


@allow(*LEADS)
@require_safe
def authority_report_json(request: HttpRequest, number: int) -> HttpResponse:
    """Give the report as JSON: the EDPB's template in its published encoding,
    and the ICO's questions."""
    document = reports.report_json(number, at=clock.now())
    response = JsonResponse(document, json_dumps_params={"indent": 2, "ensure_ascii": False})
    response["Content-Disposition"] = (
        f'attachment; filename="{document["incident"].lower()}-report.json"'
    )
    return response


def _grouped(answers: tuple[IcoAnswer, ...]) -> list[tuple[str, list[IcoAnswer]]]:
    """Return the answers by group; a question that no group names stands in the last."""
    placed = {key for _, keys in _GROUPS for key in keys}
    last = len(_GROUPS) - 1
    groups = []
    for index, (title, keys) in enumerate(_GROUPS):
        inside = [
            answer
            for answer in answers
            # A question that the ICO adds must not fall off the page because no group names it.
            if answer.key in keys or (index == last and answer.key not in placed)
        ]
        if inside:
            groups.append((title, inside))
    return groups
