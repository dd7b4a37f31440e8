"""Correcting what is held of a person who was looked up, because they say so (GDPR Art. 16)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_POST

from aboveboard.accounts.gate import actor_of, throttle
from aboveboard.basics import clock
from aboveboard.basics.errors import Invalid
from aboveboard.console.forms import CorrectForm, ReadOutCodeForm
from aboveboard.console.people import allow_look_up, read_note, spoken_promise
from aboveboard.kinds.kind import FieldKind
from aboveboard.promise.model import Promise
from aboveboard.rights import correction, proof
from aboveboard.vault import queries as vault


@allow_look_up
@require_POST
def correct(request: HttpRequest) -> HttpResponse:
    """Ask which detail and what it should be; a new e-mail address gets a code first, which the
    person reads out."""
    promise, note = spoken_promise(), read_note(request)
    if note is None:
        return render(request, "console/people/expired.html", status=409)
    waiting = request.POST.get("field", "")
    # Both: a code is only judged for the person of the note and the field that this session began
    # with, so one that was sent for somebody else changes nothing here.
    if "code" in request.POST and proof.pending_address(request.session, note["person"], waiting):
        return _prove(request, promise, note, waiting)
    form = CorrectForm(request.POST if "value" in request.POST else None, promise=promise)
    if form.is_valid():
        key, value = form.cleaned_data["field"], form.cleaned_data["value"]
        try:
            if not correction.needs_proof(promise.fields[key]):
                return _store(request, promise, note, key, value, proved=False)
            # Counted before the code is made: it goes to an address that anybody may say on the
            # phone.
            throttle(request, "prove_address")
            address = correction.read_value(key, value)
        except Invalid as error:
            form.add_error("value", _why_not(error, promise.fields[key].kind))
        else:
            # Their language, not the adviser's: the mail is read by whoever has the address.
            person = vault.person(note["person"])
            language = person.language if person is not None else "en"
            proof.send_code(
                request.session,
                note["person"],
                key,
                address,
                language=language,
                at=clock.now(),
            )
            return _ask_code(request, ReadOutCodeForm(), key)
    context = {"form": form, "note": request.POST["note"]}
    return render(
        request, "console/people/correct.html", context, status=422 if form.errors else 200
    )


def _why_not(error: Invalid, kind: FieldKind) -> str:
    """Return why a value is not taken. The rules of values speak English; whoever reads another
    language is told what is expected of the kinds that are typed most."""
    if get_language() == "en":
        return str(error)
    if kind is FieldKind.EMAIL:
        return gettext("Enter an e-mail address like name@example.com.")
    if kind is FieldKind.PHONE:
        return gettext("Enter a phone number with its area code, like +44 20 7946 0958.")
    return gettext("It cannot be kept in this form. Check it, and enter it again.")


def _prove(request: HttpRequest, promise: Promise, note: dict[str, Any], key: str) -> HttpResponse:
    form = ReadOutCodeForm(request.POST)
    if form.is_valid():
        address = proof.check_code(
            request.session, note["person"], key, form.cleaned_data["code"], at=clock.now()
        )
        if address is not None:
            return _store(request, promise, note, key, address, proved=True)
        if proof.pending_address(request.session, note["person"], key) is None:
            # Empty again: of an address whose tries or time are over nothing is kept.
            fresh = CorrectForm(None, promise=promise)
            context = {"form": fresh, "note": request.POST["note"], "over": True}
            return render(request, "console/people/correct.html", context, status=409)
        form.add_error("code", gettext("That is not the code. Ask them to read it out again."))
    return _ask_code(request, form, key)


def _ask_code(request: HttpRequest, form: ReadOutCodeForm, key: str) -> HttpResponse:
    context = {"form": form, "note": request.POST["note"], "field": key}
    return render(
        request, "console/people/correct_code.html", context, status=422 if form.errors else 200
    )


def _store(
    request: HttpRequest,
    promise: Promise,
    note: dict[str, Any],
    key: str,
    value: str,
    *,
    proved: bool,
) -> HttpResponse:
    changed = correction.correct(
        note["person"],
        key,
        value,
        channel=note["channel"],
        proved=proved,
        by=actor_of(request),
        at=clock.now(),
    )
    about = promise.fields[key]
    context = {
        "label": about.label,
        "changed": changed,
        "proved": proved,
        "moved": about.kind is FieldKind.COUNTRY,
    }
    return render(request, "console/people/corrected.html", context)
