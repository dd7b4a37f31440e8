"""Saying whom a loss affects that is neither a device nor a file: a box of forms, a letter or an
e-mail to the wrong person.

People are listed by what identifies them, and whoever cannot be listed is estimated, by place. Both
may be said in parts, and each part taken back. Until somebody says anything, one person in our own
country is assumed, with everything that is held: the clock of the law runs from the first moment.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.db import transaction

from aboveboard.basics.actor import SYSTEM, Actor
from aboveboard.basics.errors import Invalid, NotFound
from aboveboard.basics.facts import Code
from aboveboard.engines.leak import SEARCHED
from aboveboard.incidents import lifecycle, limits
from aboveboard.incidents.assessment.assess import assess
from aboveboard.incidents.case import sealing
from aboveboard.incidents.entries import AffectedStated, IncidentChanged
from aboveboard.incidents.exposure import counting, stated
from aboveboard.incidents.leaks import index_keys, searching
from aboveboard.incidents.leaks.keyed import LeakKey
from aboveboard.incidents.models import (
    AffectedEstimate,
    AffectedList,
    AffectedPerson,
    Incident,
)
from aboveboard.incidents.sources import joining
from aboveboard.incidents.sources.recording import ExposedData, check_takes_sources
from aboveboard.incidents.terms import Certainty, SourceWay
from aboveboard.kinds.codes import countries
from aboveboard.law.categories import bitmap
from aboveboard.law.duties import place_name
from aboveboard.promise.explain import country_in_words
from aboveboard.promise.queries import NoPromise, in_force
from aboveboard.vault import bulk, generations
from aboveboard.vault import queries as vault

_PLACE: Final = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
_BATCH: Final = 500
"""Lines that are looked up in one statement."""


class NobodyListed(Invalid):
    """None of the {lines} lines names anybody we know."""

    code = "nobody_listed"
    next_step = (
        "Give a customer number, an e-mail address or a phone number on each line. If you cannot "
        "say who they are, estimate how many there are."
    )


_AskedLine = tuple[int, set[LeakKey], set[LeakKey]]
"""A line's number, and the keys of its addresses, and of its phones and customer numbers."""


@dataclass(slots=True)
class _MatchedLines:
    """Who was found, those of them whom a line names alone, and the lines that name nobody and
    several people."""

    people: set[int] = field(default_factory=set)
    sure: set[int] = field(default_factory=set)
    unmatched: list[int] = field(default_factory=list)
    shared: list[int] = field(default_factory=list)


def add_list(
    number: int,
    lines: Sequence[str],
    categories: Collection[str],
    *,
    protected: Collection[str] = (),
    certainty: Certainty = Certainty.CERTAIN,
    by: Actor,
    at: datetime,
) -> AffectedList:
    """Add people by a list: on each line a customer number, an e-mail address or a phone number,
    with whatever else. Whoever a line may fit is added; of several that one may fit none is more
    than not excluded. The count follows as a job.

    ``categories``: keys of what was exposed of them; ``protected``: those of them that were
    encrypted, hashed or the like; ``certainty``: how certain the list is. Of the lines nothing is
    kept but the numbers of those that name nobody or several people.

    Raises:
        NotFound: there is no such incident. Conflict: it is counted from a device or a file.
        Invalid: there are too many lines, or nothing was exposed.
        NobodyListed: no line names anybody.
    """
    exposed = ExposedData(tuple(categories), tuple(protected), certainty)
    bits, hidden = exposed.bits, exposed.hidden
    if len(lines) > limits.AFFECTED_LINES:
        raise Invalid(
            found=f"a list of {len(lines):,} lines",
            fix=f"Add it in parts of at most {limits.AFFECTED_LINES:,} lines.",
        )
    check_takes_sources(lifecycle.find(number))
    # Before the transaction: looking up thousands of people would keep everybody else out of the
    # incident, and on SQLite out of the database.
    matched = _look_up(lines)
    if not matched.people:
        raise NobodyListed(lines=len(lines))
    with transaction.atomic():
        incident = lifecycle.find(number, lock=True)
        row = AffectedList.objects.create(
            incident=incident,
            categories=bits,
            protected=hidden,
            certainty=certainty,
            people=len(matched.people),
            unmatched=matched.unmatched,
            shared=matched.shared,
            at=at,
            by=by.as_json(),
        )
        _list_people(row, matched)
        listed = "1 person was" if row.people == 1 else f"{row.people:,} people were"
        fact = AffectedStated(
            listed=row.people, unmatched=len(matched.unmatched), certainty=int(certainty)
        )
        _write_down(incident, f"Affected: {listed} listed.", fact, by, at)
        # What was assumed stands until these people are counted: in between nothing would be due.
        counting.enqueue(incident)
    return row


def _list_people(row: AffectedList, matched: _MatchedLines) -> None:
    AffectedPerson.objects.bulk_create(
        (
            AffectedPerson(
                affected_list=row,
                person_id=person,
                certainty=row.certainty if person in matched.sure else Certainty.NOT_EXCLUDED,
            )
            for person in sorted(matched.people)
        ),
        batch_size=_BATCH,
    )


def add_estimate(
    number: int,
    jurisdiction: str,
    people: int,
    categories: Collection[str],
    *,
    protected: Collection[str] = (),
    by: Actor,
    at: datetime,
) -> AffectedEstimate:
    """Add about how many people of a place are affected who are on no list. Severity and duties
    are worked out again.

    ``jurisdiction``: ISO 3166 code of a country or a part of one, such as ``FR`` or ``US-CA``;
    ``protected``: what of the categories was encrypted, hashed or the like.

    Raises:
        NotFound: there is no such incident. Conflict: it is counted from a device or a file.
        Invalid: the number is not positive, the place is none, or nothing was exposed.
    """
    exposed = ExposedData(tuple(categories), tuple(protected))
    bits, hidden = exposed.bits, exposed.hidden
    if not 0 < people < 2**31:
        raise Invalid(
            found=f"an estimate of {people} people", fix="Give a number from 1 to 2,147,483,647."
        )
    if not _PLACE.fullmatch(jurisdiction) or jurisdiction[:2] not in countries():
        raise Invalid(
            found="a place that is no country or part of one",
            fix="Use the code of a country or a state, such as FR or US-CA.",
        )
    with transaction.atomic():
        incident = lifecycle.find(number, lock=True)
        check_takes_sources(incident)
        row = _estimate(incident, jurisdiction, people, bits, hidden, by=by, at=at)
        stated.withdraw_assumption(incident, at=at)
        _write_down(
            incident,
            f"Affected: about {people:,} people in {place_in_words(jurisdiction)}, by an estimate.",
            AffectedStated(estimated=people),
            by,
            at,
        )
        counting.enqueue(incident)
    assess(number, by=by, at=at)
    return row


def withdraw_list(number: int, list_id: int, *, reason: str, by: Actor, at: datetime) -> None:
    """Take a list or any other source back: its people no longer count, and who they are is
    deleted. Doing it twice changes nothing.

    Raises:
        NotFound: the incident has no such source. CaseWordsRefused: there is no reason.
    """
    with transaction.atomic():
        incident = lifecycle.find(number, lock=True)
        row = incident.affected_lists.filter(pk=list_id).first()
        if row is None:
            raise NotFound(what="list of affected people")
        if row.withdrawn_at is not None:
            return
        sentence = f"A list of {row.people:,} affected people was taken back."
        fact = AffectedStated(listed=row.people, withdrawn=True, way=Code(row.way))
        _take_back(row, incident, sentence, fact, reason, by, at)
        part = None
        if row.way == SourceWay.PART:
            part = joining.separate(row, incident, by=by, at=at)
        row.listed_people.all().delete()
        # Once it is written down that they no longer count: else a count could miss its file.
        transaction.on_commit(lambda: stated.delete_files(row))
        counting.enqueue(incident)
    if part is not None:
        assess(part.number, by=by, at=at)
    assess(number, by=by, at=at)


def withdraw_estimate(
    number: int, estimate_id: int, *, reason: str, by: Actor, at: datetime
) -> None:
    """Take an estimate back. Doing it twice changes nothing.

    Raises:
        NotFound: the incident has no such estimate. CaseWordsRefused: there is no reason.
    """
    with transaction.atomic():
        incident = lifecycle.find(number, lock=True)
        row = incident.affected_estimates.filter(pk=estimate_id).first()
        if row is None:
            raise NotFound(what="estimate of affected people")
        if row.withdrawn_at is not None:
            return
        sentence = f"An estimate of {row.people:,} people was taken back."
        fact = AffectedStated(estimated=row.people, withdrawn=True)
        _take_back(row, incident, sentence, fact, reason, by, at)
    assess(number, by=by, at=at)


def _take_back(
    row: AffectedList | AffectedEstimate,
    incident: Incident,
    sentence: str,
    fact: AffectedStated,
    reason: str,
    by: Actor,
    at: datetime,
) -> None:
    words = sealing.checked(reason)
    entry_id = _write_down(incident, sentence, fact, by, at)
    row.withdrawn_at, row.withdrawn_by, row.withdrawn_entry_id = at, by.as_json(), entry_id
    row.withdrawn_reason = sealing.seal_words(stated.REASON, entry_id, words)
    row.save()
    assume_the_worst(incident, at=at)


def places() -> list[tuple[str, str]]:
    """Return where affected people may live, by code and name: where our people live, most of them
    first, then every country."""
    ours = [code for code in vault.by_jurisdiction() if _PLACE.fullmatch(code)]
    rest = sorted(countries() - set(ours), key=place_in_words)
    return [(code, place_in_words(code)) for code in (*ours, *rest)]


def place_in_words(jurisdiction: str) -> str:
    """Return a country, or a part of one, by name: "United Kingdom", "Texas, United States".

    A part that has no name here stays a code: "Mexico (JAL)".
    """
    country, _, part = jurisdiction.partition("-")
    name = country_in_words(country)
    if not part:
        return name
    named = place_name(jurisdiction)
    return f"{named}, {name}" if named != jurisdiction else f"{name} ({part})"


def assume_the_worst(incident: Incident, *, at: datetime) -> None:
    """Assume that a person in our own country is affected, with everything that is held, where
    nobody has said who is; inside the caller's transaction."""
    if stated.lists(incident) or stated.estimates(incident):
        return
    try:
        promise = in_force().promise
    except NoPromise:  # nothing says who we are and what is held, so no duty can be worked out
        return
    held = bitmap(each.category for each in promise.fields.values())
    country = promise.organisation.country
    _estimate(incident, country, 1, held, 0, by=SYSTEM, at=at, assumed=True)
    counting.enqueue(incident)


def _estimate(
    incident: Incident,
    jurisdiction: str,
    people: int,
    categories: int,
    protected: int,
    *,
    by: Actor,
    at: datetime,
    assumed: bool = False,
) -> AffectedEstimate:
    return AffectedEstimate.objects.create(
        incident=incident,
        jurisdiction=jurisdiction,
        people=people,
        categories=categories,
        protected=protected,
        assumed=assumed,
        at=at,
        by=by.as_json(),
    )


def _write_down(
    incident: Incident, sentence: str, fact: AffectedStated, by: Actor, at: datetime
) -> int:
    lifecycle.add_timeline_event(incident, "affected", sentence, by=by, at=at)
    entry = IncidentChanged(incident=lifecycle.reference_of(incident), affected=fact)
    return lifecycle.append_entry(entry, by=by, at=at)


def _look_up(lines: Iterable[str]) -> _MatchedLines:
    """Look each line up by every address, phone and customer number in it; by the last two only
    where no address leads to anybody, as in a leaked file."""
    matched, regions = _MatchedLines(), sorted({code[:2] for code in vault.by_jurisdiction()})
    index = index_keys.in_hand(generations.current().written)
    asked: list[_AskedLine] = []
    for place, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        numbers = searching.find_numbers(line, regions, index)
        asked.append(
            (
                place,
                searching.find_addresses(line, index),
                {(kind & ~SEARCHED, digest) for kind, digest in numbers},
            )
        )
        if len(asked) >= _BATCH:
            _match(asked, matched)
            asked = []
    _match(asked, matched)
    return matched


def _match(
    asked: Sequence[tuple[int, set[LeakKey], set[LeakKey]]],
    matched: _MatchedLines,
) -> None:
    known = bulk.find_sharing({key for _, *pair in asked for keys in pair for key in keys})
    for place, addresses, numbers in asked:
        people = _people(addresses, known) or _people(numbers, known)
        matched.people |= people
        if not people:
            matched.unmatched.append(place)
        elif len(people) > 1:
            matched.shared.append(place)
        else:
            matched.sure |= people


def _people(keys: Iterable[LeakKey], known: dict[LeakKey, list[int]]) -> set[int]:
    return {person for key in keys for person in known.get(key, ())}
