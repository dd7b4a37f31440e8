"""What the law asks the lead besides the circumstances: are we in this sector; when did that
happen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from aboveboard.accounts.gate import actor_of, allow
from aboveboard.basics import clock
from aboveboard.basics.errors import Invalid
from aboveboard.console.incidents.forms import MOMENT, moment_field
from aboveboard.console.incidents.page import LEADS
from aboveboard.incidents import actions, law_questions, queries
from aboveboard.incidents.law_questions import MomentQuestion, SectorQuestion

_ANSWERS: Final = {"yes": True, "no": False, "": None}


class SectorsForm(forms.Form):
    """Whether we are in each of some sectors."""

    def __init__(self, *args: Any, asked: Sequence[SectorQuestion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in asked:
            given = {True: "yes", False: "no", None: ""}[question.answer]
            self.fields[question.key] = forms.ChoiceField(
                label=question.words,
                choices=[("yes", "Yes"), ("no", "No"), ("", "Not known yet")],
                required=False,
                widget=forms.RadioSelect,
                initial=given,
                help_text=_what_follows(question),
            )


def _what_follows(question: SectorQuestion) -> str:
    if not question.tells:
        return ""
    others = len(question.tells) - 1
    more = f" and {others} other{'s' if others > 1 else ''}" if others else ""
    when = ""
    if question.due_at:
        when = f", the first by {timezone.localtime(question.due_at):%-d %B %Y, %H:%M}"
    return f"If so, you may have to tell {question.tells[0]}{more}{when}."


class MomentsForm(forms.Form):
    """When what starts a clock happened."""

    def __init__(self, *args: Any, asked: Sequence[MomentQuestion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in asked:
            waits = f"It starts the clock for: {'; '.join(question.tells)}." * bool(question.tells)
            self.fields[question.key] = moment_field(question.ask, f"{waits} {_EMPTY}".strip())
            self.initial[question.key] = _minute(question.at)


_EMPTY: Final = "Leave it empty while it has not happened."


@allow(*LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def sectors(request: HttpRequest, number: int) -> HttpResponse:
    """Ask in which sectors we are, of those that would bring duties."""
    page, asked = queries.page(number, at=clock.now()), law_questions.sector_questions(number)
    form = SectorsForm(request.POST if request.method == "POST" else None, asked=asked)
    if request.method == "POST" and form.is_valid():
        # Only what the browser sent: a question that came in between keeps its answer.
        rest = request.POST.get("rest") == "no"
        answers = {
            key: _ANSWERS["no" if rest and not value else value]
            for key, value in form.cleaned_data.items()
            if key in request.POST
        }
        actions.change(number, sectors=answers, by=actor_of(request), at=clock.now())
        messages.success(request, "Saved. The duties were worked out again")
        return HttpResponseRedirect(reverse("console:incident", args=[number]))
    context = {"page": page, "form": form, "asked": asked}
    return render(
        request, "console/incidents/sectors.html", context, status=422 if form.errors else 200
    )


@allow(*LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def moments(request: HttpRequest, number: int) -> HttpResponse:
    """Ask when what starts a clock happened."""
    page, asked = queries.page(number, at=clock.now()), law_questions.moment_questions(number)
    form = MomentsForm(request.POST if request.method == "POST" else None, asked=asked)
    if request.method == "POST" and form.is_valid() and _saved(request, number, form, asked):
        messages.success(request, "Saved. The clocks were set again")
        return HttpResponseRedirect(reverse("console:incident", args=[number]))
    context = {"page": page, "form": form, "asked": asked}
    return render(
        request, "console/incidents/moments.html", context, status=422 if form.errors else 200
    )


def _saved(
    request: HttpRequest, number: int, form: MomentsForm, asked: Sequence[MomentQuestion]
) -> bool:
    # A form knows minutes only. Sent back unchanged it must not cut the seconds off, which would
    # move a clock.
    changed: dict[str, datetime | None] = {
        question.key: form.cleaned_data[question.key]
        for question in asked
        if question.key in request.POST
        and _minute(form.cleaned_data[question.key]) != _minute(question.at)
    }
    try:
        actions.change(number, moments=changed, by=actor_of(request), at=clock.now())
    except Invalid as error:
        form.add_error(next(iter(changed), None), str(error))
        return False
    return True


def _minute(moment: datetime | None) -> str:
    return timezone.localtime(moment).strftime(MOMENT) if moment else ""
