"""Writing down what somebody who was looked up asks for, on the phone or in a shop; and giving a
code to whom an adviser sees."""

from __future__ import annotations

from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from aboveboard.accounts.gate import actor_of
from aboveboard.basics import clock
from aboveboard.basics.bodies import takes_file
from aboveboard.basics.errors import AboveboardError
from aboveboard.basics.personal import Personal
from aboveboard.console.limits import LOOK_UP_NOTE_LIFE
from aboveboard.console.people import allow_look_up, read_note
from aboveboard.console.requests.forms import NewRequestForm, ProofDocumentForm
from aboveboard.console.requests.identity import store
from aboveboard.console.requests.words import KINDS
from aboveboard.rights import limits
from aboveboard.rights.requests import actions, proving, queries
from aboveboard.rights.requests.queries import RequestRecord
from aboveboard.rights.requests.terms import (
    Asker,
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
            asker=Asker(form.cleaned_data["asker"]),
            details=RequestDetails(
                words=Personal(form.cleaned_data["words"]),
                acting=Personal(form.cleaned_data["acting"]),
                purpose=form.subject_of("purpose"),
                restriction=form.subject_of("restriction"),
                decision=form.subject_of("decision"),
            ),
        )
        number = actions.ask(new, by=actor_of(request), at=at)
        return recorded(request, queries.request(number, at=at))
    context = {"form": form, "note": request.POST["note"]}
    return render(
        request, "console/requests/record.html", context, status=422 if form.errors else 200
    )


@allow_look_up
@require_POST
def counter(request: HttpRequest) -> HttpResponse:
    """Give a code to who stands before this member of staff; it proves the request that they just
    wrote down."""
    record = noted_request(request)
    if record is None:
        return render(request, "console/people/expired.html", status=409)
    try:
        code = proving.make_code(
            record.id,
            proving.CodeUse.COUNTER,
            evidence=ProofEvidence.COUNTER_CODE,
            by=actor_of(request),
            at=clock.now(),
        )
    except AboveboardError as error:
        return recorded(request, record, problem=error, status=409)
    return recorded(request, record, code=code)


@allow_look_up
@takes_file(limits.DOCUMENT_BYTES)
@require_POST
def document(request: HttpRequest) -> HttpResponse:
    """Seal a document that somebody shows, for a privacy lead to judge."""
    record = noted_request(request)
    if record is None:
        return render(request, "console/people/expired.html", status=409)
    form = ProofDocumentForm(request.POST, request.FILES)
    if not store(record.id, form):
        return recorded(request, record, form=form, status=422)
    return recorded(request, record, is_stored=True)


def recorded(
    request: HttpRequest, record: RequestRecord, *, status: int = 200, **more: Any
) -> HttpResponse:
    """Say what was written down, and what the person must still prove."""
    # Signed, with this member of staff in the salt: they go on with what they wrote down, and
    # trying numbers opens nothing of anybody else.
    note = signing.dumps(record.id, salt=_salt(request))
    context = {
        "record": record,
        "what": KINDS[record.kind],
        "due": timezone.localtime(record.due.at),
        "note": note,
        "missing": record.state.proof.missing,
        "form": ProofDocumentForm(),
    }
    return render(request, "console/requests/recorded.html", context | more, status=status)


def noted_request(request: HttpRequest) -> RequestRecord | None:
    """Return the request that this member of staff wrote down; None where that is too long ago."""
    try:
        number = signing.loads(
            request.POST.get("note", ""), salt=_salt(request), max_age=LOOK_UP_NOTE_LIFE
        )
    except signing.BadSignature:
        return None
    return queries.request(int(number), at=clock.now())


def _salt(request: HttpRequest) -> str:
    return f"aboveboard.console.request.{actor_of(request).id}"
