"""Asking whoever prepared notices for changes, instead of approving them.

1. A colleague who could approve says what is to be changed; while that is open nobody approves.
2. Whoever prepared them answers, or the colleague takes it back. Who changes what was prepared
   sends the batch back and prepares another: a batch itself never changes.

What is written is sealed, and no part of the log: ``12 bytes nonce | AES-256-GCM(words)`` under a
key of this instance, bound to the entry of the request and to which of the two texts it is.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.db import transaction

from aboveboard.basics.actor import Actor, ActorKind
from aboveboard.basics.errors import Conflict, Invalid, NotFound, Refused
from aboveboard.basics.facts import Code
from aboveboard.incidents import lifecycle
from aboveboard.incidents.deciding import CHANGES_REQUESTED
from aboveboard.incidents.entries import IncidentChanged, NoticeStep
from aboveboard.incidents.limits import CHANGE_WORDS
from aboveboard.incidents.notices.models import ChangeRequest, NoticeBatch
from aboveboard.incidents.notices.queries import APPROVERS, step_of
from aboveboard.incidents.terms import RequestOutcome
from aboveboard.keys.queries import instance_secret
from aboveboard.keys.rows import RowNotAuthentic
from aboveboard.outbox.actions import post

REQUESTED: Final = "notices.changes_requested"
"""The job that tells whoever prepared notices that changes were asked for."""
CLOSED: Final = "notices.changes_answered"
"""The job that tells whoever asked that they were answered."""

_KEY_NAME: Final = "notices"
_AAD: Final = b"aboveboard/notices/v1/"
_WORDS: Final = "words"
_ANSWER: Final = "answer"
_NONCE_BYTES: Final = 12


class WordsRefused(Invalid):
    """What you wrote is empty, or longer than {limit:,} characters."""

    code = "change_words_refused"
    next_step = "Say in a few sentences what is to be changed, or what was done."


class ChangesOpen(Conflict):
    """Changes to these notices were requested, and nobody has answered yet."""

    code = "changes_open"
    next_step = (
        "Whoever prepared the notices answers, or sends them back and prepares them anew; whoever "
        "asked can withdraw the request."
    )


@dataclass(frozen=True, slots=True)
class ChangeRequestView:
    """A request to change a batch, as pages show it. ``words`` and ``answer``: None where they
    cannot be read. ``authentic``: whether the row is as this program wrote it; one that is not
    counts as open."""

    id: int
    batch_id: int
    at: datetime
    by: dict[str, str]
    words: str | None
    closed_at: datetime | None
    closed_by: dict[str, str] | None
    outcome: str
    answer: str | None
    authentic: bool

    @property
    def is_open(self) -> bool:
        """Whether it keeps the batch from being approved."""
        return self.closed_at is None or not self.authentic


def change_requests(batch_pk: int) -> list[ChangeRequestView]:
    """Return every request to change a batch, oldest first."""
    return [_view(row) for row in ChangeRequest.objects.filter(batch_id=batch_pk).order_by("id")]


def change_request(number: int) -> ChangeRequestView:
    """Return one request.

    Raises:
        NotFound: there is none.
    """
    row = ChangeRequest.objects.filter(pk=number).first()
    if row is None:
        raise NotFound(what="request to change notices")
    return _view(row)


def request_changes(batch_pk: int, words: str, *, by: Actor, at: datetime) -> ChangeRequestView:
    """Ask whoever prepared a batch for changes, and tell them by mail. Until that is answered or
    withdrawn nobody may approve.

    Raises:
        NotFound: there is no such batch. WordsRefused: the words are none, or too long.
        Refused: not somebody who could approve; or they prepared it themselves.
        Conflict: it is decided already. ChangesOpen: changes were requested already.
        RowNotAuthentic: the batch was written, or changed, past this program.
    """
    words = _checked(words)
    with transaction.atomic():
        batch = _waiting(batch_pk)
        if by.kind is not ActorKind.STAFF or by.role not in APPROVERS:
            raise Refused(
                why="changes are requested by someone who leads incidents, privacy or the instance"
            )
        if _is_actor(batch.prepared_by, by):
            raise Refused(why="you prepared these notices: send them back and prepare them anew")
        if any(row.is_open for row in change_requests(batch_pk)):
            raise ChangesOpen(why="one request at a time")
        entry_id = _record(batch, CHANGES_REQUESTED, None, by, at)
        row = ChangeRequest.objects.create(
            batch=batch,
            at=at,
            by=by.as_json(),
            words=_seal(_WORDS, entry_id, words),
            entry_id=entry_id,
        )
        lifecycle.add_timeline_event(
            batch.incident,
            "notices.changes_requested",
            "A colleague asked for changes to the notices.",
            by=by,
            at=at,
        )
        post(REQUESTED, {"request": row.pk})
    return _view(row)


def answer(batch_pk: int, words: str, *, by: Actor, at: datetime) -> ChangeRequestView:
    """Answer the open request, as whoever prepared the batch; whoever asked is told by mail.

    Raises:
        NotFound: there is no such batch, or no open request. WordsRefused: as
            :func:`request_changes`.
        Refused: somebody else prepared it. Conflict: it is decided already.
        RowNotAuthentic: the batch or the request was written, or changed, past this program.
    """
    words = _checked(words)
    with transaction.atomic():
        batch = _waiting(batch_pk)
        if not _is_actor(batch.prepared_by, by):
            raise Refused(why="whoever prepared the notices answers")
        row = _open(batch)
        row.answer = _seal(_ANSWER, row.entry_id, words)
        _close(row, batch, RequestOutcome.ANSWERED, by=by, at=at)
        post(CLOSED, {"request": row.pk})
    return _view(row)


def withdraw(batch_pk: int, *, by: Actor, at: datetime) -> ChangeRequestView:
    """Take the open request back, as whoever asked.

    Raises:
        NotFound: there is no such batch, or no open request.
        Refused: somebody else asked. Conflict: it is decided already.
        RowNotAuthentic: the batch or the request was written, or changed, past this program.
    """
    with transaction.atomic():
        batch = _waiting(batch_pk)
        row = _open(batch)
        if not _is_actor(row.by, by):
            raise Refused(why="whoever asked for the changes withdraws the request")
        _close(row, batch, RequestOutcome.WITHDRAWN, by=by, at=at)
    return _view(row)


def check_none_open(batch: NoticeBatch) -> None:
    """Refuse while somebody asks for changes; the caller has locked the batch.

    Raises:
        ChangesOpen: somebody does.
    """
    if any(row.is_open for row in change_requests(batch.pk)):
        raise ChangesOpen(why="they are not answered")


def _waiting(batch_pk: int) -> NoticeBatch:
    """Return a batch that waits for a second person, locked as an approval locks it: an approval
    and a request of one moment must see each other."""
    batch: NoticeBatch | None = (
        NoticeBatch.objects.select_for_update(of=("self",))
        .select_related("incident")
        .filter(pk=batch_pk)
        .first()
    )
    if batch is None:
        raise NotFound(what="batch of notices")
    if not batch.authentic:
        raise RowNotAuthentic(table=NoticeBatch._meta.label)
    if step_of(batch) is not None:
        raise Conflict(why="this batch is decided already")
    return batch


def _open(batch: NoticeBatch) -> ChangeRequest:
    row: ChangeRequest | None = ChangeRequest.objects.filter(batch=batch, closed_at=None).first()
    if row is None:
        raise NotFound(what="open request to change these notices")
    if not row.authentic:
        # Somebody may have written that it was another who asked, and may take it back.
        raise RowNotAuthentic(table=ChangeRequest._meta.label)
    return row


def _close(
    row: ChangeRequest, batch: NoticeBatch, outcome: RequestOutcome, *, by: Actor, at: datetime
) -> None:
    row.closed_entry_id = _record(batch, outcome.value, row.entry_id, by, at)
    row.closed_at, row.closed_by, row.outcome = at, by.as_json(), outcome
    row.save()
    lifecycle.add_timeline_event(
        batch.incident,
        f"notices.changes_{outcome.value}",
        f"The request to change the notices was {outcome.value}.",
        by=by,
        at=at,
    )


def _record(batch: NoticeBatch, step: str, request: int | None, by: Actor, at: datetime) -> int:
    entry = IncidentChanged(
        incident=lifecycle.reference_of(batch.incident),
        notices=NoticeStep(batch.pk, Code(step), request=request),
    )
    return lifecycle.append_entry(entry, by=by, at=at)


def _is_actor(stored: dict[str, str], by: Actor) -> bool:
    return (stored["kind"], stored["id"]) == (by.kind.value, by.id)


def _checked(words: str) -> str:
    # A browser sends a line's end as two characters and counts it as one.
    words = words.replace("\r\n", "\n").strip()
    if not words or len(words) > CHANGE_WORDS:
        raise WordsRefused(limit=CHANGE_WORDS, found=f"{len(words):,} characters", fix="")
    return words


def _view(row: ChangeRequest) -> ChangeRequestView:
    return ChangeRequestView(
        id=row.pk,
        batch_id=row.batch_id,
        at=row.at,
        by=row.by,
        words=_read(_WORDS, row.entry_id, row.words),
        closed_at=row.closed_at,
        closed_by=row.closed_by,
        outcome=row.outcome,
        answer=_read(_ANSWER, row.entry_id, row.answer) if row.answer is not None else "",
        authentic=row.authentic,
    )


def _seal(column: str, entry_id: int, words: str) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    associated = _associated_data(column, entry_id)
    return nonce + _cipher(instance_secret(_KEY_NAME)).encrypt(nonce, words.encode(), associated)


def _read(column: str, entry_id: int, sealed: bytes | memoryview) -> str | None:
    box, associated = bytes(sealed), _associated_data(column, entry_id)
    cipher = _cipher(instance_secret(_KEY_NAME))
    try:
        return cipher.decrypt(box[:_NONCE_BYTES], box[_NONCE_BYTES:], associated).decode()
    except (InvalidTag, ValueError):
        return None


@cache
def _cipher(secret: bytes) -> AESGCM:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=_AAD + b"words")
    return AESGCM(derived.derive(secret))


def _associated_data(column: str, entry_id: int) -> bytes:
    return _AAD + column.encode() + entry_id.to_bytes(8, "big")
