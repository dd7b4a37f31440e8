"""Deadlines: hours run through everything; days end at midnight; business
days leave out days off."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.law.clocks import PeriodCounting, PeriodUnit, deadline, remaining, year_end

FRIDAY = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
MOMENTS = st.datetimes(
    FRIDAY.replace(2025, 1, 1, tzinfo=None),
    FRIDAY.replace(2028, 6, 1, tzinfo=None),
    timezones=st.just(UTC),
)


def _end(text: str, zone: str = "UTC") -> datetime:
    return datetime.fromisoformat(f"{text}T23:59:59").replace(tzinfo=ZoneInfo(zone))


def test_seventy_two_hours_run_through_the_weekend() -> None:
    assert deadline(FRIDAY, 72, PeriodUnit.HOURS).at == datetime(2026, 11, 23, 15, 30, tzinfo=UTC)


def test_hours_are_counted_in_real_time_across_a_clock_change() -> None:
    start = datetime(2026, 10, 24, 12, 0, tzinfo=ZoneInfo("Europe/Paris"))
    assert deadline(start, 24, PeriodUnit.HOURS, time_zone="Europe/Paris").at - start.astimezone(
        UTC
    ) == timedelta(hours=24)


def test_days_leave_out_the_first_and_end_with_the_last() -> None:
    assert deadline(FRIDAY, 30, PeriodUnit.CALENDAR_DAYS).at == _end("2026-12-20")


def test_days_end_where_the_organisation_is() -> None:
    late = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)  # still the 19th in Los Angeles
    found = deadline(late, 30, PeriodUnit.CALENDAR_DAYS, time_zone="America/Los_Angeles").at
    assert found == _end("2026-12-19", "America/Los_Angeles")


def test_business_days_leave_out_thanksgiving_and_the_weekend() -> None:
    found = deadline(FRIDAY, 5, PeriodUnit.BUSINESS_DAYS, country="US")
    assert (found.at, found.notes) == (_end("2026-11-30"), ())
    assert deadline(FRIDAY, 5, PeriodUnit.BUSINESS_DAYS, country="US-IA").at == found.at


def test_unchecked_holidays_are_said() -> None:
    found = deadline(FRIDAY, 3, PeriodUnit.BUSINESS_DAYS, country="BR")
    assert found.at == _end("2026-11-25")
    assert "not checked" in found.notes[0]


def test_a_period_of_no_days_ends_on_a_working_day() -> None:
    for start, end in (("2026-12-24", "2026-12-24"), ("2026-12-25", "2026-12-29")):
        day = datetime.fromisoformat(f"{start}T12:00:00+00:00")
        assert deadline(day, 0, PeriodUnit.BUSINESS_DAYS, country="GB").at == _end(end)


def test_months_end_on_the_same_number_or_the_last_day() -> None:
    assert deadline(datetime(2026, 1, 31, tzinfo=UTC), 1, PeriodUnit.MONTHS).at == _end(
        "2026-02-28"
    )
    assert deadline(datetime(2026, 11, 18, tzinfo=UTC), 1, PeriodUnit.MONTHS).at == _end(
        "2026-12-18"
    )


def test_a_year_end_clock() -> None:
    assert year_end(FRIDAY, 60).at == _end("2027-03-01")
    eve = datetime(2027, 1, 1, 3, 0, tzinfo=UTC)  # still 2026 in Los Angeles
    assert year_end(eve, 60, time_zone="America/Los_Angeles").at == _end(
        "2027-03-01", "America/Los_Angeles"
    )


def test_regulation_1182_71_rolls_days_but_not_hours() -> None:
    start = datetime(2026, 12, 20, 9, 10, tzinfo=UTC)
    rolled = deadline(
        start, 5, PeriodUnit.CALENDAR_DAYS, country="FR", counting=PeriodCounting.EU_1182_71
    )
    assert rolled.at == _end("2026-12-28")  # the 25th is Christmas, then a weekend
    assert deadline(start, 72, PeriodUnit.HOURS, counting=PeriodCounting.EU_1182_71).at == datetime(
        2026, 12, 23, 10, 0, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-12-03", 1, "2026-12-04"),  # one day: one working day is enough
        ("2026-12-04", 2, "2026-12-08"),  # Saturday, Sunday: Monday and Tuesday
        ("2026-12-03", 2, "2026-12-07"),  # Friday and Monday
        ("2026-12-02", 2, "2026-12-04"),
        ("2026-12-04", 1, "2026-12-07"),  # Saturday, so Monday; it is no period of two days
        ("2026-12-05", 0, "2026-12-07"),
    ],
)
def test_a_period_of_two_days_or_more_has_two_working_days(start: str, days: int, end: str) -> None:
    """Regulation 1182/71, Art. 3(5)."""
    moment = datetime.fromisoformat(f"{start}T12:00:00+00:00")
    found = deadline(
        moment, days, PeriodUnit.CALENDAR_DAYS, country="FR", counting=PeriodCounting.EU_1182_71
    )
    assert found.at == _end(end)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-11-20T15:00", "2026-11-23T15:00"),  # Friday and Monday
        ("2026-11-21T15:00", "2026-11-24T15:00"),  # Monday and Tuesday
        ("2026-12-24T15:00", "2026-12-28T15:00"),  # Christmas Day, a weekend: Thursday and Monday
        ("2026-12-25T15:00", "2026-12-29T15:00"),  # from Christmas Day: Monday and Tuesday
    ],
)
def test_seventy_two_hours_have_two_working_days_in_them(start: str, end: str) -> None:
    """Regulation 1182/71, Art. 3(5), in a country without other holidays then (France)."""
    begun, ended = (datetime.fromisoformat(f"{text}+00:00") for text in (start, end))
    counted = deadline(
        begun, 72, PeriodUnit.HOURS, country="FR", counting=PeriodCounting.EU_1182_71
    )
    assert counted.at == ended


def test_an_hour_that_has_just_begun_is_not_lost() -> None:
    """Regulation 1182/71, Art. 3(1): the hour of the event is not counted; from a full hour on,
    none is lost."""
    sharp = FRIDAY.replace(minute=0)
    assert deadline(
        sharp, 72, PeriodUnit.HOURS, counting=PeriodCounting.EU_1182_71
    ).at - sharp == timedelta(hours=72)


def test_holidays_that_were_not_checked_are_said_only_where_they_matter() -> None:
    plain = deadline(FRIDAY, 3, PeriodUnit.CALENDAR_DAYS, country="BR")
    rolled = deadline(
        FRIDAY, 3, PeriodUnit.CALENDAR_DAYS, country="BR", counting=PeriodCounting.EU_1182_71
    )
    assert plain.notes == ()
    assert "not checked" in rolled.notes[0]


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(hours=44, minutes=51, seconds=30), "44 h 51 min"),
        (timedelta(minutes=9), "9 min"),
        (timedelta(days=12, hours=3), "12 days 3 h"),
        (timedelta(days=30), "30 days"),
        (timedelta(hours=95, minutes=59), "95 h 59 min"),
        (timedelta(hours=96), "4 days"),
        (timedelta(hours=1), "1 h 0 min"),
        (timedelta(hours=-2, minutes=-5), "late by 2 h 5 min"),
        (timedelta(0), "0 min"),
    ],
)
def test_what_is_left_in_words(left: timedelta, words: str) -> None:
    assert remaining(FRIDAY + left, FRIDAY) == words


def test_a_moment_without_a_zone_and_a_negative_period_are_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        deadline(FRIDAY.replace(tzinfo=None), 1, PeriodUnit.HOURS)
    with pytest.raises(ValueError, match="negative"):
        deadline(FRIDAY, -1, PeriodUnit.HOURS)


@given(MOMENTS, st.integers(0, 2000))
def test_hours_are_exact(start: datetime, value: int) -> None:
    assert deadline(start, value, PeriodUnit.HOURS).at - start == timedelta(hours=value)


@given(
    MOMENTS,
    st.integers(1, 200),
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Sydney"]),
)
def test_days_give_at_least_the_days_and_less_than_one_more(
    start: datetime, value: int, zone: str
) -> None:
    given_time = deadline(start, value, PeriodUnit.CALENDAR_DAYS, time_zone=zone).at - start
    slack = timedelta(hours=1)  # clock changes
    assert (
        timedelta(days=value) - slack - timedelta(seconds=1)
        <= given_time
        < timedelta(days=value + 1) + slack
    )


@given(MOMENTS, st.integers(1, 60), st.sampled_from(["US", "GB", "FR", "DE", "AU", "CA", "XX"]))
def test_business_days_end_on_a_working_day_and_never_before_calendar_days(
    start: datetime, value: int, country: str
) -> None:
    working = deadline(start, value, PeriodUnit.BUSINESS_DAYS, country=country).at
    assert working.weekday() < 5
    assert working >= deadline(start, value, PeriodUnit.CALENDAR_DAYS).at


@given(
    MOMENTS,
    st.integers(1, 30),
    st.sampled_from(list(PeriodUnit)),
    st.sampled_from(list(PeriodCounting)),
)
def test_a_longer_period_never_ends_sooner(
    start: datetime, value: int, unit: PeriodUnit, counting: PeriodCounting
) -> None:
    ends = [
        deadline(start, count, unit, country="FR", counting=counting).at
        for count in (value, value + 1)
    ]
    assert ends[0] <= ends[1]
    assert ends[0] > start
