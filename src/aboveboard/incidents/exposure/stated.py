"""Whom staff said that a loss affects, where there is neither a device nor a file to count from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final

from aboveboard.engines import limits
from aboveboard.engines.exposure import ExposedCombination, ListedPerson
from aboveboard.engines.listing import ExposureCell
from aboveboard.incidents.assessment import scoring
from aboveboard.incidents.assessment.facts import circumstances_of
from aboveboard.incidents.exposure.counts import current_count, summary_cells
from aboveboard.incidents.exposure.folders import folder_of
from aboveboard.incidents.models import (
    AffectedEstimate,
    AffectedList,
    AffectedPerson,
    Incident,
)
from aboveboard.incidents.terms import Certainty, IncidentKind
from aboveboard.vault import aliases

REASON: Final = "source.withdrawn_reason"
"""What the reason is bound to why a source was taken back (``case.sealing``)."""


def lists(incident: Incident) -> list[int]:
    """Return the lists that count, by their numbers."""
    counting = incident.affected_lists.filter(withdrawn_at=None)
    return list(counting.order_by("id").values_list("id", flat=True))


def manifest(incident: Incident) -> Iterator[ListedPerson]:
    """Yield ``(person_id, categories, protected, certainty)`` for everyone on these lists, as often
    as they are on one, by the number that they have now."""
    rows = AffectedPerson.objects.filter(
        affected_list__incident=incident, affected_list__withdrawn_at=None
    )
    lines = rows.values_list(
        "person_id", "affected_list__categories", "affected_list__protected", "certainty"
    ).iterator(chunk_size=limits.ENGINE_BATCH)
    while batch := list(islice(lines, limits.ENGINE_BATCH)):
        now = aliases.current_numbers([person_id for person_id, *_ in batch])
        for person_id, categories, protected, certainty in batch:
            yield now[person_id], categories, protected, certainty


def files(incident: Incident) -> list[Path]:
    """Return the files of listed people of the sources that count and have some."""
    counting = incident.affected_lists.filter(withdrawn_at=None).exclude(file_name="")
    return [
        folder_of(incident) / people_file(name)
        for name in counting.order_by("id").values_list("file_name", flat=True)
    ]


def acts_file(name: str) -> str:
    """Return what the file of a login's acts is called."""
    return f"{name}-acts.parquet"


def people_file(name: str) -> str:
    """Return what the file of whom a source names is called."""
    return f"{name}-people.parquet"


def lines_file(name: str) -> str:
    """Return what the file is called that says what became of each line of a report."""
    return f"{name}-lines.parquet"


def unknown_file(name: str) -> str:
    """Return what the file of the digests of addresses that are nobody's we know is called."""
    return f"{name}-unknown.parquet"


def delete_files(row: AffectedList) -> None:
    """Delete the files of a source that was taken back."""
    if row.file_name:
        for called in (acts_file, people_file, lines_file, unknown_file):
            (folder_of(row.incident) / called(row.file_name)).unlink(missing_ok=True)


def estimates(incident: Incident) -> list[AffectedEstimate]:
    """Return the estimates that count."""
    return list(incident.affected_estimates.filter(withdrawn_at=None).order_by("id"))


def estimated_cells(incident: Incident) -> list[ExposureCell]:
    """Return whoever is estimated or assumed, as a summary of a count has those who are counted,
    with the severity under the incident's circumstances."""
    return _cells(incident, estimates(incident))


def _cells(incident: Incident, rows: Sequence[AffectedEstimate]) -> list[ExposureCell]:
    circumstances = circumstances_of(incident)
    combinations = [
        ExposedCombination(each.categories, each.protected, each.people) for each in rows
    ]
    scored = scoring.score(combinations, circumstances)
    return [
        ExposureCell(
            jurisdiction=each.jurisdiction,
            language="",
            channel="",
            categories=each.categories,
            protected=each.protected,
            severity=int(item.score.band),
            people=each.people,
            certainty=Certainty.NOT_EXCLUDED if each.assumed else Certainty.PROBABLE,
        )
        for each, item in zip(rows, scored, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class KnownAffected:
    """Whom a loss affects, as far as anybody knows: the counted and the estimated, as a summary.
    ``exact``: nobody of them is estimated."""

    cells: tuple[ExposureCell, ...]
    exact: bool

    @property
    def people(self) -> int:
        """How many there are."""
        return sum(cell.people for cell in self.cells)


def summarise_affected(incident: Incident) -> KnownAffected | None:
    """Return whom a loss affects as it may be said to others; None while nobody knows. What is
    merely assumed is left out."""
    counted = current_count(incident)
    estimated = _cells(incident, [each for each in estimates(incident) if not each.assumed])
    listed = counted is not None and (
        incident.kind != IncidentKind.OTHER or bool(counted.people or lists(incident))
    )
    if not listed and not estimated:
        return None
    cells = summary_cells(counted) if counted is not None else []
    return KnownAffected((*cells, *estimated), exact=not estimated)


def withdraw_assumption(incident: Incident, *, at: datetime) -> None:
    """Assume nobody any more: somebody said who is affected."""
    waiting = incident.affected_estimates.filter(assumed=True, withdrawn_at=None)
    waiting.update(withdrawn_at=at)
