"""Writing down what somebody who was looked up asks for, on the phone or in a shop; and giving a
code to whom an adviser sees."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from aboveboard.accounts.gate import actor_of
from aboveboard.basics import clock
from aboveboard.basics.errors import AboveboardError
from aboveboard.basics.ids import parse_id
from aboveboard.basics.personal import Personal
from aboveboard.console.people import allow_look_up, read_note
from aboveboard.console.requests.forms import NewRequestForm
from aboveboard.console.requests.words import KINDS
from aboveboard.rights.requests import actions, proving, queries
from aboveboard.rights.requests.queries import RequestRecord
from aboveboard.rights.requests.terms import (
    NewRequest,
    ProofEvidence,
    RequestChannel,
    RequestDetails,
    RequestKind,
)
from aboveboard.vault import queries as vault


@allow_look_up
@require_POST
def record(request: HttpRequest) -> HttpResponse:
    """Ask what they want, and write it down. What the caller must still prove is said."""
    note = read_note(request)
    if note is None:
        return render(request, "console/people/expired.html", status=409)
    form = NewRequestForm(request.POST if "words" in request.POST else None)
    if form.is_valid():
        person, at = vault.person(note["person"]), clock.now()
        new = NewRequest(
            kind=RequestKind(form.cleaned_data["kind"]),
            channel=RequestChannel.ADVISER,
            received_at=at,
            person_id=note["person"],
            language=person.language if person else "en",
            details=RequestDetails(words=Personal(form.cleaned_data["words"])),
        )
        number = actions.ask(new, by=actor_of(request), at=at)
        return _recorded(request, queries.request(number, at=at))
    context = {"form": form, "note": request.POST["note"]}
    return render(
        request, "console/requests/record.html", context, status=422 if form.errors else 200
    )


@allow_look_up
@require_POST
def counter(request: HttpRequest) -> HttpResponse:
    """Give a code to the person of the note, who shows who they are; it proves one request."""
    note, number = read_note(request), parse_id(request.POST.get("number", ""))
    if note is None or number is None:
        return render(request, "console/people/expired.html", status=409)
    at = clock.now()
    # Of the person who was looked up, so that trying numbers opens nothing of anybody else.
    own = next(
        (each for each in queries.requests_of(note["person"], at=at) if each.id == number), None
    )
    if own is None:
        return render(request, "console/people/expired.html", status=409)
    try:
        code = proving.make_code(
            number,
            proving.CodeUse.COUNTER,
            evidence=ProofEvidence.COUNTER_CODE,
            by=actor_of(request),
            at=at,
        )
    except AboveboardError as error:
        return _recorded(request, own, problem=error, status=409)
    return _recorded(request, own, code=code)


def _recorded(
    request: HttpRequest, record: RequestRecord, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {
        "record": record,
        "what": KINDS[record.kind],
        "due": timezone.localtime(record.due.at),
        "note": request.POST["note"],
        "missing": record.state.proof.missing,
    }
    return render(request, "console/requests/recorded.html", context | more, status=status)
