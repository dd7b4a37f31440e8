"""The root key in shares: enough of them give it back, fewer or wrong ones are refused with a
reason, whatever is typed."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.basics.errors import Invalid
from aboveboard.keys import shares

keys = st.binary(min_size=32, max_size=32)


@given(
    keys,
    st.integers(2, 6).flatmap(lambda least: st.tuples(st.just(least), st.integers(least, 8))),
    st.randoms(use_true_random=False),
)
def test_any_that_are_enough_give_the_key_back_and_fewer_do_not(
    key: bytes, numbers: tuple[int, int], chance: random.Random
) -> None:
    threshold, count = numbers
    made = shares.split(key, threshold=threshold, shares=count)
    assert len(set(made)) == count
    chosen = chance.sample(made, chance.randint(threshold, count))
    assert shares.join([f"  1 {share.upper()}\n" for share in chosen]) == key
    with pytest.raises(Invalid, match=f"{threshold} are needed"):
        shares.join(chosen[: threshold - 1] * 2)


@given(keys, st.integers(0, 32), st.data())
def test_a_wrong_word_is_found_by_the_checksum(key: bytes, place: int, data: st.DataObject) -> None:
    words = shares.split(key, threshold=2, shares=2)[0].split()
    other = data.draw(
        st.sampled_from(["academic", "acid", "zero", "nonsense", ""]).filter(
            lambda word: word != words[place]
        )
    )
    words[place] = other
    with pytest.raises(Invalid):
        shares.read(" ".join(words))


@given(st.text(max_size=400))
def test_whatever_is_typed_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(Invalid):
        shares.read(text)
    with pytest.raises(Invalid):
        shares.join([text, text])


def test_shares_of_two_splits_do_not_belong_together() -> None:
    first, second = (shares.split(bytes(32), threshold=2, shares=2) for _ in range(2))
    with pytest.raises(Invalid, match="belong together"):
        shares.join([first[0], second[1]])


@pytest.mark.parametrize(("threshold", "count"), [(1, 3), (4, 3), (2, 17), (0, 0)])
def test_numbers_that_cannot_be_are_refused(threshold: int, count: int) -> None:
    with pytest.raises(Invalid, match="at most 16"):
        shares.split(bytes(32), threshold=threshold, shares=count)


def test_no_share_at_all_is_too_few() -> None:
    with pytest.raises(Invalid, match=r"0 different shares.*2 are needed"):
        shares.join([])


def test_a_share_published_by_the_authors_of_the_format_is_read() -> None:
    """SLIP-39's own vectors: number 1 is a share of 128 bits, which is none of ours; number 2
    has a wrong checksum."""
    whole = (
        "duckling enlarge academic academic agency result length solution fridge kidney "
        "coal piece deal husband erode duke ajar critical decision keyboard"
    )
    with pytest.raises(Invalid, match="something else"):
        shares.read(whole)
    with pytest.raises(Invalid, match="does not add up"):
        shares.read(whole.replace("keyboard", "kidney"))


def test_the_keepers_of_a_key_are_counted_from_one() -> None:
    made = shares.split(bytes(range(32)), threshold=2, shares=3)
    assert [shares.read(text) for text in made] == [(1, 2), (2, 2), (3, 2)]
