"""Versions of who was exposed: each count stays, and what one says that another did not is listed.

Later facts make a new count and never change one. Whoever was told by an earlier count is told
again only what is new, so the differences are by person: added, gone, more or less exposed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import models

from aboveboard.basics.errors import NotFound
from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.engines import changes as engine
from aboveboard.incidents import lifecycle
from aboveboard.incidents.exposure.counts import summary_cells
from aboveboard.incidents.exposure.folders import exposure_file
from aboveboard.incidents.models import Exposure
from aboveboard.incidents.notices.models import NoticeBatch
from aboveboard.incidents.terms import Certainty, IncidentKind
from aboveboard.law.categories import all_categories, from_bitmap


class ExposureChange(models.TextChoices):
    """What a later count says of somebody that an earlier one did not."""

    ADDED = "added", "Added"
    MORE = "more", "More is exposed"
    LESS = "less", "Less is exposed"
    GONE = "gone", "No longer in it"
    SURER = "surer", "More certain"
    LESS_SURE = "less_sure", "Less certain"


@dataclass(frozen=True, slots=True)
class CountVersion:
    """A count of an incident: ``number`` counts them from 1. ``notified``: notices were approved
    for it, so this is what people were told."""

    id: int
    number: int
    counted_at: datetime
    people: int
    notified: bool


@dataclass(frozen=True, slots=True)
class PersonChange:
    """Of one person: what changed, what was exposed before and what is now, and what is new, in
    words; and how certain it was and is, None where they are not in it."""

    person_id: int
    change: ExposureChange
    before: tuple[str, ...]
    now: tuple[str, ...]
    newly: tuple[str, ...]
    sure_before: Certainty | None
    sure_now: Certainty | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two counts of one incident, the earlier first, and how many people changed how."""

    before: CountVersion
    now: CountVersion
    counts: dict[ExposureChange, int]

    @property
    def people(self) -> int:
        """Of how many people the two say something else."""
        return sum(self.counts.values())


def versions(number: int) -> list[CountVersion]:
    """Return the counts of an incident, oldest first, without those that only judged the same
    people anew.

    Raises:
        NotFound: there is no such incident.
    """
    return [version for version, _ in _versions(number)]


def compare(number: int, version: int, since: int = 0) -> Comparison:
    """Return what a version says that another before it did not; ``since``: the number of that one,
    or 0 for the one just before.

    Raises:
        NotFound: the incident has no such versions, or the second is not before the first.
    """
    (before, earlier), (now, later) = _pair(number, version, since)
    counts = engine.count_changes(exposure_file(earlier), exposure_file(later))
    ordered = {each: counts[each.value] for each in ExposureChange if each.value in counts}
    return Comparison(before, now, ordered)


def changed_people(
    number: int,
    version: int,
    since: int = 0,
    change: ExposureChange | None = None,
    *,
    after: int = 0,
    limit: int = PAGE_SIZE,
) -> Sequence[PersonChange]:
    """Return a page of those who changed, by person.

    Raises:
        NotFound: as :func:`compare`.
    """
    (_, earlier), (_, later) = _pair(number, version, since)
    wanted = None if change is None else change.value
    files = exposure_file(earlier), exposure_file(later)
    return [_person(row) for row in engine.page(*files, change=wanted, after=after, limit=limit)]


def everyone_changed(
    number: int, version: int, since: int = 0, change: ExposureChange | None = None
) -> Iterator[PersonChange]:
    """Yield all of them.

    Raises:
        NotFound: as :func:`compare`.
    """
    (_, earlier), (_, later) = _pair(number, version, since)
    wanted = None if change is None else change.value
    return map(
        _person, engine.everyone(exposure_file(earlier), exposure_file(later), change=wanted)
    )


_Listed = tuple[CountVersion, Exposure]


def _versions(number: int) -> list[_Listed]:
    incident = lifecycle.find(number)
    listed: list[_Listed] = []
    rows = Exposure.objects.filter(incident=incident).select_related("incident")
    batches = NoticeBatch.objects.filter(incident=incident, delivery_batch__isnull=False)
    notified = {batch.exposure_id for batch in batches if batch.authentic}
    for row in rows.order_by("id"):
        is_notified = row.pk in notified
        if listed and _has_same_people(listed[-1][1], row):
            version, _ = listed.pop()
            is_notified = is_notified or version.notified
        place = len(listed) + 1
        listed.append((CountVersion(row.pk, place, row.counted_at, row.people, is_notified), row))
    return listed


def _has_same_people(earlier: Exposure, later: Exposure) -> bool:
    # In a leaked file somebody may be settled out of it and another into it: only the sets say so.
    if later.incident.kind == IncidentKind.LEAKED_FILE or earlier.exports != later.exports:
        return False
    return _tally(earlier) == _tally(later)


def _tally(row: Exposure) -> dict[tuple[object, ...], int]:
    counts: dict[tuple[object, ...], int] = {}
    for cell in summary_cells(row):
        place = cell.jurisdiction, cell.language, cell.channel
        key = *place, cell.categories, cell.protected, cell.certainty
        counts[key] = counts.get(key, 0) + cell.people
    return counts


def _pair(number: int, version: int, since: int) -> tuple[_Listed, _Listed]:
    listed, earlier = _versions(number), since or version - 1
    if not 0 < earlier < version <= len(listed):
        raise NotFound(what="version of who is affected")
    return listed[earlier - 1], listed[version - 1]


def _person(row: engine.ChangedPerson) -> PersonChange:
    return PersonChange(
        row.person_id,
        ExposureChange(row.change),
        _words(row.before),
        _words(row.now),
        _words(row.newly),
        Certainty(row.sure_before) if row.sure_before else None,
        Certainty(row.sure_now) if row.sure_now else None,
    )


def _words(bits: int) -> tuple[str, ...]:
    return tuple(all_categories()[key].noun for key in from_bitmap(bits))
