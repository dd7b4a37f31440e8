"""The number of a person in writing: read back as it was written, and no slip is taken for
another."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aboveboard.basics.person_codes import (
    PersonCodeMistyped,
    numbers_meant,
    parse_person,
    person_code,
    read_person,
)

NUMBERS = st.integers(min_value=0, max_value=2**63 - 1)
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (0, "00000-00000-00000"),
        (1, "00000-00000-00132"),
        (31, "00000-00000-00Z4V"),
        (192162611299331807, "05ANJ-W1WSQ-BPZQJ"),
        (2**63 - 1, "7ZZZZ-ZZZZZ-ZZZTX"),
    ],
)
def test_a_number_has_one_code_for_ever(number: int, code: str) -> None:
    assert person_code(number) == code
    assert read_person(code) == number


@given(NUMBERS, st.sampled_from([str.lower, str.upper, lambda code: code.replace("-", " ")]))
def test_what_was_written_is_read_however_it_is_typed(number: int, typed: object) -> None:
    code = person_code(number)
    assert read_person(typed(code)) == number  # type: ignore[operator]
    as_heard = code.replace("0", "o").replace("1", "l").replace("V", "u")
    assert read_person(as_heard) == number


@settings(max_examples=4)
@given(NUMBERS)
def test_every_slip_in_one_character_is_refused_with_what_was_meant(number: int) -> None:
    marks = person_code(number).replace("-", "")
    for place, mark in enumerate(marks):
        for other in ALPHABET.replace(mark, ""):
            slip = marks[:place] + other + marks[place + 1 :]
            assert parse_person(slip) is None or slip.isdigit(), slip
            assert numbers_meant(slip) == (number,)


@settings(max_examples=20)
@given(NUMBERS)
def test_two_neighbours_that_changed_places_are_refused_with_what_was_meant(number: int) -> None:
    marks = person_code(number).replace("-", "")
    for place in range(len(marks) - 1):
        first, second = marks[place : place + 2]
        if first == second:
            continue
        slip = f"{marks[:place]}{second}{first}{marks[place + 2 :]}-"
        assert parse_person(slip) is None, slip
        assert number in numbers_meant(slip)
        with pytest.raises(PersonCodeMistyped, match="Did you mean to type"):
            read_person(slip)


@given(NUMBERS, st.data())
def test_two_wrong_characters_are_refused(number: int, data: st.DataObject) -> None:
    marks = list(person_code(number))
    places = [place for place, mark in enumerate(marks) if mark != "-"]
    for place in data.draw(st.lists(st.sampled_from(places), min_size=2, max_size=2, unique=True)):
        marks[place] = data.draw(st.sampled_from(ALPHABET.replace(marks[place], "")))
    assert parse_person("".join(marks)) is None


@given(NUMBERS)
def test_the_old_form_is_read_as_before(number: int) -> None:
    assert read_person(str(number)) == number
    assert read_person(f" {number} ") == number


@pytest.mark.parametrize(
    "typed", ["", "-", "Ben Hale", "1" * 40, "²", "Z" * 15, "7ZZZZ-ZZZZZ-ZZZZZ", "x" * 5000]
)
def test_what_is_no_number_of_anybody_is_refused(typed: str) -> None:
    with pytest.raises(PersonCodeMistyped):
        read_person(typed)
