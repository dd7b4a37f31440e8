"""The counts of an incident as they stand, and the same count under other circumstances."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import astuple
from datetime import datetime
from pathlib import Path

from aboveboard.basics.ids import new_id
from aboveboard.engines import exposure as engine
from aboveboard.engines import listing
from aboveboard.engines.listing import ExposureCell
from aboveboard.incidents import lifecycle
from aboveboard.incidents.exposure.folders import exposure_file
from aboveboard.incidents.models import Exposure, Incident
from aboveboard.incidents.terms import IncidentState


def current_count(incident: Incident) -> Exposure | None:
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
        if lifecycle.current_state(incident) == IncidentState.CLOSED:
            continue
        counted = current_count(incident)
        if counted is not None:
            # The newest count alone: an earlier one may name people who turned out not to be in the
            # loss.
            concerned.update(listing.people(exposure_file(counted), list(person_ids)))
    return frozenset(concerned)


def summary_cells(counted: Exposure) -> list[ExposureCell]:
    """Return a count's summary."""
    return [ExposureCell(*row) for row in counted.cells]


def cells_json(cells: Sequence[ExposureCell]) -> list[list[str | int]]:
    """Return a summary as it is stored."""
    return [list(astuple(cell)) for cell in cells]


def rescored_count(
    counted: Exposure, bands: Mapping[tuple[int, int], int], scratch: Path, *, at: datetime
) -> Exposure:
    """Return the same count with these severities: itself if they stand already, else a new one,
    whose file is written into ``scratch`` and whose row is not saved yet."""
    cells = summary_cells(counted)
    if all(bands[cell.categories, cell.protected] == cell.severity for cell in cells):
        return counted
    made = new_count_path(scratch)
    done = engine.rescore(
        exposure_file(counted),
        made,
        score=lambda combinations: [
            bands[item.categories, item.protected] for item in combinations
        ],
    )
    return derived_count(counted, made, done, at=at)


def new_count_path(folder: Path) -> Path:
    """Return a path in a folder for the file of a new count."""
    return folder / f"exposure-{new_id()}.parquet"


def derived_count(
    counted: Exposure, made: Path, done: engine.ExposureCount, *, at: datetime
) -> Exposure:
    """Return the row, not saved yet, of a count that was worked out from another and not from the
    people held; ``made``: its file."""
    return Exposure(
        incident=counted.incident,
        counted_at=at,
        file_name=made.name,
        file_digest=done.digest,
        people=done.people,
        matched_lines=counted.matched_lines,
        ambiguous_lines=counted.ambiguous_lines,
        stranger_lines=counted.stranger_lines,
        unread_lines=counted.unread_lines,
        seconds=done.seconds,
        cells=cells_json(listing.summary(made)),
        doubtful=counted.doubtful,
        exports=counted.exports,
    )


def save_derived(row: Exposure, scratch: Path) -> None:
    """Save a count that was worked out from another, and put its file in its place, inside the
    transaction that holds the incident."""
    # In the incident's folder only now: a count that begins meanwhile deletes what stands there
    # without a row, and it waits for the incident to do so.
    (scratch / row.file_name).replace(exposure_file(row))
    row.save()
