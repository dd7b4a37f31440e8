"""When each duty falls due, in words too, and in which order to act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from aboveboard.law import clocks
from aboveboard.law.clocks import PeriodCounting, PeriodEnd, PeriodUnit
from aboveboard.law.rules import catalogue
from aboveboard.law.rules.entries import DutyRule
from aboveboard.law.terms import BreachTimes, Deadline, DutyDue, OrgProfile, Required

_EU = "EU"


@dataclass(frozen=True, slots=True)
class _Start:
    """When a clock started, and what was assumed. ``at`` is ``None`` while it has not."""

    at: datetime | None
    assumed: str = ""


def with_deadline(
    row: DutyDue, rule: DutyRule, *, times: BreachTimes, profile: OrgProfile
) -> DutyDue:
    """Return ``row`` with its deadline and its clock in words (step 6 of :mod:`duties`)."""
    start = _start(rule, rule.clock_start, times, row)
    # A duty that is still asked about has a deadline too: the clock does not wait for counsel.
    first = None
    if row.required is not Required.NO:
        first = _first_end(row, rule, start, times, profile)
    notes = (*first.notes, *_counting_notes(rule, profile)) if first else ()
    wait = _waiting_words(rule, row, start, profile)
    parts = (_clock_words(rule, start), wait, start.assumed, *notes)
    words = " ".join(part for part in parts if part)
    return replace(
        row,
        due_at=first.at if first else None,
        clock_started_at=start.at,
        clock_words=words,
        after=_duties_before(rule),
    )


def _first_end(
    row: DutyDue, rule: DutyRule, start: _Start, times: BreachTimes, profile: OrgProfile
) -> PeriodEnd | None:
    """Return the end of the period, or of the outer limit where that comes first; ``None`` where no
    time is fixed or no clock has started."""
    end = _end(rule, row, rule.deadline, start.at, profile)
    limit = rule.outer_limit
    if limit is None:
        return end
    outer = _end(rule, row, limit.deadline, _start(rule, limit.start, times, row).at, profile)
    if outer is None or end is None:
        return end or outer
    # The limit was over before the period could begin, so the period stands alone.
    if limit.unless_started_later and start.at and start.at > outer.at:
        return end
    return min(end, outer, key=lambda each: each.at)


def _end(
    rule: DutyRule, row: DutyDue, deadline: Deadline, start: datetime | None, profile: OrgProfile
) -> PeriodEnd | None:
    """Return when a period ends, where it is not known in which zone at the earliest of all."""
    return min(_ends(rule, row, deadline, start, profile), key=lambda end: end.at, default=None)


def _ends(
    rule: DutyRule, row: DutyDue, deadline: Deadline, start: datetime | None, profile: OrgProfile
) -> list[PeriodEnd]:
    """Return when a period ends: in the zone of the law's own, else in each that may be ours; none
    where no time is fixed or the clock has not started."""
    if start is None:
        return []
    zones = (rule.zone,) if rule.zone else (profile.time_zone, *profile.other_zones)
    if rule.day_of_next_year:
        month, day = rule.day_of_next_year
        return [clocks.day_of_next_year(start, month, day, time_zone=zone) for zone in zones]
    if deadline.value is None:
        return []
    if deadline.unit is None:
        return [
            clocks.year_end(start, deadline.value, time_zone=zone)
            for zone in zones
            if rule.year_end
        ]
    return [
        clocks.deadline(
            start,
            deadline.value,
            deadline.unit,
            time_zone=zone,
            # The holidays of the place that the row is for: the EU has none, its countries do.
            country=rule.holidays or row.jurisdiction,
            counting=rule.counting,
            first_day_counts=rule.first_day_counts,
        )
        for zone in zones
    ]


def _waiting_words(rule: DutyRule, row: DutyDue, start: _Start, profile: OrgProfile) -> str:
    """Return until when to wait before the duty may be done, or ""."""
    if rule.not_before is None:
        return ""
    ends = _ends(rule, row, rule.not_before, start.at, profile)
    if not ends:
        return f"Not before {rule.not_before.text}."
    # Too late is no breach of a time to wait, so the last of all ends.
    last = max(end.at for end in ends).astimezone(ZoneInfo(rule.zone or profile.time_zone))
    return f"Not before {last:%-d %B %Y} is over: {rule.not_before.text}."


def _counting_notes(rule: DutyRule, profile: OrgProfile) -> tuple[str, ...]:
    """Return what to say of how the period was counted."""
    in_hours = rule.deadline.unit is PeriodUnit.HOURS
    if in_hours and rule.jurisdiction == _EU and rule.counting is PeriodCounting.PLAIN:
        return (
            "Every hour counts, also on weekends and holidays. Regulation 1182/71 may give you "
            "longer; this is the stricter reading.",
        )
    if profile.other_zones and not rule.zone and not in_hours:
        return (
            "Your promise does not say in which time zone you are, so the day ends where it ends "
            "first in your country.",
        )
    return ()


def ordered(rows: Sequence[DutyDue]) -> tuple[DutyDue, ...]:
    """Return the rows in the order in which to act.

    Binding ones first, then open questions, then what is not required; within each by deadline,
    those without a fixed one last. A duty that must come before another stands before it and takes
    its deadline; one that must come with another takes its deadline too.
    """
    by_id = {row.duty_id: row for row in rows}
    # A rule names the duty that it must come before; here the other one learns that it has to wait.
    befores = {
        later: row.duty_id for row in rows if row.after == ("*before*",) for later in row.depends_on
    }
    finished: list[DutyDue] = []
    for row in rows:
        if row.after:
            other = next((by_id[name] for name in row.depends_on if name in by_id), None)
            due_at = (
                None
                if row.required is Required.NO
                else row.due_at or (other.due_at if other else None)
            )
            finished.append(replace(row, due_at=due_at, depends_on=(), after=()))
        elif row.duty_id in befores and by_id[befores[row.duty_id]].required is not Required.NO:
            finished.append(replace(row, after=(befores[row.duty_id],)))
        else:
            finished.append(row)
    return tuple(sorted(finished, key=_sort_key))


def _sort_key(row: DutyDue) -> tuple[int, datetime, bool, str, int, str]:
    # Last among its like: "without undue delay" has no moment to sort by.
    never = datetime.max.replace(tzinfo=UTC)
    # Of equal time: write it down, tell who supervises, then the people, then the credit agencies.
    kinds = {"record": 0, "authority": 1, "individuals": 2, "cra": 3}
    return (
        _RANK[row.required],
        row.due_at or never,
        bool(row.after),
        row.jurisdiction,
        kinds.get(row.recipient_type, 4),
        row.duty_id,
    )


_RANK = {Required.YES: 0, Required.ASK: 1, Required.NO: 2}


def _duties_before(rule: DutyRule) -> tuple[str, ...]:
    return (f"*{rule.relation}*",) if rule.relation else ()


def _start(rule: DutyRule, name: str, times: BreachTimes, row: DutyDue) -> _Start:
    """Return when the moment ``name`` of ``rule`` was, for the place of ``row``. What was not
    written down is counted from awareness, and said, with where the law says what starts it."""
    if name == "aware":
        return _Start(times.aware)
    if name in ("discovered", "year_end"):
        return _discovery(rule, times)
    if name in ("determined", "scope_known"):
        known = times.determined if name == "determined" else times.scope_known
        if known:
            return _Start(known)
        return _Start(
            times.aware,
            "That moment is not recorded, so to be safe the count runs from when you became aware.",
        )
    if name == "statement_prepared":
        return _Start(times.statement_prepared)
    # Only the telling of somebody is the doing of another duty: one may follow another and have a
    # clock of its own. The earliest notice counts: a second one does not start a new clock.
    chained = _notices(rule, times, row) if name.endswith("_told") else []
    return _Start(min(chained) if chained else times.other.get(name))


def _notices(rule: DutyRule, times: BreachTimes, row: DutyDue) -> list[datetime]:
    """Return when the duties were done that a rule follows. One that is done for each country is
    kept under its id with the place ("EU-GDPR-33-AUTH:IE"), and starts what follows there."""
    place = row.duty_id.partition(":")[2]
    return [
        at
        for done, at in times.notified.items()
        for name, _, where in [done.partition(":")]
        if name in rule.chained_to and (not where or not place or where == place)
    ]


def _discovery(rule: DutyRule, times: BreachTimes) -> _Start:
    """Return when it was discovered: at the latest when we became aware, so of the two moments the
    earlier. The law may put discovery at an earlier moment than the one that was written down."""
    if times.discovered is None:
        return _Start(
            times.aware,
            "The moment of discovery is not recorded, so the count runs from when you became "
            "aware. If you discovered it earlier, or the law says that you did, the time ends "
            f"earlier: record it ({rule.citation}).",
        )
    if times.aware < times.discovered:
        return _Start(
            times.aware,
            "The recorded discovery is later than when you became aware, so to be safe the count "
            f"runs from the earlier ({rule.citation}).",
        )
    return _Start(times.discovered)


def _clock_words(rule: DutyRule, start: _Start) -> str:
    if rule.clock_start == "none":
        return "No deadline, but you must always do it."
    begin = catalogue.moments()[rule.clock_start]["words"]
    if rule.relation == "before":
        return "Before the people are told."
    if rule.relation == "with":
        return "At the latest together with the notice to the people."
    text = rule.deadline.text
    if start.at:
        return f"{text[0].upper()}{text[1:]}. Counted from when {begin}."
    return f"{text[0].upper()}{text[1:]}. The clock starts when {begin}."
