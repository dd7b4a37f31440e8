"""Opening a document, with a grant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from aboveboard.basics.personal import Personal
from aboveboard.vault import queries
from aboveboard.vault.documents import stream
from aboveboard.vault.documents.models import AttachmentChunk
from aboveboard.vault.grant import Grant, GrantRefused


@dataclass(frozen=True, slots=True)
class Document:
    """An opened document. ``content`` yields its bytes once, a chunk at a time, each found
    whole before it is given."""

    name: Personal[str]
    media_type: str
    size: int
    content: Iterator[bytes]


def open_attachment(grant: Grant, record: queries.SealedPerson, field: str) -> Document | None:
    """Open the document in one field that the grant covers; None if nothing is
    held there, or no document.

    Raises:
        GrantRefused: the grant is for someone else or other fields, or its minute has passed.
        RecordDamaged: the box does not open. While the content is read,
            AttachmentDamaged: a chunk does not.
    """
    # Before the record is opened: the descriptor holds the key of the whole document.
    if field not in grant.fields:
        raise GrantRefused(why="it is for other fields")
    described = queries.open_descriptor(grant, record, field)
    if described is None:
        return None
    return Document(
        Personal(described.name),
        described.media_type,
        described.size,
        stream.unseal(described.key, _chunks(described.id)),
    )


def _chunks(attachment: bytes) -> Iterator[bytes]:
    """One row at a time by its place, so that no more than a chunk is in
    memory on either database."""
    for number in count():
        row = (
            AttachmentChunk.objects.filter(attachment=attachment, number=number)
            .values_list("sealed", flat=True)
            .first()
        )
        if row is None:
            return
        yield bytes(row)
