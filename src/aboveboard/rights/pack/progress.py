"""How far the worker is with a pack: which reading of which system, how many records, how much is
written. Kept in a sealed file beside it, written now and then; a pack of a moment has none."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Final, NamedTuple

from aboveboard.basics import clock
from aboveboard.rights.models import RightsRequest
from aboveboard.rights.pack import limits
from aboveboard.rights.pack.redacting import CollectedItem
from aboveboard.rights.pack.reviewing import CollectedAnswers
from aboveboard.rights.requests import files, sealing

PROGRESS: Final = "pack-progress"
"""The name of the sealed file."""


class PackPhase(StrEnum):
    """What the worker is at."""

    LOOKING = "looking"
    """It looks for what may be about other people."""
    REDACTING = "redacting"
    """It takes out what is."""
    WRITING = "writing"
    """It writes the files."""


class PackProgress(NamedTuple):
    """How far it is. ``system`` of ``systems`` are begun; ``records`` are read in this phase, or
    ``written`` bytes; ``at``: when this was so."""

    phase: PackPhase
    system: int
    systems: int
    records: int
    written: int
    at: datetime


class ProgressNote:
    """Notes how far one making of a pack is."""

    def __init__(self, row: RightsRequest, *, now: Callable[[], datetime] = clock.now) -> None:
        self._row, self._now, self._last = row, now, now()

    def reading(self, phase: PackPhase, answers: CollectedAnswers) -> CollectedAnswers:
        """Return the same answers, counted as they are read."""
        counts = [0, 0, len(answers)]
        return {
            system: partial(self._read, phase, counts, read) for system, read in answers.items()
        }

    def writing(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        """Yield the same blocks, counted."""
        written = 0
        for block in blocks:
            written += len(block)
            yield block
            self._note(PackPhase.WRITING, 0, 0, 0, written)

    def _read(
        self, phase: PackPhase, counts: list[int], read: Callable[[], Iterator[CollectedItem]]
    ) -> Iterator[CollectedItem]:
        counts[0] += 1
        for item in read():
            counts[1] += 1
            self._note(phase, counts[0], counts[2], counts[1], 0)
            yield item

    def _note(self, phase: PackPhase, system: int, systems: int, records: int, size: int) -> None:
        at = self._now()
        if at - self._last < limits.PROGRESS_EVERY:
            return
        self._last = at
        row = [phase.value, system, systems, records, size, clock.to_text(at)]
        key = sealing.request_key(self._row)
        files.write(self._row.pk, PROGRESS, key, [json.dumps(row).encode()])


def progress_of(request_id: int) -> PackProgress | None:
    """Return how far the pack of a request is; None where that was not noted yet."""
    row = RightsRequest.objects.filter(pk=request_id).first()
    if row is None or not row.key or not files.exists(request_id, PROGRESS):
        return None
    plain = b"".join(files.read(request_id, PROGRESS, sealing.request_key(row)))
    phase, system, systems, records, written, at = json.loads(plain)
    return PackProgress(PackPhase(phase), system, systems, records, written, clock.from_text(at))
