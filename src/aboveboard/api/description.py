"""The OpenAPI 3.1 description, completed with what the routes cannot say of themselves. Pure."""

from __future__ import annotations

from typing import Any

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
                "purpose:PURPOSE": "a purpose that the program has leave for",
                "channel:CHANNEL": "a channel that it has leave for",
            },
        }
    },
}

_LINES = "application/x-ndjson"
STREAM_BODIES: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": (
            "The first line says what is asked (purpose, fields, channel, reference); each further "
            "line names a person."
        ),
        "content": {_LINES: {"schema": {"type": "string"}}},
    },
    "responses": {
        200: {
            "description": (
                "A line for each line that named a person, with its number (`line`) and outcome; "
                "then one with `end`."
            ),
            "content": {_LINES: {"schema": {"type": "string"}}},
        }
    },
}
"""What a stream takes and gives, which no schema of one document can say."""


def complete(described: dict[str, Any]) -> dict[str, Any]:
    """Return the description with the token that every operation asks for, and errors in their own
    media type (RFC 9457)."""
    for operations in described["paths"].values():
        for operation in operations.values():
            operation["security"] = [{"token": []}]
            for status, response in operation["responses"].items():
                if int(status) >= 400:
                    response["content"] = {MEDIA_TYPE: response["content"].pop("application/json")}
    described["components"]["securitySchemes"] = {"token": _TOKEN}
    return described
