"""The kinds of fields: what each takes in, what of it is sealed, how it is shown; a misfit
says what was expected."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.kinds import days, national_ids, values
from aboveboard.kinds.kind import FieldKind, KindMismatch, formats_of

TAKEN = [
    ("card_number", "4111 1111 1111 1111", "•••• 1111"),
    ("card_number", "3782-822463-10005", "•••• 0005"),
    ("card_number", "411111******1111", "•••• 1111"),
    ("card_number", "************1111", "•••• 1111"),
    ("card_number", "1111", "•••• 1111"),
    ("card_number", "•••• 1111", "•••• 1111"),
    ("card_number:unchecked", "77773630541927", "•••• 1927"),
    ("card_number:luhn", "４１１１１１１１１１１１１１１１", "•••• 1111"),
    ("date", "1984-05-31", "1984-05-31"),
    ("date", "1984-05-31 00:00:00.000", "1984-05-31"),
    ("country", "gb", "GB"),
    ("phone", "020 7946 0018 ext. 12", "020 7946 0018 ext. 12"),
    ("phone", "123456", "123456"),
    ("postal_address", " 1 High St \r\n\r\n Leeds\nLS1  4AP ", "1 High St\nLeeds\nLS1 4AP"),
    ("national_id:gb.nino", "qq 12 34 56 c", None),
    ("national_id:gb.nino", "ab 12 34 56 c", "AB123456C"),
    ("national_id:gb.nino", f"{' ' * 99}ab123456c", "AB123456C"),
    # Each character would be looked up for each country: a file of one line took minutes.
    ("national_id:gb.nino", f"ab{'-' * 99}123456c", None),
    ("national_id:gb.nhs", f"943{'-' * 99}4765870", None),
    ("national_id:gb.nino", "ＡＢ１２３４５６Ｃ", "AB123456C"),
    ("national_id:gb.nhs", "943-476-5870", "9434765870"),
    ("national_id:us.ssn", "536-90-4399", "536904399"),
    ("national_id:us.ssn", "1112-23333", None),
    ("national_id:de.idnr", "36 574 261 809", "36574261809"),
    ("national_id:fr.nir", "2 95 10 99 126 111 93", "295109912611193"),
    ("national_id:fr.nir", "2 95 10 99 126 111 94", None),
    ("text", "anything at all", "anything at all"),
]

REFUSED = [
    ("card_number", "4111 1111 1111 1112", "not_card", "its last digit does not fit"),
    ("card_number:unchecked", "12345", "not_card", "12 to 19 digits"),
    ("card_number", "four one one one", "not_card", "12 to 19 digits"),
    ("date", "31/05/1984", "not_date", "1984-05-31"),
    ("date", "19840531", "not_date", "1984-05-31"),
    ("date", "1984-W22-4", "not_date", "1984-05-31"),
    ("date", "1984-05-31 09:30:00", "not_date", "1984-05-31"),
    ("date", "1984-02-30", "not_date", "1984-05-31"),
    ("date", "1779-05-31", "not_date", "1984-05-31"),
    ("date", "2999-01-01", "not_date", "1984-05-31"),
    ("email", "jon at example.org", "not_email", "name@example.org"),
    ("phone", "12345", "not_phone", "6 digits"),
    ("phone", "call me", "not_phone", "six digits".replace("six", "6")),
    ("customer_number", " - ", "not_customer_number", "no letter or digit"),
    ("country", "UK ", "not_country", "GB"),
    ("country", "England", "not_country", "GB"),
    ("postal_address", "\n , \n", "not_address", "envelope"),
    ("postal_address", "1 High St\x07", "not_address", "envelope"),
    ("postal_address", "\n".join("abcdefghijk"), "not_address", "at most 10 lines"),
    ("document", "passport.pdf", "not_document", "one by one"),
]


@pytest.mark.parametrize(("kind", "text", "sealed"), TAKEN)
def test_what_is_sealed_of(kind: str, text: str, sealed: str | None) -> None:
    if sealed is None:
        with pytest.raises(KindMismatch):
            values.read(kind, text)
        return
    assert values.read(kind, text) == sealed
    assert values.read(kind, sealed) == sealed, "reading what is sealed changes nothing"


@pytest.mark.parametrize(("kind", "text", "code", "expected"), REFUSED)
def test_what_does_not_fit_says_what_was_expected_and_not_what_was_written(
    kind: str, text: str, code: str, expected: str
) -> None:
    with pytest.raises(KindMismatch) as misfit:
        values.read(kind, text)
    assert misfit.value.code == code
    assert expected in misfit.value.expected
    assert text.strip() not in misfit.value.expected


@pytest.mark.parametrize(
    ("kind", "sealed", "shown"),
    [
        ("card_number", "•••• 1111", "•••• 1111"),
        ("card_number:unchecked", "4111111111111111", "•••• 1111"),
        ("national_id:gb.nino", "AB123456C", "AB 12 34 56 C"),
        ("national_id:us.ssn", "536904399", "536-90-4399"),
        ("national_id:gb.nhs", "9434765870", "943 476 5870"),
        ("date", "1984-05-31", "1984-05-31"),
    ],
)
def test_how_a_value_is_shown(kind: str, sealed: str, shown: str) -> None:
    assert values.display(kind, sealed) == shown


@given(
    st.sampled_from([kind.value for kind in FieldKind] + ["card_number:unchecked"]),
    st.text(max_size=80),
)
def test_any_text_is_taken_or_a_misfit_and_what_is_taken_is_taken_again(
    kind: str, text: str
) -> None:
    if kind == "national_id":
        kind = "national_id:gb.nino"
    try:
        sealed = values.read(kind, text)
    except KindMismatch:
        return
    assert values.read(kind, sealed) == sealed


@given(
    st.sampled_from(sorted(formats_of("national_id"))),
    st.one_of(st.text(max_size=24), st.from_regex(r"[0-9A-Z .\-/]{0,20}", fullmatch=True)),
)
def test_every_national_number_is_checked_without_breaking(form: str, text: str) -> None:
    normal = national_ids.normal_form(text, form)
    if normal is not None:
        compact = normal.partition(":")[2]
        assert national_ids.normal_form(compact, form) == normal
        assert national_ids.normal_form(national_ids.display(compact, form), form) == normal


@given(st.text("0123456789 -*x•", max_size=24))
def test_no_more_than_four_digits_of_a_card_are_ever_sealed(text: str) -> None:
    try:
        sealed = values.read("card_number:unchecked", text)
    except KindMismatch:
        return
    assert sealed.startswith("•••• ")
    assert sum(mark.isdigit() for mark in sealed) == 4


@given(
    st.dates(datetime(1880, 1, 1, tzinfo=UTC).date(), datetime.now(UTC).date() - timedelta(days=1)),
    st.sampled_from(days.PATTERNS),
)
def test_a_day_is_the_same_in_every_form_that_a_mapping_may_name(
    day: datetime, pattern: str
) -> None:
    written = (
        pattern.replace("YYYY", f"{day.year:04}")
        .replace("MM", f"{day.month:02}")
        .replace("DD", f"{day.day:02}")
    )
    assert days.read(written, pattern) == day.isoformat()
