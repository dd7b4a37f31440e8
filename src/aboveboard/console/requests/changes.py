"""What staff do with a request: each change is a form of its page, and leads back to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from aboveboard.accounts.gate import actor_of, allow
from aboveboard.basics import clock
from aboveboard.basics.actor import Actor, Role
from aboveboard.basics.errors import AboveboardError
from aboveboard.console.requests.page import FORMS, page
from aboveboard.rights.requests import actions, proving
from aboveboard.rights.requests.terms import (
    Answer,
    ExtensionReason,
    PauseReason,
    ProofEvidence,
    RefusalGround,
)

Change = Callable[[int, Mapping[str, Any], Actor, datetime], object]


def _pause(number: int, given: Mapping[str, Any], by: Actor, at: datetime) -> object:
    return actions.pause(number, PauseReason(given["reason"]), given["words"], by=by, at=at)


def _extend(number: int, given: Mapping[str, Any], by: Actor, at: datetime) -> object:
    return actions.extend(number, ExtensionReason(given["reason"]), given["words"], by=by, at=at)


def _refuse(number: int, given: Mapping[str, Any], by: Actor, at: datetime) -> object:
    return actions.refuse(number, RefusalGround(given["ground"]), given["words"], by=by, at=at)


def _review(number: int, given: Mapping[str, Any], by: Actor, at: datetime) -> object:
    return actions.review(number, words=given["words"], by=by, at=at)


def _answer(number: int, given: Mapping[str, Any], by: Actor, at: datetime) -> object:
    return actions.answer(number, Answer(given["outcome"]), words=given["words"], by=by, at=at)


def _prove(number: int, given: Mapping[str, Any], by: Actor, at: datetime) -> object:
    return proving.prove(number, ProofEvidence(given["evidence"]), by=by, at=at)


def _redeem(number: int, given: Mapping[str, Any], by: Actor, at: datetime) -> object:
    use = proving.CodeUse(given["use"])
    return proving.prove_by_code(number, use, given["code"], by=by, at=at)


def _judge(number: int, given: Mapping[str, Any], by: Actor, at: datetime) -> object:
    accepted = given["verdict"] == "accepted"
    return proving.judge_document(number, accepted=accepted, by=by, at=at)


def _name(number: int, given: Mapping[str, Any], by: Actor, at: datetime) -> object:
    return actions.name_person(number, given["person"], by=by, at=at)


def _confirm(number: int, _given: Mapping[str, Any], by: Actor, at: datetime) -> object:
    return actions.confirm(number, by=by, at=at)


def _resume(number: int, _given: Mapping[str, Any], by: Actor, at: datetime) -> object:
    return actions.resume(number, by=by, at=at)


_CHANGES: Final[Mapping[str, tuple[Change, str]]] = {
    "confirm": (_confirm, "It is a request now."),
    "prove": (_prove, "Written down."),
    "redeem": (_redeem, "The code is right."),
    "judge": (_judge, "Decided. The document is deleted."),
    "name": (_name, "It is their request now."),
    "pause": (_pause, "The clock stands still where the law lets it. They are told."),
    "resume": (_resume, "The clock goes on."),
    "extend": (_extend, "Extended. They are told."),
    "review": (_review, "Checked. It goes on."),
    "answer": (_answer, "Answered. They are told."),
    "refuse": (_refuse, "Refused. They are told why."),
}


@allow(Role.PRIVACY_LEAD)
@require_POST
def change(request: HttpRequest, number: int, change: str) -> HttpResponse:
    """Do one change to a request."""
    if change not in _CHANGES:
        raise Http404
    act, done = _CHANGES[change]
    form = FORMS[change](request.POST) if change in FORMS else None
    if form is not None and not form.is_valid():
        return page(request, number, tried=(change, form), status=422)
    try:
        act(number, form.cleaned_data if form else {}, actor_of(request), clock.now())
    except AboveboardError as error:
        if form is None:
            return page(request, number, problem=error, status=409)
        form.add_error(None, str(error))
        return page(request, number, tried=(change, form), status=409)
    messages.success(request, done)
    return HttpResponseRedirect(reverse("console:request", args=[number]))


@allow(Role.PRIVACY_LEAD)
@require_POST
def counter_code(request: HttpRequest, number: int) -> HttpResponse:
    """Make a code for somebody who is standing here, and show it this once."""
    try:
        code = proving.make_code(
            number,
            proving.CodeUse.COUNTER,
            evidence=ProofEvidence.COUNTER_CODE,
            by=actor_of(request),
            at=clock.now(),
        )
    except AboveboardError as error:
        return page(request, number, problem=error, status=409)
    return page(request, number, code=code)
