"""Reading a body: into what a route takes, or every place where it does not have that form.

msgspec stops at the first fault. Whoever writes a client mends all of them at once, so a body that
was refused is gone through again, member by member; only then, since it takes ten times as long.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin

import msgspec
from msgspec.structs import fields

from aboveboard.basics.errors import Invalid

T = TypeVar("T", bound=msgspec.Struct)
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_INSIDE = re.compile(r" - at `[^`]*`\Z")


class BodyMalformed(Invalid):
    """The request does not have the form that the API describes."""

    code = "bad_request"
    next_step = ""


class NotJson(ValueError):
    """The body is not JSON, or nested too deeply to be read."""


@cache
def decoder(shape: type[T]) -> msgspec.json.Decoder[T]:
    """Return the reader of what a route takes; making one takes longer than reading."""
    return msgspec.json.Decoder(shape)


def read(shape: type[T], body: bytes) -> T:
    """Return what the body says.

    Raises:
        BodyMalformed: it is JSON of another form. Its ``errors`` say where, such as
            ``person.kind``, and what was expected there; never what was sent, for it may be
            personal data.
        NotJson: it is no JSON, or nested too deeply to be read.
    """
    try:
        try:
            read: T = decoder(shape).decode(body)
        except msgspec.ValidationError:
            # The first fault of form may lie before the first fault of JSON, so this may raise too.
            value = msgspec.json.decode(body)
        else:
            return read
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise NotJson("the body is not JSON, or is nested too deeply") from None
    errors = [
        {"at": _path_in_words(where), "expected": expected}
        for where, expected in find_faults(shape, value)
    ]
    raise BodyMalformed(errors=errors)


Where = tuple[str | int, ...]


def find_faults(shape: Any, value: object, where: Where = ()) -> Iterator[tuple[Where, str]]:
    """Yield every place where a JSON value is not of a shape, and what was expected there."""
    plain = _plain(shape)
    if isinstance(plain, type) and issubclass(plain, msgspec.Struct) and isinstance(value, dict):
        known = {field.encode_name: field for field in fields(plain)}
        for name in value.keys() - known.keys():
            yield (*where, name), "no such member"
        for name, field in known.items():
            if name in value:
                yield from find_faults(field.type, value[name], (*where, name))
            elif field.required:
                yield (*where, name), "this member is required"
        return
    if get_origin(plain) is list and isinstance(value, list):
        # Its length is said only where nothing inside is wrong.
        (item,) = get_args(plain)
        inside = [
            fault
            for number, each in enumerate(value)
            for fault in find_faults(item, each, (*where, number))
        ]
        if inside:
            yield from inside
            return
    try:
        msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        yield where, _expected(plain, str(error))


def _plain(shape: Any) -> Any:
    return get_args(shape)[0] if get_origin(shape) is Annotated else shape


def _expected(plain: Any, message: str) -> str:
    # Of a word that is none of those allowed, msgspec repeats what was sent.
    if get_origin(plain) is Literal:
        return f"one of: {', '.join(get_args(plain))}"
    return _INSIDE.sub("", message)


def _path_in_words(where: Where) -> str:
    """Return where in the body. A member that is no plain name is not repeated: it may be
    anything."""
    inside = [
        part if isinstance(part, int) or _NAME.fullmatch(part) else "(a member)" for part in where
    ]
    return ".".join(map(str, inside)) or "(the body)"
