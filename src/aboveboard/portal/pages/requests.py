"""What a person asks of us about their own data: asking, following each step, proving who they are
where signing in is not enough, and taking it back."""

from __future__ import annotations

from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aboveboard.accounts.gate import allow_customer, throttle
from aboveboard.basics import clock
from aboveboard.basics.bodies import takes_file
from aboveboard.basics.errors import Conflict, Invalid, RateLimited
from aboveboard.basics.personal import Personal
from aboveboard.portal import asking
from aboveboard.portal.forms import PassphraseForm, ProofForm, RequestCodeForm, RightsRequestForm
from aboveboard.portal.page import CHANNEL, PortalCustomer, page_for, portal_page
from aboveboard.portal.wording import capitalise, day
from aboveboard.representation.terms import Power
from aboveboard.rights.limits import DOCUMENT_BYTES
from aboveboard.rights.pack.assembling import system_name
from aboveboard.rights.pack.kept import pack_offer
from aboveboard.rights.pack.preparing import ANSWERED_BY_PACK
from aboveboard.rights.pack.stating import request_statement
from aboveboard.rights.requests import actions, proving, queries
from aboveboard.rights.requests.queries import RecordedEvent, RequestRecord, StepRecord
from aboveboard.rights.requests.state import RequestStage
from aboveboard.rights.requests.terms import (
    CodeRefused,
    NewRequest,
    PauseReason,
    ProofEvidence,
    RefusalGround,
    RequestChannel,
    RequestDetails,
    RequestEventKind,
    RequestKind,
)


@allow_customer
@require_safe
@page_for(Power.ASK)
def overview(request: HttpRequest, you: PortalCustomer) -> HttpResponse:
    """List what can be asked, and what this person asked so far, newest first."""
    records = queries.requests_of(you.person_id, at=you.now)
    context = {
        "kinds": [{"key": kind.value, "words": words} for kind, words in asking.KINDS.items()],
        "rows": [_in_words(record) for record in records],
        "contact": you.promise.organisation.contact,
    }
    return render(request, "portal/requests.html", context)


@allow_customer
@require_http_methods(["GET", "HEAD", "POST"])
@page_for(Power.ASK)
def ask(request: HttpRequest, you: PortalCustomer, kind: str) -> HttpResponse:
    """Ask for one thing. Who is signed in has proved what most requests need."""
    if kind not in set(RequestKind):
        raise Http404
    chosen = RequestKind(kind)
    form = RightsRequestForm(
        request.POST if request.method == "POST" else None,
        words=asking.KINDS[chosen],
        purposes=asking.objectable(you.promise) if chosen is RequestKind.OBJECTION else (),
        tools=tuple(you.promise.automated.values()) if chosen is RequestKind.HUMAN_REVIEW else (),
        cases=asking.CASES if chosen is RequestKind.RESTRICTION else {},
    )
    if form.is_valid():
        try:
            throttle(request, "ask_rights")
            number = actions.ask(
                NewRequest(
                    kind=chosen,
                    channel=RequestChannel.PORTAL,
                    received_at=you.now,
                    person_id=you.person_id,
                    jurisdiction=you.jurisdiction,
                    language=you.language,
                    details=RequestDetails(
                        words=Personal(form.cleaned_data["words"]),
                        purpose=form.cleaned_data.get("purpose", ""),
                        restriction=form.cleaned_data.get("restriction", ""),
                        decision=form.cleaned_data.get("decision", ""),
                    ),
                ),
                evidence=ProofEvidence.SIGNED_IN,
                by=you.actor,
                at=you.now,
            )
        except RateLimited as error:
            form.add_error(None, str(error))
        else:
            return HttpResponseRedirect(reverse("portal:request", args=[number]))
    context = {"form": form, "words": asking.KINDS[chosen], "kind": kind, "channel": CHANNEL}
    return render(request, "portal/ask_request.html", context, status=422 if form.errors else 200)


@allow_customer
@require_safe
@page_for(Power.ASK)
def request_page(request: HttpRequest, you: PortalCustomer, number: int) -> HttpResponse:
    """Show where a request is, step by step."""
    return answer_page(request, own_request(you, number))


@allow_customer
@require_POST
@portal_page
def enter_code(request: HttpRequest, you: PortalCustomer, number: int) -> HttpResponse:
    """Take the code that staff gave somebody whom they saw."""
    record, form = own_request(you, number), RequestCodeForm(request.POST)
    if form.is_valid():
        try:
            throttle(request, "prove_address")
            proving.prove_by_code(
                number,
                proving.CodeUse.COUNTER,
                form.cleaned_data["code"],
                by=you.actor,
                at=you.now,
            )
        except CodeRefused:
            form.add_error("code", gettext("That code does not work. Ask for a new one."))
        except (Conflict, RateLimited) as error:
            form.add_error("code", str(error))
        else:
            return HttpResponseRedirect(reverse("portal:request", args=[number]))
    return answer_page(request, record, form=form, status=422)


@allow_customer
@takes_file(DOCUMENT_BYTES)
@require_POST
@portal_page
def give_document(request: HttpRequest, you: PortalCustomer, number: int) -> HttpResponse:
    """Take a picture of a document, for staff to look at: sealed, and deleted after."""
    record, form = own_request(you, number), ProofForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            throttle(request, "prove_address")
            proving.store_document(number, form.cleaned_data["file"].chunks())
        except proving.ProofDocumentNotTaken:
            form.add_error("file", gettext("This file is none of PDF, PNG, JPEG or TIFF."))
        except (Conflict, Invalid, RateLimited) as error:
            form.add_error("file", str(error))
        else:
            return HttpResponseRedirect(reverse("portal:request", args=[number]))
    return answer_page(request, record, proof=form, status=422)


@allow_customer
@require_POST
@page_for(Power.ASK)
def withdraw(request: HttpRequest, you: PortalCustomer, number: int) -> HttpResponse:
    """Take a request back. What was done stays done."""
    record = own_request(you, number)
    if not record.state.closed:
        actions.withdraw(number, by=you.actor, at=you.now)
    return HttpResponseRedirect(reverse("portal:request", args=[number]))


def own_request(you: PortalCustomer, number: int) -> RequestRecord:
    """Return a request of this person's.

    Raises:
        Http404: it is somebody else's, or there is none: nobody learns which.
    """
    records = queries.requests_of(you.person_id, at=you.now)
    record = next((each for each in records if each.id == number), None)
    if record is None:
        raise Http404
    return record


def answer_page(
    request: HttpRequest,
    record: RequestRecord,
    *,
    form: RequestCodeForm | None = None,
    proof: ProofForm | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """Answer with the page of a request. ``more``: what a change to it has to say."""
    context = _in_words(record) | {
        "events": [_event(each) for each in queries.events(record.id) if _is_shown(each)],
        "steps": [_step(each) for each in queries.steps(record)],
        "form": form or proof or RequestCodeForm(),
        "code_form": form or RequestCodeForm(),
        "proof_form": proof or ProofForm(),
        "document_waits": proving.has_document(record.id),
        "missing": record.state.proof.missing if not record.state.closed else (),
        "statement": request_statement(record),
        "offer": pack_offer(record.id, at=clock.now()),
        "can_be_over": record.kind in ANSWERED_BY_PACK,
        "pack_form": PassphraseForm(),
    }
    return render(request, "portal/request.html", context | more, status=status)


def _in_words(record: RequestRecord) -> dict[str, Any]:
    """Return a request as the pages say it."""
    state = record.state
    closing = state.closing.code if state.closing else ""
    return {
        "record": record,
        "due": day(record.due.at),
        "title": asking.KINDS[record.kind].title,
        "state": asking.state_in_words(state.stage.value, closing),
        "waits": asking.PAUSES[PauseReason(state.paused.code)] if state.paused else "",
        "ground": asking.GROUNDS[RefusalGround(closing)]
        if state.stage is RequestStage.REFUSED
        else "",
    }


def _is_shown(recorded: RecordedEvent) -> bool:
    return recorded.event.kind in asking.EVENTS


def _event(recorded: RecordedEvent) -> dict[str, Any]:
    # What staff noted at their review is for staff.
    words = None if recorded.event.kind is RequestEventKind.REVIEWED else recorded.words
    return {
        "at": recorded.event.at,
        "title": asking.EVENTS[recorded.event.kind],
        "words": words.reveal() if words else "",
    }


def _step(step: StepRecord) -> dict[str, Any]:
    """Return the work at one system: what is to be done or was done, how many records it was
    about, and what is kept on what ground, until when."""
    to_do, done = asking.STEPS[step.verb]
    facts = step.event.facts if step.event else {}
    retained = facts.get("retained")
    return {
        "system": system_name(step.system, get_language() or "en"),
        "done": step.event is not None,
        "what": capitalise(str(done if step.event else to_do)),
        "entries": _entries(facts.get("records")),
        "retained": [each for each in retained if isinstance(each, dict)]
        if isinstance(retained, list)
        else [],
        "waits": step.state in ("trying_again", "needs_person"),
    }


def _entries(records: object) -> str:
    """Return how many records it was about, "" where nobody counted."""
    if not isinstance(records, int):
        return ""
    words = ngettext("%(shown)s entry", "%(shown)s entries", records)
    return words % {"shown": intcomma(records)}
