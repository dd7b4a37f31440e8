"""The OpenAPI 3.1 description, made from the shapes and from what each route says of itself. Pure
but for the routes that it is given."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from http import HTTPStatus
from inspect import cleandoc
from typing import Any

import msgspec

import aboveboard
from aboveboard.api.endpoint import ApiOperation, Endpoint
from aboveboard.api.examples import EXAMPLES
from aboveboard.api.shapes import ProblemDetails
from aboveboard.basics.problems import MEDIA_TYPE

_TOKEN = {
    "type": "oauth2",
    "description": (
        "A token for the id and secret that `aboveboard client add` printed, once. It works for "
        "ten minutes."
    ),
    "flows": {
        "clientCredentials": {
            "tokenUrl": "/oauth/token",
            "scopes": {
                "purpose:PURPOSE": "a purpose that is in the client's scope",
                "channel:CHANNEL": "a channel that is in it",
                "request:KIND": "a kind of request that it may bring",
                "usage:FIELD": "a field by which it may ask for people's uses",
                "proves:EVIDENCE": "a way in which its word is taken that it proved who asks",
            },
        }
    },
}

LINES = "application/x-ndjson"
"""Media type of a stream: lines of JSON."""
STREAM_BODIES: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": (
            "The first line says what is asked (purpose, fields, channel, reference); each further "
            "line names a person."
        ),
        "content": {LINES: {"schema": {"type": "string"}}},
    },
    "responses": {
        "200": {
            "description": (
                "A line for each line that named a person, with its number (`line`) and outcome; "
                "then one with `end`."
            ),
            "content": {LINES: {"schema": {"type": "string"}}},
        }
    },
}
"""What a stream takes and gives, which no schema of one document can say."""
KEY: dict[str, Any] = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    # As ``accounts.clients.idempotency`` takes it.
    "schema": {"type": "string", "title": "Idempotency-Key", "pattern": r"^[!#-\[\]-~]{1,255}$"},
}
NUMBER: dict[str, Any] = {
    "in": "path",
    "name": "request_id",
    "required": True,
    "schema": {"type": "integer", "minimum": 1, "maximum": 2**63 - 1},
}
"""The number of a request, in its address."""
PARCEL: dict[str, Any] = {**NUMBER, "name": "parcel_id"}
"""The number of a parcel, in its address."""
AFTER: dict[str, Any] = {
    "in": "query",
    "name": "after",
    "required": False,
    "schema": {"type": "integer", "minimum": 1, "maximum": 2**63 - 1},
}
"""After which row a list goes on: `next` of the page before."""
BEFORE: dict[str, Any] = {
    "in": "query",
    "name": "before",
    "required": False,
    "schema": {"type": "integer", "minimum": 1, "maximum": 2**63 - 1},
}
"""From where a list goes on: `next` of the page before."""
_REFERENCE = "#/components/schemas/{name}"


def describe(endpoints: Mapping[str, Endpoint]) -> dict[str, Any]:
    """Return the description of the routes at these addresses below ``/api/v1/``."""
    operations = {path: endpoint.operations for path, endpoint in endpoints.items()}
    shapes = [
        shape
        for each in operations.values()
        for operation in each
        for shape in (operation.takes, operation.gives)
        if shape is not None
    ]
    _, components = msgspec.json.schema_components(
        [*shapes, ProblemDetails], ref_template=_REFERENCE
    )
    for schema in components.values():  # msgspec gives docstrings as they are indented
        schema["description"] = cleandoc(schema["description"])
    return {
        "openapi": "3.1.0",
        "info": {"title": "Aboveboard", "version": aboveboard.__version__, "description": ""},
        "paths": {
            f"/api/v1/{path}": {operation.method: _described(operation) for operation in each}
            for path, each in operations.items()
        },
        "components": {"schemas": components, "securitySchemes": {"token": _TOKEN}},
    }


def _described(operation: ApiOperation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": operation.text,
        "parameters": [],
        "responses": {
            str(status): {
                "description": HTTPStatus(status).phrase,
                "content": {MEDIA_TYPE: {"schema": _reference(ProblemDetails)}},
            }
            for status in operation.statuses
        },
        "security": [{"token": []}],
    }
    if operation.takes is not None:
        content = {"application/json": {"schema": _reference(operation.takes)}}
        described["requestBody"] = {"content": content, "required": True}
    if operation.gives is not None:
        described["responses"][str(operation.status)] = {
            "description": HTTPStatus(operation.status).phrase,
            "content": {"application/json": {"schema": _reference(operation.gives)}},
        }
    extra = deepcopy(dict(operation.extra))  # examples are put into it
    described["responses"] |= extra.pop("responses", {})
    described |= extra
    _add_examples(operation, described)
    return described


def _add_examples(operation: ApiOperation, described: dict[str, Any]) -> None:
    """Put an example beside each schema of what is taken and given."""
    example = EXAMPLES.get(operation.name)
    if example is None:
        return
    answer = described["responses"][str(operation.status)]
    for place, value in ((described.get("requestBody"), example.takes), (answer, example.gives)):
        if place is not None:
            place["content"] = {
                media: content | {"example": value} for media, content in place["content"].items()
            }


def _reference(shape: type[msgspec.Struct]) -> dict[str, str]:
    return {"$ref": _REFERENCE.format(name=shape.__name__)}
