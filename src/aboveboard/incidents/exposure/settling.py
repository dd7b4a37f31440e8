"""Settling whose a line of a leaked file is, where it fits several people.

Until somebody does, all of them are in the count and are told: the worse reading. What is settled
makes a new count out of the first one; the file itself is gone by then.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction

from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Conflict, Invalid
from aboveboard.engines import exposure as engine
from aboveboard.engines import listing
from aboveboard.incidents import lifecycle
from aboveboard.incidents.assessment.assess import assess, score_for
from aboveboard.incidents.assessment.facts import circumstances_of
from aboveboard.incidents.entries import DoubtSettled, IncidentChanged
from aboveboard.incidents.exposure import merging
from aboveboard.incidents.exposure.counts import (
    current_count,
    derived_count,
    new_count_path,
    save_derived,
)
from aboveboard.incidents.exposure.folders import exposure_file, leak_files, working_folder
from aboveboard.incidents.models import Exposure, Incident, SettledLine


class NotInDoubt(Invalid):
    """Line {line} does not fit several people, or not the one named."""

    code = "not_in_doubt"
    next_step = "List the lines that do: aboveboard incident doubts INC-0001"


def settle(
    number: int, lines: Collection[int], person_ids: Collection[int], *, by: Actor, at: datetime
) -> Exposure:
    """Say whose these lines are, of those whom they fit: one person's, several people's, or
    nobody's; and return the count that stands then. Saying it otherwise changes what was said;
    saying the same again changes nothing.

    Raises:
        NotFound: there is no such incident.
        NotInDoubt: a line fits nobody or one person, or is not of whom is named.
        Conflict: nothing was counted yet.
    """
    _check(lifecycle.find(number), lines, person_ids)
    whose: list[int | None] = [*sorted(set(person_ids))] or [None]
    with transaction.atomic():
        incident = lifecycle.find(number, lock=True)
        settled, counted = settled_lines(incident), current_count(incident)
        wanted = sorted(set(person_ids))
        if counted and all(sorted(settled.get(line, [-1])) == wanted for line in lines):
            return counted
        # Replaced as a whole: what was said before about a line must not stay beside what is said
        # now.
        SettledLine.objects.filter(incident=incident, line__in=lines).delete()
        SettledLine.objects.bulk_create(
            SettledLine(incident=incident, line=line, person_id=person_id, at=at, by=by.as_json())
            for line in sorted(set(lines))
            for person_id in whose
        )
    count = _count_again(number, len(set(lines)), by, at)
    assess(number, by=by, at=at)
    return merging.apply_merges(number, by=by, at=at) or count


def settled_lines(incident: Incident) -> Mapping[int, list[int]]:
    """Return whose each line is that somebody settled; nobody's is an empty list."""
    settled: dict[int, list[int]] = {}
    for line, person_id in SettledLine.objects.filter(incident=incident).values_list(
        "line", "person_id"
    ):
        settled.setdefault(line, []).extend([] if person_id is None else [person_id])
    return settled


def _check(incident: Incident, lines: Collection[int], person_ids: Collection[int]) -> None:
    if current_count(incident) is None:
        raise Conflict(why=f"{incident.reference} was not counted yet")
    files = leak_files(incident)
    for line in lines:
        fitting = listing.doubts(files, after=line - 1, limit=1)
        if (
            not fitting
            or fitting[0].line != line
            or not set(person_ids) <= set(fitting[0].person_ids)
        ):
            raise NotInDoubt(line=line)


def _count_again(number: int, lines: int, by: Actor, at: datetime) -> Exposure:
    """Write the set again, and it only stands if nothing else was settled or counted meanwhile;
    else it is written once more, from what is settled then."""
    while True:
        incident = lifecycle.find(number)
        settled = settled_lines(incident)
        # From the first count each time and not from the latest: who was settled out of a line
        # before must be able to come back.
        counts = Exposure.objects.filter(incident=incident).select_related("incident")
        first, latest = counts.earliest("id"), counts.latest("id")
        with working_folder() as scratch:
            made = new_count_path(scratch)
            done = engine.settle(
                leak_files(incident),
                exposure_file(first),
                settled,
                made,
                score=score_for(circumstances_of(incident)),
            )
            row = derived_count(latest, made, done, at=at)
            row.doubtful, row.ambiguous_lines = done.doubtful, done.ambiguous
            # The lines are those of the first count, where no line was settled yet.
            row.matched_lines = first.matched_lines + first.ambiguous_lines - done.ambiguous
            with transaction.atomic():
                fresh = lifecycle.find(number, lock=True)
                if current_count(fresh) == latest and settled_lines(fresh) == settled:
                    save_derived(row, scratch)
                    sentence = f"It was settled whose {lines:,} lines are: {done.people:,} people."
                    lifecycle.add_timeline_event(fresh, "settled", sentence, by=by, at=at)
                    entry = IncidentChanged(
                        incident=lifecycle.reference_of(fresh),
                        settled=DoubtSettled(lines=lines, people=done.people),
                    )
                    lifecycle.append_entry(entry, by=by, at=at)
                    return row
