"""Where an incident's files are: ``incidents/INC-0042/`` in the instance's folder. And what is
written meanwhile, which must not outlive whoever writes it: ``incidents/working/``.

A killed process runs no ``finally``. So what it was at stands in a folder whose lock it held: the
lock is free from the moment that it died, and :func:`delete_abandoned` deletes every folder whose
lock is free. A folder under an incident's name that no incident has was left by a transaction that
never committed; its claim was held until then.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from aboveboard.basics import settings
from aboveboard.basics.ids import new_id
from aboveboard.basics.locks import locked, remove, try_lock
from aboveboard.engines import duck
from aboveboard.engines.exposure import LeakFiles
from aboveboard.incidents.models import Exposure, Incident

_WORKING: Final = "working"
_CLAIMS: Final = "claims"
_REFERENCE: Final = "INC-"


def incidents_folder() -> Path:
    """Return the folder of all incidents, made if it is not there."""
    folder = settings.current().path("incidents")
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def folder_of(incident: Incident) -> Path:
    """Return the incident's folder, whether or not it is there."""
    return incidents_folder() / incident.reference


def claim_path(incident: Incident) -> Path:
    """Return the file whose lock is the claim on an incident's files: whoever counts it, or brings
    its digests, holds it."""
    return _claim(incident.reference)


def _claim(reference: str) -> Path:
    # Beside the folder and not in it, which is renamed into its place.
    return incidents_folder() / _CLAIMS / f"{reference}.lock"


@contextmanager
def working_folder() -> Iterator[Path]:
    """Give an empty folder for what is written meanwhile, and delete it at the end, or, if this
    process is killed, at the next :func:`delete_abandoned`."""
    folder = incidents_folder() / _WORKING / str(new_id())
    lock = folder.with_suffix(".lock")
    with locked(lock):  # before the folder is there, so that no sweep finds it without its lock
        try:
            folder.mkdir(mode=0o700)
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            remove(lock)


def delete_abandoned() -> int:
    """Delete what killed processes left: folders they worked in, digests of a leak whose incident
    never came to be, and what the engine spilled. Return how many there were.

    What anybody is still at is left alone.
    """
    gone = duck.delete_spill_folders()
    for lock in (incidents_folder() / _WORKING).glob("*.lock"):
        with try_lock(lock) as free:
            if free:
                folder = lock.with_suffix("")
                # A kill may have come between the lock and the folder; then there is nothing to
                # delete but the lock.
                gone += folder.is_dir()
                shutil.rmtree(folder, ignore_errors=True)
                remove(lock)
    for folder in incidents_folder().glob(f"{_REFERENCE}*"):
        with try_lock(_claim(folder.name)) as free:
            # Asked under the claim: whoever opens an incident holds it until the row is committed.
            if free and not _has_row(folder.name):
                shutil.rmtree(folder, ignore_errors=True)
                gone += 1
    return gone


def _has_row(reference: str) -> bool:
    number = reference.removeprefix(_REFERENCE)
    # A folder with a name that is no number of ours was made by somebody else, and is left alone.
    return not number.isdecimal() or Incident.objects.filter(number=int(number)).exists()


def exposure_file(exposure: Exposure) -> Path:
    """Return the Parquet file of a count."""
    return folder_of(exposure.incident) / exposure.file_name


def leak_files(incident: Incident) -> LeakFiles:
    """Return the files that say what became of each line of a leaked file."""
    return LeakFiles.in_folder(folder_of(incident))
