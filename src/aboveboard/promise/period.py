"""Periods of the calendar. Pure."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_PERIOD = re.compile(
    r"P(?=[0-9T])(?:(?P<years>\d{1,3})Y)?(?:(?P<months>\d{1,4})M)?"
    r"(?:(?P<weeks>\d{1,4})W)?(?:(?P<days>\d{1,5})D)?"
    r"(?:T(?=[0-9])(?:(?P<hours>\d{1,5})H)?(?:(?P<minutes>\d{1,6})M)?)?",
    re.ASCII,
)


_END_OF_TIME = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Period:
    """An ISO 8601 duration such as ``P6Y`` or ``PT72H``; calendar months
    and years, not averages."""

    years: int = 0
    months: int = 0
    weeks: int = 0
    days: int = 0
    hours: int = 0
    minutes: int = 0

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read ``P[nY][nM][nW][nD][T[nH][nM]]``, without fractions or seconds.

        Raises:
            ValueError: the text is not such a period, or is of no length.
        """
        match = _PERIOD.fullmatch(text)
        period = (
            cls(**{name: int(number) for name, number in match.groupdict().items() if number})
            if match
            else cls()
        )
        if period == cls():
            raise ValueError(f"{text!r} is not a period of some length")
        return period

    def __str__(self) -> str:
        date = [(self.years, "Y"), (self.months, "M"), (self.weeks, "W"), (self.days, "D")]
        time = [(self.hours, "H"), (self.minutes, "M")]
        clock = "".join(f"{number}{unit}" for number, unit in time if number)
        return (
            "P"
            + "".join(f"{number}{unit}" for number, unit in date if number)
            + (f"T{clock}" if clock else "")
        )

    def add_to(self, moment: datetime) -> datetime:
        """Return the moment this long after ``moment``; a day the month lacks
        becomes its last day."""
        # Months first and days after, as RFC 3339's profile of ISO 8601 and Regulation 1182/71
        # count: 31 January and one month is the last of February.
        month = moment.month - 1 + self.months
        year = moment.year + self.years + month // 12
        month = month % 12 + 1
        # datetime ends here. A period this long means for ever, and must not stop a use.
        if year > _END_OF_TIME.year:
            return _END_OF_TIME
        day = min(moment.day, monthrange(year, month)[1])
        try:
            return moment.replace(year=year, month=month, day=day) + self._fixed()
        except OverflowError:
            return _END_OF_TIME

    @property
    def is_one_unit(self) -> bool:
        """Whether it is so many hours, so many days, or so many months, and nothing besides."""
        return self in (
            Period(hours=self.hours),
            Period(days=self.days),
            Period(months=self.months),
        )

    def longest(self) -> timedelta:
        """Return an upper bound, for comparing two periods: years of 366 days, months of 31."""
        return timedelta(days=366 * self.years + 31 * self.months) + self._fixed()

    def shortest(self) -> timedelta:
        """Return a lower bound: years of 365 days, months of 28."""
        return timedelta(days=365 * self.years + 28 * self.months) + self._fixed()

    def _fixed(self) -> timedelta:
        return timedelta(weeks=self.weeks, days=self.days, hours=self.hours, minutes=self.minutes)
