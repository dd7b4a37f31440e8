"""Counting who was exposed, as a job that may die anywhere and be run again.

The procedure, numbered as in the code and in ``tests/incidents/test_actions.py``:

1. If the incident has a count and nothing new to count, return it.
2. Take a snapshot of everyone's facets and blind indexes into a scratch folder.
3. Compute the exposure set from the manifests of the device, or from the leak's
   digests, into a new file.
4. Write the count, the timeline and the ledger entry in one transaction. A crash before leaves a
   file that nobody refers to; the next run removes it.
5. Forget the leak's digests: from here on nothing of the strangers in the file
   is kept but line numbers.
6. Work out severity, risk and duties.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.db import transaction

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM, Actor
from aboveboard.basics.errors import Conflict
from aboveboard.basics.facts import Digest
from aboveboard.basics.ids import new_id
from aboveboard.custody import queries as custody
from aboveboard.engines import exposure as engine
from aboveboard.engines import listing
from aboveboard.engines.leak import Leak
from aboveboard.engines.snapshot import take
from aboveboard.incidents import lifecycle
from aboveboard.incidents.assessment.assess import assess, score_for
from aboveboard.incidents.assessment.circumstances import of
from aboveboard.incidents.entries import IncidentCounted
from aboveboard.incidents.exposure.counts import cells_json, newest
from aboveboard.incidents.exposure.folders import folder_of, lines_file
from aboveboard.incidents.leaks import keyed
from aboveboard.incidents.models import Exposure, Incident
from aboveboard.incidents.terms import IncidentKind
from aboveboard.outbox import jobs
from aboveboard.outbox.reference import Reference
from aboveboard.vault import facets

JOB = "incident.count"

STEPS = ("Reading who is held", "Matching", "Writing down", "Working out what is due")
"""What ``progress`` is told, in order."""


class NothingToCount(Conflict):
    """There is nothing from which {reference} can be counted."""

    code = "nothing_to_count"
    next_step = "Open it from a leaked file, or name the device that was lost."


def enqueue(incident: Incident) -> None:
    """Ask the worker for a count, beside the change that needs it."""
    jobs.enqueue(JOB, {"incident": incident.number})


def run_job(ref: Reference) -> None:
    """Do the job ``incident.count``."""
    count(int(str(ref["incident"])), by=SYSTEM, at=clock.now())


def count(
    number: int, *, progress: Callable[[str], None] = lambda step: None, by: Actor, at: datetime
) -> Exposure:
    """Count who was exposed and return the count that stands. Running it again changes nothing.

    Raises:
        NotFound: there is no such incident. NothingToCount: it has neither a device nor a leak.
    """
    incident = lifecycle.find(number)
    leak = Leak.within(folder_of(incident))
    latest = newest(incident)
    if latest is not None and not leak.there and _counted_exports(incident, latest):  # 1
        if not latest.assessments.exists():
            assess(number, by=by, at=at)
        return newest(incident) or latest
    if incident.kind != IncidentKind.LOST_DEVICE and not leak.there:
        raise NothingToCount(reference=incident.reference)
    folder_of(incident).mkdir(mode=0o700, parents=True, exist_ok=True)
    _sweep(incident)
    out = folder_of(incident) / f"exposure-{new_id()}.parquet"
    score = score_for(of(incident.kind, incident.circumstances))
    with tempfile.TemporaryDirectory(dir=folder_of(incident), prefix="scratch-") as scratch:
        progress(STEPS[0])
        with facets.one_moment():  # 2
            snapshot = take(Path(scratch), people=facets.write_people, index=facets.write_index)
        progress(STEPS[1])
        if leak.there:  # 3
            keyed.prove(incident)
            counted = engine.from_leak(leak, snapshot, out, lines_file(incident), score=score)
        else:
            exports = [export.id for export in custody.exports(device_id=incident.device_id)]
            counted = engine.from_manifest(custody.manifest(exports), snapshot, out, score=score)
    progress(STEPS[2])
    row = _write(incident, counted, out, by, at)  # 4
    # Only now: after a crash before this the same digests are matched once more.
    leak.forget()  # 5
    keyed.forget(folder_of(incident))
    progress(STEPS[3])
    assess(number, by=by, at=at)  # 6
    return newest(incident) or row


def _write(
    incident: Incident, counted: engine.Counted, out: Path, by: Actor, at: datetime
) -> Exposure:
    unread = incident.unread_rows.count()
    with transaction.atomic():
        locked = lifecycle.find(incident.number, lock=True)
        row = Exposure.objects.create(
            incident=locked,
            counted_at=at,
            file_name=out.name,
            file_digest=counted.digest,
            people=counted.people,
            matched_lines=counted.matched,
            ambiguous_lines=counted.ambiguous,
            stranger_lines=counted.strangers,
            unread_lines=unread,
            seconds=counted.seconds,
            cells=cells_json(listing.summary(out)),
        )
        lifecycle.tell(locked, "counted", _sentence(locked, counted), by=by, at=at, public=True)
        entry = IncidentCounted(
            incident=lifecycle.reference_of(locked),
            people=counted.people,
            matched=counted.matched,
            ambiguous=counted.ambiguous,
            strangers=counted.strangers,
            unread=unread,
            file=Digest(counted.digest),
        )
        lifecycle.record(entry, by=by, at=at)
    return row


def _sentence(incident: Incident, counted: engine.Counted) -> str:
    where = "on the device" if incident.kind == IncidentKind.LOST_DEVICE else "in the file"
    subject = (
        "1 of our customers is"
        if counted.people == 1
        else f"{counted.people:,} of our customers are"
    )
    return f"Counted: {subject} {where}."


def _counted_exports(incident: Incident, count: Exposure) -> bool:
    """Whether no export reached the device after the count."""
    if incident.kind != IncidentKind.LOST_DEVICE or incident.device_id is None:
        return True
    return not any(
        export.made_at and export.made_at > count.counted_at
        for export in custody.exports(device_id=incident.device_id)
    )


def _sweep(incident: Incident) -> None:
    """Remove files of counts that never came to be written down."""
    known = set(Exposure.objects.filter(incident=incident).values_list("file_name", flat=True))
    for path in folder_of(incident).glob("exposure-*"):
        if path.name not in known:
            path.unlink(missing_ok=True)
