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
from aboveboard.incidents.assessment.facts import circumstances_of
from aboveboard.incidents.exposure.counts import (
    current_count,
    derived_count,
    new_count_path,
    save_derived,
)
from aboveboard.incidents.exposure.folders import exposure_file, working_folder
from aboveboard.incidents.models import Exposure
from aboveboard.vault import aliases


def apply_merges(number: int, *, by: Actor, at: datetime) -> Exposure | None:
    """Return the count that stands, with one row for whoever was several records and is one now;
    None when nothing was counted.

    Raises:
        NotFound: there is no such incident.
    """
    while True:
        incident = lifecycle.find(number)
        latest = current_count(incident)
        if latest is None or not (merged := _merged_numbers(latest)):
            return latest
        with working_folder() as scratch:
            made = new_count_path(scratch)
            done = engine.merge(
                exposure_file(latest),
                merged,
                made,
                score=score_for(circumstances_of(incident)),
            )
            row = derived_count(latest, made, done, at=at)
            # How many of the doubtful were merged the file does not say: the higher number stays,
            # as far as it can be.
            row.doubtful = min(latest.doubtful, done.people)
            with transaction.atomic():
                fresh = lifecycle.find(number, lock=True)
                stands = current_count(fresh) == latest
                if stands:
                    save_derived(row, scratch)
                    words = f"Records of one person are one row now: {done.people:,} people."
                    lifecycle.add_timeline_event(fresh, "merged", words, by=by, at=at)
        if stands:
            assess(number, by=by, at=at)
            return current_count(lifecycle.find(number))


def _merged_numbers(latest: Exposure) -> list[tuple[int, int]]:
    """Return the numbers in a count that lead to another one by now, each with that one."""
    file, everybody = exposure_file(latest), aliases.all_merged()
    merged: list[tuple[int, int]] = []
    # Asked from the merges and not from the count, which may hold a hundred times as many people.
    while batch := dict(islice(everybody, limits.ENGINE_BATCH)):
        merged += [(person_id, batch[person_id]) for person_id in listing.people(file, list(batch))]
    return merged
