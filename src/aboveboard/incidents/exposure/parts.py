"""The counts of an incident's parts, as the whole has them: brought up to date before it counts."""

from __future__ import annotations

from typing import Final

from aboveboard.engines.sources import list_set
from aboveboard.incidents import lifecycle
from aboveboard.incidents.exposure import stated
from aboveboard.incidents.exposure.counts import current_count
from aboveboard.incidents.exposure.folders import exposure_file, folder_of, working_folder
from aboveboard.incidents.models import AffectedList, Exposure, Incident
from aboveboard.incidents.terms import SourceWay

COUNTED: Final = "count"
"""In a source's evidence: the count of the part that its file is of."""


def refresh_parts(incident: Incident) -> None:
    """Write the files of an incident's parts again whose counts changed since, under its claim."""
    for row, counted in _stale(incident):
        with working_folder() as scratch:
            file = scratch / "people.parquet"
            _, categories = list_set(exposure_file(counted), file)
            file.replace(folder_of(incident) / stated.people_file(row.file_name))
        row.people, row.categories = counted.people, categories
        row.evidence = {**row.evidence, COUNTED: counted.pk}
        row.save(update_fields=["people", "categories", "evidence"])


def has_stale_parts(incident: Incident) -> bool:
    """Whether a part of an incident was counted anew since the whole was."""
    return bool(_stale(incident))


def _stale(incident: Incident) -> list[tuple[AffectedList, Exposure]]:
    stale = []
    for row in incident.affected_lists.filter(way=SourceWay.PART, withdrawn_at=None):
        counted = current_count(lifecycle.find(int(row.evidence["number"])))
        if counted is not None and counted.pk != row.evidence[COUNTED]:
            stale.append((row, counted))
    return stale
