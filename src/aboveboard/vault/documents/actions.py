"""Keeping a document, and forgetting one.

The procedure of :func:`attach`, numbered as in the code:

1. What the first bytes are decides whether the file is taken at all.
2. A key of the document's own seals it chunk by chunk into the database. (An upload waits in the
   server's temporary folder, readable by the server alone, until it was answered.)
3. The descriptor, with that key, is sealed into the person's record; what stood
   there before is forgotten.
4. The ledger says that a document was added: to which field, on which channel, never its name.

All in one transaction: a file that turns out too long, or a lost connection, leaves nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import chain, islice

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction

from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Invalid, NotFound
from aboveboard.basics.facts import Word
from aboveboard.keys.actions import entry_subject
from aboveboard.keys.queries import data_keys
from aboveboard.kinds.kind import FieldKind
from aboveboard.ledger.actions import append
from aboveboard.promise.queries import in_force
from aboveboard.promise.words import check_origin
from aboveboard.vault import record_format, sealed
from aboveboard.vault.documents import media, stream
from aboveboard.vault.documents.descriptor import ID_BYTES, DocumentDescriptor, read
from aboveboard.vault.documents.models import AttachmentChunk
from aboveboard.vault.entries import DocumentAdded
from aboveboard.vault.limits import ATTACHMENT_BYTES
from aboveboard.vault.locking import lock_people
from aboveboard.vault.models import SealedRecord
from aboveboard.vault.origin import ValueOrigin

_ROWS = 16  # chunks written at a time: a megabyte


class DocumentNotTaken(Invalid):
    """This file cannot be used: {why}."""

    code = "document_not_taken"
    next_step = "{fix}"


def attach(
    person_id: int,
    field: str,
    pieces: Iterable[bytes],
    *,
    name: str,
    kinds: Mapping[str, str],
    origin: ValueOrigin,
    by: Actor,
    at: datetime,
) -> None:
    """Keep a document as the value of one field of one person; it replaces the one there was.

    ``pieces``: the file's bytes, as they come. ``kinds``: field to its kind,
    of the promise in force.

    Raises:
        NotInPromise: the promise in force has no such channel or purpose of the origin.
        DocumentNotTaken: the field holds no documents, or the file is empty, too long, or of
            a kind that is not taken.
        NotFound: nobody with that id is held.
    """
    if kinds.get(field) != FieldKind.DOCUMENT:
        fix = "Choose a field of kind `document`."
        raise DocumentNotTaken(why=f"{field} holds no documents", fix=fix)
    promised = in_force().promise
    check_origin(promised, field=field, channel=origin.channel, purpose=origin.purpose)
    # Before the transaction: a file that is not taken should hold nobody's lock while it comes in.
    head, rest = _head(pieces)
    media_type = _media_type(head)  # 1
    with transaction.atomic():
        lock_people([person_id])
        row = SealedRecord.objects.filter(person_id=person_id).first()
        data_key, subject = data_keys([person_id]).get(person_id), entry_subject(person_id)
        if row is None or data_key is None or subject is None:
            raise NotFound(what="person")
        cipher = AESGCM(data_key.key)
        boxes = record_format.open_record(cipher, person_id, bytes(row.boxes))
        _delete_named(
            sealed.unseal(cipher, person_id, field, boxes[field]) if field in boxes else ""
        )
        # At random, both: the chunks name a person for the erasure, and must not tell which of
        # several documents they are.
        number, key = secrets.token_bytes(ID_BYTES), secrets.token_bytes(stream.KEY_BYTES)
        counted = _CountedPieces(chain([head], rest))
        _store(person_id, field, number, stream.seal(key, counted))  # 2
        safe = media.safe_name(name, media_type)
        descriptor = DocumentDescriptor(number, key, safe, media_type, counted.size)
        boxes[field] = sealed.seal(cipher, person_id, field, origin, descriptor.sealed_text())  # 3
        record = record_format.seal_record(cipher, person_id, boxes)
        SealedRecord.objects.filter(person_id=person_id).update(boxes=record)
        entry = DocumentAdded(
            field=Word(field),
            promise=origin.promise_serial,
            channel=Word(origin.channel),
            purpose=Word(origin.purpose),
        )
        append(entry, by=by, handle=subject.handle, at=at)  # 4


def _media_type(head: bytes) -> str:
    media_type = media.sniff_media_type(head)
    if media_type is None:
        named = ", ".join(kind for kind, _ in media.KINDS.values())
        raise DocumentNotTaken(
            why="it is empty, or not of a kind we accept", fix=f"Choose one of: {named}."
        )
    return media_type


def delete_documents(numbers: Collection[int], fields: Collection[str] | None = None) -> None:
    """Delete the chunks of some fields of a person, or of all. Inside the
    transaction that takes the boxes.

    ``numbers``: every number that is theirs, those of merged records too.
    """
    chunks = AttachmentChunk.objects.filter(person_id__in=numbers)
    (chunks if fields is None else chunks.filter(field__in=fields)).delete()


def assign(person_id: int, boxes: Mapping[str, sealed.SealedField], cipher: AESGCM) -> None:
    """Let the documents that a record names be its person's: after a merge was undone, those of
    each are erased with each."""
    for field, box in boxes.items():
        descriptor = read(sealed.unseal(cipher, person_id, field, box))
        if descriptor:
            AttachmentChunk.objects.filter(attachment=descriptor.id).update(person_id=person_id)


def _delete_named(text: str) -> None:
    """Delete the chunks of the document that a box names: of that one alone, a merge may
    have set another aside."""
    descriptor = read(text)
    if descriptor:
        AttachmentChunk.objects.filter(attachment=descriptor.id).delete()


class _CountedPieces:
    """Pieces that are counted as they pass, and refused once they are too many."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = pieces
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self.size += len(piece)
            if self.size > ATTACHMENT_BYTES:
                raise DocumentNotTaken(
                    why=f"it is longer than {ATTACHMENT_BYTES // 1024**2} MB",
                    fix="Scan it with fewer dots, or in parts.",
                )
            yield piece


def _head(pieces: Iterable[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """Return enough of the start to know the kind, and the rest."""
    rest, head = iter(pieces), b""
    while len(head) < 16 and (piece := next(rest, None)) is not None:
        head += piece
    return head, rest


def _store(person_id: int, field: str, attachment: bytes, chunks: Iterator[bytes]) -> None:
    number = 0
    while batch := list(islice(chunks, _ROWS)):
        AttachmentChunk.objects.bulk_create(
            AttachmentChunk(
                person_id=person_id,
                field=field,
                attachment=attachment,
                number=number + place,
                sealed=chunk,
            )
            for place, chunk in enumerate(batch)
        )
        number += len(batch)
