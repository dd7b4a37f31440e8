"""Saying that two records are not of one person, so that nobody has to look at them again; and
taking that back. It holds for the people, whatever is imported or merged later."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import NotFound
from aboveboard.identity.entries import PeopleDistinguished
from aboveboard.identity.models import CandidatePair, DistinctPeople
from aboveboard.keys.rows import RowNotAuthentic
from aboveboard.ledger.actions import append
from aboveboard.vault import aliases
from aboveboard.vault.locking import lock_people

Pair = tuple[int, int]
"""Two people by the numbers that they have now, the lower first."""


def distinguish(first: int, second: int, *, by: Actor, at: datetime) -> datetime:
    """Record that two records are not of one person; return since when that stands. What is
    recorded already changes nothing and has no entry.

    Raises:
        NotFound: one of the two is not held, or both numbers are one person's.
    """
    with transaction.atomic():
        pair = _locked(first, second)
        for row in _rows(pair):
            if row.authentic and _current(row) == pair:
                return row.at
        row = DistinctPeople(first_id=pair[0], second_id=pair[1], at=at, actor=by.as_json())
        row.entry_id = append(PeopleDistinguished(), by=by, handle=None, at=at)
        row.save()
        _mark(pair, at)
    return row.at


def withdraw_distinction(first: int, second: int, *, by: Actor, at: datetime) -> None:
    """Take it back: the two may be of one person again.

    Raises:
        NotFound: one of the two is not held, or nobody said so.
        RowNotAuthentic: it was written, or changed, past this program.
    """
    with transaction.atomic():
        pair = _locked(first, second)
        rows = [row for row in _rows(pair) if _current(row) == pair]
        if not rows:
            raise NotFound(what="word that they are two people")
        for row in rows:
            if not row.authentic:
                raise RowNotAuthentic(table=DistinctPeople._meta.label)
            entry = PeopleDistinguished(ends=row.entry_id)
            row.ended_entry_id = append(entry, by=by, handle=None, at=at)
            row.ended_at, row.ended_actor = at, by.as_json()
            row.save()
        _mark(pair, None)


def distinct_pairs(person_ids: Collection[int] | None = None) -> dict[Pair, datetime]:
    """Return who is said not to be one person, by the numbers that they have now, and since when;
    of some people or of all. A row that this program did not write says nothing."""
    rows = DistinctPeople.objects.filter(ended_at=None)
    if person_ids is not None:
        # Under any number of theirs: what was said of a record that was merged is said of who it
        # is part of now.
        several = aliases.people_with_aliases(person_ids)
        numbers = {*person_ids, *(n for each in several for n in aliases.numbers_of(each))}
        rows = rows.filter(Q(first_id__in=numbers) | Q(second_id__in=numbers))
    authentic = [row for row in rows if row.authentic]
    now = aliases.current_numbers({n for row in authentic for n in (row.first_id, row.second_id)})
    return {_ordered(now[row.first_id], now[row.second_id]): row.at for row in authentic}


def _ordered(first: int, second: int) -> Pair:
    return (first, second) if first < second else (second, first)


def _current(row: DistinctPeople) -> Pair:
    now = aliases.current_numbers([row.first_id, row.second_id])
    return _ordered(now[row.first_id], now[row.second_id])


def _locked(first: int, second: int) -> Pair:
    now = aliases.current_numbers([first, second])
    pair = _ordered(now[first], now[second])
    if pair[0] == pair[1] or len(lock_people(list(pair))) < 2:
        raise NotFound(what="pair of people")
    return pair


def _rows(pair: Pair) -> list[DistinctPeople]:
    firsts, seconds = (aliases.numbers_of(number) for number in pair)
    either = Q(first_id__in=firsts, second_id__in=seconds) | Q(
        first_id__in=seconds, second_id__in=firsts
    )
    return list(DistinctPeople.objects.select_for_update().filter(either, ended_at=None))


def _mark(pair: Pair, at: datetime | None) -> None:
    firsts, seconds = (aliases.numbers_of(number) for number in pair)
    either = Q(first_id__in=firsts, second_id__in=seconds) | Q(
        first_id__in=seconds, second_id__in=firsts
    )
    CandidatePair.objects.filter(either).update(decided_at=at)
