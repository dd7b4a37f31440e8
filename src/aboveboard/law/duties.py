"""Which duties a loss brings: to tell whom, by when, on what law, and why.

For each place where people live, over the rules that are the law on the day of awareness:

1. **Ours?** The role fits (a processor tells its controller; nobody else),
   and the sector is declared.
2. **Covered?** Whose readable data does this law count? Unreadable data counts
   only if its keys went too.
3. **Triggered?** By access, acquisition or loss, electronically or on
   paper, as the law's verb says.
4. **Harm?** The law's harm test, answered from the likelihood of harm; a question
   of its own is for counsel.
5. **Enough people?** The threshold, with its operator.
6. **By when?** The clock, from its own start; chained clocks from the duty
   before; the order between them.

A "no" at any step makes the duty not required, with the step's sentence; else an open question
makes it "ask counsel". A place for which no rule is held is a row that says so, with its people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from aboveboard.law import reach
from aboveboard.law.binding import JudgedDuty, judge
from aboveboard.law.reach import EU
from aboveboard.law.rules import authorities, catalogue
from aboveboard.law.rules.entries import DutyRule
from aboveboard.law.rules.sources import LawSource, SourceRead
from aboveboard.law.terms import (
    AffectedGroup,
    BreachTimes,
    DutyDue,
    LossFacts,
    OrgProfile,
    Required,
)
from aboveboard.law.timing import ordered, with_deadline
from aboveboard.law.uncovered import not_known, uncovered_places


def due(
    facts: LossFacts, people: Sequence[AffectedGroup], *, times: BreachTimes, profile: OrgProfile
) -> tuple[DutyDue, ...]:
    """Return every duty that the loss may bring, binding or not, in the order in which to act.

    The day of awareness picks the rules. How long is left is for whoever shows a duty.

    Raises:
        ValueError: a moment has no time zone.
    """
    groups = [group for group in people if group.people > 0]
    # The law of the day on which the organisation became aware, by its own calendar: an act that
    # comes into force during an incident does not change what the incident asks for.
    day = times.aware.astimezone(ZoneInfo(profile.time_zone)).date()
    candidates = reach.rules_for(groups, profile, day)
    ours = [rule for rule in candidates if reach.applies_to_us(rule, profile, day)]
    rules = [rule for rule in ours if rule.is_in_force_on(day)]
    unknown = catalogue.not_known_on(day, ours)
    rows: list[DutyDue] = []
    for rule in rules:
        there = reach.bound_for(rule, groups, day)
        if not there:
            continue
        # Thresholds are asked of the people of the place; ``everyone`` is for laws that count
        # people wherever they live.
        for place, own in _split(rule, there, profile, day):
            judged = _unless_replaced(
                rule,
                judge(rule, facts, own, everyone=groups, on=day, public_body=profile.public_body),
                profile,
                day,
            )
            rows.append(
                with_deadline(
                    _row(rule, place, judged, profile, day), rule, times=times, profile=profile
                )
            )
    for rule in unknown:
        there = reach.bound_for(rule, groups, day)
        if there and not reach.replaced_by(rule, profile, day):
            rows.append(not_known(rule, sum(group.people for group in there)))
    # After every rule was asked: a place is left out only when none of them reached it.
    later = [rule for rule in ours if rule.in_force and rule.begins > day and rule not in unknown]
    rows += uncovered_places(groups, [*rules, *unknown], later, profile, day)
    return ordered(rows)


def _unless_replaced(
    rule: DutyRule, judged: JudgedDuty, profile: OrgProfile, day: date
) -> JudgedDuty:
    """Return the answer, or a no that says so where the law of our sector stands in its place."""
    sectors = [catalogue.sectors()[key] for key in sorted(reach.replaced_by(rule, profile, day))]
    if not sectors:
        return judged
    sentence = (
        f"A law of its own stands in the place of this one: {'; '.join(sectors)}. For data of "
        "other work this one binds: ask counsel."
    )
    return replace(judged, required=Required.NO, reasons=(sentence, *judged.reasons))


def by_rule(
    rule: DutyRule,
    facts: LossFacts,
    people: Sequence[AffectedGroup],
    *,
    times: BreachTimes,
    profile: OrgProfile,
    day: date,
) -> DutyDue:
    """Return what one rule asks for, which binds us whoever we are, for some people."""
    judged = judge(rule, facts, people, everyone=people, on=day, public_body=profile.public_body)
    row = _row(rule, rule.jurisdiction, judged, profile, day)
    return with_deadline(row, rule, times=times, profile=profile)


def _split(
    rule: DutyRule, there: list[AffectedGroup], profile: OrgProfile, day: date
) -> list[tuple[str, list[AffectedGroup]]]:
    """Return the rows that one rule makes: in the EEA people are told by
    country, authorities by lead."""
    # A sector's duties go to the authority of the sector that the entry names, which is no data
    # protection authority, and bind for people outside the EEA too.
    if rule.jurisdiction != EU or rule.sectors:
        return [(rule.jurisdiction, there)]
    lead = _lead(profile, day)
    # One lead authority for everybody in the EEA (GDPR Art. 56). It leads only authorities;
    # the notice to people has a row for each country.
    if rule.recipient_type == "authority" and lead:
        return [(lead, there)]
    if rule.recipient_type not in ("authority", "individuals"):
        return [(EU, there)]
    by_place: dict[str, list[AffectedGroup]] = {}
    for group in there:
        place = (
            group.jurisdiction
            if rule.recipient_type == "authority" and _is_german_land(group.jurisdiction)
            else group.jurisdiction.split("-")[0]
        )
        by_place.setdefault(place, []).append(group)
    return sorted(by_place.items())


def _is_german_land(jurisdiction: str) -> bool:
    return (
        "-" in jurisdiction
        and authorities.authority_for(jurisdiction).name
        != authorities.authority_for(jurisdiction.split("-")[0]).name
    )


def has_law_of_its_own(code: str) -> bool:
    """Whether duties are held for a part of a country (``US-TX``), beside those of the country."""
    return catalogue.has_law_of_its_own(code)


def checked_against(sources: Sequence[LawSource]) -> str:
    """Return in words for readers what a duty was checked against, by the best of its sources."""
    best = min((source.read for source in sources), key=list(SourceRead).index)
    return {
        SourceRead.OFFICIAL: "the text of the law",
        SourceRead.COPY: "a copy of the text of the law",
        SourceRead.SECONDARY: (
            "what others write about the law, not its own text. Read it, or ask counsel"
        ),
        SourceRead.MEMORY: "nothing yet: it was written down from memory. Read it, or ask counsel",
    }[best]


def place_name(code: str) -> str:
    """Return the name of a place (``US-TX``: Texas), or its code if we have none for it."""
    return catalogue.place_name(code)


def _lead(profile: OrgProfile, day: date) -> str:
    return profile.lead_authority or next(
        (code for code in profile.established_in if authorities.in_eea(code, on=day)), ""
    )


def _row(rule: DutyRule, place: str, judged: JudgedDuty, profile: OrgProfile, day: date) -> DutyDue:
    reasons = list(judged.reasons)
    authority = rule.authority
    name = catalogue.place_name(place)
    if rule.jurisdiction == EU and place != EU:
        name = authorities.country_name(place)
        if rule.recipient_type == "authority":
            authority, more = _eea_authority(place, profile, day)
            reasons += more
    note = catalogue.place_note(rule.jurisdiction)
    return DutyDue(
        duty_id=rule.id if place == rule.jurisdiction else f"{rule.id}:{place}",
        jurisdiction=place,
        jurisdiction_name=name,
        recipient_type=rule.recipient_type,
        recipient=rule.recipient,
        authority=authority,
        law=rule.law,
        citation=rule.citation,
        people=judged.people,
        people_there=judged.people_there,
        required=judged.required,
        reasons=(*reasons, note) if note else tuple(reasons),
        due_at=None,
        deadline=rule.deadline,
        clock_start=rule.clock_start,
        clock_started_at=None,
        clock_words="",
        depends_on=rule.chained_to,
        content_required=rule.content_required,
        content_forbidden=rule.content_forbidden,
        sources=rule.sources,
        confidence=rule.confidence,
        sectors=tuple(sorted(rule.sectors)),
        starts=_starts(rule),
    )


def _starts(rule: DutyRule) -> tuple[str, ...]:
    second = (rule.outer_limit.start,) if rule.outer_limit else ()
    return (rule.clock_start, *second)


def _eea_authority(place: str, profile: OrgProfile, day: date) -> tuple[str, list[str]]:
    authority = authorities.authority_for(place, public_body=profile.public_body)
    if _lead(profile, day):
        why = (
            f"Your main establishment in the EEA is in {authority.country}, so its authority takes "
            "the lead (GDPR Art. 56)."
        )
    else:
        why = (
            "You have no establishment in the EEA, so the authority of each country concerned is "
            "told (EDPB Guidelines 9/2022, para. 73)."
        )
    if not authority.acronym and authority.name.startswith(
        "the data protection authority of the German state"
    ):
        return authority.title, [
            why,
            "Germany has an authority for each state (Land): say which one, and ask counsel if in "
            "doubt.",
        ]
    return authority.title, [why]
