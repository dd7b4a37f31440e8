"""Which days are not working days in a place: weekends and public holidays.

The lists are those of the package ``holidays`` (all countries, and their states, Länder and
provinces), with our corrections on top; ``holidays.yaml`` has them, and says which places and years
were checked against the law of the place.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aboveboard.basics import shipped

if TYPE_CHECKING:
    from holidays import HolidayBase

_SATURDAY = 5


class DaysOff:
    """The weekends and public holidays of one place; remembers what a count could not rely on.

    ``place``: ISO 3166, such as "FR" or "US-CA". A subdivision that has no list of its own has
    that of its country; a place that has none has only Saturdays and Sundays.
    """

    def __init__(self, place: str) -> None:
        self._place = place
        self._holidays = _holidays(place)
        self._until = _places().get(place, {}).get("until", 0)
        self._unchecked_years: set[int] = set()

    @property
    def notes(self) -> tuple[str, ...]:
        """What to say of the days that were asked about so far, a sentence for each year."""
        if self._holidays is None:
            sentence = (
                "There is no list of public holidays for {place} in {year}; only weekends were "
                "left out."
            )
        else:
            sentence = (
                "The public holidays of {place} in {year} were not checked against its law; check "
                "them before you rely on the last day."
            )
        return tuple(
            sentence.format(place=self._place or "this place", year=year)
            for year in sorted(self._unchecked_years)
        )

    def is_day_off(self, day: date) -> bool:
        """Return whether nobody is expected to work on that day."""
        if self._holidays is None:
            weekend = day.weekday() >= _SATURDAY
        else:
            # Asked first, because the package works out a year's holidays, and so the Saturdays
            # and Sundays on which people work instead, when it is first asked about that year.
            working = self._holidays.is_working_day(day)
            weekend = self._holidays.is_weekend(day)
            if weekend or day.year <= self._until:
                return not working
        if weekend:
            return True
        self._unchecked_years.add(day.year)
        return self._holidays is not None and not working


@cache
def _holidays(place: str) -> HolidayBase | None:
    import holidays  # 0.1 s to import, and only duties in business days need it

    country, _, subdivision = place.partition("-")
    row = _places().get(place, {})
    wanted: Mapping[str, Any] = {
        "subdiv": row.get("subdivision") or subdivision or None,
        "categories": row.get("categories"),
    }
    try:
        calendar = holidays.country_holidays(country, **wanted)
    except NotImplementedError:
        return _holidays(country) if subdivision else None
    for extra in row.get("add", ()):
        calendar[extra["date"]] = extra["name"]
    for absent in row.get("remove", ()):
        calendar.pop(absent["date"])
    return calendar


@cache
def _places() -> Mapping[str, Mapping[str, Any]]:
    file = Path(__file__).with_name("holidays.yaml")
    loaded: Mapping[str, Mapping[str, Any]] = shipped.load(file)["places"]
    return loaded
