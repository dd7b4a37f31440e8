"""Several incidents joined: one becomes part of another, with all that it has.

The part keeps its timeline, evidence, tasks and counts, and its people count in the other as a
source of it. There is one set and one clock: we know of the whole since we knew of the first of
them, and the duties of the part are those of the whole. What is joined can be separated again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction

from aboveboard.basics import clock
from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Conflict
from aboveboard.basics.facts import Code
from aboveboard.engines.sources import list_set
from aboveboard.incidents import lifecycle
from aboveboard.incidents.assessment.assess import assess
from aboveboard.incidents.entries import AffectedStated, IncidentChanged, JoiningStep
from aboveboard.incidents.exposure.counts import current_count
from aboveboard.incidents.exposure.folders import exposure_file, working_folder
from aboveboard.incidents.exposure.parts import COUNTED
from aboveboard.incidents.models import AffectedList, Exposure, Incident
from aboveboard.incidents.notices.models import NoticeBatch
from aboveboard.incidents.notices.queries import step_of
from aboveboard.incidents.sources.recording import (
    FoundSource,
    check_takes_sources,
    record_source,
)
from aboveboard.incidents.terms import (
    BatchStep,
    Certainty,
    IncidentKind,
    IncidentState,
    SourceWay,
)
from aboveboard.incidents.views import IncidentView

_AWARE: Final = "aware_before"
"""In a source's evidence: since when the whole was known before this part was joined."""


def join(part: int, into: int, *, by: Actor, at: datetime) -> AffectedList:
    """Make an incident part of another; the count of the whole follows as a job.

    Raises:
        NotFound: there is no such incident.
        Conflict: they are one, either is a part already or has parts, the other is counted from a
            device or a file, the part was not counted, or notices of it are prepared.
    """
    counted = _check(part, into)
    with working_folder() as scratch, transaction.atomic():
        # Held by rising number, so that two who join at one moment wait and do not lock each other.
        held = {number: lifecycle.find(number, lock=True) for number in sorted((part, into))}
        smaller, whole = held[part], held[into]
        _check(part, into)
        file = scratch / "people.parquet"
        _, categories = list_set(exposure_file(counted), file)
        source = FoundSource(
            SourceWay.PART,
            counted.people,
            categories,
            0,
            Certainty.CERTAIN,
            {"people": file},
            {
                "incident": smaller.reference,
                "number": part,
                COUNTED: counted.pk,
                _AWARE: clock.to_text(whole.aware_at),
            },
            f"{smaller.reference} was joined to this incident.",
            fact=AffectedStated(listed=counted.people, way=Code(SourceWay.PART.value)),
        )
        row = record_source(into, source, by=by, at=at)
        smaller.part_of = whole
        smaller.save(update_fields=["part_of"])
        if smaller.aware_at < whole.aware_at:
            whole.aware_at = smaller.aware_at
            whole.save(update_fields=["aware_at"])
        _write_down(smaller, whole, "joined", f"It is part of {whole.reference}.", by, at)
    assess(part, by=by, at=at)
    assess(into, by=by, at=at)
    return row


def wholes(part: int) -> Sequence[IncidentView]:
    """Return the incidents that one may become part of, newest first."""
    rows = Incident.objects.filter(kind=IncidentKind.OTHER, part_of=None).exclude(number=part)
    return [
        IncidentView.of(row)
        for row in rows.order_by("-number")
        if lifecycle.current_state(row) != IncidentState.CLOSED
    ]


def part_source(part: int) -> tuple[int, int]:
    """Return the number of the incident that another is part of, and of its source there.

    Raises:
        NotFound: there is no such incident. Conflict: it is part of none.
    """
    smaller = lifecycle.find(part)
    if smaller.part_of is None:
        raise Conflict(why=f"{smaller.reference} is part of no other incident")
    rows = smaller.part_of.affected_lists.filter(
        way=SourceWay.PART, withdrawn_at=None, evidence__number=part
    )
    return smaller.part_of.number, int(rows.values_list("pk", flat=True).get())


def separate(row: AffectedList, whole: Incident, *, by: Actor, at: datetime) -> Incident:
    """Let a part be an incident of its own again, inside the transaction that takes its source
    back; return it, whose duties the caller works out anew."""
    smaller = lifecycle.find(int(row.evidence["number"]), lock=True)
    smaller.part_of = None
    smaller.save(update_fields=["part_of"])
    others = list(whole.parts.exclude(pk=smaller.pk).values_list("aware_at", flat=True))
    before = [
        clock.from_text(each[_AWARE])
        for each in whole.affected_lists.filter(way=SourceWay.PART).values_list(
            "evidence", flat=True
        )
    ]
    # Unless somebody set it otherwise since: joining only ever made it earlier, so the latest of
    # what it was is what it was first.
    if whole.aware_at == min([smaller.aware_at, *others, max(before)]):
        whole.aware_at = min([max(before), *others])
        whole.save(update_fields=["aware_at"])
    words = f"It is no longer part of {whole.reference}."
    _write_down(smaller, whole, "separated", words, by, at)
    return smaller


def _check(part: int, into: int) -> Exposure:
    """Refuse what cannot be joined; return the count of the part."""
    smaller, whole = lifecycle.find(part), lifecycle.find(into)
    if part == into:
        raise Conflict(why="an incident is not part of itself")
    for each in (smaller, whole):
        if each.part_of is not None:
            raise Conflict(why=f"{each.reference} is part of {each.part_of.reference} already")
    if smaller.parts.exists():
        raise Conflict(why=f"{smaller.reference} has parts itself; separate them first")
    check_takes_sources(whole)
    counted = current_count(smaller)
    if counted is None:
        raise Conflict(why=f"{smaller.reference} was not counted yet")
    batches = NoticeBatch.objects.filter(incident=smaller)
    if any(step_of(batch) != BatchStep.SENT_BACK for batch in batches):
        raise Conflict(
            why=f"notices of {smaller.reference} are prepared; send them back before it is joined"
        )
    return counted


def _write_down(
    smaller: Incident, whole: Incident, step: str, words: str, by: Actor, at: datetime
) -> None:
    lifecycle.add_timeline_event(smaller, f"case.{step}", words, by=by, at=at)
    entry = IncidentChanged(
        incident=lifecycle.reference_of(smaller),
        joining=JoiningStep(Code(step), lifecycle.reference_of(whole)),
    )
    lifecycle.append_entry(entry, by=by, at=at)
