"""A program has a bucket of tokens: never more than its rate, never a promise of when to come
back that does not hold."""

from __future__ import annotations

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.api.rate_limit import take_tokens
from aboveboard.basics.errors import RateLimited

_clients = count(1_000_000)
ASKED = st.lists(st.tuples(st.floats(0, 3), st.integers(1, 50)), max_size=40)


@given(asked=ASKED, rate=st.integers(50, 200))
def test_never_more_than_a_full_bucket_and_what_flowed_in(
    asked: list[tuple[float, int]], rate: int
) -> None:
    client, now, began, taken = next(_clients), 100.0, 100.0, 0
    for pause, people in asked:
        now += pause
        try:
            take_tokens(client, people, rate=rate, now=now)
            taken += people
        except RateLimited:
            pass_on = taken
            assert pass_on == taken, "what is refused takes nothing"
        assert taken <= rate + (now - began) * rate + 1e-6


@given(asked=ASKED, rate=st.integers(50, 200))
def test_whoever_waits_as_long_as_told_is_served(asked: list[tuple[float, int]], rate: int) -> None:
    client, now = next(_clients), 100.0
    for pause, people in asked:
        now += pause
        try:
            take_tokens(client, people, rate=rate, now=now)
        except RateLimited as told:
            seconds = int(str(told.details["seconds"]))
            assert seconds >= 1
            now += seconds
            take_tokens(client, people, rate=rate, now=now)


def test_a_batch_takes_as_many_as_people_and_one_clients_bucket_is_its_own() -> None:
    one, other = next(_clients), next(_clients)
    take_tokens(one, 500, rate=600, now=1.0)
    with pytest.raises(RateLimited):
        take_tokens(one, 101, rate=600, now=1.0)
    take_tokens(one, 100, rate=600, now=1.0)
    take_tokens(other, 600, rate=600, now=1.0)
    take_tokens(one, 300, rate=600, now=1.5)
    with pytest.raises(ValueError, match="never holds"):
        take_tokens(one, 601, rate=600, now=9.0)
