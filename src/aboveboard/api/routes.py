"""The routes for clients. All need a client's token; what it may ask for is its scope and the
promise."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from aboveboard.access.lookup import record_choice
from aboveboard.accounts.gate import actor_of, client_of
from aboveboard.api import (
    data_rights,
    disclosures,
    misses,
    passwords,
    problems,
    rate_limit,
    requests,
    usage,
    uses,
)
from aboveboard.api.description import KEY, LINES, STREAM_BODIES, describe
from aboveboard.api.endpoint import as_json, either, get, post, post_lines
from aboveboard.api.once import change_once
from aboveboard.api.reading import BodyMalformed, NotJson, read
from aboveboard.api.shapes import (
    BatchIn,
    BatchOut,
    ChoiceIn,
    ChoiceOut,
    ContextIn,
    ContextOut,
    DecisionBatchOut,
    DecisionOut,
    PromiseOut,
    PurposeOut,
    StreamIn,
    UseIn,
    UseOut,
)
from aboveboard.api.stream import BodyLines, StreamAnswers, StreamStopped
from aboveboard.basics import clock
from aboveboard.basics.errors import Refused
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.promise.queries import in_force


@post("Use a person's data for a purpose", UseIn, UseOut, parameters=[KEY])
def post_use(request: HttpRequest, asked: UseIn) -> HttpResponse:
    """Decide, write the ledger entry, then open the fields; or refuse with every reason
    (403, `use_refused`)."""
    return uses.use_one(request, asked)


@post("Use the data of up to 500 people", BatchIn, BatchOut, parameters=[KEY])
def post_batch(request: HttpRequest, asked: BatchIn) -> HttpResponse:
    """Decide for each, write all ledger entries, then open what was granted. Each person has their
    own outcome, in order."""
    return uses.use_batch(request, asked)


@post_lines("Use the data of any number of people", parameters=[KEY], **STREAM_BODIES)
def post_stream(request: HttpRequest) -> HttpResponseBase:
    """Take lines of JSON: first what is asked, then a person each. Answer lines of JSON, each with
    the number of its line."""
    return _streamed(request, opens=True)


@post("Decide about a use, and open nothing", UseIn, DecisionOut, parameters=[KEY])
def post_decision(request: HttpRequest, asked: UseIn) -> HttpResponse:
    """Say whether a use would be allowed now, with every reason where it would not (200 both).
    Whoever the use may not show counts as not there, as for the use itself. Written down, so that
    the person sees that it was asked."""
    return uses.decide_one(request, asked)


@post("Decide about up to 500 people", BatchIn, DecisionBatchOut, parameters=[KEY])
def post_decision_batch(request: HttpRequest, asked: BatchIn) -> HttpResponse:
    """Decide about each, and open nothing. Each person has their own decision, in order."""
    return uses.decide_batch(request, asked)


@post_lines("Decide about any number of people", parameters=[KEY], **STREAM_BODIES)
def post_decision_stream(request: HttpRequest) -> HttpResponseBase:
    """Take lines of JSON as the stream of uses does, and answer a decision for each."""
    return _streamed(request, opens=False)


def _streamed(request: HttpRequest, *, opens: bool) -> HttpResponseBase:
    lines = BodyLines(request)
    try:
        first = (lines.read_lines(1) or [b""])[0]
        asked = read(StreamIn, first or b"")
    except StreamStopped:
        return problems.problem_from_status(408)
    except NotJson:
        # 422 and not 400: the body is read line by line, so it is one line that has no form.
        expected = "a line of JSON that says what is asked"
        raise BodyMalformed(errors=[{"at": "(the body)", "expected": expected}]) from None
    answers = StreamAnswers(request, uses.request_of(request, asked, opens=opens), lines)
    return StreamingHttpResponse(answers, content_type=LINES)


@post("The card of somebody who is served", ContextIn, ContextOut, parameters=[KEY])
def post_context(request: HttpRequest, asked: ContextIn) -> HttpResponse:
    """Use what this moment's purpose allows of a person's data, and say in which language, on which
    channels and for what they may be contacted, and what they said: the same on every channel."""
    return uses.context_of(request, asked)


@post("Record a person's choice", ChoiceIn, ChoiceOut, status=201, parameters=[KEY])
def post_choice(request: HttpRequest, asked: ChoiceIn) -> HttpResponse:
    """Record a yes or no about a purpose that leaves the person a choice; once, if it comes
    again under the same key. A yes needs `choose:` in the scope, a no is taken from every client. A
    yes after the person's own no `waits`: it counts once they, or a member of staff, say so too."""
    client = client_of(request)
    rate_limit.take_tokens(client.id)
    # It would learn who is held here, and could end what people chose.
    if client.scope.third_party:
        raise Refused(why="a third party records nothing of what people choose")
    # Taking a yes back must be as easy as giving it (GDPR Art. 7(3)): whoever hears a no may, and
    # should, bring it.
    if ChoiceAnswer(asked.answer) is ChoiceAnswer.YES and not (
        asked.purpose in client.scope.choices and asked.channel in client.scope.channels
    ):
        raise Refused(
            why="to record a yes, this client needs the purpose as `choose:` and the channel in "
            "its scope"
        )
    misses.check_limit(client.id)
    try:
        numbers = change_once(request, asked, lambda: _choose(request, asked))
        return as_json(numbers, status=201)
    except misses.MISSED:
        misses.count_misses(client.id, 1)
        raise


def _choose(request: HttpRequest, asked: ChoiceIn) -> dict[str, int]:
    choice = record_choice(
        uses.subject_of(asked.person),
        asked.purpose,
        ChoiceAnswer(asked.answer),
        channel=asked.channel,
        evidence=asked.evidence,
        contact=asked.contact,
        by=actor_of(request),
        at=clock.now(),
    )
    return {"choice": choice.id, "entry": choice.entry_id, "waits": choice.waits}


@get("The promise in force", PromiseOut)
def get_promise(request: HttpRequest) -> HttpResponse:
    """Return the purposes, so that a client can know what it may ask for."""
    adopted = in_force()
    purposes = [
        PurposeOut(
            key=purpose.key,
            title=str(purpose.title),
            basis=purpose.basis.value,
            fields=list(purpose.fields),
            roles=list(purpose.roles),
            channels=list(purpose.channels),
            contacts=list(purpose.contact_ways),
        )
        for purpose in adopted.promise.purposes.values()
    ]
    return as_json(PromiseOut(serial=adopted.serial, digest=adopted.digest, purposes=purposes))


ENDPOINTS = {
    "uses": post_use,
    "uses/batch": post_batch,
    "uses/stream": post_stream,
    "decisions": post_decision,
    "decisions/batch": post_decision_batch,
    "decisions/stream": post_decision_stream,
    "context": post_context,
    "choices": post_choice,
    "promise": get_promise,
    "usage/v2/findUsage": usage.get_usage,
    "usage/v2/usagePeriod": usage.get_usage_period,
    "usage/v2/heartbeat": usage.get_heartbeat,
    "disclosures": disclosures.get_disclosures,
    "disclosures/{parcel_id}/rows": disclosures.get_disclosure_rows,
    "passwords/policy": passwords.get_password_policy,
    "passwords/range/{prefix}": passwords.get_password_range,
    "passwords/check": passwords.post_password_check,
    "requests": either(requests.post_request, requests.get_requests),
    "requests/{request_id}": requests.get_request,
    "requests/{request_id}/code": requests.post_code,
    "requests/{request_id}/proof": requests.post_proof,
    "data-rights-request": data_rights.post_data_rights_request,
    "data-rights-request/{request_id}": data_rights.REQUEST_ENDPOINT,
    "agent/{agent_id}": data_rights.AGENT_ENDPOINT,
}
"""Each route below ``/api/v1/``, in the order of the description."""


@csrf_exempt  # so that whoever posts here is told of the method, not of a form
@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """Serve the OpenAPI 3.1 description."""
    return JsonResponse(describe(ENDPOINTS))
