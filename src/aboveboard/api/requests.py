"""What people ask for about their own data (GDPR Arts 15 to 22), brought by a program: asked,
proved by a code that the person was sent, and followed. Who may is
:mod:`aboveboard.rights.requests.programs`'s to say."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse

from aboveboard.accounts.clients.agents import is_agent
from aboveboard.accounts.gate import actor_of, client_of
from aboveboard.api import rate_limit
from aboveboard.api.description import BEFORE, KEY, NUMBER
from aboveboard.api.endpoint import LOOK_UPS, as_json, get, post
from aboveboard.api.once import change_once
from aboveboard.api.reading import BodyMalformed
from aboveboard.api.request_shapes import (
    CodeIn,
    NewRequestIn,
    RequestListOut,
    RequestOut,
    RequestReceiptOut,
    ResendIn,
)
from aboveboard.api.uses import subject_of
from aboveboard.basics import clock
from aboveboard.basics.errors import Refused
from aboveboard.basics.ids import parse_id
from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.basics.personal import Personal
from aboveboard.rights.requests import programs
from aboveboard.rights.requests.programs import ProgramRequest
from aboveboard.rights.requests.queries import RequestRecord
from aboveboard.rights.requests.terms import Asker, ProofEvidence, RequestKind


@post("Bring a request of a person", NewRequestIn, RequestReceiptOut, status=201, parameters=[KEY])
def post_request(request: HttpRequest, asked: NewRequestIn) -> HttpResponse:
    """Write down what a person asks for about their data; once, if it comes again under the same
    key. Its kind must be in the scope (`request:`). It begins unproved, and nothing is disclosed or
    erased, unless `proof` is in the scope too (`proves:`) and is enough for what is asked. The
    answer is the same whether the person is held or not."""
    rate_limit.take_tokens(client_of(request).id)
    numbers = change_once(request, asked, lambda: _ask(request, asked), "requests")
    return as_json(_receipt(numbers), status=201)


@get("List the requests that this client brought", RequestListOut, statuses=LOOK_UPS,
     parameters=[BEFORE])  # fmt: skip
def get_requests(request: HttpRequest) -> HttpResponse:
    """Return a page of them, the newest first. Those that others brought are not shown."""
    rate_limit.take_tokens(client_of(request).id)
    given = request.GET.get("before")
    before = None if given is None else parse_id(given)
    if given is not None and not before:
        raise BodyMalformed(errors=[{"at": "before", "expected": "`next` of the page before"}])
    records = programs.requests_of_program(
        before=before, limit=PAGE_SIZE + 1, program=actor_of(request), at=clock.now()
    )
    page = records[:PAGE_SIZE]
    more = page[-1].id if len(records) > PAGE_SIZE else None
    return as_json(RequestListOut([_request_out(record) for record in page], more))


@get("Follow a request", RequestOut, statuses=LOOK_UPS, parameters=[NUMBER])
def get_request(request: HttpRequest, request_id: int) -> HttpResponse:
    """Return how far a request is that this client brought, by when it is to be answered, and what
    is still to be proved. What is held of the person, or that nothing is, only they are told."""
    rate_limit.take_tokens(client_of(request).id)
    record = programs.request(request_id, program=actor_of(request), at=clock.now())
    return as_json(_request_out(record))


@post("Send the person another code", ResendIn, RequestOut, parameters=[NUMBER, KEY])
def post_code(request: HttpRequest, asked: ResendIn, request_id: int) -> HttpResponse:
    """Send a code to the e-mail address that the request was asked with. Those before it prove
    nothing any more."""
    rate_limit.take_tokens(client_of(request).id)
    at = clock.now()

    def send() -> dict[str, int]:
        programs.send_code(request_id, by=actor_of(request), at=at)
        return {"request": request_id}

    change_once(request, asked, send, "code", request_id)
    return as_json(_request_out(programs.request(request_id, program=actor_of(request), at=at)))


@post("Hand in the code that the person was sent", CodeIn, RequestOut, parameters=[NUMBER, KEY])
def post_proof(request: HttpRequest, asked: CodeIn, request_id: int) -> HttpResponse:
    """Let the person prove the e-mail address by the code; 403 `code_refused` where it is wrong,
    was used, or its time or its three tries are over."""
    rate_limit.take_tokens(client_of(request).id)
    at = clock.now()

    def prove() -> dict[str, int]:
        programs.prove(request_id, asked.code, by=actor_of(request), at=at)
        return {"request": request_id}

    change_once(request, asked, prove, "proof", request_id)
    return as_json(_request_out(programs.request(request_id, program=actor_of(request), at=at)))


def _ask(request: HttpRequest, asked: NewRequestIn) -> dict[str, int]:
    new = ProgramRequest(
        kind=RequestKind(asked.kind),
        subject=subject_of(asked.person),
        asker=Asker(asked.asker),
        proof=None if asked.proof is None else ProofEvidence(asked.proof),
        jurisdiction=asked.jurisdiction,
        language=asked.language,
        name=Personal(asked.name),
        acting=Personal(asked.acting),
        words=Personal(asked.words),
        corrections={name: Personal(value) for name, value in asked.corrections.items()},
        purpose=asked.purpose,
    )
    client = client_of(request)
    # Its token alone proves less than a signature, and here nobody would ask for its authority.
    if is_agent(client.id):
        raise Refused(why="an authorised agent signs what it brings, and sends it elsewhere")
    receipt = programs.ask(new, scope=client.scope, by=client.actor, at=clock.now())
    return {"id": receipt.id, "entry": receipt.entry_id, "code_sent": receipt.code_sent}


def _receipt(numbers: Mapping[str, int]) -> RequestReceiptOut:
    return RequestReceiptOut(numbers["id"], numbers["entry"], bool(numbers["code_sent"]))


def _request_out(record: RequestRecord) -> RequestOut:
    state = record.state
    return RequestOut(
        id=record.id,
        reference=record.reference,
        kind=record.kind.value,
        stage=state.stage.value,
        received_at=record.received_at,
        due_at=None if state.closed else record.due.at,
        paused=state.paused is not None,
        missing=[] if state.closed else list(state.proof.missing),
        closed_at=state.closing.at if state.closing else None,
        entry=record.entry_id,
    )
