"""One duty with its law: that it was done, or the decision not to notify."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from aboveboard.accounts.gate import actor_of, allow
from aboveboard.basics import clock
from aboveboard.basics.errors import AboveboardError, Conflict
from aboveboard.console.incidents.forms import DoneForm, moment_field
from aboveboard.console.incidents.page import LEADS
from aboveboard.console.incidents.reviewing import who
from aboveboard.incidents import actions, not_notifying, queries
from aboveboard.incidents.limits import REASON_WORDS


class NotNotifyForm(forms.Form):
    """Why somebody is not notified."""

    reason = forms.CharField(
        label="Why is nobody notified?",
        max_length=REASON_WORDS,
        help_text="It is stored encrypted, for the internal record. Do not name customers.",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say why."},
    )
    evidence = forms.CharField(
        label="Where is the evidence?",
        max_length=REASON_WORDS,
        required=False,
        help_text="For example: counsel’s letter of 12 March, file 2026/114.",
    )
    decided_at = moment_field("When was it decided?", "Leave it empty if it was just now.")


@allow(*LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def duty(request: HttpRequest, number: int, duty_id: int) -> HttpResponse:
    """Show one duty with its law; POST records that it was done."""
    record = queries.duty(duty_id, at=clock.now())
    page = queries.page(number, at=clock.now())
    # The number in the address must be of this incident, or one could be marked done under
    # another's name.
    if record is None or all(each.id != duty_id for each in page.duties):
        raise Http404
    form = DoneForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        answers = form.cleaned_data
        try:
            actions.mark_done(
                duty_id,
                done_at=answers["done_at"],
                reference=answers["reference"],
                words=answers["words"],
                by=actor_of(request),
                at=clock.now(),
            )
        except AboveboardError as error:
            form.add_error(None, str(error))
        else:
            return HttpResponseRedirect(reverse("console:incident", args=[number]))
    decided_by = record.not_notified.by if record.not_notified else None
    context = {
        "page": page,
        "duty": record,
        "form": form,
        "decided_by": who(decided_by) if decided_by else "",
    }
    return render(
        request, "console/incidents/duty.html", context, status=422 if form.errors else 200
    )


@allow(*LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def not_notify(request: HttpRequest, number: int, duty_id: int) -> HttpResponse:
    """Ask why whoever a duty names is not notified, and record the decision."""
    page = queries.page(number, at=clock.now())
    duty = next((each for each in page.duties if each.id == duty_id), None)
    if duty is None or duty.done is not None or duty.not_notified is not None:
        raise Http404
    form = NotNotifyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            not_notifying.decide_not_to_notify(
                duty_id, **form.cleaned_data, by=actor_of(request), at=clock.now()
            )
        except AboveboardError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Recorded: not notified, by decision")
            return HttpResponseRedirect(reverse("console:duty", args=[number, duty_id]))
    context = {"page": page, "duty": duty, "form": form}
    return render(
        request, "console/incidents/not_notify.html", context, status=422 if form.errors else 200
    )


@allow(*LEADS)
@require_POST
def notify_after_all(request: HttpRequest, number: int, duty_id: int) -> HttpResponse:
    """Take back that somebody is not notified."""
    # The number in the address must be of this incident, as for a duty that is done.
    if all(each.id != duty_id for each in queries.duties(number, at=clock.now())):
        raise Http404
    try:
        not_notifying.take_back_decision(duty_id, by=actor_of(request), at=clock.now())
    except Conflict as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Taken back. It is open again")
    return HttpResponseRedirect(reverse("console:duty", args=[number, duty_id]))
