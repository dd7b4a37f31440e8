"""Which uses somebody asks for: a year, who it was, what it was for; and how many there were over
time. All of it stands in the address, so that a page can be kept and come back to."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final, NamedTuple
from urllib.parse import urlencode

from babel.dates import format_date
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from aboveboard.access.entries import UseRefused
from aboveboard.access.queries import KINDS
from aboveboard.access.use_index.columns import IndexedUses, UseFilter
from aboveboard.portal import wording
from aboveboard.portal.page import PortalCustomer

_MONTHS_SHOWN: Final = 24
"""Months beside each other before years are: more are too narrow to hit and to read."""
_LEAST_MONTHS: Final = 6
_SEPARATOR: Final = "/"


@dataclass(frozen=True, slots=True)
class UsesAsked:
    """What the address asks for; empty or None: everything. ``party``: role and team."""

    own: bool = False
    year: int | None = None
    party: tuple[str, str] | None = None
    purpose: str = ""

    @property
    def is_filtered(self) -> bool:
        """Whether some uses may be left out, beside the person's own."""
        return bool(self.year or self.party or self.purpose)

    @property
    def filter(self) -> UseFilter:
        """What the index is asked for, in the time zone of the page."""
        year = self.year
        return UseFilter(
            since=_midnight(date(year, 1, 1)) if year else None,
            until=_midnight(date(year + 1, 1, 1)) if year else None,
            party=self.party,
            purpose=self.purpose or None,
            own=self.own,
        )

    @property
    def query(self) -> dict[str, str]:
        """What stands in the address."""
        query = {
            "year": str(self.year) if self.year else "",
            "who": _SEPARATOR.join(self.party) if self.party else "",
            "purpose": self.purpose,
            "own": "1" if self.own else "",
        }
        return {name: value for name, value in query.items() if value}

    def address(self, after: int | None = None, *, route: str = "portal:uses") -> str:
        """Return the address of the page that asks for these."""
        query = {**self.query, **({"after": str(after)} if after is not None else {})}
        return f"{reverse(route)}?{urlencode(query)}" if query else reverse(route)


class Choices(NamedTuple):
    """One question of the filter: its name in the address, what it asks, and every answer."""

    name: str
    label: str
    all: str
    options: Sequence[tuple[str, str]]
    chosen: str


class Bucket(NamedTuple):
    """A month or a year of the picture: its first day, the first day after it, and how
    often somebody was allowed to look and was refused."""

    begin: date
    end: date
    allowed: int
    refused: int


def read(query: QueryDict, uses: IndexedUses) -> UsesAsked:
    """Return what an address asks for of ``uses``; what none of them has is passed over, as a link
    of long ago may ask for it."""
    asked = UsesAsked(own=query.get("own") == "1")
    choices = {each.name: {value for value, _ in each.options} for each in _choices(asked, uses)}
    given = {name: query.get(name, "") for name in choices}
    wanted = {name: value for name, value in given.items() if value in choices[name]}
    role, _, team = wanted.get("who", "").partition(_SEPARATOR)
    return replace(
        asked,
        year=int(wanted["year"]) if "year" in wanted else None,
        party=(role, team) if "who" in wanted else None,
        purpose=wanted.get("purpose", ""),
    )


def questions(you: PortalCustomer, asked: UsesAsked, uses: IndexedUses) -> list[Choices]:
    """Return what the person can choose among their uses; a question with one answer is none."""
    return [each for each in _choices(asked, uses, you) if len(each.options) > 1 or each.chosen]


def _choices(
    asked: UsesAsked, uses: IndexedUses, you: PortalCustomer | None = None
) -> list[Choices]:
    # Of all uses and not of those that the other answers leave: who chose a year can go to another
    # team without going back first.
    groups = [
        group
        for group in uses.groups
        # A sealed use has no team and no purpose to ask for.
        if group.purpose and (asked.own or not group.is_own)
    ]
    parties = {(group.role, group.team): group for group in groups}
    purposes = {group.purpose for group in groups}
    span = uses.span()
    first, last = (timezone.localtime(moment).year for moment in span) if span else (0, -1)

    def named(labels: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        return sorted(labels, key=lambda pair: pair[1].casefold())

    return [
        Choices(
            "year",
            gettext("Year"),
            gettext("All years"),
            [(str(year), str(year)) for year in range(last, first - 1, -1)],
            asked.query.get("year", ""),
        ),
        Choices(
            "who",
            gettext("Who"),
            gettext("Everyone"),
            named(
                (
                    _SEPARATOR.join(party),
                    wording.capitalise(wording.actor(you.promise, group.actor, *party))
                    if you
                    else "",
                )
                for party, group in parties.items()
            ),
            asked.query.get("who", ""),
        ),
        Choices(
            "purpose",
            gettext("What for"),
            gettext("Everything"),
            named((key, wording.purpose(you.promise, key) if you else "") for key in purposes),
            asked.query.get("purpose", ""),
        ),
    ]


def over_time(asked: UsesAsked, uses: IndexedUses, *, now: datetime) -> list[Bucket]:
    """Return how often somebody looked in each month; in each year, where there are many months.
    Nothing where nobody did."""
    span = uses.span()
    if span is None:
        return []
    first, today = timezone.localtime(span[0]).date(), timezone.localtime(now).date()
    # Up to now, for that nobody looked since says something as well.
    last = max(timezone.localtime(span[1]).date(), today)
    if asked.year:
        months = [date(asked.year, month, 1) for month in range(1, 13)]
        begins = [month for month in months if month <= last]
    elif (months_between := _number(last) - _number(first)) < _MONTHS_SHOWN:
        earliest = _number(last) - max(months_between, _LEAST_MONTHS - 1)
        begins = [_month(number) for number in range(earliest, _number(last) + 1)]
    else:
        begins = [date(year, 1, 1) for year in range(first.year, last.year + 1)]
    monthly = bool(asked.year) or len(begins) < 2 or begins[1].month != begins[0].month
    ends = [*begins[1:], _month(_number(begins[-1]) + (1 if monthly else 12))]
    ends_at = [_midnight(end).timestamp() for end in ends]
    refused = _counts(uses.moments_of([UseRefused.kind]), ends_at)
    allowed = _counts(uses.moments_of([kind for kind in KINDS if kind != UseRefused.kind]), ends_at)
    return list(map(Bucket, begins, ends, allowed, refused))


def _counts(moments: Sequence[int], ends: Sequence[float]) -> list[int]:
    """Return how many moments, which are in order, are before each end and after the one before."""
    places = [bisect_left(moments, end) for end in ends]
    return [place - before for place, before in zip(places, [0, *places], strict=False)]


def picture(asked: UsesAsked, uses: IndexedUses, you: PortalCustomer) -> Mapping[str, object]:
    """Return the picture of these uses over time, and the same in words and numbers."""
    buckets = over_time(asked, uses, now=you.now)
    if not buckets:
        return {}
    yearly = (buckets[0].end - buckets[0].begin).days > 31
    rows = [
        {
            "label": str(each.begin.year) if yearly else _words(each.begin, "LLLL y"),
            "short": str(each.begin.year) if yearly else _words(each.begin, "LLL"),
            # Under the first month and each January: the year once.
            "below": "" if yearly or (number and each.begin.month > 1) else str(each.begin.year),
            "parts": (("low", each.allowed), ("kept", each.refused)),
            "number": each.allowed + each.refused,
            "allowed": each.allowed,
            "refused": each.refused,
            "href": replace(asked, year=each.begin.year).address() if yearly else "",
        }
        for number, each in enumerate(buckets)
    ]
    most = max(rows, key=lambda row: int(str(row["number"])))
    return {
        "rows": rows,
        "by": gettext("Year") if yearly else gettext("Month"),
        # "#": a column of numbers.
        "allowed_column": f"#{wording.capitalise(gettext('allowed'))}",
        "refused_column": f"#{wording.capitalise(gettext('refused'))}",
        "refused": sum(each.refused for each in buckets),
        "label": ngettext(
            "%(count)d look, the most in %(when)s: %(most)d.",
            "%(count)d looks, the most in %(when)s: %(most)d.",
            len(uses),
        )
        % {"count": len(uses), "when": most["label"], "most": most["number"]},
    }


def _words(day: date, pattern: str) -> str:
    return str(format_date(day, pattern, locale=wording.locale_of_page()))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=timezone.get_current_timezone())


def _number(day: date) -> int:
    return day.year * 12 + day.month - 1


def _month(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)
