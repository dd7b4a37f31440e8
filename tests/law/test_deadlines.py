"""When a duty is due: in whose day, from which moment, by which of two limits."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

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
)
from tests.law.losses import BIRTH, SSN

NEW_YORK, LOS_ANGELES = "America/New_York", "America/Los_Angeles"
TAKEN = LossFacts(DataAcquisition.ACQUIRED, Risk.HIGH, codes_taken=False)


def _duty(duty: str, group: AffectedGroup, times: BreachTimes, profile: OrgProfile) -> DutyDue:
    return next(
        row
        for row in due(TAKEN, [group], times=times, profile=profile)
        if row.duty_id.split(":")[0] == duty
    )


def _local(text: str, zone: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("duty", "place", "zone", "start", "last_day"),
    [
        # Tex. Bus. & Com. Code § 521.053(i): 30 days from the determination.
        ("US-TX-AG", "US-TX", NEW_YORK, "2026-01-01T20:00", "2026-01-31"),
        # Cal. Civ. Code § 1798.82(a): 30 calendar days from discovery.
        ("US-CA-IND", "US-CA", LOS_ANGELES, "2026-03-02T17:00", "2026-04-01"),
    ],
)
def test_the_last_day_ends_where_the_organisation_is(
    duty: str, place: str, zone: str, start: str, last_day: str
) -> None:
    moment = _local(start, zone)
    row = _duty(
        duty,
        AffectedGroup(place, 600, SSN),
        BreachTimes(aware=moment, discovered=moment, determined=moment),
        OrgProfile(("US",), time_zone=zone),
    )
    assert row.due_at == _local(f"{last_day}T23:59:59", zone)


def test_where_the_zone_is_not_known_the_earliest_end_counts_and_the_row_says_so() -> None:
    moment = _local("2026-03-02T17:00", LOS_ANGELES)
    row = _duty(
        "US-CA-IND",
        AffectedGroup("US-CA", 600, SSN),
        BreachTimes(aware=moment, discovered=moment),
        OrgProfile(("US",), time_zone=NEW_YORK, other_zones=(LOS_ANGELES, "Pacific/Honolulu")),
    )
    assert row.due_at == _local("2026-04-01T23:59:59", NEW_YORK)
    assert "does not say in which time zone you are" in row.clock_words


@pytest.mark.parametrize(
    ("duty", "sector", "moment", "last_day"),
    [
        # 45 CFR 164.408(c): 60 days after the end of the calendar year of discovery, in Washington.
        ("US-HIPAA-408-HHS-LT500", "hipaa", "2026-12-31T20:00", "2027-03-01"),
        # Form 8-K, Item 1.05: four business days after materiality is determined.
        ("US-SEC-8K-105", "us_listed", "2026-03-05T20:00", "2026-03-11"),
    ],
)
def test_a_regulator_s_own_day_counts_wherever_the_organisation_is(
    duty: str, sector: str, moment: str, last_day: str
) -> None:
    at = _local(moment, NEW_YORK)
    row = _duty(
        duty,
        AffectedGroup("US-NY", 40, SSN | {"user.health"}),
        BreachTimes(aware=at, discovered=at, determined=at, other={"materiality_determined": at}),
        OrgProfile(("US",), frozenset({sector}), time_zone="UTC"),
    )
    assert row.due_at == _local(f"{last_day}T23:59:59", NEW_YORK)


@pytest.mark.parametrize(
    ("aware", "classified", "due_at"),
    [
        ("2026-03-02T08:00", "2026-03-02T10:00", "2026-03-02T14:00"),  # four hours from then
        ("2026-03-02T08:00", "2026-03-03T07:00", "2026-03-03T08:00"),  # 24 hours come first
        ("2026-03-02T08:00", None, "2026-03-03T08:00"),  # not classified: 24 hours run all the same
    ],
)
def test_the_earlier_of_two_limits_counts(aware: str, classified: str | None, due_at: str) -> None:
    """DORA, Art. 19(4), and Delegated Regulation (EU) 2025/301, Art. 5(1)(a)."""
    begun = datetime.fromisoformat(aware).replace(tzinfo=UTC)
    other = (
        {"incident_classified": datetime.fromisoformat(classified).replace(tzinfo=UTC)}
        if classified
        else {}
    )
    row = _duty(
        "EU-DORA-19",
        AffectedGroup("IE", 600, BIRTH),
        BreachTimes(aware=begun, other=other),
        OrgProfile(("IE",), frozenset({"financial_services"})),
    )
    assert row.due_at == datetime.fromisoformat(due_at).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "people_live", "established", "expected"),
    [
        ("2019-06-03", "GB", ("DE-BY",), {"DE-BY"}),  # one-stop-shop, the UK included
        ("2019-06-03", "GB", ("GB",), {"GB"}),
        ("2019-06-03", "FR", ("GB",), {"GB"}),
        ("2021-06-03", "GB", ("DE-BY",), {"GB"}),
        ("2021-06-03", "FR", ("GB",), {"FR"}),
    ],
)
def test_the_united_kingdom_was_under_the_one_stop_shop_until_the_end_of_2020(
    day: str, people_live: str, established: tuple[str, ...], expected: set[str]
) -> None:
    """GDPR Art. 56; Withdrawal Agreement, Art. 126 and 127."""
    rows = due(
        TAKEN,
        [AffectedGroup(people_live, 600, BIRTH)],
        times=BreachTimes(aware=datetime.fromisoformat(f"{day}T10:00:00+00:00")),
        profile=OrgProfile(established),
    )
    notified = {
        row.jurisdiction
        for row in rows
        if row.recipient_type == "authority" and row.required == "yes" and "GDPR" in row.duty_id
    }
    assert notified == expected


def test_before_the_day_for_which_a_duty_was_checked_the_answer_is_a_question() -> None:
    """Thailand's duty: unknown before its act's commencement is said, never taken for a yes."""
    rows = due(
        TAKEN,
        [AffectedGroup("US-TX", 600, SSN)],
        times=BreachTimes(aware=datetime(1999, 6, 1, 10, tzinfo=UTC)),
        profile=OrgProfile(("US",)),
    )
    assert rows
    assert {str(row.required) for row in rows} == {"ask counsel"}
    assert all(row.due_at is None for row in rows)


def test_a_day_before_the_first_law_has_no_duty_where_we_know_that_there_was_none() -> None:
    """Tex. Bus. & Com. Code § 521.053(i), added by HB 4390 as of 1 January 2020."""
    asked: dict[date, set[str]] = {}
    for day in (date(2019, 12, 31), date(2020, 1, 1)):
        moment = datetime(day.year, day.month, day.day, 18, tzinfo=UTC)
        rows = due(
            TAKEN,
            [AffectedGroup("US-TX", 600, SSN)],
            times=BreachTimes(aware=moment, discovered=moment, determined=moment),
            profile=OrgProfile(("US",)),
        )
        asked[day] = {row.duty_id for row in rows}
    assert ["US-TX-AG" in duties for duties in asked.values()] == [False, True]


@pytest.mark.parametrize(
    ("place", "day", "words"),
    [
        # SDCL 22-40-19 to 22-40-26, in force 1 July 2018; Swiss FADP, in force 1 September 2023.
        ("US-SD", "2018-06-30", "The first that is held here is of 1 July 2018."),
        ("CH", "2022-01-03", "The first that is held here is of 1 September 2023."),
    ],
)
def test_a_place_without_a_law_on_that_day_is_a_no_that_says_so(
    place: str, day: str, words: str
) -> None:
    moment = datetime.fromisoformat(f"{day}T18:00:00+00:00")
    rows = due(
        TAKEN,
        [AffectedGroup(place, 600, SSN)],
        times=BreachTimes(aware=moment, discovered=moment, determined=moment),
        profile=OrgProfile(("GB",)),
    )
    (row,) = [row for row in rows if row.jurisdiction == place]
    assert (str(row.required), words in row.reasons[0]) == ("no", True)


@pytest.mark.parametrize(
    ("day", "last_day"), [("2026-03-02", "2027-03-01"), ("2027-03-02", "2028-03-01")]
)
def test_a_day_that_the_law_names_is_the_same_in_a_leap_year(day: str, last_day: str) -> None:
    """O. Reg. 329/04, s. 6.4: custodians report the counts of a year on or before 1 March."""
    moment = _local(f"{day}T10:00", "America/Toronto")
    row = _duty(
        "CA-ON-PHIPA-YEAR",
        AffectedGroup("CA-ON", 6, BIRTH),
        BreachTimes(aware=moment, discovered=moment),
        OrgProfile(("CA-ON",), frozenset({"ca_health_custodian"}), time_zone="America/Toronto"),
    )
    assert row.due_at == _local(f"{last_day}T23:59:59", "America/Toronto")


@pytest.mark.parametrize(
    ("aware", "last_day"),
    [
        ("2026-06-01", "2026-06-30"),
        ("2026-06-06", "2026-07-06"),  # 5 July is a Sunday
        ("2026-04-04", "2026-05-07"),  # Golden Week: 3 to 6 May
    ],
)
def test_the_day_of_knowing_is_the_first_of_japan_s_thirty(aware: str, last_day: str) -> None:
    """APPI Enforcement Rules, Art. 8(2), as the Commission counts them."""
    row = _duty(
        "JP-APPI-PPC-FINAL",
        AffectedGroup("JP", 5000, BIRTH),
        BreachTimes(aware=_local(f"{aware}T10:00", "Asia/Tokyo")),
        OrgProfile(("JP",), time_zone="Asia/Tokyo"),
    )
    assert row.due_at == _local(f"{last_day}T23:59:59", "Asia/Tokyo")


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ("2026-03-02T10:00", "Not before 11 March 2026 is over: 7 full business days have passed"),
        (None, "Not before 7 full business days have passed since the Secret Service"),
    ],
)
def test_a_time_to_wait_before_customers_are_told_is_said(at: str | None, words: str) -> None:
    """47 CFR 64.2011(b)(1): not until 7 full business days after the Secret Service and the FBI."""
    moment = _local("2026-03-02T09:00", NEW_YORK)
    row = _duty(
        "US-FCC-CPNI-IND",
        AffectedGroup("US-NY", 40, BIRTH),
        BreachTimes(
            aware=moment,
            determined=moment,
            notified={"US-FCC-CPNI-LEA": _local(at, NEW_YORK)} if at else {},
        ),
        OrgProfile(("US",), frozenset({"us_telecoms"}), time_zone=NEW_YORK),
    )
    assert (words in row.clock_words, row.due_at) == (True, None)
