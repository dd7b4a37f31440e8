"""Who acts for a customer: recorded by one member of staff, approved by another, ended by any of
them."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aboveboard.accounts.gate import actor_of, allow
from aboveboard.basics import clock
from aboveboard.basics.actor import Role
from aboveboard.basics.errors import AboveboardError, NotFound
from aboveboard.basics.person_codes import parse_person
from aboveboard.console.acting_words import in_words
from aboveboard.console.retention.forms import reference_field
from aboveboard.console.retention.people import KEEPER, ask_and_do, current_number
from aboveboard.kinds.kind import FieldKind
from aboveboard.promise.queries import in_force
from aboveboard.representation import actions, deaths, queries
from aboveboard.representation.terms import (
    CAPACITY_WORDS,
    POWER_WORDS,
    Capacity,
    NewRepresentation,
    Power,
)

APPROVERS: Final = (Role.PRIVACY_LEAD, Role.ADVISER)
"""Who may be the second person."""


class RepresentationForm(forms.Form):
    """Who acts, as what, for what, on which paper, and until when."""

    capacity = forms.ChoiceField(
        label="As what do they act?",
        widget=forms.RadioSelect,
        choices=[(each.value, CAPACITY_WORDS[each]) for each in Capacity],
        error_messages={"required": "Choose as what they act."},
    )
    representative = forms.CharField(
        label="Their own record number",
        required=False,
        max_length=20,
        help_text="Leave it empty if we hold no record of them. Then they cannot sign in.",
    )
    powers = forms.MultipleChoiceField(
        label="What may they do, beside seeing the data?",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[(each.value, POWER_WORDS[each]) for each in Power if each is not Power.SEE],
    )
    reference = reference_field("Number of the paper")
    document = forms.ChoiceField(
        label="Where is the paper?", required=False, help_text="Add it to their record first."
    )
    by_court = forms.BooleanField(
        label="A court appointed them",
        required=False,
        help_text="Then the person cannot end it on their own page.",
    )
    born = forms.DateField(
        label="Date of birth of the child",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="For a guardian. We do not keep it: it says when the child decides for itself.",
        error_messages={"invalid": "Choose a date."},
    )
    first_day = forms.DateField(
        label="First day",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": "Choose the first day.", "invalid": "Choose a date."},
    )
    last_day = forms.DateField(
        label="Last day",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Leave it empty if it has no end date. A carer needs one.",
        error_messages={"invalid": "Choose a date."},
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"first_day": timezone.localdate()})
        document = self.fields["document"]
        if isinstance(document, forms.ChoiceField):
            fields = in_force().promise.fields.items()
            papers = [(key, f.label) for key, f in fields if f.kind is FieldKind.DOCUMENT]
            document.choices = [("", "On paper, with us"), *papers]

    def clean_representative(self) -> int | None:
        """Return the number that was typed."""
        typed = self.cleaned_data["representative"].strip()
        if not typed:
            return None
        number = parse_person(typed)
        if number is None:
            raise forms.ValidationError("That is no record number. Compare it with their page.")
        return number


@allow(KEEPER)
@require_http_methods(["GET", "HEAD", "POST"])
def record(request: HttpRequest, person_id: int) -> HttpResponse:
    """Record that somebody may act for a person; a colleague approves it."""
    person_id = current_number(person_id)
    form = RepresentationForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        answers = form.cleaned_data
        new = NewRepresentation(
            person_id=person_id,
            representative_id=answers["representative"],
            capacity=Capacity(answers["capacity"]),
            powers=frozenset(map(Power, answers["powers"])),
            reference=answers["reference"],
            document=answers["document"],
            by_court=answers["by_court"],
            first_day=answers["first_day"],
            last_day=answers["last_day"],
            born=answers["born"],
        )
        try:
            actions.record(new, by=actor_of(request), at=clock.now())
        except NotFound:
            form.add_error("representative", "Nobody has this record number. Check it.")
        except AboveboardError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Recorded. A colleague must approve it before it counts.")
            return HttpResponseRedirect(reverse("console:retention_person", args=[person_id]))
    context = {"form": form, "person_id": person_id}
    status = 422 if form.errors else 200
    return render(request, "console/acting/record.html", context, status=status)


@allow(*APPROVERS)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """List what this member of staff may approve, oldest first."""
    now = clock.now()
    by = actor_of(request)
    rows = [in_words(each) for each in queries.to_approve(approver=by, at=now)]
    context = {"rows": rows, "deaths": deaths.deaths_to_approve(approver=by)}
    return render(request, "console/acting/overview.html", context)


@allow(*APPROVERS)
@require_http_methods(["GET", "HEAD", "POST"])
def approve(request: HttpRequest, number: int) -> HttpResponse:
    """Compare what a colleague recorded with the paper; approve it, or end it."""
    by, now = actor_of(request), clock.now()
    waiting = {each.id: each for each in queries.to_approve(approver=by, at=now)}
    known = waiting.get(number)
    if known is None:
        # Decided meanwhile, or one's own: who recorded it cannot be its second person.
        raise Http404
    if request.method == "POST":
        if "approve" in request.POST:
            actions.approve(number, by=by, at=now)
            messages.success(request, "Approved. They may act from the first day on.")
        else:
            actions.end(number, by=by, at=now)
            messages.success(request, "Refused. It allows nothing.")
        return HttpResponseRedirect(reverse("console:acting"))
    return render(request, "console/acting/approve.html", in_words(known))


@allow(KEEPER)
@require_POST
def end(request: HttpRequest, person_id: int, number: int) -> HttpResponse:
    """End an authority at once."""
    person_id = current_number(person_id)
    if number not in {each.id for each in queries.of_person(person_id)}:
        raise Http404
    actions.end(number, by=actor_of(request), at=clock.now())
    messages.success(request, "Ended. They cannot act for this person any more.")
    return HttpResponseRedirect(reverse("console:retention_person", args=[person_id]))


class DeathForm(forms.Form):
    """On which paper it is recorded that somebody died."""

    reference = reference_field("Number of the death certificate")


@allow(KEEPER)
@require_http_methods(["GET", "HEAD", "POST"])
def record_death(request: HttpRequest, person_id: int) -> HttpResponse:
    """Record that a person died; it changes nothing before a colleague approved it."""
    form = DeathForm(request.POST if request.method == "POST" else None)

    def do() -> None:
        reference = form.cleaned_data["reference"]
        deaths.record_death(person_id, reference=reference, by=actor_of(request), at=clock.now())
        messages.success(request, "Recorded. A colleague must approve it before it counts.")

    lede = (
        "Once approved, their choices count no more, letters stop, and their page closes. If the "
        "report is wrong, take it back: everything is as before."
    )
    return ask_and_do(request, form, do, person_id, "Has this person died?", lede, "Record it")


@allow(*APPROVERS)
@require_http_methods(["GET", "HEAD", "POST"])
def approve_death(request: HttpRequest, number: int) -> HttpResponse:
    """Compare a report that somebody died with the paper; approve it, or refuse it."""
    by, now = actor_of(request), clock.now()
    known = {each.id: each for each in deaths.deaths_to_approve(approver=by)}.get(number)
    if known is None:
        raise Http404
    if request.method == "POST":
        if "approve" in request.POST:
            deaths.approve_death(number, by=by, at=now)
            messages.success(request, "Approved. Their choices count no more, and letters stop.")
        else:
            deaths.take_back_death(number, by=by, at=now)
            messages.success(request, "Refused. Nothing was changed.")
        return HttpResponseRedirect(reverse("console:acting"))
    return render(request, "console/acting/approve_death.html", {"record": known})


@allow(KEEPER)
@require_POST
def take_back_death(request: HttpRequest, person_id: int, number: int) -> HttpResponse:
    """Take back a report that was wrong: everything is as before."""
    person_id = current_number(person_id)
    if number not in {each.id for each in deaths.deaths(person_id)}:
        raise Http404
    deaths.take_back_death(number, by=actor_of(request), at=clock.now())
    messages.success(request, "Taken back. Everything is as it was before.")
    return HttpResponseRedirect(reverse("console:retention_person", args=[person_id]))
