"""The words of a campaign: where it stands, and what it takes. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class CampaignState(StrEnum):
    """Where a campaign stands."""

    DRAFT = "draft"
    """What it takes is shown; nothing was decided."""
    RUNNING = "running"
    STOPPED = "stopped"
    """Somebody stopped it; it goes on where it was."""
    FAILED = "failed"
    """It could not go on; why is said."""
    DONE = "done"


@dataclass(frozen=True, slots=True)
class NewCampaign:
    """What is asked: to write to whom may be for a ``purpose`` through a ``channel``, in a parcel
    for a ``recipient`` of the promise, sealed to the ``age_keys`` of whoever opens it."""

    purpose: str
    channel: str
    recipient: str
    age_keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListColumns:
    """What of a list is taken: ``fields``, by the field of the promise the column that holds it;
    ``find_by``, pairs of kind and column, the surest first. Of everybody held the columns are
    empty."""

    fields: Mapping[str, str]
    find_by: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class CampaignView:
    """A campaign as its page shows it.

    Attributes:
        headers: the columns of the list; none where everybody held is taken.
        file_name: of the list; empty where everybody held is taken.
        total: rows of the list, or people held; ``done``: those that were decided about.
        left_out: how many for each reason; a row may have several.
        failure: why it could not go on.
        fetched_at: when the parcel was fetched; ``over_at``: until when everything of it is kept.
    """

    id: int
    asked: NewCampaign
    file_name: str
    headers: tuple[str, ...]
    columns: ListColumns
    state: CampaignState
    total: int
    done: int
    allowed: int
    left_out: Mapping[str, int]
    failure: str
    export_id: int | None
    made_at: datetime
    fetched_at: datetime | None
    over_at: datetime
    has_files: bool

    @property
    def whole_base(self) -> bool:
        """Whether everybody held is taken, and no list."""
        return not self.file_name

    @property
    def percent(self) -> int:
        """How much of it is done, of 100."""
        return min(100, self.done * 100 // self.total) if self.total else 100
