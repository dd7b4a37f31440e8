"""Emergency access for the privacy lead: what is to be reviewed, and was it justified?"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aboveboard.access.emergency import queries
from aboveboard.access.emergency import review as reviewing
from aboveboard.access.emergency.queries import EmergencyRecord
from aboveboard.access.emergency.reasons import IN_WORDS, ReviewVerdict
from aboveboard.accounts.gate import actor_of, allow, throttle
from aboveboard.accounts.queries import names
from aboveboard.basics import clock
from aboveboard.basics.actor import Actor, Role
from aboveboard.basics.errors import AboveboardError
from aboveboard.console.emergency.forms import ReviewForm
from aboveboard.promise.explain import mid_sentence
from aboveboard.promise.queries import in_force


@allow(Role.PRIVACY_LEAD)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """List the emergencies to review, overdue ones first, and the newest reviewed ones."""
    now = clock.now()
    context = {
        "waiting": [_row(record, now) for record in queries.awaiting_review()],
        "reviewed": [_row(record, now) for record in queries.reviewed()],
    }
    return render(request, "console/emergency/overview.html", context)


@allow(Role.PRIVACY_LEAD)
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, emergency_id: int) -> HttpResponse:
    """Show who asked, why and what was opened, never the values; take the verdict."""
    form = ReviewForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        by, verdict = actor_of(request), ReviewVerdict(form.cleaned_data["verdict"])
        try:
            reviewing.review(emergency_id, verdict, by=by, at=clock.now())
        except AboveboardError as error:
            form.add_error(None, str(error))
        else:
            return HttpResponseRedirect(reverse("console:emergency_review", args=[emergency_id]))
    return _page(request, emergency_id, form)


@allow(Role.PRIVACY_LEAD)
@require_POST
def read(request: HttpRequest, emergency_id: int) -> HttpResponse:
    """Open what the asker wrote for the reviewers: a use, which the customer sees."""
    # Counted as a look-up is: it shows what was written about somebody.
    throttle(request, "look_up")
    words = reviewing.read_note(emergency_id, by=actor_of(request), at=clock.now())
    # Words sealed under the person's key are gone with it (decision 0018).
    shown = {"read": True, "words": None if words is None else words.reveal()}
    return _page(request, emergency_id, ReviewForm(), **shown)


def _page(
    request: HttpRequest, emergency_id: int, form: ReviewForm, **more: object
) -> HttpResponse:
    record, actor = queries.emergency_use(emergency_id), actor_of(request)
    context = _row(record, clock.now()) | {
        "form": form,
        # Nobody reviews their own; the action refuses it, and the page says so before anybody
        # tries.
        "own": _is_own(record, actor),
    }
    return render(
        request,
        "console/emergency/review.html",
        context | more,
        status=422 if form.errors else 200,
    )


def _row(record: EmergencyRecord, now: Any) -> dict[str, Any]:
    fields = in_force().promise.fields
    return {
        "record": record,
        "why": IN_WORDS[record.why],
        "labels": ", ".join(
            mid_sentence(fields[name].label) if name in fields else name for name in record.fields
        ),
        "who": _actor_in_words(record),
        "overdue": record.reviewed_at is None and record.review_due < now,
        "justified": record.verdict == ReviewVerdict.JUSTIFIED,
    }


def _actor_in_words(record: EmergencyRecord) -> str:
    """Return who used it: by name for the reviewer, with role and team."""
    by = record.actor
    # By name here, where the ledger has a number: whoever judges the use must be able to ask them.
    name = names([int(by.id)]).get(int(by.id), "Someone who has left")
    return ", ".join(filter(None, (name, by.role.replace("-", " "), by.team)))


def _is_own(record: EmergencyRecord, actor: Actor) -> bool:
    return (actor.kind, actor.id) == (record.actor.kind, record.actor.id)
