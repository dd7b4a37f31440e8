"""Duties of some organisations only, in the states from Alaska to Louisiana: processors, public
bodies, health facilities, insurers, brokers, and whoever finds that harm is unlikely."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from aboveboard.law.risk import Risk
from aboveboard.law.rules import catalogue
from aboveboard.law.terms import (
    AffectedGroup,
    DataAcquisition,
    DataMedium,
    DutyDue,
    LossFacts,
    OrgProfile,
    OrgRole,
    Required,
)
from tests.law.losses import BIRTH, CONTACT, PASSWORD, SSN, STOLEN, duties_of, end_of_day

COMPANY = OrgProfile(established_in=("US",), time_zone="UTC")
PROCESSOR = replace(COMPANY, role=OrgRole.PROCESSOR)
AGENCY = replace(COMPANY, public_body=True)
INSURER = replace(COMPANY, sectors=frozenset({"us_insurance"}))
UNLIKELY = LossFacts(DataAcquisition.ACQUIRED, Risk.UNLIKELY, codes_taken=False)
ONLY_READ = LossFacts(DataAcquisition.ACCESSED, Risk.HIGH, codes_taken=False)
HEALTH = CONTACT | {"user.health"}
# A Tuesday; no public holiday in the three weeks after it.
AWARE = datetime(2026, 3, 3, 15, 0, tzinfo=UTC)


def rows_of(
    place: str,
    people: int = 1500,
    facts: LossFacts = STOLEN,
    *,
    profile: OrgProfile = COMPANY,
    data: frozenset[str] = SSN,
    aware: datetime = AWARE,
    **times: datetime,
) -> dict[str, DutyDue]:
    moments = {"discovered": aware, "determined": aware, **times}
    group = AffectedGroup(f"US-{place}", people, data)
    return duties_of([group], facts, profile=profile, aware=aware, **moments)


def last_day(text: str) -> datetime:
    return end_of_day(text)


# -- whoever holds data for its owner --------------------------------------------------------------

IMMEDIATELY = None

OWNERS = [
    ("AL", "AGENT", "2026-03-13", "10 days from determination, Ala. Code 8-38-8"),
    ("FL", "AGENT", "2026-03-13", "10 days from determination, Fla. Stat. 501.171(6)"),
    ("IN", "MAINT", "2026-04-17", "45 days from discovery, IC 24-4.9-3-2 and 3-3"),
    ("LA", "MAINT", "2026-05-02", "60 days from discovery, La. R.S. 51:3074(D), (E)"),
    *(
        (state, "MAINT", IMMEDIATELY, "at once, without a number of days")
        for state in ("AK", "AR", "AZ", "CA", "CO", "CT", "DC", "DE", "GU", "HI", "IA", "ID", "IL")
    ),
    ("KS", "MAINT", IMMEDIATELY, "following discovery, K.S.A. 50-7a02(b)"),
    ("KY", "MAINT", IMMEDIATELY, "as soon as reasonably practicable, KRS 365.732(3)"),
]


@pytest.mark.parametrize(("state", "duty", "due", "law"), OWNERS)
def test_whoever_holds_data_for_its_owner_tells_the_owner(
    state: str, duty: str, due: str | None, law: str
) -> None:
    rows = rows_of(state, 1, profile=PROCESSOR)
    row = rows[f"US-{state}-{duty}"]
    assert (row.required, row.recipient_type) == (Required.YES, "controller")
    assert row.due_at == (last_day(due) if due else None), law
    # The owner tells the people and the authority, not its processor.
    assert f"US-{state}-IND" not in rows
    assert f"US-{state}-AG" not in rows


def test_a_processor_of_a_georgian_broker_has_24_hours() -> None:
    """O.C.G.A. 10-1-912(b)."""
    broker = replace(PROCESSOR, sectors=frozenset({"us_information_brokers"}))
    row = rows_of("GA", 1, profile=broker)["US-GA-MAINT"]
    assert (row.required, row.due_at) == (Required.YES, AWARE + timedelta(hours=24))


def test_a_contractor_of_a_kentucky_agency_has_72_hours() -> None:
    """KRS 61.932(2), since 2015."""
    contractor = replace(PROCESSOR, sectors=frozenset({"us_ky_public_contractors"}))
    row = rows_of("KY", 1, profile=contractor)["US-KY-PUBLIC-CONTRACTOR"]
    assert (row.required, row.due_at) == (Required.YES, AWARE + timedelta(hours=72))
    assert "US-KY-PUBLIC-CONTRACTOR" not in rows_of("KY", 1, profile=PROCESSOR)


def test_louisiana_gave_processors_no_number_of_days_before_august_2018() -> None:
    aware = datetime(2018, 7, 31, 15, tzinfo=UTC)
    assert rows_of("LA", profile=PROCESSOR, aware=aware)["US-LA-MAINT"].due_at is None


# -- findings that harm is unlikely ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "duty", "moment", "due"),
    [
        ("FL", "NOHARM", "no_harm_concluded", "2026-04-08"),
        ("AK", "AG-NOHARM", "no_harm_concluded", None),
        ("DC", "AG-NOHARM", "no_harm_concluded", None),
        ("LA", "AG-NOHARM", "authority_ordered", "2026-04-08"),
    ],
)
def test_a_finding_that_harm_is_unlikely_goes_to_the_authority(
    state: str, duty: str, moment: str, due: str | None
) -> None:
    """Fla. Stat. 501.171(4)(c); AS 45.48.010(c); D.C. Code 28-3851(1)(B); La. R.S. 51:3074(I)."""
    concluded = {moment: datetime(2026, 3, 9, 12, tzinfo=UTC)}
    row = rows_of(state, 600, UNLIKELY, other=concluded)[f"US-{state}-{duty}"]  # type: ignore[arg-type]
    assert (row.required, row.recipient_type) == (Required.ASK, "authority")
    assert row.due_at == (last_day(due) if due else None)
    # Nobody finds that harm is unlikely where a high risk is likely.
    assert rows_of(state, 600)[f"US-{state}-{duty}"].required is Required.NO


@pytest.mark.parametrize("state", ["AK", "AL", "FL", "IA", "LA"])
def test_the_finding_is_kept_in_writing(state: str) -> None:
    row = rows_of(state, 600, UNLIKELY)[f"US-{state}-REC"]
    assert (row.required, row.recipient_type) == (Required.ASK, "record")
    assert "5 years" in row.deadline.text
    assert rows_of(state, 600)[f"US-{state}-REC"].required is Required.NO


def test_arkansas_keeps_every_determination_since_july_2019() -> None:
    """Ark. Code 4-110-105(g), Act 1030 of 2019."""
    for facts in (STOLEN, UNLIKELY):
        assert rows_of("AR", 1, facts)["US-AR-REC"].required is Required.YES
    assert "US-AR-REC" not in rows_of("AR", 1, aware=datetime(2019, 7, 22, 12, tzinfo=UTC))


def test_florida_tells_its_department_even_where_harm_is_unlikely() -> None:
    """Fla. Stat. 501.171(3) has no exception; (4)(c) spares the people alone."""
    rows = rows_of("FL", 500, UNLIKELY)
    assert rows["US-FL-AG"].required is Required.YES
    assert rows["US-FL-AG"].due_at == last_day("2026-04-02")
    assert rows["US-FL-IND"].required is Required.ASK
    assert rows_of("FL", 499, UNLIKELY)["US-FL-AG"].required is Required.NO


@pytest.mark.parametrize("state", ["AL", "HI", "ID", "IN", "KS", "KY", "GU"])
def test_some_states_ask_for_nothing_while_harm_is_unlikely(state: str) -> None:
    assert rows_of(state, 1500, UNLIKELY)[f"US-{state}-IND"].required is Required.NO


@pytest.mark.parametrize("state", ["CA", "IL"])
def test_some_states_ask_whatever_the_likelihood_of_harm(state: str) -> None:
    rows = rows_of(state, 1500, UNLIKELY)
    assert rows[f"US-{state}-IND"].required is rows[f"US-{state}-AG"].required is Required.YES


def test_the_district_had_no_exception_for_unlikely_harm_before_2020() -> None:
    before, since = (datetime(2020, 6, day, 12, tzinfo=UTC) for day in (16, 17))
    assert rows_of("DC", 60, UNLIKELY, aware=before)["US-DC-IND"].required is Required.YES
    assert rows_of("DC", 60, UNLIKELY, aware=since)["US-DC-IND"].required is Required.ASK


# -- how the data went -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "required"),
    [("CT", Required.YES), ("FL", Required.YES), ("CA", Required.ASK), ("AZ", Required.ASK)],
)
def test_to_be_read_is_enough_in_connecticut_and_florida(state: str, required: Required) -> None:
    assert rows_of(state, 9, ONLY_READ)[f"US-{state}-IND"].required is required


@pytest.mark.parametrize("state", ["AK", "HI", "IA", "IN"])
def test_paper_counts_in_four_of_these_states(state: str) -> None:
    paper = replace(STOLEN, medium=DataMedium.PAPER)
    assert rows_of(state, 9, paper)[f"US-{state}-IND"].required is Required.YES
    assert rows_of("AL", 9, paper)["US-AL-IND"].required is Required.NO


# -- public bodies ---------------------------------------------------------------------------------


def test_a_public_body_of_california_has_its_own_section_without_days() -> None:
    """Civ. Code 1798.29; SB 446 set its 30 days for businesses."""
    rows = rows_of("CA", 501, profile=AGENCY)
    assert (rows["US-CA-PUBLIC-IND"].required, rows["US-CA-PUBLIC-IND"].due_at) == (
        Required.YES,
        None,
    )
    assert rows["US-CA-PUBLIC-AG"].required is Required.YES
    assert rows_of("CA", 500, profile=AGENCY)["US-CA-PUBLIC-AG"].required is Required.NO
    assert "US-CA-IND" not in rows
    assert "US-CA-PUBLIC-IND" not in rows_of("CA", 501)


def test_an_idaho_agency_tells_the_attorney_general_within_24_hours() -> None:
    row = rows_of("ID", 1, profile=AGENCY)["US-ID-AG-PUBLIC"]
    assert (row.required, row.due_at) == (Required.YES, AWARE + timedelta(hours=24))
    assert "US-ID-AG-PUBLIC" not in rows_of("ID", 1)


def test_a_hawaiian_agency_reports_to_the_legislature_within_20_days() -> None:
    rows = rows_of("HI", 2000, profile=AGENCY)
    assert rows["US-HI-PUBLIC-LEG"].due_at == last_day("2026-03-23")
    assert "US-HI-AG" not in rows


def test_an_illinois_agency_has_72_hours_and_45_days() -> None:
    """815 ILCS 530/12: more than 250 residents."""
    rows = rows_of("IL", 251, profile=AGENCY)
    paper = rows_of("IL", 251, replace(STOLEN, medium=DataMedium.PAPER), profile=AGENCY)
    assert paper["US-IL-PUBLIC-IND"].required is Required.YES
    assert paper["US-IL-IND"].required is Required.NO
    assert rows["US-IL-PUBLIC-72H"].due_at == AWARE + timedelta(hours=72)
    assert rows["US-IL-PUBLIC-AG"].due_at == last_day("2026-04-17")
    assert rows_of("IL", 250, profile=AGENCY)["US-IL-PUBLIC-AG"].required is Required.NO
    assert rows_of("IL", 1001, profile=AGENCY)["US-IL-PUBLIC-CRA"].required is Required.YES


def test_a_colorado_agency_has_the_thirty_days_of_title_24() -> None:
    rows = rows_of("CO", 500, profile=AGENCY)
    assert rows["US-CO-PUBLIC-IND"].due_at == last_day("2026-04-02")
    assert rows["US-CO-PUBLIC-AG"].due_at == last_day("2026-04-02")
    assert rows["US-CO-PUBLIC-CRA"].required is Required.NO
    assert "US-CO-AG" not in rows


def test_a_kentucky_agency_reports_within_72_hours_and_again_when_it_knows() -> None:
    """KRS 61.933: 72 hours; 48 hours from the end of the investigation; people 35 days later."""
    ended = datetime(2026, 3, 20, 9, tzinfo=UTC)
    rows = rows_of("KY", 9, profile=AGENCY, scope_known=ended)
    assert rows["US-KY-PUBLIC-AUTH"].due_at == AWARE + timedelta(hours=72)
    assert rows["US-KY-PUBLIC-AUTH-FINAL"].due_at == ended + timedelta(hours=48)
    assert rows["US-KY-PUBLIC-IND"].due_at is None
    reported = {"US-KY-PUBLIC-AUTH-FINAL": datetime(2026, 3, 21, 9, tzinfo=UTC)}
    rows = rows_of("KY", 9, profile=AGENCY, scope_known=ended, notified=reported)  # type: ignore[arg-type]
    assert rows["US-KY-PUBLIC-IND"].due_at == last_day("2026-04-25")
    assert "US-KY-IND" not in rows


def test_an_indiana_state_agency_has_its_own_section() -> None:
    row = rows_of("IN", 9, UNLIKELY, profile=AGENCY)["US-IN-PUBLIC-IND"]
    assert (row.required, row.citation) == (Required.YES, "Ind. Code § 4-1-11-5")


@pytest.mark.parametrize(
    ("state", "due"), [("FL", AWARE + timedelta(hours=48)), ("IN", end_of_day("2026-03-05"))]
)
def test_a_public_body_reports_a_cyber_incident_whatever_the_data(
    state: str, due: datetime
) -> None:
    """Fla. Stat. 282.3185(5), 48 hours; IC 4-13.1-2-9, 2 business days."""
    there = replace(AGENCY, established_in=(f"US-{state}",))
    row = rows_of("OR", 9, profile=there, data=CONTACT)[f"US-{state}-PUBLIC-CYBER"]
    assert (row.required, row.due_at) == (Required.YES, due)
    # Neither a public body of elsewhere nor a company of the state.
    assert f"US-{state}-PUBLIC-CYBER" not in rows_of(state, 9, profile=AGENCY)
    company = replace(there, public_body=False)
    assert f"US-{state}-PUBLIC-CYBER" not in rows_of(state, 9, profile=company)


# -- health ----------------------------------------------------------------------------------------


def test_a_california_clinic_has_15_business_days_for_the_department_and_the_patients() -> None:
    """Health and Safety Code 1280.15, since 2015: detected on Tuesday 3 March 2026."""
    clinic = replace(COMPANY, sectors=frozenset({"us_ca_health_facilities"}))
    for facts in (STOLEN, ONLY_READ, replace(STOLEN, medium=DataMedium.PAPER)):
        rows = rows_of("CA", 1, facts, profile=clinic, data=HEALTH)
        for duty in ("US-CA-HEALTH-AUTH", "US-CA-HEALTH-IND"):
            assert rows[duty].required is Required.YES
            assert rows[duty].due_at == last_day("2026-03-24")
    assert "US-CA-HEALTH-AUTH" not in rows_of("CA", 1, data=HEALTH)
    rows = rows_of("CA", 1, profile=clinic, data=BIRTH)
    assert rows["US-CA-HEALTH-AUTH"].required is Required.NO


def test_the_clinics_had_no_exception_for_a_low_probability_before_july_2021() -> None:
    clinic = replace(COMPANY, sectors=frozenset({"us_ca_health_facilities"}))
    days = [datetime(2021, *day, 12, tzinfo=UTC) for day in ((6, 30), (7, 1))]
    answers = [
        rows_of("CA", 1, UNLIKELY, profile=clinic, data=HEALTH, aware=day)["US-CA-HEALTH-AUTH"]
        for day in days
    ]
    assert [row.required for row in answers] == [Required.YES, Required.ASK]


def test_illinois_hears_within_5_business_days_of_the_federal_department() -> None:
    """815 ILCS 530/50."""
    hospital = replace(COMPANY, sectors=frozenset({"hipaa"}))
    at = {"hhs_told": datetime(2026, 3, 9, 12, tzinfo=UTC)}
    rows = rows_of("IL", 1, profile=hospital, data=HEALTH, other=at)  # type: ignore[arg-type]
    assert rows["US-IL-HIPAA-AG"].due_at == last_day("2026-03-16")
    assert "US-IL-HIPAA-AG" not in rows_of("IL", 1, data=HEALTH)


# -- insurers --------------------------------------------------------------------------------------

INSURANCE = [
    ("AL", "2019-05-01"),
    ("DE", "2019-07-31"),
    ("LA", "2020-08-01"),
    ("CT", "2020-10-01"),
    ("HI", "2021-07-01"),
    ("IN", "2021-07-01"),
    ("IA", "2022-01-01"),
    ("KY", "2023-01-01"),
    ("IL", "2024-01-01"),
    ("AK", "2025-01-01"),
]


@pytest.mark.parametrize(("state", "began"), INSURANCE)
def test_an_insurer_tells_the_commissioner_at_home_within_3_business_days(
    state: str, began: str
) -> None:
    home = replace(INSURER, domicile=f"US-{state}")
    row = rows_of("OR", 1, profile=home)[f"US-{state}-INS-DOM"]
    assert (row.required, row.due_at) == (Required.YES, last_day("2026-03-06"))
    assert f"US-{state}-INS-DOM" not in rows_of("OR", 1, profile=INSURER)
    first = datetime.fromisoformat(began).replace(hour=12, tzinfo=UTC)
    rows = rows_of("OR", 1, profile=home, aware=first - timedelta(days=1))
    assert f"US-{state}-INS-DOM" not in rows
    assert rows_of("OR", 1, profile=home, aware=first)[f"US-{state}-INS-DOM"].required == "yes"


@pytest.mark.parametrize(("state", "began"), INSURANCE)
def test_other_commissioners_hear_from_250_residents_on(state: str, began: str) -> None:
    for people, required in ((249, Required.NO), (250, Required.YES)):
        row = rows_of(state, people, profile=INSURER)[f"US-{state}-INS"]
        assert row.required is required, began
    assert f"US-{state}-INS" not in rows_of(state, 250)


def test_names_and_addresses_alone_are_no_nonpublic_information() -> None:
    home = replace(INSURER, domicile="US-AL")
    for insurer, duty in ((home, "US-AL-INS-DOM"), (INSURER, "US-AL-INS")):
        assert rows_of("AL", 300, profile=insurer, data=CONTACT)[duty].required is Required.NO
        assert rows_of("AL", 300, profile=insurer, data=HEALTH)[duty].required is Required.YES


def test_connecticut_gave_insurers_5_calendar_days_before_its_law_of_2020() -> None:
    """Bulletin IC-25 of the Insurance Department (2010)."""
    aware = datetime(2019, 6, 4, 12, tzinfo=UTC)
    rows = rows_of("CT", 1, profile=INSURER, aware=aware)
    assert rows["US-CT-INS-BULLETIN"].due_at == last_day("2019-06-09")
    assert "US-CT-INS" not in rows
    assert "US-CT-INS-BULLETIN" not in rows_of("CT", 300, profile=INSURER)


def test_a_delaware_insurer_tells_consumers_within_60_days() -> None:
    row = rows_of("DE", 1, profile=INSURER)["US-DE-INS-IND"]
    assert (row.required, row.due_at) == (Required.YES, last_day("2026-05-02"))


# -- Georgia, bills, recipients --------------------------------------------------------------------


def test_georgia_binds_brokers_alone_and_the_agencies_hear_above_10_000() -> None:
    broker = replace(COMPANY, sectors=frozenset({"us_information_brokers"}))
    for people, required in ((10_000, Required.NO), (10_001, Required.YES)):
        rows = rows_of("GA", people, profile=broker)
        assert (rows["US-GA-IND"].required, rows["US-GA-IND"].due_at) == (Required.YES, None)
        assert rows["US-GA-CRA"].required is required
    assert "US-GA-IND" not in rows_of("GA")


def test_a_bill_of_connecticut_is_kept_as_coming_and_never_picked() -> None:
    bill = next(rule for rule in catalogue.rules_of("US-CT") if rule.id == "US-CT-AG-FORENSIC")
    assert not bill.in_force
    aware = datetime(2026, 11, 18, 12, tzinfo=UTC)
    assert bill.id not in rows_of("CT", 200_000, aware=aware)


def test_arizona_has_a_second_recipient_since_september_2022() -> None:
    """HB 2146 of 2022, on the general effective date of its session."""
    days = [datetime(2022, 9, day, 12, tzinfo=UTC) for day in (23, 24)]
    authorities = [rows_of("AZ", aware=day)["US-AZ-AG"].authority for day in days]
    assert ["Homeland Security" in name for name in authorities] == [False, True]


def test_connecticut_paid_for_12_months_before_october_2018_and_24_since() -> None:
    days = [datetime(2018, *day, 12, tzinfo=UTC) for day in ((9, 30), (10, 1))]
    months = [rows_of("CT", aware=day)["US-CT-IND"].content_required[0][:2] for day in days]
    assert months == ["12", "24"]


def test_credentials_alone_bring_california_its_days() -> None:
    row = rows_of("CA", 10, data=PASSWORD)["US-CA-IND"]
    assert (row.required, row.due_at) == (Required.YES, last_day("2026-04-02"))
