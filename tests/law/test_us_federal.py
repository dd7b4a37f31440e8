"""Who is told under the federal law of the United States, and by when: stories from the rules."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from aboveboard.law.duties import due
from aboveboard.law.risk import Risk
from aboveboard.law.rules import catalogue
from aboveboard.law.terms import (
    AffectedGroup,
    BreachTimes,
    DataAcquisition,
    DutyDue,
    LossFacts,
    OrgProfile,
    OrgRole,
    Required,
)
from tests.law.losses import CONTACT, SSN, STOLEN, duties_of, end_of_day

NEW_YORK = "America/New_York"
HEALTH = CONTACT | {"user.health"}
YES, NO, ASK = Required.YES, Required.NO, Required.ASK


def _american(*sectors: str, role: OrgRole = OrgRole.CONTROLLER) -> OrgProfile:
    return OrgProfile(("US-CA",), frozenset(sectors), role=role, time_zone="America/Los_Angeles")


def _at(text: str, zone: str = NEW_YORK) -> datetime:
    # In UTC, because a day added to a local time is not 24 hours when the clocks change.
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _rows(
    profile: OrgProfile,
    times: BreachTimes,
    *,
    people: Sequence[AffectedGroup] = (AffectedGroup("US-CA", 600, SSN),),
    facts: LossFacts = STOLEN,
) -> dict[str, DutyDue]:
    return {row.duty_id: row for row in due(facts, people, times=times, profile=profile)}


def _aware(profile: OrgProfile, day: str, people: int = 600) -> dict[str, DutyDue]:
    return _rows(
        profile,
        BreachTimes(_at(f"{day}T12:00")),
        people=[AffectedGroup("US-CA", people, HEALTH)],
    )


# -- HIPAA and substance use disorder records ------------------------------------------------------


def test_a_clinic_tells_its_patients_and_the_health_department_in_sixty_days_of_discovery() -> None:
    """45 CFR 164.404(b), 164.408(b); 164.406(a): 500 people, but in no State more than 500."""
    rows = _rows(
        _american("hipaa"),
        BreachTimes(_at("2026-03-05T09:00"), discovered=_at("2026-03-02T21:30")),
        people=[AffectedGroup("US-CA", 300, HEALTH), AffectedGroup("US-NY", 200, HEALTH)],
    )
    assert rows["US-HIPAA-404-IND"].due_at == end_of_day("2026-05-01", NEW_YORK)
    assert rows["US-HIPAA-408-HHS-500"].due_at == end_of_day("2026-05-01", NEW_YORK)
    assert (
        rows["US-HIPAA-406-MEDIA"].required,
        rows["US-HIPAA-408-HHS-LT500"].required,
        rows["US-HIPAA-414-REC"].required,
    ) == (NO, NO, YES)


def test_the_year_of_a_small_breach_ends_at_midnight_in_washington() -> None:
    """45 CFR 164.408(c): discovered on the last evening of 2026, so due by 1 March 2027."""
    rows = _rows(
        _american("hipaa"),
        BreachTimes(_at("2026-12-31T20:00")),
        people=[AffectedGroup("US-CA", 499, HEALTH)],
    )
    assert rows["US-HIPAA-408-HHS-500"].required is NO
    assert rows["US-HIPAA-408-HHS-LT500"].due_at == end_of_day("2027-03-01", NEW_YORK)


def test_the_media_of_a_state_are_told_of_more_than_five_hundred() -> None:
    """45 CFR 164.406(a)."""
    answers = [
        _aware(_american("hipaa"), "2026-03-02", people)["US-HIPAA-406-MEDIA"].required
        for people in (500, 501)
    ]
    assert answers == [NO, YES]


def test_a_list_of_patients_is_health_information_without_a_diagnosis() -> None:
    """45 CFR 160.103: that somebody is a patient relates to their care."""
    rows = _rows(
        _american("hipaa"),
        BreachTimes(_at("2026-03-02T09:00")),
        people=[AffectedGroup("US-CA", 3, CONTACT)],
    )
    assert rows["US-HIPAA-404-IND"].required is YES


def test_a_business_associate_tells_the_covered_entity_and_nobody_else() -> None:
    """45 CFR 164.410."""
    rows = _aware(_american("hipaa", role=OrgRole.PROCESSOR), "2026-03-02")
    federal = {name: row for name, row in rows.items() if name.startswith("US-HIPAA")}
    assert set(federal) == {"US-HIPAA-410-BA"}
    assert federal["US-HIPAA-410-BA"].due_at == end_of_day("2026-05-01", NEW_YORK)


def test_an_assessment_of_low_probability_is_for_counsel() -> None:
    """45 CFR 164.402(2)."""
    rows = _rows(
        _american("hipaa"),
        BreachTimes(_at("2026-03-02T09:00")),
        people=[AffectedGroup("US-CA", 3, HEALTH)],
        facts=LossFacts(DataAcquisition.ACQUIRED, Risk.UNLIKELY),
    )
    assert rows["US-HIPAA-404-IND"].required is ASK


# -- since when ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sector", "duty", "day_before", "first_day"),
    [
        ("us_substance_use", "US-PART2-IND", "2026-02-15", "2026-02-16"),
        ("us_substance_use", "US-PART2-HHS-500", "2026-02-15", "2026-02-16"),
        ("ftc_safeguards", "US-FTC-SAFEGUARDS", "2024-05-12", "2024-05-13"),
        ("us_banking", "US-BANK-36H", "2022-04-30", "2022-05-01"),
        ("us_credit_union", "US-NCUA-72H", "2023-08-31", "2023-09-01"),
        ("us_listed", "US-SEC-8K-105", "2023-12-17", "2023-12-18"),
        ("us_listed_small", "US-SEC-8K-105-SMALL", "2024-06-14", "2024-06-15"),
        ("us_sec_regsp_large", "US-SEC-SP-IND", "2025-12-02", "2025-12-03"),
        ("us_sec_regsp_small", "US-SEC-SP-IND-SMALL", "2026-06-02", "2026-06-03"),
    ],
)
def test_a_new_duty_binds_from_its_first_day_and_there_was_none_before(
    sector: str, duty: str, day_before: str, first_day: str
) -> None:
    assert duty not in _aware(_american(sector), day_before)
    row = _aware(_american(sector), first_day)[duty]
    assert row.required in (YES, ASK)
    assert not row.not_known


@pytest.mark.parametrize("day", ["2018-06-01", "2019-06-01", "2020-02-01", "2022-01-01"])
def test_what_was_the_law_all_along_is_known_for_every_year(day: str) -> None:
    profile = _american(
        "hipaa", "health_apps", "us_banking", "us_credit_union", "us_sci_entity", "us_telecoms"
    )
    rows = _aware(profile, day)
    for duty in (
        "US-HIPAA-404-IND",
        "US-FTC-HBNR",
        "US-FTC-HBNR-FTC",
        "US-GLBA-BANK-IND",
        "US-GLBA-NCUA-REG",
        "US-SEC-SCI-24H",
        "US-FCC-CPNI-LEA",
    ):
        assert rows[duty].required in (YES, ASK), duty
        assert not rows[duty].not_known, duty


# -- Federal Trade Commission ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("people", "at_once", "yearly", "media"), [(499, NO, YES, NO), (500, YES, NO, YES)]
)
def test_a_health_app_always_tells_the_people_and_the_number_decides_who_else(
    people: int, at_once: Required, yearly: Required, media: Required
) -> None:
    """16 CFR 318.3(a), 318.5(b) and (c)."""
    rows = _aware(_american("health_apps"), "2026-03-02", people)
    assert [
        rows[duty].required
        for duty in (
            "US-FTC-HBNR",
            "US-FTC-HBNR-FTC",
            "US-FTC-HBNR-FTC-LT500",
            "US-FTC-HBNR-MEDIA",
        )
    ] == [YES, at_once, yearly, media]


def test_the_commission_was_told_in_ten_business_days_and_now_with_the_people() -> None:
    """89 FR 47028, effective on 29 July 2024."""
    old = _aware(_american("health_apps"), "2024-07-26")["US-FTC-HBNR-FTC"]
    new = _aware(_american("health_apps"), "2024-07-29")["US-FTC-HBNR-FTC"]
    assert old.due_at == end_of_day("2024-08-09", NEW_YORK)
    assert new.due_at == end_of_day("2024-09-27", "America/Los_Angeles")


def test_a_service_provider_of_a_health_app_tells_the_app() -> None:
    """16 CFR 318.3(b)."""
    rows = _aware(_american("health_apps", role=OrgRole.PROCESSOR), "2026-03-02")
    assert rows["US-FTC-HBNR-PROVIDER"].recipient_type == "controller"


def test_a_lender_tells_the_commission_of_five_hundred_consumers_wherever_they_live() -> None:
    """16 CFR 314.4(j)(1)."""
    lender = _american("ftc_safeguards")
    for abroad, required in ((199, NO), (200, YES)):
        rows = duties_of(
            [AffectedGroup("US-CA", 300, SSN), AffectedGroup("GB", abroad, SSN)], profile=lender
        )
        assert rows["US-FTC-SAFEGUARDS"].required is required
    assert rows["US-FTC-SAFEGUARDS"].due_at == end_of_day("2026-12-18", "America/Los_Angeles")


# -- securities ------------------------------------------------------------------------------------


def test_a_listed_company_reports_four_business_days_after_it_decides_in_new_york() -> None:
    """Form 8-K, General Instruction B.1: decided on Thursday evening, due on Wednesday."""
    decided = _at("2026-03-05T20:00")
    rows = _rows(
        _american("us_listed"),
        BreachTimes(_at("2026-03-01T09:00"), other={"materiality_determined": decided}),
    )
    assert rows["US-SEC-8K-105"].due_at == end_of_day("2026-03-11", NEW_YORK)
    assert rows["US-SEC-8K-105"].required is ASK
    assert rows["US-SEC-8K-105-AMEND"].due_at is None


def test_what_the_first_report_left_open_is_due_four_business_days_after_it_is_known() -> None:
    """Form 8-K, Item 1.05, Instruction 2; Memorial Day is no business day."""
    learned = _at("2026-05-22T09:00")
    rows = _rows(
        _american("us_listed"),
        BreachTimes(_at("2026-05-01T09:00"), other={"missing_information_known": learned}),
    )
    assert rows["US-SEC-8K-105-AMEND"].due_at == end_of_day("2026-05-29", NEW_YORK)


def test_an_adviser_tells_its_customers_in_thirty_days_and_its_provider_tells_it_in_72_hours() -> (
    None
):
    """17 CFR 248.30(a)(4) and (5)."""
    moment = _at("2026-02-02T12:00")
    adviser = _rows(_american("us_sec_regsp_large"), BreachTimes(moment))["US-SEC-SP-IND"]
    provider = _rows(
        _american("us_sec_service_provider", role=OrgRole.PROCESSOR), BreachTimes(moment)
    )["US-SEC-SP-PROVIDER"]
    assert adviser.due_at == end_of_day("2026-03-04", "America/Los_Angeles")
    assert provider.due_at == moment + timedelta(hours=72)


def test_an_exchange_writes_within_24_hours_and_again_when_all_is_over() -> None:
    """17 CFR 242.1002(b)(2) and (4)."""
    noticed, over = _at("2026-03-02T10:00"), _at("2026-03-13T10:00")
    rows = _rows(
        _american("us_sci_entity"), BreachTimes(noticed, other={"incident_resolved": over})
    )
    assert rows["US-SEC-SCI-24H"].due_at == noticed + timedelta(hours=24)
    assert rows["US-SEC-SCI-FINAL"].due_at == end_of_day("2026-03-20", NEW_YORK)


# -- banking, telecommunications, defence, education, tax ------------------------------------------


@pytest.mark.parametrize(
    ("sector", "duty", "hours"),
    [
        ("us_banking", "US-BANK-36H", 36),
        ("us_credit_union", "US-NCUA-72H", 72),
        ("us_defence_supplier", "US-DFARS-7012", 72),
        ("us_federal_tax_information", "US-IRS-1075", 24),
    ],
)
def test_a_supervisor_is_told_within_hours_wherever_the_people_live(
    sector: str, duty: str, hours: int
) -> None:
    moment = _at("2026-03-06T18:00")
    row = _rows(_american(sector), BreachTimes(moment), people=[AffectedGroup("GB", 1, CONTACT)])[
        duty
    ]
    assert row.due_at == moment + timedelta(hours=hours)
    assert row.content_required


def test_a_bank_tells_customers_whose_data_may_be_misused() -> None:
    """12 CFR part 30, Appendix B, Supplement A."""
    answers = [
        _rows(
            _american("us_banking"),
            BreachTimes(_at("2026-03-02T09:00")),
            facts=LossFacts(DataAcquisition.ACQUIRED, risk),
        )["US-GLBA-BANK-IND"].required
        for risk in (Risk.UNLIKELY, Risk.RISK)
    ]
    assert answers == [ASK, YES]


def test_a_carrier_tells_law_enforcement_in_seven_business_days_over_thanksgiving() -> None:
    """47 CFR 64.2011(b), the rule of 2007; that of 2023 has not begun."""
    rows = _rows(
        _american("us_telecoms"),
        BreachTimes(_at("2026-11-18T09:00"), determined=_at("2026-11-20T09:00")),
    )
    assert rows["US-FCC-CPNI-LEA"].due_at == end_of_day("2026-12-02", NEW_YORK)
    assert rows["US-FCC-CPNI-IND"].depends_on == ("US-FCC-CPNI-LEA",)
    assert not [name for name in rows if name.startswith("US-FCC-2023")]


def test_a_defence_supplier_keeps_images_for_ninety_days_after_its_report() -> None:
    """DFARS 252.204-7012(e)."""
    reported = _at("2026-03-04T09:00")
    rows = _rows(
        _american("us_defence_supplier"),
        BreachTimes(_at("2026-03-02T09:00"), notified={"US-DFARS-7012": reported}),
    )
    assert rows["US-DFARS-7012-REC"].due_at == end_of_day("2026-06-02", "America/Los_Angeles")


def test_a_university_tells_federal_student_aid_on_the_day() -> None:
    """Its agreements with Federal Student Aid; detected late in the evening at home."""
    late = _at("2026-03-02T22:00", "America/Los_Angeles")
    rows = _rows(_american("us_student_aid"), BreachTimes(late))
    assert rows["US-FSA-TITLE-IV"].due_at == end_of_day("2026-03-02", "America/Los_Angeles")
    assert rows["US-FERPA-REC"].recipient_type == "record"


def test_a_tax_preparer_online_tells_the_revenue_service_by_the_next_business_day() -> None:
    """IRS Publication 1345; confirmed on a Friday."""
    rows = _rows(_american("us_tax_efile"), BreachTimes(_at("2026-03-06T12:00")))
    assert rows["US-IRS-EFILE"].due_at == end_of_day("2026-03-09", "America/Los_Angeles")


def test_what_is_not_law_yet_is_held_and_never_due() -> None:
    """CIRCIA, the FCC rule of 2023 and the proposed FAR rule."""
    profile = _american("us_critical_infrastructure", "us_telecoms", "us_federal_contractor")
    coming = {
        rule.id
        for rule in catalogue.rules_of("US")
        if not rule.in_force and rule.sectors & profile.sectors
    }
    assert coming == {
        "US-CIRCIA-INCIDENT",
        "US-CIRCIA-RANSOM",
        "US-CIRCIA-SUPPLEMENT",
        "US-FAR-CUI",
        "US-FCC-2023-AUTH",
        "US-FCC-2023-IND",
        "US-FCC-2023-LT500",
    }
    assert not coming & set(_rows(profile, BreachTimes(datetime(2026, 11, 30, 12, tzinfo=UTC))))


def test_no_model_law_is_held_as_law() -> None:
    """The NAIC model binds nobody; the insurance laws of the states do."""
    assert not [rule for rule in catalogue.rules_of("US") if "NAIC" in rule.id]


def test_every_federal_duty_in_force_has_known_law_since_the_gdpr() -> None:
    first: dict[str, tuple[date, str]] = {}
    for rule in catalogue.rules_of("US"):
        if rule.in_force:
            first[rule.id] = min(
                first.get(rule.id, (date.max, "")), (rule.begins, rule.predecessor)
            )
    late = {
        name
        for name, (begins, before) in first.items()
        if begins > date(2018, 5, 25) and before != "none"
    }
    assert late == set()
