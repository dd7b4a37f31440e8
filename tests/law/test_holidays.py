"""Days off: the same as those that were once kept by hand, for every country that was; and for the
others those of the package, with a word that nobody has checked them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import holidays
import pytest

from aboveboard.basics import shipped
from aboveboard.law.holidays import DaysOff, _places

ONCE = shipped.load(Path(__file__).with_name("holidays_2025_2028.yaml"))["countries"]


def days_of(year: int) -> Iterator[date]:
    day = date(year, 1, 1)
    while day.year == year:
        yield day
        day += timedelta(days=1)


@pytest.mark.parametrize("country", sorted(ONCE))
@pytest.mark.parametrize("year", [2025, 2026, 2027, 2028])
def test_nothing_changed_where_the_days_were_kept_by_hand(country: str, year: int) -> None:
    kept = {row["date"] for row in ONCE[country][year]}
    days_off = DaysOff(country)
    for day in days_of(year):
        assert days_off.is_day_off(day) == (day.weekday() >= 5 or day in kept), day
    assert days_off.notes == ()


def test_every_correction_says_why_and_is_still_needed() -> None:
    for place, row in _places().items():
        assert row["source"]
        country, _, part = place.partition("-")
        package = holidays.country_holidays(
            country, subdiv=row.get("subdivision") or part or None, categories=row.get("categories")
        )
        for extra in row.get("add", ()):
            assert extra["source"]
            assert extra["date"] not in package, f"{place} {extra['date']}: the package has it now"
        for absent in row.get("remove", ()):
            assert absent["source"]
            assert absent["date"] in package, (
                f"{place} {absent['date']}: the package has it no more"
            )


@pytest.mark.parametrize(
    ("place", "day", "off"),
    [
        ("GB-SCT", date(2026, 11, 30), True),  # Saint Andrew's Day
        ("GB", date(2026, 11, 30), False),
        ("DE-BY", date(2026, 1, 6), True),  # Heilige Drei Könige
        ("DE", date(2026, 1, 6), False),
        ("US-CA", date(2026, 10, 12), False),  # no Columbus Day
        ("US", date(2026, 10, 12), True),
        ("US-VT", date(2026, 10, 12), True),  # Indigenous Peoples' Day, 1 V.S.A. § 371
        ("US-VT", date(2026, 3, 3), True),  # Town Meeting Day
        ("US-VT", date(2026, 8, 17), True),  # Bennington Battle Day, which falls on a Sunday
        ("US-IA", date(2026, 6, 19), False),  # Juneteenth is a day of recognition, Iowa Code 1C.14
        ("US-IA", date(2026, 2, 12), True),  # Lincoln's Birthday, Iowa Code 1C.1
        ("US-IA", date(2026, 10, 12), False),  # no Columbus Day
        ("US-CA", date(2028, 2, 15), False),  # Susan B. Anthony Day is no day off
        ("US-CA", date(2026, 3, 31), True),  # Cesar Chavez Day
        ("BR", date(2026, 11, 20), True),  # Consciência Negra
        ("SA", date(2026, 11, 20), True),  # a Friday
        ("SA", date(2026, 11, 22), False),  # a Sunday
        ("CN", date(2026, 10, 10), False),  # a Saturday on which people work
        ("FR-XX", date(2026, 7, 14), True),  # no such subdivision: those of the country
    ],
)
def test_each_place_has_its_own(place: str, day: date, off: bool) -> None:
    assert DaysOff(place).is_day_off(day) is off


def test_what_was_not_checked_is_said() -> None:
    for place, year in (("BR", 2026), ("US-CA", 2026), ("GB", 2029)):
        days_off = DaysOff(place)
        days_off.is_day_off(date(year, 3, 2))
        assert len(days_off.notes) == 1
        assert f"{place} in {year} were not checked" in days_off.notes[0]


def test_a_weekend_needs_no_list() -> None:
    days_off = DaysOff("BR")
    assert days_off.is_day_off(date(2026, 11, 21))
    assert days_off.notes == ()


@pytest.mark.parametrize("place", ["EU", "", "XX"])
def test_a_place_without_a_list_has_weekends_and_says_so(place: str) -> None:
    days_off = DaysOff(place)
    assert [days_off.is_day_off(date(2026, 12, number)) for number in (24, 25, 26, 27)] == [
        False,
        False,
        True,
        True,
    ]
    assert days_off.notes[0].startswith("There is no list of public holidays for")
