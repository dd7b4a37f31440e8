"""Three questions of the privacy lead: who may see a field, why was this refused,
would this be allowed."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from aboveboard.access.explain.field import in_emergency, uses_of_field
from aboveboard.access.explain.person import ExplainedEntry, NotAUse, explain_entry, explain_request
from aboveboard.access.lookup import NoOneFound, SeveralFound
from aboveboard.access.use import Subject, UseRequest
from aboveboard.accounts.gate import actor_of, allow, throttle
from aboveboard.basics import clock
from aboveboard.basics.actor import Actor, ActorKind, Role
from aboveboard.basics.errors import NotFound
from aboveboard.console.explain.forms import EntryForm, FieldForm, WouldForm
from aboveboard.console.forms import kind_of
from aboveboard.console.people import field_reason
from aboveboard.promise.queries import in_force


@allow(Role.PRIVACY_LEAD)
@require_http_methods(["GET", "HEAD"])
def field(request: HttpRequest) -> HttpResponse:
    """Say who may see the field of ``?field=``, for what, and what must hold."""
    promise = in_force().promise
    # By GET: this reads the promise alone and concerns nobody, so nothing is written down.
    form = FieldForm(request.GET if "field" in request.GET else None, promise=promise)
    context: dict[str, Any] = {"form": form, "entry_form": EntryForm(), "promise": promise}
    if form.is_valid():
        key = form.cleaned_data["field"]
        context |= {
            "label": promise.fields[key].label,
            "uses": uses_of_field(promise, key),
            "emergency": in_emergency(promise, key),
        }
    return render(
        request, "console/explain/field.html", context, status=422 if form.errors else 200
    )


@allow(Role.PRIVACY_LEAD)
@require_http_methods(["GET", "HEAD", "POST"])
def entry(request: HttpRequest) -> HttpResponse:
    """Say why one use was refused. Asking is recorded, so only a POST asks."""
    form = EntryForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        try:
            explained = explain_entry(
                form.cleaned_data["entry"], by=actor_of(request), at=clock.now()
            )
        except (NotFound, NotAUse) as error:
            form.add_error("entry", str(error))
        else:
            context |= {
                "explained": explained,
                "title": f"Record {explained.entry.id}: "
                + ("refused" if explained.reasons else "nothing spoke against it"),
                "reasons": explained.reasons,
                "asked": _asked(explained),
            }
    return render(
        request, "console/explain/entry.html", context, status=422 if form.errors else 200
    )


@allow(Role.PRIVACY_LEAD)
@require_http_methods(["GET", "HEAD", "POST"])
def allowed(request: HttpRequest) -> HttpResponse:
    """Say whether a use of somebody's data would be allowed, with every
    reason. Nothing is opened."""
    promise = in_force().promise
    form = WouldForm(request.POST if request.method == "POST" else None, promise=promise)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        # The answer says whether somebody is known, so it counts as a look-up does.
        throttle(request, "look_up")
        answers = form.cleaned_data
        asked = UseRequest(
            # No number: nobody is said to have asked, and the entry names the privacy lead who did.
            Actor(ActorKind.STAFF, "", answers["role"]),  # anybody who has that role
            answers["purpose"],
            tuple(answers["fields_wanted"]),
            answers["channel"],
            Subject(kind=kind_of(answers["who"]), value=answers["who"]),
        )
        try:
            decision, entry_id = explain_request(asked, by=actor_of(request), at=clock.now())
        except (NoOneFound, SeveralFound) as error:
            form.add_error("who", str(error))
        else:
            context |= {
                "decision": decision,
                "title": "It would be allowed" if decision.allowed else "It would be refused",
                "entry_id": entry_id,
                "reasons": [field_reason(promise, reason) for reason in decision.reasons],
            }
    return render(
        request, "console/explain/allowed.html", context, status=422 if form.errors else 200
    )


def _asked(explained: ExplainedEntry) -> str:
    """Return what was asked, in one or two sentences."""
    entry, facts = explained.entry, explained.facts
    who = str(entry.actor.role).replace("-", " ").capitalize()
    day = f"{timezone.localtime(entry.at):%-d %B %Y, %H:%M}"
    return (
        f"{who} asked on {day} for {', '.join(facts.fields)}, for {facts.purpose}, through "
        f"{facts.channel}. Version {facts.promise} of the promise decided."
    )
