"""The rows of places and days for which no duty is held: each says so, so that nobody is left out
in silence."""

from __future__ import annotations

from datetime import date

from aboveboard.law import reach
from aboveboard.law.rules import catalogue
from aboveboard.law.rules.entries import DutyRule
from aboveboard.law.terms import AffectedGroup, Deadline, DutyDue, OrgProfile, OrgRole, Required


def not_known(rule: DutyRule, people: int) -> DutyDue:
    """Return the row of a duty whose law on that day was not checked: a question, never a no."""
    return DutyDue(
        duty_id=rule.id,
        jurisdiction=rule.jurisdiction,
        jurisdiction_name=catalogue.place_name(rule.jurisdiction),
        recipient_type=rule.recipient_type,
        recipient=rule.recipient,
        authority=rule.authority,
        law=rule.law,
        citation=rule.citation,
        people=people,
        people_there=people,
        required=Required.ASK,
        reasons=(
            "Not known for that date: ask counsel.",
            f"This duty was checked for {rule.begins:%-d %B %Y} and later. What the law asked for "
            "before that day is not held here.",
        ),
        due_at=None,
        deadline=Deadline(None, None, "unknown", "not known for that date"),
        clock_start="none",
        clock_started_at=None,
        clock_words="No clock is known for that date.",
        sources=rule.sources,
        confidence=rule.confidence,
        not_known=True,
        sectors=tuple(sorted(rule.sectors)),
    )


def uncovered_places(
    groups: list[AffectedGroup],
    rules: list[DutyRule],
    later: list[DutyRule],
    profile: OrgProfile,
    day: date,
) -> list[DutyDue]:
    """Return a row for every place that no general rule reaches, so that nobody
    is left out in silence. ``later``: rules of the first law of a place, after the day."""
    counts: dict[str, int] = {}
    for group in groups:
        if not reach.reached(group.jurisdiction, rules, day):
            counts[group.jurisdiction] = counts.get(group.jurisdiction, 0) + group.people
    rows = []
    for place, people in sorted(counts.items()):
        # The first law of its country is that of a part too (Ontario before PIPEDA's duty).
        lands = {place, place.split("-")[0]}
        first = [rule.begins for rule in later if rule.jurisdiction in lands and not rule.sectors]
        rows.append(
            _no_law_yet(place, people, min(first))
            if first
            else _ask_counsel(place, people, profile)
        )
    return rows


def _no_law_yet(place: str, people: int, first: date) -> DutyDue:
    return _row_without_law(
        place,
        people,
        Required.NO,
        (
            f"{catalogue.place_name(place)} had no duty to notify people or an authority, for an "
            "organisation such as yours, on that day. The first that is held here is of "
            f"{first:%-d %B %Y}.",
        ),
        duty_id=f"NO-LAW-YET:{place}",
        recipient="nobody",
    )


def _ask_counsel(place: str, people: int, profile: OrgProfile) -> DutyDue:
    reason = "No duties are held here for this place. That does not mean that there are none."
    if profile.roles == {OrgRole.PROCESSOR}:
        reason = (
            "No duty of a processor is held here for this place; your contract with the controller "
            "decides."
        )
    elif catalogue.part_needed(place):
        reason = catalogue.part_needed(place)
    elif profile.public_body and catalogue.has_law_of_its_own(place):
        reason = (
            f"What is held here of {catalogue.place_name(place)}'s law binds its own public "
            "bodies, or organisations that are none."
        )
    elif catalogue.sector_only(place):
        reason = (
            f"{catalogue.place_name(place)}'s law binds only organisations in a sector that you "
            "have not declared."
        )
    return _row_without_law(
        place,
        people,
        Required.ASK,
        ("Not covered: ask counsel.", reason),
        duty_id=f"NOT-COVERED:{place or 'unknown'}",
        recipient="counsel",
    )


def _row_without_law(
    place: str,
    people: int,
    required: Required,
    reasons: tuple[str, ...],
    *,
    duty_id: str,
    recipient: str,
) -> DutyDue:
    return DutyDue(
        duty_id=duty_id,
        jurisdiction=place,
        jurisdiction_name=catalogue.place_name(place) or "Place not recorded",
        recipient_type="counsel",
        recipient=recipient,
        authority="",
        law="",
        citation="",
        people=people,
        people_there=people,
        required=required,
        reasons=reasons,
        due_at=None,
        deadline=Deadline(None, None, "unknown", "not known"),
        clock_start="none",
        clock_started_at=None,
        clock_words="No clock is known for this place.",
        not_covered=required is Required.ASK,
    )
