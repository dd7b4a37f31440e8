"""When a deadline ends, and how long is left.

Rules, each an option because laws differ:

- **Hours** run through nights, weekends and holidays (EDPB Guidelines 9/2022: the
  72 hours of Art. 33 GDPR).
- **Calendar days** leave out the day of the event and end with the last second of the last
  day in the organisation's time zone; so do **months**, on the day of the same number, or the
  last of a shorter month.
- **Business days** leave out weekends and public holidays (:mod:`holidays`). Where those of the
  place and year were not checked, the answer says so.
- **Regulation (EEC, Euratom) 1182/71, Art. 3**: a period in hours starts at the next full hour; one
  in days, weeks or months that would end on a weekend or holiday ends with the next working day,
  and every period of two days or more, in hours too, has two working days in it.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from aboveboard.law.holidays import DaysOff

_TWO_DAYS = 48  # hours


class PeriodUnit(StrEnum):
    """What a period is counted in."""

    HOURS = "hours"
    CALENDAR_DAYS = "calendar_days"
    BUSINESS_DAYS = "business_days"
    MONTHS = "months"


class PeriodCounting(StrEnum):
    """How the ends of a period are counted."""

    PLAIN = "plain"
    """The day of the event is left out; the period ends on its last day, whichever day that is."""
    EU_1182_71 = "eu_1182_71"
    """Regulation 1182/71: rolls off weekends and holidays; hours start at the next full hour."""
    NEXT_WORKING_DAY = "next_working_day"
    """As plain, and an end on a weekend or holiday moves to the next working day."""


@dataclass(frozen=True, slots=True)
class PeriodEnd:
    """When a period ends (in UTC), and what the count could not take into account."""

    at: datetime
    notes: tuple[str, ...] = ()


def deadline(
    start: datetime,
    value: int,
    unit: PeriodUnit,
    *,
    time_zone: str = "UTC",
    country: str = "",
    counting: PeriodCounting = PeriodCounting.PLAIN,
    first_day_counts: bool = False,
) -> PeriodEnd:
    """Return when ``value`` ``unit`` after ``start`` have passed.

    ``start`` must be aware. ``country`` (ISO 3166, such as "US-IA" or "FR") picks the holidays.
    ``first_day_counts``: the day of the event is the first of the period in calendar days (Japan).

    Raises:
        ValueError: ``start`` has no time zone, or ``value`` is negative.
    """
    if start.tzinfo is None:
        raise ValueError("a deadline needs a moment with a time zone")
    if value < 0:
        raise ValueError("a period cannot be negative")
    zone = ZoneInfo(time_zone)
    # Before the day is taken in a time zone: hours are counted in UTC, so that a change to summer
    # time neither gives nor takes one.
    # One for the whole count: it remembers which years it could not vouch for.
    days_off = DaysOff(country)
    if unit is PeriodUnit.HOURS:
        end = _hours(start, value, counting)
        if counting is PeriodCounting.EU_1182_71 and value >= _TWO_DAYS:
            end = _with_two_working_days(days_off, start, end, zone)
        return PeriodEnd(end, days_off.notes)
    first = start.astimezone(zone).date()
    if unit is PeriodUnit.BUSINESS_DAYS:
        last = _add_working(days_off, first, value)
    elif unit is PeriodUnit.MONTHS:
        last = _add_months(first, value)
    else:
        last = first + timedelta(days=value - first_day_counts)
    # A period in working days ends on one already: there is nothing to roll.
    if counting is PeriodCounting.EU_1182_71 and unit is not PeriodUnit.BUSINESS_DAYS:
        last = _roll(days_off, first, last)
    elif counting is PeriodCounting.NEXT_WORKING_DAY:
        last = _next_working(days_off, last)
    asked = unit is PeriodUnit.BUSINESS_DAYS or counting is not PeriodCounting.PLAIN
    notes = days_off.notes if asked else ()
    return PeriodEnd(_end_of_day(last, zone), notes)


def year_end(start: datetime, days: int, *, time_zone: str = "UTC") -> PeriodEnd:
    """Return the end of the ``days``-th day after the calendar year of
    ``start`` (45 CFR 164.408(c))."""
    zone = ZoneInfo(time_zone)
    # The year that the organisation's own calendar shows: late on 31 December it is another in UTC.
    last = date(start.astimezone(zone).year, 12, 31) + timedelta(days=days)
    return PeriodEnd(_end_of_day(last, zone))


def day_of_next_year(start: datetime, month: int, day: int, *, time_zone: str = "UTC") -> PeriodEnd:
    """Return the end of a fixed day of the year after that of ``start`` (1 March: Ontario)."""
    zone = ZoneInfo(time_zone)
    return PeriodEnd(_end_of_day(date(start.astimezone(zone).year + 1, month, day), zone))


def remaining(until: datetime, at: datetime) -> str:
    """Return the time left in words: "44 h 51 min", "12 days 3 h", "late by 2 h 5 min"."""
    left = until - at
    words = _span(abs(left))
    return f"late by {words}" if left < timedelta(0) else words


def _span(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    hours, minutes = divmod(minutes, 60)
    # Up to four days people count in hours, because the 72 hours of Art. 33 are said so.
    if hours < 96:
        return f"{hours} h {minutes} min" if hours else f"{minutes} min"
    days, hours = divmod(hours, 24)
    return f"{days} days {hours} h" if hours else f"{days} days"


def _hours(start: datetime, value: int, counting: PeriodCounting) -> datetime:
    moment = start.astimezone(UTC)
    if counting is PeriodCounting.EU_1182_71:
        # Art. 3(1): the hour in which the event happens is not counted.
        whole = moment.replace(minute=0, second=0, microsecond=0)
        moment = whole if whole == moment else whole + timedelta(hours=1)
    return moment + timedelta(hours=value)


def _with_two_working_days(
    days_off: DaysOff, start: datetime, end: datetime, zone: ZoneInfo
) -> datetime:
    """Return the end of a period in hours by Art. 3(5) of Regulation 1182/71: two days or more have
    two working days in them. Only the hour of the event is left out, so the day of the event
    counts; an end that moves keeps its hour (the stricter readings of both)."""
    day_before = start.astimezone(zone).date() - timedelta(days=1)
    while _working(days_off, day_before, end.astimezone(zone).date()) < 2:
        end += timedelta(days=1)
    return end


def _end_of_day(day: date, zone: ZoneInfo) -> datetime:
    # The last second and not the next midnight: the day that is printed must be the last one.
    return datetime.combine(day, time(23, 59, 59), tzinfo=zone).astimezone(UTC)


def _add_months(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _add_working(days_off: DaysOff, day: date, count: int) -> date:
    """Return the ``count``-th working day after ``day``; with 0, ``day`` or the next one after."""
    while count > 0 or days_off.is_day_off(day):
        day += timedelta(days=1)
        if not days_off.is_day_off(day):
            count -= 1
            if count <= 0:
                return day
    return day


def _roll(days_off: DaysOff, first: date, last: date) -> date:
    """Return the end of a period by Art. 3(4) and 3(5) of Regulation 1182/71: a working day, with
    two working days in every period of two days or more."""
    # Judged before rolling: a period of one day does not become one of two by ending on a Monday.
    two_days_or_more = last - first >= timedelta(days=2)
    last = _next_working(days_off, last)
    if two_days_or_more:
        while _working(days_off, first, last) < 2:
            last += timedelta(days=1)
    return last


def _next_working(days_off: DaysOff, day: date) -> date:
    """Return the day itself, or the next one on which people work."""
    while days_off.is_day_off(day):
        day += timedelta(days=1)
    return day


def _working(days_off: DaysOff, first: date, last: date) -> int:
    days = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
    return sum(not days_off.is_day_off(day) for day in days)
