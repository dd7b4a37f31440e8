"""One person's holds and restrictions: see them, place one, end one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aboveboard.accounts.gate import actor_of, allow
from aboveboard.basics import clock
from aboveboard.basics.actor import Role
from aboveboard.basics.errors import AboveboardError, NotFound
from aboveboard.console.acting_words import in_words
from aboveboard.console.devices.exports import ExportPill
from aboveboard.console.incidents.unsent import CHANNELS
from aboveboard.console.retention.forms import (
    CorrespondenceForm,
    HoldForm,
    LiftForm,
    ReleaseForm,
    RestrictForm,
    SafeContactForm,
)
from aboveboard.delivery import contact_limits, correspondence
from aboveboard.delivery.terms import Channel, CorrespondenceReason
from aboveboard.identity import matching
from aboveboard.intake import held_back, notes
from aboveboard.representation import deaths
from aboveboard.representation import queries as representation
from aboveboard.retention import actions, queries
from aboveboard.retention.reasons import (
    HOLD_LAW,
    HOLD_WORDS,
    RESTRICTION_LAW,
    RESTRICTION_WORDS,
    HoldReason,
    RestrictionReason,
)
from aboveboard.retention.records import HoldRecord, RestrictionRecord, SweepRecord
from aboveboard.retention.sweep import queries as sweeps
from aboveboard.vault import aliases
from aboveboard.vault import queries as vault

KEEPER = Role.PRIVACY_LEAD


@allow(KEEPER)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """List open holds and restrictions, and the latest sweeps."""
    at = clock.now()
    context = {
        "holds": [_in_words(row) for row in queries.open_holds(at=at)],
        "restrictions": [_in_words(row) for row in queries.open_restrictions(at=at)],
        "differences": notes.count_differences(),
        "held_back": held_back.count_held_back().waiting,
        "sweeps": [
            {"row": row, "people": people, "state": sweep_state(row, people)}
            for row in sweeps.sweeps(limit=5)
            for people in [sum(row.counts.get("people", {}).values())]
        ],
    }
    return render(request, "console/retention/overview.html", context)


@allow(KEEPER)
@require_safe
def person(request: HttpRequest, person_id: int) -> HttpResponse:
    """Show every hold and restriction of one person, and what was merged into them."""
    person_id = current_number(person_id)
    context = {
        "person_id": person_id,
        "holds": [_in_words(row) for row in queries.holds(person_id)],
        "restrictions": [_in_words(row) for row in queries.restrictions(person_id)],
        "merges": matching.merges_of(person_id),
        "acting": [in_words(each) for each in representation.of_person(person_id)],
        "deaths": deaths.deaths(person_id),
        "limits": _limits_in_words(person_id),
        "correspondence": correspondence.instructions([person_id]).get(person_id),
        "now": clock.now(),
    }
    return render(request, "console/retention/person.html", context)


def _limits_in_words(person_id: int) -> dict[str, Any] | None:
    """Return which ways are safe for somebody at risk, and since when; None where nobody marked
    them."""
    limits = contact_limits.limits_of([person_id]).get(person_id)
    if limits is None or limits.safe is None:
        return None
    return {"safe": [CHANNELS[each] for each in sorted(limits.safe)], "since": limits.since}


@allow(KEEPER)
@require_http_methods(["GET", "HEAD", "POST"])
def write_to(request: HttpRequest, person_id: int) -> HttpResponse:
    """Record whom to write to instead of a person, or that nobody is."""
    form = CorrespondenceForm(request.POST if request.method == "POST" else None)

    def do() -> None:
        answers, at = form.cleaned_data, clock.now()
        recorded = correspondence.instruct(
            person_id,
            CorrespondenceReason(answers["why"]),
            instead=answers["instead"] or None,
            by=actor_of(request),
            at=at,
        )
        if recorded.at != at:
            messages.success(request, "That is recorded already. Nothing was changed.")

    lede = "Notices about them go to that address, or to nobody. Each is listed with the reason."
    return ask_and_do(request, form, do, person_id, "Whom do we write to?", lede, "Save")


@allow(KEEPER)
@require_POST
def write_to_them(request: HttpRequest, person_id: int) -> HttpResponse:
    """Write to the person themselves again."""
    correspondence.end(person_id, by=actor_of(request), at=clock.now())
    return HttpResponseRedirect(reverse("console:retention_person", args=[person_id]))


@allow(KEEPER)
@require_http_methods(["GET", "HEAD", "POST"])
def safe_contact(request: HttpRequest, person_id: int) -> HttpResponse:
    """Record by which ways alone somebody at risk may be written to."""
    form = SafeContactForm(request.POST if request.method == "POST" else None)

    def do() -> None:
        contact_limits.protect(
            person_id,
            [Channel(each) for each in form.cleaned_data["safe"]],
            reason=form.cleaned_data["instead"],
            by=actor_of(request),
            at=clock.now(),
        )

    lede = "Nothing is sent to them by any other way, such as a letter that somebody else opens."
    return ask_and_do(request, form, do, person_id, "How is it safe to write?", lede, "Save")


@allow(KEEPER)
@require_POST
def any_contact(request: HttpRequest, person_id: int) -> HttpResponse:
    """Let every way be used again."""
    contact_limits.end_protection(person_id, by=actor_of(request), at=clock.now())
    return HttpResponseRedirect(reverse("console:retention_person", args=[person_id]))


@allow(KEEPER)
@require_http_methods(["GET", "HEAD", "POST"])
def hold(request: HttpRequest, person_id: int) -> HttpResponse:
    """Place a legal hold."""
    form = HoldForm(request.POST if request.method == "POST" else None)

    def do() -> None:
        answers = form.cleaned_data
        actions.place_hold(
            person_id,
            HoldReason(answers["why"]),
            reference=answers["reference"],
            until=form.ends(),
            by=actor_of(request),
            at=clock.now(),
        )

    words = (
        "Why must their data be kept?",
        "While a hold is open, none of their data is erased. They can see it.",
        "Place the hold",
    )
    return ask_and_do(request, form, do, person_id, *words)


@allow(KEEPER)
@require_http_methods(["GET", "HEAD", "POST"])
def restrict(request: HttpRequest, person_id: int) -> HttpResponse:
    """Restrict the use of their data."""
    form = RestrictForm(request.POST if request.method == "POST" else None)

    def do() -> None:
        answers, by = form.cleaned_data, actor_of(request)
        why = RestrictionReason(answers["why"])
        actions.restrict(
            person_id, why, reference=answers["reference"], until=form.ends(), by=by, at=clock.now()
        )

    lede = (
        "We store it but do almost nothing else with it until the restriction ends (GDPR Art. "
        "18(2)). They can see it."
    )
    return ask_and_do(
        request, form, do, person_id, "Why must their data be restricted?", lede, "Restrict it"
    )


@allow(KEEPER)
@require_http_methods(["GET", "HEAD", "POST"])
def release(request: HttpRequest, person_id: int, row_id: int) -> HttpResponse:
    """Release a legal hold."""
    _check_owner(row_id, queries.holds(current_number(person_id)))
    form = ReleaseForm(request.POST if request.method == "POST" else None)

    def do() -> None:
        actions.release_hold(
            row_id, reference=form.cleaned_data["reference"], by=actor_of(request), at=clock.now()
        )

    lede = "After that their data can be erased again, by a sweep or because they ask."
    return ask_and_do(request, form, do, person_id, "What ends the hold?", lede, "Release the hold")


@allow(KEEPER)
@require_http_methods(["GET", "HEAD", "POST"])
def lift(request: HttpRequest, person_id: int, row_id: int) -> HttpResponse:
    """Lift a restriction, once the person has been informed."""
    _check_owner(row_id, queries.restrictions(current_number(person_id)))
    form = LiftForm(request.POST if request.method == "POST" else None)

    def do() -> None:
        actions.lift_restriction(
            row_id, notice=form.cleaned_data["reference"], by=actor_of(request), at=clock.now()
        )

    lede = "After that their data is used again as the promise says."
    return ask_and_do(
        request, form, do, person_id, "How were they informed?", lede, "Lift the restriction"
    )


def _check_owner(row_id: int, rows: Sequence[HoldRecord] | Sequence[RestrictionRecord]) -> None:
    """404 where the second number of an address is not of the person whose the first is: what is
    done would stand under another's name."""
    if all(row.id != row_id for row in rows):
        raise Http404


def ask_and_do(
    request: HttpRequest,
    form: forms.Form,
    do: Callable[[], object],
    person_id: int,
    title: str,
    lede: str,
    button: str,
) -> HttpResponse:
    """Ask one question about a person; when it is answered do it and go back to them,
    else say what is wrong."""
    person_id = current_number(person_id)
    if form.is_valid():
        try:
            do()
        # A number that leads nowhere is a 404; only what the form can mend is said in the form.
        except NotFound:
            raise
        except AboveboardError as error:
            where = "reference" if "reference" in form.fields else "instead"
            form.add_error(where, str(error))
        else:
            return HttpResponseRedirect(reverse("console:retention_person", args=[person_id]))
    context: dict[str, Any] = {
        "form": form,
        "person_id": person_id,
        "title": title,
        "lede": lede,
        "button": button,
    }
    return render(
        request, "console/retention/ask.html", context, status=422 if form.errors else 200
    )


def sweep_state(row: SweepRecord, people: int) -> ExportPill:
    """Return how far a sweep is; ``people``: with something to erase."""
    if row.erased_at:
        return ExportPill("erased", "kept")
    if row.erasing_at:
        return ExportPill("erasing", "look")
    if not row.reviewed_at:
        return ExportPill("checking", "")
    return ExportPill("to confirm", "look") if people else ExportPill("nothing to erase", "")


def current_number(person_id: int) -> int:
    """Return whose number it is now.

    Raises:
        NotFound: nobody's.
    """
    # A bookmark may have a number from before a merge; it leads to the person that record is part
    # of now.
    now = aliases.current_number(person_id)
    if vault.person(now) is None:
        raise NotFound(what="person")
    return now


def _in_words(row: HoldRecord | RestrictionRecord) -> dict[str, object]:
    if isinstance(row, HoldRecord):
        return {"row": row, "words": HOLD_WORDS[row.why], "law": HOLD_LAW[row.why]}
    return {"row": row, "words": RESTRICTION_WORDS[row.why], "law": RESTRICTION_LAW[row.why]}
