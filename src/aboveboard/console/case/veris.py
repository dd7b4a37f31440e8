"""An incident as a VERIS record: all that it says, and the file."""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from aboveboard.accounts.gate import allow
from aboveboard.basics import clock
from aboveboard.console.incidents.page import LEADS
from aboveboard.incidents import queries, veris


@allow(*LEADS)
@require_safe
def page(request: HttpRequest, number: int) -> HttpResponse:
    """Show the record: what was brought in, or what the answers propose."""
    context = {
        "page": queries.page(number, at=clock.now()),
        "parts": [
            (place.replace(".", ", ").replace("_", " "), values)
            for place, values in veris.parts(veris.export(number))
        ],
        "brought_in": veris.is_brought_in(number),
    }
    return render(request, "console/case/veris.html", context)


@allow(*LEADS)
@require_safe
def document(request: HttpRequest, number: int) -> HttpResponse:
    """Give the record as a file."""
    reference = queries.incident(number).reference
    answer = HttpResponse(
        json.dumps(veris.export(number), indent=1), content_type="application/json"
    )
    answer["Content-Disposition"] = f'attachment; filename="{reference}-veris.json"'
    return answer
