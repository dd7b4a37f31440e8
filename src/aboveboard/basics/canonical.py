"""Canonical bytes: RFC 8785 JSON, so that the same facts always have the same digest."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import TypeAlias, cast

import rfc8785

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"


def canonical(value: Json) -> bytes:
    """Return the RFC 8785 encoding of ``value``.

    Raises:
        ValueError: an integer of 2**53 or more either way, a float that is not
            finite, or a type JSON lacks.
    """
    # rfc8785 names concrete dict and list in its types; any mapping and sequence encodes the same.
    return rfc8785.dumps(cast("dict[str, None]", _plain(value)))


def digest(value: Json) -> str:
    """Return the SHA-256 of the canonical bytes, as lower-case hex."""
    return hashlib.sha256(canonical(value)).hexdigest()


def _plain(value: Json) -> Json:
    # RFC 8785 sorts members by UTF-16 code units itself, so the order here does not matter.
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value]
    return value
