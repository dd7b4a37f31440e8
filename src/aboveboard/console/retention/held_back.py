"""Rows of imports that may be of another person than the one who was erased; and letting somebody
who was erased come back."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aboveboard.accounts.gate import actor_of, allow
from aboveboard.accounts.queries import names
from aboveboard.basics import clock
from aboveboard.basics.actor import Actor, ActorKind
from aboveboard.basics.errors import Conflict, NotFound
from aboveboard.basics.ids import parse_id
from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.console.retention.forms import HeldBackForm, LetInForm
from aboveboard.console.retention.people import KEEPER
from aboveboard.intake import erased, held_back
from aboveboard.intake.changes import HeldBackState

_CONFIRMED = "yes"


@allow(KEEPER)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """List the rows that wait for a decision, or with ``?decided=yes`` those that have one.
    ``?import=`` shows those of one import; ``?after=`` goes further."""
    # What is no number is no import, and starts the list from its beginning.
    run_id = parse_id(request.GET.get("import", ""))
    start = parse_id(request.GET.get("after", "")) or 0
    decided = request.GET.get("decided") == "yes"
    rows = held_back.list_held_back(run_id=run_id, decided=decided, after=start)
    chosen = (f"&import={run_id}" if run_id else "") + ("&decided=yes" if decided else "")
    context = {
        "rows": rows,
        "counts": held_back.count_held_back(run_id=run_id),
        "run_id": run_id,
        "decided": decided,
        "older": f"?after={rows[-1].id}{chosen}" if len(rows) == PAGE_SIZE else "",
    }
    return render(request, "console/retention/held_back.html", context)


@allow(KEEPER)
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, number: int) -> HttpResponse:
    """Decide about one row. To take it is confirmed on a page of its own, which says what it
    means."""
    row = held_back.held_back_row(number)
    form = HeldBackForm(request.POST if request.method == "POST" else None)
    context = {"row": row, "form": form, "who": _actor_in_words(row.decided_by)}
    if form.is_valid():
        state = HeldBackState(form.cleaned_data["answer"])
        reference = form.cleaned_data["reference"]
        if row.state is not HeldBackState.WAITING:
            form.add_error("answer", "This was decided before. Undo that decision first.")
        elif state is HeldBackState.TAKE and request.POST.get("confirmed") != _CONFIRMED:
            # An erased person could come back by it, and whoever chose may have read too fast.
            context |= {"reference": reference, "answer": state.value}
            return render(request, "console/retention/held_back_confirm.html", context)
        else:
            try:
                held_back.decide(
                    number, state, reference=reference, by=actor_of(request), at=clock.now()
                )
            except Conflict as error:  # somebody else decided since the page was shown
                form.add_error("answer", str(error))
            else:
                return HttpResponseRedirect(reverse("console:held_back"))
    return render(
        request, "console/retention/held_back_row.html", context, status=422 if form.errors else 200
    )


@allow(KEEPER)
@require_POST
def undo(request: HttpRequest, number: int) -> HttpResponse:
    """Take a decision back that no import has carried out."""
    held_back.undo(number, by=actor_of(request), at=clock.now())
    return HttpResponseRedirect(reverse("console:held_back_row", args=[number]))


@allow(KEEPER)
@require_http_methods(["GET", "HEAD", "POST"])
def let_in(request: HttpRequest) -> HttpResponse:
    """Let somebody who was erased be a customer again, once that was confirmed."""
    form = LetInForm(request.POST if request.method == "POST" else None)
    start = parse_id(request.GET.get("after", "")) or 0
    rows = erased.readmissions(after=start)
    context: dict[str, object] = {
        "form": form,
        "rows": rows,
        "older": f"?after={rows[-1].erasure}" if len(rows) == PAGE_SIZE else "",
    }
    if form.is_valid():
        number, reference = form.cleaned_data["erasure"], form.cleaned_data["reference"]
        try:
            if request.POST.get("confirmed") == _CONFIRMED:
                by = actor_of(request)
                erased.readmit(number, reference=reference, by=by, at=clock.now())
                done = {"erasure": number}
                return render(request, "console/retention/let_in_done.html", done)
            context |= {"erasure": erased.remembered(number), "reference": reference}
            return render(request, "console/retention/let_in_confirm.html", context)
        except NotFound:
            form.add_error("erasure", "No erasure with that number is remembered.")
        except Conflict as error:
            form.add_error("erasure", str(error))
    return render(
        request, "console/retention/let_in.html", context, status=422 if form.errors else 200
    )


@allow(KEEPER)
@require_POST
def undo_let_in(request: HttpRequest, number: int) -> HttpResponse:
    """Take back that somebody was let in, before a file has brought them in."""
    erased.undo_readmission(number, by=actor_of(request), at=clock.now())
    return HttpResponseRedirect(reverse("console:let_in"))


def _actor_in_words(by: Actor | None) -> str:
    if by is None:
        return ""
    if by.kind is not ActorKind.STAFF:
        return "An administrator, by command"
    name = names([int(by.id)]).get(int(by.id), "Someone who has left")
    return ", ".join(filter(None, (name, by.role.replace("-", " "), by.team)))
