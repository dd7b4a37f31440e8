"""What files say otherwise of people who are held, and somebody must decide."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from aboveboard.accounts.gate import actor_of, allow
from aboveboard.basics import clock
from aboveboard.basics.errors import Conflict
from aboveboard.basics.ids import parse_id
from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.console.retention.forms import DifferenceForm
from aboveboard.console.retention.people import KEEPER
from aboveboard.intake import notes
from aboveboard.intake.changes import NoteState
from aboveboard.promise.queries import in_force


@allow(KEEPER)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """List what waits for a decision. ``?after=`` goes further."""
    # What is no number starts the list from its beginning.
    start = parse_id(request.GET.get("after", "")) or 0
    rows = notes.list_differences(after=start)
    fields = in_force().promise.fields
    context = {
        "rows": [
            {"row": row, "label": fields[row.field].label if row.field in fields else row.field}
            for row in rows
        ],
        "older": f"?after={rows[-1].id}" if len(rows) == PAGE_SIZE else "",
    }
    return render(request, "console/retention/differences.html", context)


@allow(KEEPER)
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, number: int) -> HttpResponse:
    """Decide about one value: keep what is held, or take what the file says."""
    row = notes.difference(number)
    another = notes.is_of_another(number)
    form = DifferenceForm(request.POST if request.method == "POST" else None, another=another)
    if form.is_valid():
        answer, by = form.cleaned_data["answer"], actor_of(request)
        try:
            if answer == notes.ANOTHER:
                notes.answer_another(number, by=by, at=clock.now())
            else:
                notes.answer_difference(number, NoteState(answer), by=by, at=clock.now())
        except Conflict as error:
            form.add_error("answer", str(error))
        else:
            return HttpResponseRedirect(reverse("console:differences"))
    fields = in_force().promise.fields
    context = {
        "row": row,
        "form": form,
        "another": another,
        "label": fields[row.field].label if row.field in fields else row.field,
    }
    return render(
        request, "console/retention/difference.html", context, status=422 if form.errors else 200
    )
