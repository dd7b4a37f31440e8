"""One person, one row: a count that stands is brought up to the merges since.

A count names the records of its moment. Whoever was two of them and is one since would stand in it
twice, and be told twice. So before anybody is told, and whenever it is asked for again, the count
is written once more with one row for them. A merge that is undone later leaves it as it is: the one
that they were then was told.
"""

from __future__ import annotations

from datetime import datetime
from itertools import islice

from django.db import transaction

from aboveboard.basics.actor import Actor
from aboveboard.engines import exposure as engine
from aboveboard.engines import limits, listing
from aboveboard.incidents import lifecycle
from aboveboard.incidents.assessment.assess import assess, score_for
from aboveboard.incidents.assessment.circumstances import of
from aboveboard.incidents.exposure.counts import derived, file_in, newest, save_derived
from aboveboard.incidents.exposure.folders import exposure_file, working
from aboveboard.incidents.models import Exposure
from aboveboard.vault import aliases


def merge(number: int, *, by: Actor, at: datetime) -> Exposure | None:
    """Return the count that stands, with one row for whoever was several records and is one now;
    None when nothing was counted.

    Raises:
        NotFound: there is no such incident.
    """
    while True:
        incident = lifecycle.find(number)
        latest = newest(incident)
        if latest is None or not (merged := _merged_in(latest)):
            return latest
        with working() as scratch:
            made = file_in(scratch)
            done = engine.merge(
                exposure_file(latest),
                merged,
                made,
                score=score_for(of(incident.kind, incident.circumstances)),
            )
            row = derived(latest, made, done, at=at)
            # How many of the doubtful were merged the file does not say: the higher number stays,
            # as far as it can be.
            row.doubtful = min(latest.doubtful, done.people)
            with transaction.atomic():
                fresh = lifecycle.find(number, lock=True)
                stands = newest(fresh) == latest
                if stands:
                    save_derived(row, scratch)
                    words = f"Records of one person are one row now: {done.people:,} people."
                    lifecycle.tell(fresh, "merged", words, by=by, at=at)
        if stands:
            assess(number, by=by, at=at)
            return newest(lifecycle.find(number))


def _merged_in(latest: Exposure) -> list[tuple[int, int]]:
    """Return the numbers in a count that lead to another one by now, each with that one."""
    file, everybody = exposure_file(latest), aliases.everybody_merged()
    merged: list[tuple[int, int]] = []
    # Asked from the merges and not from the count, which may hold a hundred times as many people.
    while batch := dict(islice(everybody, limits.ENGINE_BATCH)):
        merged += [(person_id, batch[person_id]) for person_id in listing.people(file, list(batch))]
    return merged
