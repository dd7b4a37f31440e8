"""What every route of the API does alike: its method, its body, and its errors as problems."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Protocol, TypeVar, cast

import msgspec
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, UnreadablePostError
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from aboveboard.api import problems
from aboveboard.api.reading import NotJson, read
from aboveboard.basics.bodies import reads_lines
from aboveboard.basics.errors import AboveboardError

T = TypeVar("T", bound=msgspec.Struct)
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class ApiOperation:
    """What the description says of a route, beside what is alike for all.

    ``takes`` and ``gives`` are None for a stream, whose lines no schema of one document can say.
    """

    name: str
    method: str
    summary: str
    text: str
    takes: type[msgspec.Struct] | None
    gives: type[msgspec.Struct] | None
    status: int
    statuses: tuple[int, ...]
    extra: Mapping[str, Any] = field(default_factory=dict)


class Endpoint(Protocol):
    """A view of the API, with the description of each method that it answers."""

    operations: tuple[ApiOperation, ...]

    def __call__(self, request: HttpRequest, **place: Any) -> HttpResponseBase:
        """Answer a request. ``place`` is what is in its address."""


Answer = Callable[..., HttpResponse]
"""Takes the request, what was posted where something was, and the numbers in the address."""

CHANGES = (400, 401, 403, 404, 408, 409, 413, 422, 429, 500, 503)
SIGNED: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "base64 of an Ed25519 signature (64 bytes) and the JSON that it signs.",
        "content": {"text/plain": {"schema": {"type": "string"}}},
    }
}
"""What stands for a signed message, whose JSON no schema of the body can say."""
READS = (401, 500, 503)
"""What may come instead of an answer."""
LOOK_UPS = (401, 403, 404, 422, 429, 500, 503)
"""The same, where something may not be there, or not for this client."""


def post(
    summary: str, takes: type[T], gives: type[msgspec.Struct], *, status: int = 200, **extra: Any
) -> Callable[[Answer], Endpoint]:
    """Let a function answer what was posted, once it is read as ``takes``."""

    def decorate(function: Answer) -> Endpoint:
        def view(request: HttpRequest, **numbers: int) -> HttpResponseBase:
            return function(request, read(takes, request.body), **numbers)

        return _endpoint("POST", view, function, summary, takes, gives, status, CHANGES, extra)

    return decorate


def post_lines(
    summary: str, **extra: Any
) -> Callable[[Callable[[HttpRequest], HttpResponseBase]], Endpoint]:
    """Let a function read what is posted by itself, a piece at a time."""

    def decorate(function: Callable[[HttpRequest], HttpResponseBase]) -> Endpoint:
        return reads_lines(
            _endpoint("POST", function, function, summary, None, None, 200, CHANGES, extra)
        )

    return decorate


def signed(
    summary: str,
    method: str,
    gives: type[msgspec.Struct],
    statuses: tuple[int, ...],
    **extra: Any,
) -> Callable[[Answer], Endpoint]:
    """Let a function read a signed message by itself, which comes as text."""

    def decorate(function: Answer) -> Endpoint:
        return _endpoint(
            method, function, function, summary, None, gives, 200, statuses, SIGNED | extra
        )

    return decorate


def get(
    summary: str,
    gives: type[msgspec.Struct],
    *,
    statuses: tuple[int, ...] = READS,
    **extra: Any,
) -> Callable[[Answer], Endpoint]:
    """Let a function answer what is asked for."""

    def decorate(function: Answer) -> Endpoint:
        return _endpoint("GET", function, function, summary, None, gives, 200, statuses, extra)

    return decorate


def either(*endpoints: Endpoint) -> Endpoint:
    """Let several endpoints of one method each answer at one address."""
    by_method = {endpoint.operations[0].method.upper(): endpoint for endpoint in endpoints}

    @csrf_exempt  # as each of them
    def answer(request: HttpRequest, **place: Any) -> HttpResponseBase:
        endpoint = by_method.get(request.method or "")
        if endpoint is None:
            return HttpResponseNotAllowed(sorted(by_method))
        return endpoint(request, **place)

    both = cast(Endpoint, answer)
    both.operations = tuple(endpoint.operations[0] for endpoint in endpoints)
    return both


def _endpoint(
    method: str,
    view: Callable[..., HttpResponseBase],
    function: Callable[..., object],
    summary: str,
    takes: type[msgspec.Struct] | None,
    gives: type[msgspec.Struct] | None,
    status: int,
    statuses: tuple[int, ...],
    extra: Mapping[str, Any],
) -> Endpoint:
    @csrf_exempt  # a client has a token, and no cookie
    @wraps(function)
    def answer(request: HttpRequest, **place: Any) -> HttpResponseBase:
        if request.method != method:
            return HttpResponseNotAllowed([method])
        # Here and not in a middleware: what comes out is a problem also where Django would make a
        # page of it, and a stream that began has its errors in its lines.
        try:
            return view(request, **place)
        except RequestDataTooBig:
            return problems.problem_from_status(413)
        except (NotJson, UnreadablePostError):  # or whoever asked went away
            return problems.problem_from_status(400)
        except AboveboardError as error:
            return problems.problem_from_error(error)

    text = " ".join((function.__doc__ or "").split())
    endpoint = cast(Endpoint, answer)
    endpoint.operations = (
        ApiOperation(
            function.__name__, method.lower(), summary, text, takes, gives, status, statuses, extra
        ),
    )
    return endpoint


def as_json(body: object, *, status: int = 200) -> HttpResponse:
    """Return an answer."""
    return HttpResponse(_encode(body), status=status, content_type="application/json")
