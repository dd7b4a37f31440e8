"""Ids, time, canonical bytes, errors and ``Personal``: what every package relies on."""

from __future__ import annotations

import json
import pickle
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.basics import clock, ids
from aboveboard.basics.canonical import canonical, digest
from aboveboard.basics.errors import AboveboardError, Invalid, NotFound
from aboveboard.basics.personal import Personal


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("42", 42),
        (str(2**63 - 1), 2**63 - 1),
        (str(2**63), None),
        ("9" * 5000, None),
        ("²", None),
        ("٣", None),
        ("-1", None),
        (" 1", None),
        ("", None),
    ],
)
def test_what_somebody_wrote_is_an_id_or_nothing(text: str, number: int | None) -> None:
    assert ids.parse_id(text) == number


def test_ids_rise_and_fit_a_signed_64_bit_integer() -> None:
    made = [ids.new_id() for _ in range(2000)]
    assert made == sorted(set(made))
    assert 0 < made[0] < made[-1] < 2**63


def test_ids_reserved_in_bulk_are_consecutive_and_nobody_elses() -> None:
    bulk = list(ids.new_ids(500))
    assert bulk == list(range(bulk[0], bulk[0] + 500))
    assert ids.new_id() > bulk[-1]


def test_threads_never_get_the_same_id() -> None:
    with ThreadPoolExecutor(8) as pool:
        made = [
            id_
            for part in pool.map(lambda _: [ids.new_id() for _ in range(500)], range(8))
            for id_ in part
        ]
    assert len(set(made)) == len(made)


# Hypothesis asks for bounds without a zone.
@given(
    st.datetimes(
        min_value=datetime(1900, 1, 1),  # noqa: DTZ001
        max_value=datetime(2200, 1, 1),  # noqa: DTZ001
        timezones=st.just(UTC),
    )
)
def test_a_moment_is_read_as_it_was_written(moment: datetime) -> None:
    assert clock.from_text(clock.to_text(moment)) == moment


def test_a_moment_is_written_in_utc_whatever_its_zone() -> None:
    moment = datetime(2026, 11, 22, 9, 0, tzinfo=timezone(timedelta(hours=1)))
    assert clock.to_text(moment) == "2026-11-22T08:00:00.000000Z"


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        clock.to_text(datetime(2026, 1, 1))  # noqa: DTZ001 (this is what must be refused)
    with pytest.raises(ValueError, match="zone"):
        clock.from_text("2026-01-01T00:00:00")


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(alphabet=st.characters(exclude_categories=("Cs",))),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(st.characters(exclude_categories=("Cs",)), max_size=5), inner, max_size=3
        )
    ),
    max_leaves=10,
)


@given(VALUES)
def test_canonical_bytes_say_the_same_and_say_it_once(value: object) -> None:
    encoded = canonical(value)  # type: ignore[arg-type]  # Hypothesis cannot name the type
    assert json.loads(encoded) == value
    assert canonical(json.loads(encoded)) == encoded


@pytest.mark.parametrize("beyond", [2**53, -(2**53), float("nan"), float("inf")])
def test_a_number_that_another_reader_would_change_is_refused(beyond: float) -> None:
    with pytest.raises(ValueError, match=r"."):
        canonical({"n": beyond})


def test_the_order_of_names_does_not_change_the_digest() -> None:
    assert digest({"b": 1, "a": (2, 3)}) == digest({"a": [2, 3], "b": 1})


def test_a_personal_value_shows_itself_nowhere_but_where_asked() -> None:
    value = Personal("Jon Yang")
    assert "Jon" not in f"{value} {value!r} {value:>20}" + repr([value]) + repr({"name": value})
    assert value.reveal() == "Jon Yang"
    assert value == Personal("Jon Yang")
    with pytest.raises(TypeError):
        pickle.dumps(value)
    with pytest.raises(TypeError):
        json.dumps({"name": value})


def test_an_error_fills_its_sentence_and_its_next_step() -> None:
    error = Invalid(found="a date in the future", fix="Give the day it was lost.")
    assert str(error) == "Invalid input: a date in the future. Give the day it was lost."
    assert isinstance(NotFound(what="batch"), AboveboardError)
