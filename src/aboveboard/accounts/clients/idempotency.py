"""A request that changes something is done once, however often a client sends it
(draft-ietf-httpapi-idempotency-key-header-07).

The key and the answer are written in the transaction of the change: either all of them are there or
none is, whatever dies in between. Of the request only a keyed hash is kept, of the answer only
numbers; neither says anything about a person.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from datetime import datetime

from django.db import transaction
from django.utils.crypto import salted_hmac

from aboveboard.accounts import limits
from aboveboard.accounts.models import IdempotencyKey
from aboveboard.basics.errors import AboveboardError, Conflict, Invalid

_KEY = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,255}")
_running: set[str] = set()
_lock = threading.Lock()


class KeyRefused(Invalid):
    """An Idempotency-Key is 1 to 255 visible characters, without quotation marks
    or backslashes inside."""

    code = "idempotency_key_refused"
    next_step = (
        "Send a fresh UUID for each change, and the same one when you send that change again."
    )


class KeyReused(Invalid):
    """This Idempotency-Key came with another request before."""

    code = "idempotency_key_reused"
    next_step = "Send a fresh key for each change; the same one only with the same body."


class StillRunning(Conflict):
    """The same request is being done at this moment."""

    code = "idempotency_running"
    next_step = "Wait {seconds} s, then send it again: you get the answer of the first."


def run_once(
    header: str, *, client_id: int, asked: bytes, at: datetime, do: Callable[[], Mapping[str, int]]
) -> tuple[Mapping[str, int], bool]:
    """Return the answer of ``do``, which is run if the client has not sent this key yet, and
    whether it was run before.

    ``asked`` is all that makes the request this one. ``do`` changes something and returns numbers.
    What it refuses is raised and forgotten, so that the same key may be sent again once the reason
    is gone; what it wrote about the refusal stays.

    Raises:
        KeyRefused: the header is no key.
        KeyReused: the key came with another request.
        StillRunning: another thread of this process is at it. Of two processes the
            second waits for the first.
    """
    key = check_key(header)
    name, fingerprint = (
        _keyed_hash("key", f"{client_id}:{key}".encode()),
        _keyed_hash("asked", asked),
    )
    # SQLite would make the second wait for the first's whole transaction, and time out: told at
    # once, it comes back for the answer.
    with _lock:
        if name in _running:
            raise StillRunning(seconds=1)
        _running.add(name)
    failed: AboveboardError | None = None
    # What ``do`` refuses must not undo the transaction: the refusal's own ledger entry stays. So
    # the error is kept, and raised when the transaction has committed.
    try:
        with transaction.atomic():
            IdempotencyKey.objects.filter(pk=name, expires_at__lte=at).delete()
            row, fresh = IdempotencyKey.objects.get_or_create(
                key_hash=name,
                defaults={
                    "asked_hash": fingerprint,
                    "answer": {},
                    "expires_at": at + limits.IDEMPOTENCY_KEY_LIFE,
                },
            )
            if not fresh:
                # Said before the answer is given away: another body may be another client's guess.
                if row.asked_hash != fingerprint:
                    raise KeyReused()
                return row.answer, True
            try:
                row.answer = dict(do())
                row.save(update_fields=["answer"])
            except AboveboardError as error:
                row.delete()
                failed = error
    finally:
        with _lock:
            _running.discard(name)
    if failed is not None:
        raise failed
    return row.answer, False


def check_key(header: str) -> str:
    """Return the key that a header has, with quotation marks around it (RFC 9651) or without.

    Raises:
        KeyRefused: it is no key.
    """
    key = header[1:-1] if len(header) > 1 and header[0] == header[-1] == '"' else header
    if not _KEY.fullmatch(key):
        raise KeyRefused()
    return key


def reference_for(key: str, *, client_id: int) -> str:
    """Return what the uses that a client asks for under one key refer to, where it says nothing
    else: the same for the same key, and nothing that anybody could read."""
    return f"key:{_keyed_hash('reference', f'{client_id}:{key}'.encode())[:32]}"


def sweep(*, at: datetime) -> int:
    """Forget the keys whose time is over, and return how many."""
    gone, _ = IdempotencyKey.objects.filter(expires_at__lte=at).delete()
    return gone


def _keyed_hash(what: str, value: bytes) -> str:
    return salted_hmac(f"aboveboard.repeats.{what}", value, algorithm="sha256").hexdigest()
