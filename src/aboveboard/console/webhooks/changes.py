"""What an administrator can do about a system that is notified: what is asked, what it means, what
the button does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from aboveboard.accounts.gate import actor_of, allow
from aboveboard.basics import clock
from aboveboard.basics.actor import Actor, Role
from aboveboard.basics.errors import AboveboardError, NotFound
from aboveboard.console.webhooks.forms import SpanForm
from aboveboard.delivery import limits
from aboveboard.delivery.webhooks import actions, queries
from aboveboard.delivery.webhooks.queries import EndpointRecord

_HOURS: Final = int(limits.WEBHOOK_OVERLAP / timedelta(hours=1))


@dataclass(frozen=True, slots=True)
class EndpointChange:
    """Something that can be done: what the link offers, what the page asks and says, what its
    button does. ``do`` returns the new secret, or the sentence that says what was done."""

    key: str
    do: Callable[[EndpointRecord, Any, Actor, datetime], str]
    offer: str
    asks: str
    means: str
    does: str
    form: type[forms.Form] = forms.Form
    serious: bool = False
    fits: Callable[[EndpointRecord], bool] = lambda endpoint: True


def _test(endpoint: EndpointRecord, form: forms.Form, by: Actor, at: datetime) -> str:
    actions.test(endpoint.name, at=at)
    return "A test is on its way"


def _pause(endpoint: EndpointRecord, form: forms.Form, by: Actor, at: datetime) -> str:
    actions.pause(endpoint.name, by=by, at=at)
    return f"{endpoint.name} is paused"


def _resume(endpoint: EndpointRecord, form: forms.Form, by: Actor, at: datetime) -> str:
    actions.resume(endpoint.name, by=by, at=at)
    return f"{endpoint.name} is notified again"


def _rotate(endpoint: EndpointRecord, form: forms.Form, by: Actor, at: datetime) -> str:
    return actions.rotate(endpoint.name, by=by, at=at)[1]


def _replay(endpoint: EndpointRecord, form: SpanForm, by: Actor, at: datetime) -> str:
    since, until = (
        datetime.combine(day, datetime.min.time(), timezone.get_current_timezone())
        for day in (form.cleaned_data["since"], form.cleaned_data["until"] + timedelta(days=1))
    )
    count = actions.replay_span(endpoint.name, since, until, at=at)
    return f"Notifications that are sent again: {count}"


def _remove(endpoint: EndpointRecord, form: forms.Form, by: Actor, at: datetime) -> str:
    actions.remove(endpoint.name, by=by, at=at)
    return f"{endpoint.name} is removed"


CHANGES: Final = {
    change.key: change
    for change in (
        EndpointChange(
            "test",
            _test,
            "Send a test",
            "Send a test?",
            "It gets an event that says nothing happened. Within seconds you see what it answered.",
            "Send a test",
            fits=lambda endpoint: endpoint.paused_at is None,
        ),
        EndpointChange(
            "replay",
            _replay,
            "Send days again",
            "Which days are sent again?",
            "Each notification keeps its id, so the system can tell that it had it before.",
            "Send again",
            form=SpanForm,
        ),
        EndpointChange(
            "pause",
            _pause,
            "Pause it",
            "Pause it?",
            "Nothing is sent until you resume it. What happens meanwhile waits.",
            "Pause it",
            fits=lambda endpoint: endpoint.paused_at is None,
        ),
        EndpointChange(
            "resume",
            _resume,
            "Resume it",
            "Resume it?",
            "What waits is sent now.",
            "Resume it",
            fits=lambda endpoint: endpoint.paused_at is not None,
        ),
        EndpointChange(
            "rotate",
            _rotate,
            "New secret",
            "Make a new secret?",
            f"You see it once. For {_HOURS} hours the old one signs as well.",
            "Make a new secret",
        ),
        EndpointChange(
            "remove",
            _remove,
            "Remove it",
            "Remove it?",
            "It is never notified again. What waits for it is not sent.",
            "Remove it",
            serious=True,
        ),
    )
}


def changes_of(endpoint: EndpointRecord) -> list[EndpointChange]:
    """Return what can be done about an endpoint."""
    return [change for change in CHANGES.values() if change.fits(endpoint)]


@allow(Role.ADMINISTRATOR)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, serial: int, change: str) -> HttpResponse:
    """Ask whether something is to be done about a system, and do it."""
    wanted, endpoint = CHANGES.get(change), queries.endpoint_by_serial(serial)
    if wanted is None:
        raise Http404
    if endpoint.removed_at is not None:
        raise NotFound(what="webhook endpoint")
    form = wanted.form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            done = wanted.do(endpoint, form, actor_of(request), clock.now())
        except AboveboardError as error:
            form.add_error(None, str(error))
        else:
            return _answer(request, wanted, endpoint, done)
    context = {"form": form, "change": wanted, "endpoint": endpoint}
    status = 422 if form.errors else 200
    return render(request, "console/webhooks/change.html", context, status=status)


def _answer(
    request: HttpRequest, wanted: EndpointChange, endpoint: EndpointRecord, done: str
) -> HttpResponse:
    if wanted.key == "rotate":
        context = {"endpoint": endpoint, "secret": done, "hours": _HOURS}
        return render(request, "console/webhooks/secret.html", context)
    messages.success(request, done)
    if wanted.key == "remove":
        return HttpResponseRedirect(reverse("console:webhooks"))
    return HttpResponseRedirect(reverse("console:webhook", args=[endpoint.serial]))
