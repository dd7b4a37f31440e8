"""What a system answered, sealed as it streams in, and read back for the pack.

For each system there is one file of lines, each the JSON of a record or of where an attachment is,
and one file for each attachment. Collected again, they are replaced: nothing is in a pack twice.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from aboveboard.basics.canonical import Json
from aboveboard.basics.errors import Conflict, NotFound
from aboveboard.basics.personal import Personal
from aboveboard.connectors.contract import Attachment, Record
from aboveboard.rights.models import RequestStep, RightsRequest
from aboveboard.rights.requests import files, sealing
from aboveboard.rights.requests.locking import (
    read_state,
)
from aboveboard.rights.requests.state import RequestState
from aboveboard.rights.requests.terms import RequestEvent, StepVerb

_READ: Final = StepVerb.READ.value
_RECORDS: Final = ".records"
EVIDENCE: Final = "evidence"
"""The collection of what a person put in by hand."""


class CollectedMissing(Conflict):
    """What {system} gave is not in the instance's folder, as after a restore: backups leave it out.
    Nothing is put into a pack without it."""

    code = "collected_missing"
    next_step = (
        "Have it read again: aboveboard requests retry REQUEST --system {system} --step read"
    )


@dataclass(slots=True)
class CollectedCounts:
    """What was collected at one system: records and attachments for each collection, and how many
    records hold somebody else's values."""

    collections: Counter[str] = field(default_factory=Counter)
    attachments: int = 0
    with_others: int = 0

    def as_facts(self) -> dict[str, Json]:
        """Return the facts of the event."""
        counts: dict[str, Json] = dict(sorted(self.collections.items()))
        return {
            "records": self.collections.total(),
            "collections": counts,
            "attachments": self.attachments,
            "with_others": self.with_others,
        }


@dataclass(frozen=True, slots=True)
class CollectedSystem:
    """What one system gave: read as often as it is needed, in memory that does not grow with it.

    Attributes:
        system: its key.
        step_id: the step's number.
        contents: yields its records and attachments, in the order in which they came.
    """

    system: str
    step_id: int
    contents: Iterable[Record | Attachment]


def collect(
    request_id: int, step_id: int, key: bytes, contents: Iterable[Record | Attachment]
) -> CollectedCounts:
    """Seal what a system gives into files of its step, replacing what an earlier try left."""
    delete(request_id, step_id)
    counts = CollectedCounts()
    lines = _lines(request_id, step_id, key, contents, counts)
    files.write(request_id, _records_name(step_id), key, lines)
    return counts


def collected(request_id: int) -> list[CollectedSystem]:
    """Return what every system gave for a request, by system.

    Raises:
        NotFound: there is no such request.
        RequestUnreadable: it was destroyed.
        CollectedMissing: a system was read, and what it gave is not here any more.
    """
    row = RightsRequest.objects.filter(pk=request_id).first()
    if row is None:
        raise NotFound(what="request")
    key = sealing.request_key(row)
    _, state = read_state(row)
    for system, event in read_systems(state):
        step = RequestStep.objects.filter(request_id=request_id, system=system, verb=_READ).first()
        if event.facts.get("records") and (step is None or not is_here(request_id, step.pk)):
            raise CollectedMissing(system=system)
    steps = RequestStep.objects.filter(request_id=request_id, verb=_READ)
    return [
        CollectedSystem(step.system, step.pk, _Contents(request_id, step.pk, key))
        for step in steps.order_by("system")
        if is_here(request_id, step.pk)
    ]


def read_systems(state: RequestState) -> list[tuple[str, RequestEvent]]:
    """Return the systems that were read, each with what was counted there."""
    return [(system, event) for (system, verb), event in state.steps.items() if verb == _READ]


def is_here(request_id: int, step_id: int) -> bool:
    """Whether what a step collected is in this instance's folder."""
    return files.exists(request_id, _records_name(step_id))


def collected_bytes(request_id: int) -> int:
    """Return how many bytes of records lie here of a request, without its attachments."""
    return sum(
        files.length(request_id, name)
        for name in files.names(request_id)
        if name.endswith(_RECORDS)
    )


def delete(request_id: int, step_id: int) -> None:
    """Delete what was collected for one step."""
    for name in files.names(request_id):
        if name.startswith(f"read-{step_id}."):
            files.delete(request_id, name)


def _lines(
    request_id: int,
    step_id: int,
    key: bytes,
    contents: Iterable[Record | Attachment],
    counts: CollectedCounts,
) -> Iterator[bytes]:
    for piece in contents:
        counts.collections[piece.collection] += 1
        if isinstance(piece, Record):
            counts.with_others += bool(piece.others)
            yield _encode(
                {
                    "collection": piece.collection,
                    "values": {name: value.reveal() for name, value in piece.values.items()},
                    "others": sorted(piece.others),
                }
            )
            continue
        counts.attachments += 1
        # Beside the lines and not in them, so that neither has to fit in memory.
        files.write(request_id, _attachment_name(step_id, counts.attachments), key, piece.chunks)
        yield _encode(
            {
                "collection": piece.collection,
                "attachment": counts.attachments,
                "name": piece.name.reveal(),
                "media_type": piece.media_type,
            }
        )


def _encode(piece: object) -> bytes:
    return json.dumps(piece, separators=(",", ":")).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class _Contents:
    request_id: int
    step_id: int
    key: bytes = field(repr=False)

    def __iter__(self) -> Iterator[Record | Attachment]:
        for line in self._stored_lines():
            stored = json.loads(line)
            if "attachment" not in stored:
                values = {name: Personal(value) for name, value in stored["values"].items()}
                yield Record(stored["collection"], values, frozenset(stored["others"]))
                continue
            name = _attachment_name(self.step_id, int(stored["attachment"]))
            yield Attachment(
                stored["collection"],
                Personal(stored["name"]),
                stored["media_type"],
                _AttachmentChunks(self.request_id, name, self.key),
            )

    def _stored_lines(self) -> Iterator[bytes]:
        rest = b""
        for chunk in files.read(self.request_id, _records_name(self.step_id), self.key):
            *whole, rest = (rest + chunk).split(b"\n")
            yield from whole


@dataclass(frozen=True, slots=True)
class _AttachmentChunks:
    request_id: int
    name: str
    key: bytes = field(repr=False)

    def __iter__(self) -> Iterator[bytes]:
        return files.read(self.request_id, self.name, self.key)


def _records_name(step_id: int) -> str:
    return f"read-{step_id}{_RECORDS}"


def _attachment_name(step_id: int, number: int) -> str:
    return f"read-{step_id}.{number}"
