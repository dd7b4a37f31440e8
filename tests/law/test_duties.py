"""Who must be told, by when: named stories over the shipped catalogue."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.law import categories, clocks
from aboveboard.law.duties import due
from aboveboard.law.risk import Risk
from aboveboard.law.rules import catalogue
from aboveboard.law.terms import (
    AffectedGroup,
    BreachTimes,
    DataAcquisition,
    DataMedium,
    LossFacts,
    OrgProfile,
    OrgRole,
    Required,
)
from aboveboard.law.timing import with_deadline
from tests.law.losses import (
    AWARE,
    BIRTH,
    CARD,
    CONTACT,
    SHOP,
    SSN,
    STOLEN,
    duties_of,
    end_of_day,
)

# -- GDPR ------------------------------------------------------------------------------------------


def test_the_ico_is_told_within_72_hours_and_the_people_without_delay() -> None:
    rows = duties_of([AffectedGroup("GB-SCT", 300, BIRTH)])
    ico = rows["UK-GDPR-33-AUTH"]
    assert (ico.required, ico.people, ico.due_at) == (
        Required.YES,
        300,
        AWARE + timedelta(hours=72),
    )
    assert ico.authority == "Information Commissioner's Office (ICO)"
    # The words are kept with the duty: how long is left is said where it is shown.
    assert "left" not in ico.clock_words
    people = rows["UK-GDPR-34-SUBJ"]
    assert (people.required, people.due_at, people.recipient_type) == (
        Required.YES,
        None,
        "individuals",
    )
    assert rows["UK-GDPR-33-5-REC"].required is Required.YES


@pytest.mark.parametrize(
    ("risk", "authority", "people"),
    [
        (Risk.UNLIKELY, Required.NO, Required.NO),
        (Risk.RISK, Required.YES, Required.NO),
        (Risk.HIGH, Required.YES, Required.YES),
    ],
)
def test_the_likelihood_of_harm_decides(risk: Risk, authority: Required, people: Required) -> None:
    rows = duties_of([AffectedGroup("GB", 300, BIRTH)], LossFacts(DataAcquisition.LOST, risk))
    assert (rows["UK-GDPR-33-AUTH"].required, rows["UK-GDPR-34-SUBJ"].required) == (
        authority,
        people,
    )
    assert rows["UK-GDPR-33-5-REC"].required is Required.YES
    assert all(row.reasons for row in rows.values())


def test_only_those_at_high_risk_have_to_be_told_but_the_authority_hears_of_all() -> None:
    rows = duties_of(
        [
            AffectedGroup("GB", 40, CARD),
            AffectedGroup("GB", 60, CONTACT, risk=Risk.RISK),
            AffectedGroup("GB", 9, frozenset(), CARD),
        ]
    )
    assert (
        rows["UK-GDPR-33-AUTH"].people,
        rows["UK-GDPR-34-SUBJ"].people,
        rows["UK-GDPR-34-SUBJ"].people_there,
    ) == (109, 40, 109)


def test_from_outside_the_eea_each_countrys_authority_is_told() -> None:
    rows = duties_of(
        [
            AffectedGroup("FR", 10, BIRTH),
            AffectedGroup("DE-BY", 20, BIRTH),
            AffectedGroup("DE", 5, BIRTH),
        ]
    )
    assert "CNIL" in rows["EU-GDPR-33-AUTH:FR"].authority
    assert "BayLDA" in rows["EU-GDPR-33-AUTH:DE-BY"].authority
    assert "Land" in rows["EU-GDPR-33-AUTH:DE"].authority
    assert any("each state (Land)" in reason for reason in rows["EU-GDPR-33-AUTH:DE"].reasons)
    assert rows["EU-GDPR-34-SUBJ:DE"].people == 25


def test_a_part_of_a_country_without_an_authority_of_its_own_is_the_country() -> None:
    rows = duties_of([AffectedGroup("FR-75", 3, BIRTH), AffectedGroup("FR", 2, BIRTH)])
    assert {key for key in rows if "-AUTH" in key} == {"EU-GDPR-33-AUTH:FR"}
    assert rows["EU-GDPR-33-AUTH:FR"].people == 5


def test_from_inside_the_eea_the_lead_authority_is_told_once() -> None:
    rows = duties_of(
        [AffectedGroup("FR", 10, BIRTH), AffectedGroup("DE", 20, BIRTH)],
        profile=OrgProfile(("IE", "GB")),
    )
    lead = [row for key, row in rows.items() if key.startswith("EU-GDPR-33-AUTH")]
    assert [(row.jurisdiction, row.people) for row in lead] == [("IE", 30)]
    assert "DPC" in lead[0].authority or "Data Protection" in lead[0].authority
    assert rows["EU-GDPR-34-SUBJ:FR"].people == 10


def test_norway_is_in_the_eea_and_switzerland_is_not() -> None:
    rows = duties_of([AffectedGroup("NO", 1, BIRTH), AffectedGroup("CH", 1, BIRTH)])
    assert "EU-GDPR-33-AUTH:NO" in rows
    assert "CH-FADP-24" in rows


def test_a_processor_tells_its_controller_and_nobody_else() -> None:
    rows = duties_of(
        [AffectedGroup("GB", 5, BIRTH), AffectedGroup("US-FL", 5, SSN)],
        profile=OrgProfile(("GB",), role=OrgRole.PROCESSOR),
    )
    assert set(rows) == {"UK-GDPR-33-2-PROC", "US-FL-AGENT"}


def test_a_clear_no_outweighs_an_open_question() -> None:
    facts = LossFacts(DataAcquisition.LOST, Risk.HIGH, medium=DataMedium.PAPER, codes_taken=None)
    row = duties_of([AffectedGroup("US-CA", 9, CARD)], facts)["US-CA-IND"]
    assert row.required is Required.NO
    assert "depends on whether a code is needed" in row.reasons[0]


def test_a_row_says_when_its_clock_started() -> None:
    found, decided = AWARE - timedelta(days=1), AWARE + timedelta(days=2)
    rows = duties_of(
        [
            AffectedGroup("US-TX", 250, SSN),
            AffectedGroup("US-WA", 1, SSN),
            AffectedGroup("GB", 1, SSN),
        ],
        discovered=found,
        determined=decided,
    )
    started = [
        rows[name].clock_started_at
        for name in ("UK-GDPR-33-AUTH", "US-WA-IND", "US-TX-IND", "US-TX-CRA")
    ]
    assert started == [AWARE, found, decided, None]


def test_a_discovery_that_is_not_recorded_is_said_and_of_two_moments_the_earlier_counts() -> None:
    said = "The moment of discovery is not recorded"
    unsaid, recorded, late = (
        duties_of([AffectedGroup("US-WA", 1, SSN)], **times)["US-WA-IND"]
        for times in (
            {},
            {"discovered": AWARE - timedelta(days=1)},
            {"discovered": AWARE + timedelta(days=1)},
        )
    )
    assert said in unsaid.clock_words
    assert unsaid.citation in unsaid.clock_words
    assert said not in recorded.clock_words
    assert (unsaid.clock_started_at, late.clock_started_at) == (AWARE, AWARE)
    assert "so to be safe the count runs from the earlier" in late.clock_words
    assert late.citation in late.clock_words


def test_each_clock_that_starts_at_discovery_says_that_it_is_not_recorded() -> None:
    """Of every duty in the catalogue, those that end with a calendar year too."""
    row = duties_of([AffectedGroup("US-WA", 1, SSN)])["US-WA-IND"]
    rules = [rule for rule in catalogue.rules() if rule.clock_start in ("discovered", "year_end")]
    assert len(rules) > 20
    for rule in rules:
        words = with_deadline(row, rule, times=BreachTimes(AWARE), profile=SHOP).clock_words
        assert f"({rule.citation})" in words, rule.id


# -- dates -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("duty", "state", "before", "after"),
    [
        ("US-CA-IND", "US-CA", ("2025-12-31", None), ("2026-01-01", 30)),
        ("US-TX-AG", "US-TX", ("2023-08-31", 60), ("2023-09-01", 30)),
        ("US-WA-IND", "US-WA", ("2020-02-29", 45), ("2020-03-01", 30)),
        ("US-NY-IND", "US-NY", ("2024-12-20", None), ("2024-12-21", 30)),
        ("US-CT-IND", "US-CT", ("2021-09-30", 90), ("2021-10-01", 60)),
    ],
)
def test_the_day_of_awareness_picks_the_rule(
    duty: str, state: str, before: tuple[str, int | None], after: tuple[str, int]
) -> None:
    for day, days in (before, after):
        aware = datetime.fromisoformat(f"{day}T12:00:00+00:00")
        assert (
            duties_of([AffectedGroup(state, 1000, SSN)], aware=aware)[duty].deadline.value == days
        ), day


def test_pecr_went_from_24_to_72_hours_and_only_for_telecoms() -> None:
    telecom = OrgProfile(("GB",), frozenset({"telecoms"}))
    people = [AffectedGroup("GB", 1, CONTACT)]
    assert "UK-PECR-5A-AUTH" not in duties_of(people)
    assert (
        duties_of(people, profile=telecom, aware=datetime(2025, 8, 19, 12, tzinfo=UTC))[
            "UK-PECR-5A-AUTH"
        ].deadline.value
        == 24
    )
    assert (
        duties_of(people, profile=telecom, aware=datetime(2025, 8, 20, 12, tzinfo=UTC))[
            "UK-PECR-5A-AUTH"
        ].deadline.value
        == 72
    )


def test_bills_and_acts_that_have_not_begun_are_not_law() -> None:
    profile = OrgProfile(("GB",), frozenset({"essential_services", "us_critical_infrastructure"}))
    rows = duties_of(
        [AffectedGroup("GB", 1, SSN), AffectedGroup("US-CA", 1, SSN), AffectedGroup("TW", 1, SSN)],
        profile=profile,
    )
    assert not {"UK-CSR-BILL", "US-CIRCIA-INCIDENT", "TW-PDPA-12-2025"} & set(rows)
    assert {"UK-NIS-11", "TW-PDPA-12-IND"} <= set(rows)


# -- elsewhere -------------------------------------------------------------------------------------


def test_australia_and_canada_with_their_provinces() -> None:
    rows = duties_of(
        [
            AffectedGroup("AU-NSW", 40, BIRTH),
            AffectedGroup("CA-BC", 10, BIRTH),
            AffectedGroup("CA-QC", 3, BIRTH),
            AffectedGroup("CA-AB", 2, BIRTH),
        ]
    )
    assert rows["AU-NDB-OAIC"].required is Required.YES
    assert rows["AU-NDB-IND"].due_at is None
    assert rows["AU-NDB-IND"].clock_start == "statement_prepared"
    assert rows["CA-PIPEDA-OPC"].people == 15
    assert (
        rows["CA-QC-L25"].people,
        rows["CA-QC-L25-IND"].people,
        rows["CA-AB-PIPA-34.1"].people,
    ) == (3, 3, 2)


def test_a_risk_that_is_not_high_is_a_question_under_a_test_of_serious_harm() -> None:
    rows = duties_of([AffectedGroup("AU", 4, BIRTH)], LossFacts(DataAcquisition.LOST, Risk.RISK))
    assert rows["AU-NDB-OAIC"].required is Required.ASK


def test_a_place_without_rules_is_a_row_with_its_people() -> None:
    rows = duties_of(
        [
            AffectedGroup("XK", 4, SSN),
            AffectedGroup("US", 2, SSN),
            AffectedGroup("US-AS", 3, SSN),
            AffectedGroup("", 6, CONTACT),
        ]
    )
    assert {key: row.people for key, row in rows.items()} == {
        "NOT-COVERED:XK": 4,
        "NOT-COVERED:US": 2,
        "NOT-COVERED:US-AS": 3,
        "NOT-COVERED:unknown": 6,
    }
    assert all(
        row.required is Required.ASK and row.reasons[0] == "Not covered: ask counsel."
        for row in rows.values()
    )
    assert "state is not recorded" in rows["NOT-COVERED:US"].reasons[1]


def test_a_clock_whose_start_is_not_recorded_is_counted_from_awareness_and_says_so() -> None:
    row = duties_of([AffectedGroup("US-TX", 250, SSN)])["US-TX-IND"]
    assert row.due_at == end_of_day("2027-01-17")
    assert "not recorded" in row.clock_words


def test_a_late_duty_says_so() -> None:
    rows = due(
        STOLEN,
        [AffectedGroup("GB", 1, BIRTH)],
        times=BreachTimes(AWARE),
        profile=SHOP,
    )
    due_at = next(row.due_at for row in rows if row.duty_id == "UK-GDPR-33-AUTH")
    assert due_at is not None
    assert clocks.remaining(due_at, AWARE + timedelta(hours=75)) == "late by 3 h 0 min"


PLACES = st.sampled_from(
    [
        "GB",
        "FR",
        "DE",
        "DE-BY",
        "US-CA",
        "US-NY",
        "US-WA",
        "US-MD",
        "US-GA",
        "US",
        "US-AS",
        "AU-NSW",
        "CA-QC",
        "CA",
        "JP",
        "XK",
        "",
    ]
)
DATA = st.frozensets(st.sampled_from(sorted(categories.all_categories())), max_size=6)
GROUPS = st.lists(
    st.builds(
        AffectedGroup,
        PLACES,
        st.integers(1, 10**6),
        DATA,
        DATA,
        st.none() | st.sampled_from(list(Risk)),
    ),
    max_size=6,
)


MAYBE = st.sampled_from([True, False, None])
FACTS = st.builds(
    LossFacts,
    st.sampled_from(list(DataAcquisition)),
    st.sampled_from(list(Risk)),
    st.sampled_from(list(DataMedium)),
    MAYBE,
    MAYBE,
)


@given(GROUPS, FACTS)
def test_nobody_is_left_out_and_every_row_says_why(
    people: list[AffectedGroup], facts: LossFacts
) -> None:
    rows = due(facts, people, times=BreachTimes(AWARE), profile=SHOP)
    assert all(row.reasons and all(row.reasons) and row.clock_words for row in rows)
    assert all(0 <= row.people <= row.people_there for row in rows)
    for group in people:
        country = group.jurisdiction.split("-")[0]
        near = {group.jurisdiction, country, "EU"}
        assert any(row.jurisdiction in near and row.people_there >= group.people for row in rows), (
            group
        )
    done: set[str] = set()
    for row in rows:
        assert row.required is Required.NO or set(row.after) <= done | {
            other.duty_id for other in rows if other.required is not row.required
        }
        done.add(row.duty_id)
