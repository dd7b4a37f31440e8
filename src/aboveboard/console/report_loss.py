"""Report a loss: any member of staff, in a minute, without blame."""

from __future__ import annotations

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from aboveboard.accounts import limits
from aboveboard.accounts.gate import actor_of, allow_staff
from aboveboard.basics import clock
from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import AboveboardError, Conflict, Invalid, NotFound
from aboveboard.console.devices.forms import BY_TAG, OTHER, ReportForm
from aboveboard.console.incidents.page import LEADS
from aboveboard.custody import queries as custody
from aboveboard.incidents import actions, queries
from aboveboard.incidents.views import IncidentView

_BEGAN = signing.TimestampSigner(salt="aboveboard.console.report")


@allow_staff
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """Ask what is missing, what happened and when; open an incident."""
    actor = actor_of(request)
    form = ReportForm(
        request.POST if request.method == "POST" else None,
        own=own_devices(actor),
        initial={"what": request.GET.get("device", "")},
    )
    if (
        request.method == "POST"
        and form.is_valid()
        and (incident := _open(form, actor, _took(request))) is not None
    ):
        return HttpResponseRedirect(reverse("console:reported", args=[incident.number]))
    began = request.POST.get("began") or _BEGAN.sign("report")
    return render(
        request,
        "console/report_loss/report.html",
        {"form": form, "began": began},
        status=422 if form.errors else 200,
    )


@allow_staff
@require_safe
def reported(request: HttpRequest, number: int) -> HttpResponse:
    """Thank whoever reported it, and say what happens next."""
    actor, incident = actor_of(request), queries.incident(number)
    if (incident.reported_by["kind"], incident.reported_by["id"]) != (actor.kind.value, actor.id):
        raise Http404
    return render(
        request,
        "console/report_loss/reported.html",
        {"incident": incident, "leads": actor.role in LEADS},
    )


def own_devices(actor: Actor) -> list[custody.DeviceRow]:
    """Return what this member of staff carries and still has."""
    return list(custody.devices_assigned_to(int(actor.id)))


def _open(form: ReportForm, actor: Actor, took: int | None) -> IncidentView | None:
    """Open the incident, or put what stands against it into the form."""
    said, now = form.cleaned_data, clock.now()
    field = {BY_TAG: "tag", OTHER: "title"}.get(said["what"], "what")
    try:
        if said["what"] == OTHER:
            return actions.open_other(title=said["title"], note=said["note"], by=actor, at=now)
        device_id = (
            custody.device_by_tag(said["tag"]).id if said["what"] == BY_TAG else int(said["what"])
        )
        return actions.report_loss(
            device_id,
            note=said["note"],
            occurred_at=said["when"],
            reported_in_seconds=took,
            by=actor,
            at=now,
        )
    except NotFound:
        form.add_error(
            field, "No device has this label. Read it again, or choose “something else”."
        )
    except Conflict:
        form.add_error(
            field,
            (
                "This device is already reported missing, or out of service. Someone is looking "
                "after it."
            ),
        )
    except Invalid:
        form.add_error("when", "This lies in the future.")
    except AboveboardError as error:
        form.add_error(None, str(error))
    return None


def _took(request: HttpRequest) -> int | None:
    """Return how many seconds the report took to write, or None if that cannot be known."""
    began = request.POST.get("began", "")
    try:
        _BEGAN.unsign(began, max_age=limits.SESSION_IDLE_STAFF)
    except signing.BadSignature:
        return None
    started = signing.b62_decode(began.split(":")[1])
    return max(0, int(clock.now().timestamp()) - started)
