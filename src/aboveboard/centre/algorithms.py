"""The programs that decide, or help to decide, about people: their records for anyone, by the UK
Algorithmic Transparency Recording Standard."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from aboveboard.accounts.gate import public
from aboveboard.promise.queries import in_force
from aboveboard.promise.records import algorithm_records


@public("anyone may read what decides about people")
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show the record of each algorithmic tool of the promise in force."""
    records = algorithm_records(in_force().promise, get_language() or "en")
    context = {"tools": [{"title": each.title, "fields": each.fields} for each in records]}
    return render(request, "centre/algorithms.html", context)


@public("anyone may read what decides about people, programs too")
@require_safe
def document(request: HttpRequest) -> HttpResponse:
    """Give the records as JSON, each field by its key in the standard."""
    records = algorithm_records(in_force().promise, "en")
    rows = [
        {
            "key": each.key,
            "standard_version": "3.0",
            **{field.key: field.value for field in each.fields},
        }
        for each in records
    ]
    return JsonResponse({"records": rows}, json_dumps_params={"indent": 2, "ensure_ascii": False})
