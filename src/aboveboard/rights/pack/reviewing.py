"""Reviewing what of a request is somebody else's: listing it, masked until somebody looks for a
purpose, and deciding.

Decisions lie sealed beside the request, under its key: who cannot open the request cannot change
what leaves. What nobody decided is blacked out.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import NotFound, Refused
from aboveboard.basics.facts import Code, Word
from aboveboard.basics.personal import Personal
from aboveboard.connectors.own import KEY
from aboveboard.keys.actions import entry_subject
from aboveboard.kinds.text import find
from aboveboard.ledger.actions import append
from aboveboard.promise.queries import in_force
from aboveboard.rights.models import RightsRequest
from aboveboard.rights.pack.entries import MentionsDecided, MentionsShown
from aboveboard.rights.pack.others import (
    MentionFinder,
    MentionPlace,
    MentionVerdict,
    OwnValues,
    ReviewDecisions,
)
from aboveboard.rights.pack.redacting import CollectedItem, MentionList, list_mentions
from aboveboard.rights.requests import files, sealing
from aboveboard.rights.requests.locking import (
    lock_request,
)
from aboveboard.rights.requests.terms import RequestClosed

DECISIONS: Final = "pack-decisions"
"""The name of the sealed file with what was decided."""

_IMPERSONAL: Final = frozenset({"ledger_entries"})
"""What of Aboveboard's own part holds no personal data: the log (architecture, "What may never be
broken", 3). Numbers in it look like names now and then, and would have to be decided each time."""

CollectedAnswers = Mapping[str, Callable[[], Iterator[CollectedItem]]]
"""What each system answered, by its key, read anew at each call."""


class ReviewPurposeRefused(Refused):
    """Other people's data may not be seen for this: {why}."""

    code = "review_purpose_refused"
    next_step = "Choose a purpose of the promise that your role serves."


@dataclass(frozen=True, slots=True)
class MentionDecision:
    """What a reviewer says about a kind in a place; of one value where ``value_key`` names it."""

    place: MentionPlace
    verdict: MentionVerdict
    value_key: str = ""


@dataclass(frozen=True, slots=True)
class ListedMentions:
    """What a reviewer is asked of one system, and what was decided so far. The texts print as
    masks; :func:`show` lets them be seen."""

    system: str
    mentions: MentionList


def list_others(
    request_id: int, answers: CollectedAnswers, own: Iterable[Personal[str]]
) -> tuple[list[ListedMentions], ReviewDecisions]:
    """Return what points at other people, by system, and what was decided.

    ``own``: the person's names, addresses and numbers.

    Raises:
        NotFound: there is no such request.
        RequestUnreadable: its key is destroyed.
    """
    row = _request(request_id)
    listed = [
        ListedMentions(system, list_mentions(read(), finder))
        for system, read, finder in _finders(row, answers, own)
    ]
    return listed, decisions(row)


def undecided(listed: Iterable[ListedMentions], decided: ReviewDecisions) -> int:
    """Return how many kinds in places nobody has decided on yet: neither as a whole, nor each of
    their values. Those beyond ``limits.REVIEW_GROUPS`` are black whatever is decided, and are not
    counted."""
    return sum(
        place not in decided.of_places
        and (group.many or any((place, key) not in decided.of_values for key in group.values))
        for each in listed
        for place, group in each.mentions.groups.items()
    )


def show(request_id: int, purpose: str, *, by: Actor, at: datetime) -> None:
    """Write down that somebody looks at the texts; they may be revealed once this has returned.

    Raises:
        NotFound: there is no such request.
        ReviewPurposeRefused: the promise has no such purpose, or not for this role.
    """
    known = in_force().promise.purposes.get(purpose)
    if known is None:
        raise ReviewPurposeRefused(why="the promise has no such purpose")
    if by.role not in known.roles:
        raise ReviewPurposeRefused(why="the purpose is not of this role")
    row = _request(request_id)
    with transaction.atomic():
        entry = MentionsShown(row.entry_id, Word(purpose))
        append(entry, by=by, handle=handle_of(row), at=at)


def decide(
    request_id: int, made: Sequence[MentionDecision], *, by: Actor, at: datetime
) -> ReviewDecisions:
    """Keep what a reviewer decided, over what was decided before; return all of it.

    Raises:
        NotFound: there is no such request.
        RequestClosed: it is closed.
        RequestUnreadable: its key is destroyed.
    """
    with transaction.atomic():
        locked = lock_request(request_id)
        if locked.state.closed:
            raise RequestClosed(why=locked.state.stage.value)
        row = locked.row
        before = decisions(row)
        values, places = dict(before.of_values), dict(before.of_places)
        for each in made:
            if each.value_key:
                values[each.place, each.value_key] = each.verdict
            else:
                places[each.place] = each.verdict
        for entry in _entries(row, made):
            append(entry, by=by, handle=handle_of(row), at=at)
        rows = [[*_place(place), "", verdict] for place, verdict in places.items()]
        rows += [[*_place(place), key, verdict] for (place, key), verdict in values.items()]
        # Last: were it written and the entries undone, a decision would stand that nobody made.
        files.write(row.pk, DECISIONS, sealing.request_key(row), [json.dumps(rows).encode()])
    return ReviewDecisions(values, places)


def decisions_of(request_id: int) -> ReviewDecisions:
    """Return what was decided of a request so far.

    Raises:
        NotFound: there is no such request.
        RequestUnreadable: its key is destroyed.
    """
    return decisions(_request(request_id))


def decisions(row: RightsRequest) -> ReviewDecisions:
    """Return what was decided of a request so far."""
    if not files.exists(row.pk, DECISIONS):
        return ReviewDecisions()
    stored = json.loads(b"".join(files.read(row.pk, DECISIONS, sealing.request_key(row))))
    values: dict[tuple[MentionPlace, str], MentionVerdict] = {}
    places: dict[MentionPlace, MentionVerdict] = {}
    for system, collection, path, kind, value_key, verdict in stored:
        place = MentionPlace(system, collection, path, kind)
        if value_key:
            values[place, value_key] = MentionVerdict(verdict)
        else:
            places[place] = MentionVerdict(verdict)
    return ReviewDecisions(values, places)


def finder_of(row: RightsRequest, system: str, own: Iterable[Personal[str]]) -> MentionFinder:
    """Return what finds other people in the answer of a system, with keys of values that only this
    request's key gives."""
    secret = Personal(sealing.request_key(row).hex())
    impersonal = _IMPERSONAL if system == KEY else frozenset()
    return MentionFinder(system, OwnValues(own), secret, find, impersonal)


def handle_of(row: RightsRequest) -> str | None:
    """Return the handle of the person of a request, for an entry; None where nobody is held."""
    subject = None if row.person_id is None else entry_subject(row.person_id)
    return None if subject is None else subject.handle


def _finders(
    row: RightsRequest, answers: CollectedAnswers, own: Iterable[Personal[str]]
) -> Iterator[tuple[str, Callable[[], Iterator[CollectedItem]], MentionFinder]]:
    theirs = tuple(own)
    for system, read in answers.items():
        yield system, read, finder_of(row, system, theirs)


def _entries(row: RightsRequest, made: Sequence[MentionDecision]) -> Iterator[MentionsDecided]:
    """Yield an entry for each system, kind and verdict: names of collections and paths are the
    system's, and may name somebody."""
    counted: Counter[tuple[str, str, str]] = Counter()
    for each in made:
        counted[each.place.system, each.place.kind, each.verdict] += bool(each.value_key)
    for (system, kind, verdict), values in counted.items():
        yield MentionsDecided(row.entry_id, Word(system), Code(kind), Code(verdict), values)


def _place(place: MentionPlace) -> list[str]:
    return [place.system, place.collection, place.path, place.kind]


def _request(request_id: int) -> RightsRequest:
    row: RightsRequest | None = RightsRequest.objects.filter(pk=request_id).first()
    if row is None:
        raise NotFound(what="request")
    return row
