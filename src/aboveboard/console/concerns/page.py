"""One concern: the look that is questioned, what the customer wrote, who answers, and the
answer."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from aboveboard.access.concerns import actions, queries
from aboveboard.access.concerns.queries import ConcernRecord
from aboveboard.access.concerns.reading import read_words
from aboveboard.access.concerns.terms import ANSWERING, ConcernVerdict
from aboveboard.access.emergency.reasons import IN_WORDS as EMERGENCIES
from aboveboard.access.emergency.reasons import EmergencyGround
from aboveboard.access.queries import use_record
from aboveboard.access.reasons import SENTENCES, ReasonCode
from aboveboard.access.use import UseRecord
from aboveboard.accounts.gate import actor_of, allow, throttle
from aboveboard.accounts.queries import names
from aboveboard.basics import clock
from aboveboard.basics.actor import Actor, ActorKind
from aboveboard.basics.errors import AboveboardError, Refused
from aboveboard.console.concerns.forms import AnswerForm, NewOwnerForm, ReadWordsForm
from aboveboard.console.concerns.queue import in_words
from aboveboard.console.people import FieldDetail, field_reason
from aboveboard.kinds.values import display
from aboveboard.ledger import queries as ledger
from aboveboard.promise.explain import mid_sentence
from aboveboard.promise.model import Promise, Purpose
from aboveboard.promise.queries import in_force


@allow(ANSWERING)
@require_http_methods(["GET", "HEAD", "POST"])
def concern(request: HttpRequest, number: int) -> HttpResponse:
    """Show a concern; a POST answers it."""
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.answer(
                number,
                ConcernVerdict(form.cleaned_data["verdict"]),
                form.cleaned_data["words"],
                by=actor_of(request),
                at=clock.now(),
            )
        except AboveboardError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Answered. The customer is told that the answer is there.")
            return _back(number)
    return _page(request, number, answering=form)


@allow(ANSWERING)
@require_POST
def take(request: HttpRequest, number: int) -> HttpResponse:
    """Be the one who answers."""
    try:
        actions.take(number, by=actor_of(request), at=clock.now())
    except Refused as error:
        return _page(request, number, problem=error, status=409)
    return _back(number)


@allow(ANSWERING)
@require_POST
def hand_over(request: HttpRequest, number: int) -> HttpResponse:
    """Let somebody else answer."""
    actor = actor_of(request)
    form = NewOwnerForm(request.POST, others=_others(queries.concern(number), actor))
    if form.is_valid():
        try:
            actions.hand_over(number, to=form.cleaned_data["to"], by=actor, at=clock.now())
        except AboveboardError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Handed over. They are told by e-mail.")
            return _back(number)
    return _page(request, number, handing_over=form)


@allow(ANSWERING)
@require_POST
def read(request: HttpRequest, number: int, purpose: str) -> HttpResponse:
    """Open what the customer wrote: a use like any other, under a purpose of the promise."""
    promise, actor = in_force().promise, actor_of(request)
    chosen = next((each for each in _purposes(promise) if each.key == purpose), None)
    if chosen is None:
        return _back(number)
    form = ReadWordsForm(request.POST, promise=promise, purpose=chosen)
    if not form.is_valid():
        return _page(request, number, reading=form)
    # Counted as a look-up is: it shows somebody's data.
    throttle(request, "look_up")
    result, words = read_words(
        number,
        chosen.key,
        tuple(form.cleaned_data["fields_wanted"]),
        form.cleaned_data["channel"],
        by=actor,
        at=clock.now(),
    )
    if not result.allowed:
        reasons = [field_reason(promise, reason) for reason in result.reasons]
        return _page(request, number, refused=reasons, status=403)
    details = [
        FieldDetail(
            promise.fields[name].label,
            display(promise.fields[name].kind_and_format, value.reveal()) if value else "Not held",
            "",
        )
        for name, value in result.values.items()
    ]
    opened = {"details": details, "words": words.reveal() if words else None}
    return _page(request, number, opened=opened)


def _page(
    request: HttpRequest,
    number: int,
    *,
    answering: AnswerForm | None = None,
    handing_over: NewOwnerForm | None = None,
    reading: ReadWordsForm | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    record, actor, promise = queries.concern(number), actor_of(request), in_force().promise
    others = _others(record, actor)
    form = next((each for each in (answering, handing_over, reading) if each and each.errors), None)
    purposes = _purposes(promise)
    purpose = next((p for p in purposes if p.key == request.GET.get("purpose")), None) or (
        purposes[0] if purposes else None
    )
    owners = names([record.owner_id] if record.owner_id is not None else [])
    context = in_words(record, owners, clock.now()) | {
        "form": form,
        "answering": answering or AnswerForm(),
        "handing_over": handing_over or NewOwnerForm(others=others),
        "reading": reading
        or (ReadWordsForm(promise=promise, purpose=purpose) if purpose is not None else None),
        "purpose": purpose,
        "purposes": purposes,
        "questioned": _questioned_use(promise, record),
        "mine": record.owner_id == int(actor.id),
        "may_take": record.owner_id is None
        or record.owner_id not in queries.may_answer(record.about),
        # Nobody answers for their own; the action refuses it, and the page says so first.
        "own": queries.questioned_account(record.about) == int(actor.id),
        "others": others,
    }
    return render(
        request,
        "console/concerns/concern.html",
        context | more,
        status=422 if form is not None else status,
    )


def _others(record: ConcernRecord, actor: Actor) -> list[Any]:
    return [
        member for member in queries.may_answer(record.about).values() if member.id != int(actor.id)
    ]


def _purposes(promise: Promise) -> list[Purpose]:
    """Return the purposes for which who answers may see customers' data."""
    return [each for each in promise.purposes.values() if ANSWERING.value in each.roles]


def _questioned_use(promise: Promise, record: ConcernRecord) -> dict[str, Any] | None:
    """Return the look that is questioned: who, when, what, for what, and what came of it."""
    if record.about is None:
        return None
    use, entry = use_record(record.about), ledger.entry(record.about)
    questioned: dict[str, Any] = {"who": _who(promise, entry.actor), "at": entry.at, "id": entry.id}
    if use is None:
        return questioned | {"kind": entry.kind}
    fields = [
        mid_sentence(promise.fields[name].label) if name in promise.fields else name
        for name in use.fields
    ]
    return questioned | {
        "fields": ", ".join(fields),
        "purpose": _purpose(promise, use),
        "reasons": [
            SENTENCES[ReasonCode(code)].format(field="that", role="", purpose="", channel="")
            for code in use.reasons
        ],
        "outcome": "refused" if not use.granted else "asked only" if use.asked else "allowed",
    }


def _purpose(promise: Promise, use: UseRecord) -> str:
    if use.is_sealed:
        return "Sealed: a law forbids to show it now, or it is shown in general words"
    if use.note:
        return "Review of emergency access"
    if use.emergency:
        return f"Emergency access: {mid_sentence(EMERGENCIES[EmergencyGround(use.emergency)])}"
    purpose = promise.purposes.get(use.purpose)
    channel = promise.channels.get(use.channel)
    what = str(purpose.title) if purpose else use.purpose
    return f"{what} · {channel.title if channel else use.channel}"


def _who(promise: Promise, actor: Actor) -> str:
    """Return who looked: a member of staff by name, because whoever answers must be able to ask
    them."""
    role = promise.roles.get(actor.role)
    title = str(role.title) if role else actor.role.replace("-", " ")
    name = ""
    if actor.kind is ActorKind.STAFF and actor.id.isdigit():
        name = names([int(actor.id)]).get(int(actor.id), "Someone who has left")
    if actor.kind is ActorKind.PERSON:
        title = "the customer"
    return ", ".join(filter(None, (name, title, actor.team)))


def _back(number: int) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("console:concern", args=[number]))
