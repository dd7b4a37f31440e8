"""Every read of drafts, what-ifs and announcements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aboveboard.adoption.drafting import proposer
from aboveboard.adoption.models import Announcement, Draft, DraftRevision, Weighing
from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import NotFound
from aboveboard.delivery import queries as delivery
from aboveboard.delivery.queries import BatchProgress


@dataclass(frozen=True, slots=True)
class RevisionRecord:
    """A text that a draft had: its number, when it was saved, and by whom."""

    number: int
    at: datetime
    by: Actor


@dataclass(frozen=True, slots=True)
class DraftRecord:
    """A draft: ``number`` of its newest text, ``source``; ``proposed_by`` where somebody proposed
    just this text; ``adopted_serial`` once it is a version."""

    id: int
    name: str
    created_at: datetime
    changed_at: datetime
    number: int
    source: str
    digest: str
    proposed_by: Actor | None
    closed_at: datetime | None
    adopted_serial: int | None

    @property
    def is_open(self) -> bool:
        """Whether it can still be changed."""
        return self.closed_at is None


@dataclass(frozen=True, slots=True)
class WeighingRecord:
    """A what-if: how many of how many people were gone through, and what was found once it is over:
    ``people``, ``uses`` and ``lapsing``. ``is_of_newest``: of the draft's newest text, against the
    version in force."""

    id: int
    done: int
    total: int
    finished_at: datetime | None
    counts: Mapping[str, Any]
    digest: str
    against: int


@dataclass(frozen=True, slots=True)
class AnnouncementRecord:
    """How far the telling of a version is: people gone through, yeses that ended so that they are
    asked again, and the letters."""

    serial: int
    before: int
    at: datetime
    reviewed: int
    asked_again: int
    finished_at: datetime | None
    letters: BatchProgress


def drafts() -> Sequence[DraftRecord]:
    """Return every draft, the newest first."""
    return [_draft(row) for row in Draft.objects.order_by("-pk")]


def draft(draft_id: int) -> DraftRecord:
    """Return one draft.

    Raises:
        NotFound: there is no such draft.
    """
    row = Draft.objects.filter(pk=draft_id).first()
    if row is None:
        raise NotFound(what="draft")
    return _draft(row)


def revisions(draft_id: int) -> Sequence[RevisionRecord]:
    """Return the texts that a draft had, the newest first."""
    rows = DraftRevision.objects.filter(draft_id=draft_id).order_by("-number")
    return [RevisionRecord(row.number, row.at, Actor.from_json(row.actor)) for row in rows]


def last_weighing(draft_id: int) -> WeighingRecord | None:
    """Return the newest what-if of a draft, or None."""
    row = Weighing.objects.filter(draft_id=draft_id).order_by("-pk").first()
    if row is None:
        return None
    return WeighingRecord(
        int(row.pk),
        row.done,
        row.total,
        row.finished_at,
        row.counts or {},
        row.digest,
        row.against,
    )


def announcement(serial: int) -> AnnouncementRecord | None:
    """Return how far the telling of a version is; None where nobody had it told."""
    row = Announcement.objects.filter(serial=serial).first()
    if row is None:
        return None
    return AnnouncementRecord(
        row.serial,
        row.before,
        row.at,
        row.reviewed,
        row.asked_again,
        row.finished_at,
        delivery.progress(row.batch),
    )


def _draft(row: Draft) -> DraftRecord:
    newest = DraftRevision.objects.filter(draft=row).order_by("-number")[0]
    return DraftRecord(
        id=int(row.pk),
        name=row.name,
        created_at=row.created_at,
        changed_at=newest.at,
        number=newest.number,
        source=newest.source,
        digest=newest.digest,
        proposed_by=proposer(row, newest),
        closed_at=row.closed_at,
        adopted_serial=row.adopted_serial,
    )
