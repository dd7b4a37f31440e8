"""What a verification finds: each thing that is wrong, by name."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

KEPT: Final = 1_000
"""Findings kept of one verification; more are only counted, so that memory stays bounded."""


class FindingKind(StrEnum):
    """What can be wrong. The values are stable, for programs."""

    NO_CHECKPOINT = "no_checkpoint"
    BAD_SIGNATURE = "bad_signature"
    NEW_KEY = "new_key"
    BAD_CHECKPOINT = "bad_checkpoint"
    FORK = "fork"
    STALE = "stale"
    NOT_WITNESSED = "not_witnessed"
    WRONG_COMMITMENT = "wrong_commitment"
    NOT_COMMITTED = "not_committed"
    MISSING_TILE = "missing_tile"
    WRONG_TILE = "wrong_tile"
    MISSING_ENTRY = "missing_entry"
    CHANGED_ENTRY = "changed_entry"
    MOVED_ENTRY = "moved_entry"
    EXTRA_ENTRY = "extra_entry"
    MALFORMED_ENTRY = "malformed_entry"
    MISSING_ROW = "missing_row"
    CHANGED_ROW = "changed_row"
    EXTRA_ROW = "extra_row"
    WAITING_TOO_LONG = "waiting_too_long"
    CHANGED_CHECKPOINT_ROW = "changed_checkpoint_row"
    UNPROVEN_ROW = "unproven_row"
    DAMAGED_DATABASE = "damaged_database"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, in a sentence; where it is known, the entry's place and id."""

    what: FindingKind
    sentence: str
    leaf_index: int | None = None
    entry_id: int | None = None


@dataclass(frozen=True, slots=True)
class TrustedCosignature:
    """A witness that is trusted cosigned the log at ``size`` entries, at
    ``at`` by its own clock."""

    witness: str
    size: int
    at: str


@dataclass(slots=True)
class VerificationReport:
    """What was checked and what was found. ``size`` and ``root`` are those
    of the signed checkpoint.

    ``resumed_at`` entries were checked before and not read again; ``newest_entry`` is the
    newest moment in those read.
    """

    size: int = 0
    root: bytes = b""
    entries: int = 0
    rows: int = 0
    waiting: int = 0
    resumed_at: int = 0
    newest_entry: str = ""
    witnessed: list[TrustedCosignature] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    not_kept: int = 0

    @property
    def ok(self) -> bool:
        """Whether everything that was checked holds."""
        return not self.findings

    def add(
        self,
        what: FindingKind,
        sentence: str,
        leaf_index: int | None = None,
        entry_id: int | None = None,
    ) -> None:
        """Note that something is wrong."""
        if len(self.findings) < KEPT:
            self.findings.append(Finding(what, sentence, leaf_index, entry_id))
        else:
            self.not_kept += 1
