"""Saying that something is wrong, without an account: found data, a letter that was somebody
else's. Whoever writes gets the same answer always, and nothing to look anything up with."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from aboveboard.accounts.gate import public, throttle
from aboveboard.basics import clock
from aboveboard.basics.errors import RateLimited, Unavailable
from aboveboard.basics.personal import Personal
from aboveboard.incidents.case.outside import receive_report
from aboveboard.incidents.limits import REASON_WORDS

_EVERYBODY = "everybody"
"""The key of the rate that holds for all who write together."""


class OutsideForm(forms.Form):
    """What somebody saw, and where they can be reached."""

    words = forms.CharField(
        label=gettext_lazy("What happened?"),
        max_length=REASON_WORDS,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("For example: I found a list of names, or I got someone’s letter."),
        error_messages={"required": gettext_lazy("Say what happened.")},
    )
    contact = forms.CharField(
        label=gettext_lazy("How can we reach you?"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("An e-mail address or a phone number, if we may ask you."),
    )


@public("whoever found something, or sees that something is wrong, may say so")
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """Take a report. It is stored encrypted, and an incident lead reads it."""
    form = OutsideForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        given = form.cleaned_data
        try:
            throttle(request, "outside_report", _EVERYBODY)
            receive_report(Personal(given["words"]), Personal(given["contact"]), at=clock.now())
        except (RateLimited, Unavailable) as error:
            form.add_error(None, str(error))
        else:
            return HttpResponseRedirect(reverse("centre:report_thanks"))
    return render(request, "centre/report.html", {"form": form}, status=422 if form.errors else 200)


@public("whoever reported something is thanked")
@require_safe
def thanks(request: HttpRequest) -> HttpResponse:
    """Thank whoever wrote, and say what happens next."""
    return render(request, "centre/report_thanks.html")
