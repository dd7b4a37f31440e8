"""The Data Rights Protocol 1.0 (Consumer Reports): authorised agents bring what people ask.

Each message is signed with the key that an administrator registered; :mod:`aboveboard.accounts`
says whether it is taken, :mod:`aboveboard.rights.requests.programs` what becomes of it. Nothing
here decides: a request of an agent begins unproved, and both the person and the agent's authority
are to be proved before anything is looked up.

Errors are problems, as everywhere, with the members ``message`` and ``fatal`` of section 3.06; and
``code`` is the status there, so the stable code is the end of ``type``.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Final

from django.http import HttpRequest, HttpResponse

from aboveboard.access.use import Subject
from aboveboard.accounts.clients import agents
from aboveboard.accounts.clients.agents import Agent
from aboveboard.accounts.clients.messages import MessageRefused, check_claims, open_message
from aboveboard.accounts.gate import client_of, public, throttle
from aboveboard.api import problems, rate_limit
from aboveboard.api.data_rights_shapes import (
    AgentOut,
    AgentTokenOut,
    DataRightsStatusOut,
    ExerciseIn,
    RevokeIn,
)
from aboveboard.api.data_rights_status import status_of
from aboveboard.api.description import NUMBER
from aboveboard.api.endpoint import Endpoint, as_json, either, get, signed
from aboveboard.api.reading import NotJson, read
from aboveboard.basics import clock
from aboveboard.basics.errors import (
    AboveboardError,
    Conflict,
    Invalid,
    NotFound,
    RateLimited,
    Refused,
)
from aboveboard.basics.personal import Personal
from aboveboard.kinds.kind import FieldKind
from aboveboard.rights.requests import programs
from aboveboard.rights.requests.programs import ProgramRequest
from aboveboard.rights.requests.terms import Asker, RequestKind

log = logging.getLogger(__name__)

RIGHTS: Final[Mapping[str, RequestKind]] = {
    "access": RequestKind.ACCESS,
    "access:categories": RequestKind.ACCESS,
    "access:specific": RequestKind.ACCESS,
    "deletion": RequestKind.ERASURE,
    "sale:opt-out": RequestKind.STOP_ASKING,
}
"""Each right of 3.01, but for `sale:opt-in`: nobody says yes in another's place."""
_PLACES: Final = {"ccpa": "US-CA"}
_STATUSES: Final = (400, 401, 403, 408, 409, 413, 422, 429, 500, 503)
_AGENT: Final[dict[str, Any]] = {
    "in": "path",
    "name": "agent_id",
    "required": True,
    "schema": {"type": "string", "pattern": f"^{agents.ID}$", "maxLength": 64},
}
_TAGS: Final = ["Data Rights Protocol"]


class RightNotOffered(Invalid):
    """This organisation takes no such request from an agent."""

    code = "right_not_offered"
    next_step = "The rights are: " + ", ".join(RIGHTS) + "."


class NotYourRequest(Refused):
    """This agent brought no such request."""

    code = "not_your_request"

    def __init__(self) -> None:
        super().__init__(why="it is another's, or none")


Answer = Callable[..., HttpResponse]


def _in_protocol(function: Answer) -> Answer:
    """Let a function's errors have the members of section 3.06."""

    @wraps(function)
    def answer(request: HttpRequest, **place: Any) -> HttpResponse:
        try:
            return function(request, **place)
        except NotFound:  # 2.02: 403 for what is another's; nobody learns which
            error: AboveboardError = NotYourRequest()
        except NotJson:
            error = MessageRefused(why="what was signed is not JSON")
        except AboveboardError as raised:
            error = raised
        problem = problems.problem_from_error(error)
        status = problem.status_code
        # What a fault of ours says of itself is for the operator.
        message = error.message if status < 500 else json.loads(problem.content)["title"]
        fatal = status < 500 and not isinstance(error, RateLimited)
        body = json.loads(problem.content) | {"code": str(status), "message": message}
        problem.content = json.dumps(body | {"fatal": fatal}).encode()
        return problem

    return answer


@signed("Exercise a right for somebody", "POST", DataRightsStatusOut, _STATUSES, tags=_TAGS)
@_in_protocol
def post_data_rights_request(request: HttpRequest) -> HttpResponse:
    """Take a signed request of an authorised agent (2.01), once. It begins unproved: the person is
    mailed a code and who asked for them, the agent is asked for its authority, and until both are
    proved nobody is looked up, and nothing is disclosed or erased."""
    agent, at = _agent_of(request), clock.now()
    message = open_message(request.body, agent.key)
    check_claims(message, agent_id=agent.id, business_id=agent.business_id, at=at)
    asked = read(ExerciseIn, message)
    numbers = agents.take_once(agent, message, do=lambda: _ask(request, agent, asked), at=at)
    return _status(request, numbers["id"])


@get("Follow a request of an agent", DataRightsStatusOut,
     statuses=(401, 403, 404, 429, 500, 503), parameters=[NUMBER], tags=_TAGS)  # fmt: skip
@_in_protocol
def get_data_rights_request(request: HttpRequest, request_id: int) -> HttpResponse:
    """Return how far a request is (2.02); 403 where this agent did not bring it."""
    _agent_of(request)
    return _status(request, request_id)


@signed("Take a request of an agent back", "DELETE", DataRightsStatusOut, (*_STATUSES, 404),
        parameters=[NUMBER], tags=_TAGS)  # fmt: skip
@_in_protocol
def delete_data_rights_request(request: HttpRequest, request_id: int) -> HttpResponse:
    """Close a request because the person wants it no more (2.04). What was done stays done; 409
    where it ended in another way."""
    agent, at = _agent_of(request), clock.now()
    message = open_message(request.body, agent.key)
    asked = read(RevokeIn, message)
    # The protocol asks for none of them here; one that is there must be right.
    if any(each is not None for each in (asked.agent_id, asked.business_id, asked.expires_at)):
        check_claims(message, agent_id=agent.id, business_id=agent.business_id, at=at)
    programs.withdraw(request_id, by=client_of(request).actor, at=at)
    return _status(request, request_id)


@signed("Give an agent its token", "POST", AgentTokenOut, _STATUSES, parameters=[_AGENT],
        tags=_TAGS, security=[], responses={"403": {"description": "Forbidden: no body"}},
        )  # fmt: skip
def post_agent(request: HttpRequest, agent_id: str) -> HttpResponse:
    """Return a token for a message that the agent signed (2.05). It works for 30 days, and the one
    before it no more. Whatever is not right is answered 403 without a body; the log says why."""
    throttle(request, "agent_setup", agent_id)
    try:
        token = agents.pair(agent_id, request.body, at=clock.now())
    except (MessageRefused, Conflict) as error:
        # Not which agent: the address may say anything.
        log.warning("a message to set up an agent was refused: %s", error)
        return HttpResponse(status=403, content_type="application/json")
    return as_json(AgentTokenOut(agent_id, token))


@get("Ask whether the token of an agent works", AgentOut, statuses=(401, 403, 429, 500, 503),
     parameters=[_AGENT], tags=_TAGS)  # fmt: skip
@_in_protocol
def get_agent(request: HttpRequest, agent_id: str) -> HttpResponse:
    """Return `{}` where the token works and is this agent's (2.06), else 403."""
    if _agent_of(request).id != agent_id:
        raise Refused(why="the token is of another agent")
    return as_json(AgentOut())


REQUEST_ENDPOINT: Final[Endpoint] = either(get_data_rights_request, delete_data_rights_request)
AGENT_ENDPOINT: Final[Endpoint] = public(
    "an agent proves itself here with its signature, and is given a token for it"
)(either(post_agent, get_agent))


def _agent_of(request: HttpRequest) -> Agent:
    client = client_of(request)
    rate_limit.take_tokens(client.id)
    agent = agents.agent_of_client(client.id, at=clock.now())
    if agent is None:
        raise Refused(why="this client is no authorised agent, or its key works no more")
    return agent


def _ask(request: HttpRequest, agent: Agent, asked: ExerciseIn) -> dict[str, int]:
    kind = RIGHTS.get(asked.exercise)
    if kind is None:
        raise RightNotOffered
    new = ProgramRequest(
        kind=kind,
        subject=_subject(asked),
        asker=Asker.AGENT,
        jurisdiction=_PLACES.get(asked.regime, ""),
        name=Personal(asked.name),
        acting=Personal(agent.name),
        words=Personal(_words(asked)),
        agent_request=asked.agent_request,
    )
    client = client_of(request)
    receipt = programs.ask(
        new, scope=client.scope, agent=agent.name, by=client.actor, at=clock.now()
    )
    return {"id": receipt.id}


def _subject(asked: ExerciseIn) -> Subject:
    if asked.email:
        return Subject(kind=FieldKind.EMAIL.value, value=asked.email)
    if asked.phone_number:
        return Subject(kind=FieldKind.PHONE.value, value=asked.phone_number)
    raise Invalid(
        found="the message names nobody who can be asked whether they sent it",
        fix="Send `email`, or `phone_number` in E.164, of the person.",
    )


def _words(asked: ExerciseIn) -> str:
    """Return what staff read of the message, as the agent wrote it. Nothing of it proves anything:
    how an agent verifies somebody is for whoever judges its authority."""
    address = asked.address if isinstance(asked.address, str) else json.dumps(asked.address)
    verified = [
        name
        for name, says in (
            ("email", asked.email_verified),
            ("phone_number", asked.phone_number_verified),
        )
        if says
    ]
    lines = {
        "exercise": asked.exercise,
        "regime": asked.regime,
        "relationships": ", ".join(asked.relationships),
        "phone_number": asked.phone_number,
        "address": address[:1_000],
        "verified by the agent": ", ".join(verified),
        "power_of_attorney": asked.power_of_attorney,
    }
    return "\n".join(f"{name}: {value}" for name, value in lines.items() if value)


def _status(request: HttpRequest, number: int) -> HttpResponse:
    record = programs.request(number, program=client_of(request).actor, at=clock.now())
    return as_json(status_of(record))
