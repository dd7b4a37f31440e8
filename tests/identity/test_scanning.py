"""Comparing all records: who is alike, what a crowd shares, and what of it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.identity import distinct, duplicates, scanning
from aboveboard.identity.actions import SaidToDiffer, merge, split
from aboveboard.identity.limits import HANDFUL
from aboveboard.identity.models import CandidatePair, DistinctPeople, SharedValue
from aboveboard.identity.scanning import group_pairs
from aboveboard.ledger.models import Entry
from aboveboard.outbox import jobs
from aboveboard.promise.queries import in_force
from aboveboard.vault import actions as vault
from aboveboard.vault.origin import ValueOrigin
from tests.world import ADVISER, load

pytestmark = pytest.mark.django_db

PHONE = "+44 20 7946 0123"


def kinds() -> dict[str, str]:
    return {key: field.kind_and_format for key, field in in_force().promise.fields.items()}


def give(people: Sequence[int], **values: str) -> None:
    """Let all these people have these values."""
    origin = ValueOrigin(in_force().serial, clock.now(), "phone", "answer-contact")
    for person_id in people:
        for field, value in values.items():
            vault.correct(
                person_id, field, value, kinds=kinds(), origin=origin, by=ADVISER, at=clock.now()
            )


def found() -> set[frozenset[int]]:
    """Compare all, and return the pairs."""
    scanning.find_duplicates(at=clock.now())
    pairs = CandidatePair.objects.values_list("first_id", "second_id")
    return {frozenset(pair) for pair in pairs}


@pytest.fixture
def people() -> list[int]:
    return [person_id for person_id, _ in load(12)]


def test_nobody_is_alike_who_shares_nothing(people: list[int]) -> None:
    assert found() == set()
    scan = duplicates.newest_scan()
    assert scan is not None
    assert (scan.people, scan.groups, scan.decided) == (12, 0, 0)


def test_each_way_of_being_alike_with_its_reason(people: list[int]) -> None:
    a, b, c, d, e, f, g, h = people[:8]
    give([a, b], email="Same.Person@shop.example")
    give([c, d], first_name="Zoë", last_name="O’Neil", postal_code="AB1 2CD")
    give([d], first_name="ZOE", last_name="O'NEIL")
    give([d], postal_code="ab12cd")
    give([e, f], first_name="Max", last_name="Muster", birth_date="1970-01-02")
    give([g, h], phone=PHONE)
    assert found() == {frozenset(pair) for pair in ((a, b), (c, d), (e, f), (g, h))}
    reasons = {
        frozenset((row.first_id, row.second_id)): set(row.reasons)
        for row in CandidatePair.objects.all()
    }
    assert reasons[frozenset((a, b))] == {"email", "birth_differs"}
    assert "name_postcode" in reasons[frozenset((c, d))]
    assert reasons[frozenset((e, f))] == {"name_birth"}
    assert "phone" in reasons[frozenset((g, h))]
    groups = duplicates.duplicate_groups()
    assert [group.score for group in groups] == sorted(
        (group.score for group in groups), reverse=True
    )
    assert all(group.records == 2 and not group.is_decided for group in groups)


def test_what_more_than_a_handful_share_makes_no_pair(people: list[int]) -> None:
    give(people[: HANDFUL + 1], phone=PHONE)
    give(people[HANDFUL + 1 : HANDFUL + 3], phone="+1 212 555 0123")
    assert found() == set()
    shared = {(row.trait, row.people, row.placeholder) for row in SharedValue.objects.all()}
    assert shared == {("phone", HANDFUL + 1, False), ("phone", 2, True)}
    first, *_ = duplicates.shared_values()
    assert (first.words, first.people) == ("phone number", HANDFUL + 1)
    give(people[:1], phone="+44 20 7946 0999")
    assert found() == {frozenset(pair) for pair in combinations(people[1 : HANDFUL + 1], 2)}
    assert len(duplicates.duplicate_groups()) == 1


def test_who_hangs_together_is_one_group(people: list[int]) -> None:
    a, b, c, d = people[:4]
    give([a, b], email="one@shop.example")
    give([b, c], phone=PHONE)
    give([d], email="else@shop.example")
    found()
    (group,) = duplicates.duplicate_groups()
    assert group.records == 3
    assert duplicates.people_of(duplicates.pairs_of_group(group.id)) == sorted((a, b, c))


def test_not_the_same_person_is_remembered_and_can_be_taken_back(people: list[int]) -> None:
    a, b = sorted(people[:2])
    give([a, b], email="couple@shop.example")
    found()
    said = {"by": ADVISER, "at": clock.now()}
    entries = Entry.objects.filter(kind="people.distinguished")
    distinct.distinguish(b, a, **said)
    distinct.distinguish(a, b, **said)
    assert entries.count() == 1, "what is said already is not written again"
    assert entries.get().handle is None
    (group,) = duplicates.duplicate_groups()
    assert group.is_decided
    assert duplicates.duplicate_groups(open_only=True) == []
    with pytest.raises(SaidToDiffer):
        merge(a, b, chosen={}, reference="case/1", **said)
    found()  # as after an import
    scan = duplicates.newest_scan()
    assert scan is not None
    assert (scan.groups, scan.decided) == (1, 1)
    distinct.withdraw_distinction(a, b, **said)
    (group,) = duplicates.duplicate_groups(open_only=True)
    with pytest.raises(distinct.NotFound):
        distinct.withdraw_distinction(a, b, **said)
    assert entries.count() == 2
    merge(a, b, chosen={}, reference="case/1", **said)


def test_a_word_written_past_the_program_decides_nothing(people: list[int]) -> None:
    a, b = sorted(people[:2])
    give([a, b], email="couple@shop.example")
    distinct.distinguish(a, b, by=ADVISER, at=clock.now())
    with connection.cursor() as cursor:
        cursor.execute("UPDATE identity_distinctpeople SET second_id = %s", [people[2]])
    assert distinct.distinct_pairs() == {}
    found()
    assert len(duplicates.duplicate_groups(open_only=True)) == 1


def test_a_merge_decides_the_pair_and_a_split_asks_again(people: list[int]) -> None:
    a, b, c = sorted(people[:3])
    give([a, b, c], email="one@shop.example")
    found()
    done = merge(a, b, chosen={}, reference="case/1", by=ADVISER, at=clock.now())
    (group,) = duplicates.duplicate_groups()
    pairs = duplicates.pairs_of_group(group.id)
    assert [pair.merged for pair in pairs].count(True) == 1
    assert {pair.first for pair in pairs} == {a}, "the number that went leads to the one kept"
    distinct.distinguish(a, c, by=ADVISER, at=clock.now())
    assert duplicates.duplicate_groups()[0].is_decided, "said of the person, whatever the number"
    distinct.withdraw_distinction(a, c, by=ADVISER, at=clock.now())
    split(done.id, kinds=kinds(), reference="case/2", by=ADVISER, at=clock.now())
    assert CandidatePair.objects.filter(decided_at=None).count() == 3


def test_whoever_is_erased_is_in_no_pair(people: list[int]) -> None:
    give(people[:2], email="one@shop.example")
    found()
    vault.erase(people[0], reason="asked", by=SYSTEM, at=clock.now())
    assert duplicates.duplicate_groups() == []
    assert found() == set()


def test_whoever_is_erased_while_records_are_compared_is_in_no_pair(people: list[int]) -> None:
    a, b, c = people[:3]
    crowd = sorted(people[3:])
    give([a, b, c], email="same@shop.example")
    give(crowd, phone=PHONE)

    def erase(done: int) -> None:
        """Records are read by now, and nothing is written yet."""
        if done == len(people):
            for person_id in (a, crowd[0]):
                vault.erase(person_id, reason="asked", by=ADVISER, at=clock.now())

    assert scanning.find_duplicates(at=clock.now(), on_batch=erase) == 1
    assert {(row.first_id, row.second_id) for row in CandidatePair.objects.all()} == {
        tuple(sorted((b, c)))
    }
    assert not SharedValue.objects.exists(), "its one example is nobody any more"


def test_nobody_unknown_is_told_apart(people: list[int]) -> None:
    for pair in ((people[0], 404), (people[0], people[0])):
        with pytest.raises(distinct.NotFound):
            distinct.distinguish(*pair, by=ADVISER, at=clock.now())
    assert not DistinctPeople.objects.exists()


def test_the_worker_compares(people: list[int]) -> None:
    give(people[:2], email="one@shop.example")
    scanning.enqueue_scan()
    jobs.run_jobs_once(worker="test")
    assert len(duplicates.duplicate_groups()) == 1


def test_no_value_lies_in_what_is_kept(people: list[int]) -> None:
    give(people[:2], email="one@shop.example")
    found()
    kept = repr(list(CandidatePair.objects.values())) + repr(list(SharedValue.objects.values()))
    assert "@" not in kept
    assert not Entry.objects.filter(kind__startswith="use.").exists(), "comparing is no use"


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=15))
def test_groups_are_what_hangs_together(pairs: list[tuple[int, int]]) -> None:
    groups = group_pairs(pairs)
    assert set(groups) == {number for pair in pairs for number in pair}
    for first, second in pairs:
        assert groups[first] == groups[second]
    for number in groups:
        reached, more = {number}, True
        while more:
            more = False
            for pair in pairs:
                if reached & set(pair) and not reached >= set(pair):
                    reached |= set(pair)
                    more = True
        assert {other for other in groups if groups[other] == groups[number]} == reached
