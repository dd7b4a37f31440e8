"""Who is told in Canada, Australia and New Zealand, and by when: stories from the laws."""

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
from tests.law.losses import BIRTH, CONTACT, SHOP, STOLEN, end_of_day

YES, NO, ASK = Required.YES, Required.NO, Required.ASK
HEALTH = CONTACT | {"user.health"}
UNLIKELY = LossFacts(DataAcquisition.ACQUIRED, Risk.UNLIKELY)


def _org(
    place: str,
    *sectors: str,
    public: bool = False,
    role: OrgRole = OrgRole.CONTROLLER,
    zone: str = "UTC",
) -> OrgProfile:
    return OrgProfile((place,), frozenset(sectors), role, public, zone)


def _at(text: str, zone: str = "UTC") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _rows(
    profile: OrgProfile,
    place: str,
    day: str = "2026-03-02",
    *,
    facts: LossFacts = STOLEN,
    times: BreachTimes | None = None,
    people: Sequence[AffectedGroup] = (),
) -> dict[str, DutyDue]:
    groups = people or [AffectedGroup(place, 40, HEALTH)]
    moments = times or BreachTimes(_at(f"{day}T12:00"))
    return {row.duty_id: row for row in due(facts, groups, times=moments, profile=profile)}


# -- since when, and of whom -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("profile", "place", "duty", "day_before", "first_day"),
    [
        (SHOP, "CA-ON", "CA-PIPEDA-OPC", "2018-10-31", "2018-11-01"),
        (SHOP, "CA-ON", "CA-PIPEDA-REC", "2018-10-31", "2018-11-01"),
        (SHOP, "CA-QC", "CA-QC-L25-IND", "2022-09-21", "2022-09-22"),
        (_org("CA-QC", public=True), "CA-QC", "CA-QC-A21", "2022-09-21", "2022-09-22"),
        (_org("CA-QC", "ca_qc_health"), "CA-QC", "CA-QC-R22", "2024-06-30", "2024-07-01"),
        (_org("CA-QC", "ca_qc_financial"), "CA-QC", "CA-QC-AMF", "2025-04-22", "2025-04-23"),
        (
            _org("CA-AB", "ca_health_custodian"),
            "CA-AB",
            "CA-AB-HIA-IND",
            "2018-08-30",
            "2018-08-31",
        ),
        (_org("CA-AB", public=True), "CA-AB", "CA-AB-POPA", "2025-06-10", "2025-06-11"),
        (_org("CA-ON", public=True), "CA-ON", "CA-ON-FIPPA", "2025-06-30", "2025-07-01"),
        (
            _org("CA-ON", "ca_on_child_services"),
            "CA-ON",
            "CA-ON-CYFSA-IND",
            "2019-12-31",
            "2020-01-01",
        ),
        (_org("CA-BC", public=True), "CA-BC", "CA-BC-FOIPPA", "2023-01-31", "2023-02-01"),
        (_org("CA-MB", public=True), "CA-MB", "CA-MB-FIPPA-IND", "2021-12-31", "2022-01-01"),
        (_org("CA-YT", public=True), "CA-YT", "CA-YT-ATIPPA", "2021-03-31", "2021-04-01"),
        (_org("CA-NT", public=True), "CA-NT", "CA-NT-ATIPP", "2021-07-29", "2021-07-30"),
        (_org("CA", "ca_investment_dealer"), "CA", "CA-CIRO-3D", "2019-11-13", "2019-11-14"),
        (_org("CA", "ca_payment_service_provider"), "CA", "CA-RPAA", "2025-09-07", "2025-09-08"),
        (_org("AU", "au_turnover_3m"), "AU", "AU-RANSOM", "2025-05-29", "2025-05-30"),
        (_org("AU", "au_critical_infrastructure"), "AU", "AU-SOCI-12H", "2022-07-07", "2022-07-08"),
        (_org("AU", "au_apra"), "AU", "AU-CPS234-72H", "2019-06-30", "2019-07-01"),
        (_org("AU", "au_apra"), "AU", "AU-CPS230-24H", "2025-06-30", "2025-07-01"),
        (_org("AU-NSW", public=True), "AU-NSW", "AU-NSW-COMMISSIONER", "2023-11-27", "2023-11-28"),
        (_org("AU-QLD", public=True), "AU-QLD", "AU-QLD-IND", "2025-06-30", "2025-07-01"),
        (_org("AU-WA", public=True), "AU-WA", "AU-WA-IND", "2026-12-31", "2027-01-01"),
        (SHOP, "NZ", "NZ-PA2020", "2020-11-30", "2020-12-01"),
        (_org("NZ", "nz_reserve_bank"), "NZ", "NZ-RBNZ", "2024-04-07", "2024-04-08"),
    ],
)
def test_a_new_duty_binds_from_its_first_day_and_there_was_none_before(
    profile: OrgProfile, place: str, duty: str, day_before: str, first_day: str
) -> None:
    assert duty not in _rows(profile, place, day_before)
    row = _rows(profile, place, first_day)[duty]
    assert row.required in (YES, ASK)
    assert not row.not_known


@pytest.mark.parametrize("day", ["2018-06-01", "2019-06-01", "2020-02-01", "2022-01-01"])
@pytest.mark.parametrize(
    ("profile", "place", "duty"),
    [
        (SHOP, "CA-AB", "CA-AB-PIPA-34.1"),
        (_org("CA-ON", "ca_health_custodian"), "CA-ON", "CA-ON-PHIPA-IND"),
        (_org("CA-ON", "ca_health_custodian"), "CA-ON", "CA-ON-PHIPA-IPC"),
        (_org("CA-NB", "ca_health_custodian"), "CA-NB", "CA-NB-PHIPAA"),
        (_org("CA-NL", "ca_health_custodian"), "CA-NL", "CA-NL-PHIA"),
        (_org("CA-NL", public=True), "CA-NL", "CA-NL-ATIPPA"),
        (_org("CA-NS", "ca_health_custodian"), "CA-NS", "CA-NS-PHIA-IND"),
        (_org("CA-PE", "ca_health_custodian"), "CA-PE", "CA-PE-HIA"),
        (_org("CA-SK", public=True), "CA-SK", "CA-SK-FOIP-IND"),
        (_org("CA-YT", "ca_health_custodian"), "CA-YT", "CA-YT-HIPMA"),
        (_org("CA-NT", "ca_health_custodian"), "CA-NT", "CA-NT-HIA"),
        (_org("CA-NU", public=True), "CA-NU", "CA-NU-ATIPP-IND"),
        (SHOP, "AU-VIC", "AU-NDB-OAIC"),
        (_org("AU", "au_my_health_record"), "AU", "AU-MHR-OPERATOR"),
    ],
)
def test_what_was_the_law_all_along_is_known_for_every_year(
    profile: OrgProfile, place: str, duty: str, day: str
) -> None:
    row = _rows(profile, place, day)[duty]
    assert row.required in (YES, ASK)
    assert not row.not_known


def test_every_duty_here_says_what_was_before_it() -> None:
    """But a policy of the Treasury Board, of which older texts were not read."""
    first: dict[str, tuple[date, str]] = {}
    for code in catalogue.place_codes():
        if code.split("-")[0] in ("CA", "AU", "NZ"):
            for rule in catalogue.rules_of(code):
                if rule.in_force:
                    first[rule.id] = min(
                        first.get(rule.id, (date.max, "")), (rule.begins, rule.predecessor)
                    )
    late = {
        name
        for name, (begins, before) in first.items()
        if begins > date(2018, 5, 25) and before != "none"
    }
    assert late == {"CA-TBS", "CA-TBS-IND"}


# -- Canada ----------------------------------------------------------------------------------------


def test_a_risk_that_is_not_real_is_written_down_and_nobody_is_told() -> None:
    """PIPEDA s. 10.1(1) and (3), 10.3."""
    rows = _rows(SHOP, "CA-ON", facts=UNLIKELY)
    answers = [
        rows[duty].required
        for duty in ("CA-PIPEDA-OPC", "CA-PIPEDA-IND", "CA-PIPEDA-OTHERS", "CA-PIPEDA-REC")
    ]
    assert answers == [NO, NO, NO, YES]


def test_an_ontario_custodian_tells_the_patients_whatever_the_risk() -> None:
    """PHIPA s. 12(2); the Commissioner in the circumstances of O. Reg. 329/04, s. 6.3."""
    rows = _rows(_org("CA-ON", "ca_health_custodian"), "CA-ON", facts=UNLIKELY)
    assert (rows["CA-ON-PHIPA-IND"].required, rows["CA-ON-PHIPA-IPC"].required) == (YES, ASK)
    assert rows["CA-ON-PHIPA-YEAR"].due_at == end_of_day("2027-03-01")


def test_an_agent_tells_its_custodian() -> None:
    """PHIPA s. 17(4); HIA (Alberta) s. 60.1(1)."""
    for place, duty in (("CA-ON", "CA-ON-PHIPA-AGENT"), ("CA-AB", "CA-AB-HIA-AFFILIATE")):
        rows = _rows(_org(place, "ca_health_custodian", role=OrgRole.PROCESSOR), place)
        assert rows[duty].recipient_type == "controller"


def test_nova_scotia_hears_only_of_those_who_are_not_told() -> None:
    """PHIA (Nova Scotia) ss. 69 and 70."""
    clinic = _org("CA-NS", "ca_health_custodian")
    harmed, unharmed = _rows(clinic, "CA-NS"), _rows(clinic, "CA-NS", facts=UNLIKELY)
    assert (harmed["CA-NS-PHIA-IND"].required, harmed["CA-NS-PHIA"].required) == (YES, NO)
    assert (unharmed["CA-NS-PHIA-IND"].required, unharmed["CA-NS-PHIA"].required) == (NO, ASK)


def test_a_public_body_of_a_province_is_not_under_the_federal_act_for_companies() -> None:
    """PIPEDA s. 4(1): commercial activities; FOIPPA (British Columbia) s. 36.3."""
    rows = _rows(_org("CA-BC", public=True), "CA-BC")
    assert "CA-PIPEDA-OPC" not in rows
    assert "CA-BC-FOIPPA-IND" in rows


def test_a_council_in_england_is_no_public_body_of_ontario() -> None:
    assert "CA-ON-FIPPA" not in _rows(_org("GB", public=True), "CA-ON")


@pytest.mark.parametrize(("day", "hours"), [("2021-08-12", 72), ("2021-08-13", 24)])
def test_a_bank_tells_its_supervisor_in_72_hours_and_then_in_24(day: str, hours: int) -> None:
    """OSFI advisories of January 2019 and August 2021."""
    row = _rows(_org("CA", "ca_federal_financial"), "CA", day)["CA-OSFI"]
    assert row.due_at == _at(f"{day}T12:00") + timedelta(hours=hours)


def test_a_dealer_reports_in_three_days_and_again_in_thirty() -> None:
    """CIRO rule 3703."""
    rows = _rows(_org("CA-ON", "ca_investment_dealer", zone="America/Toronto"), "CA-ON")
    assert rows["CA-CIRO-3D"].due_at == end_of_day("2026-03-05", "America/Toronto")
    assert rows["CA-CIRO-30D"].due_at == end_of_day("2026-04-01", "America/Toronto")


def test_the_amf_is_told_in_24_hours_and_again_three_days_later() -> None:
    """AMF regulation of 23 October 2024."""
    noticed, reported = _at("2026-03-02T12:00"), _at("2026-03-03T09:00")
    rows = _rows(
        _org("CA-QC", "ca_qc_financial", zone="America/Toronto"),
        "CA-QC",
        times=BreachTimes(noticed, notified={"CA-QC-AMF": reported}),
    )
    assert rows["CA-QC-AMF"].due_at == noticed + timedelta(hours=24)
    assert rows["CA-QC-AMF-3D"].due_at == end_of_day("2026-03-06", "America/Toronto")


def test_a_federal_institution_reports_a_material_breach_in_seven_days() -> None:
    """Treasury Board, Policy on Privacy Protection."""
    rows = _rows(_org("CA", "ca_federal_institution", public=True), "CA-ON")
    assert rows["CA-TBS"].due_at == end_of_day("2026-03-09")


def test_the_act_on_critical_cyber_systems_has_not_begun() -> None:
    assert "CA-CCSPA" not in _rows(_org("CA", "ca_critical_infrastructure"), "CA")


# -- Australia -------------------------------------------------------------------------------------


def test_a_suspicion_is_assessed_in_thirty_days_from_when_it_arose() -> None:
    """Privacy Act 1988, s. 26WH(2)."""
    times = BreachTimes(_at("2026-03-05T12:00"), discovered=_at("2026-03-02T03:00"))
    rows = _rows(_org("AU", zone="Australia/Sydney"), "AU-VIC", times=times, facts=UNLIKELY)
    assert rows["AU-NDB-ASSESS"].due_at == end_of_day("2026-04-01", "Australia/Sydney")
    assert (rows["AU-NDB-ASSESS"].required, rows["AU-NDB-OAIC"].required) == (YES, NO)


def test_a_ransom_is_reported_72_hours_after_it_was_paid() -> None:
    """Cyber Security Act 2024, s. 27(1)."""
    paid = _at("2026-03-04T05:00")
    times = BreachTimes(_at("2026-03-02T12:00"), other={"payment_made": paid})
    row = _rows(_org("AU", "au_turnover_3m"), "AU", times=times)["AU-RANSOM"]
    assert (row.due_at, row.required) == (paid + timedelta(hours=72), ASK)
    assert "AU-RANSOM" not in _rows(_org("AU"), "AU")
    assert "AU-RANSOM" not in _rows(_org("AU", "au_turnover_3m", public=True), "AU")


def test_critical_infrastructure_reports_in_12_or_72_hours_and_then_in_writing() -> None:
    """Security of Critical Infrastructure Act 2018, ss. 30BC and 30BD."""
    noticed, reported = _at("2026-03-02T12:00"), _at("2026-03-02T20:00")
    rows = _rows(
        _org("AU", "au_critical_infrastructure"),
        "NZ",
        times=BreachTimes(noticed, notified={"AU-SOCI-12H": reported, "AU-SOCI-72H": reported}),
    )
    assert [
        rows[duty].due_at
        for duty in (
            "AU-SOCI-12H",
            "AU-SOCI-72H",
            "AU-SOCI-12H-WRITTEN",
            "AU-SOCI-72H-WRITTEN",
        )
    ] == [
        noticed + timedelta(hours=12),
        noticed + timedelta(hours=72),
        reported + timedelta(hours=84),
        reported + timedelta(hours=48),
    ]


def test_an_insurer_tells_apra_of_incidents_in_hours_and_of_weaknesses_in_business_days() -> None:
    """CPS 234, paras. 35 and 36; CPS 230. Good Friday and Easter Monday 2026 do not count."""
    insurer = _org("AU", "au_apra", zone="Australia/Sydney")
    noticed = _at("2026-03-30T12:00", "Australia/Sydney")
    rows = _rows(insurer, "AU", times=BreachTimes(noticed))
    assert rows["AU-CPS234-72H"].due_at == noticed + timedelta(hours=72)
    assert rows["AU-CPS230-24H"].due_at == noticed + timedelta(hours=24)
    assert rows["AU-CPS234-10BD"].due_at == end_of_day("2026-04-15", "Australia/Sydney")


def test_a_clinic_tells_who_runs_my_health_record_of_what_may_have_happened() -> None:
    """My Health Records Act 2012, s. 75(2); bodies of a state tell the System Operator alone."""
    private = _rows(_org("AU", "au_my_health_record"), "AU", facts=UNLIKELY)
    public = _rows(_org("AU", "au_my_health_record", public=True), "AU", facts=UNLIKELY)
    assert private["AU-MHR-OPERATOR"].required is private["AU-MHR-OAIC"].required is YES
    assert "AU-MHR-OAIC" not in public


def test_data_under_the_consumer_data_right_has_a_scheme_of_its_own() -> None:
    """Competition and Consumer Act 2010, s. 56ES."""
    rows = _rows(_org("AU", "au_data_right"), "AU")
    assert rows["AU-CDR-OAIC"].required is YES
    assert rows["AU-CDR-IND"].depends_on == ("AU-CDR-OAIC",)


@pytest.mark.parametrize("state", ["NSW", "QLD"])
def test_a_state_agency_assesses_tells_and_keeps_a_register(state: str) -> None:
    """PPIP Act (NSW) Part 6A; Information Privacy Act (Qld) chapter 3A."""
    rows = _rows(_org(f"AU-{state}", public=True, zone="Australia/Brisbane"), "GB")
    assert rows[f"AU-{state}-ASSESS"].due_at == end_of_day("2026-04-01", "Australia/Brisbane")
    assert rows[f"AU-{state}-COMMISSIONER"].required is YES
    assert rows[f"AU-{state}-REC"].required is YES
    assert f"AU-{state}-IND" not in _rows(_org("GB", public=True), f"AU-{state}")


# -- New Zealand -----------------------------------------------------------------------------------


def test_new_zealand_expects_72_hours_and_says_that_it_is_no_statute() -> None:
    """Privacy Act 2020, ss. 114 and 115."""
    people = [AffectedGroup("NZ", 40, BIRTH)]
    rows = _rows(SHOP, "NZ", people=people)
    commissioner = rows["NZ-PA2020"]
    assert commissioner.due_at == _at("2026-03-05T12:00")
    assert "expectation, not statute" in commissioner.deadline.text
    assert rows["NZ-PA2020-IND"].due_at is None
    assert not set(commissioner.content_required) & {"what people can do"}
    assert "details of other affected people" in rows["NZ-PA2020-IND"].content_forbidden


@pytest.mark.parametrize(
    ("sector", "duty"), [("nz_reserve_bank", "NZ-RBNZ"), ("nz_financial_markets", "NZ-FMA")]
)
def test_new_zealands_supervisors_are_told_in_72_hours(sector: str, duty: str) -> None:
    row = _rows(_org("NZ", sector), "NZ")[duty]
    assert (row.due_at, row.required) == (_at("2026-03-05T12:00"), ASK)


@pytest.mark.parametrize("country", ["US", "CA", "AU", "NZ"])
def test_authorities_and_people_are_told_what_the_law_lists(country: str) -> None:
    for code in catalogue.place_codes():
        if code == country or (country != "US" and code.startswith(f"{country}-")):
            for rule in catalogue.rules_of(code):
                assert rule.content_required, rule.id
                assert all(source.address for source in rule.sources), rule.id
