"""One request: where it is, its life, the work at each system, and what a member of staff can do
about it now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from aboveboard.access.actions import use
from aboveboard.access.use import Subject, UseRequest
from aboveboard.accounts.gate import actor_of, allow, throttle
from aboveboard.accounts.queries import names
from aboveboard.basics import clock
from aboveboard.basics.actor import Actor, ActorKind, Role
from aboveboard.basics.errors import AboveboardError
from aboveboard.console.concerns.forms import ReadWordsForm
from aboveboard.console.people import FieldDetail, field_reason
from aboveboard.console.requests.forms import (
    CodeForm,
    ExtendForm,
    JudgeForm,
    NamePersonForm,
    PauseForm,
    ProofDocumentForm,
    ProveForm,
    RefuseForm,
    RequestAnswerForm,
    RequestReviewForm,
)
from aboveboard.console.requests.pack import pack_panel
from aboveboard.console.requests.words import (
    EVENTS,
    HOLD_CASES,
    NEEDS,
    STEPS,
    code_in_words,
    error_in_words,
    in_words,
)
from aboveboard.kinds.values import display
from aboveboard.promise.model import Promise, Purpose
from aboveboard.promise.queries import in_force
from aboveboard.rights.pack.preparing import can_prepare
from aboveboard.rights.requests import proving, queries
from aboveboard.rights.requests.queries import RecordedEvent, RequestRecord, StepRecord
from aboveboard.rights.requests.state import RequestStage
from aboveboard.rights.requests.terms import NeedsPerson
from aboveboard.rights.running import by_hand

_ORDER: Final = ("needs_person", "trying_again", "waiting", "done")
FORMS: Final[Mapping[str, type[forms.Form]]] = {
    "pause": PauseForm,
    "extend": ExtendForm,
    "refuse": RefuseForm,
    "review": RequestReviewForm,
    "answer": RequestAnswerForm,
    "prove": ProveForm,
    "redeem": CodeForm,
    "document": ProofDocumentForm,
    "judge": JudgeForm,
    "name": NamePersonForm,
}
_PROOF: Final[Mapping[str, tuple[str, str]]] = {
    "judge": ("What does the document show?", "Decide, and delete the document"),
    "redeem": ("They tell you a code", "Check the code"),
    "document": ("They show or send a document", "Put it in"),
    "prove": ("I checked something else", "Write it down"),
    "name": ("Say whose request it is", "It is theirs"),
}
"""As below, of who asks."""
_FOLDED: Final[Mapping[str, tuple[str, str]]] = {
    "review": ("I checked it", "It may go on"),
    "answer": ("Answer", "Send the answer"),
    "pause": ("Ask them something", "Ask, and stop the clock"),
    "extend": ("Take longer", "Extend"),
    "refuse": ("Refuse", "Refuse"),
}
"""The title of each change with a form, and its button, in the order of the page."""


@allow(Role.PRIVACY_LEAD)
@require_safe
def show(request: HttpRequest, number: int) -> HttpResponse:
    """Show a request."""
    return page(request, number)


@allow(Role.PRIVACY_LEAD)
@require_POST
def read(request: HttpRequest, number: int) -> HttpResponse:
    """Open who asks and what they wrote: of somebody who is held it is a use like any other, under
    a purpose of the promise."""
    record, promise, actor = queries.request(number), in_force().promise, actor_of(request)
    throttle(request, "look_up")
    if record.person_id is None:
        return page(request, number, opened={"details": [], "statements": _statements(number)})
    chosen = _purpose(promise, request.POST.get("purpose", ""))
    if chosen is None:
        return page(request, number, status=403)
    form = ReadWordsForm(request.POST, promise=promise, purpose=chosen)
    if not form.is_valid():
        return page(request, number, reading=form, status=422)
    subject = Subject(person_id=record.person_id)
    asked = UseRequest(
        actor,
        chosen.key,
        tuple(form.cleaned_data["fields_wanted"]),
        form.cleaned_data["channel"],
        subject,
        f"request/{record.entry_id}",
    )
    result = use(asked, at=clock.now())
    if not result.allowed:
        reasons = [field_reason(promise, reason) for reason in result.reasons]
        return page(request, number, refused=reasons, status=403)
    details = [
        FieldDetail(
            promise.fields[name].label,
            display(promise.fields[name].kind_and_format, value.reveal()) if value else "Not held",
            "",
        )
        for name, value in result.values.items()
    ]
    return page(request, number, opened={"details": details, "statements": _statements(number)})


def page(
    request: HttpRequest,
    number: int,
    *,
    tried: tuple[str, forms.Form] | None = None,
    problem: AboveboardError | None = None,
    code: str = "",
    reading: ReadWordsForm | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """Answer with the page of a request. ``tried``: a change and its form that was not taken;
    ``code``: a counter's code, shown this once."""
    now, promise = clock.now(), in_force().promise
    record = queries.request(number, at=now)
    purpose, offers = _purpose(promise, ""), _offers(record)
    forms_shown = {name: form() for name, form in FORMS.items()}
    if tried is not None:
        forms_shown[tried[0]] = tried[1]
    steps = [step_in_words(each, record) for each in queries.steps(record)]
    # What waits for somebody first.
    steps.sort(key=lambda row: _ORDER.index(row["step"].state))
    context = in_words(record, now) | {
        "form": tried[1] if tried else reading,
        "changes": _changes(_FOLDED, offers, forms_shown),
        "proof_title": "Whose request is it?" if record.state.proof.enough else "Is it them?",
        "proofs": _changes(_PROOF, offers, forms_shown),
        "offers": offers,
        "problem": problem,
        "code": code,
        "purpose": purpose,
        "reading": reading
        or (ReadWordsForm(promise=promise, purpose=purpose) if purpose is not None else None),
        "steps": [row for row in steps if row["step"].state != "done"],
        "done": [row for row in steps if row["step"].state == "done"],
        "events": _events(record),
        "evidence": [code_in_words(each.value) for each in record.state.evidence],
        "missing": [] if record.state.closed else list(record.state.proof.missing),
        "alike": queries.like_it(record, at=now),
        "pack": pack_panel(record, at=now),
    }
    return render(request, "console/requests/request.html", context | more, status=status)


def _changes(
    folded: Mapping[str, tuple[str, str]],
    offers: Mapping[str, bool],
    shown: Mapping[str, forms.Form],
) -> list[dict[str, Any]]:
    return [
        {"key": key, "form": shown[key], "title": title, "button": button}
        for key, (title, button) in folded.items()
        if offers[key]
    ]


def _offers(record: RequestRecord) -> dict[str, bool]:
    """Return which changes the page offers now; the actions decide, whatever a page offers."""
    state = record.state
    is_open = not state.closed
    proving_now = is_open and state.confirmed and not state.proof.enough
    waits = is_open and proving.has_document(record.id)
    return {
        "confirm": is_open and not state.confirmed,
        "prove": proving_now,
        "redeem": proving_now,
        "document": proving_now and not waits,
        "judge": waits,
        "name": is_open and state.confirmed and record.person_id is None,
        # What is answered with a copy is checked and answered as the copy is made.
        "review": state.stage is RequestStage.REVIEWING and not can_prepare(record),
        "answer": state.stage is RequestStage.READY and not can_prepare(record),
        "pause": is_open and state.paused is None,
        "resume": is_open and state.paused is not None,
        "extend": is_open and state.extension is None,
        "refuse": is_open,
    }


def step_in_words(step: StepRecord, record: RequestRecord) -> dict[str, Any]:
    """Return a step as the pages say it, with what somebody can do about it."""
    facts = step.event.facts if step.event else {}
    is_open = record.next_move is not None and step.state != "done"
    doubtful = step.why == NeedsPerson.SEVERAL
    place = [record.id, step.system, step.verb.value]
    return {
        "step": step,
        "what": STEPS[step.verb],
        "why": NEEDS[NeedsPerson(step.why)] if step.why else "",
        "error": error_in_words(step.error) if step.state != "done" else "",
        "href": reverse("console:request_step", args=place),
        "again": reverse("console:retry_request_step", args=place),
        "evidence": reverse("console:request_evidence", args=place)
        if by_hand.has_evidence(record.id, step.id)
        else "",
        "matches": reverse("console:request_matches", args=place[:2]),
        "is_doubtful": is_open and doubtful,
        "is_by_hand": is_open and bool(step.why) and not doubtful,
        "may_retry": is_open and not doubtful and bool(step.why or step.error),
        "tries": "once" if step.attempts == 1 else f"{step.attempts} times",
        "records": facts.get("records"),
        "retained": facts.get("retained_records"),
    }


def _events(record: RequestRecord) -> list[dict[str, Any]]:
    recorded = queries.events(record.id)
    staff = [int(each.actor.id) for each in recorded if each.actor.kind is ActorKind.STAFF]
    called = names(staff)
    return [
        {
            "at": each.event.at,
            "what": EVENTS[each.event.kind],
            "why": _reason_of(each),
            "who": _who(each.actor, called),
            "has_words": each.words is not None,
            "words": each.words.reveal() if each.words and _is_ours(each) else "",
            "entry_id": each.entry_id,
        }
        for each in recorded
    ]


def _is_ours(recorded: RecordedEvent) -> bool:
    """Whether staff wrote it: what the person wrote is opened as a use."""
    return recorded.actor.kind is ActorKind.STAFF


def _reason_of(recorded: RecordedEvent) -> str:
    event = recorded.event
    where = f"{event.system}, {event.verb.replace('_', ' ')}" if event.system else ""
    return " · ".join(filter(None, (where, code_in_words(event.code) if event.code else "")))


def _who(actor: Actor, called: Mapping[int, str]) -> str:
    if actor.kind is ActorKind.STAFF:
        return called.get(int(actor.id), "Someone who has left")
    if actor.kind is ActorKind.REPRESENTATIVE:
        return f"their {actor.role}"
    return {"person": "the person", "system": "by itself"}.get(actor.kind.value, "a program")


def _statements(number: int) -> list[FieldDetail]:
    """Return what somebody wrote when they asked."""
    details, promise = queries.details(number), in_force().promise
    use, tool = promise.purposes.get(details.purpose), promise.automated.get(details.decision)
    statements = {
        "The use they object to": str(use.for_staff.title) if use else details.purpose,
        "Why it is put on hold": HOLD_CASES.get(details.restriction, ""),
        "The decision they mean": str(tool.title) if tool else details.decision,
        "What they asked": details.words.reveal(),
        "Name they gave": details.name.reveal(),
        "Where to answer": details.contact.reveal(),
        "Who acts for them": details.acting.reveal(),
    }
    return [FieldDetail(label, value, "") for label, value in statements.items() if value]


def _purpose(promise: Promise, key: str) -> Purpose | None:
    """Return the purpose under which a privacy lead may see who asks: the one that is named, else
    the first."""
    open_to = [each for each in promise.purposes.values() if Role.PRIVACY_LEAD.value in each.roles]
    return next((each for each in open_to if each.key == key), open_to[0] if open_to else None)
