"""Which handles are a person's, when records become one, when they are parted again, and when the
log is ahead of what a database remembers. Pure."""

from __future__ import annotations

import pytest

from aboveboard.basics import sealing
from aboveboard.keys.handles import HandleSecret, NamelessHandle, PersonHandles

ANN = PersonHandles(HandleSecret(b"a" * 32, 3), ("aa" * 16,))
BOB = PersonHandles(HandleSecret(b"b" * 32, 2), ("bb" * 16, "cc" * 16))
CAT = PersonHandles(HandleSecret(b"c" * 32, 0), ("aa" * 16,))


def test_the_handles_of_a_person_are_those_of_their_entries_and_no_others() -> None:
    own = [ANN.secret.handle(number) for number in range(3)]
    assert list(ANN.all()) == [*own, "aa" * 16]
    assert len({*own, ANN.secret.handle(3)}) == 4
    assert [ANN.secret_of(handle) for handle in own] == [ANN.secret] * 3
    assert ANN.secret_of(ANN.secret.handle(3)) is None, "no entry has it yet"
    assert ANN.secret_of("aa" * 16) is None
    assert BOB.secret_of(own[0]) is None
    assert ANN.secret.subject(3).handle == ANN.secret.handle(3)


def test_of_two_records_that_are_one_every_entry_is_found_also_one_that_comes_late() -> None:
    both = ANN.merged_with(BOB)
    assert both.secret == ANN.secret
    assert both.lasting == ("aa" * 16, "bb" * 16, "cc" * 16)
    late = [BOB.secret.handle(number) for number in range(2, 6)]
    assert [both.secret_of(handle) is not None for handle in late] == [True] * 4
    assert both.secret_of(BOB.secret.handle(6)) is None
    assert {*ANN.all(), *BOB.all(), *late} == {*both.all()}
    assert both.merged_with(CAT).lasting == both.lasting, "a handle of both is one"
    assert [secret.value for secret in both.merged_with(CAT).secrets] == [
        b"a" * 32,
        b"b" * 32,
        b"c" * 32,
    ]
    assert list(both.fallback_handles()) == [BOB.secret.handle(6), "aa" * 16, "bb" * 16, "cc" * 16]


def test_parted_again_each_has_what_was_theirs() -> None:
    everybody = ANN.merged_with(BOB).merged_with(
        dan := PersonHandles(HandleSecret(b"d" * 32, 1), ())
    )
    assert everybody.minus(dan) == ANN.merged_with(BOB)
    assert everybody.minus(dan).minus(BOB) == ANN
    assert everybody.minus(BOB) == ANN.merged_with(dan)


@pytest.mark.parametrize(
    ("ahead", "found", "count"),
    [
        ([], [], 3),
        ([3], [3], 4),
        ([10], [10], 11),
        ([11], [], 3),  # eight entries that never came to be
        ([10, 18, 26], [10, 18, 26], 27),
        ([10, 19], [10], 11),
    ],
)
def test_a_log_that_is_ahead_is_followed_over_entries_that_never_came_to_be(
    ahead: list[int], found: list[int], count: int
) -> None:
    own = [ANN.secret.handle(1), "aa" * 16]
    later = [ANN.secret.handle(number) for number in ahead]
    others = [BOB.secret.handle(0), "bb" * 16]
    matches, entries = ANN.count_used({*own, *later, *others})
    assert matches == own + [ANN.secret.handle(number) for number in found]
    assert entries == count


def test_a_sealed_fact_opens_with_the_key_that_the_person_is_given_and_no_other() -> None:
    both = ANN.merged_with(BOB)
    subject = BOB.secret.subject(1)
    fact = subject.seal("case/7")
    facts = {"reference": fact, "field": "email", "count": 3}
    keys = both.keys_of(subject.handle, facts)
    assert keys.keys() == {"reference"}
    (key,) = keys["reference"]
    assert sealing.verify_text(fact, "case/7", bytes.fromhex(key))
    assert not sealing.verify_text(fact, "case/8", bytes.fromhex(key))
    for other in (ANN, both):
        (wrong,) = other.keys_of(ANN.secret.subject(0).handle, facts)["reference"]
        assert not sealing.verify_text(fact, "case/7", bytes.fromhex(wrong))
    # An entry from before each had a handle of its own may be of any of the records.
    for handle in ("bb" * 16, None):
        given = both.keys_of(handle, facts)["reference"]
        assert len(given) == 2
        assert key in given


def test_where_an_entry_names_nobody_what_it_refers_to_is_sealed_all_the_same() -> None:
    first, second = NamelessHandle(), NamelessHandle()
    assert first.handle is None
    fact = first.seal("case/7")
    assert sealing.verify_text(fact, "case/7", first.key)
    assert not sealing.verify_text(fact, "case/7", second.key)
    assert first.key.hex() not in repr(first)
    assert (b"a" * 32).decode() not in repr(ANN.secret.subject(0))
