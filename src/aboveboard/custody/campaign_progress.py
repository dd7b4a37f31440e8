"""What was decided about the rows of a campaign's file, kept beside it while it is filtered, so
that a run that was killed goes on where it was.

Lines of JSON: what the run is of, then a batch a line. No value of a row is in it, only its number,
a person's number, and codes. A batch is on the disk before the next is decided about; one that was
decided and not written yet is decided about again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from aboveboard.basics.clock import from_text, to_text
from aboveboard.custody.limits import CAMPAIGN_FRESH

ALLOWED = ""
"""Nothing stands against it."""


@dataclass(frozen=True, slots=True)
class DecidedRow:
    """What was decided about one row: its number in the file (the heading is 1), whose it is (None
    where nobody, or several, are known by it), why it is left out, and when."""

    number: int
    person_id: int | None
    codes: str
    at: datetime

    @property
    def allowed(self) -> bool:
        """Whether it goes out."""
        return self.codes == ALLOWED


@dataclass(slots=True)
class CampaignProgress:
    """The rows that were decided about, by number, and the file that they stand in."""

    place: Path
    rows: dict[int, DecidedRow] = field(default_factory=dict)

    def store(self, batch: Iterable[DecidedRow]) -> None:
        """Add a batch, and return when it is on the disk."""
        listed = list(batch)
        self.rows.update((row.number, row) for row in listed)
        line = [[row.number, row.person_id, row.codes, to_text(row.at)] for row in listed]
        with self.place.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, separators=(",", ":")) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def end(self) -> None:
        """Remove the file: the campaign's own files are written."""
        self.place.unlink(missing_ok=True)


def open_progress(place: Path, run: Mapping[str, object], *, at: datetime) -> CampaignProgress:
    """Return what an earlier run of the same file for the same purpose decided, or nothing where
    there was none, or another. What it allowed too long ago is left out: it is asked again."""
    progress = CampaignProgress(place)
    lines = place.read_text("utf-8").splitlines() if place.exists() else []
    if lines and _read(lines[0]) == run:
        for line in lines[1:]:
            batch = _read(line)
            if not isinstance(batch, list):
                break  # the last line of a run that was killed may be cut
            for number, person_id, codes, decided_at in batch:
                row = DecidedRow(number, person_id, codes, from_text(decided_at))
                if not row.allowed or at - row.at < CAMPAIGN_FRESH:
                    progress.rows[number] = row
    place.unlink(missing_ok=True)
    with os.fdopen(os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        file.write(json.dumps(dict(run)) + "\n")
    if progress.rows:
        progress.store(list(progress.rows.values()))
    return progress


def _read(line: str) -> object:
    try:
        return json.loads(line)
    except ValueError:
        return None
