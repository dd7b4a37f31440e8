"""The routes for programs. All need a program's token; what it may ask for is its
scope and the promise."""

from __future__ import annotations

import json
from typing import Annotated, Any

import pydantic
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from ninja import Header, NinjaAPI, Router, Status
from ninja.errors import ValidationError

import aboveboard
from aboveboard.access.lookup import choose_for
from aboveboard.access.use import Scope
from aboveboard.accounts.clients.idempotency import once
from aboveboard.accounts.gate import actor_of, client_of
from aboveboard.api import problems, rate_limit
from aboveboard.api.description import STREAM_BODIES, complete
from aboveboard.api.schemas import (
    BatchIn,
    BatchOut,
    ChoiceIn,
    ChoiceOut,
    Problem,
    PromiseOut,
    PurposeOut,
    StreamIn,
    UseIn,
    UseOut,
)
from aboveboard.api.uses.fast_path import request_of, subject_of, use_batch, use_one
from aboveboard.api.uses.stream import MEDIA_TYPE, Answers, Lines
from aboveboard.basics import clock
from aboveboard.basics.errors import Refused
from aboveboard.choices.state import Answer
from aboveboard.promise.queries import in_force

router = Router()
_READ_PROBLEMS = dict.fromkeys((401, 500, 503), Problem)
_PROBLEMS = dict.fromkeys((400, 401, 403, 404, 409, 413, 422, 429, 500, 503), Problem)


@router.post(
    "/uses", response={200: UseOut, **_PROBLEMS}, summary="Use a person's data for a purpose"
)
def post_use(request: HttpRequest, asked: UseIn) -> Any:
    """Decide, write the ledger entry, then open the fields; or refuse with every reason
    (403, `use_refused`)."""
    return use_one(request, asked)


@router.post(
    "/uses/batch", response={200: BatchOut, **_PROBLEMS}, summary="Use the data of up to 500 people"
)
def post_batch(request: HttpRequest, asked: BatchIn) -> Any:
    """Decide for each, write all ledger entries, then open what was granted. Each person has their
    own outcome, in order."""
    return use_batch(request, asked)


@router.post(
    "/uses/stream",
    response={200: None, **_PROBLEMS},
    summary="Use the data of any number of people",
    openapi_extra=STREAM_BODIES,
)
def post_stream(request: HttpRequest) -> Any:
    """Take lines of JSON: first what is asked, then a person each. Answer lines of JSON, each with
    the number of its line."""
    lines = Lines(request)
    first = (lines.take(1) or [b""])[0]
    try:
        asked = StreamIn.model_validate_json(first or b"")
    except pydantic.ValidationError as error:
        raise ValidationError(
            [
                {"loc": ("line", "1", *one["loc"]), "msg": one["msg"]}
                for one in error.errors(include_input=False)
            ]
        ) from None
    return StreamingHttpResponse(
        Answers(request, request_of(request, asked), lines), content_type=MEDIA_TYPE
    )


@router.post("/choices", response={201: ChoiceOut, **_PROBLEMS}, summary="Record a person's choice")
def post_choice(
    request: HttpRequest,
    asked: ChoiceIn,
    key: Annotated[str | None, Header(alias="Idempotency-Key")] = None,
) -> Any:
    """Record a yes or no about a purpose that leaves the person a choice; once, if it comes
    again under the same key."""
    rate_limit.take(client_of(request).id)
    scope = _scope(request)
    if asked.purpose not in scope.purposes or asked.channel not in scope.channels:
        raise Refused(why="this program was not given leave for this purpose or channel")
    if key is None:
        return Status(201, _choose(request, asked))
    same = json.dumps(asked.model_dump(), sort_keys=True).encode()
    answer, _ = once(
        key,
        client_id=client_of(request).id,
        asked=same,
        at=clock.now(),
        do=lambda: _choose(request, asked),
    )
    return Status(201, answer)


def _choose(request: HttpRequest, asked: ChoiceIn) -> dict[str, int]:
    choice = choose_for(
        subject_of(asked.person),
        asked.purpose,
        Answer(asked.answer),
        channel=asked.channel,
        evidence=asked.evidence,
        by=actor_of(request),
        at=clock.now(),
    )
    return {"choice": choice.pk, "entry": choice.entry_id}


@router.get(
    "/promise", response={200: PromiseOut, **_READ_PROBLEMS}, summary="The promise in force"
)
def get_promise(request: HttpRequest) -> Any:
    """Return the purposes, so that a program can know what it may ask for."""
    adopted = in_force()
    purposes = [
        PurposeOut(
            key=purpose.key,
            title=purpose.title,
            basis=purpose.basis.value,
            fields=list(purpose.fields),
            roles=list(purpose.roles),
            channels=list(purpose.channels),
        )
        for purpose in adopted.promise.purposes.values()
    ]
    return PromiseOut(serial=adopted.serial, digest=adopted.digest, purposes=purposes)


def _scope(request: HttpRequest) -> Scope:
    scope = client_of(request).scope
    return Scope(scope.purposes, scope.channels)


@csrf_exempt  # so that whoever posts here is told of the method, not of a form
@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """Serve the OpenAPI 3.1 description."""
    return JsonResponse(complete(api.get_openapi_schema(path_prefix="/api/v1/")))


api = NinjaAPI(
    title="Aboveboard",
    version=aboveboard.__version__,
    docs_url=None,
    openapi_url=None,
    urls_namespace="api",
)
api.add_router("", router)
problems.install(api)
