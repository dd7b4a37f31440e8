"""When a request must be answered: the clock of the law of a place, with what happened to it.

Steps: 1. which entry counts; 2. when its clock started; 3. its days, less those of a pause; 4. an
extension, if it was told in time; 5. why, in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from aboveboard.law import clocks
from aboveboard.law.clocks import PeriodCounting, PeriodEnd, PeriodUnit
from aboveboard.law.rights import catalogue
from aboveboard.law.rights.catalogue import AppliedRule
from aboveboard.law.rights.entries import RightsPeriod
from aboveboard.law.rights.terms import (
    ClockEvent,
    ClockStart,
    ExtensionNotice,
    PauseDays,
    PersonWait,
    RightKind,
    RightsDeadline,
    WaitReason,
)

_WAITED_FOR = {
    WaitReason.IDENTITY: "proof of who they are",
    WaitReason.CLARIFICATION: "what exactly they want",
    WaitReason.FEE: "a fee",
}


def due(
    kind: RightKind,
    jurisdiction: str,
    received_at: datetime,
    events: Sequence[ClockEvent] = (),
    *,
    zone: str = "UTC",
) -> RightsDeadline:
    """Return by when a request must be answered.

    ``jurisdiction``: where the person lives (ISO 3166, "FR", "US-CA"; empty where unknown).
    ``received_at``: aware. ``events``: what happened to the clock so far, in any order. ``zone``:
    the IANA zone of the organisation, whose days count.

    Raises:
        ValueError: a moment has no time zone.
    """
    if received_at.tzinfo is None:
        raise ValueError("a deadline needs a moment with a time zone")
    day = received_at.astimezone(ZoneInfo(zone)).date()
    clock = _RequestClock(catalogue.applied(kind, jurisdiction, day), received_at, events, zone)
    return clock.deadline()


def appeal_due(
    kind: RightKind, jurisdiction: str, appealed_at: datetime, *, zone: str = "UTC"
) -> PeriodEnd | None:
    """Return by when an appeal against a refusal must be answered; None where no law that is held
    has an appeal to the organisation itself."""
    day = appealed_at.astimezone(ZoneInfo(zone)).date()
    applied = catalogue.applied(kind, jurisdiction, day)
    appeal = applied.rule.appeal
    if applied.assumed or appeal is None or appeal.value is None:
        return None
    return clocks.deadline(
        appealed_at, appeal.value, appeal.unit, time_zone=zone, country=applied.holidays
    )


class _RequestClock:
    """The clock of one request; collects its reasons as it counts."""

    def __init__(
        self, applied: AppliedRule, received: datetime, events: Sequence[ClockEvent], zone: str
    ) -> None:
        self._applied, self._rule = applied, applied.rule
        self._received, self._zone = received.astimezone(UTC), zone
        waits = [event for event in events if isinstance(event, PersonWait)]
        self._waits = sorted(waits, key=lambda wait: wait.asked)
        self._extensions = sorted(
            event.at for event in events if isinstance(event, ExtensionNotice)
        )
        self._reasons = [applied.assumed] if applied.assumed else []
        self._reasons.append(self._period_words())

    def deadline(self) -> RightsDeadline:
        """Return what it comes to."""
        started, waiting = self._start()
        first = longest = None
        extended = False
        if started is not None:
            skipped, open_pause = self._pauses(started)
            waiting = waiting or open_pause
            first = self._end(started, self._answer(), None, skipped)
            longest = self._longest(started, first, skipped)
            extended = self._is_extended(first, longest)
        end = longest if extended else first
        extend_by = first if longest is not None and not extended and not waiting else None
        return RightsDeadline(
            due_at=None if waiting or end is None else end.at,
            started_at=started,
            paused=waiting,
            extended=extended,
            extend_by=extend_by.at if extend_by else None,
            longest=longest.at if longest and not waiting else None,
            confirm_by=self._confirm_by(),
            known=not self._applied.assumed,
            rule=self._rule.id,
            law=self._rule.law,
            citation=self._rule.citation,
            confidence=self._rule.confidence,
            reasons=(*self._reasons, *(end.notes if end else ())),
        )

    def _answer(self) -> RightsPeriod:
        # A law that says "without delay" and no number is planned with as where none is held.
        answer = self._rule.answer
        return answer if answer.value is not None else catalogue.rule_for_anywhere().answer

    def _start(self) -> tuple[datetime | None, WaitReason | None]:
        """Return when the clock started, or what it waits for before it does."""
        if self._rule.starts is ClockStart.RECEIPT or self._applied.assumed:
            return self._received, None
        started = self._received
        for wait in self._waits:
            # What is asked once the time is over starts nothing anew.
            end = self._end(started, self._answer(), None, 0)
            if wait.reason is WaitReason.CLARIFICATION or wait.asked > end.at:
                continue
            if wait.answered is None:
                self._reasons.append(f"The clock starts with {_WAITED_FOR[wait.reason]}.")
                return None, wait.reason
            started = max(started, wait.answered.astimezone(UTC))
        if started > self._received:
            self._reasons.append(
                f"The clock started on {self._day(started)}, when what you asked for came."
            )
        return started, None

    def _pauses(self, started: datetime) -> tuple[int, WaitReason | None]:
        """Return the days that do not count, and what is still waited for."""
        skipped: set[date] = set()
        for wait in self._waits:
            if self._starts_with(wait):
                continue
            if self._applied.assumed or wait.reason not in self._rule.pauses:
                self._reasons.append(
                    f"This law does not stop the clock while you wait for "
                    f"{_WAITED_FOR[wait.reason]}."
                )
                continue
            end = self._end(started, self._answer(), None, len(skipped))
            longest = self._longest(started, end, len(skipped))
            in_time = longest if longest and self._was_noticed_by(end) else end
            if wait.asked > in_time.at:
                self._reasons.append("You asked when the time was over: nothing is added.")
            elif wait.answered is None:
                self._reasons.append(
                    f"The clock stands still since {self._day(wait.asked)}: you wait for "
                    f"{_WAITED_FOR[wait.reason]}."
                )
                return len(skipped), wait.reason
            else:
                skipped |= self._days_of(wait)
        if skipped:
            days = "1 day does" if len(skipped) == 1 else f"{len(skipped)} days do"
            self._reasons.append(f"{days} not count, because you waited for the person.")
        return len(skipped), None

    def _starts_with(self, wait: PersonWait) -> bool:
        starts = self._rule.starts is ClockStart.PROOF and not self._applied.assumed
        return starts and wait.reason is not WaitReason.CLARIFICATION

    def _days_of(self, wait: PersonWait) -> set[date]:
        first, last = self._local(wait.asked), self._local(wait.answered or wait.asked)
        if self._rule.pause_days is PauseDays.BETWEEN:
            first += timedelta(days=1)
        return {first + timedelta(days=n) for n in range((last - first).days + 1)}

    def _longest(self, started: datetime, first: PeriodEnd, skipped: int) -> PeriodEnd | None:
        extension = self._rule.extension
        if extension is None or extension.value is None or self._applied.assumed:
            return None
        answer = self._answer()
        if answer.unit is extension.unit:
            return self._end(started, answer, extension.value, skipped)
        return self._end(first.at, extension, None, 0)

    def _was_noticed_by(self, first: PeriodEnd) -> bool:
        return any(notice <= first.at for notice in self._extensions)

    def _is_extended(self, first: PeriodEnd, longest: PeriodEnd | None) -> bool:
        if not self._extensions:
            return False
        extension = self._rule.extension
        if longest is None or extension is None:
            self._reasons.append("This law allows no longer time, so the first period stands.")
            return False
        if not self._was_noticed_by(first):
            self._reasons.append(
                f"The extension was told on {self._day(self._extensions[0])}, after the first "
                "period had ended, so it does not count."
            )
            return False
        self._reasons.append(f"Extended by {extension.text}.")
        return True

    def _end(
        self, start: datetime, period: RightsPeriod, more: int | None, skipped: int
    ) -> PeriodEnd:
        """Return the end of a period, of ``more`` units beyond it, and of the days of a pause."""
        value = (period.value or 0) + (more or 0)
        if skipped == 0 or period.unit is PeriodUnit.HOURS:
            later = start + timedelta(days=skipped)
            return self._count(later, value, period.unit, rolling=True)
        plain = self._count(start, value, period.unit).at
        if period.unit is PeriodUnit.BUSINESS_DAYS:
            return self._count(plain + timedelta(days=skipped), 0, period.unit)
        # The month is counted first and the days of the pause are put behind it; only then does
        # the end roll off a weekend.
        days = (self._local(plain) - self._local(start)).days + skipped
        return self._count(start, days, PeriodUnit.CALENDAR_DAYS, rolling=True)

    def _count(
        self, start: datetime, value: int, unit: PeriodUnit, *, rolling: bool = False
    ) -> PeriodEnd:
        return clocks.deadline(
            start,
            value,
            unit,
            time_zone=self._zone,
            country=self._applied.holidays,
            counting=self._rule.counting if rolling else PeriodCounting.PLAIN,
        )

    def _confirm_by(self) -> datetime | None:
        confirm = self._rule.confirm
        if confirm is None or confirm.value is None or self._applied.assumed:
            return None
        return self._count(self._received, confirm.value, confirm.unit).at

    def _period_words(self) -> str:
        rule = self._rule
        words = f"{rule.law}, {rule.citation}: {rule.answer.text}."
        if rule.answer.value is None:
            words += " It names no number of days; one month is the longest to plan for."
        return words

    def _local(self, moment: datetime) -> date:
        return moment.astimezone(ZoneInfo(self._zone)).date()

    def _day(self, moment: datetime) -> str:
        return f"{self._local(moment):%-d %B %Y}"
