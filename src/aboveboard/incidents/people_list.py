"""The people of an incident as a list that is filtered and ordered, and that leaves as a file only
with a ledger entry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import transaction

from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import NotFound
from aboveboard.basics.facts import Digest
from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.delivery.terms import DispatchState
from aboveboard.engines import limits as engine_limits
from aboveboard.engines.listing import ExposureFilter
from aboveboard.engines.ordered import ExposureOrder, ordered_page
from aboveboard.incidents import lifecycle
from aboveboard.incidents.entries import IncidentChanged, ListTaken
from aboveboard.incidents.exposure.counts import current_count
from aboveboard.incidents.exposure.folders import exposure_file
from aboveboard.incidents.models import Exposure
from aboveboard.incidents.notices.reached import notice_states, notified_people
from aboveboard.incidents.queries import person_of
from aboveboard.incidents.views import ExposedPerson

ORDERS = frozenset({"number", "severity"})
"""By what people are ordered; of one severity, by number."""


@dataclass(frozen=True, slots=True)
class PeopleQuestion:
    """Who is asked for. ``notified``: those who were, or those who were not; None for all;
    ``order``: one of :data:`ORDERS`, with ``-`` where the greatest is first; ``after``: the number
    of the last person of the page before, and their severity in front where that orders them."""

    which: ExposureFilter = field(default_factory=ExposureFilter)
    person_id: int | None = None
    notified: bool | None = None
    order: str = "number"
    after: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ListedPerson:
    """A person of an incident, and where their notice stands; None where there is none."""

    person: ExposedPerson
    notice: DispatchState | None


def people_page(
    number: int, question: PeopleQuestion, *, limit: int = PAGE_SIZE
) -> tuple[Sequence[ListedPerson], int]:
    """Return a page of people, and how many there are in all.

    Raises:
        NotFound: there is no such incident, or no page after that.
        Conflict: too many were notified, and too many were not, to tell them apart at once.
    """
    counted = current_count(lifecycle.find(number))
    order = _order_of(question)
    if counted is None:
        return [], 0
    if question.notified is not None:
        people, notified = notified_people(number, counted)
        order = replace(order, people=people, chosen=notified is question.notified)
    rows, count = ordered_page(exposure_file(counted), order, limit=limit)
    states = notice_states(number, [row.person_id for row in rows])
    return [ListedPerson(person_of(row), states.get(row.person_id)) for row in rows], count


def take_people_list(
    number: int, question: PeopleQuestion, *, by: Actor, at: datetime
) -> Iterator[ListedPerson]:
    """Return everybody asked for, for a file that leaves: the entry that says so is durable before
    the first of them is read.

    Raises:
        NotFound: there is no such incident, or nobody was counted.
        Conflict: too many were notified, and too many were not, to tell them apart at once.
    """
    whole = replace(question, after=())
    _, count = people_page(number, whole, limit=1)
    record_list(number, count, by=by, at=at)
    return _everybody(number, whole)


def record_list(number: int, people: int, *, by: Actor, at: datetime) -> None:
    """Write down that a list of people of an incident leaves as a file: how many, of which count.

    Raises:
        NotFound: there is no such incident, or nobody was counted.
    """
    with transaction.atomic():
        incident = lifecycle.find(number, lock=True)
        counted = _existing(current_count(incident))
        who = f"{people:,} {'person' if people == 1 else 'people'}"
        lifecycle.add_timeline_event(
            incident, "list.taken", f"A list of {who} was downloaded.", by=by, at=at
        )
        entry = IncidentChanged(
            incident=lifecycle.reference_of(incident),
            list_taken=ListTaken(people=people, file=Digest(counted.file_digest)),
        )
        lifecycle.append_entry(entry, by=by, at=at)


def _everybody(number: int, question: PeopleQuestion) -> Iterator[ListedPerson]:
    # Page by page, so that no connection to the engine stays open while somebody's line is slow.
    after: tuple[int, ...] = ()
    asked = replace(question, notified=None)
    while True:
        rows, _ = people_page(number, replace(asked, after=after), limit=engine_limits.ENGINE_BATCH)
        for row in rows:
            is_notified = row.notice is DispatchState.SENT
            if question.notified is None or is_notified is question.notified:
                yield row
        if len(rows) < engine_limits.ENGINE_BATCH:
            return
        last = rows[-1].person
        after = (last.band, last.person_id) if _by_severity(asked) else (last.person_id,)


def _order_of(question: PeopleQuestion) -> ExposureOrder:
    sign = -1 if question.order.startswith("-") else 1
    by_severity = _by_severity(question)
    if len(question.after) not in (0, 2 if by_severity else 1):
        raise NotFound(what="page of this list")
    after = None
    if question.after:
        after = (question.after[0] if by_severity else 0, question.after[-1])
    return ExposureOrder(
        which=question.which,
        person_id=question.person_id,
        by_severity=sign if by_severity else 0,
        by_number=1 if by_severity else sign,
        after=after,
    )


def _by_severity(question: PeopleQuestion) -> bool:
    return question.order.removeprefix("-") == "severity"


def _existing(counted: Exposure | None) -> Exposure:
    if counted is None:
        raise NotFound(what="count of this incident")
    return counted
