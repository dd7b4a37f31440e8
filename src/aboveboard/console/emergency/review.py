"""Emergency access for the privacy lead: what is to be reviewed, and was it justified?"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from aboveboard.access.emergency import queries
from aboveboard.access.emergency import review as reviewing
from aboveboard.access.emergency.notes import words_of
from aboveboard.access.emergency.reasons import IN_WORDS, Emergency, Verdict
from aboveboard.access.models import EmergencyLook
from aboveboard.accounts.gate import actor_of, allow
from aboveboard.accounts.queries import names
from aboveboard.basics import clock
from aboveboard.basics.actor import Actor, Role
from aboveboard.basics.errors import AboveboardError
from aboveboard.console.emergency.forms import ReviewForm
from aboveboard.promise.queries import in_force


@allow(Role.PRIVACY_LEAD)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """List the looks that wait for a review, overdue ones first, and the newest reviewed ones."""
    now = clock.now()
    context = {
        "waiting": [_row(look, now) for look in queries.to_review()],
        "reviewed": [_row(look, now) for look in queries.reviewed()],
    }
    return render(request, "console/emergency/overview.html", context)


@allow(Role.PRIVACY_LEAD)
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, emergency_id: int) -> HttpResponse:
    """Show who asked, why and what was opened, never the values; take the verdict."""
    look, actor = queries.one(emergency_id), actor_of(request)
    form = ReviewForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            reviewing.review(
                emergency_id, Verdict(form.cleaned_data["verdict"]), by=actor, at=clock.now()
            )
        except AboveboardError as error:
            form.add_error(None, str(error))
        else:
            return HttpResponseRedirect(reverse("console:emergency_review", args=[emergency_id]))
    context = _row(look, clock.now()) | {
        "form": form,
        "own": _own(look, actor),
        "words": words_of(look),
    }
    return render(
        request, "console/emergency/review.html", context, status=422 if form.errors else 200
    )


def _row(look: EmergencyLook, now: Any) -> dict[str, Any]:
    fields = in_force().promise.fields
    return {
        "record": look,
        "why": IN_WORDS[Emergency(look.why)],
        "labels": ", ".join(
            fields[name].label.lower() if name in fields else name for name in look.fields
        ),
        "who": _who(look),
        "overdue": look.reviewed_at is None and look.review_due < now,
        "justified": look.verdict == Verdict.JUSTIFIED,
    }


def _who(look: EmergencyLook) -> str:
    """Return who used it: by name for the reviewer, with role and team."""
    name = names([int(look.actor["id"])]).get(int(look.actor["id"]), "Someone who has left")
    role, team = str(look.actor["role"]).replace("-", " "), look.actor["team"]
    return ", ".join(filter(None, (name, role, team)))


def _own(look: EmergencyLook, actor: Actor) -> bool:
    return (actor.kind.value, actor.id) == (look.actor["kind"], look.actor["id"])
