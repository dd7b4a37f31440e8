"""How likely two records are of one person: more that is shared is likelier, what differs less."""

from __future__ import annotations

from itertools import combinations

import pytest

from aboveboard.identity.scoring import (
    Likelihood,
    Opposing,
    SharedTrait,
    likelihood,
    reasons_in_words,
    score_pair,
)


def test_more_shared_is_likelier_and_never_certain() -> None:
    for few in combinations(SharedTrait, 2):
        for trait in set(SharedTrait) - set(few):
            assert score_pair(few, []) <= score_pair([*few, trait], []) <= 100
    assert 0 < score_pair([SharedTrait.PHONE], []) < score_pair([SharedTrait.EMAIL], [])


@pytest.mark.parametrize("opposing", Opposing)
def test_what_one_person_has_once_speaks_against_it(opposing: Opposing) -> None:
    shared = [SharedTrait.EMAIL, SharedTrait.NAME_POSTCODE]
    assert likelihood(score_pair(shared, [])) is Likelihood.HIGH
    assert likelihood(score_pair(shared, [opposing])) is Likelihood.LOW


def test_every_reason_has_words_and_what_speaks_against_stands_last() -> None:
    codes = [*map(str, Opposing), *map(str, SharedTrait)]
    words = reasons_in_words(codes)
    assert len(words) == len(set(words)) == len(codes)
    assert all(each.startswith("but ") for each in words[-len(Opposing) :])
