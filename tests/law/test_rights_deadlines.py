"""A request is due on the day that its law says, whatever happened to its clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.law.rights import catalogue, checks
from aboveboard.law.rights.deadlines import appeal_due, due
from aboveboard.law.rights.entries import RightsRule
from aboveboard.law.rights.terms import (
    ClockEvent,
    ExtensionNotice,
    PersonWait,
    RightKind,
    WaitReason,
)
from aboveboard.law.rules.checks import FindingLevel

ZONES = {"GB": "Europe/London", "FR": "Europe/Paris", "DE": "Europe/Berlin"}
IDENTITY, CLARIFICATION = WaitReason.IDENTITY, WaitReason.CLARIFICATION


def at(text: str) -> datetime:
    """Return noon (UTC) of a day, of 2026 where no year is given."""
    day = text if len(text) > 5 else f"2026-{text}"
    return datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=UTC)


def wait(reason: WaitReason, asked: str, answered: str = "") -> PersonWait:
    return PersonWait(reason, at(asked), at(answered) if answered else None)


def happening(words: str) -> ClockEvent:
    """Return "told 07-10" or "identity 06-02 06-10" as what happened to a clock."""
    name, *days = words.split()
    return ExtensionNotice(at(days[0])) if name == "told" else wait(WaitReason(name), *days)


TWICE = "clarification 06-02 06-10; clarification 06-05 06-10"
STORIES: list[tuple[str, str, str, str, str, str]] = [
    # story, kind, place, received, events, due
    ("to a Sunday, then Easter Monday", "access", "FR", "03-05", "", "04-07"),
    ("... from a day before", "access", "DE", "03-04", "", "04-07"),
    ("a month from 31 January", "access", "FR", "2028-01-31", "", "2028-02-29"),
    ("three months when told in time", "access", "FR", "06-10", "told 07-10", "09-10"),
    ("told too late", "access", "FR", "06-10", "told 07-14", "07-10"),
    ("proof pauses in the EU", "erasure", "FR", "06-01", "identity 06-02 06-10", "07-09"),
    ("asked when over", "erasure", "FR", "06-01", "identity 07-03 07-10", "07-01"),
    ("proof starts the clock in the UK", "access", "GB", "06-01", "identity 06-02 06-10", "07-10"),
    ("... not before the Act", "access", "GB", "02-04", "", "03-04"),
    ("a UK pause, both ends", "access", "GB", "06-01", "clarification 06-02 06-10", "07-10"),
    ("... of access alone", "erasure", "GB", "06-01", "clarification 06-02 06-10", "07-01"),
    ("two at once", "access", "GB", "06-01", TWICE, "07-10"),
    ("California counts from receipt", "access", "US-CA", "06-01", "identity 06-02 06-20", "07-16"),
    ("45 and 45", "erasure", "US-CA", "06-01", "told 07-16", "08-30"),
    ("opt-out, 15 business days over a holiday", "stop_asking", "US-CA", "06-26", "", "07-20"),
    ("Iowa 90", "access", "US-IA", "06-01", "", "08-30"),
    ("Iowa 90 and 45", "access", "US-IA", "06-01", "told 08-01", "10-14"),
    ("Brazil 15", "access", "BR", "06-01", "", "06-16"),
    ("Brazil has nothing longer", "access", "BR", "06-01", "told 06-02", "06-16"),
    ("Argentina, five working days", "correction", "AR", "06-01", "", "06-08"),
    ("Colombia, ten working days, two holidays off", "access", "CO", "06-01", "", "06-17"),
    ("... and five more", "access", "CO", "06-01", "told 06-12", "06-24"),
    ("... fifteen for what is wrong, and eight", "erasure", "CO", "06-01", "told 06-12", "07-07"),
    ("... nothing held about objecting", "objection", "CO", "06-01", "told 06-12", "07-01"),
    ("Jersey, four weeks", "erasure", "JE", "06-01", "", "06-29"),
    ("... and eight, told in time", "access", "JE", "06-01", "told 06-20", "08-24"),
    ("... not told too late", "access", "JE", "06-01", "told 06-30", "06-29"),
    ("Guernsey, a month and two", "access", "GG", "06-01", "told 06-20", "09-01"),
    ("Isle of Man, as the GDPR", "objection", "IM", "06-01", "", "07-01"),
    ("... not stopped by a wait", "access", "IM", "06-01", "clarification 06-02 06-10", "07-01"),
    ("Korea 10", "access", "KR", "06-01", "", "06-11"),
    ("New Zealand, 20 working days", "access", "NZ", "07-13", "", "08-10"),
    ("a province without its own", "access", "CA-NS", "06-01", "", "07-01"),
    ("Japan names no number", "access", "JP", "06-01", "", "07-01"),
    ("India, not yet", "access", "IN", "06-01", "", "07-01"),
    ("nowhere that is known", "access", "", "06-01", "told 06-02", "07-01"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "place", "received", "events", "expected"),
    [story[1:] for story in STORIES],
    ids=[story[0] for story in STORIES],
)
def test_a_request_is_due_when_its_law_says(
    kind: str, place: str, received: str, events: str, expected: str
) -> None:
    zone = ZONES.get(place, "UTC")
    happened = [happening(words) for words in events.split("; ") if words]
    deadline = due(RightKind(kind), place, at(received), happened, zone=zone)
    assert deadline.due_at is not None
    local = deadline.due_at.astimezone(ZoneInfo(zone))
    assert (local.date(), local.hour) == (at(expected).date(), 23)


def test_while_the_clock_stands_still_no_day_is_given_and_why_is_said() -> None:
    before = due(RightKind.ACCESS, "GB", at("2026-06-01"), [wait(IDENTITY, "2026-06-02")])
    later = due(RightKind.ACCESS, "FR", at("2026-06-01"), [wait(CLARIFICATION, "2026-06-02")])
    assert (before.due_at, before.started_at, before.paused) == (None, None, IDENTITY)
    assert (later.due_at, later.paused) == (None, CLARIFICATION)
    assert any("stands still since 2 June 2026" in sentence for sentence in later.reasons)


def test_it_says_until_when_longer_can_be_told_and_when_receipt_is_confirmed() -> None:
    deadline = due(RightKind.ACCESS, "US-CA", at("2026-06-01"))
    assert (deadline.extend_by, deadline.longest) == (
        deadline.due_at,
        datetime(2026, 8, 30, 23, 59, 59, tzinfo=UTC),
    )
    assert deadline.confirm_by == datetime(2026, 6, 15, 23, 59, 59, tzinfo=UTC)


def test_a_place_or_day_that_nobody_checked_is_said_with_a_deadline_all_the_same() -> None:
    for place, day in (("", "2026-06-01"), ("ZZ", "2026-06-01"), ("NZ", "2019-06-03")):
        deadline = due(RightKind.ACCESS, place, at(day))
        assert (deadline.known, deadline.due_at is None) == (False, False)
        assert "Ask counsel" in deadline.reasons[0]


def test_an_appeal_has_its_own_time_where_the_law_has_one() -> None:
    virginia = appeal_due(RightKind.ACCESS, "US-VA", at("2026-06-01"))
    assert virginia is not None
    assert virginia.at.date() == date(2026, 7, 31)
    assert appeal_due(RightKind.ACCESS, "FR", at("2026-06-01")) is None


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        due(RightKind.ACCESS, "FR", at("06-01").replace(tzinfo=None))


MOMENTS = st.datetimes(
    at("03-01").replace(tzinfo=None), at("2027-12-01").replace(tzinfo=None), timezones=st.just(UTC)
)
PLACES = st.sampled_from([*sorted(catalogue.places()), "FR", "DE", "US-ZZ", ""])
KINDS = st.sampled_from(RightKind)
SPAN = st.timedeltas(timedelta(0), timedelta(days=200))


@given(KINDS, PLACES, MOMENTS, st.sampled_from(["UTC", "Europe/Paris", "America/Los_Angeles"]))
def test_every_request_has_a_day_after_it_came(
    kind: RightKind, place: str, received: datetime, zone: str
) -> None:
    deadline = due(kind, place, received, zone=zone)
    assert deadline.due_at is not None
    assert received < deadline.due_at
    assert deadline.due_at - received < timedelta(days=100)
    assert deadline.longest is None or deadline.longest > deadline.due_at
    # Of all but hours the last second of a day there, through changes to summer time too.
    if deadline.rule != "ID-PDP-32":
        assert deadline.due_at.astimezone(ZoneInfo(zone)).strftime("%X") == "23:59:59"


@given(KINDS, PLACES, MOMENTS, SPAN, SPAN, st.sampled_from(WaitReason))
def test_a_pause_never_shortens_and_an_open_one_hides_no_late_request(
    kind: RightKind,
    place: str,
    received: datetime,
    until_asked: timedelta,
    until_answered: timedelta,
    reason: WaitReason,
) -> None:
    asked = received + until_asked
    plain = due(kind, place, received)
    ended = due(kind, place, received, [PersonWait(reason, asked, asked + until_answered)])
    waiting = due(kind, place, received, [PersonWait(reason, asked)])
    assert plain.due_at is not None
    assert ended.due_at is not None
    assert ended.due_at >= plain.due_at
    if asked > plain.due_at:
        assert ended.due_at == waiting.due_at == plain.due_at


def test_the_deadlines_that_we_hold_have_no_fault() -> None:
    results = checks.findings(date(2026, 11, 30))
    faults = [each for each in results if each.level is FindingLevel.FAULT]
    assert [f"{each.entry}: {each.sentence}" for each in faults] == []


WHOLE = catalogue.rule_for_anywhere()


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ([WHOLE, replace(WHOLE, valid_from=date(2020, 1, 1))], "Two entries hold on 2020-01-01"),
        (
            [
                replace(WHOLE, valid_to=date(2019, 1, 1)),
                replace(WHOLE, valid_from=date(2020, 1, 1)),
            ],
            "None holds between 2019-01-01",
        ),
        ([WHOLE, replace(WHOLE, id="EU-OTHER")], "the same kind of request"),
        ([replace(WHOLE, sources=())], "It names no source."),
        ([replace(WHOLE, valid_from=None)], "either valid_from or known_since"),
        ([replace(WHOLE, valid_from=date(2019, 1, 1))], "is not known"),
        ([replace(WHOLE, rights=frozenset())], "about no kind"),
    ],
)
def test_what_is_wrong_with_an_entry_is_found(rules: list[RightsRule], words: str) -> None:
    assert any(words in each.sentence for each in checks.findings(date(2026, 11, 30), rules))
