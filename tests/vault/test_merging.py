"""Two records made one and two again: each has its own values and origins; and everybody stands in
exactly one range of numbers."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from itertools import pairwise

import pytest

from aboveboard.basics import clock
from aboveboard.basics.errors import NotFound
from aboveboard.identity import actions, matching
from aboveboard.identity.choosing import RecordSide
from aboveboard.promise.queries import in_force
from aboveboard.vault import actions as vault_actions
from aboveboard.vault import changing, field_erasure, locking, merging, queries
from aboveboard.vault.changing import Residence
from aboveboard.vault.identifiers import keyed_digests
from aboveboard.vault.models import Person
from aboveboard.vault.origin import ValueOrigin
from tests.world import ADVISER, load

pytestmark = pytest.mark.django_db


def merge(kept: int, merged: int, **chosen: RecordSide) -> matching.MergeRecord:
    return actions.merge(
        kept, merged, chosen=chosen, reference="case/1", by=ADVISER, at=clock.now()
    )


def kinds() -> dict[str, str]:
    return {key: field.kind_and_format for key, field in in_force().promise.fields.items()}


def split(row: matching.MergeRecord) -> None:
    actions.split(row.id, kinds=kinds(), reference="case/2", by=ADVISER, at=clock.now())


def test_parted_each_record_is_as_it_was() -> None:
    (one, _), (other, _), *_ = load(3)
    before = merging.compare(one, other)
    split(merge(one, other, email=RecordSide.MERGED, phone=RecordSide.MERGED))
    assert merging.compare(one, other) == before


def test_a_value_that_was_confirmed_since_keeps_where_it_was_confirmed() -> None:
    """The same words from somewhere else are another value: their origin decides how long they
    are kept."""
    (one, _), (other, row), *_ = load(3)
    merged = merge(one, other, email=RecordSide.MERGED)
    since = ValueOrigin(in_force().serial, clock.now(), "phone", "answer-contact")
    vault_actions.correct(
        one, "email", row["email"], kinds=kinds(), origin=since, by=ADVISER, at=clock.now()
    )
    split(merged)
    pair = merging.compare(one, other)["email"]
    assert pair.merged == since
    assert pair.kept is not None
    assert pair.kept != since


def test_a_value_that_was_erased_and_given_anew_goes_to_the_record_it_was_of() -> None:
    """What was set aside for undoing the merge has no such value any more: it was erased there
    too."""
    (one, _), (other, _), *_ = load(3)
    merged = merge(one, other, email=RecordSide.MERGED)
    gone = field_erasure.erase_fields(
        one, ["email"], kinds=kinds(), reason="asked", by=ADVISER, at=clock.now()
    )
    assert gone == {"email"}
    corrected(one, email="anew@example.com")
    split(merged)
    assert queries.find("email", "anew@example.com") == [other]
    pair = merging.compare(one, other)["email"]
    assert pair.kept is None, "theirs was erased with it"
    assert pair.merged is not None
    assert pair.merged.channel == "phone"


def test_what_undoes_a_merge_is_gone_with_its_key() -> None:
    (one, _), (other, _), *_ = load(3)
    merging.compare(one, other)
    undo = merging.merge(one, other, ["email"], at=clock.now())
    held = merging.fields_of(one, other, undo)
    assert {"email", "first_name", "customer_number"} <= held
    again = merging.reseal_undo(one, other, undo, without=["first_name"])
    assert again is not None
    assert merging.fields_of(one, other, again) == held - {"first_name"}
    merging.delete_merged(other)
    merging.destroy_undo_key(other)
    assert merging.fields_of(one, other, again) == frozenset()
    assert merging.reseal_undo(one, other, again) is None
    assert locking.lock_person(other) == one, "the number still leads to them"


def test_nobody_is_locked_who_is_not_held() -> None:
    load(1)
    with pytest.raises(NotFound):
        locking.lock_person(10**9)


@pytest.mark.parametrize("size", [1, 2, 3, 6, 7, 100])
def test_ranges_of_numbers_hold_everybody_once_and_so_many_each(size: int) -> None:
    load(7)
    people = sorted(Person.objects.values_list("id", flat=True))
    ranges = list(queries.id_ranges(size))
    held = [[person for person in people if low < person <= high] for low, high in ranges]
    assert [person for each in held for person in each] == people
    assert all(len(each) == size for each in held[:-1])
    assert 0 < len(held[-1]) <= size
    assert all(before[1] == after[0] for before, after in pairwise(ranges))


FRENCH, BRITISH = "04 65 71 23 45", "01632 960983"


def two_countries() -> tuple[int, int]:
    """One person who lives in Britain and in France, who was two records; their phone number is
    the French one, without its country code. Return their number and the other one."""
    (kept, _), (merged, _) = load(2)
    for person_id, home, phone in (
        (kept, Residence("GB", "en"), BRITISH),
        (merged, Residence("FR", "fr"), FRENCH),
    ):
        replaced(person_id, home, phone=phone)
    return kept, merged


def replaced(person_id: int, home: Residence | None = None, **values: str) -> None:
    origin = ValueOrigin(in_force().serial, clock.now(), "phone", "answer-contact")
    origins = dict.fromkeys(values, origin)
    changing.replace(
        person_id, values, kinds=kinds(), origins=origins, home=home, by=ADVISER, at=clock.now()
    )


def corrected(person_id: int, **values: str) -> None:
    origin = ValueOrigin(in_force().serial, clock.now(), "phone", "answer-contact")
    for field, value in values.items():
        vault_actions.correct(
            person_id, field, value, kinds=kinds(), origin=origin, by=ADVISER, at=clock.now()
        )


def found(phone: str) -> list[int]:
    return queries.find("phone", phone)


@pytest.mark.parametrize("change", [replaced, corrected])
def test_a_number_of_either_country_is_found_until_it_is_another(
    change: Callable[..., None],
) -> None:
    kept, merged = two_countries()
    merge(kept, merged, phone=RecordSide.MERGED)
    assert found("+33 4 65 71 23 45") == [kept]
    change(kept, email="ada@example.com")
    assert found("+33 4 65 71 23 45") == [kept]
    change(kept, phone="020 7946 0018")
    assert found("+44 20 7946 0018") == [kept]
    assert found("+33 4 65 71 23 45") == [], "it is nobody's any more"
    change(kept, phone="+33 4 65 71 23 45")
    assert found("+33 4 65 71 23 45") == [kept]
    assert found("+44 20 7946 0018") == []


def test_a_number_of_either_country_outlives_another_one_that_is_erased() -> None:
    kept, merged = two_countries()
    merge(kept, merged, phone=RecordSide.MERGED)
    with_two = kinds() | {"first_name": "phone"}
    assert field_erasure.erase_fields(
        kept, ["first_name"], kinds=with_two, reason="asked", by=ADVISER, at=clock.now()
    )
    assert found("+33 4 65 71 23 45") == [kept]


def test_who_was_two_records_is_recognised_by_the_number_of_either_country() -> None:
    kept, merged = two_countries()
    merge(kept, merged, phone=RecordSide.MERGED)
    key = bytes(32)
    known = keyed_digests([kept, merged], {"phone": "phone"}, {"phone": key})
    for number in ("+33465712345", "+441632960983"):
        assert (2, hmac.digest(key, number.encode(), "sha256")) in known
