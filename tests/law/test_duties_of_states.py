"""Who must be told in the United States, by when: each state asks about other data."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from aboveboard.law.duties import due
from aboveboard.law.risk import Risk
from aboveboard.law.terms import (
    AffectedGroup,
    BreachTimes,
    DataAcquisition,
    DataMedium,
    LossFacts,
    OrgProfile,
    Required,
)
from tests.law.losses import (
    AWARE,
    BIRTH,
    CARD,
    CONTACT,
    PASSWORD,
    SHOP,
    SSN,
    STOLEN,
    duties_of,
    end_of_day,
)

# -- United States ---------------------------------------------------------------------------------


def test_names_e_mails_and_phones_bring_no_state_duty_and_the_answer_says_so() -> None:
    rows = duties_of([AffectedGroup("US-OR", 5000, CONTACT)])
    assert {row.required for row in rows.values()} == {Required.NO}
    assert all("None of the data that this law covers" in row.reasons[0] for row in rows.values())
    assert rows["US-OR-AG"].people_there == 5000


def test_a_card_number_counts_with_its_code_where_the_law_wants_one() -> None:
    without = duties_of(
        [AffectedGroup("US-CA", 900, CARD)],
        LossFacts(DataAcquisition.ACQUIRED, Risk.HIGH, codes_taken=False),
    )
    unknown = duties_of(
        [AffectedGroup("US-CA", 900, CARD)],
        LossFacts(DataAcquisition.ACQUIRED, Risk.HIGH, codes_taken=None),
    )
    known = duties_of(
        [AffectedGroup("US-CA", 900, CARD)],
        LossFacts(DataAcquisition.ACQUIRED, Risk.HIGH, codes_taken=True),
    )
    assert [rows["US-CA-IND"].required for rows in (without, unknown, known)] == [
        Required.NO,
        Required.ASK,
        Required.YES,
    ]
    # With or without a code.
    assert duties_of([AffectedGroup("US-MA", 1, CARD)])["US-MA-IND"].required is Required.YES


def test_a_birth_date_counts_in_washington_and_north_dakota_and_not_in_oregon() -> None:
    rows = duties_of(
        [
            AffectedGroup("US-WA", 501, BIRTH),
            AffectedGroup("US-ND", 251, BIRTH),
            AffectedGroup("US-OR", 900, BIRTH),
        ]
    )
    assert (
        rows["US-WA-IND"].required
        is rows["US-WA-AG"].required
        is rows["US-ND-AG"].required
        is Required.YES
    )
    assert rows["US-OR-IND"].required is Required.NO


def test_an_e_mail_address_with_its_password_counts_alone_where_the_law_says_so() -> None:
    rows = duties_of([AffectedGroup("US-CA", 10, PASSWORD), AffectedGroup("US-TX", 10, PASSWORD)])
    assert (rows["US-CA-IND"].required, rows["US-TX-IND"].required) == (
        Required.YES,
        Required.NO,
    )


def test_the_california_authority_clock_starts_when_the_people_are_told() -> None:
    rows = duties_of([AffectedGroup("US-CA", 501, SSN)])
    assert rows["US-CA-IND"].due_at == end_of_day("2026-12-18")
    assert (rows["US-CA-AG"].due_at, rows["US-CA-AG"].depends_on) == (None, ("US-CA-IND",))
    rows = due(
        STOLEN,
        [AffectedGroup("US-CA", 501, SSN)],
        times=BreachTimes(AWARE, notified={"US-CA-IND": AWARE}),
        profile=SHOP,
    )
    assert next(row for row in rows if row.duty_id == "US-CA-AG").due_at == end_of_day("2026-12-03")


@pytest.mark.parametrize(
    ("state", "duty", "below", "reached"),
    [
        ("CA", "AG", 500, 501),
        ("TX", "AG", 249, 250),
        ("DC", "AG", 49, 50),
        ("MD", "CRA", 999, 1000),
        ("CO", "CRA", 1000, 1001),
        ("SD", "CRA", 0, 1),
    ],
)
def test_thresholds_mind_their_operators(state: str, duty: str, below: int, reached: int) -> None:
    for people, required in ((below, Required.NO), (reached, Required.YES)):
        if people:
            assert (
                duties_of([AffectedGroup(f"US-{state}", people, SSN)])[
                    f"US-{state}-{duty}"
                ].required
                is required
            )


def test_texas_tells_the_authority_before_the_people_are_due() -> None:
    rows = duties_of([AffectedGroup("US-TX", 250, SSN)], determined=AWARE)
    assert (rows["US-TX-AG"].due_at, rows["US-TX-IND"].due_at) == (
        end_of_day("2026-12-18"),
        end_of_day("2027-01-17"),
    )
    assert list(rows).index("US-TX-AG") < list(rows).index("US-TX-IND")


@pytest.mark.parametrize("state", ["MD", "NJ"])
def test_maryland_and_new_jersey_tell_the_authority_first(state: str) -> None:
    rows = duties_of([AffectedGroup(f"US-{state}", 10, SSN)])
    assert rows[f"US-{state}-IND"].after == (f"US-{state}-AG",)
    assert rows[f"US-{state}-AG"].due_at == rows[f"US-{state}-IND"].due_at
    assert list(rows).index(f"US-{state}-AG") < list(rows).index(f"US-{state}-IND")


def test_iowa_counts_business_days_from_the_notice() -> None:
    done = {"US-IA-IND": datetime(2026, 11, 20, 12, 0, tzinfo=UTC)}
    rows = due(
        STOLEN,
        [AffectedGroup("US-IA", 501, SSN)],
        times=BreachTimes(AWARE, notified=done),
        profile=SHOP,
    )
    # Over Thanksgiving.
    assert next(row for row in rows if row.duty_id == "US-IA-AG").due_at == end_of_day("2026-11-30")


def test_unreadable_data_asks_for_nothing_while_its_keys_are_safe() -> None:
    people = [AffectedGroup("US-CA", 900, frozenset(), SSN)]
    assert duties_of(people)["US-CA-IND"].required is Required.NO
    assert "cannot be read" in duties_of(people)["US-CA-IND"].reasons[0]
    gone = LossFacts(DataAcquisition.ACQUIRED, Risk.HIGH, keys_taken=True)
    doubt = LossFacts(DataAcquisition.ACQUIRED, Risk.HIGH, keys_taken=None)
    assert duties_of(people, gone)["US-CA-IND"].required is Required.YES
    assert duties_of(people, doubt)["US-CA-IND"].required is Required.ASK


def test_paper_is_outside_most_state_laws_and_inside_some() -> None:
    rows = duties_of(
        [AffectedGroup("US-CA", 9, SSN), AffectedGroup("US-MA", 9, SSN)],
        LossFacts(DataAcquisition.LOST, Risk.HIGH, medium=DataMedium.PAPER),
    )
    assert (rows["US-CA-IND"].required, rows["US-MA-IND"].required) == (
        Required.NO,
        Required.YES,
    )
    assert "on paper" in " ".join(rows["US-CA-IND"].reasons)


def test_mere_access_binds_in_new_york_and_is_a_question_in_california() -> None:
    rows = duties_of(
        [AffectedGroup("US-NY", 9, SSN), AffectedGroup("US-CA", 9, SSN)],
        LossFacts(DataAcquisition.ACCESSED, Risk.HIGH),
    )
    assert (rows["US-NY-IND"].required, rows["US-CA-IND"].required) == (
        Required.YES,
        Required.ASK,
    )


def test_letters_of_massachusetts_and_rhode_island_differ() -> None:
    rows = duties_of(
        [
            AffectedGroup("US-MA", 9, SSN),
            AffectedGroup("US-RI", 9, SSN),
            AffectedGroup("US-IL", 9, SSN),
        ]
    )
    assert "the nature of the breach" in rows["US-MA-IND"].content_forbidden
    assert rows["US-IL-IND"].content_forbidden
    assert not rows["US-RI-IND"].content_forbidden


def test_georgia_binds_only_information_brokers_and_says_so() -> None:
    row = duties_of([AffectedGroup("US-GA", 7, SSN)])["NOT-COVERED:US-GA"]
    assert (row.people, row.required, row.not_covered) == (7, Required.ASK, True)
    assert "sector" in row.reasons[1]
    assert "US-GA-IND" in duties_of(
        [AffectedGroup("US-GA", 7, SSN)],
        profile=OrgProfile(("US-GA",), frozenset({"us_information_brokers"})),
    )
