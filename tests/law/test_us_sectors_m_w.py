"""Insurers, public bodies and financial institutions under the laws of the states from
Massachusetts to Wyoming: what each tells its own authority, besides what everybody owes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from aboveboard.law.duties import due
from aboveboard.law.risk import Risk
from aboveboard.law.terms import (
    AffectedGroup,
    BreachTimes,
    DataAcquisition,
    DutyDue,
    LossFacts,
    OrgProfile,
    Required,
)
from tests.law.losses import CONTACT, SSN, STOLEN, end_of_day

MONDAY = datetime(2026, 2, 2, 12, 0, tzinfo=UTC)
CARD_ALONE = CONTACT | {"user.financial.credit_card"}


def rows_of(
    people: list[AffectedGroup],
    profile: OrgProfile,
    *,
    aware: datetime = MONDAY,
    facts: LossFacts = STOLEN,
    notified: dict[str, datetime] | None = None,
    other: dict[str, datetime] | None = None,
) -> dict[str, DutyDue]:
    times = BreachTimes(
        aware, discovered=aware, determined=aware, notified=notified or {}, other=other or {}
    )
    return {row.duty_id: row for row in due(facts, people, times=times, profile=profile)}


def insurer(domicile: str) -> OrgProfile:
    return OrgProfile((domicile,), frozenset({"us_insurance"}), domicile=domicile)


# State, the day from which its law asks, when it is due from Monday 2 February 2026, statute.
INSURERS = [
    ("MD", "2023-10-01", "2026-02-05", "Md. Insurance § 33-105: 3 business days"),
    ("ME", "2022-01-01", "2026-02-05", "24-A M.R.S. § 2266: 3 business days"),
    ("MI", "2021-01-20", "2026-02-17", "MCL 500.559: 10 business days"),
    ("MN", "2021-08-01", "2026-02-09", "Minn. Stat. § 60A.9853: 5 business days"),
    ("MO", "2026-01-01", "2026-02-06", "Mo. Rev. Stat. § 375.1410: 4 business days"),
    ("MS", "2019-07-01", "2026-02-05", "Miss. Code § 83-5-811: 3 business days"),
    ("ND", "2021-08-01", "2026-02-05", "N.D.C.C. 26.1-02.2-05: 3 business days"),
    ("NH", "2020-01-01", "2026-02-05", "RSA 420-P:6: 3 business days"),
    ("OH", "2019-03-20", "2026-02-05", "ORC 3965.04: 3 business days"),
    ("OK", "2024-07-01", "2026-02-05", "SB 543 of 2024: 3 business days"),
    ("PA", "2023-12-11", "2026-02-09", "40 Pa.C.S. ch. 45: 5 business days"),
    ("TN", "2021-07-01", "2026-02-05", "T.C.A. § 56-2-1006: 3 business days"),
    ("VA", "2020-07-01", "2026-02-05", "Va. Code § 38.2-625: 3 business days"),
    ("WI", "2021-11-01", "2026-02-05", "Wis. Stat. § 601.954: 3 business days"),
]


@pytest.mark.parametrize(("state", "since", "ends", "cites"), INSURERS)
def test_an_insurer_tells_the_commissioner_of_its_domicile_whoever_is_affected(
    state: str, since: str, ends: str, cites: str
) -> None:
    """The model law counts 250 residents only for the commissioners of other states."""
    elsewhere = [AffectedGroup("US-CA", 3, SSN)]
    duty = f"US-{state}-INS-HOME"
    row = rows_of(elsewhere, insurer(f"US-{state}"))[duty]
    assert (row.required, row.people) == (Required.YES, 3), cites
    # Michigan counts over Presidents' Day.
    assert row.due_at == end_of_day(ends)
    assert "number of consumers in the State" in row.content_required
    assert duty not in rows_of(elsewhere, insurer("US-CA"))
    eve = datetime.fromisoformat(f"{since}T12:00").replace(tzinfo=UTC) - timedelta(days=1)
    assert duty not in rows_of(elsewhere, insurer(f"US-{state}"), aware=eve)
    assert duty in rows_of(elsewhere, insurer(f"US-{state}"), aware=eve + timedelta(days=1))


@pytest.mark.parametrize("state", [row[0] for row in INSURERS])
def test_the_commissioner_of_another_state_is_told_from_250_of_its_residents_on(
    state: str,
) -> None:
    # Virginia asks below it too, where another authority has to be told (§ 38.2-625 A 2).
    below = Required.ASK if state == "VA" else Required.NO
    for people, required in ((249, below), (250, Required.YES)):
        rows = rows_of([AffectedGroup(f"US-{state}", people, SSN)], insurer("US-CA"))
        assert rows[f"US-{state}-INS"].required is required
    shop = rows_of([AffectedGroup(f"US-{state}", 250, SSN)], OrgProfile(("US-CA",)))
    assert f"US-{state}-INS" not in shop


def test_south_carolina_counts_hours_and_rhode_island_only_its_own_insurers() -> None:
    """S.C. Code § 38-99-40: 72 hours. R.I. Gen. Laws § 27-1-47: domestic insurers."""
    there = [AffectedGroup("US-SC", 250, SSN), AffectedGroup("US-RI", 900, SSN)]
    rows = rows_of(there, insurer("US-SC"))
    assert rows["US-SC-INS-HOME"].due_at == MONDAY + timedelta(hours=72)
    assert "US-SC-INS" not in rows
    assert not any(key.startswith("US-RI-INS") for key in rows)
    own = rows_of(there, insurer("US-RI"))["US-RI-INS-HOME"]
    assert own.due_at == end_of_day("2026-02-05")
    eve = datetime(2018, 12, 31, 12, 0, tzinfo=UTC)
    assert "US-SC-INS-HOME" not in rows_of(there, insurer("US-SC"), aware=eve)


def test_a_card_number_counts_for_an_insurer_without_its_code_and_an_address_does_not() -> None:
    """NAIC model law 668 s. 3(K): account, credit or debit card number."""
    card = [AffectedGroup("US-OH", 250, CARD_ALONE)]
    contact = [AffectedGroup("US-OH", 250, CONTACT)]
    assert rows_of(card, insurer("US-CA"))["US-OH-INS"].required is Required.YES
    assert rows_of(card, insurer("US-CA"))["US-OH-IND"].required is Required.NO
    assert rows_of(contact, insurer("US-OH"))["US-OH-INS-HOME"].required is Required.NO


def test_maine_is_told_by_its_own_licensees_whatever_the_harm() -> None:
    unlikely = LossFacts(DataAcquisition.ACQUIRED, Risk.UNLIKELY)
    people = [AffectedGroup("US-CA", 1, SSN)]
    notified = {
        state: rows_of(people, insurer(f"US-{state}"), facts=unlikely)[
            f"US-{state}-INS-HOME"
        ].required
        for state in ("ME", "OH")
    }
    assert notified == {"ME": Required.YES, "OH": Required.NO}


def test_insurers_of_montana_michigan_and_washington_have_rules_of_another_kind() -> None:
    """MCA 33-19-321 (with the people), MCL 500.561 (the people), WAC 284-04-625 (2 days)."""
    people = [AffectedGroup(f"US-{state}", 5, SSN) for state in ("MT", "MI", "WA")]
    rows = rows_of(people, insurer("US-CA"))
    assert rows["US-MT-INS"].required is Required.YES
    assert rows["US-MI-INS-IND"].recipient_type == "individuals"
    assert rows["US-WA-INS"].due_at == end_of_day("2026-02-04")


# -- public bodies ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "duty", "ends", "cites"),
    [
        ("PA", "PUBLIC", "2026-02-11T23:59:59", "73 P.S. § 2303: 7 business days"),
        ("PA", "PUBLIC-AG", "2026-02-11T23:59:59", "73 P.S. § 2303(a.1)"),
        ("VA", "PUBLIC", "2026-02-03T12:00:00", "Va. Code § 2.2-5514: 24 hours"),
        ("TX", "PUBLIC", "2026-02-04T12:00:00", "Gov. Code § 2054.603: 48 hours"),
        ("OH", "PUBLIC-7D", "2026-02-09T23:59:59", "ORC 9.64: 7 days"),
        ("OH", "PUBLIC-30D", "2026-03-04T23:59:59", "ORC 9.64: 30 days"),
        ("UT", "PUBLIC", "2026-02-07T23:59:59", "Utah Code 63A-19-405: 5 days"),
        ("WA", "PUBLIC", "2026-03-04T23:59:59", "RCW 42.56.590: 30 days"),
        ("WA", "PUBLIC-AG", "2026-03-04T23:59:59", "RCW 42.56.590: 30 days, over 500"),
        ("MN", "PUBLIC", "", "Minn. Stat. § 13.055: no fixed time"),
        ("MN", "PUBLIC-CRA", "", "Minn. Stat. § 13.055 subd. 5: over 1,000"),
    ],
)
def test_a_public_body_has_a_time_of_its_own(state: str, duty: str, ends: str, cites: str) -> None:
    people = [AffectedGroup(f"US-{state}", 1_001, SSN)]
    body = OrgProfile((f"US-{state}",), public_body=True)
    row = rows_of(people, body)[f"US-{state}-{duty}"]
    assert row.required is Required.YES, cites
    assert row.due_at == (datetime.fromisoformat(ends).replace(tzinfo=UTC) if ends else None)
    company = OrgProfile((f"US-{state}",))
    assert f"US-{state}-{duty}" not in rows_of(people, company)


def test_an_agency_of_washington_is_not_under_the_rule_for_businesses_as_well() -> None:
    people = [AffectedGroup("US-WA", 501, SSN)]
    agency = rows_of(people, OrgProfile(("US-WA",), public_body=True))
    assert "US-WA-IND" not in agency
    before = rows_of(
        people,
        OrgProfile(("US-WA",), public_body=True),
        aware=datetime(2020, 2, 29, 12, 0, tzinfo=UTC),
    )
    assert before["US-WA-PUBLIC"].due_at == end_of_day("2020-04-14")


# -- financial institutions ------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["MN", "ND"])
def test_a_financial_institution_tells_its_state_from_500_consumers_on(state: str) -> None:
    """Minn. Stat. § 46A.06; N.D.C.C. ch. 13-01.2: 45 days after discovery."""
    lender = OrgProfile(("US-CA",), frozenset({"ftc_safeguards"}))
    for people, required in ((499, Required.NO), (500, Required.YES)):
        row = rows_of([AffectedGroup(f"US-{state}", people, SSN)], lender)[f"US-{state}-FIN"]
        assert row.required is required
    assert row.due_at == end_of_day("2026-03-19")


def test_the_financial_regulator_of_new_york_has_four_clocks() -> None:
    """23 NYCRR 500.17: 72 h, updates, 24 h after a payment, 30 days to explain it."""
    covered = OrgProfile(("US-NY",), frozenset({"ny_dfs"}))
    paid = MONDAY + timedelta(hours=5)
    notified = MONDAY + timedelta(hours=20)
    rows = rows_of(
        [AffectedGroup("US-NY", 1, SSN)],
        covered,
        notified={"US-NYDFS-500.17": notified},
        other={"payment_made": paid},
    )
    assert rows["US-NYDFS-500.17"].due_at == MONDAY + timedelta(hours=72)
    assert rows["US-NYDFS-500.17-FOLLOWUP"].clock_started_at == notified
    assert rows["US-NYDFS-500.17-RANSOM"].due_at == paid + timedelta(hours=24)
    assert rows["US-NYDFS-500.17-RANSOM-30D"].due_at == end_of_day("2026-03-04")
    first = datetime(2023, 11, 30, 12, 0, tzinfo=UTC)
    assert "US-NYDFS-500.17-RANSOM" not in rows_of(
        [AffectedGroup("US-NY", 1, SSN)], covered, aware=first
    )


def test_new_york_hears_within_five_business_days_what_the_health_department_heard() -> None:
    """GBL § 899-aa(9), since 2019-10-23, of health data too."""
    clinic = OrgProfile(("US-NY",), frozenset({"hipaa"}))
    people = [AffectedGroup("US-NY", 1, CONTACT | {"user.health"})]
    row = rows_of(people, clinic, other={"hhs_told": MONDAY})["US-NY-HIPAA-AG"]
    assert (row.required, row.due_at) == (Required.YES, end_of_day("2026-02-09"))
    before = datetime(2019, 10, 22, 12, 0, tzinfo=UTC)
    assert "US-NY-HIPAA-AG" not in rows_of(people, clinic, aware=before)


def test_who_follows_federal_rules_instead_sends_oregon_a_copy_of_the_notice() -> None:
    """ORS 646A.604: at any number of people, while the duty of others begins over 250."""
    people = [AffectedGroup("US-OR", 1, SSN)]
    clinic = rows_of(people, OrgProfile(("US-OR",), frozenset({"hipaa"})))
    assert clinic["US-OR-HIPAA-AG"].required is Required.YES
    assert clinic["US-OR-AG"].required is Required.NO
    assert "US-OR-HIPAA-AG" not in rows_of(people, OrgProfile(("US-OR",)))


def test_public_bodies_of_virginia_tell_of_medical_information_that_others_need_not() -> None:
    """Va. Code § 32.1-127.1:05, beside § 18.2-186.6, which does not count it."""
    people = [AffectedGroup("US-VA", 1, CONTACT | {"user.health"})]
    body = rows_of(people, OrgProfile(("US-VA",), public_body=True))
    assert body["US-VA-MED-IND"].required is body["US-VA-MED-AG"].required is Required.YES
    assert body["US-VA-IND"].required is Required.NO
    assert "US-VA-MED-IND" not in rows_of(people, OrgProfile(("US-VA",)))


def test_a_public_body_of_texas_explains_the_cause_ten_business_days_after_it_is_over() -> None:
    """Gov. Code § 2054.603(c); 48 hours bound State agencies before it, as § 2054.1125."""
    body = OrgProfile(("US-TX",), public_body=True)
    people = [AffectedGroup("US-TX", 1, SSN)]
    over = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    rows = rows_of(people, body)
    assert (rows["US-TX-PUBLIC-FINAL"].due_at, rows["US-TX-PUBLIC-FINAL"].depends_on) == (
        None,
        ("US-TX-PUBLIC",),
    )
    resolved = rows_of(people, body, other={"incident_resolved": over})["US-TX-PUBLIC-FINAL"]
    assert resolved.due_at == end_of_day("2026-03-16")
    before = rows_of(people, body, aware=datetime(2022, 1, 3, 12, 0, tzinfo=UTC))
    assert before["US-TX-PUBLIC"].citation == "Gov. Code § 2054.1125"
