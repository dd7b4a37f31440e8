"""When a duty is due: in whose day, from which moment, by which of two limits."""

from __future__ import annotations

from datetime import UTC, datetime
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
