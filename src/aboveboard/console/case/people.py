"""Who does what in a case, what was decided, and whether anything may go out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from aboveboard.accounts import queries as accounts
from aboveboard.accounts.gate import actor_of, allow
from aboveboard.basics import clock
from aboveboard.basics.errors import AboveboardError, NotFound
from aboveboard.console.incidents.page import LEADS
from aboveboard.console.incidents.reviewing import APPROVERS, who
from aboveboard.incidents import queries
from aboveboard.incidents.case import decisions, freeze, roles
from aboveboard.incidents.limits import REASON_WORDS
from aboveboard.incidents.terms import CaseRole


def _words_field(label: str, *, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=REASON_WORDS,
        required=required,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="It is stored encrypted. Do not name customers.",
        error_messages={"required": "Write a few words."},
    )


class CaseRoleForm(forms.Form):
    """Who takes which role."""

    role = forms.ChoiceField(
        label="Role",
        choices=CaseRole.choices,
        error_messages={"required": "Choose the role."},
    )
    to = forms.TypedChoiceField(
        label="Who takes it?", coerce=int, error_messages={"required": "Choose who takes it."}
    )
    note = _words_field("What should they know?", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(each.id, each.name) for each in accounts.staff() if each.is_active]


class DecisionForm(forms.Form):
    """What was decided, and why."""

    words = _words_field("What is decided?")
    reason = _words_field("Why?")


class FreezeForm(forms.Form):
    """Why communications are frozen, or may go on."""

    reason = _words_field("Why?")


@allow(*LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def role_list(request: HttpRequest, number: int) -> HttpResponse:
    """Show who does what; POST hands a role over."""
    form = CaseRoleForm(request.POST if request.method == "POST" else None)

    def hand_over() -> None:
        given = form.cleaned_data
        roles.hand_over_role(
            number,
            CaseRole(given["role"]),
            given["to"],
            note=given["note"],
            by=actor_of(request),
            at=clock.now(),
        )

    if answer := _lead_back(request, form, hand_over, "Handed over. They get a mail", "case_roles"):
        return answer
    context = {
        "form": form,
        "holders": roles.role_holders(number),
        "earlier": roles.role_holders(number, ended=True),
    }
    return _page(request, number, "console/case/roles.html", context)


@allow(*LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def decision_list(request: HttpRequest, number: int) -> HttpResponse:
    """Show what was decided; POST records another decision."""
    form = DecisionForm(request.POST if request.method == "POST" else None)

    def record() -> None:
        decisions.record_decision(number, **form.cleaned_data, by=actor_of(request), at=clock.now())

    words = "Recorded. A second person can approve it"
    if answer := _lead_back(request, form, record, words, "case_decisions"):
        return answer
    actor = actor_of(request)
    rows = [
        {
            "decision": each,
            "by": who(each.by),
            "approved_by": who(each.approved_by) if each.approved_by else "",
            "may": each.approved_at is None
            and actor.role in APPROVERS
            and (each.by["kind"], each.by["id"]) != (actor.kind.value, actor.id),
        }
        for each in decisions.case_decisions(number)
    ]
    return _page(request, number, "console/case/decisions.html", {"form": form, "rows": rows})


@allow(*APPROVERS)
@require_POST
def approve(request: HttpRequest, number: int, decision_id: int) -> HttpResponse:
    """Approve a decision as the second person."""
    try:
        decisions.approve_decision(number, decision_id, by=actor_of(request), at=clock.now())
    except NotFound:
        raise
    except AboveboardError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Approved")
    return HttpResponseRedirect(reverse("console:case_decisions", args=[number]))


@allow(*LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def communications(request: HttpRequest, number: int) -> HttpResponse:
    """Show whether anything may go out; POST freezes that, or lifts the freeze."""
    form = FreezeForm(request.POST if request.method == "POST" else None)
    frozen = any(each.in_force for each in freeze.freezes_of(number))
    lifting = request.POST.get("step") == "lift"

    def change() -> None:
        do = freeze.lift_freeze if lifting else freeze.freeze_communications
        do(number, form.cleaned_data["reason"], by=actor_of(request), at=clock.now())

    words = "Lifted. What was stopped waits until somebody resumes it" if lifting else "Frozen"
    if answer := _lead_back(request, form, change, words, "communications"):
        return answer
    context = {
        "form": form,
        "frozen": frozen,
        "may": not frozen or actor_of(request).role in freeze.LIFTERS,
        "lifters": [
            each.name for each in accounts.staff() if each.is_active and each.role in freeze.LIFTERS
        ],
        "freezes": [
            {
                "freeze": each,
                "by": who(each.by),
                "lifted_by": who(each.lifted_by) if each.lifted_by else "",
            }
            for each in freeze.freezes_of(number)
        ],
    }
    return _page(request, number, "console/case/communications.html", context)


def _lead_back(
    request: HttpRequest, form: forms.Form, change: Callable[[], None], words: str, name: str
) -> HttpResponse | None:
    """Do what was sent, and lead back to the page; nothing where the form is to be shown."""
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        change()
    except NotFound:
        raise
    except AboveboardError as error:
        form.add_error(None, str(error))
        return None
    messages.success(request, words)
    number = request.resolver_match.kwargs["number"] if request.resolver_match else 0
    return HttpResponseRedirect(reverse(f"console:{name}", args=[number]))


def _page(
    request: HttpRequest, number: int, template: str, context: dict[str, Any]
) -> HttpResponse:
    page = queries.page(number, at=clock.now())
    status = 422 if context["form"].errors else 200
    return render(
        request, template, {"page": page, "unread": "It cannot be read.", **context}, status=status
    )
