"""Where an incident's files are: ``incidents/INC-0042/`` in the instance's folder."""

from __future__ import annotations

from pathlib import Path

from aboveboard.basics import settings
from aboveboard.incidents.models import Exposure, Incident


def incidents_folder() -> Path:
    """Return the folder of all incidents, made if it is not there."""
    folder = settings.current().path("incidents")
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def folder_of(incident: Incident) -> Path:
    """Return the incident's folder, whether or not it is there."""
    return incidents_folder() / incident.reference


def exposure_file(exposure: Exposure) -> Path:
    """Return the Parquet file of a count."""
    return folder_of(exposure.incident) / exposure.file_name


def lines_file(incident: Incident) -> Path:
    """Return the file that says what became of each line of a leaked file."""
    return folder_of(incident) / "lines.parquet"
