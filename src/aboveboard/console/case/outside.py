"""Reports of people who do not work here: read one, and open an incident, join it to one, or close
it with a reason."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from aboveboard.accounts.gate import actor_of, allow
from aboveboard.basics import clock
from aboveboard.basics.errors import AboveboardError
from aboveboard.console.incidents.page import LEADS
from aboveboard.console.incidents.reviewing import who
from aboveboard.incidents.case import outside
from aboveboard.incidents.limits import REASON_WORDS
from aboveboard.incidents.terms import LossKind


class OpenIncidentForm(forms.Form):
    """What the incident is called, and what was lost."""

    title = forms.CharField(
        label="In a few words",
        max_length=120,
        help_text="Do not name customers.",
        error_messages={"required": "Say in a few words what it is."},
    )
    loss = forms.ChoiceField(
        label="What was lost?",
        choices=LossKind.choices,
        initial=LossKind.ODD,
        error_messages={"required": "Choose what was lost."},
    )


class JoinForm(forms.Form):
    """To which incident a report belongs."""

    number = forms.IntegerField(
        label="Number of the incident",
        min_value=1,
        help_text="For INC-0042, enter 42.",
        error_messages={"required": "Enter the number of the incident."},
    )


class CloseReportForm(forms.Form):
    """Why no incident comes of a report."""

    reason = forms.CharField(
        label="Why does no incident come of it?",
        max_length=REASON_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="It is stored encrypted. Do not name customers.",
        error_messages={"required": "Say why."},
    )


_FORMS: dict[str, type[forms.Form]] = {
    "open": OpenIncidentForm,
    "join": JoinForm,
    "close": CloseReportForm,
}


@allow(*LEADS)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """List the reports that wait, and those that are ended."""
    context = {
        "waiting": outside.outside_reports(),
        "ended": outside.outside_reports(waiting=False),
    }
    return render(request, "console/case/outside.html", context)


@allow(*LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, report_id: int) -> HttpResponse:
    """Show a report; POST ends it in one of three ways."""
    record = outside.outside_report(report_id)
    step = request.POST.get("step", "")
    if request.method == "POST" and step not in _FORMS:
        raise Http404
    given = {key: kind(request.POST if key == step else None) for key, kind in _FORMS.items()}
    form = given.get(step)
    if form is not None and form.is_valid():
        try:
            return HttpResponseRedirect(_end(request, report_id, step, form))
        except AboveboardError as error:
            form.add_error(None, str(error))
    context = {
        "report": record,
        "forms": given,
        "form": form,
        "ended_by": who(record.ended_by) if record.ended_by else "",
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "console/case/outside_report.html", context, status=status)


def _end(request: HttpRequest, report_id: int, step: str, form: forms.Form) -> str:
    """Do what was chosen, and return where to go on."""
    by, at, answers = actor_of(request), clock.now(), form.cleaned_data
    if step == "open":
        loss = LossKind(answers["loss"])
        number = outside.open_from_report(
            report_id, title=answers["title"], loss=loss, by=by, at=at
        )
    elif step == "join":
        number = answers["number"]
        outside.join_report(report_id, number, by=by, at=at)
    else:
        outside.close_report(report_id, answers["reason"], by=by, at=at)
        messages.success(request, "Closed")
        return reverse("console:outside_reports")
    messages.success(request, "Taken up")
    return reverse("console:incident", args=[number])
