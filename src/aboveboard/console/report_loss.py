"""Report a loss: any member of staff, in a minute, without blame.

One question a page, one's own devices first. The answers so far wait in the session, which is
sealed; what happened is asked last and goes straight into the incident. Addresses name the
question, never an answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_http_methods, require_safe

from aboveboard.accounts.gate import actor_of, allow_staff
from aboveboard.basics import clock
from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import AboveboardError, Conflict, Invalid, NotFound
from aboveboard.console.incidents.page import LEADS
from aboveboard.custody import queries as custody
from aboveboard.custody.queries import DeviceRow
from aboveboard.incidents import actions, queries
from aboveboard.incidents.case.playbook import playbooks
from aboveboard.incidents.terms import IncidentKind, LossKind
from aboveboard.incidents.views import IncidentView

BY_LABEL: Final = "label"
OTHER: Final = "other"
MOMENT: Final = "%Y-%m-%dT%H:%M"
LOSSES: Final = {
    LossKind.BAG: "A bag",
    LossKind.PAPER: "Paper, such as a form or a list",
    LossKind.POST: "A stick, a disc or a parcel in the post",
    LossKind.WRONG_ADDRESS: "A letter to the wrong address",
    LossKind.WRONG_RECIPIENT: "An e-mail to the wrong people, or with all addresses visible",
    LossKind.WEBSITE: "A page or an app shows what it should not",
    LossKind.STOLEN_LOGIN: "A password or a login was stolen",
    LossKind.RANSOMWARE: "Files are locked, and somebody wants money",
    LossKind.INSIDER: "A colleague looked without a reason",
    LossKind.SUPPLIER: "A supplier lost our data",
}
"""What may have happened besides a lost device, as whoever reports it says it."""
_ANSWERS: Final = "report_loss"
"""Session key: the answers so far, and when the report was begun, in seconds since 1970."""


class WhatForm(forms.Form):
    """What is missing or what happened: one's own devices first."""

    what = forms.ChoiceField(
        label="What is it?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what happened."},
    )

    def __init__(self, *args: Any, own: Sequence[DeviceRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["what"]
        if isinstance(field, forms.ChoiceField):
            mine = [(str(device.id), f"My {device.name.lower()}, {device.tag}") for device in own]
            field.choices = [
                *mine,
                (BY_LABEL, "Another device" if mine else "A device"),
                *((loss.value, words) for loss, words in LOSSES.items()),
                (OTHER, "Something odd, or something else"),
            ]


class LabelForm(forms.Form):
    """Which device, by the label on it."""

    label = forms.CharField(
        label="Label",
        max_length=40,
        help_text="It is on a sticker, like LT-0042.",
        error_messages={"required": "Enter the label, or go back and choose “Something else”."},
    )


class TitleForm(forms.Form):
    """What it is, when it is no device."""

    title = forms.CharField(
        label="In a few words",
        max_length=120,
        help_text="For example: a box of order forms. Do not name customers.",
        error_messages={"required": "Say in a few words what it is."},
    )


class WhenForm(forms.Form):
    """When it was last there, or happened, as far as anybody knows."""

    when = forms.DateTimeField(
        label="Date and time",
        required=False,
        input_formats=[MOMENT],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT),
        help_text="Roughly is fine. Leave it empty if you do not know.",
        error_messages={"invalid": "Choose a date and a time."},
    )

    def clean_when(self) -> Any:
        """Refuse the future here, beside the field, and not three questions later."""
        moment = self.cleaned_data["when"]
        if moment is not None and moment > clock.now():
            raise forms.ValidationError("The date and time must be in the past.")
        return moment


class LossNoteForm(forms.Form):
    """What happened, in the reporter's own words."""

    note = forms.CharField(
        label="Your account",
        max_length=4_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="As you would tell a colleague. You can add more later.",
    )


_HAPPENINGS: Final = frozenset({OTHER, *LOSSES}) - {LossKind.BAG, LossKind.PAPER}
"""What happens at a moment, unlike a thing that one last had."""


@dataclass(frozen=True, slots=True)
class LossQuestion:
    """One page of the report: ``key`` is its address below ``/console/report-a-loss/``."""

    key: str
    asks: str
    form: type[forms.Form]
    lede: str = ""


_WHAT = LossQuestion(
    "",
    "What happened, or what is missing?",
    WhatForm,
    "It takes a minute. Reporting early protects people.",
)
_LABEL = LossQuestion("device", "Which device is it?", LabelForm)
_TITLE = LossQuestion("item", "What is it?", TitleForm)
_WHEN = LossQuestion("when", "When did you last have it?", WhenForm)
_HAPPENED = LossQuestion("when", "When did it happen?", WhenForm)
_NOTE = LossQuestion("what-happened", "What happened?", LossNoteForm)


@allow_staff
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, step: str = "") -> HttpResponse:
    """Ask one question; go on to the next, or open the incident after the last.

    ``?device=`` on the first ticks a device, for the link on its page.
    """
    answers: dict[str, Any] = request.session.get(_ANSWERS, {})
    way = _questions_for(answers)
    place = next((place for place, each in enumerate(way) if each.key == step), None)
    # The session may have ended between two pages; then it begins again instead of opening an
    # incident without its first answer.
    if place is None or (place and "what" not in answers):
        # A question that does not belong to what was answered, or a report that has lapsed.
        return HttpResponseRedirect(reverse("console:report"))
    question, actor = way[place], actor_of(request)
    form = _form(question, request, answers, actor)
    if request.method == "POST" and form.is_valid() and _device_fits(form):
        answers = answers | _session_answers(form)
        if question is not way[-1]:
            # An answer may come without the first page having been shown in this session; without a
            # beginning the time taken could not be told.
            answers.setdefault("begun", int(clock.now().timestamp()))
            request.session[_ANSWERS] = answers
            return HttpResponseRedirect(_address(_questions_for(answers)[place + 1]))
        if (incident := _open(form, answers, actor)) is not None:
            request.session.pop(_ANSWERS, None)
            return HttpResponseRedirect(reverse("console:reported", args=[incident.number]))
    context = {
        "form": form,
        "question": question,
        "place": place + 1,
        "places": len(way),
        "back": _address(way[place - 1]) if place else "",
    }
    # Kept in the sealed session and not in the form, where it could be set to anything: the figure
    # is published.
    if not place and request.method != "POST":
        # The minute is counted from the first question.
        request.session[_ANSWERS] = answers | {"begun": int(clock.now().timestamp())}
    return render(
        request,
        "console/report_loss/question.html",
        context,
        status=422 if form.errors else 200,
    )


@allow_staff
@require_safe
def reported(request: HttpRequest, number: int) -> HttpResponse:
    """Thank the reporter, and say what happens next."""
    actor, incident = actor_of(request), queries.incident(number)
    # 404 for everyone else: that an incident exists is for those who lead it.
    if (incident.reported_by["kind"], incident.reported_by["id"]) != (actor.kind.value, actor.id):
        raise Http404
    context = {
        "incident": incident,
        "counted": incident.kind != IncidentKind.OTHER,
        "seconds": incident.reported_in_seconds,
        "now": playbooks()[incident.loss].now,
        "leads": actor.role in LEADS,
    }
    return render(request, "console/report_loss/reported.html", context)


def own_devices(actor: Actor) -> list[DeviceRow]:
    """Return the devices that this member of staff has."""
    return list(custody.devices_assigned_to(int(actor.id)))


def _questions_for(answers: dict[str, Any]) -> list[LossQuestion]:
    """Return the questions of this report: which device, or what it is, only where that is not
    said by the first answer."""
    what = answers.get("what", "")
    second = {BY_LABEL: [_LABEL], OTHER: [_TITLE]}.get(what, [])
    return [_WHAT, *second, _HAPPENED if what in _HAPPENINGS else _WHEN, _NOTE]


def _form(
    question: LossQuestion, request: HttpRequest, answers: dict[str, Any], actor: Actor
) -> forms.Form:
    data = request.POST if request.method == "POST" else None
    if question is _WHAT:
        chosen = request.GET.get("device") or answers.get("what", "")
        return WhatForm(data, own=own_devices(actor), initial={"what": chosen})
    initial = dict(answers)
    if moment := answers.get("when"):
        initial["when"] = parse_datetime(moment)
    return question.form(data, initial=initial)


def _device_fits(form: forms.Form) -> bool:
    """Whether a label belongs to a device; if not, the form says so."""
    if not isinstance(form, LabelForm):
        return True
    try:
        custody.device_by_tag(form.cleaned_data["label"])
    except NotFound:
        form.add_error(
            "label", "No device has this label. Check it, or go back and choose “Something else”."
        )
        return False
    return True


def _session_answers(form: forms.Form) -> dict[str, Any]:
    """Return the answers as the session keeps them; the account of what happened is not among
    them, for it may name people."""
    return {
        name: value.isoformat() if name == "when" and value else value
        for name, value in form.cleaned_data.items()
        if name != "note"
    }


def _open(form: forms.Form, answers: dict[str, Any], actor: Actor) -> IncidentView | None:
    """Open the incident, or say in the form what prevents it."""
    now, what = clock.now(), answers["what"]
    given: dict[str, Any] = {
        "note": form.cleaned_data["note"],
        "occurred_at": parse_datetime(answers["when"]) if answers.get("when") else None,
        "reported_in_seconds": max(0, int(now.timestamp()) - answers["begun"]),
    }
    try:
        if what == OTHER or what in LOSSES:
            loss = LossKind.ODD if what == OTHER else LossKind(what)
            title = answers["title"] if what == OTHER else loss.label
            return actions.open_other(title=title, loss=loss, **given, by=actor, at=now)
        device_id = custody.device_by_tag(answers["label"]).id if what == BY_LABEL else int(what)
        return actions.report_loss(device_id, **given, by=actor, at=now)
    # A colleague may have reported it between two of these pages; one loss is one incident.
    except Conflict:
        form.add_error(None, "This device is already reported missing, or is out of service.")
    except (NotFound, Invalid) as error:
        form.add_error(None, f"{error} Go back and change your answers.")
    except AboveboardError as error:
        form.add_error(None, str(error))
    return None


def _address(question: LossQuestion) -> str:
    if not question.key:
        return reverse("console:report")
    return reverse("console:report_step", args=[question.key])
