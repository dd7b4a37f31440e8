"""How the rows of notices are compared with the log, declared: they decide what is written to
everybody who was in a loss."""

from __future__ import annotations

from typing import Any, Final

from aboveboard.basics import clock
from aboveboard.basics.package import DecidingTable, RecordedEntry
from aboveboard.incidents.case.models import CommunicationsFreeze
from aboveboard.incidents.entries import IncidentChanged, NoticesApproved
from aboveboard.incidents.notices.models import BatchRecord, ChangeRequest, NoticeBatch
from aboveboard.incidents.terms import BatchStep, RequestOutcome

_PREPARED: Final = "prepared"
CHANGES_REQUESTED: Final = "changes_requested"
"""The step of a batch that an entry names when a colleague asked for changes."""


FROZEN: Final = "frozen"
"""The step of an entry when communications were frozen."""


def _prepared(entry: RecordedEntry[IncidentChanged]) -> tuple[str, int] | None:
    step = entry.facts.notices
    return ("id", step.batch) if step is not None and step.step == _PREPARED else None


def _differs(row: NoticeBatch, entry: RecordedEntry[Any]) -> str:
    facts = entry.facts if isinstance(entry.facts, NoticesApproved) else entry.facts.notices
    # The number and the digest of the texts are what the second person read: a row with another has
    # not their approval.
    if row.people != facts.people:
        return "people"
    if row.texts != facts.texts:
        return "texts"
    approved = isinstance(entry.facts, NoticesApproved)
    return "delivery_batch" if approved and row.delivery_batch is None else ""


def _decided(entry: RecordedEntry[IncidentChanged]) -> tuple[str, int] | None:
    step = entry.facts.notices
    return ("entry_id", entry.id) if step is not None and step.step in BatchStep.values else None


def _decision(entry: RecordedEntry[Any]) -> tuple[int, str] | None:
    """Return about which batch an entry says what was decided."""
    if isinstance(entry.facts, NoticesApproved):
        return entry.facts.batch, BatchStep.APPROVED.value
    step = entry.facts.notices
    return None if step is None else (step.batch, str(step.step))


def _decided_otherwise(row: BatchRecord, entry: RecordedEntry[Any]) -> str:
    batch, step = _decision(entry) or (None, "")
    if row.batch_id != batch:
        return "batch_id"
    return "" if row.step == step else "step"


def _made_by(row: BatchRecord, entry: RecordedEntry[Any]) -> bool:
    same_moment = clock.to_text(row.at) == clock.to_text(entry.at)
    return same_moment and _decision(entry) == (row.batch_id, row.step)


def _asked(entry: RecordedEntry[IncidentChanged]) -> tuple[str, int] | None:
    step = entry.facts.notices
    if step is None:
        return None
    if step.step == CHANGES_REQUESTED:
        return "entry_id", entry.id
    return ("entry_id", step.request or 0) if step.step in RequestOutcome.values else None


def _asked_otherwise(row: ChangeRequest, entry: RecordedEntry[Any]) -> str:
    batch, step = _decision(entry) or (None, "")
    if row.batch_id != batch:
        return "batch_id"
    if step == CHANGES_REQUESTED:
        return "" if row.entry_id == entry.id else "entry_id"
    return "" if row.outcome == step else "outcome"


def _froze(entry: RecordedEntry[IncidentChanged]) -> tuple[str, int] | None:
    step = entry.facts.freeze
    if step is None:
        return None
    return "entry_id", entry.id if step.step == FROZEN else step.of or 0


def _frozen_otherwise(row: CommunicationsFreeze, entry: RecordedEntry[Any]) -> str:
    if row.incident.reference != entry.facts.incident:
        return "incident_id"
    if entry.facts.freeze.step == FROZEN:
        return "" if row.entry_id == entry.id else "entry_id"
    return "" if row.lifted_at is not None else "lifted_at"


DECIDING: Final = (
    DecidingTable(
        table="incidents.CommunicationsFreeze",
        speaks_of={IncidentChanged: _froze},
        named_in=("entry_id", "lifted_entry_id"),
        differs=_frozen_otherwise,
        since="incidents.0015_case_roles",
    ),
    DecidingTable(
        table="incidents.NoticeBatch",
        speaks_of={
            IncidentChanged: _prepared,
            NoticesApproved: lambda entry: ("id", entry.facts.batch),
        },
        named_in=("entry_id", "approved_entry_id"),
        differs=_differs,
        since="incidents.0005_row_macs",
    ),
    DecidingTable(
        table="incidents.BatchRecord",
        speaks_of={
            IncidentChanged: _decided,
            NoticesApproved: lambda entry: ("entry_id", entry.id),
        },
        differs=_decided_otherwise,
        named_before=_made_by,
        since="incidents.0006_decision_macs",
    ),
    DecidingTable(
        table="incidents.ChangeRequest",
        speaks_of={IncidentChanged: _asked},
        named_in=("entry_id", "closed_entry_id"),
        differs=_asked_otherwise,
        since="incidents.0010_change_requests",
    ),
)
