"""When each duty falls due, in words too, and in which order to act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from aboveboard.law import clocks
from aboveboard.law.rules import catalogue
from aboveboard.law.rules.catalogue import DutyRule
from aboveboard.law.terms import BreachTimes, DutyDue, OrgProfile, Required


@dataclass(frozen=True, slots=True)
class _Start:
    """When a clock started, and what was assumed. ``at`` is ``None`` while it has not."""

    at: datetime | None
    assumed: str = ""


def with_deadline(
    row: DutyDue, rule: DutyRule, *, times: BreachTimes, profile: OrgProfile
) -> DutyDue:
    """Return ``row`` with its deadline and its clock in words (step 6 of :mod:`duties`)."""
    start = _start(rule, times)
    due_at, notes = None, tuple[str, ...]()
    deadline = rule.deadline
    # A duty that is still asked about has a deadline too: the clock does not wait for counsel.
    if start.at and deadline.value is not None and row.required is not Required.NO:
        if rule.year_end:
            due_at = clocks.year_end(start.at, deadline.value, time_zone=profile.time_zone).at
        elif deadline.unit:
            end = clocks.deadline(
                start.at,
                deadline.value,
                deadline.unit,
                time_zone=profile.time_zone,
                country=rule.jurisdiction,
            )
            due_at, notes = end.at, end.notes
    words = " ".join(part for part in (_clock_words(rule, start), start.assumed, *notes) if part)
    return replace(
        row, due_at=due_at, clock_started_at=start.at, clock_words=words, after=_duties_before(rule)
    )


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


def _start(rule: DutyRule, times: BreachTimes) -> _Start:
    """Return when the clock of ``rule`` started. What was not written down is counted
    from awareness, and said, with where the law says what starts it."""
    name = rule.clock_start
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
    # The earliest of the notices that it follows: a second one later does not start a new clock.
    # Where there is no clock there is neither a notice nor a moment.
    chained = [times.notified[duty] for duty in rule.chained_to if duty in times.notified]
    return _Start(min(chained) if chained else times.other.get(name))


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
