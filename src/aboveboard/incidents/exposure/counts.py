"""The counts of an incident as they stand, and the same count under other circumstances."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import astuple
from datetime import datetime

from aboveboard.basics.ids import new_id
from aboveboard.engines import exposure as engine
from aboveboard.engines import listing
from aboveboard.engines.listing import ExposureCell
from aboveboard.incidents.exposure.folders import exposure_file, folder_of
from aboveboard.incidents.models import Exposure, Incident
from aboveboard.incidents.terms import IncidentState


def newest(incident: Incident) -> Exposure | None:
    """Return the count that stands, or None when nothing was counted yet."""
    return (
        Exposure.objects.filter(incident=incident)
        .select_related("incident")
        .order_by("-id")
        .first()
    )


def in_open_incidents(person_ids: Collection[int]) -> frozenset[int]:
    """Return those of the people who stand in the newest count of an incident that is not closed:
    they may yet have to be told."""
    concerned: set[int] = set()
    for incident in Incident.objects.order_by("id"):
        last = incident.states.order_by("-id").first()
        counted = newest(incident) if last is None or last.state != IncidentState.CLOSED else None
        if counted is not None:
            concerned.update(listing.people(exposure_file(counted), list(person_ids)))
    return frozenset(concerned)


def cells_of(counted: Exposure) -> list[ExposureCell]:
    """Return a count's summary."""
    return [ExposureCell(*row) for row in counted.cells]


def cells_json(cells: Sequence[ExposureCell]) -> list[list[str | int]]:
    """Return a summary as it is stored."""
    return [list(astuple(cell)) for cell in cells]


def rescored(counted: Exposure, bands: Mapping[tuple[int, int], int], *, at: datetime) -> Exposure:
    """Return the same count with these severities: itself if they stand already, else a new one,
    whose file is written and whose row is not saved yet."""
    cells = cells_of(counted)
    if all(bands[cell.categories, cell.protected] == cell.severity for cell in cells):
        return counted
    name = f"exposure-{new_id()}.parquet"
    done = engine.rescore(
        exposure_file(counted),
        folder_of(counted.incident) / name,
        score=lambda combinations: [
            bands[item.categories, item.protected] for item in combinations
        ],
    )
    return derived(counted, name, done, at=at)


def derived(counted: Exposure, name: str, done: engine.ExposureCount, *, at: datetime) -> Exposure:
    """Return the row, not saved yet, of a count that was worked out from another and not from the
    people held."""
    return Exposure(
        incident=counted.incident,
        counted_at=at,
        file_name=name,
        file_digest=done.digest,
        people=done.people,
        matched_lines=counted.matched_lines,
        ambiguous_lines=counted.ambiguous_lines,
        stranger_lines=counted.stranger_lines,
        unread_lines=counted.unread_lines,
        seconds=done.seconds,
        cells=cells_json(listing.summary(folder_of(counted.incident) / name)),
        doubtful=counted.doubtful,
        exports=counted.exports,
    )
