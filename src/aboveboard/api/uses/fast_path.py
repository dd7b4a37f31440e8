"""The short way in for the busiest addresses: read by msgspec, answered without the framework's
own reading and writing.

A request that the short way cannot read takes the long one (``routes``), which says what is wrong
with it. Both end in the same functions below.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt

from aboveboard.access.use import Scope, Subject, UseRequest
from aboveboard.accounts.gate import client_of
from aboveboard.api import problems, rate_limit
from aboveboard.api.schemas import BatchIn, PersonRef, StreamIn, UseIn
from aboveboard.api.uses.asked import Batch, Person, Use
from aboveboard.api.uses.group_commit import use_grouped
from aboveboard.api.uses.many import as_json, use_all
from aboveboard.basics.errors import AboveboardError, Invalid

_encode = msgspec.json.Encoder().encode
_UNREAD = (msgspec.MsgspecError, RecursionError, RequestDataTooBig, UnreadablePostError)
T = TypeVar("T")
View = Callable[..., HttpResponse]


def short(
    decoder: msgspec.json.Decoder[T],
    answer: Callable[[HttpRequest, T], HttpResponse],
    long: View,
    on_exception: Callable[..., Any],
) -> View:
    """Return the view that answers what ``decoder`` reads by ``answer``, and
    everything else by ``long``."""

    @csrf_exempt  # a program has a token, and no cookie
    def view(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.method != "POST":
            return long(request, *args, **kwargs)
        try:
            asked = decoder.decode(request.body)
        except _UNREAD:
            return long(request, *args, **kwargs)
        try:
            return answer(request, asked)
        except Exception as error:  # told as the long way tells it, or raised again
            response: HttpResponse = on_exception(request, error)
            return response

    return view


class NoKeyHere(Invalid):
    """A use takes no Idempotency-Key: asked again it is another look, and
    is written down as one."""

    code = "idempotency_not_here"
    next_step = (
        "Leave the header out. Give the same reference, so that the two looks are seen to belong "
        "together."
    )


def use_one(request: HttpRequest, asked: Use | UseIn) -> HttpResponse:
    """Decide, write the ledger entry, then open the fields; or refuse with every reason."""
    rate_limit.take(client_of(request).id)
    outcome = use_grouped(request_of(request, asked).about(subject_of(asked.person)))
    if isinstance(outcome, AboveboardError):
        raise outcome
    if outcome.allowed:
        return _json(as_json(outcome))
    return problems.refused(outcome.reasons, outcome.entry_id)


def use_batch(request: HttpRequest, asked: Batch | BatchIn) -> HttpResponse:
    """Do the same for each of many people, in one transaction."""
    rate_limit.take(client_of(request).id, len(asked.people))
    return _json(
        {"outcomes": use_all(request_of(request, asked), [subject_of(one) for one in asked.people])}
    )


def request_of(request: HttpRequest, asked: Use | Batch | UseIn | BatchIn | StreamIn) -> UseRequest:
    """Return what is asked, by whom, within which leave."""
    if "HTTP_IDEMPOTENCY_KEY" in request.META:
        raise NoKeyHere()
    program = client_of(request)
    scope = Scope(program.scope.purposes, program.scope.channels)
    return UseRequest(
        program.actor,
        asked.purpose,
        tuple(asked.fields),
        asked.channel,
        reference=asked.reference,
        scope=scope,
    )


def subject_of(said: Person | PersonRef) -> Subject:
    """Return who is meant."""
    return Subject(None, said.kind, said.value, said.country)


def _json(body: object) -> HttpResponse:
    return HttpResponse(_encode(body), content_type="application/json")
