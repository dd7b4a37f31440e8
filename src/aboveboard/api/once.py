"""``Idempotency-Key`` on every POST (draft-ietf-httpapi-idempotency-key-header-07,
``docs/decisions/0020`` and ``0058``).

A change is made once under its key, and answered again from the numbers that were kept. A use or a
decision is asked anew each time, since a no may have been said in between; the key ties the entries
together, for the person alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

import msgspec
from django.http import HttpRequest

from aboveboard.accounts.clients.idempotency import check_key, reference_for, run_once
from aboveboard.accounts.gate import client_of
from aboveboard.basics import clock


def change_once(
    request: HttpRequest,
    asked: msgspec.Struct,
    do: Callable[[], Mapping[str, int]],
    *place: str | int,
) -> Mapping[str, int]:
    """Return the numbers that ``do`` returns, which is run once for the key of the request; each
    time where it has none. ``place``: what of the address makes it this request.

    Errors: :func:`aboveboard.accounts.clients.idempotency.run_once`, and those of ``do``.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return do()
    body = msgspec.to_builtins(asked)
    same = json.dumps([*place, body] if place else body, sort_keys=True).encode()
    numbers, _ = run_once(key, client_id=client_of(request).id, asked=same, at=clock.now(), do=do)
    return numbers


def use_reference(request: HttpRequest, reference: str) -> str:
    """Return what a use refers to: what the client says, else something that is the same for its
    key each time, and tells nothing.

    Raises:
        KeyRefused: the header is no key.
    """
    key = request.META.get("HTTP_IDEMPOTENCY_KEY")
    if key is None:
        return reference
    checked = check_key(key)
    return reference or reference_for(checked, client_id=client_of(request).id)
