"""Phones by table: whatever the tables are sure of is what the library answers."""

from __future__ import annotations

from collections.abc import Iterator

import phonenumbers
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from aboveboard.kinds import phones
from aboveboard.kinds.normalise import digits

REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
USUAL = ("AT", "AU", "BE", "CA", "CH", "DE", "ES", "FR", "GB", "IE", "IT", "NL", "PL", "SE", "US")
FORMATS = (
    PhoneNumberFormat.E164,
    PhoneNumberFormat.INTERNATIONAL,
    PhoneNumberFormat.NATIONAL,
)
KINDS = (PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE, PhoneNumberType.PREMIUM_RATE)


def _oracle(text: str, region: str | None) -> str:
    """What the library makes of it, by its public functions alone."""
    try:
        parsed = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return ""
    if phonenumbers.is_possible_number(parsed) and str(parsed.national_number) in digits(text):
        return str(phonenumbers.format_number(parsed, PhoneNumberFormat.E164))
    return ""


def _samples(region: str) -> Iterator[str]:
    """The numbers that a country's plan gives as examples, in every usual spelling."""
    for kind in KINDS:
        number = phonenumbers.example_number_for_type(region, kind)
        for form in FORMATS if number is not None else ():
            text = phonenumbers.format_number(number, form)
            yield text
            yield text.replace("+", "00")
            yield text.replace("+", "011 ")
            yield text.replace("+", "")
            yield f"({text})"
            yield f"{text} ext. 12"
            yield text[:-1]
            yield f"{text}7"
            yield f"{text[:4]}(0){text[4:]}"


def _agrees(text: str, region: str | None) -> bool:
    """Hold both ways to the oracle; return whether the tables were sure."""
    if len(digits(text)) < 6:
        return True
    answer, oracle = phones.by_table(text, digits(text), region), _oracle(text, region)
    assert answer in (None, oracle)
    assert phones.e164(text, digits(text), (region,)) == [oracle]
    return answer is not None


def test_every_countrys_own_examples_are_read_as_the_library_reads_them() -> None:
    for place, region in enumerate(REGIONS):
        elsewhere = REGIONS[(place + 97) % len(REGIONS)]
        for text in _samples(region):
            for tried in (region, elsewhere):
                _agrees(text, tried)


@pytest.mark.parametrize("region", USUAL)
def test_the_numbers_of_usual_countries_are_read_without_the_library(region: str) -> None:
    for kind in KINDS[:2]:
        number = phonenumbers.example_number_for_type(region, kind)
        for form in FORMATS:
            for tried in USUAL:
                assert _agrees(phonenumbers.format_number(number, form), tried)


@st.composite
def _dialled(draw: st.DrawFn) -> str:
    """Digits behind what people dial first, with what people write between."""
    codes = st.sampled_from(sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)).map(str)
    first = draw(
        st.sampled_from(["", "", "+", "0", "00", "011", "8", "1", "(0", "+ (", "#"])
        | codes
        | codes.map("+{}".format)
        | codes.map("00{}".format)
        | codes.map("+{} (0)".format)
    )
    signs = st.sampled_from(["", "", "", " ", "-", ".", "/", " (", ") "])
    number = draw(
        st.lists(st.tuples(st.sampled_from("0123456789"), signs), min_size=4, max_size=18)
    )
    last = draw(
        st.sampled_from(["", "", "", " x12", " ext 5", "#", ";ext=7", " /1", "O", "\u0660"])
    )
    return first + "".join(map("".join, number)) + last


@settings(max_examples=500)
@given(_dialled(), st.sampled_from([*REGIONS, *USUAL, None, "XX", "gb"]))
@example("+44 (0)20 7946 0018", "GB")
@example("8 (495) 123-45-67", "RU")
@example("011 15 2345-6789", "AR")
@example("0343 15 555 1212", "AR")
@example("+390236618300", "GB")
@example("00000000", "IT")
def test_whatever_is_dialled_is_read_as_the_library_reads_it(text: str, region: str | None) -> None:
    _agrees(text, region)


def test_a_number_is_tried_in_each_country_and_one_with_its_code_in_none() -> None:
    tried = ("GB", "DE", "US", None)
    assert phones.e164("020 7946 0018", "02079460018", tried) == [
        "+442079460018",
        "+492079460018",
        "",
        "",
    ]
    assert phones.e164("+33 1 23 45 67 89", "33123456789", tried) == ["+33123456789"] * 4
