"""Who we are, from the promise to the deadline: days end where the organisation is, and without a
time zone where a day ends first."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from aboveboard.incidents.assessment.profile import org_profile, zone_of
from aboveboard.law.duties import due
from aboveboard.law.terms import AffectedGroup, BreachTimes, DutyDue, OrgProfile
from aboveboard.promise.model import Organisation
from tests.law.losses import SSN, STOLEN, end_of_day

NEW_YORK, LOS_ANGELES = "America/New_York", "America/Los_Angeles"


def _profile(country: str, zone: str = "", **more: object) -> OrgProfile:
    return org_profile(
        Organisation("Acme", country, "x@acme.example", (country,), time_zone=zone, **more)  # type: ignore[arg-type]
    )


def _due(profile: OrgProfile, place: str, duty: str, times: BreachTimes, people: int) -> DutyDue:
    rows = due(STOLEN, [AffectedGroup(place, people, SSN)], times=times, profile=profile)
    return next(row for row in rows if row.duty_id == duty)


def _at(text: str, zone: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(("zone", "ends_in"), [(NEW_YORK, NEW_YORK), ("", NEW_YORK)])
def test_texas_counts_30_days_from_an_evening_in_new_york(zone: str, ends_in: str) -> None:
    """Tex. Bus. & Com. Code § 521.053(i): 30 days after it was determined."""
    evening = _at("2026-01-01T20:00", NEW_YORK)
    row = _due(
        _profile("US", zone), "US-TX", "US-TX-AG", BreachTimes(evening, determined=evening), 600
    )
    assert row.due_at == end_of_day("2026-01-31", ends_in)
    assert ("does not say in which time zone" in row.clock_words) is (zone == "")


@pytest.mark.parametrize(
    ("zone", "ends_in"), [(LOS_ANGELES, LOS_ANGELES), (NEW_YORK, NEW_YORK), ("", NEW_YORK)]
)
def test_california_counts_30_days_from_an_afternoon_in_los_angeles(
    zone: str, ends_in: str
) -> None:
    """Cal. Civ. Code § 1798.82(a), as amended from 2026: 30 days of discovery."""
    afternoon = _at("2026-03-02T17:00", LOS_ANGELES)
    times = BreachTimes(afternoon, discovered=afternoon)
    row = _due(_profile("US", zone), "US-CA", "US-CA-IND", times, 600)
    assert row.due_at == end_of_day("2026-04-01", ends_in)


def test_the_sec_counts_four_business_days_of_its_own_calendar() -> None:
    """Form 8-K, Item 1.05: four business days after materiality was determined."""
    evening = _at("2026-03-05T20:00", NEW_YORK)
    times = BreachTimes(evening, other={"materiality_determined": evening})
    for zone in ("", NEW_YORK, LOS_ANGELES):
        profile = _profile("US", zone, sectors=("us_listed",))
        row = _due(profile, "US-NY", "US-SEC-8K-105", times, 600)
        assert row.due_at is not None
        assert row.due_at.astimezone(ZoneInfo(NEW_YORK)).date().isoformat() == "2026-03-11"


def test_hipaa_counts_the_year_that_the_calendar_at_home_shows() -> None:
    """45 CFR 164.408(c): 60 days after the calendar year in which it was discovered."""
    eve = _at("2026-12-31T20:00", NEW_YORK)
    profile = _profile("US", NEW_YORK, sectors=("hipaa",))
    times = BreachTimes(eve, discovered=eve)
    rows = due(
        STOLEN,
        [AffectedGroup("US-NY", 40, SSN | {"user.health"})],
        times=times,
        profile=profile,
    )
    ends = {row.due_at for row in rows if row.duty_id.startswith("US-HIPAA") and row.due_at}
    assert end_of_day("2027-03-01", NEW_YORK) in ends
    assert all(moment < end_of_day("2027-03-02", NEW_YORK) for moment in ends)


@pytest.mark.parametrize(
    ("country", "zone", "started", "begins", "day"),
    [
        # An evening in São Paulo is the next day in UTC, a morning in Sydney the day before.
        ("BR", "America/Sao_Paulo", "2026-03-02T22:00", "America/Sao_Paulo", "2026-04-01"),
        ("BR", "", "2026-03-02T22:00", "America/Sao_Paulo", "2026-04-01"),
        ("AU", "Australia/Sydney", "2026-03-02T08:00", "Australia/Sydney", "2026-04-01"),
        ("CA", "America/Vancouver", "2026-03-02T20:00", "America/Vancouver", "2026-04-01"),
    ],
)
def test_days_end_at_home_in_countries_with_several_zones(
    country: str, zone: str, started: str, begins: str, day: str
) -> None:
    start = _at(started, begins)
    times = BreachTimes(start, discovered=start, determined=start)
    row = _due(_profile(country, zone), "US-TX", "US-TX-AG", times, 600)
    assert row.due_at is not None
    if zone:
        assert row.due_at == end_of_day(day, zone)
    else:
        assert row.due_at <= end_of_day(day, begins)


def test_no_zone_counts_no_later_than_any_that_it_may_be() -> None:
    start = _at("2026-01-01T20:00", NEW_YORK)
    unsaid = _profile("US")
    for duty in ("US-TX-AG", "US-TX-IND"):
        times = BreachTimes(start, discovered=start, determined=start)
        moment = _due(unsaid, "US-TX", duty, times, 600).due_at
        assert moment is not None
        for zone in (unsaid.time_zone, *unsaid.other_zones):
            said = _due(_profile("US", zone), "US-TX", duty, times, 600).due_at
            assert said is not None
            assert moment <= said


def test_a_day_of_the_calendar_is_the_promises() -> None:
    for country, zone, wanted in (
        ("GB", "", "Europe/London"),
        ("GB", "Europe/Paris", "Europe/Paris"),
        ("US", "", "UTC"),
        ("US", NEW_YORK, NEW_YORK),
    ):
        organisation = Organisation("A", country, "x@a.example", (country,), time_zone=zone)
        assert zone_of(organisation).key == wanted


def test_who_is_both_controller_and_processor_has_the_duties_of_both() -> None:
    """GDPR Art. 33(1) and 33(2)."""
    from aboveboard.promise.model import OrganisationRole

    profile = _profile("FR", roles=(OrganisationRole.CONTROLLER, OrganisationRole.PROCESSOR))
    at = _at("2026-03-02T09:00", "Europe/Paris")
    rows = due(STOLEN, [AffectedGroup("FR", 5, SSN)], times=BreachTimes(at), profile=profile)
    kinds = {row.recipient_type for row in rows if row.jurisdiction in ("EU", "FR")}
    assert {"authority", "individuals", "controller"} <= kinds
