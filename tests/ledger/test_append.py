"""An entry is kept with the change it records, or not at all."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import transaction

from aboveboard.basics.actor import SYSTEM, Actor, ActorKind, Role
from aboveboard.basics.errors import NotFound
from aboveboard.ledger import actions, queries
from aboveboard.ledger.actions import NewEntry
from aboveboard.ledger.format.entry import EntryRefused

AT = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
ADVISER = Actor(ActorKind.STAFF, "7", Role.ADVISER, "Call centre")
ANNA, BEN = "a" * 32, "b" * 32


@pytest.mark.django_db
def test_what_was_appended_is_read_back() -> None:
    with transaction.atomic():
        (entry_id,) = actions.append_many(
            [
                NewEntry(
                    "use.granted", ADVISER, AT, ANNA, {"purpose": "deliver", "fields": ["email"]}
                )
            ]
        )
    found = queries.entry(entry_id)
    assert (found.kind, found.actor, found.handle, found.at) == ("use.granted", ADVISER, ANNA, AT)
    assert found.facts == {"purpose": "deliver", "fields": ["email"]}
    assert found.leaf_index is None
    assert queries.count_waiting() == 1


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_is_written() -> None:
    with pytest.raises(RuntimeError):
        actions.append_many([NewEntry("use.granted", SYSTEM, AT)])
    assert queries.count_waiting() == 0


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_rolled_back_leaves_no_entry() -> None:
    with transaction.atomic():
        actions.append_many([NewEntry("use.granted", SYSTEM, AT)])
        transaction.set_rollback(True)
    assert queries.count_waiting() == 0


@pytest.mark.django_db
def test_one_bad_entry_of_many_writes_none() -> None:
    good = NewEntry("use.granted", SYSTEM, AT, ANNA)
    with pytest.raises(EntryRefused), transaction.atomic():
        actions.append_many([good, NewEntry("use.granted", SYSTEM, AT, "anna@example.com")])
    assert queries.count_waiting() == 0


@pytest.mark.django_db
def test_ids_rise_and_none_is_given_twice() -> None:
    with transaction.atomic():
        first = actions.append_many([NewEntry("use.granted", SYSTEM, AT, ANNA)] * 700)
        second = actions.append_many([NewEntry("use.granted", SYSTEM, AT, ANNA)] * 3)
    assert actions.append_many([]) == []
    both = first + second
    assert both == sorted(set(both))


@pytest.mark.django_db
def test_a_person_sees_only_their_own_newest_first_page_by_page() -> None:
    with transaction.atomic():
        ids = actions.append_many(
            [
                NewEntry(
                    "use.granted" if n % 3 else "choice.made", SYSTEM, AT, ANNA if n % 2 else BEN
                )
                for n in range(20)
            ]
        )
    mine = [entry_id for n, entry_id in enumerate(ids) if n % 2][::-1]
    page = queries.entries_for([ANNA], limit=4)
    following = queries.entries_for([ANNA], after=page[-1].id, limit=100)
    assert [entry.id for entry in page + following] == mine
    assert {entry.handle for entry in page + following} == {ANNA}
    only = queries.entries_for([ANNA], kinds=["choice.made"], limit=100)
    assert only
    assert {entry.kind for entry in only} == {"choice.made"}


@pytest.mark.django_db
def test_what_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFound):
        queries.entry(1_000_000)
    with pytest.raises(NotFound):
        queries.entry_at(0)
