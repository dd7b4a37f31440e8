"""Counting who was exposed, as a job that may die anywhere and be run again.

Anybody may ask for a count at any time: the worker, the command line, a page. The procedure,
numbered as in the code and in ``tests/incidents/test_counting.py``:

1. Take the incident's claim, waiting for whoever has it, and only then look what there is to count.
   One process counts an incident at a time, and the others return what it found.
2. If the incident has a count and nothing new to count, return it.
3. Take a snapshot of everyone's facets and blind indexes into a scratch folder.
4. Compute the exposure set into a new file: of a lost device from its manifests, of a leaked file
   from its digests, of anything else from the lists that staff gave. What kind of incident it is
   decides; digests that are gone are never an empty manifest.
5. Write the count, the timeline and the ledger entry in one transaction, and only if the count that
   stood when this one began stands still. A crash before leaves a file that nobody refers to; the
   next run removes it.
6. Forget the leak's digests: from here on nothing of the strangers in the file is kept but line
   numbers.
7. Work out severity, risk and duties.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from django.db import transaction

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM, Actor
from aboveboard.basics.errors import Conflict
from aboveboard.basics.facts import Digest
from aboveboard.basics.ids import new_id
from aboveboard.basics.locks import locked
from aboveboard.custody import queries as custody
from aboveboard.engines import exposure as engine
from aboveboard.engines import listing
from aboveboard.engines.leak import LeakPaths
from aboveboard.engines.snapshot import take_snapshot
from aboveboard.incidents import lifecycle
from aboveboard.incidents.assessment.assess import COUNT_JOB, assess, score_for
from aboveboard.incidents.assessment.facts import circumstances_of
from aboveboard.incidents.entries import IncidentCounted
from aboveboard.incidents.exposure import comparing, merging, parts, stated
from aboveboard.incidents.exposure.counts import cells_json, current_count
from aboveboard.incidents.exposure.folders import claim_path, folder_of, working_folder
from aboveboard.incidents.leaks import index_keys
from aboveboard.incidents.leaks import unread as unread_lines
from aboveboard.incidents.models import Exposure, Incident
from aboveboard.incidents.terms import IncidentKind
from aboveboard.outbox import jobs
from aboveboard.outbox.reference import Reference
from aboveboard.vault import aliases, facets

JOB = COUNT_JOB

STEPS = ("Reading who is held", "Matching", "Writing down", "Working out what is due")
"""What ``progress`` is told, in order."""


class NothingToCount(Conflict):
    """There is nothing from which {reference} can be counted."""

    code = "nothing_to_count"
    next_step = "Adopt a promise, or say who is affected: aboveboard incident affected INC-0001"


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

    Whoever else counts this incident meanwhile is waited for.

    Raises:
        NotFound: there is no such incident. NothingToCount: it has neither a device nor a leak.
        MadeWithAnotherKey: its digests can be matched no more.
    """
    with locked(claim_path(lifecycle.find(number))):  # 1
        # Read again under the claim: what was there before it may be counted and gone by now.
        incident = lifecycle.find(number)
        latest = current_count(incident)
        if not _has_something_new(incident, latest):  # 2
            if latest is None:
                raise NothingToCount(reference=incident.reference)
            # Without this the count would stand for good with no severity and no duty, since there
            # is nothing new to count.
            if not latest.assessments.exists():  # it died between 5 and 7
                assess(number, by=by, at=at)
            return merging.apply_merges(number, by=by, at=at) or latest
        row = _count(incident, latest, progress, by, at)
        # Still under the claim: whoever waits for it finds a count with its duties, not one that
        # lacks them.
        progress(STEPS[3])
        assess(number, by=by, at=at)  # 7
        return current_count(incident) or row


def _has_something_new(incident: Incident, latest: Exposure | None) -> bool:
    if incident.kind == IncidentKind.LEAKED_FILE:
        return LeakPaths.in_folder(folder_of(incident)).exist
    if incident.kind == IncidentKind.LOST_DEVICE:
        # Compared by name and not by the moment: an export begun before the count and finished
        # after it would seem to be counted.
        return latest is None or not _has_counted_all(incident, latest)
    if latest is None:
        return bool(stated.lists(incident) or stated.estimates(incident))
    # A list that was taken back is something new too: its people must leave the count.
    return parts.has_stale_parts(incident) or set(_sources(incident)) != set(latest.exports or ())


def _has_counted_all(incident: Incident, latest: Exposure) -> bool:
    """Whether no export reached the device since a count."""
    if latest.exports is not None:
        return not _lacks_export(latest, _sources(incident))
    # A count of before exports were named in it: by the moment, as it was then.
    return incident.device_id is None or not any(
        export.made_at and export.made_at > latest.counted_at
        for export in custody.exports_on(incident.device_id)
    )


def _lacks_export(latest: Exposure, exports: Collection[int]) -> bool:
    """Whether a count that stands was made without some of these exports. A leaked file is counted
    once, from all of it, and has none."""
    return not set(exports) <= set(latest.exports or ())


def _sources(incident: Incident) -> list[int]:
    """Return what there is to count from: the exports on the lost device, or the lists that staff
    gave of a loss that is neither a device nor a file."""
    if incident.kind == IncidentKind.OTHER:
        return stated.lists(incident)
    if incident.device_id is None:
        return []
    return [export.id for export in custody.exports_on(incident.device_id)]


def _count(
    incident: Incident,
    latest: Exposure | None,
    progress: Callable[[str], None],
    by: Actor,
    at: datetime,
) -> Exposure:
    """Make a new count, under the claim."""
    folder_of(incident).mkdir(mode=0o700, exist_ok=True)
    _delete_unrecorded(incident)
    parts.refresh_parts(incident)
    score = score_for(circumstances_of(incident))
    leak, sources = LeakPaths.in_folder(folder_of(incident)), _sources(incident)
    with working_folder() as scratch:
        made, files = scratch / "exposure.parquet", engine.LeakFiles.in_folder(scratch)
        progress(STEPS[0])
        with facets.consistent_snapshot():  # 3
            # Facets and look-ups of one moment: between two, an erasure or a merge would leave a
            # look-up that leads to nobody.
            snapshot = take_snapshot(scratch, people=facets.write_people, index=facets.write_index)
            if incident.kind != IncidentKind.LEAKED_FILE:
                # As of the same moment as the snapshot: a person whose record is merged or split
                # in between would stand in it under a number that the snapshot does not have.
                progress(STEPS[1])
                listed = (
                    _on_device(sources)
                    if incident.kind == IncidentKind.LOST_DEVICE
                    else stated.manifest(incident)
                )
                seen = stated.files(incident)
                counted = engine.from_manifest(  # 4
                    listed,
                    snapshot,
                    made,
                    score=score,
                    files=seen,
                    merged=aliases.all_merged() if seen else (),
                )
        if incident.kind == IncidentKind.LEAKED_FILE:
            progress(STEPS[1])
            # Before matching: a file made with another index key matches nobody, and that must be
            # an error and not a count of nought.
            index_keys.check_index_key(incident)
            comparing.add_compared(leak, snapshot)
            counted = engine.from_leak(leak, snapshot, made, files, score=score)  # 4
            files.move_to(folder_of(incident))
        out = folder_of(incident) / f"exposure-{new_id()}.parquet"
        made.replace(out)
    progress(STEPS[2])
    row = _write(incident, latest, counted, sources, out, by, at)  # 5
    # Only now: after a crash before this the same digests are matched once more.
    leak.forget()  # 6
    index_keys.delete_keys(folder_of(incident))
    return row


def _on_device(exports: Sequence[int]) -> Iterator[engine.ListedPerson]:
    # A manifest names who is on the device: nothing is more certain.
    for row in custody.manifest(exports):
        yield *row, engine.CERTAIN


def _write(
    incident: Incident,
    latest: Exposure | None,
    counted: engine.ExposureCount,
    sources: Sequence[int],
    out: Path,
    by: Actor,
    at: datetime,
) -> Exposure:
    # From the rows that list them, so that the number opens as those rows (design, invariant 8).
    unread = unread_lines.count(incident)
    with transaction.atomic():
        locked_incident = lifecycle.find(incident.number, lock=True)
        # The claim is a lock on a file. On a shared disk that does not keep such locks this still
        # holds: a count never replaces one that it did not know of and that counted as much.
        present = current_count(locked_incident)
        if present is not None and present != latest and not _lacks_export(present, sources):
            return present
        if incident.kind == IncidentKind.OTHER and sources:
            stated.withdraw_assumption(locked_incident, at=at)
        row = Exposure.objects.create(
            incident=locked_incident,
            counted_at=at,
            file_name=out.name,
            file_digest=counted.digest,
            people=counted.people,
            matched_lines=counted.matched,
            ambiguous_lines=counted.ambiguous,
            stranger_lines=counted.strangers,
            unread_lines=unread,
            seconds=counted.seconds,
            doubtful=counted.doubtful,
            cells=cells_json(listing.summary(out)),
            exports=list(sources),
        )
        if sources or incident.kind != IncidentKind.OTHER:  # else there was nobody to count
            lifecycle.add_timeline_event(
                locked_incident,
                "counted",
                _sentence(locked_incident, counted),
                by=by,
                at=at,
                public=True,
            )
        entry = IncidentCounted(
            incident=lifecycle.reference_of(locked_incident),
            people=counted.people,
            matched=counted.matched,
            ambiguous=counted.ambiguous,
            strangers=counted.strangers,
            unread=unread,
            file=Digest(counted.digest),
        )
        lifecycle.append_entry(entry, by=by, at=at)
    return row


def _sentence(incident: Incident, counted: engine.ExposureCount) -> str:
    where = {
        IncidentKind.LOST_DEVICE: "on the device",
        IncidentKind.LEAKED_FILE: "in the file",
        IncidentKind.OTHER: "on the lists that we were given",
    }[IncidentKind(incident.kind)]
    subject = (
        "1 of our customers is"
        if counted.people == 1
        else f"{counted.people:,} of our customers are"
    )
    return f"Counted: {subject} {where}."


def _delete_unrecorded(incident: Incident) -> None:
    """Remove files of counts that never came to be written down."""
    with transaction.atomic():
        # Under the lock of the incident, for who works a count out from another has no claim: it
        # puts its file there and saves its row while it holds the incident.
        lifecycle.find(incident.number, lock=True)
        known = set(Exposure.objects.filter(incident=incident).values_list("file_name", flat=True))
        for path in folder_of(incident).glob("exposure-*"):
            if path.name not in known:
                path.unlink(missing_ok=True)
