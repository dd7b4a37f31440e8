"""The states and territories from Massachusetts to Wyoming: who is told, by when, from how many,
in the law of the day. The table is written from the statutes (``stories/us_states_m_w.yaml``)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from aboveboard.law.duties import due
from aboveboard.law.risk import Risk
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
from tests.law.losses import SSN, STOLEN, end_of_day

STATES: Mapping[str, Any] = yaml.safe_load(
    (Path(__file__).parent / "stories" / "us_states_m_w.yaml").read_text("utf-8")
)["states"]
DAYS = ["2018-06-01", "2019-06-01", "2020-02-03", "2022-01-03", "2024-06-03", "2026-02-02"]
SHOP = OrgProfile(established_in=("GB",))
NOTICE_AFTER = timedelta(days=10)


def _moments(day: str) -> dict[str, datetime]:
    """Discovered, determined, its scope known, and the people told: each on a day of its own."""
    aware = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=UTC)
    return {
        "discovered": aware,
        "determined": aware + timedelta(days=1),
        "scope_known": aware + timedelta(days=2),
        "told": aware + NOTICE_AFTER,
    }


def rows_of(
    state: str,
    people: int,
    day: str,
    *,
    profile: OrgProfile = SHOP,
    facts: LossFacts = STOLEN,
) -> dict[str, DutyDue]:
    """Return the duties of one state by the end of their ids ("AG", "IND")."""
    at = _moments(day)
    times = BreachTimes(
        at["discovered"],
        discovered=at["discovered"],
        determined=at["determined"],
        scope_known=at["scope_known"],
        notified={f"US-{state}-IND": at["told"]},
    )
    group = AffectedGroup(f"US-{state}", people, SSN)
    prefix = f"US-{state}-"
    return {
        row.duty_id.removeprefix(prefix): row
        for row in due(facts, [group], times=times, profile=profile)
    }


def _expected(state: str, day: str) -> Mapping[str, Any]:
    wanted: Mapping[str, Any] = [
        row for row in STATES[state]["rows"] if row["since"] <= date.fromisoformat(day)
    ][-1]
    return wanted


def _enough(threshold: str, people: int) -> bool:
    if threshold.startswith(">="):
        return people >= int(threshold[2:])
    if threshold.startswith(">"):
        return people > int(threshold[1:])
    return people >= int(threshold)


def _end(day: str, moment: str, days: int) -> datetime:
    last = _moments(day)[moment] + timedelta(days=days)
    return end_of_day(last.date().isoformat())


def _assert_notice(
    row: DutyDue | None, wanted: str, people: int, day: str, others: Mapping[str, DutyDue]
) -> None:
    """Compare one cell: whether it binds at all, from how many, and by when."""
    if wanted == "no":
        assert row is None or row.required is Required.NO
        return
    threshold, *when = str(wanted).split()
    assert row is not None
    assert not row.not_known
    assert row.required is (Required.YES if _enough(threshold, people) else Required.NO)
    if row.required is Required.NO:
        return
    match when:
        case ["-"]:
            assert row.due_at is None
        case ["with" | "before"]:
            assert row.due_at == others["IND"].due_at
            assert ("before" in when) == bool(others["IND"].after)
        case [hours, "h", moment]:
            assert row.due_at == _moments(day)[moment] + timedelta(hours=int(hours))
        case [_, "business"]:
            assert row.deadline.unit == "business_days"
        case [days, moment]:
            assert row.due_at == _end(day, moment, int(days))


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("state", sorted(STATES))
def test_a_stolen_name_with_its_number_asks_for_what_the_law_of_its_day_asks(
    state: str, day: str
) -> None:
    for people in (600, 1_500):
        rows = rows_of(state, people, day)
        wanted = _expected(state, day)
        people_notice = rows.get("IND")
        if wanted["people"] == "no":
            assert people_notice is None
        else:
            assert people_notice is not None
            assert (people_notice.required, people_notice.people) == (Required.YES, people)
            assert people_notice.due_at == (
                None
                if wanted["people"] == "-"
                else _end(day, wanted["from"], int(wanted["people"]))
            )
        authority = STATES[state].get("authority", "AG")
        _assert_notice(rows.get(authority), str(wanted["ag"]), people, day, rows)
        _assert_notice(rows.get("CRA"), str(wanted["cra"]), people, day, rows)


@pytest.mark.parametrize("state", sorted(STATES))
def test_each_number_of_people_is_the_first_that_counts(state: str) -> None:
    for key, duty in (("ag", STATES[state].get("authority", "AG")), ("cra", "CRA")):
        wanted = str(_expected(state, DAYS[-1])[key])
        threshold = wanted.split()[0]
        if not threshold.startswith(">"):
            continue
        reached = int(threshold.removeprefix(">").removeprefix("="))
        reached += 0 if threshold.startswith(">=") else 1
        assert rows_of(state, reached - 1, DAYS[-1])[duty].required is Required.NO
        assert rows_of(state, reached, DAYS[-1])[duty].required is Required.YES


# -- what the audit of the law found wrong ---------------------------------------------------------


def test_massachusetts_asks_for_notice_of_what_a_thief_acquired_however_unlikely_the_harm() -> None:
    """c. 93H § 3(b)(2): acquired by an unauthorised person; the risk is only of limb (1)."""
    unlikely = LossFacts(DataAcquisition.ACQUIRED, Risk.UNLIKELY)
    for day in ("2018-06-01", "2026-02-02"):
        rows = rows_of("MA", 3, day, facts=unlikely)
        assert {rows["IND"].required, rows["AG"].required} == {Required.YES}


def test_rhode_island_tells_its_attorney_general_45_days_after_confirmation_not_after_notice() -> (
    None
):
    """§ 11-49.3-4(a)(2)(ii): without delaying the people's notice, itself at most 45 days."""
    rows = rows_of("RI", 501, "2026-03-02")
    assert rows["AG"].due_at == rows["IND"].due_at == _end("2026-03-02", "scope_known", 45)
    assert rows["AG"].depends_on == ()


def test_agencies_of_rhode_island_have_30_days_since_june_2023_and_had_45_before() -> None:
    agency = OrgProfile(established_in=("US-RI",), public_body=True)
    before = rows_of("RI", 501, "2023-06-26", profile=agency)
    after = rows_of("RI", 501, "2023-06-27", profile=agency)
    assert before["IND"].due_at == _end("2023-06-26", "scope_known", 45)
    assert before["AG"].due_at == before["IND"].due_at
    assert "IND" not in after
    assert after["PUBLIC"].due_at == _end("2023-06-27", "scope_known", 30)
    assert after["PUBLIC-AG"].due_at == after["PUBLIC"].due_at
    assert after["PUBLIC-CRA"].required is Required.YES
    assert after["PUBLIC-POLICE"].due_at == _moments("2023-06-27")["discovered"] + timedelta(days=1)


def test_before_the_acts_that_were_checked_the_answer_is_a_question() -> None:
    assert rows_of("TX", 600, "2012-08-31")["IND"].not_known
    assert rows_of("VT", 600, "2012-05-01")["IND"].not_known


@pytest.mark.parametrize(
    ("day", "required"), [("2019-10-22", Required.ASK), ("2019-10-23", Required.YES)]
)
def test_mere_access_counts_in_new_york_since_the_shield_act(day: str, required: Required) -> None:
    accessed = LossFacts(DataAcquisition.ACCESSED, Risk.HIGH)
    assert rows_of("NY", 9, day, facts=accessed)["IND"].required is required


def test_the_financial_regulator_of_new_york_was_told_of_everybody_for_eight_weeks_only() -> None:
    """L.2024 c.647 added it for all on 2024-12-21; since 2025-02-14 for those it covers."""
    named = [
        "Department of Financial Services" in rows_of("NY", 9, day)["AGENCIES"].authority
        for day in ("2024-12-20", "2024-12-21", "2025-02-13", "2025-02-14")
    ]
    assert named == [False, True, True, False]


def test_vermont_is_told_within_14_business_days_or_with_the_people_if_that_is_earlier() -> None:
    """9 V.S.A. § 2435(b)(3)(B)(i)."""
    aware = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    people = [AffectedGroup("US-VT", 2, SSN)]
    notified = {"US-VT-IND": datetime(2026, 3, 6, 9, 0, tzinfo=UTC)}
    ends = []
    for notices in ({}, notified):
        times = BreachTimes(aware, discovered=aware, notified=notices)
        rows = {r.duty_id: r for r in due(STOLEN, people, times=times, profile=SHOP)}
        ends.append(rows["US-VT-AG"].due_at)
    # Without Town Meeting Day on 3 March, a holiday of Vermont.
    assert ends[0] == end_of_day("2026-03-23")
    assert ends[1] == end_of_day("2026-03-06")


# -- those who hold data for others ----------------------------------------------------------------

FIXED_FOR_PROCESSORS = {
    "MD": ("MAINT", 10),
    "NM": ("MAINT", 45),
    "TN": ("MAINT", 45),
    "OR": ("VENDOR", 10),
    "NY": ("PROC", 30),
}


# SDCL 22-40-19 to -26 bind only who owns or licenses the data.
@pytest.mark.parametrize("state", sorted(STATES.keys() - {"SD"}))
def test_whoever_holds_data_for_its_owner_tells_the_owner(state: str) -> None:
    duty, days = FIXED_FOR_PROCESSORS.get(state, ("PROC", None))
    rows = rows_of(state, 5, "2026-02-02", profile=OrgProfile(("GB",), role=OrgRole.PROCESSOR))
    assert (rows[duty].required, rows[duty].recipient_type) == (Required.YES, "controller")
    assert rows[duty].due_at == (_end("2026-02-02", "discovered", days) if days else None)


def test_owners_were_told_by_vendors_at_other_times_before() -> None:
    vendor = OrgProfile(("GB",), role=OrgRole.PROCESSOR)
    maryland = rows_of("MD", 5, "2022-09-30", profile=vendor)["MAINT"]
    assert maryland.due_at == _end("2022-09-30", "discovered", 45)
    assert rows_of("NY", 5, "2024-12-20", profile=vendor)["PROC"].due_at is None
    assert rows_of("OR", 5, "2019-12-31", profile=vendor)["VENDOR"].due_at is None
    # ORS 646A.604(2)(c): a vendor tells the Attorney General itself.
    assert rows_of("OR", 250, "2026-02-02", profile=vendor)["VENDOR-AG"].required is Required.NO
    assert rows_of("OR", 251, "2026-02-02", profile=vendor)["VENDOR-AG"].required is Required.YES


# -- findings that no notice is due ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "duty"),
    [
        ("MD", "FINDING"),
        ("MO", "FINDING"),
        ("NJ", "FINDING"),
        ("NY", "FINDING"),
        ("NY", "DETERMINATION-AG"),
        ("OR", "FINDING"),
        ("SD", "FINDING"),
        ("SD", "AG-NOHARM"),
        ("VT", "AG-NOHARM"),
    ],
)
def test_a_finding_that_harm_is_unlikely_is_written_down_or_filed(state: str, duty: str) -> None:
    unlikely = LossFacts(DataAcquisition.ACQUIRED, Risk.UNLIKELY)
    assert rows_of(state, 501, "2026-02-02", facts=unlikely)[duty].required is Required.ASK
    assert rows_of(state, 501, "2026-02-02")[duty].required is Required.NO


def test_new_york_gets_the_finding_within_ten_days_when_more_than_500_are_affected() -> None:
    """GBL § 899-aa(2)(a)."""
    unlikely = LossFacts(DataAcquisition.ACQUIRED, Risk.UNLIKELY)
    aware = datetime(2026, 2, 2, 12, 0, tzinfo=UTC)
    times = BreachTimes(aware, other={"no_harm_concluded": aware})
    for people, required in ((500, Required.NO), (501, Required.ASK)):
        group = [AffectedGroup("US-NY", people, SSN)]
        rows = {r.duty_id: r for r in due(unlikely, group, times=times, profile=SHOP)}
        assert rows["US-NY-DETERMINATION-AG"].required is required
    assert rows["US-NY-DETERMINATION-AG"].due_at == end_of_day("2026-02-12")
