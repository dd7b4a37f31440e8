"""One sweep: what it found by field and purpose, and every row behind the numbers. Erasing is
for the command line."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from aboveboard.accounts.gate import allow
from aboveboard.basics import limits
from aboveboard.basics.ids import parse_id
from aboveboard.console.retention.people import KEEPER
from aboveboard.promise.queries import in_force
from aboveboard.retention.sweep import queries


@allow(KEEPER)
@require_safe
def sweep(request: HttpRequest, sweep_id: int) -> HttpResponse:
    """Show one sweep. ``?outcome=`` lists the rows that came to that, ``?after=`` goes further."""
    record, promise = queries.sweep(sweep_id), in_force().promise
    outcome, after = request.GET.get("outcome"), request.GET.get("after", "0")
    # Erasing is not offered here: whoever erases must have listed what goes, and types its digest
    # (decision 0015).
    start = parse_id(after) or 0
    rows = queries.page(sweep_id, outcome=outcome, after=start)
    labels = {key: str(field.label) for key, field in promise.fields.items()}
    titles = {key: str(purpose.title) for key, purpose in promise.purposes.items()}
    # Only a word of ours goes back into the address of the next page.
    chosen = f"&outcome={outcome}" if outcome in queries.outcome_words() else ""
    context = {
        "sweep": record,
        "lines": [
            {
                "line": line,
                "field": labels.get(line.field, line.field),
                "purpose": titles.get(line.purpose, line.purpose),
            }
            for line in queries.report(record)
        ],
        "outcomes": [
            (code, queries.outcome_words()[code], people)
            for code, people in queries.outcomes(sweep_id).items()
        ],
        "rows": [
            {
                "row": row,
                "fields": [labels.get(name, name) for name in row.fields],
                "outcome": queries.outcome_words()[row.outcome],
            }
            for row in rows
        ],
        "older": f"?after={rows[-1].id}{chosen}" if len(rows) == limits.PAGE_SIZE else "",
    }
    return render(request, "console/retention/sweep.html", context)
